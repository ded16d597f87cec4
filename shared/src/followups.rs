//! Follow-ups (跟进): what happened and what is to be done.

mod activity;
mod task;

pub use activity::{Activity, ActivityType};
pub use task::{Priority, Task};
