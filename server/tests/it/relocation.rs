//! `huike move`: a data folder becomes a Postgres database, and devices go on where they were.

use crate::app::{LOGIN, PASSWORD, TestApp, failure_line, huike};
use crate::postgres::Database;
use crate::servers::on;
use crate::sync::device::*;
use huike_server::config::Settings;
use huike_server::consistency;
use huike_server::demo::fill;
use huike_server::store::postgres::PostgresStore;
use huike_server::store::sqlite::SqliteStore;
use huike_server::store::{Changes as _, Files as _, Imports as _};
use reqwest::multipart::{Form, Part};
use std::path::Path;

fn move_to(folder: &Path, database: &Database) -> std::process::Output {
    huike(
        folder,
        &["move", "--data", "data", "--to", &database.address],
    )
}

/// Everything in the folder but the lock, with its content.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap())
        .filter(|it| it.file_type().unwrap().is_file())
        .map(|it| {
            (
                it.file_name().into_string().unwrap(),
                std::fs::read(it.path()).unwrap(),
            )
        })
        .filter(|it| it.0 == "huike.sqlite")
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_company_moves_whole_and_its_devices_go_on() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let link = administrator.invite("给同事").await;
    let part = Part::bytes("姓名\n云仓\n".as_bytes()).file_name("a.csv");
    let form = Form::new().part("file", part);
    let answer = administrator
        .post("/api/v1/imports")
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let record = customer();
    for round in 0..20 {
        let change = device.name(record, &format!("round {round}"));
        position(&device.push_one(change).await);
    }
    let workspace_id = app.state.store.workspaces().await.unwrap()[0].id;
    let folder = app.stop().await;
    let before = content(&folder.path().join("data"));

    let database = Database::new().await;
    let output = move_to(folder.path(), &database);
    let (told, trouble) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(output.status.success(), "{trouble}");
    assert!(told.contains("20 change\n"), "{told}");
    assert_eq!(content(&folder.path().join("data")), before);

    let source = SqliteStore::open(&folder.path().join("data/huike.sqlite"))
        .await
        .unwrap();
    let target = PostgresStore::open(&database.address).await.unwrap();
    assert_eq!(
        source.changes_after(workspace_id, 0, 100).await.unwrap(),
        target.changes_after(workspace_id, 0, 100).await.unwrap()
    );
    let import = target.imports(workspace_id, 1).await.unwrap().remove(0);
    assert_eq!(source.imports(workspace_id, 1).await.unwrap()[0], import);
    let file = target.file(import.id).await.unwrap();
    assert_eq!(file.unwrap(), "姓名\n云仓\n".as_bytes());

    // The same session, the same cursor, the same link.
    let moved = TestApp::start_with(on(&database)).await;
    device.account.address = moved.address.clone();
    device.reconnect().await;
    assert!(!device.welcome.fetch);
    assert_eq!((device.cursor, device.welcome.head), (20, 20));
    let change = device.name(record, "after the move");
    assert_eq!(position(&device.push_one(change).await), 21);
    let joined = moved
        .browser()
        .join(&link, "lina@example.com", PASSWORD)
        .await;
    assert_eq!(joined.status(), 303);
}

#[tokio::test]
async fn the_demo_moves_and_is_sound() {
    let app = TestApp::start().await;
    fill::fill(&app.state, 1).await.unwrap();
    let folder = app.stop().await;
    let database = Database::new().await;
    let output = move_to(folder.path(), &database);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let moved = TestApp::start_with(on(&database)).await;
    let faults = consistency::faults(&*moved.state.store).await.unwrap();
    assert_eq!(faults, Vec::<String>::new());
    let account = Account::sign_in(&moved.address, fill::DEMO_LOGIN, fill::DEMO_PASSWORD).await;
    let mut device = account.device().await;
    let change = device.name(customer(), "新客户");
    assert_eq!(
        position(&device.push_one(change).await),
        device.welcome.head + 1
    );
}

#[tokio::test]
async fn a_database_that_holds_something_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let line = failure_line(&move_to(folder.path(), &database));
    assert!(line.contains("there is no database in data"), "{line}");

    let app = TestApp::start_in(folder, Settings::default()).await;
    app.administrator().await;
    let line = failure_line(&move_to(app.folder.path(), &database));
    assert!(line.contains("in use by another huike server"), "{line}");
    let folder = app.stop().await;

    // Of another program.
    database
        .execute("create table theirs (number integer)")
        .await;
    let line = failure_line(&move_to(folder.path(), &database));
    assert!(line.contains("it has a table theirs"), "{line}");
    database.execute("drop table theirs").await;

    // Of Huike.
    assert!(move_to(folder.path(), &database).status.success());
    let line = failure_line(&move_to(folder.path(), &database));
    assert!(
        line.contains("not empty: table workspace has rows"),
        "{line}"
    );

    let database = Database::new().await;
    let line = failure_line(&huike(
        folder.path(),
        &["check", "--data", "data", "--database", &database.address],
    ));
    assert!(line.contains("holds no database of Huike"), "{line}");
}

#[tokio::test]
async fn backup_and_restore_say_what_to_use_instead() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let line = failure_line(&huike(
        folder.path(),
        &["backup", "--database", &database.address],
    ));
    assert!(line.contains("pg_dump"), "{line}");
    let arguments = ["restore", "file", "--database", &database.address];
    let line = failure_line(&huike(folder.path(), &arguments));
    assert!(
        line.contains("pg_restore") && line.contains("renew-logs"),
        "{line}"
    );
}

#[tokio::test]
async fn after_a_dump_was_put_back_devices_fetch_everything_anew() {
    let database = Database::new().await;
    let app = TestApp::start_with(on(&database)).await;
    app.administrator().await;
    let mut device = Account::sign_in(&app.address, LOGIN, PASSWORD)
        .await
        .device()
        .await;
    let change = device.name(customer(), "云仓");
    position(&device.push_one(change).await);
    let folder = app.stop().await;
    let output = huike(
        folder.path(),
        &["renew-logs", "--database", &database.address],
    );
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let app = TestApp::start_with(on(&database)).await;
    device.account.address = app.address.clone();
    let before = device.log;
    device.reconnect().await;
    assert_ne!(device.log, before);
    assert_eq!(device.cursor, 1);
}
