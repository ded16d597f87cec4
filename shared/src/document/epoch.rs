//! Epochs: a record's document is renewed, so that it stays small however often it is edited.
//!
//! The first change of an epoch, its *genesis*, puts every value shown. It follows from the registers
//! alone: the server and each device make the same bytes from the same confirmed state, and no earlier
//! change is needed any more to open, merge or edit the record. Its actor says which record and which
//! epoch it is, so registers know their epoch by their first actor.
//!
//! What a renewal does not carry on: values that lost a clash, and who emptied a field. Both stay in
//! the server's history.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::columns::founding_change;
use super::{Actor, Cell, DELETED, Registers};
use crate::record::RecordRef;
use crate::scalar::Scalar;

/// Changes after which a quiet record without a clash is renewed.
pub const EPOCH_CHANGES_SOFT: u64 = 200;
/// Changes after which a record is renewed even with a clash, once nobody is at it.
pub const EPOCH_CHANGES_HARD: u64 = 2_000;
/// Bytes of a genesis; a record with more stays as it is.
pub const GENESIS_BYTES_MAX: usize = 512 << 10;

/// Bytes of an actor that name the record; the rest is the number of the epoch.
const PREFIX_BYTES: usize = 12;

/// The author of the genesis of a record's epoch.
pub fn epoch_actor(record: &RecordRef, epoch: u32) -> Actor {
    let mut actor = [0; 16];
    actor[..PREFIX_BYTES].copy_from_slice(&prefix(record));
    actor[PREFIX_BYTES..].copy_from_slice(&epoch.to_be_bytes());
    Actor(actor)
}

fn prefix(record: &RecordRef) -> [u8; PREFIX_BYTES] {
    let digest = Sha256::new()
        .chain_update(b"huike-epoch")
        .chain_update([record.kind.0])
        .chain_update(record.id.0)
        .finalize();
    let mut prefix = [0; PREFIX_BYTES];
    prefix.copy_from_slice(&digest[..PREFIX_BYTES]);
    prefix
}

impl Actor {
    /// The epoch of the record whose genesis this actor makes; `None` for everybody else.
    pub fn epoch_of(self, record: &RecordRef) -> Option<u32> {
        let number = self.0.strip_prefix(&prefix(record))?;
        number.try_into().ok().map(u32::from_be_bytes)
    }
}

impl Registers {
    /// The epoch of the document; 0 before it was ever renewed.
    pub fn epoch(&self, record: &RecordRef) -> u32 {
        let first = self.actors.first();
        first.and_then(|it| it.0.epoch_of(record)).unwrap_or(0)
    }

    /// How many changes the epoch has, its genesis included.
    pub fn changes(&self) -> u64 {
        self.actors.iter().map(|it| it.1).sum()
    }

    /// Whether some field has more than one visible value.
    pub fn has_clash(&self) -> bool {
        let differs = |it: &[Cell]| it.windows(2).any(|two| two[0].value != two[1].value);
        self.keys
            .iter()
            .any(|(key, cells)| !key.starts_with('_') && differs(cells))
    }

    /// The document of the next epoch, and the genesis with which it begins. Every value shown keeps
    /// who wrote it and when. `None` if nothing is shown, or if the genesis were too large.
    pub fn renew(&self, record: &RecordRef) -> Option<(Registers, Vec<u8>)> {
        let actor = epoch_actor(record, self.epoch(record).checked_add(1)?);
        let mut renewed = Registers {
            actors: vec![(actor, 1)],
            created: self.created,
            updated: self.updated,
            ..Registers::default()
        };
        let mut keys: BTreeMap<Box<str>, Vec<Cell>> = BTreeMap::new();
        let carried: Vec<(&str, &Cell)> = self
            .keys
            .iter()
            .filter_map(|(key, cells)| Some((&**key, carried(key, cells)?)))
            .collect();
        for (counter, (key, shown)) in (1..).zip(&carried) {
            let stamp = self.stamp_of(shown);
            let cell = Cell {
                counter,
                actor: 0,
                value: shown.value.clone(),
                at: stamp.at,
                by: renewed.intern_member(stamp.by),
            };
            keys.insert(Box::from(*key), vec![cell]);
        }
        if keys.is_empty() {
            return None;
        }
        renewed.max_op = keys.len() as u64;
        renewed.keys = keys;
        let values = carried.iter().map(|(key, cell)| (*key, &cell.value));
        let change = founding_change(actor, 0, values);
        renewed.heads = vec![change.hash().into()];
        let body = change.raw_bytes().to_vec();
        (body.len() <= GENESIS_BYTES_MAX).then_some((renewed, body))
    }
}

/// The cell whose value the next epoch begins with. A record that was deleted by any of several
/// concurrent writers stays deleted.
fn carried<'a>(key: &str, cells: &'a [Cell]) -> Option<&'a Cell> {
    let deletion = cells.iter().find(|it| it.value == Scalar::Bool(true));
    let shown = match deletion {
        Some(it) if *key == *DELETED => it,
        Some(_) | None => cells.last()?,
    };
    (!shown.value.is_null()).then_some(shown)
}
