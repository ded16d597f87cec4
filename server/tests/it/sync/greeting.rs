//! A device that comes back: what its greeting costs, and what is remembered of it.

use super::device::*;
use crate::app::{LOGIN, PASSWORD, TestApp};
use huike_server::config::Settings;
use huike_server::store::people::People as _;
use huike_server::store::sqlite::SqliteStore;
use huike_server::store::upkeep::Upkeep as _;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};
use std::path::Path;
use std::time::Duration;

/// A look at the database from outside.
async fn outside(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("data/huike.sqlite"));
    options.connect().await.unwrap()
}

/// A number that another one takes the place of whenever anybody else commits something.
async fn version(outside: &mut SqliteConnection) -> i64 {
    let asked = sqlx::query_scalar("pragma data_version");
    asked.fetch_one(outside).await.unwrap()
}

async fn seen_at(folder: &Path, device: RecordId) -> Timestamp {
    let store = SqliteStore::open(&folder.join("data/huike.sqlite"))
        .await
        .unwrap();
    let device = store.device(device).await.unwrap().unwrap();
    store.close().await;
    device.seen_at
}

#[tokio::test]
async fn a_device_that_comes_back_costs_no_write() {
    let app = TestApp::start().await;
    app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let change = device.name(customer(), "云仓");
    device.push_one(change).await;
    let mut outside = outside(app.folder.path()).await;
    let before = version(&mut outside).await;
    device.greet().await;
    device.reconnect().await;
    assert_eq!(version(&mut outside).await, before);

    // Nor for a server that has to look first.
    let folder = app.stop().await;
    let app = TestApp::start_in(folder, Settings::default()).await;
    device.account.address = app.address.clone();
    let before = version(&mut outside).await;
    device.reconnect().await;
    assert_eq!(version(&mut outside).await, before);

    // What it says is written all the same.
    let change = device.name(customer(), "云仓二");
    assert_eq!(position(&device.push_one(change).await), 2);
    assert_ne!(version(&mut outside).await, before);
}

#[tokio::test]
async fn when_a_device_was_here_last_is_written_before_the_server_ends() {
    let app = TestApp::start().await;
    app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let first = app.state.store.device(device.id).await.unwrap().unwrap();
    app.state.clock.advance(Duration::from_secs(60 * 60));
    device.reconnect().await;
    let folder = app.stop().await;
    let last = seen_at(folder.path(), device.id).await;
    assert!(last.millis() >= first.seen_at.millis() + 60 * 60 * 1_000);
}
