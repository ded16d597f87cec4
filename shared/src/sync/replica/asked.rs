//! What a screen asks now and then: what the device knows by itself, the rest is asked of the server.

use super::{Effect, Replica};
use crate::history::LastWrite;
use crate::id::RecordId;
use crate::local::{self, Question, Report};
use crate::record::RecordRef;

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
        let one = |(key, value): (&str, &crate::scalar::Scalar)| {
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
}
