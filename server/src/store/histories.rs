//! What was accepted of records before their documents were renewed.

use super::StoreResult;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;

/// The changes of one record in an epoch that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHistory {
    /// The record.
    pub record: RecordRef,
    /// The epoch.
    pub epoch: u32,
    /// The position of its first change.
    pub first: u64,
    /// The position of its last change.
    pub last: u64,
    /// The changes, packed (`crate::history`).
    pub changes: Vec<u8>,
}

/// Earlier epochs.
#[async_trait]
pub trait Histories {
    /// The epochs of a record that have ended, in order.
    async fn history(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
    ) -> StoreResult<Vec<StoredHistory>>;
    /// Epochs that may have changes behind `after` and not behind `to`: up to `count`, by their last
    /// position.
    async fn histories_between(
        &self,
        workspace_id: RecordId,
        after: u64,
        to: u64,
        count: u64,
    ) -> StoreResult<Vec<StoredHistory>>;
    /// Records with more than so many changes in their epoch; neither notes nor what was erased
    /// ([`super::erasures::blank_hash`]) are among them.
    async fn crowded(&self, workspace_id: RecordId, more_than: u64) -> StoreResult<Vec<RecordRef>>;
}
