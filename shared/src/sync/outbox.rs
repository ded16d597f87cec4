//! What waits for the server, and what it would not grant.
//!
//! An entry keeps the intent beside the change: once a change is refused, every later change of its
//! actor builds on it, so the others are made again from what the person meant.

use serde::{Deserialize, Serialize};

use crate::document::{Actor, ChangeHash};
use crate::id::RecordId;
use crate::local::WaitingEdit;
use crate::note::Splice;
use crate::record::RecordRef;
use crate::refusal::Refusal;
use crate::scalar::Scalar;
use crate::time::Timestamp;

/// Changes that may wait on one device. At two a minute that is 17 working days without a break.
pub const OUTBOX_CHANGES_MAX: usize = 20_000;

/// A change that the server has not acknowledged, with what it was meant to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// The intent it belongs to.
    pub intent: RecordId,
    /// The record.
    pub record: RecordRef,
    /// For a note: what it belongs to.
    pub of: Option<Box<str>>,
    /// What was meant.
    pub meant: Meant,
    /// When, by the device's clock.
    pub at: Timestamp,
    /// Who made the change.
    pub actor: Actor,
    /// Its name.
    pub hash: ChangeHash,
    /// The change.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

/// What a person meant to do to one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Meant {
    /// Put values.
    Put(Vec<(Box<str>, Scalar)>),
    /// Change a note.
    Write(Splice),
}

impl OutboxEntry {
    /// How screens list it.
    pub fn to_waiting(&self) -> WaitingEdit {
        let values = match &self.meant {
            Meant::Put(values) => values.clone(),
            Meant::Write(splice) => vec![("text".into(), Scalar::Text(splice.insert.clone()))],
        };
        WaitingEdit {
            intent: self.intent,
            record: self.record,
            values,
            at: self.at,
        }
    }
}

/// A change the server would not grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrayEntry {
    /// The change and what it was meant to do.
    pub entry: OutboxEntry,
    /// Why not.
    pub refusal: Refusal,
}

/// First byte of what is kept on a device. A type here that changes its fields gets the next number,
/// and [`read`] goes on reading the older form: edits may wait through several updates.
const KEPT_VERSION: u8 = 1;

/// Writes what is kept long: the version, then the value.
pub fn write<T: Serialize>(value: &T) -> Vec<u8> {
    // Writing to a growing buffer has no way to fail.
    postcard::to_extend(value, vec![KEPT_VERSION]).unwrap_or_default()
}

/// Reads what [`write`] wrote, in this build or an earlier one.
pub fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    match bytes.split_first()? {
        (&KEPT_VERSION, value) => postcard::from_bytes(value).ok(),
        _ => None,
    }
}
