//! One task with all its fields, beside the list.

use huike_messages::Messages;
use huike_shared::followups::Task;
use huike_shared::id::{Id, RecordId};
use huike_shared::record::{FieldDef, Number, Record};
use huike_shared::row::Row;
use leptos::prelude::*;

use super::clock::use_clock;
use super::date_words::split_due;
use super::task_acts::{set_done, task_ref};
use super::task_line::hour_words;
use super::task_row::DueEdit;
use crate::history::{HistoryButton, provide_history};
use crate::i18n::use_i18n;
use crate::record::{FieldInput, FieldName, GoneRecord, SyncState, field_label};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Checkbox, Glyph, IconButton, InlineEdit, Show, live};

/// Fields below the due day, in order.
const FIELDS: [usize; 6] = [
    Task::PRIORITY.index,
    Task::OWNER.index,
    Task::CUSTOMER.index,
    Task::CONTACT.index,
    Task::DEAL.index,
    Task::REMARK.index,
];

/// One task with all its fields.
#[component]
pub fn TaskPanel(
    /// Which task.
    id: RecordId,
    /// One level back.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let record = task_ref(id);
    let row = store.row(record);
    let task: Id<Task> = Id::from_raw(id);

    // What it derives.
    let is_there = Memo::new(move |_| row.with(|it| it.as_ref().is_some_and(|it| !it.deleted)));
    let history = provide_history(record);
    let is_done = Signal::derive(move || row.with(|it| it.as_ref().is_some_and(is_done)));
    let title = Signal::derive(move || {
        row.with(|it| it.as_ref().map(|it| it.get(Task::TITLE).to_string()))
            .unwrap_or_default()
    });

    // What it can do.
    let delete = move |()| {
        store.delete(&[record]);
        on_close.run(());
    };

    // What it looks like.
    let field = |index: usize| -> &'static FieldDef { &Task::DEF.fields[index] };
    let line = move |index: usize| {
        view! {
            <div class="field-row">
                <dt><FieldName def=Task::DEF field=field(index)/></dt>
                <dd><FieldInput record field=field(index)/></dd>
            </div>
        }
    };
    view! {
        <Show
            when=move || is_there.get()
            fallback=move || view! { <GoneRecord record on_close/> }.into_any()
        >
        <article class="record task-panel" class:then=live(move || history.is_then())>
            <header class="record-head">
                <Checkbox
                    label=Signal::derive(move || i18n.t(|it| it.tasks_complete(&title.get())))
                    checked=is_done
                    on_change=move |now| set_done(store, id, now)
                    bare=true
                    round=true
                />
                <div class="record-name">
                    <h2><FieldInput record field=field(Task::TITLE.index) bare=true/></h2>
                </div>
                <SyncState record/>
                <HistoryButton/>
                <IconButton
                    glyph=Glyph::Close
                    label=i18n.text(Messages::common_close)
                    on_press=move |()| on_close.run(())
                />
            </header>
                <div class="panel-body">
                    <dl class="fields" data-edit-group="">
                        <div class="field-row">
                            <dt><FieldName def=Task::DEF field=field(Task::DUE_ON.index)/></dt>
                            <dd><DueEdit task/></dd>
                        </div>
                        <div class="field-row">
                            <dt><FieldName def=Task::DEF field=field(Task::DUE_MINUTE.index)/></dt>
                            <dd><HourEdit task/></dd>
                        </div>
                        {FIELDS.into_iter().map(line).collect_view()}
                    </dl>
                    <Button
                        label=i18n.text(Messages::common_delete)
                        on_press=delete
                        kind=ButtonKind::Ghost
                        glyph=Glyph::Trash
                    />
                </div>
                {history.place()}
        </article>
        </Show>
    }
    .into_any()
}

fn is_done(row: &std::sync::Arc<Row>) -> bool {
    row.get(Task::DONE_AT).is_some()
}

/// The hour of a task, typed as 15:30, 3pm or 下午3点.
#[component]
fn HourEdit(task: Id<Task>) -> impl IntoView {
    let (store, i18n, clock) = (use_store(), use_i18n(), use_clock());
    let row = store.row(task_ref(task.raw()));
    let value = Signal::derive(move || {
        let minute = row.with(|it| it.as_ref().and_then(|it| it.get(Task::DUE_MINUTE)));
        minute.map(|Number(it)| hour_words(it)).unwrap_or_default()
    });
    let read = move |text: &str| {
        let (rest, due) = split_due(text, untrack(move || clock.today()));
        due.and_then(|it| it.minute).filter(|_| rest.is_empty())
    };
    let check = Callback::new(move |text: String| {
        let is_fine = text.trim().is_empty() || read(&text).is_some();
        (!is_fine).then(|| untrack(|| i18n.t(Messages::tasks_hour_wrong)))
    });
    let save = move |text: String| store.set(task, Task::DUE_MINUTE, read(&text).map(Number));
    view! {
        <InlineEdit
            label=Signal::derive(move || field_label(i18n, Task::DEF, "due_minute"))
            value
            placeholder=Signal::stored("—".to_owned())
            check
            on_save=save
        />
    }
    .into_any()
}
