//! Earlier epochs in SQLite.

use super::changes::{number, position, record_ref};
use super::{SqliteStore, blob};
use crate::store::histories::*;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::note::NOTE;
use huike_shared::record::RecordRef;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

#[async_trait]
impl Histories for SqliteStore {
    async fn history(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
    ) -> StoreResult<Vec<StoredHistory>> {
        sqlx::query(
            "select kind, record_id, epoch, first_position, last_position, changes from history
             where workspace_id = ? and kind = ? and record_id = ?
             order by epoch",
        )
        .bind(blob(&workspace_id))
        .bind(record.kind.0)
        .bind(blob(&record.id))
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    async fn histories_between(
        &self,
        workspace_id: RecordId,
        after: u64,
        to: u64,
        count: u64,
    ) -> StoreResult<Vec<StoredHistory>> {
        sqlx::query(
            "select kind, record_id, epoch, first_position, last_position, changes from history
             where workspace_id = ? and last_position > ? and first_position <= ?
             order by last_position
             limit ?",
        )
        .bind(blob(&workspace_id))
        .bind(number(after)?)
        .bind(number(to)?)
        .bind(number(count)?)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    async fn crowded(&self, workspace_id: RecordId, more_than: u64) -> StoreResult<Vec<RecordRef>> {
        sqlx::query(
            "select kind, record_id from change indexed by change_by_record
             where workspace_id = ? and kind <> ? and substr(hash, 1, 24) <> zeroblob(24)
             group by kind, record_id
             having count(*) > ?",
        )
        .bind(blob(&workspace_id))
        .bind(NOTE.kind.0)
        .bind(number(more_than)?)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(record_ref)
        .collect()
    }
}

/// Moves the changes of epochs that have ended out of the log, whose head is `head` now.
pub(super) async fn end_epochs(
    write: &mut SqliteConnection,
    workspace_id: RecordId,
    head: u64,
    histories: &[StoredHistory],
) -> StoreResult<()> {
    for history in histories {
        sqlx::query(
            "insert into history (workspace_id, kind, record_id, epoch, first_position,
                                  last_position, changes)
             values (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(blob(&workspace_id))
        .bind(history.record.kind.0)
        .bind(blob(&history.record.id))
        .bind(history.epoch)
        .bind(number(history.first)?)
        .bind(number(history.last)?)
        .bind(&history.changes[..])
        .execute(&mut *write)
        .await?;
        sqlx::query(
            "delete from change
             where workspace_id = ? and kind = ? and record_id = ? and position <= ?",
        )
        .bind(blob(&workspace_id))
        .bind(history.record.kind.0)
        .bind(blob(&history.record.id))
        .bind(number(history.last)?)
        .execute(&mut *write)
        .await?;
    }
    if !histories.is_empty() {
        sqlx::query("update log set floor = ? where workspace_id = ?")
            .bind(number(head)?)
            .bind(blob(&workspace_id))
            .execute(&mut *write)
            .await?;
    }
    Ok(())
}

fn read(row: &SqliteRow) -> StoreResult<StoredHistory> {
    let broken = |_| StoreError::Broken("an epoch is out of range".to_owned());
    Ok(StoredHistory {
        record: record_ref(row)?,
        epoch: u32::try_from(row.try_get::<i64, _>("epoch")?).map_err(broken)?,
        first: position(row, "first_position")?,
        last: position(row, "last_position")?,
        changes: row.try_get("changes")?,
    })
}
