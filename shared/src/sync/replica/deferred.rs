//! What must wait: for the states, which are read after the first screen has its rows, and for what opens
//! notes, which comes when the first note is touched.
//!
//! Invariant: from the first event that needs what opens notes, or from the start if a note is in the outbox or the log,
//! until it is there, nothing that could touch a record is handled; then everything, in its order.

use super::notes::Engine;
use super::{Event, Replica};
use crate::id::Entropy;
use crate::local::Request;
use crate::sync::message::{DocumentState, ServerMessage};
use crate::time::Timestamp;

impl Replica {
    /// Whether the states or what opens notes must come first. What was handed in keeps its order.
    pub(super) fn must_wait(&mut self, event: &Event) -> bool {
        if self.engine == Engine::Unwanted && self.needs_engine(event) {
            self.want_engine();
        }
        let waits = self.waits_for_states(event);
        let is_opening = matches!(
            event,
            Event::Request {
                request: Request::Open { .. },
                ..
            }
        );
        (waits && !self.loaded) || ((waits || is_opening) && self.engine == Engine::Wanted)
    }

    /// Handles what had to wait, as far as it can be handled now.
    pub(super) fn resume(&mut self, now: Timestamp, entropy: &mut dyn Entropy) {
        for event in std::mem::take(&mut self.deferred) {
            self.event(now, entropy, event);
        }
    }

    /// Whether a note must be opened to handle it.
    fn needs_engine(&self, event: &Event) -> bool {
        match event {
            Event::Request { request, .. } => match request {
                Request::OpenNote { .. } | Request::Splice { .. } => true,
                Request::Retry { intent } => {
                    let mut entries = self.tray.values().map(|it| &it.entry);
                    entries.any(|it| it.intent == *intent && it.of.is_some())
                }
                _ => false,
            },
            Event::Received(ServerMessage::Changes { entries, .. }) => {
                entries.iter().any(|it| it.of.is_some())
            }
            Event::Fetched(Ok(page)) => {
                let mut states = page.states.iter().map(|it| &it.state);
                states.any(|it| matches!(it, DocumentState::Note(_)))
            }
            _ => false,
        }
    }

    /// Only what a first screen needs is answered before the states are read.
    fn waits_for_states(&self, event: &Event) -> bool {
        match event {
            Event::Loaded { .. }
            | Event::NotesReady(_)
            | Event::Connected
            | Event::Disconnected
            | Event::SignedOut => false,
            Event::Request { request, .. } => !matches!(
                request,
                Request::Open { .. }
                    | Request::ListWaiting
                    | Request::SettleEviction
                    | Request::Presence { .. }
                    | Request::SyncNow
                    | Request::Leave
            ),
            Event::Received(_) | Event::Fetched(_) | Event::Woke => true,
        }
    }
}
