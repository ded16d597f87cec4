//! What screens mean to change, made into changes.

use super::Replica;
use crate::document::{self, Registers};
use crate::id::RecordId;
use crate::local::{Failure, Intent, Report};
use crate::record::RecordRef;
use crate::refusal::Refusal;
use crate::registry;
use crate::rights::{RightsTable, actions_of, names_owner};
use crate::row::Stamp;
use crate::scalar::Scalar;
use crate::sync::gate;
use crate::sync::outbox::{Meant, OUTBOX_CHANGES_MAX, OutboxEntry};
use crate::time::Timestamp;

impl Replica {
    pub(super) fn edit(&mut self, now: Timestamp, intent: Intent) {
        if self.is_known(intent.id) {
            self.tell_all(Report::Stored { intent: intent.id });
            return;
        }
        if let Err(failure) = self.may(&intent) {
            self.fail(intent.id, failure);
            return;
        }
        for part in &intent.parts {
            self.author(intent.id, &part.record, &part.values, now);
        }
        self.tell_all(Report::Stored { intent: intent.id });
    }

    /// Whether the intent was made already: a screen repeats until it hears that it is stored.
    pub(super) fn is_known(&self, intent: RecordId) -> bool {
        self.meta.recent.contains(&intent)
            || self
                .outbox
                .values()
                .rev()
                .take(super::RECENT_MAX)
                .any(|it| it.intent == intent)
            || self.tray.values().any(|it| it.entry.intent == intent)
    }

    /// The rules the server has, asked before anything is written.
    fn may(&self, intent: &Intent) -> Result<(), Failure> {
        if self.outbox.len() + intent.parts.len() > OUTBOX_CHANGES_MAX {
            return Err(Failure::OutboxFull);
        }
        for part in &intent.parts {
            let def = registry::def(part.record.kind)
                .filter(|it| !it.fields.is_empty())
                .ok_or(Failure::Refused(Refusal::UnknownKind))?;
            let values = part.values.iter().map(|it| (&*it.0, &it.1));
            // Only who names an owner must know who it is.
            let current = if part.values.iter().any(|it| names_owner(def, &it.0)) {
                self.current(&part.record)
            } else {
                Registers::default()
            };
            let actions = actions_of(def, values, &current, self.identity.member);
            let role = self.role();
            let is_allowed = |it| RightsTable::allows(role, part.record.kind, it);
            if !actions.into_iter().all(is_allowed) {
                return Err(Failure::Refused(Refusal::NotPermitted));
            }
            for (key, value) in &part.values {
                gate::fits(def, key, value).map_err(Failure::Refused)?;
            }
        }
        Ok(())
    }

    /// Makes one change of one record, stores it and shows it. Nothing happens if every value is
    /// there already.
    pub(super) fn author(
        &mut self,
        intent: RecordId,
        record: &RecordRef,
        values: &[(Box<str>, Scalar)],
        at: Timestamp,
    ) {
        let mut state = self.current(record);
        let epoch = state.epoch(record);
        let Some(body) = state.author(values, self.actor, at) else {
            return;
        };
        let Ok(change) = document::decode(&body) else {
            return;
        };
        state.apply(
            &change,
            Stamp {
                at,
                by: self.identity.member,
            },
        );
        self.live.insert(record.id, state);
        self.enqueue(OutboxEntry {
            intent,
            record: *record,
            of: None,
            meant: Meant::Put(values.to_vec()),
            at,
            actor: self.actor,
            hash: change.hash,
            body,
            epoch: Some(epoch),
        });
        self.changed.insert(*record);
    }

    pub(super) fn retry(&mut self, now: Timestamp, intent: RecordId) {
        for it in self.take_back(intent) {
            match &it.entry.meant {
                Meant::Put(values) => self.author(intent, &it.entry.record, values, now),
                Meant::Write(splice) => self.write_again(now, &it.entry, splice.clone()),
            }
        }
    }

    pub(super) fn dismiss(&mut self, intent: RecordId) {
        self.take_back(intent);
    }
}
