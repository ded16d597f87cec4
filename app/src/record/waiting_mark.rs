//! The violet dot: this record holds edits that the server does not have yet.

use huike_messages::Messages;
use huike_shared::record::RecordRef;
use leptos::prelude::*;

use crate::ui::Show;

use crate::i18n::use_i18n;
use crate::store::use_store;

/// The dot, or nothing.
#[component]
pub fn WaitingMark(
    /// The record.
    record: RecordRef,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let is_waiting = store.is_waiting(record);
    view! {
        <Show when=move || is_waiting.get()>
            <span
                class="waiting-dot"
                role="img"
                aria-label=i18n.text(Messages::sync_on_device)
                title=i18n.text(Messages::sync_on_device)></span>
        </Show>
    }
    .into_any()
}
