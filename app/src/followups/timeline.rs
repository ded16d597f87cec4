//! What happened to a customer or a deal, by day: activities, finished tasks, milestones.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, Task};
use huike_shared::note::note_ref;
use huike_shared::record::{Record, RecordRef};
use huike_shared::search::Query;
use huike_shared::time::Date;
use leptos::prelude::*;

use super::entry::TimelineEntry;
use super::happenings::{Happening, Shown, answers, by_day, merged};
use crate::i18n::use_i18n;
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, EmptyState, FilterChip, For, Glyph, SearchField, Show, part};

/// Entries drawn at first and with each press for more.
const PAGE_ENTRIES: usize = 30;

/// What happened to a customer or a deal.
#[component]
pub fn Timeline(
    /// The customer or the deal.
    about: RecordRef,
) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let key = if about.kind == Customer::DEF.kind {
        "customer"
    } else {
        "deal"
    };
    let own = store.row(about);
    let activities = store.linked(Activity::DEF.kind, key, about.id);
    let tasks = store.linked(Task::DEF.kind, key, about.id);
    let deals = (about.kind == Customer::DEF.kind)
        .then(|| store.linked(Deal::DEF.kind, "customer", about.id));

    // What it derives.
    let shown = RwSignal::new(Shown::All);
    let searched = RwSignal::new(String::new());
    let all = Memo::new(move |_| {
        let mut rows = activities.get().to_vec();
        rows.extend(tasks.with(|it| it.iter().map(Arc::clone).collect::<Vec<_>>()));
        rows.extend(deals.map(|it| it.get().to_vec()).unwrap_or_default());
        rows.extend(own.get());
        merged(rows.into_iter())
    });
    let query = Memo::new(move |_| Query::parse(&searched.get()));
    let found = Memo::new(move |_| {
        let (shown, query) = (shown.get(), query.get());
        let passes = |it: &&Happening| {
            shown.shows(&it.what)
                && (query.is_empty()
                    || store.peek(it.record).is_some_and(|row| {
                        let body = store.peek(note_ref(it.record, "body"));
                        answers(&query, &row, body.as_deref())
                    }))
        };
        all.with(|it| it.iter().filter(passes).cloned().collect::<Vec<_>>())
    });
    let entries_max = RwSignal::new(PAGE_ENTRIES);
    let days = Memo::new(move |_| {
        let entries_max = entries_max.get();
        found.with(|it| {
            let drawn = &it[..it.len().min(entries_max)];
            by_day(drawn, |at| i18n.date_of(at.millis()))
        })
    });
    let has_more = move || found.with(Vec::len) > entries_max.get();
    let is_searchable = move || all.with(|it| it.len() > 5) || searched.with(|it| !it.is_empty());

    // What it looks like.
    let chip = move |one: Shown| {
        view! {
            <FilterChip
                label=i18n.text(move |it| shown_words(one, it))
                pressed=Signal::derive(move || shown.get() == one)
                on_toggle=move |()| shown.set(one)
            />
        }
    };
    view! {
        <section class="timeline" aria-label=i18n.text(Messages::timeline_title)>
            <div class="timeline-bar">
                {Shown::ALL.into_iter().map(chip).collect_view()}
                <Show when=is_searchable>
                    <SearchField label=i18n.text(Messages::timeline_search) value=searched/>
                </Show>
            </div>
            <Show
                when=move || found.with(|it| !it.is_empty())
                fallback=move || view! {
                    <EmptyState glyph=Glyph::History title=i18n.text(Messages::activities_empty)/>
                }
            >
                <For each=move || days.get() key=|it| it.0 let:day>
                    <TimelineDay day=day.0 days about/>
                </For>
                <Show when=has_more>
                    <Button
                        label=i18n.text(Messages::common_show_more)
                        on_press=move |()| entries_max.update(|it| *it += PAGE_ENTRIES)
                        kind=ButtonKind::Ghost
                    />
                </Show>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn TimelineDay(
    day: Date,
    days: Memo<Vec<(Date, Vec<Happening>)>>,
    about: RecordRef,
) -> impl IntoView {
    let i18n = use_i18n();
    let entries = move || {
        days.with(|all| {
            all.iter()
                .find(|it| it.0 == day)
                .map(|it| it.1.clone())
                .unwrap_or_default()
        })
    };
    let key = |it: &Happening| (it.record, it.at, std::mem::discriminant(&it.what));
    view! {
        <div class="timeline-group">
            <h3 class="timeline-day">{part(move || i18n.day_heading(day))}</h3>
            <ol>
                <For each=entries key let:happening>
                    <TimelineEntry happening about/>
                </For>
            </ol>
        </div>
    }
    .into_any()
}

fn shown_words(shown: Shown, messages: &Messages) -> String {
    match shown {
        Shown::All => messages.common_all(),
        Shown::Talks => messages.timeline_talks(),
        Shown::Meetings => messages.timeline_meetings(),
        Shown::Notes => messages.timeline_notes(),
        Shown::Tasks => messages.tasks_title(),
        Shown::Milestones => messages.timeline_milestones(),
    }
}
