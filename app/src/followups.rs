//! Follow-ups (跟进): what happened, and what is to be done.

mod action_row;
mod activity_editor;
mod agenda;
mod checklist;
mod clock;
mod composer;
mod date_words;
mod entry;
mod happenings;
mod next_steps;
mod task_acts;
mod task_line;
mod task_panel;
mod task_row;
mod tasks_page;
mod team_activity;
mod timeline;
mod today;
mod today_page;

use huike_shared::followups::Task;
use huike_shared::record::Record;
use leptos::prelude::*;

pub use action_row::ActionRow;
pub use agenda::{week_end, week_start};
pub use clock::{Clock, use_clock};
pub use composer::Composer;
pub use date_words::{Due, parse_day, split_due};
pub use next_steps::NextSteps;
pub use task_acts::{Ties, create_task, set_done};
pub use task_line::TaskLine;
pub use task_row::TaskRow;
pub use tasks_page::TasksPage;
pub use timeline::Timeline;
pub use today_page::TodayPage;

/// How many of my tasks are overdue or due today: the reminder in the rail.
pub fn due_count() -> Signal<usize> {
    let store = crate::store::use_store();
    let clock = use_clock();
    let tasks = store.rows(Task::DEF.kind);
    Memo::new(move |_| {
        let (me, today) = (store.me(), clock.today());
        tasks.with(|it| agenda::due_count(it, me, today))
    })
    .into()
}
