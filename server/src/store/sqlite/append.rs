//! Adding to logs in SQLite.
//!
//! Every way to the database's thread and back costs more than a small statement does. So a small append is one
//! way: the whole transaction is one text of statements, kept prepared. A large one goes statement by statement.

use super::changes::number;
use super::histories::end_epochs;
use super::{SqliteStore, blob};
use crate::failpoint;
use crate::store::StoreResult;
use crate::store::changes::{Append, Appended, LoggedChange};
use crate::store::documents::{RecordRow, StoredDocument};
use huike_shared::id::RecordId;
use sqlx::error::ErrorKind;
use sqlx::{QueryBuilder, Sqlite};

/// Rows in one statement: enough to make the way to the database short, few enough that the
/// prepared statements of every length fit the connection's cache.
const STATEMENT_ROWS: usize = 24;
/// Changes that are written as one text: few enough that the texts of every shape fit that cache.
const TEXT_CHANGES_MAX: usize = 8;

/// Writes all of it in one transaction, or nothing.
pub async fn append(store: &SqliteStore, appends: &[Append]) -> StoreResult<Appended> {
    let count: usize = appends.iter().map(|it| it.changes.len()).sum();
    let is_plain = |it: &Append| it.histories.is_empty() && !it.changes.is_empty();
    let appended = if count <= TEXT_CHANGES_MAX && appends.iter().all(is_plain) {
        in_one_text(store, appends).await?
    } else {
        by_statements(store, appends).await?
    };
    if appended == Appended::Done {
        failpoint::may_fail(failpoint::COMMITTED)?;
    }
    Ok(appended)
}

async fn in_one_text(store: &SqliteStore, appends: &[Append]) -> StoreResult<Appended> {
    let mut text = QueryBuilder::<Sqlite>::new("begin immediate;");
    for append in appends {
        // A head that has moved on breaks a constraint, and nothing behind it is done.
        text.push(" update log set head = iif(head = ");
        text.push_bind(number(append.after)?).push(", ");
        text.push_bind(number(append.after + append.changes.len() as u64)?);
        text.push(", null) where workspace_id = ");
        text.push_bind(blob(&append.workspace_id)).push("; ");
        // So does a log that is not there.
        let log = Log::Looked(&append.workspace_id);
        push_changes(&mut text, log, &append.changes);
        text.push("; ");
        if !append.documents.is_empty() {
            push_documents(&mut text, append.workspace_id, &append.documents);
            text.push("; ");
        }
        if !append.rows.is_empty() {
            push_rows(&mut text, append.workspace_id, &append.rows);
            text.push("; ");
        }
    }
    text.push("commit");
    // All of it is one step.
    failpoint::may_fail(failpoint::WRITTEN)?;
    let mut writer = store.writer().await?;
    match text.build().execute(&mut *writer).await {
        Ok(_) => Ok(Appended::Done),
        Err(error) => {
            // SQLite may have taken it back itself already, then there is nothing to take back.
            let _ = sqlx::query("rollback").execute(&mut *writer).await;
            match error.as_database_error().map(|it| it.kind()) {
                Some(ErrorKind::NotNullViolation) => Ok(Appended::Moved),
                Some(_) | None => Err(error.into()),
            }
        }
    }
}

async fn by_statements(store: &SqliteStore, appends: &[Append]) -> StoreResult<Appended> {
    let mut write = store.write().await?;
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
        for some in append.changes.chunks(STATEMENT_ROWS) {
            let mut query = QueryBuilder::new("");
            push_changes(&mut query, Log::Known(&append.workspace_id), some);
            query.build().execute(&mut *write).await?;
        }
        for some in append.documents.chunks(STATEMENT_ROWS) {
            let mut query = QueryBuilder::new("");
            push_documents(&mut query, append.workspace_id, some);
            query.build().execute(&mut *write).await?;
        }
        for some in append.rows.chunks(STATEMENT_ROWS) {
            let mut query = QueryBuilder::new("");
            push_rows(&mut query, append.workspace_id, some);
            query.build().execute(&mut *write).await?;
        }
        end_epochs(&mut write, append.workspace_id, head, &append.histories).await?;
    }
    failpoint::may_fail(failpoint::WRITTEN)?;
    write.commit().await?;
    Ok(Appended::Done)
}

/// Whose log.
#[derive(Clone, Copy)]
enum Log<'a> {
    /// It is there.
    Known(&'a RecordId),
    /// The first row names it as the table of logs does, and so fails if it does not.
    Looked(&'a RecordId),
}

fn push_changes(query: &mut QueryBuilder<Sqlite>, log: Log<'_>, changes: &[LoggedChange]) {
    query.push(
        "insert into change (workspace_id, position, kind, record_id, hash, actor_id, seq,
                             member_id, accepted_at, note_of, body) ",
    );
    let mut is_first = true;
    query.push_values(changes, |mut row, change| {
        match log {
            Log::Looked(workspace_id) if is_first => {
                row.push("(select workspace_id from log where workspace_id = ")
                    .push_bind_unseparated(blob(workspace_id))
                    .push_unseparated(")");
            }
            Log::Looked(workspace_id) | Log::Known(workspace_id) => {
                row.push_bind(blob(workspace_id));
            }
        }
        is_first = false;
        row.push_bind(change.position as i64)
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
}

fn push_documents(
    query: &mut QueryBuilder<Sqlite>,
    workspace_id: RecordId,
    documents: &[StoredDocument],
) {
    query.push("insert into document (workspace_id, kind, record_id, position, state) ");
    query.push_values(documents, |mut row, document| {
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
}

fn push_rows(query: &mut QueryBuilder<Sqlite>, workspace_id: RecordId, rows: &[RecordRow]) {
    query.push(
        "insert into record (workspace_id, kind, record_id, position, is_deleted, created_at,
                             created_by, updated_at, updated_by, fields, problems) ",
    );
    query.push_values(rows, |mut row, record| {
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
}
