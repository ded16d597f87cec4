//! Records that were erased for good: what was said of them is gone, that they were erased stays.
//!
//! An erased record keeps its places in the log, with nothing in them, and one more that says so; its
//! document is the word "erased", its row is gone. So positions stay without gaps, and every replica hears of
//! it, however far behind it is.

use super::StoreResult;
use super::changes::Appended;
use async_trait::async_trait;
use huike_shared::document::ChangeHash;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::time::Timestamp;

/// Records to erase, in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Whose log.
    pub workspace_id: RecordId,
    /// The head it follows; each record takes one position behind it.
    pub after: u64,
    /// The records, each once, none of them erased yet.
    pub records: Vec<RecordRef>,
    /// Places in epochs of these records that have ended: they come back into the log, empty.
    pub earlier: Vec<EmptyPlace>,
    /// Who asked.
    pub member_id: RecordId,
    /// When.
    pub at: Timestamp,
}

/// A place in the log that holds nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmptyPlace {
    /// Of which record.
    pub record: RecordRef,
    /// Where.
    pub position: u64,
    /// Who wrote there.
    pub member_id: RecordId,
    /// When.
    pub at: Timestamp,
}

impl Erasure {
    /// The places that say that the records are erased, one for each.
    pub fn places(&self) -> impl Iterator<Item = EmptyPlace> + '_ {
        let positions = self.after + 1..;
        self.records
            .iter()
            .zip(positions)
            .map(|(record, position)| EmptyPlace {
                record: *record,
                position,
                member_id: self.member_id,
                at: self.at,
            })
    }
}

/// A record that was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedRecord {
    /// Which.
    pub record: RecordRef,
    /// Who asked.
    pub member_id: RecordId,
    /// When.
    pub at: Timestamp,
}

/// The name of a place in the log that holds nothing: no hash of what was there, which could be guessed and
/// compared.
pub fn blank_hash(position: u64) -> ChangeHash {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&position.to_be_bytes());
    ChangeHash(bytes)
}

/// Erasing, and what was erased.
#[async_trait]
pub trait Erasures {
    /// Erases all of them or nothing.
    async fn erase(&self, erasure: &Erasure) -> StoreResult<Appended>;
    /// What was erased of a workspace, in the order of the log.
    async fn erased(&self, workspace_id: RecordId) -> StoreResult<Vec<ErasedRecord>>;
    /// Makes the files of the database forget what was deleted from it. Takes as long as a copy of it.
    async fn wipe(&self) -> StoreResult<()>;
}
