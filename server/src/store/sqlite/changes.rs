//! The log in SQLite.

use super::histories::end_epochs;
use super::{SqliteStore, blob, id, time};
use crate::failpoint;
use crate::store::changes::*;
use crate::store::documents::{RecordRow, StoredDocument};
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::document::{Actor, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::record::{Kind, RecordRef};
use huike_shared::time::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row, Sqlite};

/// Rows in one statement: enough to make the way to the database short, few enough that the
/// prepared statements of every length fit the connection's cache.
const STATEMENT_ROWS: usize = 24;

#[async_trait]
impl Changes for SqliteStore {
    async fn log_head(&self, workspace_id: RecordId) -> StoreResult<Option<LogHead>> {
        sqlx::query("select log_id, head, floor from log where workspace_id = ?")
            .bind(blob(&workspace_id))
            .fetch_optional(self.readers())
            .await?
            .as_ref()
            .map(read_head)
            .transpose()
    }

    async fn open_log(&self, workspace_id: RecordId, log: RecordId) -> StoreResult<LogHead> {
        let mut write = self.write().await?;
        sqlx::query(
            "insert into log (workspace_id, log_id, head) values (?, ?, 0)
             on conflict (workspace_id) do nothing",
        )
        .bind(blob(&workspace_id))
        .bind(blob(&log))
        .execute(&mut *write)
        .await?;
        let row = sqlx::query("select log_id, head, floor from log where workspace_id = ?")
            .bind(blob(&workspace_id))
            .fetch_one(&mut *write)
            .await?;
        write.commit().await?;
        read_head(&row)
    }

    async fn rename_log(&self, workspace_id: RecordId, log: RecordId) -> StoreResult<()> {
        let mut write = self.write().await?;
        sqlx::query("update log set log_id = ? where workspace_id = ?")
            .bind(blob(&log))
            .bind(blob(&workspace_id))
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn register_actors(
        &self,
        owner: ActorOwner,
        actors: &[Actor],
        now: Timestamp,
    ) -> StoreResult<Vec<ActorOwner>> {
        let mut write = self.write().await?;
        let mut owners = Vec::with_capacity(actors.len());
        for actor in actors {
            sqlx::query(
                "insert into actor (id, workspace_id, member_id, device_id, created_at)
                 values (?, ?, ?, ?, ?)
                 on conflict (id) do nothing",
            )
            .bind(&actor.0[..])
            .bind(blob(&owner.workspace_id))
            .bind(blob(&owner.member_id))
            .bind(blob(&owner.device_id))
            .bind(now.millis())
            .execute(&mut *write)
            .await?;
            let found = find_owner(&mut write, *actor).await?;
            owners.push(found.ok_or_else(|| broken("an actor vanished"))?);
        }
        write.commit().await?;
        Ok(owners)
    }

    async fn actor_owner(&self, actor: Actor) -> StoreResult<Option<ActorOwner>> {
        find_owner(&mut *self.readers().acquire().await?, actor).await
    }

    async fn change_of(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
        hash: ChangeHash,
    ) -> StoreResult<Option<(u64, Timestamp)>> {
        let row = sqlx::query(
            "select position, accepted_at from change
             where workspace_id = ? and kind = ? and record_id = ? and hash = ?",
        )
        .bind(blob(&workspace_id))
        .bind(record.kind.0)
        .bind(blob(&record.id))
        .bind(&hash.0[..])
        .fetch_optional(self.readers())
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
        // Named, because the planner would rather walk through the whole log than sort a few rows.
        sqlx::query(
            "select position, kind, record_id, hash, actor_id, seq, member_id, accepted_at,
                    note_of, body
             from change indexed by change_by_record
             where workspace_id = ? and kind = ? and record_id = ? and body <> x''
             order by position",
        )
        .bind(blob(&workspace_id))
        .bind(record.kind.0)
        .bind(blob(&record.id))
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read_change)
        .collect()
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
             where workspace_id = ? and position > ?
             order by position
             limit ?",
        )
        .bind(blob(&workspace_id))
        .bind(number(position)?)
        .bind(number(count)?)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read_change)
        .collect()
    }

    async fn append(&self, appends: &[Append]) -> StoreResult<Appended> {
        let mut write = self.write().await?;
        for append in appends {
            let head = append.after + append.changes.len() as u64;
            let moved = sqlx::query("update log set head = ? where workspace_id = ? and head = ?")
                .bind(number(head)?)
                .bind(blob(&append.workspace_id))
                .bind(number(append.after)?)
                .execute(&mut *write)
                .await?
                .rows_affected()
                != 1;
            if moved {
                // Dropping the transaction takes back what was written for other workspaces.
                return Ok(Appended::Moved);
            }
            insert_changes(&mut write, append.workspace_id, &append.changes).await?;
            put_documents(&mut write, append.workspace_id, &append.documents).await?;
            put_rows(&mut write, append.workspace_id, &append.rows).await?;
            end_epochs(&mut write, append.workspace_id, head, &append.histories).await?;
        }
        failpoint::may_fail(failpoint::WRITTEN)?;
        write.commit().await?;
        failpoint::may_fail(failpoint::COMMITTED)?;
        Ok(Appended::Done)
    }
}

