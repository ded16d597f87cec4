//! Which memory the settings name: SQLite in the data folder, or a Postgres database.

use crate::backup;
use crate::clock::Clock;
use crate::config::{Config, DatabaseAddress};
use crate::data_folder::DataFolder;
use crate::store::postgres::{self, PostgresStore};
use crate::store::sqlite::{Found, SqliteStore};
use crate::store::{Documents as _, Store, StoreResult};
use anyhow::{Context as _, bail};
use std::sync::Arc;

/// Locks the data folder, unless everything is in a database that several servers share.
pub fn lock(config: &Config) -> anyhow::Result<Option<DataFolder>> {
    match &config.database {
        Some(_) => Ok(None),
        None => DataFolder::lock(config).map(Some),
    }
}

/// Opens the memory for serving: makes it if it is not there, or brings it up to date. An upgrade of
/// SQLite makes a backup first.
pub async fn open(config: &Config, clock: &Clock) -> anyhow::Result<Arc<dyn Store>> {
    let Some(address) = &config.database else {
        return open_sqlite(config, clock).await;
    };
    let store = PostgresStore::open(address.expose());
    let store = store.await.with_context(|| cannot_open(address))?;
    made_views(store.make_views().await);
    Ok(Arc::new(store))
}

async fn open_sqlite(config: &Config, clock: &Clock) -> anyhow::Result<Arc<dyn Store>> {
    if let Some(file) = backup::before_upgrade(config, clock.now()).await? {
        eprintln!(
            "huike: the database is upgraded; a backup is in {}",
            file.display()
        );
    }
    let database = config.sqlite();
    let store = SqliteStore::open(&database)
        .await
        .with_context(|| format!("cannot open {}", database.display()))?;
    made_views(store.make_views().await);
    Ok(Arc::new(store))
}

/// Opens the memory for a command that makes and upgrades nothing.
pub async fn open_existing(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let Some(address) = &config.database else {
        return Ok(Arc::new(existing_sqlite(config).await?));
    };
    match look(address).await? {
        0 => bail!("{address} holds no database of Huike"),
        version if version < postgres::SCHEMA_VERSION => must_be_upgraded()?,
        _ => {}
    }
    let store = PostgresStore::open(address.expose());
    Ok(Arc::new(store.await.with_context(|| cannot_open(address))?))
}

/// The schema number of a Postgres database; 0 if Huike has never been there.
pub async fn look(address: &DatabaseAddress) -> anyhow::Result<i64> {
    let version = PostgresStore::look(address.expose());
    version.await.with_context(|| cannot_open(address))
}

/// Opens the SQLite database of the data folder as it is.
pub async fn existing_sqlite(config: &Config) -> anyhow::Result<SqliteStore> {
    let found = SqliteStore::look(&config.sqlite()).await?;
    if found == Found::Nothing {
        bail!("there is no database in {}", config.data.display());
    }
    if found.needs_upgrade().is_some() {
        must_be_upgraded()?;
    }
    Ok(SqliteStore::open(&config.sqlite()).await?)
}

fn must_be_upgraded() -> anyhow::Result<()> {
    bail!("the database must be upgraded first; run `huike migrate`")
}

fn cannot_open(address: &DatabaseAddress) -> String {
    format!("cannot open {address}")
}

fn made_views(made: StoreResult<()>) {
    if let Err(error) = made {
        // Views are for people who read with SQL; without room for them the rest still works.
        tracing::warn!(%error, "the views of records could not be made");
    }
}
