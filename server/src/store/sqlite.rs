//! SQLite: one file in the data folder, one writer, several readers.
//!
//! `synchronous=FULL` with a write-ahead log: what a transaction has committed is on the disk, and
//! only then is anybody told. Connections never break, so none is tried before it is used. A write transaction is `BEGIN IMMEDIATE` on the only writing
//! connection, so writers wait in line instead of failing half-way.

mod append;
mod changes;
mod documents;
mod erasures;
mod files;
mod histories;
mod imports;
mod journal;
mod people;
mod programs;
mod queries;
mod rights;
mod schema;
mod second_factors;

use super::notices::{Notice, Notices};
use super::upkeep::Upkeep;
use super::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row, Sqlite, Transaction};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::broadcast;

pub use schema::SCHEMA_VERSION;

/// Readers at the same time; more do not help on the small machines this runs on.
const READERS_MAX: u32 = 4;

/// Prepared statements that the writer keeps.
const STATEMENTS_MAX: usize = 256;

/// How long to wait for another program (a backup, a reset on the console) that holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for a connection of the pool before saying that the server is overloaded.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// The database of one data folder.
#[derive(Debug)]
pub struct SqliteStore {
    file: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Whether a database exists and which schema it has; read without changing the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is no file.
    Nothing,
    /// A database with this schema number.
    Schema(i64),
}

impl Found {
    /// The schema number if the database must be upgraded before this program can use it.
    pub fn needs_upgrade(self) -> Option<i64> {
        match self {
            Found::Schema(version) if version < SCHEMA_VERSION => Some(version),
            Found::Schema(_) | Found::Nothing => None,
        }
    }
}

impl SqliteStore {
    /// Looks at a file without changing it. A newer schema is an error.
    pub async fn look(file: &Path) -> StoreResult<Found> {
        if !file.exists() {
            return Ok(Found::Nothing);
        }
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options(file).create_if_missing(false))
            .await?;
        let found = schema::version(&pool).await;
        pool.close().await;
        let found = found?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer {
                found,
                known: SCHEMA_VERSION,
            });
        }
        Ok(Found::Schema(found))
    }

    /// Opens the database, creates it or brings it up to date.
    pub async fn open(file: &Path) -> StoreResult<Self> {
        Self::look(file).await?;
        let options = options(file);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(
                options
                    .clone()
                    .create_if_missing(true)
                    .statement_cache_capacity(STATEMENTS_MAX)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full),
            )
            .await?;
        schema::migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(SqliteStore {
            file: file.to_owned(),
            writer,
            readers,
        })
    }

    /// Copies a database of any schema to a new file, complete and consistent, while others work.
    pub async fn copy(from: &Path, to: &Path) -> StoreResult<()> {
        let target = to.to_str().ok_or_else(|| {
            StoreError::Broken("the path of the copy is not valid Unicode".to_owned())
        })?;
        let mut connection = options(from).connect().await?;
        let copied = sqlx::query("vacuum into ?")
            .bind(target)
            .execute(&mut connection)
            .await;
        connection.close().await?;
        copied?;
        Ok(())
    }

    /// Begins a write transaction: waits for its turn, holds the only writer until commit or drop.
    pub async fn write(&self) -> StoreResult<Transaction<'static, Sqlite>> {
        match self.writer.begin_with("begin immediate").await {
            // A full disk makes SQLite roll back by itself; the library still counts the
            // transaction as open, and only a new connection counts from zero again.
            Err(sqlx::Error::BeginFailed | sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with("begin immediate").await?)
            }
            other => Ok(other?),
        }
    }

    /// The only writer, for who begins and ends a transaction in one text.
    async fn writer(&self) -> StoreResult<PoolConnection<Sqlite>> {
        Ok(self.writer.acquire().await?)
    }

    /// Connections that can read what was committed before, and nothing else.
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

#[async_trait]
impl Upkeep for SqliteStore {
    async fn damages(&self) -> StoreResult<Vec<String>> {
        let mut damages = Vec::new();
        for row in sqlx::query("pragma integrity_check")
            .fetch_all(&self.readers)
            .await?
        {
            let line: String = row.try_get(0)?;
            if line != "ok" {
                damages.push(line);
            }
        }
        for row in sqlx::query("pragma foreign_key_check")
            .fetch_all(&self.readers)
            .await?
        {
            let table: String = row.try_get(0)?;
            let parent: String = row.try_get(2)?;
            damages.push(format!(
                "a row of {table} refers to a missing row of {parent}"
            ));
        }
        Ok(damages)
    }

