//! The rail: pages, pipelines, starred views; sync and the member at its foot.

use huike_messages::Messages;
use huike_shared::deals::Pipeline;
use huike_shared::record::Record;
use leptos::prelude::*;

use super::member_menu::MemberMenu;
use super::{PillButton, StarredViews, use_shell};
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::session::use_session;
use crate::store::use_store;
use crate::ui::{Avatar, For, Glyph, Icon, IconButton, Show, listen, live, part};

/// The rail of a desktop, and of a tablet as icons.
#[component]
pub fn Rail(
    /// Whether it shows icons only.
    is_folded: RwSignal<bool>,
) -> impl IntoView {
    let (i18n, shell, session) = (use_i18n(), use_shell(), use_session());
    let workspace = Signal::derive(move || session.workspace_name());
    let fold_label = i18n.text(move |m| {
        if is_folded.get() {
            m.nav_expand()
        } else {
            m.nav_collapse()
        }
    });
    // The name of a button must hold every word one sees on it.
    let keys = if is_mac() { "⌘K" } else { "Ctrl K" };
    view! {
        <nav class="rail" aria-label=i18n.text(Messages::nav_main)>
            <div class="rail-head">
                <Avatar
                    name=Signal::derive(move || {
                        let name = workspace.get();
                        if name.is_empty() { i18n.t(Messages::app_title) } else { name }
                    })
                    id=7u128
                    square=true
                />
                <span class="rail-name">
                    {part(move || {
                        let name = workspace.get();
                        if name.is_empty() { i18n.t(Messages::app_title) } else { name }
                    })}
                </span>
                <IconButton
                    glyph=Glyph::PanelLeft
                    label=fold_label
                    on_press=move |()| is_folded.update(|it| *it = !*it)
                />
            </div>
            <button
                type="button"
                class="rail-search"
                aria-keyshortcuts="Control+K Meta+K"
                aria-label=live(move || format!("{} {keys}", i18n.t(Messages::common_search)))
                on:click=listen(move |_| shell.palette.set(true))
            >
                <Icon glyph=Glyph::Search/>
                <span>{i18n.text(Messages::common_search)}</span>
                <kbd aria-hidden="true">{keys}</kbd>
            </button>
            <div class="rail-scroll">
                <ul class="rail-list">
                    <RailLink path="/app/today" glyph=Glyph::Today label=i18n.text(Messages::nav_today)>
                        <DueCount/>
                    </RailLink>
                    <RailLink
                        path="/app/customers"
                        glyph=Glyph::Customer
                        label=i18n.text(Messages::nav_customers)
                    >
                        ""
                    </RailLink>
                    <RailLink path="/app/deals" glyph=Glyph::Deal label=i18n.text(Messages::nav_deals)>
                        ""
                    </RailLink>
                    <Pipelines/>
                    <RailLink path="/app/tasks" glyph=Glyph::Tasks label=i18n.text(Messages::nav_tasks)>
                        ""
                    </RailLink>
                </ul>
                <StarredViews/>
            </div>
            <div class="rail-foot">
                <PillButton/>
                <MemberMenu/>
            </div>
        </nav>
    }
    .into_any()
}

/// Whether the command key is the one for shortcuts.
pub fn is_mac() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    platform.starts_with("Mac") || platform.starts_with("iP")
}

#[component]
fn RailLink(
    path: &'static str,
    glyph: Glyph,
    #[prop(into)] label: Signal<String>,
    children: Children,
) -> impl IntoView {
    let nav = use_nav();
    let is_here = move || {
        let now = nav.path();
        now == path || now.strip_prefix(path).is_some_and(|it| it.starts_with('/'))
    };
    view! {
        <li>
            <a
                class="rail-link"
                href=path
                title=live(move || label.get())
                aria-current=live(move || is_here().then_some("page"))>
                <Icon glyph/>
                <span>{part(move || label.get())}</span>
                {children()}
            </a>
        </li>
    }
    .into_any()
}

/// The pipelines below the deals.
#[component]
fn Pipelines() -> impl IntoView {
    let (store, nav) = (use_store(), use_nav());
    let rows = store.rows(Pipeline::DEF.kind);
    let pipelines = Memo::new(move |_| {
        let mut all: Vec<_> = rows
            .get()
            .iter()
            .map(|row| (row.get(Pipeline::RANK), row.id, Pipeline::from_row(row)))
            .filter(|it| !it.2.archived)
            .collect();
        all.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        all.into_iter()
            .map(|it| (it.1, it.2.name.to_string()))
            .collect::<Vec<_>>()
    });
    let link = move |(id, name): (huike_shared::id::RecordId, String)| {
        let path = format!("/app/deals/{id}");
        let is_here = {
            let path = path.clone();
            move || nav.path().starts_with(&path)
        };
        view! {
            <li>
                <a class="rail-link" href=path aria-current=live(move || is_here().then_some("page"))>
                    <span>{name}</span>
                </a>
            </li>
        }
    };
    view! {
        <Show when=move || pipelines.with(|it| it.len() != 1 && !it.is_empty())>
            <li>
                <ul class="rail-sublist">
                    <For each=move || pipelines.get() key=Clone::clone let:pipeline>
                        {link(pipeline)}
                    </For>
                </ul>
            </li>
        </Show>
    }
    .into_any()
}

/// How many of the member's tasks are overdue or due today.
#[component]
fn DueCount() -> impl IntoView {
    let i18n = use_i18n();
    let count = crate::followups::due_count();
    view! {
        <Show when=move || count.get() != 0>
            <span class="count">{part(move || i18n.count(count.get()))}</span>
        </Show>
    }
    .into_any()
}
