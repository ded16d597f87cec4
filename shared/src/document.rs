//! The mergeable form of a record, held as its registers.
//!
//! A record's Automerge document is flat: every op is a `Put` of a scalar on a key of the root. For
//! such documents the visible ops of each key, the heads, the highest op counter and the last
//! sequence number of every actor are *everything* that is needed to merge a change and to author
//! the next one. [`Registers`] is just that, about a tenth of the document's size, and equal to what
//! Automerge itself computes (`tests/automerge.rs` proves it over random histories). The history is
//! the server's: it keeps every change body and can build the saved document from them.
//!
//! Invariant: the changes that went into one `Registers` are closed under their dependencies.
//! Nothing here checks bytes from strangers; that is the gate's work (`sync::gate`).

mod author;
pub mod columns;
pub mod epoch;

use std::collections::{BTreeMap, HashMap, HashSet};

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{ActorId, Change, ExpandedChange, ScalarValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{Entropy, RecordId};
use crate::record::KindDef;
use crate::row::{Clash, Row, Stamp};
use crate::scalar::Scalar;
use crate::search;
use crate::time::Timestamp;

/// The register that says a record was deleted. Set by any of several concurrent writers, it wins.
pub const DELETED: &str = "_deleted";

/// Who makes changes: sixteen random bytes, new for each session of a replica.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Actor(pub [u8; 16]);

impl Actor {
    /// A fresh actor.
    pub fn new(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        Actor(bytes)
    }

    /// Automerge's form.
    pub fn to_automerge(self) -> ActorId {
        ActorId::from(self.0)
    }
}

/// The SHA-256 of a change: its name, and the key that makes pushing it twice harmless.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct ChangeHash(pub [u8; 32]);

/// Where the bytes begin of which a change's name is the hash: behind magic and checksum.
const HASHED_FROM: usize = 8;

impl ChangeHash {
    /// The name of an uncompressed change; of anything else a name that no change has.
    pub fn of(body: &[u8]) -> Self {
        ChangeHash(Sha256::digest(body.get(HASHED_FROM..).unwrap_or_default()).into())
    }
}

impl From<automerge::ChangeHash> for ChangeHash {
    fn from(hash: automerge::ChangeHash) -> Self {
        ChangeHash(hash.0)
    }
}

impl From<ChangeHash> for automerge::ChangeHash {
    fn from(hash: ChangeHash) -> Self {
        automerge::ChangeHash(hash.0)
    }
}

/// Names an op: Automerge's Lamport pair, compared by counter, then by actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// One more than every op its author knew.
    pub counter: u64,
    /// Its author.
    pub actor: Actor,
}

/// One `Put` on a key of the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOp {
    /// The register.
    pub key: Box<str>,
    /// What is put.
    pub value: Scalar,
    /// The ops it replaces.
    pub pred: Vec<OpId>,
}

/// A change of a flat document, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatChange {
    /// Its name.
    pub hash: ChangeHash,
    /// Its author.
    pub actor: Actor,
    /// How many changes its author had made in this document, this one included.
    pub seq: u64,
    /// The counter of its first op.
    pub start_op: u64,
    /// The heads its author knew, sorted.
    pub deps: Vec<ChangeHash>,
    /// What it does.
    pub ops: Vec<PutOp>,
}

impl FlatChange {
    /// The counter of its last op.
    pub fn last_op(&self) -> u64 {
        self.start_op + self.ops.len() as u64 - u64::from(!self.ops.is_empty())
    }
}

/// Bytes that are not a change of a flat document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a change of a flat document")]
pub struct NotFlat;

/// Decodes a change of a flat document. May panic inside Automerge on hostile bytes: the gate
/// wraps it, clients only decode what a server has judged.
pub fn decode(body: &[u8]) -> Result<FlatChange, NotFlat> {
    let change = Change::try_from(body).map_err(|_| NotFlat)?;
    flatten(&change.decode(), change.hash().into())
}

/// Reads an expanded change as a flat one.
pub fn flatten(expanded: &ExpandedChange, hash: ChangeHash) -> Result<FlatChange, NotFlat> {
    let mut ops = Vec::with_capacity(expanded.operations.len());
    for op in &expanded.operations {
        let (OpType::Put(value), ObjectId::Root, Key::Map(key), false) =
            (&op.action, &op.obj, &op.key, op.insert)
        else {
            return Err(NotFlat);
        };
        let value = match value {
            ScalarValue::Null => Scalar::Null,
            ScalarValue::Boolean(it) => Scalar::Bool(*it),
            ScalarValue::Int(it) => Scalar::Int(*it),
            ScalarValue::Str(it) => Scalar::text(it.as_str()),
            _ => return Err(NotFlat),
        };
        let pred = op
            .pred
            .iter()
            .map(|it| {
                Ok(OpId {
                    counter: it.counter(),
                    actor: actor(it.actor())?,
                })
            })
            .collect::<Result<_, NotFlat>>()?;
        ops.push(PutOp {
            key: key.as_str().into(),
            value,
            pred,
        });
    }
    let mut deps: Vec<ChangeHash> = expanded.deps.iter().map(|it| (*it).into()).collect();
    deps.sort_unstable();
    Ok(FlatChange {
        hash,
        actor: actor(&expanded.actor_id)?,
        seq: expanded.seq,
        start_op: expanded.start_op.get(),
        deps,
        ops,
    })
}

