//! The whole company: its members and every record they made.

use super::people::{self, People};
use super::seed::Seed;
use super::selling::{self, Deals};
use super::working;
use huike_shared::access::Role;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::note::{self, Note, NoteDocument, Splice, note_ref};
use huike_shared::record::{Field, FieldType, RecordRef};
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::PushedChange;
use huike_shared::time::{DAY_MS, Date, Timestamp, days_from_date};

/// How many records of each kind a demo of scale 1 has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Customers.
    pub customers: usize,
    /// Contacts.
    pub contacts: usize,
    /// Deals, in two pipelines.
    pub deals: usize,
    /// Activities.
    pub activities: usize,
    /// Tasks.
    pub tasks: usize,
}

impl Size {
    /// The size of a scale.
    pub fn of_scale(scale: usize) -> Size {
        Size {
            customers: 2_000 * scale,
            contacts: 3_000 * scale,
            deals: 1_200 * scale,
            activities: 8_000 * scale,
            tasks: 1_500 * scale,
        }
    }
}

/// A member of the demo company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoMember {
    /// The member.
    pub id: RecordId,
    /// The user.
    pub user_id: RecordId,
    /// What colleagues call them.
    pub name: &'static str,
    /// Sign-in name.
    pub login: &'static str,
    /// What they may do.
    pub role: Role,
}

/// Everybody: the first has the demo account, the last may only read.
const MEMBERS: &[(&str, &str, Role)] = &[
    ("陈思远", "demo", Role::Administrator),
    ("王伟", "wangwei", Role::Manager),
    ("李娜", "lina", Role::Salesperson),
    ("张敏", "zhangmin", Role::Salesperson),
    ("Emma Clarke", "emma", Role::Salesperson),
    ("赵磊", "zhaolei", Role::Viewer),
];

/// Name of the workspace.
pub const WORKSPACE_NAME: &str = "远航贸易 Voyager Trading";

/// A record, its author and its first values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoRecord {
    /// Which one.
    pub record: RecordRef,
    /// Who made it, counted in [`Company::members`].
    pub by: usize,
    /// When it was made.
    pub at: Timestamp,
    /// Its registers; none is null.
    pub values: Vec<(Box<str>, Scalar)>,
    /// A long text in one of its fields.
    pub note: Option<(&'static str, &'static str)>,
}

impl DemoRecord {
    /// A record without values.
    pub fn new(record: RecordRef, by: usize, at: Timestamp) -> Self {
        DemoRecord {
            record,
            by,
            at,
            values: Vec::new(),
            note: None,
        }
    }

    /// Puts a value into a typed field.
    pub fn put<R, T: FieldType>(&mut self, field: Field<R, T>, value: T) -> &mut Self {
        self.put_key(field.name, value.write())
    }

    /// Puts a value under a key.
    pub fn put_key(&mut self, key: &str, value: Scalar) -> &mut Self {
        if !value.is_null() {
            self.values.push((key.into(), value));
        }
        self
    }

    /// The first change of the record, and of its long text if it has one.
    pub fn changes(&self, actor: Actor) -> Vec<PushedChange> {
        let mut changes = Vec::new();
        if let Some(body) = Registers::default().author(&self.values, actor, self.at)
            && let Ok(change) = decode(&body)
        {
            let record = self.record;
            changes.push(PushedChange {
                record,
                of: None,
                hash: change.hash,
                body,
            });
        }
        if let Some((field, text)) = self.note {
            let mut note = NoteDocument::genesis(self.record, field);
            let heads = note.heads();
            let splice = Splice {
                at: 0,
                remove: 0,
                insert: text.into(),
            };
            if let Ok(body) = note.splice(&heads, &splice, (actor, actor), self.at) {
                let record = note_ref(self.record, field);
                let hash = note.heads().first().copied().unwrap_or_default();
                let of = Some(note::of(self.record, field).into());
                changes.push(PushedChange {
                    record,
                    of,
                    hash,
                    body,
                });
            }
        }
        changes
    }
}

