//! A task (待办任务): something to do, with a due day and an owner.

use crate::access::Member;
use crate::choices;
use crate::customers::{Contact, Customer};
use crate::deals::Deal;
use crate::id::Id;
use crate::record::{FieldKind, Linked, Number, Record};
use crate::text::{Line, Paragraphs};
use crate::time::{Date, Timestamp};

/// A task (待办任务).
#[derive(Record, Clone, Debug, PartialEq)]
#[record(kind = "task", number = 6)]
pub struct Task {
    /// What is to be done.
    #[field(search)]
    pub title: Line,
    /// The day it is due.
    pub due_on: Option<Date>,
    /// Minutes after midnight, where the hour matters.
    pub due_minute: Option<Number>,
    /// Who does it (负责人).
    pub owner: Option<Id<Member>>,
    /// When it was done; absent while it is open.
    pub done_at: Option<Timestamp>,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// For whom.
    pub customer: Option<Id<Customer>>,
    /// With which person there.
    pub contact: Option<Id<Contact>>,
    /// About which deal; the earliest open task of a deal is its next step.
    pub deal: Option<Id<Deal>>,
    /// Anything else.
    #[field(search)]
    pub remark: Option<Paragraphs>,
}

impl Linked for Task {
    const LINK: FieldKind = FieldKind::Link("task");
}

choices! {
    /// How much a task matters.
    Priority {
        /// 高.
        High = "high",
        /// 普通.
        Normal = "normal",
        /// 低.
        Low = "low",
    }
}
