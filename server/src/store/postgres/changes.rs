//! The log in Postgres.
//!
//! Raising the head locks the log's row until the commit: appends of several servers to one
//! workspace wait for each other, and positions become visible in their order, without gaps.

use super::histories::end_epochs;
use super::{PostgresStore, blob, id, news, time};
use crate::store::changes::*;
use crate::store::documents::{RecordRow, StoredDocument};
use crate::store::notices::Notice;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::document::{Actor, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::record::{Kind, RecordRef};
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

/// Rows in one statement: each column is one array, so the way to the database is short.
const STATEMENT_ROWS: usize = 1_000;

#[async_trait]
impl Changes for PostgresStore {
    async fn log_head(&self, workspace_id: RecordId) -> StoreResult<Option<LogHead>> {
        sqlx::query("select log_id, head, floor from log where workspace_id = $1")
            .bind(blob(&workspace_id))
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(read_head)
            .transpose()
    }

    async fn open_log(&self, workspace_id: RecordId, log: RecordId) -> StoreResult<LogHead> {
        sqlx::query(
            "insert into log (workspace_id, log_id, head) values ($1, $2, 0)
             on conflict (workspace_id) do nothing",
        )
        .bind(blob(&workspace_id))
        .bind(blob(&log))
        .execute(self.pool())
        .await?;
        let head = self.log_head(workspace_id).await?;
        head.ok_or_else(|| broken("a log vanished"))
    }

    async fn rename_log(&self, workspace_id: RecordId, log: RecordId) -> StoreResult<()> {
        sqlx::query("update log set log_id = $1 where workspace_id = $2")
            .bind(blob(&log))
            .bind(blob(&workspace_id))
            .execute(self.pool())
            .await?;
        Ok(())
    }

    async fn register_actors(
        &self,
        owner: ActorOwner,
        actors: &[Actor],
        now: Timestamp,
    ) -> StoreResult<Vec<ActorOwner>> {
        // In one order, so that two servers with the same actors cannot wait for each other.
        let mut ids: Vec<&[u8]> = actors.iter().map(|it| &it.0[..]).collect();
        ids.sort_unstable();
        ids.dedup();
        sqlx::query(
            "insert into actor (id, workspace_id, member_id, device_id, created_at)
             select a, $2, $3, $4, $5 from unnest($1) a
             on conflict (id) do nothing",
        )
        .bind(&ids)
        .bind(blob(&owner.workspace_id))
        .bind(blob(&owner.member_id))
        .bind(blob(&owner.device_id))
        .bind(now.millis())
        .execute(self.pool())
        .await?;
        let rows = sqlx::query(
            "select id, workspace_id, member_id, device_id from actor where id = any($1)",
        )
        .bind(&ids)
        .fetch_all(self.pool())
        .await?;
        let mut found = std::collections::HashMap::with_capacity(rows.len());
        for row in &rows {
            found.insert(read_actor(row, "id")?, read_owner(row)?);
        }
        actors
            .iter()
            .map(|it| found.get(it).copied())
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| broken("an actor vanished"))
    }

    async fn actor_owner(&self, actor: Actor) -> StoreResult<Option<ActorOwner>> {
        sqlx::query("select workspace_id, member_id, device_id from actor where id = $1")
            .bind(&actor.0[..])
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(read_owner)
            .transpose()
    }

    async fn change_of(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
        hash: ChangeHash,
    ) -> StoreResult<Option<(u64, Timestamp)>> {
        let row = sqlx::query(
            "select position, accepted_at from change
             where workspace_id = $1 and kind = $2 and record_id = $3 and hash = $4",
        )
        .bind(blob(&workspace_id))
        .bind(kind(record.kind))
        .bind(blob(&record.id))
        .bind(&hash.0[..])
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((
            position(&row, "position")?,
            time(&row, "accepted_at")?,
        )))
    }

    async fn changes_of(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
    ) -> StoreResult<Vec<LoggedChange>> {
        // Sorted outside, because the planner would rather walk through the whole log.
        let mut changes: Vec<LoggedChange> = sqlx::query(
            "select position, kind, record_id, hash, actor_id, seq, member_id, accepted_at,
                    note_of, body
             from change
             where workspace_id = $1 and kind = $2 and record_id = $3 and body <> ''",
        )
        .bind(blob(&workspace_id))
        .bind(kind(record.kind))
        .bind(blob(&record.id))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(read_change)
        .collect::<StoreResult<_>>()?;
        changes.sort_unstable_by_key(|it| it.position);
        Ok(changes)
    }

    async fn changes_after(
        &self,
        workspace_id: RecordId,
        position: u64,
        count: u64,
    ) -> StoreResult<Vec<LoggedChange>> {
        sqlx::query(
            "select position, kind, record_id, hash, actor_id, seq, member_id, accepted_at,
                    note_of, body
             from change
             where workspace_id = $1 and position > $2
             order by position
             limit $3",
        )
        .bind(blob(&workspace_id))
        .bind(number(position)?)
        .bind(number(count)?)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(read_change)
        .collect()
    }

    async fn append(&self, appends: &[Append]) -> StoreResult<Appended> {
        let mut write = self.begin().await?;
        // In one order, so that two servers cannot wait for each other.
        let mut appends: Vec<&Append> = appends.iter().collect();
        appends.sort_by_key(|it| it.workspace_id);
        for append in appends {
            let head = append.after + append.changes.len() as u64;
            let moved =
                sqlx::query("update log set head = $1 where workspace_id = $2 and head = $3")
                    .bind(number(head)?)
                    .bind(blob(&append.workspace_id))
                    .bind(number(append.after)?)
                    .execute(&mut *write)
                    .await?
                    .rows_affected()
                    != 1;
            if moved {
                write.rollback().await?;
                return Ok(Appended::Moved);
            }
            insert_changes(&mut write, append.workspace_id, &append.changes).await?;
            put_documents(&mut write, append.workspace_id, &append.documents).await?;
            put_rows(&mut write, append.workspace_id, &append.rows).await?;
            end_epochs(&mut write, append.workspace_id, head, &append.histories).await?;
            let workspace_id = append.workspace_id;
            news::tell(&mut write, &Notice::Log { workspace_id, head }).await?;
        }
        write.commit().await?;
        Ok(Appended::Done)
    }
}

