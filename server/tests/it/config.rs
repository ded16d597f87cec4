//! Settings, the data folder, the port, and what the console says when one of them is wrong.

use crate::app::{LOGIN, PASSWORD, TestApp, config, failure_line, huike};
use huike_server::clock::Clock;
use huike_server::config::{Settings, table};
use huike_server::serve::Server;

#[test]
fn the_documented_table_is_the_one_of_the_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(
        text.contains(&table()),
        "docs/configuration.md must hold:\n\n{}",
        table()
    );
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_refuses() {
    let app = TestApp::start().await;
    let second = Server::open(config(app.folder.path()), Clock::system()).await;
    let error = second.unwrap_err().to_string();
    assert!(error.contains("in use by another huike server"), "{error}");
    let line = failure_line(&huike(app.folder.path(), &["serve", "--port", "0"]));
    assert!(line.contains("in use by another huike server"), "{line}");

    // The lock ends with the server.
    let folder = app.stop().await;
    Server::open(config(folder.path()), Clock::system())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let app = TestApp::start().await;
    let port = app.address.rsplit_once(':').unwrap().1.to_owned();
    let folder = tempfile::tempdir().unwrap();
    let line = failure_line(&huike(folder.path(), &["serve", "--port", &port]));
    assert!(line.contains(&format!("port {port} is in use")), "{line}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let line = failure_line(&huike(
        folder.path(),
        &["serve", "--data", "file/data", "--port", "0"],
    ));
    assert!(
        line.contains("data folder file/data cannot be written"),
        "{line}"
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let app = TestApp::start().await;
    app.administrator().await;
    let folder = app.stop().await;
    let database = folder.path().join("data/huike.sqlite");
    edit(&database, "update _sqlx_migrations set version = 999 where version = (select max(version) from _sqlx_migrations)").await;
    let before = std::fs::read(&database).unwrap();
    for command in [
        &["serve", "--port", "0"][..],
        &["migrate"],
        &["check"],
        &["backup"],
    ] {
        let line = failure_line(&huike(folder.path(), command));
        assert!(
            line.contains("newer version of Huike"),
            "{command:?}: {line}"
        );
    }
    assert_eq!(before, std::fs::read(&database).unwrap());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/huike.sqlite"), "x".repeat(5000)).unwrap();
    let line = failure_line(&huike(folder.path(), &["serve", "--port", "0"]));
    assert!(line.contains("damaged or is no database"), "{line}");
}

#[test]
fn wrong_settings_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let line = failure_line(&huike(
        folder.path(),
        &["--base-address", "crm.example.com", "check"],
    ));
    assert!(line.contains("crm.example.com"), "{line}");
    std::fs::write(folder.path().join("huike.toml"), "prot = 80").unwrap();
    let output = huike(folder.path(), &["check"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains("prot"), "{text}");
}

#[tokio::test]
async fn a_password_is_reset_from_the_console_while_the_server_runs() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let line = failure_line(&huike(
        app.folder.path(),
        &["member", "reset-password", "no@one.example"],
    ));
    assert!(line.contains("nobody signs in as no@one.example"), "{line}");

    let output = huike(app.folder.path(), &["member", "reset-password", LOGIN]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let path = &text[text.find("/reset/").unwrap()..]
        .lines()
        .next()
        .unwrap();
    let browser = app.browser();
    assert_eq!(browser.get(path).send().await.unwrap().status(), 200);
    let set = |password: &'static str| browser.post(path).form(&[("password", password)]).send();
    assert_eq!(set("short").await.unwrap().status(), 422);
    assert_eq!(set("another long password").await.unwrap().status(), 303);
    assert_eq!(set("yet another password").await.unwrap().status(), 410);
    assert_eq!(administrator.me_status().await, 401);
    assert_eq!(app.browser().sign_in(LOGIN, PASSWORD).await.status(), 401);
    assert_eq!(
        app.browser()
            .sign_in(LOGIN, "another long password")
            .await
            .status(),
        303
    );
}

#[tokio::test]
async fn a_reset_link_ends_after_a_day() {
    let app = TestApp::start().await;
    app.administrator().await;
    let output = huike(app.folder.path(), &["member", "reset-password", LOGIN]);
    let text = String::from_utf8(output.stdout).unwrap();
    let path = &text[text.find("/reset/").unwrap()..]
        .lines()
        .next()
        .unwrap();
    app.state
        .clock
        .advance(std::time::Duration::from_secs(24 * 60 * 60 + 1));
    assert_eq!(app.browser().get(path).send().await.unwrap().status(), 410);
}

/// Changes a database behind the server's back.
pub async fn edit(database: &std::path::Path, statement: &'static str) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = options.create_if_missing(true).connect().await.unwrap();
    sqlx::query(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn settings_come_from_flags_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("huike.toml"),
        "data = \"elsewhere\"\nport = 1",
    )
    .unwrap();
    let line = failure_line(&huike(folder.path(), &["check"]));
    assert!(line.contains("no database in elsewhere"), "{line}");
    let line = failure_line(&huike(folder.path(), &["check", "--data", "here"]));
    assert!(line.contains("no database in here"), "{line}");
    let _ = Settings::default();
}
