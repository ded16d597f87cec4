//! Renewed records: the device makes the same genesis as the server, and what waits for the record is made
//! again on it.
//!
//! An edit that was made without knowing a colleague's later value does not take its place: it is made
//! beside it, so that both are seen as a clash. Whatever else waits is put where it was meant to be.
//! Invariant: an entry of the outbox says on which epoch it was made; one of another epoch than the
//! confirmed state is never shown on it.

use std::collections::{BTreeMap, BTreeSet};

use super::Replica;
use super::{Effect, Kept, OutboxEntry};
use crate::document::{self, Actor, FlatChange, Registers};
use crate::id::Entropy;
use crate::local::Connection;
use crate::record::RecordRef;
use crate::row::Stamp;
use crate::scalar::Scalar;
use crate::sync::message::{DocumentState, Entry};
use crate::sync::outbox::Meant;

/// What became of an entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merged {
    /// It is in the confirmed state.
    Done,
    /// This build cannot read it.
    Unreadable,
    /// The server renewed a state that is not the one of this device.
    Differs,
}

impl Replica {
    /// The epoch that begins with this entry of the log, if it is a renewal.
    pub(super) fn renewal(entry: &Entry) -> Option<u32> {
        if !entry.is_renewal() {
            return None;
        }
        let change = document::decode(&entry.body).ok()?;
        change.actor.epoch_of(&entry.record)
    }

    /// Renews a record as the server did.
    pub(super) fn renewed(
        &mut self,
        entropy: &mut dyn Entropy,
        entry: &Entry,
        epoch: u32,
    ) -> Merged {
        let before = self.records.registers(&entry.record);
        if before.epoch(&entry.record) >= epoch {
            // It came with the states already.
            return Merged::Done;
        }
        let made = before.renew(&entry.record);
        let Some((after, _)) = made.filter(|it| it.1 == entry.body) else {
            return Merged::Differs;
        };
        self.records.put(&entry.record, &DocumentState::Flat(after));
        self.make_again(entropy, &entry.record, &before);
        self.changed.insert(entry.record);
        Merged::Done
    }

    /// What was heard does not fit what is here: a new connection begins with the states behind the
    /// cursor.
    pub(super) fn take_states(&mut self) {
        self.wants_states = true;
        self.greeted = false;
        self.connection = Connection::Offline;
        self.step.effects.push(Effect::Close);
    }

    /// Makes everything that waits for a record again, if its confirmed state is of another epoch now than
    /// before.
    pub(super) fn make_again(
        &mut self,
        entropy: &mut dyn Entropy,
        record: &RecordRef,
        before: &Registers,
    ) {
        let numbers = self.by_record.get(&record.id).cloned().unwrap_or_default();
        let after = self.records.registers(record);
        if numbers.is_empty() || before.epoch(record) == after.epoch(record) {
            return;
        }
        let mut entries = Vec::with_capacity(numbers.len());
        for number in numbers {
            entries.extend(self.dequeue(number));
        }
        if self.remade.contains(&self.actor) {
            // What is made now has not been made again for want of its foundation.
            self.actor = Actor::new(entropy);
        }
        self.put_again(entropy, record, Some(before), entries);
    }

    /// Makes taken back edits of a record again on its confirmed state. `before` is the state on which
    /// they were made, as far as it is known.
    pub(super) fn put_again(
        &mut self,
        entropy: &mut dyn Entropy,
        record: &RecordRef,
        before: Option<&Registers>,
        entries: Vec<OutboxEntry>,
    ) {
        self.live.remove(&record.id);
        let decoded = entries
            .into_iter()
            .map(|it| (document::decode(&it.body).ok(), it));
        let edits: Vec<(Option<FlatChange>, OutboxEntry)> = decoded.collect();
        let late = self.late(record, before, &edits);
        let beside = Actor::new(entropy);
        if self.remade.contains(&self.actor) {
            self.remade.insert(beside);
        }
        let mut branch = Registers::default();
        for (change, entry) in edits {
            let Meant::Put(mut values) = entry.meant.clone() else {
                self.enqueue(entry);
                continue;
            };
            if let Some(change) = change {
                // A value that was there already was not what the person changed.
                values.retain(|(key, _)| change.ops.iter().any(|it| it.key == *key));
            }
            let (apart, values): (Vec<_>, Vec<_>) =
                values.into_iter().partition(|(key, _)| late.contains(key));
            let next = self.outbox_next;
            self.author(entry.intent, record, &values, entry.at);
            if apart.is_empty() && self.outbox_next == next {
                // All of it is there: the server took it before the record was renewed.
                self.outbox_next += 1;
                Kept::keep_known(&entry, self.meta.cursor, next, &mut self.step.writes);
            }
            if let Some(body) = branch.author_all(&apart, beside, entry.at)
                && let Ok(change) = document::decode(&body)
            {
                let stamp = Stamp {
                    at: entry.at,
                    by: self.identity.member,
                };
                branch.apply(&change, stamp);
                let mut state = self.current(record);
                state.apply(&change, stamp);
                let epoch = self.records.registers(record).epoch(record);
                self.live.insert(record.id, state);
                self.enqueue(OutboxEntry {
                    meant: Meant::Put(apart),
                    actor: beside,
                    hash: change.hash,
                    body,
                    epoch: Some(epoch),
                    ..entry
                });
            }
        }
        self.changed.insert(*record);
    }

    /// The fields in which somebody else's value came that the author of these edits did not know.
    fn late(
        &self,
        record: &RecordRef,
        before: Option<&Registers>,
        edits: &[(Option<FlatChange>, OutboxEntry)],
    ) -> BTreeSet<Box<str>> {
        let after = self.records.registers(record);
        let mut last: BTreeMap<&str, (bool, &Scalar)> = BTreeMap::new();
        let ops = edits.iter().filter_map(|it| it.0.as_ref());
        for op in ops.flat_map(|it| &it.ops) {
            let was_known = || {
                before.is_some_and(|it| {
                    op.pred == it.visible(&op.key) && it.stamp(&op.key) == after.stamp(&op.key)
                })
            };
            match last.get_mut(&*op.key) {
                Some(known) => known.1 = &op.value,
                None => {
                    last.insert(&op.key, (was_known(), &op.value));
                }
            }
        }
        let is_late = |key: &str, was_known: bool, value: &Scalar| {
            let by = after.stamp(key).map(|it| it.by);
            !was_known
                && by.is_some_and(|it| it != self.identity.member)
                && !after.value(key).is_null()
                && after.value(key) != value
        };
        last.into_iter()
            .filter(|(key, (was_known, value))| is_late(key, *was_known, value))
            .map(|(key, _)| key.into())
            .collect()
    }
}
