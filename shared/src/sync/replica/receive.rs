//! What the server says.

use std::collections::BTreeMap;

use super::answers::row_of;
use super::renewal::Merged;
use super::{Effect, FetchError, RETRY_MS, Replica};
use crate::id::Entropy;
use crate::local::{Connection, Report};
use crate::packed;
use crate::record::{Kind, RecordRef};
use crate::refusal::Refusal;
use crate::row::{Row, Stamp};
use crate::sync::message::{
    DocumentState, Entry, PROTOCOL_MIN, ServerMessage, StatesPage, Welcome,
};
use crate::time::Timestamp;

impl Replica {
    pub(super) fn received(
        &mut self,
        _now: Timestamp,
        entropy: &mut dyn Entropy,
        message: ServerMessage,
    ) {
        match message {
            ServerMessage::Welcome(welcome) => self.welcomed(welcome),
            ServerMessage::Changes { to, entries } => self.changes(entropy, to, entries),
            ServerMessage::Answers { answers } => self.answered(entropy, answers),
            ServerMessage::Members { members } => {
                self.meta.members.clone_from(&members);
                self.meta_changed = true;
                self.tell_all(Report::Members { members });
            }
            ServerMessage::Presence { people } => self.tell_all(Report::Presence { people }),
            ServerMessage::Closed { refusal } => {
                self.greeted = false;
                self.connection = match refusal {
                    Refusal::SignedOut => Connection::SignedOut,
                    Refusal::ClientTooOld => Connection::ClientTooOld,
                    _ => Connection::Offline,
                };
                self.step.effects.push(Effect::Close);
            }
            ServerMessage::Pong => {}
        }
    }

    fn welcomed(&mut self, welcome: Welcome) {
        if welcome.member != self.identity.member {
            // Another member is signed in: what waits here is not theirs to send.
            self.connection = Connection::SignedOut;
            self.step.effects.push(Effect::Close);
            return;
        }
        if welcome.protocol < PROTOCOL_MIN {
            self.connection = Connection::ClientTooOld;
            self.step.effects.push(Effect::Close);
            return;
        }
        if self.meta.members != welcome.members {
            self.meta.members.clone_from(&welcome.members);
            self.meta_changed = true;
            self.tell_all(Report::Members {
                members: welcome.members,
            });
        }
        let is_restored = self.meta.log.is_some_and(|it| it != welcome.log);
        if is_restored {
            self.begin_again(welcome.log);
        } else if self.meta.log.is_none() {
            self.meta.log = Some(welcome.log);
            self.meta_changed = true;
        }
        // What goes before everything that waits is not here yet; then the greeting is repeated.
        if self.kept.hold_greeting() {
            return;
        }
        if welcome.fetch || is_restored || self.wants_states {
            self.connection = Connection::CatchingUp { done: 0, total: 0 };
            self.catch_up(is_restored);
            return;
        }
        self.end_arrival();
        self.greeted = true;
        self.sent = 0;
        self.in_flight.clear();
        self.wants_retry = false;
        self.connection = Connection::Online;
    }

    fn changes(&mut self, entropy: &mut dyn Entropy, to: u64, entries: Vec<Entry>) {
        if self.wants_states {
            // They are in the states, or follow the greeting after them.
            return;
        }
        for entry in entries {
            if entry.position <= self.meta.cursor {
                continue;
            }
            match self.merge(entropy, &entry) {
                Merged::Done => {}
                Merged::Unreadable => {
                    // Newer than the protocol promised.
                    self.connection = Connection::ClientTooOld;
                    self.step.effects.push(Effect::Close);
                    return;
                }
                Merged::Differs => {
                    self.take_states();
                    return;
                }
            }
            self.meta.cursor = entry.position;
            self.meta_changed = true;
        }
        if to > self.meta.cursor {
            self.meta.cursor = to;
            self.meta_changed = true;
        }
    }

