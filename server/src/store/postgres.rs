//! Postgres: one database, any number of servers.
//!
//! `synchronous_commit=on`: what a transaction has committed is on the disk, and only then is
//! anybody told. Isolation is *read committed*: where an answer depends on a row that others may
//! change, the row is locked first or the statement itself asks for the state it needs.

mod changes;
mod documents;
mod erasures;
mod files;
mod histories;
mod imports;
mod journal;
mod news;
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
use huike_shared::time::{DAY_MS, Timestamp};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};
use std::str::FromStr as _;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::AbortHandle;

pub use schema::SCHEMA_VERSION;

/// Connections of one server; Postgres allows a hundred unless told otherwise, and one more of each
/// server only listens.
pub const CONNECTIONS_MAX: u32 = 12;

/// How long to wait for a connection before saying that the database does not answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Settings of every connection: name and value. A server that died or was cut off must not keep the
/// others waiting behind its locks.
const SESSION: &[(&str, &str)] = &[
    ("synchronous_commit", "on"),
    ("default_transaction_isolation", "read committed"),
    ("lock_timeout", "10s"),
    ("statement_timeout", "60s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];

/// Notices that may wait for a listener.
const NOTICES_MAX: usize = 1_024;

/// Names of advisory locks of whole transactions; attempts to sign in use digests as names.
const LOCK_WORKSPACES: i64 = 0x4875_696b_6500;
const LOCK_VIEWS: i64 = LOCK_WORKSPACES + 1;

/// A Postgres database.
#[derive(Debug)]
pub struct PostgresStore {
    pool: PgPool,
    notices: broadcast::Sender<Notice>,
    listening: AbortHandle,
}

impl PostgresStore {
    /// The schema number of the database at an address, read without changing anything: 0 if it is
    /// not Huike's yet. A newer schema is an error.
    pub async fn look(address: &str) -> StoreResult<i64> {
        let pool = connect(address, 1).await?;
        let version = schema::version(&pool).await;
        pool.close().await;
        version
    }

    /// A table that is there although the database is not Huike's, if there is one.
    pub async fn foreign_table(address: &str) -> StoreResult<Option<String>> {
        let pool = connect(address, 1).await?;
        let found = match schema::version(&pool).await {
            Ok(0) => tables(&pool).await.map(|it| it.into_iter().next()),
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        pool.close().await;
        found
    }

    /// Opens the database at an address and brings it up to date.
    pub async fn open(address: &str) -> StoreResult<Self> {
        let pool = connect(address, CONNECTIONS_MAX).await?;
        if schema::version(&pool).await? < SCHEMA_VERSION {
            schema::migrate(&pool).await?;
        }
        let notices = broadcast::Sender::new(NOTICES_MAX);
        let listening = tokio::spawn(news::listen(options(address)?, notices.clone()));
        Ok(PostgresStore {
            pool,
            notices,
            listening: listening.abort_handle(),
        })
    }

    /// The connections.
    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    async fn begin(&self) -> StoreResult<Transaction<'static, Postgres>> {
        Ok(self.pool.begin().await?)
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn options(address: &str) -> StoreResult<PgConnectOptions> {
    // The library's own words could repeat the address, and with it the password.
    let options = PgConnectOptions::from_str(address).map_err(|_| {
        StoreError::Broken("the address of the database is not understood".to_owned())
    })?;
    Ok(options
        .options(SESSION.iter().copied())
        .application_name("huike"))
}

async fn connect(address: &str, connections_max: u32) -> StoreResult<PgPool> {
    Ok(PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // Costs a question, and finds connections that were cut while nobody used them.
        .test_before_acquire(true)
        .connect_with(options(address)?)
        .await?)
}

#[async_trait]
impl Upkeep for PostgresStore {
    async fn damages(&self) -> StoreResult<Vec<String>> {
        let mut damages: Vec<String> = sqlx::query_scalar(
            "select 'index ' || i.indexrelid::regclass::text || ' is not valid'
             from pg_index i join pg_class c on c.oid = i.indexrelid
             where not i.indisvalid and c.relnamespace = current_schema()::regnamespace
             union all
             select 'constraint ' || conname || ' is not proved' from pg_constraint
             where not convalidated and connamespace = current_schema()::regnamespace",
        )
        .fetch_all(&self.pool)
        .await?;
        // Postgres finds a damaged page when it reads it: so every value is read, however long it takes.
        let mut read = self.begin().await?;
        sqlx::query("set local statement_timeout = 0")
            .execute(&mut *read)
            .await?;
        for table in tables(&self.pool).await? {
            let sql =
                format!("select coalesce(sum(octet_length(t::text)), 0)::text from \"{table}\" t");
            let all = sqlx::query(AssertSqlSafe(sql)).execute(&mut *read).await;
            match all.map_err(StoreError::from) {
                Ok(_) => {}
                Err(StoreError::Damaged) => {
                    // The transaction has failed with it; what is known is told.
                    damages.push(format!("table {table} is damaged"));
                    break;
                }
                Err(other) => return Err(other),
            }
        }
        Ok(damages)
    }

    async fn ping(&self) -> StoreResult<()> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    async fn forget_expired(&self, now: Timestamp) -> StoreResult<()> {
        let mut write = self.begin().await?;
        for (statement, before) in [
            ("delete from session where expires_at <= $1", now.millis()),
            (
                "delete from password_reset where expires_at <= $1",
                now.millis(),
            ),
            ("delete from attempt where at <= $1", now.millis() - DAY_MS),
        ] {
            sqlx::query(statement)
                .bind(before)
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(())
    }

    async fn close(&self) {
        self.listening.abort();
        self.pool.close().await;
    }
}

#[async_trait]
impl Notices for PostgresStore {
    fn notices(&self) -> Option<broadcast::Receiver<Notice>> {
        Some(self.notices.subscribe())
    }

    async fn tell(&self, notice: &Notice) -> StoreResult<()> {
        news::tell(&mut *self.pool.acquire().await?, notice).await
    }
}

/// The tables of this program, in the order in which they were made.
pub(super) async fn tables(pool: &PgPool) -> StoreResult<Vec<String>> {
    Ok(sqlx::query_scalar(
        "select relname::text from pg_class
         where relkind = 'r' and relnamespace = current_schema()::regnamespace
         order by oid",
    )
    .fetch_all(pool)
    .await?)
}

/// Reads an id column.
fn id(row: &PgRow, column: &str) -> StoreResult<RecordId> {
    let bytes: &[u8] = row.try_get(column)?;
    RecordId::from_slice(bytes).map_err(|_| StoreError::Broken(format!("{column} is no id")))
}

/// Reads a time column.
fn time(row: &PgRow, column: &str) -> StoreResult<Timestamp> {
    Ok(Timestamp::from_millis(row.try_get(column)?))
}

/// Reads a time column that may be empty.
fn time_or_none(row: &PgRow, column: &str) -> StoreResult<Option<Timestamp>> {
    Ok(row
        .try_get::<Option<i64>, _>(column)?
        .map(Timestamp::from_millis))
}

/// Reads an id column that may be null.
fn id_or_none(row: &PgRow, column: &str) -> StoreResult<Option<RecordId>> {
    match row.try_get::<Option<&[u8]>, _>(column)? {
        Some(_) => id(row, column).map(Some),
        None => Ok(None),
    }
}

/// An id as the database takes it.
fn blob(id: &RecordId) -> &[u8] {
    id.bytes()
}

/// Waits until no other transaction has this lock; it ends with the transaction.
async fn lock(write: &mut Transaction<'static, Postgres>, name: i64) -> StoreResult<()> {
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(name)
        .execute(&mut **write)
        .await?;
    Ok(())
}
