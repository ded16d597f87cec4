//! `huike move`: everything of a data folder into an empty Postgres database.
//!
//! The folder is locked meanwhile and nothing in it changes; it stays as it was until somebody
//! removes it. Logs keep their names and positions, so devices go on where they were.

use crate::config::{Config, DatabaseAddress};
use crate::consistency;
use crate::data_folder::DataFolder;
use crate::database;
use crate::store::postgres::PostgresStore;
use crate::store::transfer::{Written, transfer};
use crate::store::{Documents as _, Upkeep as _};
use anyhow::{Context as _, bail};

/// Moves everything and proves it. Answers what was written.
pub async fn relocate(config: &Config, to: &DatabaseAddress) -> anyhow::Result<Vec<Written>> {
    if !config.sqlite().exists() {
        bail!("there is no database in {}", config.data.display());
    }
    let _folder = DataFolder::lock(config)?;
    let source = database::existing_sqlite(config).await?;
    let cannot_open = || format!("cannot open {to}");
    let foreign = PostgresStore::foreign_table(to.expose()).await;
    if let Some(table) = foreign.with_context(cannot_open)? {
        bail!("{to} is not empty: it has a table {table}");
    }
    let target = PostgresStore::open(to.expose()).await;
    let target = target.with_context(cannot_open)?;
    let moved = move_between(&source, &target).await;
    source.close().await;
    target.close().await;
    moved.with_context(|| format!("nothing is served from {to} yet"))
}

async fn move_between(
    source: &crate::store::sqlite::SqliteStore,
    target: &PostgresStore,
) -> anyhow::Result<Vec<Written>> {
    let written = transfer(source, target).await?;
    target.make_views().await?;
    let faults = consistency::faults(target).await?;
    match faults.as_slice() {
        [] => Ok(written),
        [first, ..] => bail!(
            "what was written has {} faults, the first is: {first}; run `huike check` on the data \
             folder, and drop the database",
            faults.len()
        ),
    }
}
