//! Ids that remember what they identify.
//!
//! An id is a UUIDv7, made on the device from a time and entropy that are passed in, so that it needs
//! no server and still sorts by age. `Id<Customer>` and `Id<Deal>` are different types over the
//! same sixteen bytes; [`RecordId`] is the untyped form that sync, storage and the wire use.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The sixteen bytes that name a record, whatever its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct RecordId(pub [u8; 16]);

/// Text that is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a record id")]
pub struct BadId;

impl RecordId {
    /// A UUIDv7 from the time and ten bytes of entropy.
    pub fn new(now: Timestamp, entropy: [u8; 10]) -> Self {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        RecordId(
            *uuid::Builder::from_unix_timestamp_millis(millis, &entropy)
                .into_uuid()
                .as_bytes(),
        )
    }

    /// Reads the text form, with or without hyphens.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        uuid::Uuid::try_parse(text)
            .map(|it| RecordId(*it.as_bytes()))
            .map_err(|_| BadId)
    }

    /// The sixteen bytes.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads sixteen bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, BadId> {
        bytes.try_into().map(RecordId).map_err(|_| BadId)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RecordId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        RecordId::parse(text)
    }
}

/// The id of a `T`.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<T> {
    raw: RecordId,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// Says that this id names a `T`.
    pub const fn from_raw(raw: RecordId) -> Self {
        Id {
            raw,
            of: PhantomData,
        }
    }

    /// The untyped id.
    pub const fn raw(self) -> RecordId {
        self.raw
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.raw.cmp(&other.raw)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.raw, f)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.raw, f)
    }
}

/// Where fresh bytes come from: the shell's random source, or a seed in tests.
pub trait Entropy {
    /// Fills the slice with unpredictable bytes.
    fn fill(&mut self, bytes: &mut [u8]);

    /// A fresh record id.
    fn record_id(&mut self, now: Timestamp) -> RecordId {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        RecordId::new(now, bytes)
    }

    /// A fresh id of a `T`.
    fn id<T>(&mut self, now: Timestamp) -> Id<T>
    where
        Self: Sized,
    {
        Id::from_raw(self.record_id(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        let early = RecordId::new(Timestamp::from_millis(1_000), [255; 10]);
        let late = RecordId::new(Timestamp::from_millis(1_001), [0; 10]);
        assert!(early < late);
    }

    #[test]
    fn the_text_form_reads_back() {
        let id = RecordId::new(Timestamp::from_millis(1_763_700_000_000), [7; 10]);
        assert_eq!(RecordId::parse(&id.to_string()), Ok(id));
        assert_eq!(RecordId::parse("no"), Err(BadId));
    }
}
