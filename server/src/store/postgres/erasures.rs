//! Erasing in Postgres.

use super::changes::{kind, number, position, record_ref};
use super::{PostgresStore, blob, id, journal, news, time};
use crate::projection;
use crate::store::StoreResult;
use crate::store::changes::Appended;
use crate::store::erasures::{EmptyPlace, ErasedRecord, Erasure, Erasures, blank_hash};
use crate::store::journal::NewEntry;
use crate::store::notices::Notice;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use sqlx::postgres::PgConnection;

/// Tables whose old rows may hold what was erased.
const TABLES: [&str; 5] = ["change", "document", "record", "history", "request_key"];

#[async_trait]
impl Erasures for PostgresStore {
    async fn erase(&self, erasure: &Erasure) -> StoreResult<Appended> {
        let workspace_id = erasure.workspace_id;
        let head = erasure.after + erasure.records.len() as u64;
        let mut write = self.begin().await?;
        let moved = sqlx::query("update log set head = $1 where workspace_id = $2 and head = $3")
            .bind(number(head)?)
            .bind(blob(&workspace_id))
            .bind(number(erasure.after)?)
            .execute(&mut *write)
            .await?
            .rows_affected()
            != 1;
        if moved {
            write.rollback().await?;
            return Ok(Appended::Moved);
        }
        for place in &erasure.earlier {
            empty(&mut write, workspace_id, place).await?;
        }
        for place in erasure.places() {
            let EmptyPlace {
                record, position, ..
            } = place;
            blank(&mut write, workspace_id, record).await?;
            empty(&mut write, workspace_id, &place).await?;
            sqlx::query(
                "insert into document (workspace_id, kind, record_id, position, state)
                 values ($1, $2, $3, $4, $5)
                 on conflict (workspace_id, kind, record_id) do update
                 set position = excluded.position, state = excluded.state",
            )
            .bind(blob(&workspace_id))
            .bind(kind(record.kind))
            .bind(blob(&record.id))
            .bind(number(position)?)
            .bind(projection::erased_state())
            .execute(&mut *write)
            .await?;
            sqlx::query(
                "delete from record where workspace_id = $1 and kind = $2 and record_id = $3",
            )
            .bind(blob(&workspace_id))
            .bind(kind(record.kind))
            .bind(blob(&record.id))
            .execute(&mut *write)
            .await?;
            sqlx::query(
                "delete from history where workspace_id = $1 and kind = $2 and record_id = $3",
            )
            .bind(blob(&workspace_id))
            .bind(kind(record.kind))
            .bind(blob(&record.id))
            .execute(&mut *write)
            .await?;
            // A hash of what was asked, by which it could be guessed.
            sqlx::query("delete from request_key where kind = $1 and record_id = $2")
                .bind(kind(record.kind))
                .bind(blob(&record.id))
                .execute(&mut *write)
                .await?;
        }
        news::tell(&mut write, &Notice::Log { workspace_id, head }).await?;
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
             where d.workspace_id = $1 and d.state = '\\x0102'::bytea
             order by d.position",
        )
        .bind(blob(&workspace_id))
        .fetch_all(self.pool())
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
        // Other servers wait meanwhile, so each table has its own turn.
        for table in TABLES {
            let mut connection = self.pool().acquire().await?;
            sqlx::query("set statement_timeout = 0")
                .execute(&mut *connection)
                .await?;
            let wiped = sqlx::query(sqlx::AssertSqlSafe(format!("vacuum full {table}")))
                .execute(&mut *connection)
                .await;
            // The next user of a connection wants the usual patience.
            connection.close().await?;
            wiped?;
        }
        Ok(())
    }
}

/// Takes everything out of the places that a record has in the log.
async fn blank(
    write: &mut PgConnection,
    workspace_id: RecordId,
    record: RecordRef,
) -> StoreResult<()> {
    let places = sqlx::query(
        "select position from change where workspace_id = $1 and kind = $2 and record_id = $3",
    )
    .bind(blob(&workspace_id))
    .bind(kind(record.kind))
    .bind(blob(&record.id))
    .fetch_all(&mut *write)
    .await?;
    for row in &places {
        let place = position(row, "position")?;
        sqlx::query(
            "update change
             set hash = $1, actor_id = $2, seq = 0, note_of = null, body = ''
             where workspace_id = $3 and position = $4",
        )
        .bind(&blank_hash(place).0[..])
        .bind(&[0_u8; 16][..])
        .bind(blob(&workspace_id))
        .bind(number(place)?)
        .execute(&mut *write)
        .await?;
    }
    Ok(())
}

/// Puts an empty place into the log.
async fn empty(
    write: &mut PgConnection,
    workspace_id: RecordId,
    place: &EmptyPlace,
) -> StoreResult<()> {
    sqlx::query(
        "insert into change (workspace_id, position, kind, record_id, hash, actor_id, seq,
                         member_id, accepted_at, note_of, body)
     values ($1, $2, $3, $4, $5, $6, 0, $7, $8, null, '')",
    )
    .bind(blob(&workspace_id))
    .bind(number(place.position)?)
    .bind(kind(place.record.kind))
    .bind(blob(&place.record.id))
    .bind(&blank_hash(place.position).0[..])
    .bind(&[0_u8; 16][..])
    .bind(blob(&place.member_id))
    .bind(place.at.millis())
    .execute(write)
    .await?;
    Ok(())
}