async fn insert_changes(
    write: &mut PgConnection,
    workspace_id: RecordId,
    changes: &[LoggedChange],
) -> StoreResult<()> {
    for some in changes.chunks(STATEMENT_ROWS) {
        sqlx::query(
            "insert into change (workspace_id, position, kind, record_id, hash, actor_id, seq,
                                 member_id, accepted_at, note_of, body)
             select $1, * from unnest($2::bigint[], $3::smallint[], $4::bytea[], $5::bytea[],
                                      $6::bytea[], $7::bigint[], $8::bytea[], $9::bigint[],
                                      $10::text[], $11::bytea[])",
        )
        .bind(blob(&workspace_id))
        .bind(column(some, |it| it.position as i64))
        .bind(column(some, |it| kind(it.record.kind)))
        .bind(column(some, |it| blob(&it.record.id)))
        .bind(column(some, |it| &it.hash.0[..]))
        .bind(column(some, |it| &it.actor.0[..]))
        .bind(column(some, |it| it.seq as i64))
        .bind(column(some, |it| blob(&it.member_id)))
        .bind(column(some, |it| it.at.millis()))
        .bind(column(some, |it| it.note_of.as_deref()))
        .bind(column(some, |it| &it.body[..]))
        .execute(&mut *write)
        .await?;
    }
    Ok(())
}

async fn put_documents(
    write: &mut PgConnection,
    workspace_id: RecordId,
    documents: &[StoredDocument],
) -> StoreResult<()> {
    for some in documents.chunks(STATEMENT_ROWS) {
        sqlx::query(
            "insert into document (workspace_id, kind, record_id, position, state)
             select $1, * from unnest($2::smallint[], $3::bytea[], $4::bigint[], $5::bytea[])
             on conflict (workspace_id, kind, record_id) do update
             set position = excluded.position, state = excluded.state",
        )
        .bind(blob(&workspace_id))
        .bind(column(some, |it| kind(it.record.kind)))
        .bind(column(some, |it| blob(&it.record.id)))
        .bind(column(some, |it| it.position as i64))
        .bind(column(some, |it| &it.state[..]))
        .execute(&mut *write)
        .await?;
    }
    Ok(())
}

