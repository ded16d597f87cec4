//! What becomes of pushed changes: acknowledged, or refused and the rest made again.

use super::{RECENT_MAX, RETRY_MS, Replica, Table, Write, key};
use crate::document::{self, Actor, Registers};
use crate::id::{Entropy, RecordId};
use crate::note::{Note, NoteEngine, NoteState, owner_of};
use crate::record::RecordRef;
use crate::refusal::Refusal;
use crate::registry;
use crate::row::{Row, Stamp};
use crate::sync::message::{Answer, DocumentState, Verdict};
use crate::sync::outbox::{self, Meant, OutboxEntry, TrayEntry};
use crate::time::Timestamp;

/// Merges changes of this replica as they were made: this member, the device's clock. What was made on
/// another epoch does not fit; the server knows it, or it is made again.
pub(super) fn apply_own(state: &mut Registers, pending: &[&OutboxEntry], member: RecordId) {
    let Some(first) = pending.first() else { return };
    let epoch = state.epoch(&first.record);
    for entry in pending.iter().filter(|it| it.fits(epoch)) {
        if let Ok(change) = document::decode(&entry.body)
            && !state.contains(&change)
        {
            let (at, by) = (entry.at, member);
            state.apply(&change, Stamp { at, by });
        }
    }
}

/// A note as this member sees it: confirmed plus outbox.
pub(super) fn open_note(
    engine: NoteEngine,
    of: &str,
    state: Option<&NoteState>,
    pending: &[&OutboxEntry],
) -> Option<Box<dyn Note>> {
    let mut note = match state {
        Some(it) => engine.load(&it.saved).ok()?,
        None => {
            let (owner, field) = owner_of(of)?;
            engine.genesis(owner, field)
        }
    };
    let bodies: Vec<&[u8]> = pending.iter().map(|it| it.body.as_slice()).collect();
    note.apply(&bodies).ok()?;
    Some(note)
}

/// The row of a record: confirmed plus outbox.
pub(super) fn row_of(
    engine: Option<NoteEngine>,
    record: &RecordRef,
    state: Option<DocumentState>,
    pending: &[&OutboxEntry],
    member: RecordId,
) -> Option<Row> {
    let def = registry::def(record.kind)?;
    match state {
        Some(DocumentState::Note(state)) => {
            Some(open_note(engine?, "", Some(&state), pending)?.to_row(record.id, &state))
        }
        None if pending.first().is_some_and(|it| it.of.is_some()) => {
            let first = pending.first()?;
            let stamp = Stamp {
                at: first.at,
                by: member,
            };
            let state = NoteState {
                saved: Vec::new(),
                created: stamp,
                updated: stamp,
            };
            Some(open_note(engine?, first.of.as_deref()?, None, pending)?.to_row(record.id, &state))
        }
        state => {
            let mut registers = match state {
                Some(DocumentState::Flat(it)) => it,
                Some(DocumentState::Note(_) | DocumentState::Erased) | None => Registers::default(),
            };
            apply_own(&mut registers, pending, member);
            Some(registers.to_row(def, record.id))
        }
    }
}

impl Replica {
    pub(super) fn answered(&mut self, entropy: &mut dyn Entropy, answers: Vec<Answer>) {
        for answer in answers {
            let Some(number) = self.by_hash.get(&(answer.record.id, answer.hash)).copied() else {
                if let Verdict::Accepted { position, .. } = answer.verdict
                    && position > self.meta.cursor
                {
                    // It was made again while it was on its way, and was taken all the same.
                    self.take_states();
                    return;
                }
                continue;
            };
            self.in_flight.remove(&number);
            match answer.verdict {
                Verdict::Accepted { position, at } => self.accepted(number, at, position),
                Verdict::Refused(refusal) if refusal.is_temporary() => self.try_later(&refusal),
                Verdict::Refused(Refusal::Erased) => {
                    self.dequeue(number);
                    self.erase(answer.record);
                }
                Verdict::Refused(refusal) => self.refused(entropy, number, refusal),
            }
        }
    }

    /// The server has the change: it becomes part of the confirmed state.
    pub(super) fn accepted(&mut self, number: u64, at: Timestamp, position: u64) {
        let is_new = position > self.meta.cursor;
        // Positions of changes that were accepted on an earlier connection come again in the
        // stream; only the next one in order moves the cursor.
        if position == self.meta.cursor + 1 {
            self.meta.cursor += 1;
            self.meta_changed = true;
        }
        let Some(entry) = self.dequeue(number) else {
            return;
        };
        self.kept.keep(&entry, position, at, &mut self.step.writes);
        let stamp = Stamp {
            at,
            by: self.identity.member,
        };
        if is_new {
            self.confirm(&entry.record, entry.of.as_deref(), &entry.body, stamp);
        } else {
            // Up to the cursor everything is in the confirmed state, perhaps in an earlier epoch of it.
            self.changed.insert(entry.record);
        }
        if !self.meta.recent.contains(&entry.intent) {
            self.meta.recent.push(entry.intent);
            let surplus = self.meta.recent.len().saturating_sub(RECENT_MAX);
            self.meta.recent.drain(..surplus);
        }
        self.meta_changed = true;
        if !self.by_record.contains_key(&entry.record.id) {
            self.live.remove(&entry.record.id);
        }
    }

