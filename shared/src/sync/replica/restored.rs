//! After a backup was put back: what the server had acknowledged and no longer has is sent again, and what
//! it never heard of is taken off the device.
//!
//! Changes that the server acknowledged are kept for as long as backups are put back from ([`KEPT_DAYS`]).
//! A restored database greets with another log. Then they go before what waits and are pushed
//! once more; those that the backup holds are known by their hash. And when all states of the new
//! log were read, records that were not among them go, unless something of them waits.
//! Invariant: until the new log was read whole, the store says that the replica stands in the old one and
//! whether changes are still to be pushed again, so this survives the end of the program at any step.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::queue::{Pairs, key};
use super::{Effect, Replica, Table, Write};
use crate::id::RecordId;
use crate::local::Report;
use crate::record::RecordRef;
use crate::sync::outbox::{self, OutboxEntry};
use crate::time::Timestamp;

/// Days for which acknowledged changes are kept; a backup older than that may lose edits of those who
/// made them.
pub const KEPT_DAYS: i64 = 7;
/// Acknowledged changes that are kept at most; the oldest go first.
pub const KEPT_MAX: u32 = 50_000;
/// Changes in one part, the unit in which they go.
const PART_MAX: u32 = 5_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// There while acknowledged changes are still to be pushed again.
const RECALL_KEY: &[u8] = b"recall";
const PARTS_KEY: &[u8] = b"kept";
/// There while changes of erased records are still to be taken out.
const ERASING_KEY: &[u8] = b"erasing";

/// Kept changes of one day, or of a busy part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    day: i64,
    /// The position of its first change.
    first: u64,
    count: u32,
}

impl outbox::Kept for BTreeSet<RecordId> {}
impl outbox::Kept for Vec<Part> {}

/// The acknowledged changes that are kept, and what a restored database still asks for.
#[derive(Default)]
pub(super) struct Kept {
    /// Acknowledged changes are to be pushed again; the store remembers it.
    is_recalled: bool,
    parts: Vec<Part>,
    /// The log that is being read from its beginning. Until all of it was read the replica stands in the old
    /// one, so that it begins again if it is interrupted for long.
    new_log: Option<RecordId>,
    /// Records of the new log that were read so far.
    seen: BTreeSet<RecordId>,
    /// The greeting came before the kept changes were read.
    was_greeted: bool,
    /// Erased records of which changes may be kept; the store remembers them.
    erasing: BTreeSet<RecordId>,
}

impl Kept {
    /// Finds it among what [`Table::Meta`] holds.
    pub(super) fn open(meta: &[(Vec<u8>, Vec<u8>)]) -> Kept {
        let find = |key: &[u8]| meta.iter().find(|it| it.0 == key).map(|it| &it.1[..]);
        Kept {
            is_recalled: find(RECALL_KEY).is_some(),
            parts: find(PARTS_KEY).and_then(outbox::read).unwrap_or_default(),
            erasing: find(ERASING_KEY).and_then(outbox::read).unwrap_or_default(),
            ..Kept::default()
        }
    }

    /// Whether kept changes are to be read from the store.
    pub(super) fn must_be_read(&self) -> bool {
        self.is_recalled || !self.erasing.is_empty()
    }

    /// Lets the changes of an erased record go. For that they must be read from the store.
    pub(super) fn erase(&mut self, record: RecordId, writes: &mut Vec<Write>) {
        self.erasing.insert(record);
        writes.push(Write::Put {
            table: Table::Meta,
            key: ERASING_KEY.to_vec(),
            value: outbox::write(&self.erasing),
        });
    }

    /// Takes the changes of erased records out of what was read, and out of the store.
    pub(super) fn purge(&mut self, mut kept: Pairs, writes: &mut Vec<Write>) -> Pairs {
        if self.erasing.is_empty() {
            return kept;
        }
        kept.retain(|(key, value)| {
            let entry = outbox::read::<OutboxEntry>(value);
            let is_erased = entry.is_some_and(|it| self.erasing.contains(&it.record.id));
            if is_erased {
                writes.push(Write::Delete {
                    table: Table::Kept,
                    key: key.clone(),
                });
            }
            !is_erased
        });
        self.erasing.clear();
        writes.push(Write::Delete {
            table: Table::Meta,
            key: ERASING_KEY.to_vec(),
        });
        kept
    }

    /// The log of which all states are being read, if it is another than before.
    pub(super) fn new_log(&self) -> Option<RecordId> {
        self.new_log
    }

    /// Remembers records that the new log has.
    pub(super) fn see(&mut self, records: impl Iterator<Item = RecordId>) {
        if self.new_log.is_some() {
            self.seen.extend(records);
        }
    }

    /// Whether a push must wait for the kept changes, which go first; they greet again once they are there.
    pub(super) fn hold_greeting(&mut self) -> bool {
        self.was_greeted |= self.is_recalled;
        self.is_recalled
    }

    /// The connection that was greeted is gone.
    pub(super) fn forget_greeting(&mut self) {
        self.was_greeted = false;
    }

