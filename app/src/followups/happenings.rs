//! What happened to a customer or a deal, merged from several kinds of record.

use std::sync::Arc;

use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, ActivityType, Task};
use huike_shared::id::RecordId;
use huike_shared::place::Outcome;
use huike_shared::record::RecordRef;
use huike_shared::row::Row;
use huike_shared::search::Query;
use huike_shared::time::{DAY_MS, Date, Timestamp, days_from_date};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody called, visited, wrote, met or noted.
    Activity(Option<ActivityType>),
    /// A task was done.
    TaskDone,
    /// The record itself, or a deal of the customer, was made.
    Created,
    /// A deal was won.
    Won,
    /// A deal was lost, and why.
    Lost(Box<str>),
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The record it is read from.
    pub record: RecordRef,
    /// What happened.
    pub what: What,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: RecordId,
}

/// Which entries a timeline shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// Everything.
    #[default]
    All,
    /// Calls, messages and mails.
    Talks,
    /// Visits and meetings.
    Meetings,
    /// Notes.
    Notes,
    /// Finished tasks.
    Tasks,
    /// What was made, won and lost.
    Milestones,
}

impl Shown {
    /// All of them, in the order of the chips.
    pub const ALL: [Shown; 6] = [
        Shown::All,
        Shown::Talks,
        Shown::Meetings,
        Shown::Notes,
        Shown::Tasks,
        Shown::Milestones,
    ];

    /// Whether an entry passes.
    pub fn shows(self, what: &What) -> bool {
        let group = match what {
            What::Activity(Some(ActivityType::Visit | ActivityType::Meeting)) => Shown::Meetings,
            What::Activity(Some(
                ActivityType::Call | ActivityType::Message | ActivityType::Email,
            )) => Shown::Talks,
            What::Activity(None | Some(ActivityType::Note | ActivityType::Other(_))) => {
                Shown::Notes
            }
            What::TaskDone => Shown::Tasks,
            What::Created | What::Won | What::Lost(_) => Shown::Milestones,
        };
        self == Shown::All || self == group
    }
}

/// What one row tells; a deal may tell two things.
pub fn of_row(row: &Row, out: &mut Vec<Happening>) {
    let mut push = |what, at, by| {
        out.push(Happening {
            record: row.record_ref(),
            what,
            at,
            by,
        });
    };
    if row.kind == <Activity as huike_shared::record::Record>::DEF.kind {
        push(
            What::Activity(row.get(Activity::ACTIVITY_TYPE)),
            row.get(Activity::AT),
            row.created.by,
        );
    } else if row.kind == <Task as huike_shared::record::Record>::DEF.kind {
        if let Some(at) = row.get(Task::DONE_AT) {
            let by = row.get(Task::OWNER).map_or(row.updated.by, |it| it.raw());
            push(What::TaskDone, at, by);
        }
    } else if row.kind == <Deal as huike_shared::record::Record>::DEF.kind {
        push(What::Created, row.created.at, row.created.by);
        let by = row.get(Deal::OWNER).map_or(row.updated.by, |it| it.raw());
        let closed = || closed_at(row.get(Deal::CLOSED_ON), row.updated.at);
        match row.get(Deal::OUTCOME) {
            Outcome::Open => {}
            Outcome::Won => push(What::Won, closed(), by),
            Outcome::Lost { reason } => push(What::Lost(reason), closed(), by),
        }
    } else {
        push(What::Created, row.created.at, row.created.by);
    }
}

/// A closing day has no hour: the latest change if it fell on about that day, else its noon UTC.
fn closed_at(closed_on: Option<Date>, updated: Timestamp) -> Timestamp {
    let Some(day) = closed_on else { return updated };
    let noon = days_from_date(day) * DAY_MS + DAY_MS / 2;
    if (updated.millis() - noon).abs() < DAY_MS {
        updated
    } else {
        Timestamp::from_millis(noon)
    }
}

/// The latest first; the same moment is settled by id.
pub fn merged(rows: impl Iterator<Item = Arc<Row>>) -> Vec<Happening> {
    let mut all = Vec::new();
    for row in rows {
        of_row(&row, &mut all);
    }
    all.sort_by_key(|it| std::cmp::Reverse((it.at, it.record.id)));
    all
}

/// Entries of one day each, in their order.
pub fn by_day(
    all: &[Happening],
    date_of: impl Fn(Timestamp) -> Date,
) -> Vec<(Date, Vec<Happening>)> {
    let mut days: Vec<(Date, Vec<Happening>)> = Vec::new();
    for one in all {
        let day = date_of(one.at);
        match days.last_mut() {
            Some((known, entries)) if *known == day => entries.push(one.clone()),
            _ => days.push((day, vec![one.clone()])),
        }
    }
    days
}

/// Whether an entry answers a search: its own words, or those of its long text.
pub fn answers(query: &Query, row: &Row, body: Option<&Row>) -> bool {
    query.matches(row) || body.is_some_and(|it| query.matches(it))
}

#[cfg(test)]
mod tests {
    use huike_shared::record::Record;
    use huike_shared::row::Stamp;
    use huike_shared::scalar::Scalar;

    use super::*;
    use huike_shared::time::civil;

    fn row<R: Record>(number: u8, at: i64, values: &[(&str, Scalar)]) -> Arc<Row> {
        let stamp = Stamp {
            at: Timestamp::from_millis(at),
            by: RecordId([9; 16]),
        };
        let mut row = Row {
            kind: R::DEF.kind,
            id: RecordId([number; 16]),
            created: stamp,
            updated: stamp,
            ..Row::default()
        };
        for (key, value) in values {
            row.set_key(R::DEF, key, value.clone());
        }
        Arc::new(row)
    }

    #[test]
    fn several_kinds_are_one_story_with_the_latest_first() {
        let rows = [
            row::<Deal>(1, 10, &[("outcome", Scalar::text("lost:price"))]),
            row::<Task>(2, 20, &[]),
            row::<Task>(3, 20, &[("done_at", Scalar::Int(40))]),
            row::<Activity>(
                4,
                5,
                &[
                    ("at", Scalar::Int(30)),
                    ("activity_type", Scalar::text("call")),
                ],
            ),
        ];
        let all = merged(rows.into_iter());
        let found: Vec<(u8, i64)> = all
            .iter()
            .map(|it| (it.record.id.0[0], it.at.millis()))
            .collect();
        assert_eq!(found, [(3, 40), (4, 30), (1, 10), (1, 10)]);
        assert!(all.iter().any(|it| it.what == What::Lost("price".into())));
        assert!(Shown::Talks.shows(&all[1].what) && !Shown::Notes.shows(&all[1].what));
    }

    #[test]
    fn entries_of_one_day_stand_together() {
        let at = |millis| Happening {
            record: RecordRef {
                kind: Task::DEF.kind,
                id: RecordId([1; 16]),
            },
            what: What::TaskDone,
            at: Timestamp::from_millis(millis),
            by: RecordId([1; 16]),
        };
        let all = [at(2 * DAY_MS + 5), at(2 * DAY_MS + 1), at(DAY_MS)];
        let days = by_day(&all, |it| it.date(0));
        let counts: Vec<usize> = days.iter().map(|it| it.1.len()).collect();
        assert_eq!(counts, [2, 1]);
    }

    #[test]
    fn a_closing_day_long_ago_keeps_its_day() {
        let day = civil(2026, 3, 4).expect("a day");
        let late = Timestamp::from_millis(days_from_date(day) * DAY_MS + 40 * DAY_MS);
        assert_eq!(closed_at(Some(day), late).date(0), day);
        assert_eq!(closed_at(None, late), late);
    }
}
