//! Erasing for good: what belongs to a person, or to anything else, leaves the log, the rows, the files, and
//! every device that comes into contact again.
//!
//! What is to be erased is noted in a list beside the database first, then erased in one transaction, then
//! the files are written anew. So an erasure that was interrupted is finished at the next start, and a backup
//! that is put back into the folder loses what was erased since, before anybody is served.

mod list;
mod plan;

pub use list::ErasedList;
pub use plan::{RECORDS_MAX, plan};

use crate::store::{Store, StoreError};
use crate::sync::Ingest;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// There is no such record.
    #[error("there is no such record")]
    NotFound,
    /// What everybody's work hangs on is not erased.
    #[error("records of this kind are not erased; delete them")]
    WrongKind,
    /// More than [`RECORDS_MAX`].
    #[error("more than {RECORDS_MAX} records belong to it; erase those first")]
    TooMany,
    /// The list could not be written.
    #[error("the list of erased records cannot be written: {0}")]
    List(#[from] std::io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where something is erased, and in whose name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The workspace.
    pub workspace_id: RecordId,
    /// The member.
    pub member_id: RecordId,
}

/// Erases these records and answers which of them were still there.
pub async fn erase(
    ingest: &Ingest,
    list: &ErasedList,
    asked: Asked,
    records: Vec<RecordRef>,
) -> Result<Vec<RecordRef>, ErasureError> {
    list.add(asked, &records)?;
    let erased = ingest.erase(asked, records).await?;
    ingest.store().wipe().await?;
    tracing::info!(workspace.id = %asked.workspace_id, record.count = erased.len(), "records were erased");
    Ok(erased)
}

/// Erases what the list names and the database still holds: after a restored backup, or an end half-way.
pub async fn finish(
    store: &dyn Store,
    ingest: &Ingest,
    list: &ErasedList,
) -> Result<usize, ErasureError> {
    let mut count = 0;
    for (asked, records) in list.read()? {
        if store.workspace(asked.workspace_id).await?.is_some() {
            count += ingest.erase(asked, records).await?.len();
        }
    }
    if count > 0 {
        store.wipe().await?;
        tracing::warn!(
            record.count = count,
            "records that had been erased were in the database, and are erased again"
        );
    }
    Ok(count)
}
