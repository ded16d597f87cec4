//! Earlier epochs in Postgres.

use super::changes::{kind, number, position, record_ref};
use super::{PostgresStore, blob};
use crate::store::histories::*;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::note::NOTE;
use huike_shared::record::RecordRef;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

#[async_trait]
impl Histories for PostgresStore {
    async fn history(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
    ) -> StoreResult<Vec<StoredHistory>> {
        sqlx::query(
            "select kind, record_id, epoch, first_position, last_position, changes from history
             where workspace_id = $1 and kind = $2 and record_id = $3
             order by epoch",
        )
        .bind(blob(&workspace_id))
        .bind(kind(record.kind))
        .bind(blob(&record.id))
        .fetch_all(self.pool())
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
             where workspace_id = $1 and last_position > $2 and first_position <= $3
             order by last_position
             limit $4",
        )
        .bind(blob(&workspace_id))
        .bind(number(after)?)
        .bind(number(to)?)
        .bind(number(count)?)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    async fn crowded(&self, workspace_id: RecordId, more_than: u64) -> StoreResult<Vec<RecordRef>> {
        sqlx::query(
            "select kind, record_id from change
             where workspace_id = $1 and kind <> $2
                   and substring(hash from 1 for 24) <> decode(repeat('00', 24), 'hex')
             group by kind, record_id
             having count(*) > $3",
        )
        .bind(blob(&workspace_id))
        .bind(kind(NOTE.kind))
        .bind(number(more_than)?)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(record_ref)
        .collect()
    }
}

/// Moves the changes of epochs that have ended out of the log, whose head is `head` now.
pub(super) async fn end_epochs(
    write: &mut PgConnection,
    workspace_id: RecordId,
    head: u64,
    histories: &[StoredHistory],
) -> StoreResult<()> {
    for history in histories {
        sqlx::query(
            "insert into history (workspace_id, kind, record_id, epoch, first_position,
                                  last_position, changes)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(blob(&workspace_id))
        .bind(kind(history.record.kind))
        .bind(blob(&history.record.id))
        .bind(i64::from(history.epoch))
        .bind(number(history.first)?)
        .bind(number(history.last)?)
        .bind(&history.changes[..])
        .execute(&mut *write)
        .await?;
        sqlx::query(
            "delete from change
             where workspace_id = $1 and kind = $2 and record_id = $3 and position <= $4",
        )
        .bind(blob(&workspace_id))
        .bind(kind(history.record.kind))
        .bind(blob(&history.record.id))
        .bind(number(history.last)?)
        .execute(&mut *write)
        .await?;
    }
    if !histories.is_empty() {
        sqlx::query("update log set floor = $1 where workspace_id = $2")
            .bind(number(head)?)
            .bind(blob(&workspace_id))
            .execute(&mut *write)
            .await?;
    }
    Ok(())
}

fn read(row: &PgRow) -> StoreResult<StoredHistory> {
    let broken = |_| StoreError::Broken("an epoch is out of range".to_owned());
    Ok(StoredHistory {
        record: record_ref(row)?,
        epoch: u32::try_from(row.try_get::<i64, _>("epoch")?).map_err(broken)?,
        first: position(row, "first_position")?,
        last: position(row, "last_position")?,
        changes: row.try_get("changes")?,
    })
}
