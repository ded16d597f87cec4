//! Second factors in Postgres.

use super::changes::{number, position};
use super::{PostgresStore, blob, id, journal};
use crate::store::StoreResult;
use crate::store::journal::NewEntry;
use crate::store::people::Digest;
use crate::store::second_factors::*;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row as _;

#[async_trait]
impl SecondFactors for PostgresStore {
    async fn second_factor(&self, user_id: RecordId) -> StoreResult<Option<SecondFactor>> {
        let row = sqlx::query(
            "select secret, is_on,
                    (select count(*) from recovery_code c where c.user_id = f.user_id) as codes_left
             from second_factor f where user_id = $1",
        )
        .bind(blob(&user_id))
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SecondFactor {
            secret: row.try_get("secret")?,
            is_on: row.try_get("is_on")?,
            codes_left: position(&row, "codes_left")?,
        }))
    }

    async fn begin_second_factor(
        &self,
        user_id: RecordId,
        secret: &[u8],
        now: Timestamp,
    ) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let done = sqlx::query(
            "insert into second_factor (user_id, secret, is_on, used_step, created_at)
             values ($1, $2, false, 0, $3)
             on conflict (user_id) do update
             set secret = excluded.secret, created_at = excluded.created_at
             where not second_factor.is_on",
        )
        .bind(blob(&user_id))
        .bind(secret)
        .bind(now.millis())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn turn_on_second_factor(
        &self,
        user_id: RecordId,
        step: u64,
        codes: &[Digest],
        entry: NewEntry,
    ) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let done = sqlx::query(
            "update second_factor set is_on = true, used_step = $1
             where user_id = $2 and not is_on",
        )
        .bind(number(step)?)
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for code in codes {
            sqlx::query("insert into recovery_code (user_id, code_hash) values ($1, $2)")
                .bind(blob(&user_id))
                .bind(&code[..])
                .execute(&mut *write)
                .await?;
        }
        journal::append(&mut write, entry).await?;
        write.commit().await?;
        Ok(true)
    }

    async fn use_step(&self, user_id: RecordId, step: u64) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let done = sqlx::query(
            "update second_factor set used_step = $1
             where user_id = $2 and is_on and used_step < $1",
        )
        .bind(number(step)?)
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn use_recovery_code(
        &self,
        user_id: RecordId,
        code: Digest,
        entry: NewEntry,
    ) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let done = sqlx::query("delete from recovery_code where user_id = $1 and code_hash = $2")
            .bind(blob(&user_id))
            .bind(&code[..])
            .execute(&mut *write)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        journal::append(&mut write, entry).await?;
        write.commit().await?;
        Ok(true)
    }

    async fn turn_off_second_factor(
        &self,
        user_id: RecordId,
        entry: NewEntry,
    ) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let done = sqlx::query("delete from second_factor where user_id = $1 and is_on")
            .bind(blob(&user_id))
            .execute(&mut *write)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("delete from recovery_code where user_id = $1")
            .bind(blob(&user_id))
            .execute(&mut *write)
            .await?;
        journal::append(&mut write, entry).await?;
        write.commit().await?;
        Ok(true)
    }

    async fn members_with_second_factor(
        &self,
        workspace_id: RecordId,
    ) -> StoreResult<Vec<RecordId>> {
        sqlx::query(
            "select m.id from member m join second_factor f on f.user_id = m.user_id
             where m.workspace_id = $1 and f.is_on
             order by m.id",
        )
        .bind(blob(&workspace_id))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| id(row, "id"))
        .collect()
    }
}
