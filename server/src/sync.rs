//! Sync on the server: one door in, one order, everybody told.
//!
//! [`ingest`] is the only place that appends a change; [`hub`] tells the others; [`socket`] is a
//! member's live connection, [`known`] what its greeting found, [`sessions`] how it ends; [`catch_up`] is what a replica
//! missed, [`snapshot`] what a new device fetches, [`history`] what happened to a record and [`seen`] who has it;
//! [`epochs`] and [`ranks`] keep records and ranks small; [`writer`] makes the server itself a replica, for imports and the like. Invariant: commit first, then memory, then tell.

pub mod catch_up;
pub mod epochs;
mod heads;
pub mod history;
pub mod hub;
pub mod ingest;
pub mod known;
pub mod presence;
pub mod publication;
pub mod ranks;
pub mod records;
pub mod seen;
pub mod sessions;
pub mod snapshot;
pub mod socket;
pub mod writer;

use crate::entropy::OsEntropy;
use crate::store::{Store, StoreResult};
use huike_shared::id::{Entropy as _, RecordId};

pub use hub::Hub;
pub use ingest::{Author, Ingest};
pub use writer::ServerReplica;

/// Gives every log another name, so that replicas do not trust their cursors. After a restore.
pub async fn renew_logs(store: &dyn Store) -> StoreResult<()> {
    for workspace in store.workspaces().await? {
        store.rename_log(workspace.id, new_log()).await?;
    }
    Ok(())
}

/// A name that no log has.
fn new_log() -> RecordId {
    let mut log = RecordId::default();
    OsEntropy.fill(&mut log.0);
    log
}
