//! What the list knows of a customer from other records: the last contact and the next task.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::followups::{Activity, Task};
use huike_shared::id::RecordId;
use huike_shared::record::Record;
use huike_shared::row::Row;
use huike_shared::time::{Date, Timestamp};
use leptos::prelude::*;

use crate::store::LocalStore;

/// The next open task of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextTask {
    /// When it is due.
    pub due_on: Option<Date>,
    /// What it is.
    pub title: String,
}

/// Facts by customer.
#[derive(Clone, Default)]
pub struct Facts {
    last_contact: Arc<HashMap<RecordId, Timestamp>>,
    next_task: Arc<HashMap<RecordId, NextTask>>,
}

impl Facts {
    /// When somebody last spoke with the customer.
    pub fn last_contact(&self, id: RecordId) -> Option<Timestamp> {
        self.last_contact.get(&id).copied()
    }

    /// What is to be done next for the customer.
    pub fn next_task(&self, id: RecordId) -> Option<&NextTask> {
        self.next_task.get(&id)
    }
}

/// The facts, followed; each half is counted anew only when its records change.
pub fn facts(store: LocalStore) -> Signal<Facts> {
    let activities = store.rows(Activity::DEF.kind);
    let tasks = store.rows(Task::DEF.kind);
    // Comparing the maps would cost as much as telling everybody.
    let last_contact = Memo::new_with_compare(
        move |_| Arc::new(last_contacts(&activities.get())),
        |_, _| true,
    );
    let next_task =
        Memo::new_with_compare(move |_| Arc::new(next_tasks(&tasks.get())), |_, _| true);
    Signal::derive(move || Facts {
        last_contact: last_contact.get(),
        next_task: next_task.get(),
    })
}

fn last_contacts(activities: &[Arc<Row>]) -> HashMap<RecordId, Timestamp> {
    let mut last: HashMap<RecordId, Timestamp> = HashMap::new();
    for row in activities {
        let Some(customer) = row.value(Activity::CUSTOMER.index).as_id() else {
            continue;
        };
        let at = row.get(Activity::AT);
        let known = last.entry(customer).or_insert(at);
        *known = (*known).max(at);
    }
    last
}

fn next_tasks(tasks: &[Arc<Row>]) -> HashMap<RecordId, NextTask> {
    let mut next: HashMap<RecordId, NextTask> = HashMap::new();
    for row in tasks {
        if !row.value(Task::DONE_AT.index).is_null() {
            continue;
        }
        let Some(customer) = row.value(Task::CUSTOMER.index).as_id() else {
            continue;
        };
        let task = NextTask {
            due_on: row.get(Task::DUE_ON),
            title: row
                .value(Task::TITLE.index)
                .as_text()
                .unwrap_or_default()
                .to_owned(),
        };
        // A task without a day comes after every task with one.
        let order = |it: &NextTask| (it.due_on.is_none(), it.due_on);
        match next.get(&customer) {
            Some(known) if order(known) <= order(&task) => {}
            _ => {
                next.insert(customer, task);
            }
        }
    }
    next
}
