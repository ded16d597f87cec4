//! The schema of the Postgres database and its upgrades. Upgrades only add.
//!
//! A number means the same as in SQLite, so that a database can be moved between the two.

use crate::store::{StoreError, StoreResult};
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;

/// Each upgrade: number, name, statements. A released one never changes again.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "people",
        include_str!("../../../migrations/postgres/0001_people.sql"),
    ),
    (
        2,
        "sync",
        include_str!("../../../migrations/postgres/0002_sync.sql"),
    ),
    (
        3,
        "imports",
        include_str!("../../../migrations/postgres/0003_imports.sql"),
    ),
    (
        4,
        "programs",
        include_str!("../../../migrations/postgres/0004_programs.sql"),
    ),
    (
        5,
        "history",
        include_str!("../../../migrations/postgres/0005_history.sql"),
    ),
    (
        6,
        "erased",
        include_str!("../../../migrations/postgres/0006_erased.sql"),
    ),
    (
        7,
        "rights",
        include_str!("../../../migrations/postgres/0007_rights.sql"),
    ),
    (
        8,
        "security",
        include_str!("../../../migrations/postgres/0008_security.sql"),
    ),
];

/// The schema number this program writes.
pub const SCHEMA_VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// The schema number of a database; 0 for an empty one, an error for a newer one.
pub async fn version(pool: &PgPool) -> StoreResult<i64> {
    let has_table: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(pool)
        .await?;
    if !has_table {
        return Ok(0);
    }
    let found = sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations")
        .fetch_one(pool)
        .await?;
    if found > SCHEMA_VERSION {
        return Err(StoreError::Newer {
            found,
            known: SCHEMA_VERSION,
        });
    }
    Ok(found)
}

/// Brings a database up to date; each upgrade is one transaction. Of several servers that begin at
/// the same time one does it and the others wait.
pub async fn migrate(pool: &PgPool) -> StoreResult<()> {
    let migrations = MIGRATIONS
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(
                *version,
                (*name).into(),
                MigrationType::Simple,
                (*sql).into_sql_str(),
                false,
            )
        })
        .collect();
    // An upgrade of a large table, and waiting for the server that makes it, take their time.
    let mut connection = pool.acquire().await?;
    sqlx::query(
        "select set_config(name, '0', false)
                 from unnest(array['statement_timeout', 'lock_timeout']) name",
    )
    .execute(&mut *connection)
    .await?;
    let run = Migrator::with_migrations(migrations)
        .run(&mut *connection)
        .await;
    connection.close().await?;
    run.map_err(|error| match error {
        MigrateError::Execute(error) => StoreError::from(error),
        other => StoreError::Broken(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upgrades_are_numbered_as_in_sqlite() {
        for (index, (version, name, _)) in MIGRATIONS.iter().enumerate() {
            assert_eq!(*version, index as i64 + 1, "{name}");
        }
        assert_eq!(SCHEMA_VERSION, crate::store::sqlite::SCHEMA_VERSION);
    }
}
