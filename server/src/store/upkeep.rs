//! What an operator asks of the memory: copies, checks, tidying.

use super::StoreResult;
use async_trait::async_trait;
use huike_shared::time::Timestamp;
use std::path::Path;

/// Copies, checks and tidying.
#[async_trait]
pub trait Upkeep {
    /// Writes a complete, consistent copy to a new file while others go on working.
    async fn copy_to(&self, file: &Path) -> StoreResult<()>;

    /// Everything that is wrong with the database; empty when it is sound.
    async fn damages(&self) -> StoreResult<Vec<String>>;

    /// A cheap question that fails when the database does not answer.
    async fn ping(&self) -> StoreResult<()>;

    /// Forgets sessions, links and attempts that no longer count.
    async fn forget_expired(&self, now: Timestamp) -> StoreResult<()>;

    /// Finishes pending work and lets go of the files.
    async fn close(&self);
}
