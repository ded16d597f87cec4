//! The page of tasks: by when they are due, mine or everybody's, with the open one beside them.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::followups::Task;
use huike_shared::id::RecordId;
use huike_shared::record::Record;
use leptos::prelude::*;

use super::agenda::{DONE_SHOWN_MAX, Group, Groups, by_group};
use super::clock::use_clock;
use super::task_line::TaskLine;
use super::task_panel::TaskPanel;
use super::task_row::TaskRow;
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::store::use_store;
use crate::ui::{
    EmptyState, FilterChip, For, Glyph, Show, SidePanel, Skeleton, SkeletonShape, Tone, follow,
    listen, part,
};

/// Tasks of one heading that are drawn at first.
const SHOWN_AT_FIRST: usize = 40;

/// The page of tasks.
#[component]
pub fn TasksPage() -> impl IntoView {
    let (store, i18n, nav, clock) = (use_store(), use_i18n(), use_nav(), use_clock());
    let rows = store.rows(Task::DEF.kind);
    let is_all = Memo::new(move |_| nav.query("owner").as_deref() == Some("all"));
    let opened = Memo::new(move |_| nav.query("task").and_then(|it| RecordId::parse(&it).ok()));
    let groups = Memo::new(move |_| {
        let (today, me, is_all) = (clock.today(), store.me(), is_all.get());
        rows.with(|all| Arc::new(by_group(all, today, |it| is_all || it.owner == Some(me))))
    });
    let headings = move || groups.with(|it| it.iter().map(|it| it.0).collect::<Vec<_>>());
    let has_open = move || groups.with(|it| it.iter().any(|it| it.0 != Group::Done));
    let is_ready = move || store.is_complete().get() || groups.with(|it| !it.is_empty());
    follow(move || {
        let title = i18n.t(Messages::tasks_title);
        document().set_title(&format!("{title} · {}", i18n.t(Messages::app_title)));
    });
    let close = move |()| nav.set_query(&[("task", None)]);
    view! {
        <header class="page-head">
            <h1>{i18n.text(Messages::tasks_title)}</h1>
            <div class="page-actions">
                <FilterChip
                    label=i18n.text(Messages::common_mine)
                    pressed=Signal::derive(move || !is_all.get())
                    on_toggle=move |()| nav.set_query(&[("owner", None)])
                />
                <FilterChip
                    label=i18n.text(Messages::common_all)
                    pressed=Signal::from(is_all)
                    on_toggle=move |()| nav.set_query(&[("owner", Some("all"))])
                />
            </div>
        </header>
        <div class="page-split">
            <section class="split-list">
                <div class="page-body narrow tasks-body">
                    <TaskLine
                        ties=Signal::stored(super::Ties::default())
                        draft_name="task.line"
                        label=i18n.text(Messages::tasks_line)
                    />
                    <Show when=is_ready fallback=move || view! {
                        <Skeleton shape=SkeletonShape::Rows label=i18n.text(Messages::common_loading)/>
                    }>
                        <Show when=move || !has_open()>
                            <EmptyState
                                glyph=Glyph::Tasks
                                title=i18n.text(Messages::tasks_empty)
                                text=i18n.text(Messages::tasks_empty_text)
                            />
                        </Show>
                        <For each=headings key=|it| *it let:group>
                            <TaskGroup group groups/>
                        </For>
                    </Show>
                </div>
            </section>
            <SidePanel
                open=Signal::derive(move || opened.get().is_some())
                label=i18n.text(Messages::kind_task)
                on_close=close
            >
                {part(move || opened.get().map(|id| view! { <TaskPanel id on_close=close/> }))}
            </SidePanel>
        </div>
    }
    .into_any()
}

#[component]
fn TaskGroup(group: Group, groups: Memo<Arc<Groups>>) -> impl IntoView {
    let i18n = use_i18n();
    let shown_max = RwSignal::new(if group == Group::Done {
        5
    } else {
        SHOWN_AT_FIRST
    });
    let tasks = Memo::new(move |_| {
        groups.with(|all| {
            all.iter()
                .find(|it| it.0 == group)
                .map(|it| it.1.clone())
                .unwrap_or_default()
        })
    });
    let count = move || tasks.with(Vec::len);
    let count_words = move || {
        let more = if group == Group::Done && count() >= DONE_SHOWN_MAX {
            "+"
        } else {
            ""
        };
        format!("{}{more}", count())
    };
    let has_more = move || count() > shown_max.get();
    let shown = move || {
        let shown_max = shown_max.get();
        tasks.with(|it| it.iter().take(shown_max).copied().collect::<Vec<_>>())
    };
    view! {
        <section class=format!("task-group {}", tone(group).class())>
            <h2 class="task-heading">
                {part(move || i18n.t(|it| heading(group, it)))}
                <span class="count">{part(count_words)}</span>
            </h2>
            <ul>
                <For each=shown key=|it| *it let:id>
                    <TaskRow id/>
                </For>
            </ul>
            <Show when=has_more>
                <button
                    type="button"
                    class="button ghost"
                    on:click=listen(move |_| shown_max.set(usize::MAX))
                >
                    <span>{i18n.text(Messages::common_show_more)}</span>
                </button>
            </Show>
        </section>
    }
    .into_any()
}

/// The word of a heading.
pub fn heading(group: Group, messages: &Messages) -> String {
    match group {
        Group::Overdue => messages.tasks_overdue(),
        Group::Today => messages.time_today(),
        Group::Tomorrow => messages.time_tomorrow(),
        Group::ThisWeek => messages.time_this_week(),
        Group::Later => messages.time_later(),
        Group::Undated => messages.time_no_date(),
        Group::Done => messages.tasks_done(),
    }
}

fn tone(group: Group) -> Tone {
    match group {
        Group::Overdue => Tone::Bad,
        Group::Today => Tone::Due,
        Group::Tomorrow | Group::ThisWeek | Group::Later | Group::Undated | Group::Done => {
            Tone::Neutral
        }
    }
}
