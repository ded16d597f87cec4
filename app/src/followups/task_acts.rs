//! What can be done to tasks: make one from a line, do it, take that back.

use huike_shared::followups::Task;
use huike_shared::id::{Id, RecordId};
use huike_shared::local::IntentPart;
use huike_shared::record::{Number, Record, RecordRef};
use huike_shared::scalar::Scalar;
use huike_shared::text::Line;
use huike_shared::time::Timestamp;
use leptos::prelude::*;

use super::date_words::Due;
use crate::store::device::{fresh_id, now};
use crate::store::{EditLabel, LocalStore, put};

/// What a new task belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// For whom.
    pub customer: Option<RecordId>,
    /// With which person there.
    pub contact: Option<RecordId>,
    /// About which deal.
    pub deal: Option<RecordId>,
}

/// Names a task.
pub fn task_ref(id: RecordId) -> RecordRef {
    RecordRef {
        kind: Task::DEF.kind,
        id,
    }
}

/// A new task of mine as part of an edit; `None` if it has no title.
pub fn new_task(
    store: LocalStore,
    title: &str,
    due: Option<Due>,
    ties: Ties,
) -> Option<IntentPart> {
    let title = Line::parse(title).ok()?;
    let me = untrack(move || store.me());
    let mut values: Vec<(Box<str>, Scalar)> = vec![
        put(Task::TITLE, &title),
        put(Task::OWNER, &Some(Id::from_raw(me))),
        put(Task::DUE_ON, &due.map(|it| it.on)),
        put(Task::DUE_MINUTE, &due.and_then(|it| it.minute).map(Number)),
        put(Task::CUSTOMER, &ties.customer.map(Id::from_raw)),
        put(Task::CONTACT, &ties.contact.map(Id::from_raw)),
        put(Task::DEAL, &ties.deal.map(Id::from_raw)),
    ];
    values.retain(|it| !it.1.is_null());
    Some(IntentPart {
        record: task_ref(fresh_id()),
        values,
    })
}

/// Makes a task of mine.
pub fn create_task(
    store: LocalStore,
    title: &str,
    due: Option<Due>,
    ties: Ties,
) -> Option<RecordId> {
    let part = new_task(store, title, due, ties)?;
    let id = part.record.id;
    store.edit(EditLabel::Create, vec![part]).map(|_| id)
}

/// Marks a task as done now, or as open again.
pub fn set_done(store: LocalStore, task: RecordId, is_done: bool) {
    let done_at: Option<Timestamp> = is_done.then(now);
    let part = IntentPart {
        record: task_ref(task),
        values: vec![put(Task::DONE_AT, &done_at)],
    };
    let label = if is_done {
        EditLabel::Complete
    } else {
        EditLabel::Change
    };
    store.edit(label, vec![part]);
}