    /// Merges an accepted change into the confirmed state. Returns whether it could be read.
    pub(super) fn confirm(
        &mut self,
        record: &RecordRef,
        of: Option<&str>,
        body: &[u8],
        stamp: Stamp,
    ) -> bool {
        if let Some(of) = of {
            return self.confirm_note(record, of, body, stamp);
        }
        let Ok(change) = document::decode(body) else {
            return false;
        };
        let mut state = self.records.registers(record);
        if state.contains(&change) {
            return true;
        }
        state.apply(&change, stamp);
        self.records.put(record, &DocumentState::Flat(state));
        if let Some(live) = self.live.get_mut(&record.id)
            && !live.contains(&change)
        {
            live.apply(&change, stamp);
        }
        self.changed.insert(*record);
        true
    }

    fn try_later(&mut self, refusal: &Refusal) {
        if *refusal == Refusal::SignedOut {
            self.connection = crate::local::Connection::SignedOut;
            return;
        }
        self.wants_retry = true;
        self.wake_later();
    }

    fn wake_later(&mut self) {
        let wake = super::Effect::Wake { after_ms: RETRY_MS };
        if !self.step.effects.contains(&wake) {
            self.step.effects.push(wake);
        }
    }

    /// Pushes what was refused for now again, once nothing is on its way any more.
    pub(super) fn try_again(&mut self) {
        if !self.wants_retry {
            return;
        }
        if self.in_flight.is_empty() {
            self.wants_retry = false;
            self.sent = 0;
        } else {
            self.wake_later();
        }
    }

    /// Later changes of the same actor build on a refused one, so all of the record's waiting
    /// changes are taken back and the others are made again, by a new actor.
    fn refused(&mut self, entropy: &mut dyn Entropy, number: u64, refusal: Refusal) {
        let Some(record) = self.outbox.get(&number).map(|it| it.record) else {
            return;
        };
        let numbers = self.by_record.get(&record.id).cloned().unwrap_or_default();
        let mut again = Vec::new();
        for waiting in numbers.into_iter().filter(|it| *it >= number) {
            let Some(entry) = self.dequeue(waiting) else {
                continue;
            };
            let is_made_again = refusal.is_stale()
                && matches!(entry.meant, Meant::Put(_))
                && !self.remade.contains(&entry.actor);
            if waiting == number && !is_made_again {
                self.set_aside(
                    number,
                    TrayEntry {
                        entry,
                        refusal: refusal.clone(),
                    },
                );
            } else {
                again.push((waiting, entry));
            }
        }
        self.live.remove(&record.id);
        self.actor = Actor::new(entropy);
        if refusal.is_stale() {
            self.remade.insert(self.actor);
        }
        let epoch = self.records.registers(&record).epoch(&record);
        if refusal.is_stale() && !again.iter().all(|it| it.1.fits(epoch)) {
            let entries = again.drain(..).map(|it| it.1).collect();
            self.put_again(entropy, &record, None, entries);
        }
        for (waiting, entry) in again {
            match entry.meant {
                Meant::Put(values) => self.author(entry.intent, &record, &values, entry.at),
                // A splice counts in characters of a text that is no longer there.
                Meant::Write(_) => {
                    self.set_aside(
                        waiting,
                        TrayEntry {
                            entry,
                            refusal: refusal.clone(),
                        },
                    );
                }
            }
        }
        self.notes.forget(&record);
        self.changed.insert(record);
        self.tell_note(&record, None);
    }

    fn set_aside(&mut self, number: u64, entry: TrayEntry) {
        self.step.writes.push(Write::Put {
            table: Table::Tray,
            key: key(number),
            value: outbox::write(&entry),
        });
        self.tray.insert(number, entry);
    }

    pub(super) fn take_back(&mut self, intent: RecordId) -> Vec<TrayEntry> {
        let numbers: Vec<u64> = self
            .tray
            .iter()
            .filter(|it| it.1.entry.intent == intent)
            .map(|it| *it.0)
            .collect();
        let mut entries = Vec::new();
        for number in numbers {
            entries.extend(self.tray.remove(&number));
            self.step.writes.push(Write::Delete {
                table: Table::Tray,
                key: key(number),
            });
        }
        entries
    }
}
