//! The pill that says where edits are. Never a spinner for local work, never a question.

use leptos::prelude::*;

use super::live::{Show, listen, live, part};

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

    fn mark_class(self) -> &'static str {
        match self {
            SyncState::Synced | SyncState::Offline => "sync-mark",
            SyncState::Waiting => "sync-mark waiting",
            SyncState::Attention => "sync-mark attention",
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

/// The same as a mark on the button behind which the pill is; nothing while all is well.
#[component]
pub fn SyncMark(
    /// Where edits are.
    #[prop(into)]
    state: Signal<SyncState>,
    /// The same in words.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    view! {
        <Show when=move || state.get() != SyncState::Synced>
            <span class=live(move || state.get().mark_class())>
                <LiveIcon glyph=Signal::derive(move || state.get().glyph())/>
                <span class="visually-hidden">{part(move || label.get())}</span>
            </span>
        </Show>
    }
    .into_any()
}
