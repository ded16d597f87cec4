//! Where a record is, in one small mark: only on this device, or on the server too. A tap tells the rest.

use huike_messages::Messages;
use huike_shared::record::RecordRef;
use leptos::prelude::*;

use super::WaitingMark;
use crate::history::find_history;
use crate::i18n::use_i18n;
use crate::store::use_store;
use crate::ui::{Glyph, Icon, Show, listen, live, part};

/// The mark in the head of a record.
#[component]
pub fn SyncState(
    /// The record.
    record: RecordRef,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let is_waiting = store.is_waiting(record);
    let Some(history) = find_history() else {
        return view! { <WaitingMark record/> }.into_any();
    };
    let words = move || match is_waiting.get() {
        true => i18n.t(Messages::past_waits),
        false => i18n.t(Messages::past_is_on_server),
    };
    view! {
        <button
            type="button"
            class="sync-state"
            class:waits=live(move || is_waiting.get())
            title=live(words)
            aria-label=live(words)
            on:click=listen(move |_| history.open(None))
        >
            <Show
                when=move || is_waiting.get()
                fallback=|| view! { <Icon glyph=Glyph::Cloud/> }.into_any()
            >
                <span class="waiting-dot"></span>
                <span>{part(words)}</span>
            </Show>
        </button>
    }
    .into_any()
}
