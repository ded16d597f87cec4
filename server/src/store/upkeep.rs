//! What an operator asks of the memory: checks, tidying.

use super::StoreResult;
use async_trait::async_trait;
use huike_shared::time::Timestamp;

/// Checks and tidying.
#[async_trait]
pub trait Upkeep {
    /// Everything that is wrong with the database; empty when it is sound.
    async fn damages(&self) -> StoreResult<Vec<String>>;

    /// A cheap question that fails when the database does not answer.
    async fn ping(&self) -> StoreResult<()>;

    /// Forgets sessions, links and attempts that no longer count.
    async fn forget_expired(&self, now: Timestamp) -> StoreResult<()>;

    /// Finishes pending work and lets go of files and connections.
    async fn close(&self);
}
