//! Documents and rows in Postgres.

use super::changes::{kind, number, position, record_ref};
use super::{LOCK_VIEWS, PostgresStore, blob, id, lock, time};
use crate::projection;
use crate::store::StoreResult;
use crate::store::documents::*;
use async_trait::async_trait;
use futures::TryStreamExt as _;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::registry::RECORDS;
use huike_shared::row::Stamp;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use std::fmt::Write as _;

/// The fields of a row without the one character that no text of Postgres can hold: a single row
/// with it would break every question to the view.
const WITHOUT_NUL: &str = r"case when strpos(r.fields, '\u0000') = 0 then r.fields
    else regexp_replace(r.fields, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g') end";

#[async_trait]
impl Documents for PostgresStore {
    async fn documents(
        &self,
        workspace_id: RecordId,
        records: &[RecordRef],
    ) -> StoreResult<Vec<StoredDocument>> {
        let kinds: Vec<i16> = records.iter().map(|it| kind(it.kind)).collect();
        let ids: Vec<&[u8]> = records.iter().map(|it| blob(&it.id)).collect();
        sqlx::query(
            "select d.kind, d.record_id, d.position, d.state
             from unnest($2::smallint[], $3::bytea[]) a (kind, record_id)
             join document d on d.workspace_id = $1 and d.kind = a.kind
                            and d.record_id = a.record_id",
        )
        .bind(blob(&workspace_id))
        .bind(kinds)
        .bind(ids)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(read_document)
        .collect()
    }

    async fn documents_after(
        &self,
        workspace_id: RecordId,
        after: u64,
        count: u64,
        bytes: usize,
    ) -> StoreResult<DocumentsPage> {
        // One transaction of this isolation sees one moment.
        let mut read = self
            .pool()
            .begin_with("begin isolation level repeatable read, read only")
            .await?;
        let row = sqlx::query("select log_id, head from log where workspace_id = $1")
            .bind(blob(&workspace_id))
            .fetch_optional(&mut *read)
            .await?;
        let (log, head) = match row {
            Some(row) => (id(&row, "log_id")?, position(&row, "head")?),
            None => (RecordId::default(), 0),
        };
        let all: i64 = sqlx::query_scalar(
            "select count(*) from document where workspace_id = $1 and position > $2",
        )
        .bind(blob(&workspace_id))
        .bind(number(after)?)
        .fetch_one(&mut *read)
        .await?;
        // Sizes first: notes are large, and a page of only notes must not fill the memory.
        let sizes: Vec<(i64, i32)> = sqlx::query_as(
            "select position, octet_length(state) from document
             where workspace_id = $1 and position > $2
             order by position
             limit $3",
        )
        .bind(blob(&workspace_id))
        .bind(number(after)?)
        .bind(number(count)?)
        .fetch_all(&mut *read)
        .await?;
        let mut sum = 0;
        let last = sizes
            .iter()
            .take_while(|(_, size)| {
                let fits = sum < bytes;
                sum += usize::try_from(*size).unwrap_or(usize::MAX / 2);
                fits
            })
            .last()
            .map_or(0, |it| it.0);
        let documents: Vec<StoredDocument> = sqlx::query(
            "select kind, record_id, position, state from document
             where workspace_id = $1 and position > $2 and position <= $3
             order by position",
        )
        .bind(blob(&workspace_id))
        .bind(number(after)?)
        .bind(last)
        .fetch_all(&mut *read)
        .await?
        .iter()
        .map(read_document)
        .collect::<StoreResult<_>>()?;
        read.commit().await?;
        let remaining = u64::try_from(all)
            .unwrap_or(0)
            .saturating_sub(documents.len() as u64);
        Ok(DocumentsPage {
            log,
            head,
            documents,
            remaining,
        })
    }

    async fn visit_documents(
        &self,
        workspace_id: RecordId,
        visit: Visit<'_>,
    ) -> StoreResult<(RecordId, u64)> {
        let mut read = self
            .pool()
            .begin_with("begin isolation level repeatable read, read only")
            .await?;
        let row = sqlx::query("select log_id, head from log where workspace_id = $1")
            .bind(blob(&workspace_id))
            .fetch_optional(&mut *read)
            .await?;
        let place = match row {
            Some(row) => (id(&row, "log_id")?, position(&row, "head")?),
            None => (RecordId::default(), 0),
        };
        let mut rows = sqlx::query(
            "select d.kind, d.record_id, d.position, d.state, c.body
             from document d left join change c
                  on c.workspace_id = d.workspace_id and c.position = d.position
             where d.workspace_id = $1
             order by d.position desc",
        )
        .bind(blob(&workspace_id))
        .fetch(&mut *read);
        while let Some(row) = rows.try_next().await? {
            visit(VisitedDocument {
                document: read_document(&row)?,
                last_change: row.try_get("body")?,
            })?;
        }
        drop(rows);
        read.commit().await?;
        Ok(place)
    }

    async fn row(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
    ) -> StoreResult<Option<RecordRow>> {
        sqlx::query(
            "select kind, record_id, position, is_deleted, created_at, created_by, updated_at,
                    updated_by, fields, problems
             from record
             where workspace_id = $1 and kind = $2 and record_id = $3",
        )
        .bind(blob(&workspace_id))
        .bind(kind(record.kind))
        .bind(blob(&record.id))
        .fetch_optional(self.pool())
        .await?
        .as_ref()
        .map(read_row)
        .transpose()
    }

    async fn rows(&self, asked: RowsAsked) -> StoreResult<Vec<RecordRow>> {
        sqlx::query(
            "select kind, record_id, position, is_deleted, created_at, created_by, updated_at,
                    updated_by, fields, problems
             from record
             where workspace_id = $1 and kind = $2 and record_id > $3 and (not is_deleted or $4)
             order by record_id
             limit $5",
        )
        .bind(blob(&asked.workspace_id))
        .bind(kind(asked.kind))
        .bind(asked.after.as_ref().map_or(&[][..], blob))
        .bind(asked.with_deleted)
        .bind(number(asked.count)?)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(read_row)
        .collect()
    }

    async fn make_views(&self) -> StoreResult<()> {
        let mut write = self.begin().await?;
        lock(&mut write, LOCK_VIEWS).await?;
        for def in RECORDS {
            // Words of the registry only, never of a person.
            let mut columns = String::new();
            for column in projection::columns(def) {
                let _ = write!(columns, ",\n    f.json ->> '{column}' as \"{column}\"");
            }
            let drop = format!("drop view if exists \"{}\"", def.name);
            let create = format!(
                "create view \"{}\" as select r.workspace_id, r.record_id as id, r.position,
                     r.is_deleted, r.created_at, r.created_by, r.updated_at, r.updated_by{columns}
                 from record r cross join lateral (select ({WITHOUT_NUL})::json as json) f
                 where r.kind = {}",
                def.name, def.kind.0
            );
            sqlx::query(AssertSqlSafe(drop))
                .execute(&mut *write)
                .await?;
            sqlx::query(AssertSqlSafe(create))
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(())
    }
}

fn read_document(row: &PgRow) -> StoreResult<StoredDocument> {
    Ok(StoredDocument {
        record: record_ref(row)?,
        position: position(row, "position")?,
        state: row.try_get("state")?,
    })
}

pub(super) fn read_row(row: &PgRow) -> StoreResult<RecordRow> {
    Ok(RecordRow {
        record: record_ref(row)?,
        position: position(row, "position")?,
        is_deleted: row.try_get("is_deleted")?,
        created: Stamp {
            at: time(row, "created_at")?,
            by: id(row, "created_by")?,
        },
        updated: Stamp {
            at: time(row, "updated_at")?,
            by: id(row, "updated_by")?,
        },
        fields: row.try_get("fields")?,
        problems: row.try_get("problems")?,
    })
}
