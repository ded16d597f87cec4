//! Every change, latest first, by day and person, each with the way back.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::history::FieldChange;
use huike_shared::record::KindDef;
use huike_shared::registry;
use huike_shared::time::{Date, Timestamp};
use leptos::prelude::*;

use super::feed::{Asking, Feed};
use super::lines::{Day, Line, Turn, days};
use super::words::{can_restore, words_of};
use crate::i18n::use_i18n;
use crate::record::{field_label, key_label};
use crate::store::use_store;
use crate::ui::{
    Avatar, Button, ButtonKind, EmptyState, For, Glyph, Show, Skeleton, SkeletonShape, listen,
    live, part,
};

/// The list of changes.
#[component]
pub fn Changes(feed: Feed) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let history = feed.history;
    let Some(def) = registry::def(history.record.kind) else {
        return ().into_any();
    };

    // What it derives.
    let shown = Memo::new(move |_| {
        let only = history.only.get();
        feed.pages.with(|pages| {
            let entries = pages.as_ref().map_or(&[][..], |it| it.entries());
            days(def, entries, only.as_deref(), |at| {
                i18n.date_of(at.millis())
            })
        })
    });
    let is_loading = move || feed.asking.get() == Asking::Waits;
    let has_more = move || {
        feed.pages
            .with(|it| it.as_ref().is_some_and(|it| it.next_before().is_some()))
    };
    let is_empty = move || shown.with(Vec::is_empty) && feed.pages.with(Option::is_some);

    // What it looks like.
    view! {
        <section class="timeline history-changes" aria-busy=live(move || is_loading().to_string())>
            <For each=move || shown.get() key=|it: &Day| it.0 let:day>
                <OneDay feed def shown date=day.0/>
            </For>
            <Show when=move || is_loading() && feed.pages.with(Option::is_none)>
                <Skeleton shape=SkeletonShape::Rows label=i18n.text(Messages::common_loading)/>
            </Show>
            <Show when=move || is_empty() && !has_more() && !is_loading()>
                <EmptyState glyph=Glyph::History title=i18n.text(Messages::past_nothing)/>
            </Show>
            <Show when=has_more>
                <Button
                    label=i18n.text(move |m| match is_loading() {
                        true => m.common_loading(),
                        false => m.common_show_more(),
                    })
                    disabled=Signal::derive(is_loading)
                    on_press=move |()| feed.ask_more()
                    kind=ButtonKind::Ghost
                />
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn OneDay(feed: Feed, def: &'static KindDef, shown: Memo<Vec<Day>>, date: Date) -> impl IntoView {
    let i18n = use_i18n();
    let turns = move || {
        shown.with(|all| {
            let day = all.iter().find(|it| it.0 == date);
            day.map(|it| it.1.clone()).unwrap_or_default()
        })
    };
    view! {
        <div class="timeline-group">
            <h3 class="timeline-day">{part(move || i18n.day_heading(date))}</h3>
            <ol>
                <For each=turns key=|it: &Turn| (it.position, it.lines.len()) let:turn>
                    <OneTurn feed def turn/>
                </For>
            </ol>
        </div>
    }
    .into_any()
}

#[component]
fn OneTurn(feed: Feed, def: &'static KindDef, turn: Turn) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let Turn { by, lines, .. } = turn;
    let name = Signal::derive(move || store.member_name(by));
    let latest = lines.first().map_or_else(Timestamp::default, |it| it.0);
    let history = feed.history;
    let lines = lines
        .into_iter()
        .map(|(at, line)| view! { <OneLine feed def at line/> })
        .collect_view();
    view! {
        <li class="history-turn">
            <header>
                <Avatar name id=u128::from_be_bytes(by.0) small=true/>
                <b>{part(move || name.get())}</b>
                <button
                    type="button"
                    class="link"
                    title=i18n.instant_exact(latest.millis())
                    aria-label=live(move || {
                        let at = i18n.instant_exact(latest.millis());
                        i18n.t(|m| m.past_show_as_of(&at))
                    })
                    on:click=listen(move |_| history.at.set(Some(latest)))
                >
                    {part(move || i18n.time(latest.millis()))}
                </button>
            </header>
            <ul>{lines}</ul>
        </li>
    }
    .into_any()
}

#[component]
fn OneLine(feed: Feed, def: &'static KindDef, at: Timestamp, line: Line) -> impl IntoView {
    let i18n = use_i18n();
    let plain = |words: fn(&Messages) -> String| {
        view! { <span class="history-value">{i18n.text(words)}</span> }.into_any()
    };
    let inside = match line {
        Line::Created => plain(Messages::past_created),
        Line::Deleted => plain(Messages::past_deleted),
        Line::Restored => plain(Messages::past_restored),
        Line::Note(field, count) => {
            let count = count as i64;
            view! {
                <span class="history-field">{part(move || field_label(i18n, def, &field))}</span>
                <span class="history-value">{part(move || i18n.t(|m| m.past_text_edited(count)))}</span>
            }
            .into_any()
        }
        Line::Field(change) => {
            let change = Arc::new(change);
            let makes = feed
                .pages
                .with_untracked(|pages| pages.as_ref().is_some_and(|it| it.created().at == at));
            view! { <FieldLine feed def change makes/> }.into_any()
        }
    };
    view! { <li class="history-line" title=i18n.instant_exact(at.millis())>{inside}</li> }
        .into_any()
}

/// Field, old value, new value, and the old one back.
#[component]
fn FieldLine(
    feed: Feed,
    def: &'static KindDef,
    change: Arc<FieldChange>,
    /// Whether the record was made by it: before that there was none.
    makes: bool,
) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let record = feed.history.record;
    let row = store.row(record);
    let label = {
        let change = change.clone();
        Signal::derive(move || key_label(i18n, record.kind, &change.key))
    };
    let words = |value: fn(&FieldChange) -> huike_shared::scalar::Scalar| {
        let change = change.clone();
        Signal::derive(move || words_of(store, i18n, def, &change.key, &value(&change)))
    };
    let (from, to) = (words(|it| it.from.clone()), words(|it| it.to.clone()));
    let has_lost = change.shown.is_some();

    // Where nothing was there is nothing to strike out.
    let has_from = !change.from.is_null();

    // What it can do.
    let can_go_back = {
        let change = change.clone();
        move || {
            !makes
                && can_restore(def, &change.key, &change.from)
                && store.may_on(record.kind, Action::Edit)
                && row.with(|it| {
                    let row = it.as_ref().filter(|it| !it.deleted);
                    row.is_some_and(|it| *it.by_key(def, &change.key) != change.from)
                })
        }
    };
    let restore = {
        let change = change.clone();
        move |_| {
            let values = vec![(change.key.clone(), change.from.clone())];
            feed.history.revert(store, values);
        }
    };

    // What it looks like.
    let restore = Arc::new(restore);
    view! {
        <span class="history-field">{part(move || label.get())}</span>
        <span class="history-value">
            {has_from.then(|| view! {
                <del>{part(move || from.get())}</del>
                <span class="history-arrow" aria-hidden="true">" → "</span>
            })}
            <ins>{part(move || to.get())}</ins>
            {has_lost.then(|| view! { <small class="muted">{i18n.text(Messages::past_lost)}</small> })}
        </span>
        <Show when=can_go_back>
            {
                let restore = restore.clone();
                view! {
                    <button
                        type="button"
                        class="link history-restore"
                        aria-label=live(move || {
                            let (field, value) = (label.get(), from.get());
                            i18n.t(|m| m.past_restore_value(&field, &value))
                        })
                        on:click=listen(move |ev: web_sys::MouseEvent| restore(ev))
                    >
                        {i18n.text(Messages::past_restore)}
                    </button>
                }
            }
        </Show>
    }
    .into_any()
}
