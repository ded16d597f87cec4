//! What the device knows without the network: edits that wait, and who wrote each field last.

use huike_messages::Messages;
use huike_shared::document::DELETED;
use huike_shared::history::{AskError, LastWrite};
use huike_shared::record::FieldKind;
use huike_shared::registry;
use leptos::prelude::*;

use super::feed::{Asking, Feed};
use super::words::words_of;
use crate::i18n::use_i18n;
use crate::record::key_label;
use crate::store::use_store;
use crate::ui::{Button, For, Glyph, Notice, Show, Tone, part};

/// Edits that wait; without older history also the last author of each field.
#[component]
pub fn Known(feed: Feed) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let record = feed.history.record;
    let only = feed.history.only;

    // What it derives.
    let failure = Memo::new(move |_| match feed.asking.get() {
        Asking::Failed(error) => Some(error),
        Asking::Rests | Asking::Waits => None,
    });
    let is_alone = move || failure.get().is_some() && feed.pages.with(Option::is_none);
    let shown = Memo::new(move |_| {
        let only = only.get();
        let is_alone = is_alone();
        let is_told = |it: &&LastWrite| {
            let field = registry::def(record.kind).and_then(|def| registry::field(def, &it.key));
            let is_field = field.is_some_and(|it| it.kind != FieldKind::Rank);
            (is_field || *it.key == *DELETED)
                && (it.waits || is_alone)
                && only.as_ref().is_none_or(|only| *only == it.key)
        };
        let mut shown: Vec<LastWrite> = feed
            .known
            .with(|all| all.iter().filter(is_told).cloned().collect());
        shown.sort_by_key(|it| std::cmp::Reverse((it.waits, it.stamp.at)));
        shown
    });

    // What it looks like.
    let line = move |write: LastWrite| {
        let LastWrite {
            key,
            value,
            stamp,
            waits,
        } = write;
        let at = stamp.at.millis();
        let words = {
            let key = key.clone();
            move || match registry::def(record.kind) {
                Some(def) if *key != *DELETED => words_of(store, i18n, def, &key, &value),
                _ => i18n.t(Messages::common_delete),
            }
        };
        let state = move || match waits {
            true => i18n.t(Messages::past_waits),
            false => store.member_name(stamp.by),
        };
        view! {
            <li class="history-line" class:waits=waits>
                <span class="history-field">{part(move || key_label(i18n, record.kind, &key))}</span>
                <span class="history-value">{part(words)}</span>
                <small class="muted" title=i18n.instant_exact(at)>
                    {part(state)} " · " {part(move || i18n.instant(at))}
                </small>
            </li>
        }
    };
    let reason = move |error: AskError| match error {
        AskError::Unreachable => i18n.t(Messages::past_offline),
        AskError::SignedOut => i18n.t(Messages::refusal_signed_out),
        AskError::NotFound => i18n.t(Messages::past_only_here),
        AskError::ClientTooOld => i18n.t(Messages::refusal_client_too_old),
    };
    view! {
        {part(move || {
            failure.get().map(|error| view! {
                <Notice tone=Tone::Due glyph=Glyph::CloudOff>
                    <span>{reason(error)}</span>
                    <Button label=i18n.text(Messages::common_retry) on_press=move |()| feed.retry()/>
                </Notice>
            })
        })}
        <Show when=move || shown.with(|it| !it.is_empty())>
            <section class="history-known">
                <h3 class="timeline-day">
                    {part(move || i18n.t(|m| match is_alone() {
                        true => m.past_last_writes(),
                        false => m.sync_waiting_title(),
                    }))}
                </h3>
                <ul>
                    <For each=move || shown.get() key=|it| (it.key.clone(), it.stamp, it.waits) let:write>
                        {line(write)}
                    </For>
                </ul>
            </section>
        </Show>
    }
    .into_any()
}
