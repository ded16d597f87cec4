//! Imports in Postgres.

use super::{PostgresStore, blob, id, time, time_or_none};
use crate::store::imports::{Choice, Ending, ImportRow, ImportState, Imports, KnownMapping};
use crate::store::people::Digest;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::document::Actor;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longer than the largest file takes to become records.
const ABANDONED_AFTER: Duration = Duration::from_secs(10 * 60);

const COLUMNS: &str = "select id, workspace_id, member_id, file_name, state, encoding, kind, \
                       mapping, actor, problem, (length(records) / 16)::bigint as record_count, created_at, \
                       finished_at from import";

#[async_trait]
impl Imports for PostgresStore {
    async fn add_import(&self, import: &ImportRow) -> StoreResult<()> {
        let mut write = self.begin().await?;
        sqlx::query(
            "insert into import (id, workspace_id, member_id, file_name, state, encoding, \
             records, created_at) values ($1, $2, $3, $4, $5, $6, '', $7)",
        )
        .bind(blob(&import.id))
        .bind(blob(&import.workspace_id))
        .bind(blob(&import.member_id))
        .bind(&import.file_name)
        .bind(import.state.word())
        .bind(&import.encoding)
        .bind(import.created_at.millis())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn import(
        &self,
        workspace_id: RecordId,
        import_id: RecordId,
    ) -> StoreResult<Option<ImportRow>> {
        let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} where workspace_id = $1 and id = $2"));
        let row = sqlx::query(sql)
            .bind(blob(&workspace_id))
            .bind(blob(&import_id))
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(read).transpose()
    }

    async fn imports(&self, workspace_id: RecordId, count: u64) -> StoreResult<Vec<ImportRow>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "{COLUMNS} where workspace_id = $1 order by created_at desc, id desc limit $2"
        ));
        let rows = sqlx::query(sql)
            .bind(blob(&workspace_id))
            .bind(i64::try_from(count).unwrap_or(i64::MAX))
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(read).collect()
    }

    async fn abandoned_imports(&self) -> StoreResult<Vec<ImportRow>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "{COLUMNS} where state = 'running' \
             and begun_at < now() - make_interval(secs => $1)"
        ));
        let rows = sqlx::query(sql)
            .bind(ABANDONED_AFTER.as_secs_f64())
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(read).collect()
    }

    async fn import_records(&self, import_id: RecordId) -> StoreResult<Vec<RecordId>> {
        let row = sqlx::query("select records from import where id = $1")
            .bind(blob(&import_id))
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else {
            return Ok(Vec::new());
        };
        let bytes: &[u8] = row.try_get("records")?;
        Ok(bytes
            .chunks_exact(16)
            .filter_map(|it| RecordId::from_slice(it).ok())
            .collect())
    }

    async fn choose_import(&self, import_id: RecordId, choice: &Choice) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let done = sqlx::query(
            "update import set state = 'checked', encoding = $1, kind = $2, mapping = $3 \
             where id = $4 and state in ('uploaded', 'checked', 'failed')",
        )
        .bind(&choice.encoding)
        .bind(&choice.kind)
        .bind(json(&choice.mapping)?)
        .bind(blob(&import_id))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn begin_import(
        &self,
        import_id: RecordId,
        actor: Actor,
        records: &[RecordId],
    ) -> StoreResult<bool> {
        let ids: Vec<u8> = records.iter().flat_map(|it| it.0).collect();
        let mut write = self.begin().await?;
        let done = sqlx::query(
            "update import set state = 'running', actor = $1, records = $2, begun_at = now() \
             where id = $3 and state in ('checked', 'failed')",
        )
        .bind(&actor.0[..])
        .bind(ids)
        .bind(blob(&import_id))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_import(&self, import_id: RecordId, ending: Ending<'_>) -> StoreResult<()> {
        let mut write = self.begin().await?;
        sqlx::query("update import set state = $1, finished_at = $2, problem = $3 where id = $4")
            .bind(ending.state.word())
            .bind(ending.at.millis())
            .bind(ending.problem)
            .bind(blob(&import_id))
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn remove_import(&self, import_id: RecordId) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let done = sqlx::query(
            "delete from import where id = $1 and state in ('uploaded', 'checked', 'failed')",
        )
        .bind(blob(&import_id))
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn remove_imports_before(&self, before: Timestamp) -> StoreResult<Vec<RecordId>> {
        let mut write = self.begin().await?;
        let rows = sqlx::query(
            "delete from import where created_at < $1 \
             and state in ('uploaded', 'checked', 'failed') returning id",
        )
        .bind(before.millis())
        .fetch_all(&mut *write)
        .await?;
        write.commit().await?;
        rows.iter().map(|it| id(it, "id")).collect()
    }

    async fn remember_mapping(
        &self,
        workspace_id: RecordId,
        header: Digest,
        mapping: &KnownMapping,
        now: Timestamp,
    ) -> StoreResult<()> {
        let fields: BTreeMap<&str, &str> = mapping
            .fields
            .iter()
            .map(|it| (it.0.as_str(), it.1.as_str()))
            .collect();
        let mut write = self.begin().await?;
        sqlx::query(
            "insert into import_mapping (workspace_id, header, kind, mapping, chosen_at) \
             values ($1, $2, $3, $4, $5) on conflict (workspace_id, header) \
             do update set kind = excluded.kind, mapping = excluded.mapping, \
             chosen_at = excluded.chosen_at",
        )
        .bind(blob(&workspace_id))
        .bind(&header[..])
        .bind(&mapping.kind)
        .bind(json(&fields)?)
        .bind(now.millis())
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(())
    }

    async fn mapping_for(
        &self,
        workspace_id: RecordId,
        header: Digest,
    ) -> StoreResult<Option<KnownMapping>> {
        let row = sqlx::query(
            "select kind, mapping from import_mapping where workspace_id = $1 and header = $2",
        )
        .bind(blob(&workspace_id))
        .bind(&header[..])
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let fields: BTreeMap<String, String> = from_json(row.try_get("mapping")?)?;
        Ok(Some(KnownMapping {
            kind: row.try_get("kind")?,
            fields: fields.into_iter().collect(),
        }))
    }
}

fn read(row: &PgRow) -> StoreResult<ImportRow> {
    let state: &str = row.try_get("state")?;
    let state = ImportState::from_word(state)
        .ok_or_else(|| StoreError::Broken(format!("{state} is no state of an import")))?;
    let mapping: Option<&str> = row.try_get("mapping")?;
    let actor: Option<&[u8]> = row.try_get("actor")?;
    let record_count: i64 = row.try_get("record_count")?;
    Ok(ImportRow {
        id: id(row, "id")?,
        workspace_id: id(row, "workspace_id")?,
        member_id: id(row, "member_id")?,
        file_name: row.try_get("file_name")?,
        state,
        encoding: row.try_get("encoding")?,
        kind: row.try_get("kind")?,
        mapping: mapping.map(from_json).transpose()?,
        actor: actor.and_then(|it| it.try_into().ok()).map(Actor),
        created_at: time(row, "created_at")?,
        finished_at: time_or_none(row, "finished_at")?,
        record_count: u64::try_from(record_count).unwrap_or(0),
        problem: row.try_get("problem")?,
    })
}

fn json<T: serde::Serialize>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Broken(error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Broken(error.to_string()))
}
