//! What a screen asks now and then: what waits and what was refused, what the device knows by itself; the rest is
//! asked of the server.

use super::{Effect, OutboxEntry, Replica};
use crate::history::LastWrite;
use crate::id::RecordId;
use crate::local::{self, Question, RefusedEdit, Report};
use crate::record::RecordRef;
use crate::scalar::Scalar;

impl Replica {
    pub(super) fn asked(&mut self, screen: u64, ask: RecordId, question: Question) {
        match question {
            Question::Known { record } => {
                let answer = local::encode(&self.last_writes(&record));
                self.tell(screen, Report::Answered { ask, answer });
            }
            Question::History { .. } | Question::Seen { .. } => self.after_rows.push(Effect::Ask {
                screen,
                ask,
                question,
            }),
        }
    }

    /// Who wrote each register last.
    fn last_writes(&self, record: &RecordRef) -> Vec<LastWrite> {
        let confirmed = self.records.registers(record);
        let current = self.current(record);
        let one = |(key, value): (&str, &Scalar)| {
            let stamp = current.stamp(key)?;
            Some(LastWrite {
                key: key.into(),
                value: value.clone(),
                stamp,
                waits: current.visible(key) != confirmed.visible(key),
            })
        };
        current.values().filter_map(one).collect()
    }

    /// Tells a screen what waits and what was refused.
    pub(super) fn tell_waiting(&mut self, screen: u64) {
        let waiting = self.outbox.values().map(OutboxEntry::to_waiting).collect();
        let refused = self
            .tray
            .values()
            .map(|it| {
                let edit = it.entry.to_waiting();
                let current = self.current_values(&it.entry.record, &edit.values);
                RefusedEdit {
                    edit,
                    current,
                    refusal: it.refusal.clone(),
                }
            })
            .collect();
        self.tell(screen, Report::Waiting { waiting, refused });
    }

    fn current_values(
        &self,
        record: &RecordRef,
        values: &[(Box<str>, Scalar)],
    ) -> Vec<(Box<str>, Scalar)> {
        let state = self.current(record);
        values
            .iter()
            .map(|(key, _)| (key.clone(), state.value(key).clone()))
            .collect()
    }
}
