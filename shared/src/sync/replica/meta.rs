//! What the replica remembers of itself, in the table [`Table::Meta`].

use serde::{Deserialize, Serialize};

use super::{Table, Write};
use crate::id::RecordId;
use crate::sync::message::MemberInfo;
use crate::sync::outbox;

const META_KEY: &[u8] = b"replica";
/// There while the person has not yet read that the browser threw the store away.
const EVICTED_KEY: &[u8] = b"evicted";

/// What the replica remembers of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) device: RecordId,
    pub(super) log: Option<RecordId>,
    pub(super) cursor: u64,
    /// How far a fetch of states has come that is not complete. Not a cursor: a record that is still to
    /// come may have changes before it.
    pub(super) fetched: Option<u64>,
    pub(super) members: Vec<MemberInfo>,
    /// The last intents that left the outbox, so that a screen may repeat them.
    pub(super) recent: Vec<RecordId>,
}

impl outbox::Kept for Meta {}

impl Meta {
    /// Finds it among what the table holds.
    pub(super) fn find(table: &[(Vec<u8>, Vec<u8>)]) -> Option<Meta> {
        let (_, value) = table.iter().find(|it| it.0 == META_KEY)?;
        outbox::read(value)
    }

    /// Keeps it.
    pub(super) fn put(&self) -> Write {
        Write::Put {
            table: Table::Meta,
            key: META_KEY.to_vec(),
            value: outbox::write(self),
        }
    }
}

/// Whether the table says that an eviction is still to be read about.
pub(super) fn is_evicted(table: &[(Vec<u8>, Vec<u8>)]) -> bool {
    table.iter().any(|it| it.0 == EVICTED_KEY)
}

/// Keeps the notice of an eviction until [`settle_eviction`], over reloads and other tabs.
pub(super) fn note_eviction() -> Write {
    Write::Put {
        table: Table::Meta,
        key: EVICTED_KEY.to_vec(),
        value: Vec::new(),
    }
}

/// The person has read the notice.
pub(super) fn settle_eviction() -> Write {
    Write::Delete {
        table: Table::Meta,
        key: EVICTED_KEY.to_vec(),
    }
}
