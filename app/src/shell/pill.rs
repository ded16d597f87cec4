//! The sync pill: where edits are, in three words.

use huike_shared::local::Connection;
use leptos::prelude::*;

use crate::i18n::{I18n, use_i18n};
use crate::routes::use_nav;
use crate::store::{LocalStore, StorageState, use_store};
use crate::ui::{SyncMark, SyncPill, SyncState};

/// The pill; opens the list of what waits.
#[component]
pub fn PillButton() -> impl IntoView {
    let (store, i18n, nav) = (use_store(), use_i18n(), use_nav());
    view! {
        <SyncPill
            state=Signal::derive(move || state(store))
            label=Signal::derive(move || words(store, i18n))
            on_press=move |()| nav.to("/app/sync")
        />
    }
    .into_any()
}

/// The mark of the phone, on the button that leads to the pill.
#[component]
pub fn PillMark() -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    view! {
        <SyncMark
            state=Signal::derive(move || state(store))
            label=Signal::derive(move || words(store, i18n))
        />
    }
    .into_any()
}

/// Where edits are, followed.
pub fn state(store: LocalStore) -> SyncState {
    let is_hurt =
        store.storage().get() != StorageState::Fine || store.broken().with(Option::is_some);
    store.status().with(|status| match status.connection {
        _ if is_hurt || status.refused > 0 => SyncState::Attention,
        Connection::SignedOut | Connection::ClientTooOld => SyncState::Attention,
        Connection::Offline | Connection::Connecting => SyncState::Offline,
        Connection::CatchingUp { .. } => SyncState::Waiting,
        Connection::Online if status.waiting > 0 => SyncState::Waiting,
        Connection::Online => SyncState::Synced,
    })
}

/// The same in words, followed.
pub fn words(store: LocalStore, i18n: I18n) -> String {
    let is_hurt =
        store.storage().get() != StorageState::Fine || store.broken().with(Option::is_some);
    let status = store.status().get();
    let waiting = i64::from(status.waiting);
    i18n.t(|m| match status.connection {
        _ if is_hurt || status.refused > 0 => m.sync_needs_attention(),
        Connection::SignedOut if waiting > 0 => m.sync_signed_out_pending(waiting),
        Connection::SignedOut => m.sync_signed_out(),
        Connection::ClientTooOld => m.sync_client_too_old(),
        Connection::Offline | Connection::Connecting if waiting > 0 => {
            m.sync_offline_pending(waiting)
        }
        Connection::Offline => m.sync_offline(),
        Connection::Connecting => m.sync_connecting(),
        Connection::CatchingUp { done, total } => {
            m.sync_catching_up_part((done * 100 / total.max(1)) as i64)
        }
        Connection::Online if waiting > 0 => m.sync_pending(waiting),
        Connection::Online => m.sync_synced(),
    })
}