fn actor(id: &ActorId) -> Result<Actor, NotFlat> {
    id.to_bytes().try_into().map(Actor).map_err(|_| NotFlat)
}

/// A visible op of a register: two or more in one register are a clash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cell {
    counter: u64,
    /// Index into [`Registers::actors`].
    actor: u16,
    value: Scalar,
    at: Timestamp,
    /// Index into [`Registers::members`].
    by: u16,
}

/// The state of one flat document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registers {
    heads: Vec<ChangeHash>,
    max_op: u64,
    /// Every actor that has changed the document, with its last sequence number.
    actors: Vec<(Actor, u64)>,
    members: Vec<RecordId>,
    created: Stamp,
    updated: Stamp,
    keys: BTreeMap<Box<str>, Vec<Cell>>,
}

impl Registers {
    /// The hashes of the latest changes, sorted.
    pub fn heads(&self) -> &[ChangeHash] {
        &self.heads
    }

    /// The highest op counter.
    pub fn max_op(&self) -> u64 {
        self.max_op
    }

    /// How many changes this actor has made in the document.
    pub fn seq(&self, actor: Actor) -> u64 {
        self.actors
            .iter()
            .find(|it| it.0 == actor)
            .map_or(0, |it| it.1)
    }

    /// Every actor that has changed the document, with its last sequence number.
    pub fn actors(&self) -> &[(Actor, u64)] {
        &self.actors
    }

    /// Whether nothing was ever put.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The first change.
    pub fn created(&self) -> Stamp {
        self.created
    }

    /// The latest change.
    pub fn updated(&self) -> Stamp {
        self.updated
    }

    /// Whether the record was deleted.
    pub fn is_deleted(&self) -> bool {
        self.keys
            .get(DELETED)
            .is_some_and(|cells| cells.iter().any(|it| it.value == Scalar::Bool(true)))
    }

    /// The value shown of a register.
    pub fn value(&self, key: &str) -> &Scalar {
        static NULL: Scalar = Scalar::Null;
        self.keys
            .get(key)
            .and_then(|it| it.last())
            .map_or(&NULL, |it| &it.value)
    }

    /// Who wrote the value shown.
    pub fn stamp(&self, key: &str) -> Option<Stamp> {
        self.keys
            .get(key)
            .and_then(|it| it.last())
            .map(|it| self.stamp_of(it))
    }