    /// Keeps an acknowledged change and lets those go that are too old or too many.
    pub(super) fn keep(
        &mut self,
        entry: &OutboxEntry,
        position: u64,
        at: Timestamp,
        writes: &mut Vec<Write>,
    ) {
        writes.push(Write::Put {
            table: Table::Kept,
            key: key(position),
            value: outbox::write(entry),
        });
        let day = at.millis().div_euclid(DAY_MS);
        match self.parts.last_mut() {
            Some(it) if it.day == day && it.count < PART_MAX => {
                it.count += 1;
                // One small value for many changes: a count that is a little too low does no harm.
                if it.count % 64 != 0 {
                    return;
                }
            }
            _ => self.parts.push(Part {
                day,
                first: position,
                count: 1,
            }),
        }
        let mut total: u32 = self.parts.iter().map(|it| it.count).sum();
        let mut until = None;
        while let [oldest, next, ..] = self.parts[..]
            && (oldest.day <= day - KEPT_DAYS || total > KEPT_MAX)
        {
            total -= oldest.count;
            until = Some(next.first);
            self.parts.remove(0);
        }
        writes.extend(until.map(|it| Write::DeleteBelow {
            table: Table::Kept,
            key: key(it),
        }));
        writes.push(self.put_parts());
    }

    /// Keeps a change of which only the confirmed state says that the server took it: behind what was acknowledged
    /// up to the cursor, under a number of its own.
    pub(super) fn keep_known(
        entry: &OutboxEntry,
        cursor: u64,
        number: u64,
        writes: &mut Vec<Write>,
    ) {
        let mut key = key(cursor);
        key.extend(number.to_be_bytes());
        writes.push(Write::Put {
            table: Table::Kept,
            key,
            value: outbox::write(entry),
        });
    }

    fn put_parts(&self) -> Write {
        Write::Put {
            table: Table::Meta,
            key: PARTS_KEY.to_vec(),
            value: outbox::write(&self.parts),
        }
    }
}

impl Replica {
    /// The server's database was put back: positions mean something else now.
    pub(super) fn begin_again(&mut self, log: RecordId) {
        if self.kept.new_log == Some(log) {
            return;
        }
        self.kept.new_log = Some(log);
        // What was made again on the log before may have lost its foundation with that one.
        self.remade.clear();
        self.kept.seen.clear();
        self.meta.fetched = None;
        self.meta.cursor = 0;
        self.meta_changed = true;
        self.kept.is_recalled = true;
        self.step.writes.push(Write::Put {
            table: Table::Meta,
            key: RECALL_KEY.to_vec(),
            value: Vec::new(),
        });
        self.step.effects.push(Effect::ReadKept);
    }

    /// Kept changes go before what waits, since that was made after them.
    pub(super) fn recall(&mut self, kept: Pairs) {
        if !self.kept.is_recalled {
            return;
        }
        let kept = kept
            .into_iter()
            .filter_map(|(_, value)| outbox::read::<OutboxEntry>(&value));
        let waiting = std::mem::take(&mut self.outbox);
        self.by_hash.clear();
        self.by_record.clear();
        self.step.writes.push(Write::Clear { table: Table::Kept });
        // One by one: what a newer build wrote there, and this one cannot read, stays.
        let numbers = waiting.keys().map(|number| Write::Delete {
            table: Table::Outbox,
            key: key(*number),
        });
        self.step.writes.extend(numbers);
        for entry in kept.chain(waiting.into_values()) {
            if self.by_hash.contains_key(&(entry.record.id, entry.hash)) {
                continue;
            }
            self.live.remove(&entry.record.id);
            self.notes.forget(&entry.record);
            self.changed.insert(entry.record);
            self.enqueue(entry);
        }
        self.kept.is_recalled = false;
        self.kept.parts.clear();
        self.step.writes.push(Write::Delete {
            table: Table::Meta,
            key: RECALL_KEY.to_vec(),
        });
        self.step.writes.push(self.kept.put_parts());
        self.sent = 0;
        self.in_flight.clear();
        self.wants_retry = false;
        if std::mem::take(&mut self.kept.was_greeted) {
            self.hello();
        }
    }

    /// Takes away what the new log does not have, once all of it was read.
    pub(super) fn sweep(&mut self, log: RecordId) {
        self.meta.log = Some(log);
        if self.kept.new_log.take().is_none() {
            return;
        }
        let seen = std::mem::take(&mut self.kept.seen);
        let gone = self.records.forget_others(&seen, &mut self.step.writes);
        let mut records: Vec<RecordRef> = Vec::new();
        for record in gone {
            self.live.remove(&record.id);
            self.notes.forget(&record);
            if self.by_record.contains_key(&record.id) {
                self.changed.insert(record);
            } else {
                self.changed.remove(&record);
                records.push(record);
            }
        }
        if !records.is_empty() {
            self.tell_all(Report::Gone { records });
        }
    }
}
