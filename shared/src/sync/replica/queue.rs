//! The edits that wait, in memory and on the device, found by number, by change and by record.

use super::{Replica, Table, Write};
use crate::record::RecordRef;
use crate::sync::message::{ClientMessage, PUSH_BYTES_MAX, PUSH_CHANGES_MAX, PushedChange};
use crate::sync::outbox::{self, OutboxEntry, TrayEntry};

/// Changes on their way at one time.
const IN_FLIGHT_MAX: usize = 1_024;

impl Replica {
    /// Takes back what the store holds. What cannot be read was written by a newer build: it keeps its
    /// number, so that nothing is written over it.
    pub(super) fn restore(&mut self, outbox: Pairs, tray: Pairs) {
        for (number, value) in numbered(outbox) {
            self.outbox_next = self.outbox_next.max(number + 1);
            if let Some(entry) = outbox::read::<OutboxEntry>(&value) {
                self.index(number, &entry);
                self.outbox.insert(number, entry);
            }
        }
        for (number, value) in numbered(tray) {
            self.outbox_next = self.outbox_next.max(number + 1);
            if let Some(entry) = outbox::read::<TrayEntry>(&value) {
                self.tray.insert(number, entry);
            }
        }
    }

    /// Sends what the window allows.
    pub(super) fn push(&mut self) {
        // What comes behind something that was refused for now may build on it.
        while self.greeted && !self.wants_retry && self.in_flight.len() < IN_FLIGHT_MAX {
            let (mut changes, mut bytes) = (Vec::new(), 0);
            let mut actors = Vec::new();
            for (number, entry) in self.outbox.range(self.sent + 1..) {
                let full =
                    changes.len() >= PUSH_CHANGES_MAX || bytes + entry.body.len() > PUSH_BYTES_MAX;
                if full && !changes.is_empty() {
                    break;
                }
                bytes += entry.body.len();
                self.sent = *number;
                self.in_flight.insert(*number);
                if self.named.insert(entry.actor) {
                    actors.push(entry.actor);
                }
                changes.push(PushedChange {
                    record: entry.record,
                    of: entry.of.clone(),
                    hash: entry.hash,
                    body: entry.body.clone(),
                });
            }
            if changes.is_empty() {
                return;
            }
            if !actors.is_empty() {
                self.send(ClientMessage::Register { actors });
            }
            self.send(ClientMessage::Push { changes });
        }
    }

    /// The changes of one record that wait, in order.
    pub(super) fn pending(&self, record: &RecordRef) -> Vec<&OutboxEntry> {
        let numbers = self
            .by_record
            .get(&record.id)
            .map_or(&[][..], Vec::as_slice);
        numbers
            .iter()
            .filter_map(|it| self.outbox.get(it))
            .collect()
    }

    pub(super) fn index(&mut self, number: u64, entry: &OutboxEntry) {
        self.by_hash.insert((entry.record.id, entry.hash), number);
        self.by_record
            .entry(entry.record.id)
            .or_default()
            .push(number);
    }

    pub(super) fn enqueue(&mut self, entry: OutboxEntry) {
        let number = self.outbox_next;
        self.outbox_next += 1;
        self.index(number, &entry);
        self.step.writes.push(Write::Put {
            table: Table::Outbox,
            key: key(number),
            value: outbox::write(&entry),
        });
        self.outbox.insert(number, entry);
    }

    pub(super) fn dequeue(&mut self, number: u64) -> Option<OutboxEntry> {
        self.in_flight.remove(&number);
        let entry = self.outbox.remove(&number)?;
        self.by_hash.remove(&(entry.record.id, entry.hash));
        if let Some(numbers) = self.by_record.get_mut(&entry.record.id) {
            numbers.retain(|it| *it != number);
            if numbers.is_empty() {
                self.by_record.remove(&entry.record.id);
            }
        }
        self.step.writes.push(Write::Delete {
            table: Table::Outbox,
            key: key(number),
        });
        Some(entry)
    }
}

pub(super) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

pub(super) fn numbered(pairs: Pairs) -> impl Iterator<Item = (u64, Vec<u8>)> {
    let pairs = pairs.into_iter();
    pairs.filter_map(|(key, value)| Some((number(&key)?, value)))
}

/// The key of a numbered value: big-endian, so that keys sort as numbers do.
pub(super) fn key(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

pub(super) fn number(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}
