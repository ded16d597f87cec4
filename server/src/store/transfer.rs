//! From SQLite to Postgres: every table, row by row, as it stands.
//!
//! Which tables and columns there are is asked of the databases, so a table of a later version comes
//! along by itself. Everything is read at one moment and written in one transaction.

use super::files::Files as _;
use super::postgres::{self, PostgresStore};
use super::sqlite::SqliteStore;
use super::{StoreError, StoreResult};
use futures::TryStreamExt as _;
use huike_shared::id::RecordId;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};
use std::fmt::Write as _;

/// Rows of one statement, unless fewer have so many bytes.
const ROWS_MAX: usize = 500;
const BYTES_MAX: usize = 4 << 20;

/// Why nothing was moved.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The target holds something.
    #[error("the database is not empty: table {0} has rows")]
    NotEmpty(String),
    /// A table or a column of the source has no place in the target.
    #[error("{0} has no place in the target; are both of the same version?")]
    NoPlace(String),
    /// One of the databases failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        TransferError::Store(error.into())
    }
}

/// A table and how many rows of it were written.
pub type Written = (String, u64);

/// Copies everything into an empty database, or nothing.
pub async fn transfer(
    from: &SqliteStore,
    to: &PostgresStore,
) -> Result<Vec<Written>, TransferError> {
    let mut read = from.readers().begin().await?;
    let mut write = to.pool().begin().await?;
    sqlx::query("set local statement_timeout = 0")
        .execute(&mut *write)
        .await?;
    let targets = postgres::tables(to.pool()).await?;
    for table in targets.iter().filter(|it| *it != MIGRATIONS) {
        lock_empty(&mut write, table).await?;
    }
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'
         order by rowid",
    )
    .fetch_all(&mut *read)
    .await?;
    let mut written = Vec::new();
    for table in tables.into_iter().filter(|it| it != MIGRATIONS) {
        let count = copy_table(&mut read, &mut write, &table).await?;
        written.push((table, count));
    }
    let waiting: Vec<Vec<u8>> = sqlx::query_scalar("select id from import")
        .fetch_all(&mut *read)
        .await?;
    write.commit().await?;
    copy_files(from, to, &waiting).await?;
    Ok(written)
}

/// The table by which both databases know their schema; both have their own.
const MIGRATIONS: &str = "_sqlx_migrations";

/// Proves a table empty and keeps it so until the transaction ends.
async fn lock_empty(write: &mut PgConnection, table: &str) -> Result<(), TransferError> {
    let lock = format!("lock table \"{table}\" in share row exclusive mode");
    sqlx::query(AssertSqlSafe(lock))
        .execute(&mut *write)
        .await?;
    let any = format!("select exists (select from \"{table}\")");
    if sqlx::query_scalar(AssertSqlSafe(any))
        .fetch_one(write)
        .await?
    {
        return Err(TransferError::NotEmpty(table.to_owned()));
    }
    Ok(())
}

async fn copy_table(
    read: &mut SqliteConnection,
    write: &mut PgConnection,
    table: &str,
) -> Result<u64, TransferError> {
    let names: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?)")
        .bind(table)
        .fetch_all(&mut *read)
        .await?;
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let kind: Option<String> = sqlx::query_scalar(
            "select data_type::text from information_schema.columns
             where table_schema = current_schema() and table_name = $1 and column_name = $2",
        )
        .bind(table)
        .bind(&name)
        .fetch_optional(&mut *write)
        .await?;
        let kind = kind.ok_or_else(|| TransferError::NoPlace(format!("{table}.{name}")))?;
        columns.push(Column::new(name, &kind)?);
    }
    let select = select(table, &columns);
    let insert = insert(table, &columns);
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut *read);
    let (mut count, mut waiting, mut bytes) = (0, 0, 0);
    while let Some(row) = rows.try_next().await? {
        for (index, column) in columns.iter_mut().enumerate() {
            bytes += column.take(&row, index)?;
        }
        count += 1;
        waiting += 1;
        if waiting >= ROWS_MAX || bytes >= BYTES_MAX {
            put(write, &insert, &mut columns).await?;
            (waiting, bytes) = (0, 0);
        }
    }
    if waiting > 0 {
        put(write, &insert, &mut columns).await?;
    }
    Ok(count)
}

