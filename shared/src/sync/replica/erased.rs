//! What was erased for good leaves the device whole: rows and states, what waits and what was refused, what
//! is kept for a restored backup.
//!
//! An erasure comes as an entry of the log without a body, as a state in a page, or as the answer to a change
//! of a record that is no more, or that belongs to one. Nothing of it goes into the tray: it would
//! stay there.

use super::{Effect, Replica, Table, Write, key};
use crate::local::Report;
use crate::note::owner_of;
use crate::record::RecordRef;
use crate::sync::outbox::OutboxEntry;

impl Replica {
    /// Takes everything of a record off the device, notes in it that only this device has among it.
    pub(super) fn erase(&mut self, record: RecordRef) {
        let belongs = |entry: &OutboxEntry| {
            let owner = entry.of.as_deref().and_then(owner_of);
            entry.record == record || owner.is_some_and(|it| it.0 == record)
        };
        let own = self.outbox.iter().filter(|it| belongs(it.1));
        let waiting: Vec<(u64, RecordRef)> = own.map(|(number, it)| (*number, it.record)).collect();
        let own = self.tray.iter().filter(|it| belongs(&it.1.entry));
        let refused: Vec<(u64, RecordRef)> =
            own.map(|(number, it)| (*number, it.entry.record)).collect();
        for (number, _) in &waiting {
            // Its answer will find nothing.
            self.dequeue(*number);
        }
        for (number, _) in &refused {
            self.tray.remove(number);
            self.step.writes.push(Write::Delete {
                table: Table::Tray,
                key: key(*number),
            });
        }
        if waiting.is_empty() && refused.is_empty() && !self.records.holds(&record) {
            return;
        }
        let named = waiting.into_iter().chain(refused).map(|it| it.1);
        let mut gone: Vec<RecordRef> = named.chain([record]).collect();
        gone.sort_unstable();
        gone.dedup();
        for record in &gone {
            self.live.remove(&record.id);
            self.notes.forget(record);
            self.changed.remove(record);
            self.records.forget(record, &mut self.step.writes);
            self.kept.erase(record.id, &mut self.step.writes);
        }
        if !self.step.effects.contains(&Effect::ReadKept) {
            self.step.effects.push(Effect::ReadKept);
        }
        self.records.write_chunks(&mut self.step.writes);
        self.tell_all(Report::Gone { records: gone });
    }
}