/// The demo company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Its workspace.
    pub workspace_id: RecordId,
    /// Who works there.
    pub members: Vec<DemoMember>,
    /// Everything they wrote down, in an order in which links point backwards.
    pub records: Vec<DemoRecord>,
}

/// What the parts of the company are made from.
pub(super) struct Making {
    pub seed: Seed,
    pub today: Date,
    /// Eight in the morning of today, in China.
    pub morning: Timestamp,
    pub members: Vec<DemoMember>,
    pub records: Vec<DemoRecord>,
}

impl Making {
    /// A moment of the working day `days_ago` days ago, in China.
    pub fn moment(&mut self, days_ago: i64) -> Timestamp {
        let minute = self.seed.between(30, 10 * 60);
        Timestamp::from_millis(self.morning.millis() - days_ago * DAY_MS + minute * 60_000)
    }

    /// A member who sells, or now and then the one who looks around, or the manager.
    pub fn seller(&mut self) -> usize {
        *self
            .seed
            .weighted(&[(4, 2), (4, 3), (3, 4), (2, 0), (1, 1)])
    }

    /// The day so many days from today.
    pub fn day(&self, days_ahead: i64) -> Date {
        huike_shared::time::date_from_days(days_from_date(self.today) + days_ahead)
    }

    /// A fresh record of a kind.
    pub fn record(
        &mut self,
        kind: huike_shared::record::Kind,
        by: usize,
        at: Timestamp,
    ) -> DemoRecord {
        let id = self.seed.record_id(at);
        DemoRecord::new(RecordRef { kind, id }, by, at)
    }
}

