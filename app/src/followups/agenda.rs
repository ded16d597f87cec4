//! Tasks by when they are due. Weeks begin on Monday.

use std::sync::Arc;

use huike_shared::followups::{Priority, Task};
use huike_shared::id::RecordId;
use huike_shared::row::Row;
use huike_shared::time::{Date, Timestamp, days_after};

/// A heading of the task list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Should have been done.
    Overdue,
    /// Due today.
    Today,
    /// Due tomorrow.
    Tomorrow,
    /// Due later, until Sunday.
    ThisWeek,
    /// Due after this week.
    Later,
    /// Without a day.
    Undated,
    /// Done.
    Done,
}

/// Tasks by heading.
pub type Groups = Vec<(Group, Vec<RecordId>)>;

/// What a list reads of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFacts {
    /// Which one.
    pub id: RecordId,
    /// Whose it is.
    pub owner: Option<RecordId>,
    /// The day it is due.
    pub due_on: Option<Date>,
    /// Minutes after midnight.
    pub due_minute: Option<i64>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// 0 matters most.
    pub priority: u8,
}

impl TaskFacts {
    /// Reads a task's row.
    pub fn read(row: &Row) -> Self {
        TaskFacts {
            id: row.id,
            owner: row.get(Task::OWNER).map(|it| it.raw()),
            due_on: row.get(Task::DUE_ON),
            due_minute: row.get(Task::DUE_MINUTE).map(|it| it.0),
            done_at: row.get(Task::DONE_AT),
            priority: match row.get(Task::PRIORITY) {
                Some(Priority::High) => 0,
                None | Some(Priority::Normal | Priority::Other(_)) => 1,
                Some(Priority::Low) => 2,
            },
        }
    }

    /// Under which heading it stands.
    pub fn group(&self, today: Date) -> Group {
        if self.done_at.is_some() {
            return Group::Done;
        }
        let Some(due) = self.due_on else {
            return Group::Undated;
        };
        let tomorrow = days_after(today, 1);
        match due {
            _ if due < today => Group::Overdue,
            _ if due == today => Group::Today,
            _ if due == tomorrow => Group::Tomorrow,
            _ if due <= week_end(today) => Group::ThisWeek,
            _ => Group::Later,
        }
    }
}

/// The Monday on or before a day.
pub fn week_start(day: Date) -> Date {
    days_after(day, -i64::from(day.weekday().number_days_from_monday()))
}

/// The Sunday on or after a day.
pub fn week_end(day: Date) -> Date {
    days_after(week_start(day), 6)
}

/// Done tasks shown at most: the list is for what is to be done.
pub const DONE_SHOWN_MAX: usize = 50;

/// The tasks of these rows that pass, by heading; headings without tasks are left out.
pub fn by_group(rows: &[Arc<Row>], today: Date, keep: impl Fn(&TaskFacts) -> bool) -> Groups {
    let mut tasks: Vec<(Group, TaskFacts)> = rows
        .iter()
        .map(|it| TaskFacts::read(it))
        .filter(|it| keep(it))
        .map(|it| (it.group(today), it))
        .collect();
    tasks.sort_by_key(order);
    let mut groups = Groups::new();
    for (group, task) in tasks {
        if groups.last().is_none_or(|it| it.0 != group) {
            groups.push((group, Vec::new()));
        }
        if let Some((_, ids)) = groups.last_mut()
            && (group != Group::Done || ids.len() < DONE_SHOWN_MAX)
        {
            ids.push(task.id);
        }
    }
    groups
}

type Order = (
    Group,
    std::cmp::Reverse<Option<Timestamp>>,
    Option<Date>,
    u8,
    bool,
    Option<i64>,
    RecordId,
);

/// The latest done first; open ones by day, then what matters, then the hour.
fn order((group, task): &(Group, TaskFacts)) -> Order {
    let TaskFacts {
        id,
        due_on,
        due_minute,
        done_at,
        priority,
        ..
    } = task;
    let latest = std::cmp::Reverse(*done_at);
    (
        *group,
        latest,
        *due_on,
        *priority,
        due_minute.is_none(),
        *due_minute,
        *id,
    )
}

/// How many open tasks of a member are overdue or due today: the reminder in the rail.
pub fn due_count(rows: &[Arc<Row>], me: RecordId, today: Date) -> usize {
    rows.iter()
        .filter(|row| {
            row.get(Task::DONE_AT).is_none()
                && row.get(Task::DUE_ON).is_some_and(|it| it <= today)
                && row.get(Task::OWNER).is_some_and(|it| it.raw() == me)
        })
        .count()
}

#[cfg(test)]
mod tests {
    use huike_shared::record::Record;
    use huike_shared::scalar::Scalar;

    use super::*;
    use huike_shared::time::civil;

    const ME: RecordId = RecordId([7; 16]);
    /// A Wednesday.
    const TODAY: Date = civil(2026, 3, 4).expect("a day");

    fn task(number: u8, due_on: &str, more: &[(&str, Scalar)]) -> Arc<Row> {
        let mut row = Row {
            kind: Task::DEF.kind,
            id: RecordId([number; 16]),
            ..Row::default()
        };
        if !due_on.is_empty() {
            row.set_key(Task::DEF, "due_on", Scalar::text(due_on));
        }
        row.set_key(Task::DEF, "owner", ME.into());
        for (key, value) in more {
            row.set_key(Task::DEF, key, value.clone());
        }
        Arc::new(row)
    }

    #[test]
    fn tasks_stand_under_the_heading_of_their_day() {
        let rows = [
            task(1, "", &[]),
            task(2, "2026-03-03", &[]),
            task(3, "2026-03-04", &[("due_minute", Scalar::Int(600))]),
            task(4, "2026-03-04", &[("priority", Scalar::text("high"))]),
            task(5, "2026-03-05", &[]),
            task(6, "2026-03-08", &[]),
            task(7, "2026-03-09", &[]),
            task(8, "2026-03-01", &[("done_at", Scalar::Int(1))]),
            task(9, "2026-03-01", &[("done_at", Scalar::Int(2))]),
        ];
        let groups = by_group(&rows, TODAY, |_| true);
        let found: Vec<(Group, Vec<u8>)> = groups
            .into_iter()
            .map(|(group, ids)| (group, ids.iter().map(|it| it.0[0]).collect()))
            .collect();
        let expected = [
            (Group::Overdue, vec![2]),
            (Group::Today, vec![4, 3]),
            (Group::Tomorrow, vec![5]),
            (Group::ThisWeek, vec![6]),
            (Group::Later, vec![7]),
            (Group::Undated, vec![1]),
            (Group::Done, vec![9, 8]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_reminder_counts_my_open_tasks_until_today() {
        let other = ("owner", Scalar::from(RecordId([8; 16])));
        let rows = [
            task(1, "2026-03-03", &[]),
            task(2, "2026-03-04", &[]),
            task(3, "2026-03-05", &[]),
            task(4, "2026-03-04", &[("done_at", Scalar::Int(1))]),
            task(5, "2026-03-04", &[other]),
            task(6, "", &[]),
        ];
        assert_eq!(due_count(&rows, ME, TODAY), 2);
    }

    #[test]
    fn a_week_begins_on_monday() {
        for (day, monday, sunday) in [
            ("2026-03-02", "2026-03-02", "2026-03-08"),
            ("2026-03-08", "2026-03-02", "2026-03-08"),
        ] {
            let day = huike_shared::time::parse_date(day).unwrap();
            assert_eq!(week_start(day).to_string(), monday);
            assert_eq!(week_end(day).to_string(), sunday);
        }
    }
}
