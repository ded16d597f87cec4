//! Files that wait to be imported, under the id of their import.
//!
//! They are kept where every server on the same database finds them.

use super::StoreResult;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use std::time::Duration;

/// Files that wait.
#[async_trait]
pub trait Files {
    /// Keeps a file.
    async fn keep_file(&self, id: RecordId, content: &[u8]) -> StoreResult<()>;
    /// The content of a file, unless it is gone.
    async fn file(&self, id: RecordId) -> StoreResult<Option<Vec<u8>>>;
    /// Forgets a file, if it is there.
    async fn forget_file(&self, id: RecordId) -> StoreResult<()>;
    /// Forgets files that are older than that, whatever became of their imports.
    async fn forget_files_older_than(&self, age: Duration) -> StoreResult<()>;
}
