//! The schema of the SQLite database and its upgrades. Upgrades only add.

use crate::store::{StoreError, StoreResult};
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::SqlitePool;

/// Each upgrade: number, name, statements. A released one never changes again.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "people",
        include_str!("../../../migrations/sqlite/0001_people.sql"),
    ),
    (
        2,
        "sync",
        include_str!("../../../migrations/sqlite/0002_sync.sql"),
    ),
    (
        3,
        "imports",
        include_str!("../../../migrations/sqlite/0003_imports.sql"),
    ),
    (
        4,
        "programs",
        include_str!("../../../migrations/sqlite/0004_programs.sql"),
    ),
    (
        5,
        "history",
        include_str!("../../../migrations/sqlite/0005_history.sql"),
    ),
    (
        6,
        "erased",
        include_str!("../../../migrations/sqlite/0006_erased.sql"),
    ),
    (
        7,
        "rights",
        include_str!("../../../migrations/sqlite/0007_rights.sql"),
    ),
    (
        8,
        "security",
        include_str!("../../../migrations/sqlite/0008_security.sql"),
    ),
];

/// The schema number this program writes.
pub const SCHEMA_VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// The schema number of a database; 0 for an empty one.
pub async fn version(pool: &SqlitePool) -> StoreResult<i64> {
    let has_table: i64 = sqlx::query_scalar(
        "select count(*) from sqlite_master where type = 'table' and name = '_sqlx_migrations'",
    )
    .fetch_one(pool)
    .await?;
    if has_table == 0 {
        return Ok(0);
    }
    Ok(
        sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations")
            .fetch_one(pool)
            .await?,
    )
}

/// Brings a database up to date; each upgrade is one transaction.
pub async fn migrate(pool: &SqlitePool) -> StoreResult<()> {
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
    Migrator::with_migrations(migrations)
        .run(pool)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(error) => StoreError::from(error),
            other => StoreError::Broken(other.to_string()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upgrades_are_numbered_without_gaps() {
        for (index, (version, name, _)) in MIGRATIONS.iter().enumerate() {
            assert_eq!(*version, index as i64 + 1, "{name}");
        }
    }
}