/// The company as of a day. The same arguments give the same company.
pub fn company(scale: usize, today: Date) -> Company {
    let size = Size::of_scale(scale.max(1));
    let morning = Timestamp::from_millis(days_from_date(today) * DAY_MS);
    let founded = Timestamp::from_millis(morning.millis() - 600 * DAY_MS);
    let mut seed = Seed::new(20_260_101);
    let workspace_id = seed.record_id(founded);
    let members = MEMBERS
        .iter()
        .map(|(name, login, role)| DemoMember {
            id: seed.record_id(founded),
            user_id: seed.record_id(founded),
            name,
            login,
            role: *role,
        })
        .collect();
    let mut making = Making {
        seed,
        today,
        morning,
        members,
        records: Vec::new(),
    };
    let pipelines = selling::pipelines(&mut making, founded);
    let People {
        customers,
        contacts,
    } = people::people(&mut making, size);
    let deals: Deals = selling::deals(&mut making, &pipelines, &customers, size);
    working::activities(&mut making, &customers, &contacts, &deals, size);
    working::tasks(&mut making, &customers, &deals, size);
    working::saved_views(&mut making, founded);
    let Making {
        members, records, ..
    } = making;
    Company {
        workspace_id,
        members,
        records,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::customers::{Contact, Customer};
    use huike_shared::deals::{Deal, Pipeline};
    use huike_shared::followups::{Activity, Task};
    use huike_shared::note::NOTE;
    use huike_shared::record::{Kind, Record as _};
    use huike_shared::registry;
    use huike_shared::row::Stamp;
    use huike_shared::time::civil;
    use huike_shared::views::SavedView;
    use std::collections::HashSet;

    const TODAY: Date = civil(2026, 11, 21).expect("a day");

    #[test]
    fn the_company_is_the_same_every_time_and_moves_with_the_day() {
        let one = company(1, TODAY);
        assert_eq!(one, company(1, TODAY));
        let later = company(1, civil(2026, 11, 22).expect("a day"));
        assert_eq!(one.records.len(), later.records.len());
        assert_ne!(one, later);
    }

    #[test]
    fn there_are_as_many_records_as_promised_and_every_value_fits_its_field() {
        let company = company(1, TODAY);
        let count = |kind: Kind| {
            company
                .records
                .iter()
                .filter(|it| it.record.kind == kind)
                .count()
        };
        assert_eq!(count(Customer::DEF.kind), 2_000);
        assert_eq!(count(Contact::DEF.kind), 3_000);
        assert_eq!(count(Deal::DEF.kind), 1_200);
        assert_eq!(count(Activity::DEF.kind), 8_000);
        assert_eq!(count(Task::DEF.kind), 1_500);
        assert_eq!(count(Pipeline::DEF.kind), 2);
        assert!(count(SavedView::DEF.kind) >= 4);
        let ids: HashSet<RecordId> = company.records.iter().map(|it| it.record.id).collect();
        assert_eq!(ids.len(), company.records.len());
        for record in &company.records {
            let def = registry::def(record.record.kind).unwrap();
            for (key, value) in &record.values {
                let field = registry::field(def, key).unwrap_or_else(|| panic!("{key}"));
                assert!(field.kind.allows(value), "{} {key}: {value:?}", def.name);
            }
            for field in def.fields.iter().filter(|it| it.required) {
                assert!(
                    record.values.iter().any(|it| *it.0 == *field.name),
                    "{}",
                    field.name
                );
            }
        }
    }

    #[test]
    fn links_point_at_records_that_were_made_before() {
        let company = company(1, TODAY);
        let mut seen: HashSet<String> =
            company.members.iter().map(|it| it.id.to_string()).collect();
        for record in &company.records {
            for key in ["customer", "contact", "deal", "owner"] {
                let value = record.values.iter().find(|it| *it.0 == *key);
                if let Some(text) = value.and_then(|it| it.1.as_text()) {
                    assert!(seen.contains(text), "{key} of {:?}", record.record);
                }
            }
            seen.insert(record.record.id.to_string());
        }
    }

    #[test]
    fn every_change_is_one_that_a_replica_can_merge() {
        let company = company(1, TODAY);
        let mut notes = 0;
        for record in company
            .records
            .iter()
            .step_by(7)
            .chain(company.records.iter().filter(|it| it.note.is_some()))
        {
            for pushed in record.changes(Actor([7; 16])) {
                if pushed.record.kind == NOTE.kind {
                    notes += 1;
                    continue;
                }
                let change = decode(&pushed.body).unwrap();
                assert!(change.deps.is_empty() && change.seq == 1);
                let mut registers = Registers::default();
                registers.apply(&change, Stamp::default());
                assert_eq!(registers.values().count(), record.values.len());
            }
        }
        assert!(notes > 50, "{notes}");
    }

    #[test]
    fn the_board_and_the_day_have_something_of_everything() {
        let company = company(1, TODAY);
        let text = |record: &DemoRecord, key: &str| {
            let value = record.values.iter().find(|it| *it.0 == *key)?;
            value.1.as_text().map(str::to_owned)
        };
        let deals: Vec<&DemoRecord> = company
            .records
            .iter()
            .filter(|it| it.record.kind == Deal::DEF.kind)
            .collect();
        let outcome = |word: &str| {
            deals
                .iter()
                .filter(|it| text(it, "outcome").is_some_and(|it| it.starts_with(word)))
                .count()
        };
        assert!(outcome("open") > 500 && outcome("won") > 250 && outcome("lost:") > 150);
        let today = TODAY.to_string();
        let tasks: Vec<&DemoRecord> = company
            .records
            .iter()
            .filter(|it| it.record.kind == Task::DEF.kind)
            .collect();
        let is_done = |it: &DemoRecord| it.values.iter().any(|it| &*it.0 == "done_at");
        let due = |it: &DemoRecord| text(it, "due_on").unwrap_or_default();
        let open = || tasks.iter().filter(|it| !is_done(it));
        assert!(tasks.iter().filter(|it| is_done(it)).count() > 400);
        assert!(open().filter(|it| due(it) < today).count() > 80);
        assert!(open().filter(|it| due(it) == today).count() > 60);
        assert!(open().filter(|it| due(it) > today).count() > 300);
    }
}