async fn insert_changes(
    write: &mut SqliteConnection,
    workspace_id: RecordId,
    changes: &[LoggedChange],
) -> StoreResult<()> {
    for some in changes.chunks(STATEMENT_ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "insert into change (workspace_id, position, kind, record_id, hash, actor_id, seq,
                                 member_id, accepted_at, note_of, body) ",
        );
        query.push_values(some, |mut row, change| {
            row.push_bind(blob(&workspace_id))
                .push_bind(change.position as i64)
                .push_bind(change.record.kind.0)
                .push_bind(blob(&change.record.id))
                .push_bind(&change.hash.0[..])
                .push_bind(&change.actor.0[..])
                .push_bind(change.seq as i64)
                .push_bind(blob(&change.member_id))
                .push_bind(change.at.millis())
                .push_bind(change.note_of.as_deref())
                .push_bind(&change.body[..]);
        });
        query.build().execute(&mut *write).await?;
    }
    Ok(())
}

async fn put_documents(
    write: &mut SqliteConnection,
    workspace_id: RecordId,
    documents: &[StoredDocument],
) -> StoreResult<()> {
    for some in documents.chunks(STATEMENT_ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "insert into document (workspace_id, kind, record_id, position, state) ",
        );
        query.push_values(some, |mut row, document| {
            row.push_bind(blob(&workspace_id))
                .push_bind(document.record.kind.0)
                .push_bind(blob(&document.record.id))
                .push_bind(document.position as i64)
                .push_bind(&document.state[..]);
        });
        query.push(
            " on conflict (workspace_id, kind, record_id) do update
              set position = excluded.position, state = excluded.state",
        );
        query.build().execute(&mut *write).await?;
    }
    Ok(())
}

async fn put_rows(
    write: &mut SqliteConnection,
    workspace_id: RecordId,
    rows: &[RecordRow],
) -> StoreResult<()> {
    for some in rows.chunks(STATEMENT_ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "insert into record (workspace_id, kind, record_id, position, is_deleted, created_at,
                                 created_by, updated_at, updated_by, fields, problems) ",
        );
        query.push_values(some, |mut row, record| {
            row.push_bind(blob(&workspace_id))
                .push_bind(record.record.kind.0)
                .push_bind(blob(&record.record.id))
                .push_bind(record.position as i64)
                .push_bind(record.is_deleted)
                .push_bind(record.created.at.millis())
                .push_bind(blob(&record.created.by))
                .push_bind(record.updated.at.millis())
                .push_bind(blob(&record.updated.by))
                .push_bind(&record.fields[..])
                .push_bind(&record.problems[..]);
        });
        query.push(
            " on conflict (workspace_id, kind, record_id) do update
              set position = excluded.position, is_deleted = excluded.is_deleted,
                  created_at = excluded.created_at, created_by = excluded.created_by,
                  updated_at = excluded.updated_at, updated_by = excluded.updated_by,
                  fields = excluded.fields, problems = excluded.problems",
        );
        query.build().execute(&mut *write).await?;
    }
    Ok(())
}

async fn find_owner(
    connection: &mut SqliteConnection,
    actor: Actor,
) -> StoreResult<Option<ActorOwner>> {
    let row = sqlx::query("select workspace_id, member_id, device_id from actor where id = ?")
        .bind(&actor.0[..])
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ActorOwner {
        workspace_id: id(&row, "workspace_id")?,
        member_id: id(&row, "member_id")?,
        device_id: id(&row, "device_id")?,
    }))
}

fn read_head(row: &SqliteRow) -> StoreResult<LogHead> {
    Ok(LogHead {
        log: id(row, "log_id")?,
        position: position(row, "head")?,
        floor: position(row, "floor")?,
    })
}

fn read_change(row: &SqliteRow) -> StoreResult<LoggedChange> {
    let hash: &[u8] = row.try_get("hash")?;
    let actor: &[u8] = row.try_get("actor_id")?;
    Ok(LoggedChange {
        position: position(row, "position")?,
        record: record_ref(row)?,
        note_of: row.try_get::<Option<String>, _>("note_of")?.map(Into::into),
        hash: ChangeHash(hash.try_into().map_err(|_| broken("hash is no hash"))?),
        actor: Actor(
            actor
                .try_into()
                .map_err(|_| broken("actor_id is no actor"))?,
        ),
        seq: position(row, "seq")?,
        member_id: id(row, "member_id")?,
        at: time(row, "accepted_at")?,
        body: row.try_get("body")?,
    })
}

/// Reads the two columns that name a record.
pub(super) fn record_ref(row: &SqliteRow) -> StoreResult<RecordRef> {
    Ok(RecordRef {
        kind: Kind(row.try_get("kind")?),
        id: id(row, "record_id")?,
    })
}

/// Reads a number that counts.
pub(super) fn position(row: &SqliteRow, column: &str) -> StoreResult<u64> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| broken("a count is negative"))
}

/// A number that counts, as the database takes it.
pub(super) fn number(count: u64) -> StoreResult<i64> {
    i64::try_from(count).map_err(|_| broken("a count is out of range"))
}

fn broken(text: &str) -> StoreError {
    StoreError::Broken(text.to_owned())
}
