//! Documents and rows in SQLite.

use super::changes::{number, position, record_ref};
use super::{SqliteStore, blob, id, time};
use crate::projection;
use crate::store::StoreResult;
use crate::store::documents::*;
use async_trait::async_trait;
use futures::TryStreamExt as _;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::registry::RECORDS;
use huike_shared::row::Stamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite};
use std::fmt::Write as _;

/// Records in one question.
const QUESTION_ROWS: usize = 200;

#[async_trait]
impl Documents for SqliteStore {
    async fn documents(
        &self,
        workspace_id: RecordId,
        records: &[RecordRef],
    ) -> StoreResult<Vec<StoredDocument>> {
        let mut documents = Vec::with_capacity(records.len());
        for some in records.chunks(QUESTION_ROWS) {
            // From the few that are asked for to the many that are there: the planner knows neither
            // number, and `in` would make it walk through the workspace.
            let mut query = QueryBuilder::<Sqlite>::new("with asked (kind, record_id) as (");
            query.push_values(some, |mut row, record| {
                row.push_bind(record.kind.0).push_bind(blob(&record.id));
            });
            query.push(
                ") select d.kind, d.record_id, d.position, d.state
                 from asked a cross join document d
                 where d.kind = a.kind and d.record_id = a.record_id and d.workspace_id = ",
            );
            query.push_bind(blob(&workspace_id));
            for row in query.build().fetch_all(self.readers()).await? {
                documents.push(read_document(&row)?);
            }
        }
        Ok(documents)
    }

    async fn documents_after(
        &self,
        workspace_id: RecordId,
        after: u64,
        count: u64,
        bytes: usize,
    ) -> StoreResult<DocumentsPage> {
        // One transaction sees one moment.
        let mut read = self.readers().begin().await?;
        let row = sqlx::query("select log_id, head from log where workspace_id = ?")
            .bind(blob(&workspace_id))
            .fetch_optional(&mut *read)
            .await?;
        let (log, head) = match row {
            Some(row) => (id(&row, "log_id")?, position(&row, "head")?),
            None => (RecordId::default(), 0),
        };
        let all: i64 = sqlx::query_scalar(
            "select count(*) from document where workspace_id = ? and position > ?",
        )
        .bind(blob(&workspace_id))
        .bind(number(after)?)
        .fetch_one(&mut *read)
        .await?;
        // Sizes first: notes are large, and a page of only notes must not fill the memory.
        let sizes: Vec<(i64, i64)> = sqlx::query_as(
            "select position, length(state) from document
             where workspace_id = ? and position > ?
             order by position
             limit ?",
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
             where workspace_id = ? and position > ? and position <= ?
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
        let mut read = self.readers().begin().await?;
        let row = sqlx::query("select log_id, head from log where workspace_id = ?")
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
             where d.workspace_id = ?
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
             where workspace_id = ? and kind = ? and record_id = ?",
        )
        .bind(blob(&workspace_id))
        .bind(record.kind.0)
        .bind(blob(&record.id))
        .fetch_optional(self.readers())
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
             where workspace_id = ? and kind = ? and record_id > ? and is_deleted <= ?
             order by record_id
             limit ?",
        )
        .bind(blob(&asked.workspace_id))
        .bind(asked.kind.0)
        .bind(asked.after.as_ref().map_or(&[][..], blob))
        .bind(asked.with_deleted)
        .bind(number(asked.count)?)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read_row)
        .collect()
    }

    async fn make_views(&self) -> StoreResult<()> {
        let mut write = self.write().await?;
        for def in RECORDS {
            // Words of the registry only, never of a person.
            let mut columns = String::new();
            for column in projection::columns(def) {
                let _ = write!(
                    columns,
                    ",\n    fields ->> '$.\"{column}\"' as \"{column}\""
                );
            }
            let drop = format!("drop view if exists \"{}\"", def.name);
            let create = format!(
                "create view \"{}\" as select workspace_id, record_id as id, position,
                     is_deleted, created_at, created_by, updated_at, updated_by{columns}
                 from record where kind = {}",
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

fn read_document(row: &SqliteRow) -> StoreResult<StoredDocument> {
    Ok(StoredDocument {
        record: record_ref(row)?,
        position: position(row, "position")?,
        state: row.try_get("state")?,
    })
}

pub(super) fn read_row(row: &SqliteRow) -> StoreResult<RecordRow> {
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