    async fn ping(&self) -> StoreResult<()> {
        sqlx::query("select 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn forget_expired(&self, now: Timestamp) -> StoreResult<()> {
        const DAY_MS: i64 = 86_400_000;
        let mut write = self.write().await?;
        for statement in [
            "delete from session where expires_at <= ?",
            "delete from password_reset where expires_at <= ?",
        ] {
            sqlx::query(statement)
                .bind(now.millis())
                .execute(&mut *write)
                .await?;
        }
        sqlx::query("delete from attempt where at <= ?")
            .bind(now.millis() - DAY_MS)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[async_trait]
impl Notices for SqliteStore {
    fn notices(&self) -> Option<broadcast::Receiver<Notice>> {
        // The data folder is locked: there is no other server.
        None
    }

    async fn tell(&self, _: &Notice) -> StoreResult<()> {
        Ok(())
    }
}

/// The side files of a database; they belong to it and go where it goes.
pub fn side_files(file: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|suffix| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    })
}

/// Reads an id column.
pub(super) fn id(row: &sqlx::sqlite::SqliteRow, column: &str) -> StoreResult<RecordId> {
    let bytes: &[u8] = row.try_get(column)?;
    RecordId::from_slice(bytes).map_err(|_| StoreError::Broken(format!("{column} is no id")))
}

/// Reads a time column.
pub(super) fn time(row: &sqlx::sqlite::SqliteRow, column: &str) -> StoreResult<Timestamp> {
    Ok(Timestamp::from_millis(row.try_get(column)?))
}

/// Reads a time column that may be empty.
pub(super) fn time_or_none(
    row: &sqlx::sqlite::SqliteRow,
    column: &str,
) -> StoreResult<Option<Timestamp>> {
    Ok(row
        .try_get::<Option<i64>, _>(column)?
        .map(Timestamp::from_millis))
}

/// Reads an id column that may be null.
pub(super) fn id_or_none(
    row: &sqlx::sqlite::SqliteRow,
    column: &str,
) -> StoreResult<Option<RecordId>> {
    match row.try_get::<Option<&[u8]>, _>(column)? {
        Some(_) => id(row, column).map(Some),
        None => Ok(None),
    }
}

/// An id as the database takes it.
pub(super) fn blob(id: &RecordId) -> &[u8] {
    id.bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database that may not grow any further, as on a full disk.
    async fn full() -> (tempfile::TempDir, SqliteStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("huike.sqlite"))
            .await
            .unwrap();
        let mut writer = store.writer.acquire().await.unwrap();
        sqlx::query("create table filling (bytes blob)")
            .execute(&mut *writer)
            .await
            .unwrap();
        sqlx::query("pragma max_page_count = 1")
            .execute(&mut *writer)
            .await
            .unwrap();
        drop(writer);
        (folder, store)
    }

    #[tokio::test]
    async fn a_full_disk_refuses_writing_changes_nothing_and_lets_reading_go_on() {
        let (_folder, store) = full().await;
        let mut write = store.write().await.unwrap();
        let filled = sqlx::query("insert into filling values (zeroblob(1000000))")
            .execute(&mut *write)
            .await;
        assert!(matches!(
            StoreError::from(filled.unwrap_err()),
            StoreError::Full
        ));
        drop(write);
        store.ping().await.unwrap();
        assert_eq!(store.damages().await.unwrap(), Vec::<String>::new());

        // Room again: writing goes on without a restart.
        let mut writer = store.writer.acquire().await.unwrap();
        sqlx::query("pragma max_page_count = 1000000")
            .execute(&mut *writer)
            .await
            .unwrap();
        drop(writer);
        let mut write = store.write().await.unwrap();
        sqlx::query("insert into filling values (zeroblob(1000000))")
            .execute(&mut *write)
            .await
            .unwrap();
        write.commit().await.unwrap();
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let (_folder, store) = full().await;
        let written = sqlx::query("delete from workspace")
            .execute(store.readers())
            .await;
        assert!(matches!(
            StoreError::from(written.unwrap_err()),
            StoreError::ReadOnly
        ));
    }
}