async fn put_rows(
    write: &mut PgConnection,
    workspace_id: RecordId,
    rows: &[RecordRow],
) -> StoreResult<()> {
    for some in rows.chunks(STATEMENT_ROWS) {
        sqlx::query(
            "insert into record (workspace_id, kind, record_id, position, is_deleted, created_at,
                                 created_by, updated_at, updated_by, fields, problems)
             select $1, * from unnest($2::smallint[], $3::bytea[], $4::bigint[], $5::boolean[],
                                      $6::bigint[], $7::bytea[], $8::bigint[], $9::bytea[],
                                      $10::text[], $11::text[])
             on conflict (workspace_id, kind, record_id) do update
             set position = excluded.position, is_deleted = excluded.is_deleted,
                 created_at = excluded.created_at, created_by = excluded.created_by,
                 updated_at = excluded.updated_at, updated_by = excluded.updated_by,
                 fields = excluded.fields, problems = excluded.problems",
        )
        .bind(blob(&workspace_id))
        .bind(column(some, |it| kind(it.record.kind)))
        .bind(column(some, |it| blob(&it.record.id)))
        .bind(column(some, |it| it.position as i64))
        .bind(column(some, |it| it.is_deleted))
        .bind(column(some, |it| it.created.at.millis()))
        .bind(column(some, |it| blob(&it.created.by)))
        .bind(column(some, |it| it.updated.at.millis()))
        .bind(column(some, |it| blob(&it.updated.by)))
        .bind(column(some, |it| &it.fields[..]))
        .bind(column(some, |it| &it.problems[..]))
        .execute(&mut *write)
        .await?;
    }
    Ok(())
}

/// One column of several rows.
fn column<'a, T, V>(rows: &'a [T], value: impl Fn(&'a T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

fn read_owner(row: &PgRow) -> StoreResult<ActorOwner> {
    Ok(ActorOwner {
        workspace_id: id(row, "workspace_id")?,
        member_id: id(row, "member_id")?,
        device_id: id(row, "device_id")?,
    })
}

fn read_actor(row: &PgRow, column: &str) -> StoreResult<Actor> {
    let bytes: &[u8] = row.try_get(column)?;
    let bytes = bytes.try_into();
    Ok(Actor(bytes.map_err(|_| broken("an actor is no actor"))?))
}

fn read_head(row: &PgRow) -> StoreResult<LogHead> {
    Ok(LogHead {
        log: id(row, "log_id")?,
        position: position(row, "head")?,
        floor: position(row, "floor")?,
    })
}

fn read_change(row: &PgRow) -> StoreResult<LoggedChange> {
    let hash: &[u8] = row.try_get("hash")?;
    Ok(LoggedChange {
        position: position(row, "position")?,
        record: record_ref(row)?,
        note_of: row.try_get::<Option<String>, _>("note_of")?.map(Into::into),
        hash: ChangeHash(hash.try_into().map_err(|_| broken("hash is no hash"))?),
        actor: read_actor(row, "actor_id")?,
        seq: position(row, "seq")?,
        member_id: id(row, "member_id")?,
        at: time(row, "accepted_at")?,
        body: row.try_get("body")?,
    })
}

/// Reads the two columns that name a record.
pub(super) fn record_ref(row: &PgRow) -> StoreResult<RecordRef> {
    let number: i16 = row.try_get("kind")?;
    Ok(RecordRef {
        kind: Kind(u8::try_from(number).map_err(|_| broken("a kind is out of range"))?),
        id: id(row, "record_id")?,
    })
}

/// A kind as the database takes it.
pub(super) fn kind(kind: Kind) -> i16 {
    i16::from(kind.0)
}

/// Reads a number that counts.
pub(super) fn position(row: &PgRow, column: &str) -> StoreResult<u64> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| broken("a count is negative"))
}

/// A number that counts, as the database takes it.
pub(super) fn number(count: u64) -> StoreResult<i64> {
    i64::try_from(count).map_err(|_| broken("a count is out of range"))
}

fn broken(text: &str) -> StoreError {
    StoreError::Broken(text.to_owned())
}
