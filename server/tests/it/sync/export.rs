//! Everything can leave, and `huike check` notices what does not follow from the log.

use super::device::*;
use super::order::two_people;
use crate::app::{LOGIN, PASSWORD, TestApp, huike};
use automerge::{AutoCommit, ROOT, ReadDoc as _};
use huike_server::sync::ServerReplica;
use huike_server::sync::writer::RecordEdit;
use huike_shared::note::{Note, NoteDocument, note_ref};
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::Verdict;
use serde_json::Value;

#[tokio::test]
async fn an_export_holds_every_record_with_its_history() {
    let (app, one, _) = two_people().await;
    let mut device = one.device().await;
    let record = customer();
    for name in ["云仓", "云仓物流"] {
        let change = device.name(record, name);
        device.push_one(change).await;
    }
    let workspace = app.state.store.workspaces().await.unwrap().remove(0);
    let member = device.welcome.member;
    let replica = ServerReplica::start(&app.state.ingest, workspace.id, member);
    let replica = replica.await.unwrap();
    let answer = replica
        .write_note(record, "notes", "第一行\n第二行")
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(answer.verdict, Verdict::Accepted { .. }));
    assert!(
        replica
            .write_note(record, "notes", "第一行\n第二行")
            .await
            .unwrap()
            .is_none()
    );
    replica
        .write_note(record, "notes", "第一行")
        .await
        .unwrap()
        .unwrap();

    let output = huike(app.folder.path(), &["export", "out"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let folder = app.folder.path().join("out").join(workspace.id.to_string());
    let rows = std::fs::read_to_string(folder.join("rows/customer.jsonl")).unwrap();
    let row: Value = serde_json::from_str(rows.trim()).unwrap();
    assert_eq!(row["fields"]["name"], "云仓物流");
    let file = folder.join(format!("documents/customer/{}.automerge", record.id));
    let document = AutoCommit::load(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(
        document.get(ROOT, "name").unwrap().unwrap().0.as_str(),
        Some("云仓物流")
    );
    let note = note_ref(record, "notes");
    let file = folder.join(format!("documents/note/{}.automerge", note.id));
    let note = NoteDocument::load(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(note.text(), "第一行");
    // A second export does not mix with the first.
    assert!(
        !huike(app.folder.path(), &["export", "out"])
            .status
            .success()
    );
    let output = huike(app.folder.path(), &["check"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok");
}

#[tokio::test]
async fn the_server_writes_as_a_replica_of_its_own_all_or_nothing() {
    let (app, one, _) = two_people().await;
    let mut device = one.device().await;
    let workspace = app.state.store.workspaces().await.unwrap().remove(0);
    let member = device.welcome.member;
    let replica = ServerReplica::start(&app.state.ingest, workspace.id, member);
    let replica = replica.await.unwrap();
    let edit = |key: &str, value: Scalar| RecordEdit {
        record: customer(),
        values: vec![(key.into(), value)],
    };
    let bad = [
        edit("name", Scalar::text("a")),
        edit("nonsense", Scalar::text("b")),
        edit("name", Scalar::text("c")),
    ];
    let answers = replica.write_whole(&bad).await.unwrap();
    assert!(
        answers
            .iter()
            .all(|it| matches!(it.verdict, Verdict::Refused(_)))
    );
    assert_eq!(
        app.state.ingest.head(workspace.id).await.unwrap().position,
        0
    );
    // Each by itself, the good ones go in.
    let answers = replica.write(&bad).await.unwrap();
    let refused = answers
        .iter()
        .filter(|it| matches!(it.verdict, Verdict::Refused(_)))
        .count();
    assert_eq!((answers.len(), refused), (3, 1));
    let many: Vec<RecordEdit> = (0..3_000)
        .map(|it| edit("name", Scalar::text(it.to_string())))
        .collect();
    let answers = replica.write_whole(&many).await.unwrap();
    assert!(
        answers
            .iter()
            .all(|it| matches!(it.verdict, Verdict::Accepted { .. }))
    );
    // Members hear of it like of anything else.
    device.hear_up_to(3_002).await;
    assert_eq!(device.states.len(), 3_002);
}

#[tokio::test]
async fn a_check_notices_a_state_that_does_not_follow_from_the_log() {
    let (app, one, _) = two_people().await;
    let mut device = one.device().await;
    for name in ["one", "two"] {
        let change = device.name(customer(), name);
        device.push_one(change).await;
    }
    let folder = app.stop().await;
    let database = folder.path().join("data").join("huike.sqlite");
    crate::config::edit(&database, "update document set state = (select state from document where position = 1) where position = 2").await;
    let output = huike(folder.path(), &["check"]);
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("does not follow from its changes"), "{told}");
}

#[tokio::test]
async fn a_restored_backup_is_another_log_for_every_replica() {
    let (app, one, _) = two_people().await;
    let mut device = one.device().await;
    let record = customer();
    let change = device.name(record, "kept");
    device.push_one(change).await;
    let output = huike(app.folder.path(), &["backup", "copy.sqlite"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let backup = app.folder.path().join("copy.sqlite");
    let change = device.name(record, "lost with the old disk");
    device.push_one(change).await;

    let target = tempfile::tempdir().unwrap();
    let output = huike(target.path(), &["restore", backup.to_str().unwrap()]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let restored = TestApp::start_in(target, Default::default()).await;
    let log = device.log;
    device.account = Account::sign_in(&restored.address, LOGIN, PASSWORD).await;
    device.reconnect().await;
    assert_ne!(device.log, log);
    assert_eq!(
        (device.cursor, device.text(record, "name").as_str()),
        (1, "kept")
    );
}
