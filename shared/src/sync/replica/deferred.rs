//! What must wait: for the states, which are read after the first screen has its rows, and for what opens
//! notes, which comes when the first note is touched.
//!
//! Invariant: a note is never touched without what opens it, and what was handed in keeps its order where that
//! matters. So the server's words all wait from the first that touches a note; edits of fields go on.

use super::notes::Engine;
use super::{Event, Replica};
use crate::id::Entropy;
use crate::local::{Question, Request};
use crate::note::NOTE;
use crate::sync::block;
use crate::sync::message::{DocumentState, ServerMessage};
use crate::sync::outbox::{self, OutboxEntry};
use crate::time::Timestamp;

impl Replica {
    /// Whether the states or what opens notes must come first.
    pub(super) fn must_wait(&mut self, event: &Event) -> bool {
        if self.engine == Engine::Unwanted && self.needs_engine(event) {
            self.want_engine();
        }
        (!self.loaded && self.waits_for_states(event))
            || (self.engine == Engine::Wanted && self.waits_for_engine(event))
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
            Event::Part { part: Ok(part), .. } => {
                let mut blocks = part.blocks.iter();
                blocks.any(|it| block::ids(it).is_ok_and(|it| it.0 == NOTE.kind))
            }
            Event::Kept { changes } => changes.iter().any(|(_, value)| {
                outbox::read::<OutboxEntry>(value).is_some_and(|it| it.of.is_some())
            }),
            _ => false,
        }
    }

    fn waits_for_engine(&self, event: &Event) -> bool {
        match event {
            Event::Received(_) | Event::Fetched(_) | Event::Snapshot(_) | Event::Part { .. } => {
                true
            }
            // The rows of notes that are not in chunks yet are made from their documents.
            Event::Request {
                request: Request::Open { .. },
                ..
            } => self.holds_loose_notes(),
            Event::Request {
                request: Request::CloseNote { .. },
                ..
            } => true,
            _ => self.needs_engine(event),
        }
    }

    /// Whether a note is in the outbox or the log.
    pub(super) fn holds_loose_notes(&self) -> bool {
        self.outbox.values().any(|it| it.of.is_some()) || self.records.has_logged_notes()
    }

    /// Forgets what a screen that is gone wanted to open.
    pub(super) fn forget_requests(&mut self, of: u64) {
        self.deferred.retain(|it| {
            !matches!(
                it,
                Event::Request {
                    screen,
                    request: Request::OpenNote { .. } | Request::CloseNote { .. },
                } if *screen == of
            )
        });
    }

    /// What a dead connection said is said again by the next one.
    pub(super) fn forget_connection(&mut self) {
        self.deferred.retain(|it| {
            !matches!(
                it,
                Event::Received(_) | Event::Fetched(_) | Event::Snapshot(_) | Event::Part { .. }
            )
        });
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
                    | Request::Ask {
                        question: Question::History { .. } | Question::Seen { .. },
                        ..
                    }
            ),
            Event::Received(_)
            | Event::Fetched(_)
            | Event::Snapshot(_)
            | Event::Part { .. }
            | Event::Woke
            | Event::Kept { .. } => true,
        }
    }
}
