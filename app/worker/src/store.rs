//! Where the replica keeps its bytes: ordered tables of byte strings, and one kind of transaction.
//!
//! Two implementations, one contract (`store/contract.rs`): [`indexed_db`] in the browser,
//! [`memory`] in native tests. Invariants: a commit is whole or leaves nothing; and whoever has
//! an older term than the store holds writes nothing more, so a leader that slept through its
//! removal does no harm. Nothing here knows what the bytes mean.

#[cfg(test)]
pub(crate) mod contract;
pub mod indexed_db;
pub mod memory;

use huike_shared::sync::replica::{Table, Write};

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Why the store did not do it. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The device, or the browser's quota, has no room.
    #[error("the device's storage is full")]
    Full,
    /// The connection is gone: the site's storage was cleared, or a newer build upgrades it.
    #[error("the device's storage was closed")]
    Closed,
    /// Another leader has taken a later term.
    #[error("another leader took term {term}")]
    NotLeading {
        /// The later term.
        term: u64,
    },
    /// The database was written by a newer build.
    #[error("the device's storage belongs to a newer version")]
    Newer,
    /// The browser says something else.
    #[error("the device's storage failed: {0}")]
    Other(String),
}

/// The device's store.
#[expect(
    async_fn_in_trait,
    reason = "one thread: no future is ever sent to another"
)]
pub trait Store {
    /// Takes the next term, and one later than the given; every leader before can write nothing more.
    async fn take_term(&self, after: u64) -> Result<u64, StoreError>;

    /// Everything in some tables at one moment, each ordered by key.
    async fn load<const N: usize>(&self, tables: [Table; N])
    -> Result<[Vec<Entry>; N], StoreError>;

    /// Writes everything in order in one transaction, or nothing. Survives the end of the program; and a
    /// loss of power if any of it [`Write::is_own`], with everything before.
    async fn commit(&self, term: u64, writes: &[Write]) -> Result<(), StoreError>;
}
