//! Backups, the way back, checks, and the copy before an upgrade.

use crate::app::{LOGIN, PASSWORD, TestApp, config, failure_line, huike};
use crate::config::edit;
use huike_server::clock::Clock;
use huike_server::config::Settings;
use huike_server::serve::Server;
use std::path::PathBuf;

fn printed_path(output: &std::process::Output) -> PathBuf {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    PathBuf::from(String::from_utf8(output.stdout.clone()).unwrap().trim())
}

#[tokio::test]
async fn a_backup_of_a_running_server_brings_everybody_back() {
    let app = TestApp::start().await;
    app.administrator().await;
    let backup = printed_path(&huike(app.folder.path(), &["backup"]));
    let backup = app.folder.path().join(backup);
    assert!(backup.is_file() && PathBuf::from(format!("{}.sha256", backup.display())).is_file());
    // What came after the backup is not in it.
    let administrator = app.browser();
    administrator.sign_in(LOGIN, PASSWORD).await;
    administrator.invite("later").await;

    let target = tempfile::tempdir().unwrap();
    let output = huike(target.path(), &["restore", backup.to_str().unwrap()]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = huike(target.path(), &["check"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok");
    let restored = TestApp::start_in(target, Settings::default()).await;
    let browser = restored.browser();
    assert_eq!(browser.sign_in(LOGIN, PASSWORD).await.status(), 303);
    let list = browser.json("/api/v1/invitations").await;
    assert_eq!(list["invitations"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_restore_replaces_nothing_unless_forced_and_even_then_keeps_it() {
    let app = TestApp::start().await;
    app.administrator().await;
    let folder = app.stop().await;
    let backup = printed_path(&huike(folder.path(), &["backup", "copy.sqlite"]));
    let backup = backup.to_str().unwrap();
    let line = failure_line(&huike(folder.path(), &["restore", backup]));
    assert!(line.contains("already holds a database"), "{line}");
    assert!(
        huike(folder.path(), &["restore", backup, "--force"])
            .status
            .success()
    );
    let names: Vec<String> = std::fs::read_dir(folder.path().join("data"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        names
            .iter()
            .any(|it| it.starts_with("huike.sqlite.replaced-")),
        "{names:?}"
    );
    assert!(names.iter().any(|it| it == "huike.sqlite"), "{names:?}");
}

#[tokio::test]
async fn a_changed_or_foreign_file_is_not_restored() {
    let app = TestApp::start().await;
    app.administrator().await;
    let folder = app.stop().await;
    huike(folder.path(), &["backup", "copy.sqlite"]);
    let copy = folder.path().join("copy.sqlite");
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&copy, bytes).unwrap();
    let line = failure_line(&huike(
        folder.path(),
        &["--data", "new", "restore", "copy.sqlite"],
    ));
    assert!(line.contains("its digest differs"), "{line}");

    std::fs::write(folder.path().join("other.sqlite"), "no database at all").unwrap();
    let line = failure_line(&huike(
        folder.path(),
        &["--data", "new", "restore", "other.sqlite"],
    ));
    assert!(line.contains("not restored"), "{line}");
    edit(&folder.path().join("foreign.sqlite"), "create table t (x)").await;
    let line = failure_line(&huike(
        folder.path(),
        &["--data", "new", "restore", "foreign.sqlite"],
    ));
    assert!(line.contains("no database of Huike"), "{line}");
    assert!(!folder.path().join("new/huike.sqlite").exists());
}

#[tokio::test]
async fn a_restore_waits_for_the_server_to_be_stopped() {
    let app = TestApp::start().await;
    app.administrator().await;
    huike(app.folder.path(), &["backup", "copy.sqlite"]);
    let line = failure_line(&huike(
        app.folder.path(),
        &["restore", "copy.sqlite", "--force"],
    ));
    assert!(line.contains("in use by another huike server"), "{line}");
}

#[tokio::test]
async fn an_upgrade_makes_a_backup_first() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let database = folder.path().join("data/huike.sqlite");
    // A database from before the first upgrade.
    edit(&database, "create table old (x)").await;
    let server = Server::open(config(folder.path()), Clock::system())
        .await
        .unwrap();
    drop(server);
    let backups: Vec<_> = std::fs::read_dir(folder.path().join("data/backups"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "sqlite"))
        .collect();
    assert_eq!(backups.len(), 1, "{backups:?}");
    edit(&backups[0], "insert into old values (1)").await;
}

#[tokio::test]
async fn an_existing_file_is_never_overwritten_by_a_backup() {
    let app = TestApp::start().await;
    std::fs::write(app.folder.path().join("copy.sqlite"), "mine").unwrap();
    let line = failure_line(&huike(app.folder.path(), &["backup", "copy.sqlite"]));
    assert!(line.contains("exists already"), "{line}");
    assert_eq!(
        std::fs::read_to_string(app.folder.path().join("copy.sqlite")).unwrap(),
        "mine"
    );
}
