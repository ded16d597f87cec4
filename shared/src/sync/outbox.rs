//! What waits for the server, and what it would not grant.
//!
//! An entry keeps the intent beside the change: once a change is refused, every later change of its
//! actor builds on it, so the others are made again from what the person meant.

use serde::de::DeserializeOwned;
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
    /// The epoch of the record on which the change was made. What version 1 wrote does not say: it was made on
    /// what the device had, whatever that was.
    pub epoch: Option<u32>,
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
    /// Whether the change was made on this epoch of its record.
    pub fn fits(&self, epoch: u32) -> bool {
        self.epoch.is_none_or(|it| it == epoch)
    }

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

/// What is kept long on a device. A type that changes its fields gets the next version and goes on
/// reading the older forms: edits may wait through several updates.
pub trait Kept: Serialize + DeserializeOwned {
    /// The first byte of its form.
    const VERSION: u8 = 1;

    /// Reads the form of an earlier version.
    fn earlier(_version: u8, _value: &[u8]) -> Option<Self> {
        None
    }
}

impl Kept for OutboxEntry {
    const VERSION: u8 = 2;

    fn earlier(version: u8, value: &[u8]) -> Option<Self> {
        (version == 1)
            .then(|| postcard::from_bytes::<EntryOne>(value).ok())?
            .map(Into::into)
    }
}

impl Kept for TrayEntry {
    const VERSION: u8 = 2;

    fn earlier(version: u8, value: &[u8]) -> Option<Self> {
        let read = || postcard::from_bytes::<(EntryOne, Refusal)>(value).ok();
        let (entry, refusal) = (version == 1).then(read)??;
        let entry = entry.into();
        Some(TrayEntry { entry, refusal })
    }
}

/// An [`OutboxEntry`] of version 1, which knew no epochs.
#[derive(Deserialize)]
struct EntryOne {
    intent: RecordId,
    record: RecordRef,
    of: Option<Box<str>>,
    meant: Meant,
    at: Timestamp,
    actor: Actor,
    hash: ChangeHash,
    #[serde(with = "serde_bytes")]
    body: Vec<u8>,
}

impl From<EntryOne> for OutboxEntry {
    fn from(it: EntryOne) -> Self {
        OutboxEntry {
            intent: it.intent,
            record: it.record,
            of: it.of,
            meant: it.meant,
            at: it.at,
            actor: it.actor,
            hash: it.hash,
            body: it.body,
            epoch: None,
        }
    }
}

/// Writes what is kept long: the version, then the value.
pub fn write<T: Kept>(value: &T) -> Vec<u8> {
    // Writing to a growing buffer has no way to fail.
    postcard::to_extend(value, vec![T::VERSION]).unwrap_or_default()
}

/// Reads what [`write`] wrote, in this build or an earlier one.
pub fn read<T: Kept>(bytes: &[u8]) -> Option<T> {
    let (version, value) = bytes.split_first()?;
    if *version == T::VERSION {
        return postcard::from_bytes(value).ok();
    }
    T::earlier(*version, value)
}
