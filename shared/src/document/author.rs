//! Authoring: what a person means to put, made into the change that an honest replica writes.

use std::num::NonZeroU64;

use automerge::legacy::{Key, ObjectId, Op, OpId as LegacyOpId, OpType};
use automerge::{Change, ExpandedChange};

use super::{Actor, Registers, to_automerge};
use crate::scalar::Scalar;
use crate::time::Timestamp;

impl Registers {
    /// Authors the change that puts these values, or `None` if all of them are there already.
    /// Settling a clash by putting the value shown again is a change.
    pub fn author(
        &self,
        edits: &[(Box<str>, Scalar)],
        actor: Actor,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let is_new =
            |(key, value): &&(Box<str>, Scalar)| match self.keys.get(key).map(Vec::as_slice) {
                Some([only]) => only.value != *value,
                Some(_) => true,
                None => !value.is_null(),
            };
        self.put(edits.iter().filter(is_new), actor, now)
    }

    /// Authors the change that puts all of these values, also those that are there already.
    /// `None` if there are none.
    pub fn author_all(
        &self,
        edits: &[(Box<str>, Scalar)],
        actor: Actor,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        self.put(edits.iter(), actor, now)
    }

    fn put<'a>(
        &self,
        edits: impl Iterator<Item = &'a (Box<str>, Scalar)>,
        actor: Actor,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let op = |(key, value): &(Box<str>, Scalar)| Op {
            action: OpType::Put(to_automerge(value)),
            obj: ObjectId::Root,
            key: Key::Map(key.as_ref().into()),
            pred: self
                .visible(key)
                .into_iter()
                .map(|it| LegacyOpId::new(it.counter, &it.actor.to_automerge()))
                .collect(),
            insert: false,
        };
        let operations: Vec<Op> = edits.map(op).collect();
        if operations.is_empty() {
            return None;
        }
        let expanded = ExpandedChange {
            operations,
            actor_id: actor.to_automerge(),
            hash: None,
            seq: self.seq(actor) + 1,
            start_op: NonZeroU64::new(self.max_op + 1)?,
            time: now.millis() / 1000,
            message: None,
            deps: self.heads.iter().map(|it| (*it).into()).collect(),
            extra_bytes: Vec::new(),
            author: None,
        };
        Some(Change::from(expanded).raw_bytes().to_vec())
    }
}