    fn merge(&mut self, entropy: &mut dyn Entropy, entry: &Entry) -> Merged {
        if entry.is_erasure() {
            self.erase(entry.record);
            return Merged::Done;
        }
        if let Some(epoch) = Self::renewal(entry) {
            return self.renewed(entropy, entry, epoch);
        }
        // Our own change, whose acknowledgement was lost with the connection.
        if entry.member == self.identity.member
            && let Some(number) = self.own_number(entry)
        {
            self.accepted(number, entry.at, entry.position);
            return Merged::Done;
        }
        let stamp = Stamp {
            at: entry.at,
            by: entry.member,
        };
        if self.confirm(&entry.record, entry.of.as_deref(), &entry.body, stamp) {
            Merged::Done
        } else {
            Merged::Unreadable
        }
    }

    fn own_number(&self, entry: &Entry) -> Option<u64> {
        let numbers = self.by_record.get(&entry.record.id)?;
        numbers
            .iter()
            .copied()
            .find(|it| self.outbox.get(it).is_some_and(|it| it.body == entry.body))
    }

    pub(super) fn fetched(
        &mut self,
        entropy: &mut dyn Entropy,
        result: Result<StatesPage, FetchError>,
    ) {
        let page = match result {
            Ok(page) => page,
            Err(error) => return self.not_fetched(error),
        };
        if self.kept.new_log().or(self.meta.log) != Some(page.log) {
            // The database was restored between two pages: begin again.
            self.hello();
            return;
        }
        self.kept.see(page.states.iter().map(|it| it.record.id));
        let mut fresh: BTreeMap<Kind, Vec<Row>> = BTreeMap::new();
        let count = page.states.len() as u64;
        for entry in page.states {
            let row = self.take_state(entropy, entry.record, entry.state);
            fresh.entry(entry.record.kind).or_default().extend(row);
        }
        self.records.write_chunks(&mut self.step.writes);
        self.tell_rows(fresh);
        self.meta_changed = true;
        let before = match self.connection {
            Connection::CatchingUp { done, .. } => done,
            _ => 0,
        };
        let done = before + count;
        self.connection = Connection::CatchingUp {
            done,
            total: done + page.remaining,
        };
        if page.remaining > 0 {
            self.meta.fetched = Some(page.next);
            self.after_rows.push(Effect::Fetch { after: page.next });
        } else {
            self.meta.fetched = None;
            self.meta.cursor = page.next;
            self.wants_states = false;
            self.sweep(page.log);
            self.hello();
        }
    }

    /// What was to be fetched did not come.
    pub(super) fn not_fetched(&mut self, error: FetchError) {
        match error {
            FetchError::Unreachable | FetchError::Gone => {
                self.connection = Connection::Offline;
                self.step.effects.push(Effect::Close);
                self.step.effects.push(Effect::Wake { after_ms: RETRY_MS });
            }
            FetchError::SignedOut => self.connection = Connection::SignedOut,
            FetchError::ClientTooOld => self.connection = Connection::ClientTooOld,
        }
    }

    /// Takes a state as the confirmed one. The row of a record that was not here, for screens.
    pub(super) fn take_state(
        &mut self,
        entropy: &mut dyn Entropy,
        record: RecordRef,
        state: DocumentState,
    ) -> Option<Row> {
        if state == DocumentState::Erased {
            self.erase(record);
            return None;
        }
        self.live.remove(&record.id);
        self.notes.forget(&record);
        let has_waiting = self.by_record.contains_key(&record.id);
        if !has_waiting && !self.records.holds(&record) {
            let (engine, member) = (self.engine.get(), self.identity.member);
            let row = row_of(engine, &record, Some(state.clone()), &[], member);
            self.records.append(&record, &state, row.clone());
            return row;
        }
        let before = has_waiting.then(|| self.records.registers(&record));
        self.records.put(&record, &state);
        // What a restored server was told before goes as it is: it may know it.
        if let Some(before) = before
            && self.kept.new_log().is_none()
        {
            self.make_again(entropy, &record, &before);
        }
        self.changed.insert(record);
        None
    }

    /// Tells all screens of rows that they do not know.
    pub(super) fn tell_rows(&mut self, fresh: BTreeMap<Kind, Vec<Row>>) {
        for (kind, rows) in fresh.into_iter().filter(|it| !it.1.is_empty()) {
            let batch = packed::pack(kind, &rows);
            self.step.effects.push(Effect::Report {
                screen: None,
                report: Report::Rows { batch },
            });
        }
    }
}
