//! The next step of a deal: its earliest open task.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::followups::Task;
use huike_shared::id::RecordId;
use huike_shared::record::Number;
use huike_shared::row::Row;
use huike_shared::text::Line;
use huike_shared::time::Date;

/// A deal's next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// The task.
    pub task: RecordId,
    /// What is to be done.
    pub title: Line,
    /// The day it is due.
    pub due_on: Option<Date>,
    /// Minutes after midnight, where the hour matters.
    pub due_minute: Option<i64>,
}

/// How a deal's next step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// There is none: the deal may be forgotten.
    Missing,
    /// It should have been done.
    Overdue,
    /// It is due today.
    Today,
    /// It is due later, or has no day.
    Planned,
}

/// How this next step stands today.
pub fn state(step: Option<&NextStep>, today: Date) -> StepState {
    match step.map(|it| it.due_on) {
        None => StepState::Missing,
        Some(Some(due)) if due < today => StepState::Overdue,
        Some(Some(due)) if due == today => StepState::Today,
        Some(_) => StepState::Planned,
    }
}

/// The next step of each deal that has one.
pub fn next_steps(tasks: &[Arc<Row>]) -> HashMap<RecordId, NextStep> {
    let mut steps: HashMap<RecordId, NextStep> = HashMap::new();
    for row in tasks {
        let Some(deal) = row
            .get(Task::DEAL)
            .filter(|_| row.get(Task::DONE_AT).is_none())
        else {
            continue;
        };
        let step = NextStep {
            task: row.id,
            title: row.get(Task::TITLE),
            due_on: row.get(Task::DUE_ON),
            due_minute: row.get(Task::DUE_MINUTE).map(|Number(it)| it),
        };
        let known = steps.entry(deal.raw()).or_insert_with(|| step.clone());
        if order(&step) < order(known) {
            *known = step;
        }
    }
    steps
}

/// Dated ones first by day and hour, then the oldest.
fn order(step: &NextStep) -> (bool, Option<Date>, bool, Option<i64>, RecordId) {
    (
        step.due_on.is_none(),
        step.due_on,
        step.due_minute.is_none(),
        step.due_minute,
        step.task,
    )
}

#[cfg(test)]
mod tests {
    use huike_shared::record::Record;
    use huike_shared::scalar::Scalar;

    use super::*;
    use huike_shared::time::civil;

    const DEAL: RecordId = RecordId([3; 16]);

    fn task(number: u8, values: &[(&str, Scalar)]) -> Arc<Row> {
        let mut row = Row {
            kind: Task::DEF.kind,
            id: RecordId([number; 16]),
            ..Row::default()
        };
        row.set_key(Task::DEF, "deal", DEAL.into());
        for (key, value) in values {
            row.set_key(Task::DEF, key, value.clone());
        }
        Arc::new(row)
    }

    #[test]
    fn the_earliest_open_task_is_the_next_step() {
        let tasks = [
            task(1, &[]),
            task(2, &[("due_on", Scalar::text("2026-03-09"))]),
            task(3, &[("due_on", Scalar::text("2026-03-08"))]),
            task(
                4,
                &[
                    ("due_on", Scalar::text("2026-03-08")),
                    ("due_minute", Scalar::Int(600)),
                ],
            ),
            task(
                5,
                &[
                    ("due_on", Scalar::text("2026-03-01")),
                    ("done_at", Scalar::Int(5)),
                ],
            ),
        ];
        let step = next_steps(&tasks)[&DEAL].clone();
        assert_eq!(step.task, RecordId([4; 16]));
        assert!(next_steps(&tasks[4..]).is_empty());
    }

    #[test]
    fn a_step_is_missing_overdue_due_or_planned() {
        let today = civil(2026, 3, 8).expect("a day");
        let step = |due_on| {
            Some(NextStep {
                task: DEAL,
                title: Line::default(),
                due_on,
                due_minute: None,
            })
        };
        let of = |it: Option<NextStep>| state(it.as_ref(), today);
        assert_eq!(of(None), StepState::Missing);
        assert_eq!(of(step(None)), StepState::Planned);
        assert_eq!(
            of(step(Some(civil(2026, 3, 7).expect("a day")))),
            StepState::Overdue
        );
        assert_eq!(of(step(Some(today))), StepState::Today);
        assert_eq!(
            of(step(Some(civil(2026, 3, 9).expect("a day")))),
            StepState::Planned
        );
    }
}
