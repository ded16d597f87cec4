//! What the members of the demo did and have to do.

use super::company::{Making, Size};
use super::people::{DemoContact, DemoCustomer};
use super::selling::DemoDeal;
use super::texts;
use huike_shared::followups::{Activity, ActivityType, Priority, Task};
use huike_shared::id::Id;
use huike_shared::rank::Rank;
use huike_shared::record::{Number, Record as _};
use huike_shared::text::{Line, Paragraphs};
use huike_shared::time::{DAY_MS, Timestamp};
use huike_shared::views::SavedView;

/// The sentence in the language of the customer.
fn said(pair: &(&'static str, &'static str), customer: &DemoCustomer) -> &'static str {
    if customer.is_abroad { pair.1 } else { pair.0 }
}

/// Makes the activities: the more recent, the more of them.
pub(super) fn activities(
    making: &mut Making,
    customers: &[DemoCustomer],
    contacts: &[DemoContact],
    deals: &[DemoDeal],
    size: Size,
) {
    let mut contacts_of: Vec<Vec<Id<huike_shared::customers::Contact>>> =
        vec![Vec::new(); customers.len()];
    for contact in contacts {
        contacts_of[contact.customer].push(contact.id);
    }
    for _ in 0..size.activities {
        // Two of three are about a deal, so customers with deals have long timelines.
        let deal = making
            .seed
            .chance(65)
            .then(|| making.seed.pick(deals).clone());
        let place = match &deal {
            Some(deal) => deal.customer,
            None => making.seed.below(customers.len()),
        };
        let customer = &customers[place];
        let days_ago = making.seed.between(0, customer.days_old);
        let days_ago = days_ago.min(making.seed.between(0, customer.days_old));
        let activity_type = making
            .seed
            .weighted(&[
                (35, ActivityType::Call),
                (15, ActivityType::Visit),
                (25, ActivityType::Message),
                (10, ActivityType::Email),
                (8, ActivityType::Meeting),
                (7, ActivityType::Note),
            ])
            .clone();
        let mut at = making.moment(days_ago);
        // Nothing has happened yet that the clock of a morning would call the future.
        if days_ago == 0 {
            at = Timestamp::from_millis(at.millis() - DAY_MS);
        }
        let minutes = match activity_type {
            ActivityType::Call => Some(making.seed.between(2, 25)),
            ActivityType::Visit | ActivityType::Meeting => Some(making.seed.between(4, 16) * 10),
            ActivityType::Message
            | ActivityType::Email
            | ActivityType::Note
            | ActivityType::Other(_) => None,
        };
        let mut record = making.record(Activity::DEF.kind, customer.owner, at);
        record
            .put(Activity::ACTIVITY_TYPE, Some(activity_type))
            .put(Activity::AT, at)
            .put(Activity::CUSTOMER, Some(customer.id))
            .put(Activity::DEAL, deal.map(|it| it.id))
            .put(Activity::MINUTES, minutes.map(Number));
        if !contacts_of[place].is_empty() && making.seed.chance(80) {
            record.put(
                Activity::CONTACT,
                Some(*making.seed.pick(&contacts_of[place])),
            );
        }
        let purpose = said(making.seed.pick(texts::PURPOSES), customer);
        record.put(Activity::PURPOSE, Some(Line::from_stored(purpose)));
        if making.seed.chance(85) {
            let result = said(making.seed.pick(texts::RESULTS), customer);
            record.put(Activity::RESULT, Some(Paragraphs::from_stored(result)));
        }
        if making.seed.chance(40) {
            let next = said(making.seed.pick(texts::NEXT_STEPS), customer);
            record.put(Activity::NEXT_STEP, Some(Line::from_stored(next)));
        }
        if making.seed.chance(1) {
            record.note = Some(("body", said(making.seed.pick(texts::NOTES), customer)));
        }
        making.records.push(record);
    }
}