/// Values of one column on their way.
struct Column {
    name: String,
    /// What the target makes of a value.
    cast: &'static str,
    values: Values,
}

enum Values {
    Bytes(Vec<Option<Vec<u8>>>),
    Numbers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
}

impl Column {
    fn new(name: String, kind: &str) -> Result<Self, TransferError> {
        let (cast, values) = match kind {
            "bytea" => ("", Values::Bytes(Vec::new())),
            "bigint" => ("", Values::Numbers(Vec::new())),
            "smallint" => ("::smallint", Values::Numbers(Vec::new())),
            "boolean" => (" <> 0", Values::Numbers(Vec::new())),
            "text" => ("", Values::Texts(Vec::new())),
            other => return Err(TransferError::NoPlace(format!("{name} as {other}"))),
        };
        Ok(Column { name, cast, values })
    }

    /// Takes a value in and says about how many bytes it has.
    fn take(&mut self, row: &SqliteRow, index: usize) -> Result<usize, sqlx::Error> {
        Ok(match &mut self.values {
            Values::Bytes(values) => {
                let value: Option<Vec<u8>> = row.try_get(index)?;
                let bytes = value.as_ref().map_or(0, Vec::len);
                values.push(value);
                bytes
            }
            Values::Numbers(values) => {
                values.push(row.try_get(index)?);
                size_of::<i64>()
            }
            Values::Texts(values) => {
                let value: Option<String> = row.try_get(index)?;
                let bytes = value.as_ref().map_or(0, String::len);
                values.push(value);
                bytes
            }
        })
    }
}

fn select(table: &str, columns: &[Column]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|it| format!("\"{}\"", it.name))
        .collect();
    format!("select {} from \"{table}\"", names.join(", "))
}

fn insert(table: &str, columns: &[Column]) -> String {
    let (mut names, mut values, mut arrays) = (String::new(), String::new(), String::new());
    for (index, column) in columns.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let array = match column.values {
            Values::Bytes(_) => "bytea",
            Values::Numbers(_) => "bigint",
            Values::Texts(_) => "text",
        };
        let number = index + 1;
        let _ = write!(names, "{comma}\"{}\"", column.name);
        let _ = write!(values, "{comma}c{number}{}", column.cast);
        let _ = write!(arrays, "{comma}${number}::{array}[]");
    }
    let aliases: Vec<String> = (1..=columns.len()).map(|it| format!("c{it}")).collect();
    let aliases = aliases.join(", ");
    format!(
        "insert into \"{table}\" ({names}) select {values} from unnest({arrays}) as u ({aliases})"
    )
}

async fn put(
    write: &mut PgConnection,
    insert: &str,
    columns: &mut [Column],
) -> Result<(), sqlx::Error> {
    let mut query = sqlx::query(AssertSqlSafe(insert.to_owned()));
    for column in columns {
        query = match &mut column.values {
            Values::Bytes(values) => query.bind(std::mem::take(values)),
            Values::Numbers(values) => query.bind(std::mem::take(values)),
            Values::Texts(values) => query.bind(std::mem::take(values)),
        };
    }
    query.execute(write).await?;
    Ok(())
}

/// Files of imports that wait; one that is gone has no need to come along.
async fn copy_files(from: &SqliteStore, to: &PostgresStore, ids: &[Vec<u8>]) -> StoreResult<()> {
    for id in ids {
        let Ok(id) = RecordId::from_slice(id) else {
            continue;
        };
        if let Some(content) = from.file(id).await? {
            to.keep_file(id, &content).await?;
        }
    }
    Ok(())
}