    /// Every register with the value shown, by key.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Scalar)> {
        self.keys
            .iter()
            .filter_map(|(key, cells)| Some((&**key, &cells.last()?.value)))
    }

    /// The visible ops of a register, the winner last.
    pub fn visible(&self, key: &str) -> Vec<OpId> {
        let cells = self.keys.get(key).map_or(&[][..], Vec::as_slice);
        cells.iter().map(|it| self.op_id(it)).collect()
    }

    /// The visible values of a register with their authors, the winner last.
    pub fn candidates(&self, key: &str) -> Vec<(&Scalar, Stamp)> {
        let cells = self.keys.get(key).map_or(&[][..], Vec::as_slice);
        cells
            .iter()
            .map(|it| (&it.value, self.stamp_of(it)))
            .collect()
    }

    /// Whether this change is in already.
    pub fn contains(&self, change: &FlatChange) -> bool {
        self.seq(change.actor) >= change.seq
    }

    /// Whether the change is its actor's next one here.
    pub fn follows(&self, change: &FlatChange) -> bool {
        self.seq(change.actor) + 1 == change.seq
    }

    /// Merges one change whose dependencies are in.
    pub fn apply(&mut self, change: &FlatChange, stamp: Stamp) {
        debug_assert_eq!(
            self.seq(change.actor) + 1,
            change.seq,
            "a dependency is missing"
        );
        let actor = self.intern_actor(change.actor, change.seq);
        let by = self.intern_member(stamp.by);
        for (counter, op) in (change.start_op..).zip(&change.ops) {
            let actors = &self.actors;
            let cells = self.keys.entry(op.key.clone()).or_default();
            cells.retain(|it| {
                let id = OpId {
                    counter: it.counter,
                    actor: actors[usize::from(it.actor)].0,
                };
                !op.pred.contains(&id)
            });
            let id = OpId {
                counter,
                actor: change.actor,
            };
            let place = cells.partition_point(|it| {
                OpId {
                    counter: it.counter,
                    actor: actors[usize::from(it.actor)].0,
                } < id
            });
            let cell = Cell {
                counter,
                actor,
                value: op.value.clone(),
                at: stamp.at,
                by,
            };
            cells.insert(place, cell);
        }
        self.max_op = self.max_op.max(change.last_op());
        self.heads.retain(|it| !change.deps.contains(it));
        if let Err(place) = self.heads.binary_search(&change.hash) {
            self.heads.insert(place, change.hash);
        }
        if self.created == Stamp::default() {
            self.created = stamp;
        }
        if stamp.at >= self.updated.at {
            self.updated = stamp;
        }
    }

    /// The state that an author with these heads had: the ancestors of `deps`, replayed.
    /// `None` if one of them is not among `history`.
    pub fn at(deps: &[ChangeHash], history: &[FlatChange]) -> Option<Registers> {
        let by_hash: HashMap<ChangeHash, usize> = history
            .iter()
            .enumerate()
            .map(|(index, it)| (it.hash, index))
            .collect();
        let mut wanted: HashSet<usize> = HashSet::new();
        let mut open: Vec<ChangeHash> = deps.to_vec();
        while let Some(hash) = open.pop() {
            let index = *by_hash.get(&hash)?;
            if wanted.insert(index) {
                open.extend(&history[index].deps);
            }
        }
        let mut state = Registers::default();
        // The history is in the order of acceptance, so dependencies come first.
        for (index, change) in history.iter().enumerate() {
            if wanted.contains(&index) {
                state.apply(change, Stamp::default());
            }
        }
        Some(state)
    }

    /// The row that screens read.
    pub fn to_row(&self, def: &KindDef, id: RecordId) -> Row {
        let mut row = Row {
            kind: def.kind,
            id,
            // A record of which no change is left, since its creation was refused, is not there.
            deleted: self.is_deleted() || self.max_op == 0,
            created: self.created,
            updated: self.updated,
            values: vec![Scalar::Null; def.fields.len()],
            ..Row::default()
        };
        for (key, cells) in &self.keys {
            let Some((shown, others)) = cells.split_last() else {
                continue;
            };
            if others.iter().any(|it| it.value != shown.value) && !key.starts_with('_') {
                let losing = others
                    .iter()
                    .rev()
                    .map(|it| (it.value.clone(), self.stamp_of(it)));
                row.clashes.push(Clash {
                    key: key.clone(),
                    winner: self.stamp_of(shown),
                    others: losing.collect(),
                });
            }
            match def.fields.iter().position(|it| *it.name == **key) {
                Some(index) => row.values[index] = shown.value.clone(),
                None if **key == *DELETED => {}
                None => row.extra.push((key.clone(), shown.value.clone())),
            }
        }
        search::fill(&mut row, def);
        row
    }

    fn op_id(&self, cell: &Cell) -> OpId {
        OpId {
            counter: cell.counter,
            actor: self.actors[usize::from(cell.actor)].0,
        }
    }

    fn stamp_of(&self, cell: &Cell) -> Stamp {
        let by = self
            .members
            .get(usize::from(cell.by))
            .copied()
            .unwrap_or_default();
        Stamp { at: cell.at, by }
    }

    fn intern_actor(&mut self, actor: Actor, seq: u64) -> u16 {
        if let Some(index) = self.actors.iter().position(|it| it.0 == actor) {
            self.actors[index].1 = self.actors[index].1.max(seq);
            return index as u16;
        }
        self.actors.push((actor, seq));
        (self.actors.len() - 1) as u16
    }

    fn intern_member(&mut self, member: RecordId) -> u16 {
        if let Some(index) = self.members.iter().position(|it| *it == member) {
            return index as u16;
        }
        self.members.push(member);
        (self.members.len() - 1) as u16
    }
}

/// Actors that one document may have; the gate refuses more, so that an index fits its type.
pub const ACTORS_MAX: usize = 10_000;

fn to_automerge(value: &Scalar) -> ScalarValue {
    match value {
        Scalar::Null => ScalarValue::Null,
        Scalar::Bool(it) => ScalarValue::Boolean(*it),
        Scalar::Int(it) => ScalarValue::Int(*it),
        Scalar::Text(it) => ScalarValue::Str(it.as_ref().into()),
    }
}
