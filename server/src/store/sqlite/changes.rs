//! The log in SQLite.

use super::{SqliteStore, append, blob, id, time};
use crate::store::changes::*;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::document::{Actor, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::record::{Kind, RecordRef};
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

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
        if let Some(owners) = self.owners(actors).await? {
            return Ok(owners);
        }
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
        append::append(self, appends).await
    }
}

impl SqliteStore {
    /// To whom these actors belong, if each belongs to somebody: then there is nothing to write.
    async fn owners(&self, actors: &[Actor]) -> StoreResult<Option<Vec<ActorOwner>>> {
        let mut read = self.readers().acquire().await?;
        let mut owners = Vec::with_capacity(actors.len());
        for actor in actors {
            match find_owner(&mut read, *actor).await? {
                Some(owner) => owners.push(owner),
                None => return Ok(None),
            }
        }
        Ok(Some(owners))
    }
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