/// Makes the tasks: done, overdue, of today and to come. Open deals come first, so that most have a
/// next step.
pub(super) fn tasks(
    making: &mut Making,
    customers: &[DemoCustomer],
    deals: &[DemoDeal],
    size: Size,
) {
    let open: Vec<&DemoDeal> = deals.iter().filter(|it| it.is_open).collect();
    for index in 0..size.tasks {
        let deal = match index {
            // Seven of ten open deals have a next step.
            _ if index * 10 < open.len() * 7 => open.get(index).copied(),
            _ if making.seed.chance(30) => Some(making.seed.pick(deals)),
            _ => None,
        };
        let place = deal.map_or_else(|| making.seed.below(customers.len()), |it| it.customer);
        let customer = &customers[place];
        let is_next_step = index * 10 < open.len() * 7;
        let owner = deal.map_or(customer.owner, |it| it.owner);
        let (is_done, due_in) = if !is_next_step && making.seed.chance(46) {
            (true, -making.seed.between(0, 60))
        } else {
            let due = *making.seed.weighted(&[(14, -1), (10, 0), (8, 1), (68, 2)]);
            let due = match due {
                -1 => -making.seed.between(1, 12),
                2 => making.seed.between(2, 40),
                near => near,
            };
            (false, due)
        };
        let days_before = making.seed.between(0, 14) + (-due_in).max(0);
        let at = making.moment(days_before);
        let verb = said(making.seed.pick(texts::TASKS), customer);
        let title = if customer.is_abroad {
            format!("{verb} {}", customer.brand)
        } else {
            format!("{} · {verb}", customer.brand)
        };
        // One task in ten is the demo account's own, so that its day is not empty.
        let doer = if making.seed.chance(10) { 0 } else { owner };
        let mut record = making.record(Task::DEF.kind, owner, at);
        let priority = making
            .seed
            .weighted(&[
                (15, Priority::High),
                (70, Priority::Normal),
                (15, Priority::Low),
            ])
            .clone();
        record
            .put(Task::TITLE, Line::from_stored(&title))
            .put(Task::DUE_ON, Some(making.day(due_in)))
            .put(Task::OWNER, Some(Id::from_raw(making.members[doer].id)))
            .put(Task::PRIORITY, Some(priority))
            .put(Task::CUSTOMER, Some(customer.id))
            .put(Task::DEAL, deal.map(|it| it.id));
        if making.seed.chance(25) {
            let quarter = making.seed.between(9 * 4, 18 * 4);
            record.put(Task::DUE_MINUTE, Some(Number(quarter * 15)));
        }
        if is_done {
            // Done on the day it was due, or the day before.
            let days_ago = -due_in + making.seed.between(0, 1);
            let done = making.moment(days_ago.max(1));
            record.put(Task::DONE_AT, Some(done));
        }
        making.records.push(record);
    }
}

/// Makes a few saved views.
pub(super) fn saved_views(making: &mut Making, founded: Timestamp) {
    let views = [
        ("重点客户", "customer", "level=a&sort=name"),
        (
            "跟进中的客户",
            "customer",
            "status=in_contact&sort=-updated",
        ),
        ("沉睡客户", "customer", "status=dormant&sort=updated"),
        ("Found at a fair", "customer", "source=event&sort=-created"),
        ("转介绍", "customer", "source=referral&sort=-created"),
    ];
    let ranks = Rank::several_between(None, None, views.len(), &mut making.seed);
    for (index, ((name, of, query), rank)) in views.into_iter().zip(ranks).enumerate() {
        let owner = Id::from_raw(making.members[0].id);
        let mut record = making.record(SavedView::DEF.kind, 0, founded);
        record
            .put(SavedView::NAME, Line::from_stored(name))
            .put(SavedView::OF, Some(Line::from_stored(of)))
            .put(SavedView::QUERY, Some(Paragraphs::from_stored(query)))
            .put(SavedView::OWNER, Some(owner))
            .put(SavedView::SHARED, true)
            .put(SavedView::STARRED, index < 3)
            .put(SavedView::RANK, Some(rank));
        making.records.push(record);
    }
}
