//! Tokens of programs and requests with keys in SQLite.

use super::changes::record_ref;
use super::{SqliteStore, blob, id, journal, time, time_or_none};
use crate::store::journal::NewEntry;
use crate::store::people::Digest;
use crate::store::programs::*;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::document::ChangeHash;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

#[async_trait]
impl Programs for SqliteStore {
    async fn add_token(
        &self,
        token: &AccessToken,
        digest: Digest,
        max: u64,
        entry: NewEntry,
    ) -> StoreResult<bool> {
        let mut write = self.write().await?;
        let count: i64 =
            sqlx::query_scalar("select count(*) from access_token where member_id = ?")
                .bind(blob(&token.member_id))
                .fetch_one(&mut *write)
                .await?;
        if u64::try_from(count).unwrap_or(0) >= max {
            return Ok(false);
        }
        sqlx::query(
            "insert into access_token (id, member_id, name, token_hash, scope, created_at,
                                       expires_at)
             values (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(blob(&token.id))
        .bind(blob(&token.member_id))
        .bind(&token.name)
        .bind(&digest[..])
        .bind(token.scope.word())
        .bind(token.created_at.millis())
        .bind(token.expires_at.map(Timestamp::millis))
        .execute(&mut *write)
        .await?;
        journal::append(&mut write, entry).await?;
        write.commit().await?;
        Ok(true)
    }

    async fn tokens(&self, member_id: RecordId) -> StoreResult<Vec<AccessToken>> {
        sqlx::query(
            "select id, member_id, name, scope, created_at, expires_at, used_at
             from access_token
             where member_id = ?
             order by created_at desc, id desc",
        )
        .bind(blob(&member_id))
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read_token)
        .collect()
    }

    async fn token(&self, digest: Digest) -> StoreResult<Option<AccessToken>> {
        sqlx::query(
            "select id, member_id, name, scope, created_at, expires_at, used_at
             from access_token
             where token_hash = ?",
        )
        .bind(&digest[..])
        .fetch_optional(self.readers())
        .await?
        .as_ref()
        .map(read_token)
        .transpose()
    }

    async fn touch_token(&self, token_id: RecordId, now: Timestamp) -> StoreResult<()> {
        let mut write = self.write().await?;
        sqlx::query("update access_token set used_at = ? where id = ?")
            .bind(now.millis())
            .bind(blob(&token_id))
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn remove_token(
        &self,
        member_id: RecordId,
        token_id: RecordId,
        entry: NewEntry,
    ) -> StoreResult<bool> {
        let mut write = self.write().await?;
        let done = sqlx::query("delete from access_token where member_id = ? and id = ?")
            .bind(blob(&member_id))
            .bind(blob(&token_id))
            .execute(&mut *write)
            .await?;
        let is_done = done.rows_affected() == 1;
        if is_done {
            journal::append(&mut write, entry).await?;
        }
        write.commit().await?;
        Ok(is_done)
    }

    async fn keyed_request(
        &self,
        member_id: RecordId,
        key: Digest,
    ) -> StoreResult<Option<KeyedRequest>> {
        sqlx::query(
            "select member_id, key, request, kind, record_id, change, at, status
             from request_key
             where member_id = ? and key = ?",
        )
        .bind(blob(&member_id))
        .bind(&key[..])
        .fetch_optional(self.readers())
        .await?
        .as_ref()
        .map(read_request)
        .transpose()
    }

    async fn note_request(
        &self,
        request: &KeyedRequest,
        instead_of: Option<ChangeHash>,
    ) -> StoreResult<bool> {
        let mut write = self.write().await?;
        if let Some(change) = instead_of {
            sqlx::query(
                "delete from request_key
                 where member_id = ? and key = ? and change = ? and status is null",
            )
            .bind(blob(&request.member_id))
            .bind(&request.key[..])
            .bind(&change.0[..])
            .execute(&mut *write)
            .await?;
        }
        let done = sqlx::query(
            "insert into request_key (member_id, key, request, kind, record_id, change, at, status)
             values (?, ?, ?, ?, ?, ?, ?, ?)
             on conflict (member_id, key) do nothing",
        )
        .bind(blob(&request.member_id))
        .bind(&request.key[..])
        .bind(&request.request[..])
        .bind(request.record.kind.0)
        .bind(blob(&request.record.id))
        .bind(&request.change.0[..])
        .bind(request.at.millis())
        .bind(request.status)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn answer_request(
        &self,
        member_id: RecordId,
        key: Digest,
        status: u16,
    ) -> StoreResult<()> {
        let mut write = self.write().await?;
        sqlx::query("update request_key set status = ? where member_id = ? and key = ?")
            .bind(status)
            .bind(blob(&member_id))
            .bind(&key[..])
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn forget_request(&self, member_id: RecordId, key: Digest) -> StoreResult<()> {
        let mut write = self.write().await?;
        sqlx::query("delete from request_key where member_id = ? and key = ?")
            .bind(blob(&member_id))
            .bind(&key[..])
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn forget_requests_before(&self, before: Timestamp) -> StoreResult<()> {
        let mut write = self.write().await?;
        sqlx::query("delete from request_key where at < ?")
            .bind(before.millis())
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }
}

fn read_token(row: &SqliteRow) -> StoreResult<AccessToken> {
    let scope: &str = row.try_get("scope")?;
    Ok(AccessToken {
        id: id(row, "id")?,
        member_id: id(row, "member_id")?,
        name: row.try_get("name")?,
        scope: Scope::from_word(scope)
            .ok_or_else(|| StoreError::Broken(format!("{scope} is no scope")))?,
        created_at: time(row, "created_at")?,
        expires_at: time_or_none(row, "expires_at")?,
        used_at: time_or_none(row, "used_at")?,
    })
}

fn read_request(row: &SqliteRow) -> StoreResult<KeyedRequest> {
    Ok(KeyedRequest {
        member_id: id(row, "member_id")?,
        key: digest(row, "key")?,
        request: digest(row, "request")?,
        record: record_ref(row)?,
        change: ChangeHash(digest(row, "change")?),
        at: time(row, "at")?,
        status: row.try_get("status")?,
    })
}

fn digest(row: &SqliteRow, column: &str) -> StoreResult<Digest> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes
        .try_into()
        .map_err(|_| StoreError::Broken(format!("{column} is no digest")))
}
