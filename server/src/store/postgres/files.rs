//! Files that wait lie in a table: the next request may come to another server.

use super::{PostgresStore, blob};
use crate::store::StoreResult;
use crate::store::files::Files;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use std::time::Duration;

#[async_trait]
impl Files for PostgresStore {
    async fn keep_file(&self, id: RecordId, content: &[u8]) -> StoreResult<()> {
        sqlx::query(
            "insert into import_file (import_id, content) values ($1, $2)
             on conflict (import_id) do update set content = excluded.content, kept_at = now()",
        )
        .bind(blob(&id))
        .bind(content)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    async fn file(&self, id: RecordId) -> StoreResult<Option<Vec<u8>>> {
        Ok(
            sqlx::query_scalar("select content from import_file where import_id = $1")
                .bind(blob(&id))
                .fetch_optional(self.pool())
                .await?,
        )
    }

    async fn forget_file(&self, id: RecordId) -> StoreResult<()> {
        sqlx::query("delete from import_file where import_id = $1")
            .bind(blob(&id))
            .execute(self.pool())
            .await?;
        Ok(())
    }

    async fn forget_files_older_than(&self, age: Duration) -> StoreResult<()> {
        sqlx::query("delete from import_file where kept_at < now() - make_interval(secs => $1)")
            .bind(age.as_secs_f64())
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
