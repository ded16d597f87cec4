//! The pill that says where edits are. Never a spinner for local work, never a question.

use leptos::prelude::*;

use super::live::{listen, live, part};

use super::icon::{Glyph, LiveIcon};

/// Where edits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncState {
    /// Everything is on the server.
    Synced,
    /// Some edits are on their way.
    Waiting,
    /// No server; edits are on this device.
    Offline,
    /// Something needs a decision.
    Attention,
}

impl SyncState {
    fn class(self) -> &'static str {
        match self {
            SyncState::Synced => "sync-pill synced",
            SyncState::Waiting => "sync-pill waiting",
            SyncState::Offline => "sync-pill offline",
            SyncState::Attention => "sync-pill attention",
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            SyncState::Synced => Glyph::Cloud,
            SyncState::Waiting => Glyph::CloudUpload,
            SyncState::Offline => Glyph::CloudOff,
            SyncState::Attention => Glyph::Warning,
        }
    }
}

/// The pill; one press opens the list of what waits.
#[component]
pub fn SyncPill(
    /// Where edits are.
    #[prop(into)]
    state: Signal<SyncState>,
    /// The same in words: synced, 3 waiting, offline.
    #[prop(into)]
    label: Signal<String>,
    /// Opens the list.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=live(move || state.get().class())
            title=live(move || label.get())
            on:click=listen(move |_| on_press.run(()))
        >
            <LiveIcon glyph=Signal::derive(move || state.get().glyph())/>
            <span>{part(move || label.get())}</span>
        </button>
    }
    .into_any()
}
