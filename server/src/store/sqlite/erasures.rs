//! Erasing in SQLite.

use super::changes::{number, position, record_ref};
use super::{SqliteStore, blob, id, journal, time};
use crate::projection;
use crate::store::changes::Appended;
use crate::store::erasures::{EmptyPlace, ErasedRecord, Erasure, Erasures, blank_hash};
use crate::store::journal::NewEntry;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

/// How often the log of writes is tried to be cut while somebody reads, each time as long as the database waits.
const CHECKPOINTS_MAX: usize = 6;

#[async_trait]
impl Erasures for SqliteStore {
    async fn erase(&self, erasure: &Erasure) -> StoreResult<Appended> {
        let workspace = blob(&erasure.workspace_id);
        let head = erasure.after + erasure.records.len() as u64;
        let mut write = self.write().await?;
        let moved = sqlx::query("update log set head = ? where workspace_id = ? and head = ?")
            .bind(number(head)?)
            .bind(workspace)
            .bind(number(erasure.after)?)
            .execute(&mut *write)
            .await?
            .rows_affected()
            != 1;
        if moved {
            return Ok(Appended::Moved);
        }
        for place in &erasure.earlier {
            empty(&mut write, workspace, place).await?;
        }
        for place in erasure.places() {
            let EmptyPlace {
                record, position, ..
            } = place;
            blank(&mut write, workspace, record).await?;
            empty(&mut write, workspace, &place).await?;
            sqlx::query(
                "insert into document (workspace_id, kind, record_id, position, state)
                 values (?, ?, ?, ?, ?)
                 on conflict (workspace_id, kind, record_id) do update
                 set position = excluded.position, state = excluded.state",
            )
            .bind(workspace)
            .bind(record.kind.0)
            .bind(blob(&record.id))
            .bind(number(position)?)
            .bind(projection::erased_state())
            .execute(&mut *write)
            .await?;
            sqlx::query("delete from record where workspace_id = ? and kind = ? and record_id = ?")
                .bind(workspace)
                .bind(record.kind.0)
                .bind(blob(&record.id))
                .execute(&mut *write)
                .await?;
            sqlx::query(
                "delete from history where workspace_id = ? and kind = ? and record_id = ?",
            )
            .bind(workspace)
            .bind(record.kind.0)
            .bind(blob(&record.id))
            .execute(&mut *write)
            .await?;
            // A hash of what was asked, by which it could be guessed.
            sqlx::query("delete from request_key where kind = ? and record_id = ?")
                .bind(record.kind.0)
                .bind(blob(&record.id))
                .execute(&mut *write)
                .await?;
        }
        for entry in NewEntry::of_erasure(erasure) {
            journal::append(&mut write, entry).await?;
        }
        write.commit().await?;
        Ok(Appended::Done)
    }

    // The state of an erased record (`projection::erased_state`) is written out: only so the index of the few that
    // have it is used.
    async fn erased(&self, workspace_id: RecordId) -> StoreResult<Vec<ErasedRecord>> {
        let rows = sqlx::query(
            "select d.kind, d.record_id, c.member_id, c.accepted_at
             from document d
             join change c on c.workspace_id = d.workspace_id and c.position = d.position
             where d.workspace_id = ? and d.state = x'0102'
             order by d.position",
        )
        .bind(blob(&workspace_id))
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ErasedRecord {
                    record: record_ref(row)?,
                    member_id: id(row, "member_id")?,
                    at: time(row, "accepted_at")?,
                })
            })
            .collect()
    }

    async fn wipe(&self) -> StoreResult<()> {
        // Written anew, the file has no free pages and no old ones; then nothing stays in the log of writes.
        let mut writer = self.writer.acquire().await?;
        sqlx::query("vacuum").execute(&mut *writer).await?;
        for _ in 0..CHECKPOINTS_MAX {
            let cut = sqlx::query("pragma wal_checkpoint(truncate)");
            let is_busy: i64 = cut.fetch_one(&mut *writer).await?.try_get(0)?;
            if is_busy == 0 {
                return Ok(());
            }
        }
        Err(StoreError::Busy)
    }
}

/// Takes everything out of the places that a record has in the log.
async fn blank(
    write: &mut SqliteConnection,
    workspace: &[u8],
    record: RecordRef,
) -> StoreResult<()> {
    let places = sqlx::query(
        "select position from change indexed by change_by_record
         where workspace_id = ? and kind = ? and record_id = ?",
    )
    .bind(workspace)
    .bind(record.kind.0)
    .bind(blob(&record.id))
    .fetch_all(&mut *write)
    .await?;
    for row in &places {
        let place = position(row, "position")?;
        sqlx::query(
            "update change
             set hash = ?, actor_id = zeroblob(16), seq = 0, note_of = null, body = x''
             where workspace_id = ? and position = ?",
        )
        .bind(&blank_hash(place).0[..])
        .bind(workspace)
        .bind(number(place)?)
        .execute(&mut *write)
        .await?;
    }
    Ok(())
}

/// Puts an empty place into the log.
async fn empty(
    write: &mut SqliteConnection,
    workspace: &[u8],
    place: &EmptyPlace,
) -> StoreResult<()> {
    sqlx::query(
        "insert into change (workspace_id, position, kind, record_id, hash, actor_id, seq,
                         member_id, accepted_at, note_of, body)
     values (?, ?, ?, ?, ?, zeroblob(16), 0, ?, ?, null, x'')",
    )
    .bind(workspace)
    .bind(number(place.position)?)
    .bind(place.record.kind.0)
    .bind(blob(&place.record.id))
    .bind(&blank_hash(place.position).0[..])
    .bind(blob(&place.member_id))
    .bind(place.at.millis())
    .execute(write)
    .await?;
    Ok(())
}
