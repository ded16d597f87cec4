//! The documents are open: Automerge's own JavaScript package finds in them what the rows say.

use super::device::*;
use super::order::two_people;
use crate::app::TestApp;
use huike_server::entropy::hex;
use huike_server::projection;
use huike_server::sync::ServerReplica;
use huike_shared::note::{Note, NoteDocument, note_ref};
use huike_shared::record::RecordRef;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::DocumentState;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/sync/open_document.mjs"
);

/// Where the package is installed, if it is.
fn package() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end");
    let installed = folder.join("node_modules/@automerge/automerge").exists();
    let node = Command::new("node").arg("--version").output();
    (installed && node.is_ok()).then_some(folder)
}

/// Heads as the JavaScript package writes them, and the row.
async fn expected(app: &TestApp, record: RecordRef) -> (Vec<String>, Value) {
    let workspace = app.state.store.workspaces().await.unwrap().remove(0).id;
    let stored = app
        .state
        .store
        .documents(workspace, &[record])
        .await
        .unwrap()
        .remove(0);
    let mut heads = match projection::read_state(&stored.state).unwrap() {
        DocumentState::Flat(registers) => registers.heads().to_vec(),
        DocumentState::Note(state) => NoteDocument::load(&state.saved).unwrap().heads(),
        DocumentState::Erased => panic!("nobody erases here"),
    };
    heads.sort_unstable();
    let row = app
        .state
        .store
        .row(workspace, record)
        .await
        .unwrap()
        .unwrap();
    let heads = heads.iter().map(|it| hex(&it.0)).collect();
    (heads, serde_json::from_str(&row.fields).unwrap())
}

#[tokio::test]
async fn javascript_finds_the_same_heads_and_values() {
    let Some(package) = package() else {
        eprintln!("skipped: node or the package @automerge/automerge is not installed");
        return;
    };
    let (app, one, other) = two_people().await;
    let (mut one, mut other) = (one.device().await, other.device().await);
    let record = customer();
    let change = one.edit(
        record,
        &[
            ("name", Scalar::text("云仓物流")),
            ("employees", Scalar::Int(42)),
            ("birthday", Scalar::text("2026-02-28")),
        ],
    );
    one.push_one(change).await;
    other.hear_up_to(1).await;
    // A clash, a cleared field and a flag.
    let changes = vec![
        one.name(record, "one"),
        one.edit(record, &[("birthday", Scalar::Null)]),
    ];
    one.push_all(changes).await;
    let changes = vec![
        other.name(record, "other"),
        other.edit(record, &[("_deleted", Scalar::Bool(true))]),
    ];
    other.push_all(changes).await;
    let workspace = app.state.store.workspaces().await.unwrap().remove(0).id;
    let member = one.welcome.member;
    let replica = ServerReplica::start(&app.state.ingest, workspace, member);
    let replica = replica.await.unwrap();
    replica
        .write_note(record, "notes", "第一行\n🙂 second")
        .await
        .unwrap();
    let note = note_ref(record, "notes");

    let mut files = Vec::new();
    for (kind, record) in [("customer", record), ("note", note)] {
        let path = format!("/api/v1/records/{kind}/{}/document", record.id);
        let saved = one.account.get(&path).await.bytes().await.unwrap();
        let file = app.folder.path().join(format!("{kind}.automerge"));
        std::fs::write(&file, saved).unwrap();
        files.push(file);
    }
    let output = Command::new("node")
        .arg(SCRIPT)
        .args(&files)
        .current_dir(package)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let opened: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for (opened, record) in opened.iter().zip([record, note]) {
        let (heads, fields) = expected(&app, record).await;
        let theirs: Vec<String> = serde_json::from_value(opened["heads"].clone()).unwrap();
        assert_eq!(theirs, heads);
        let mut values = opened["values"].as_object().unwrap().clone();
        // A cleared field holds null in the document and is left out of the row, where the
        // register that says the record was deleted has a column of its own.
        values.retain(|key, value| !value.is_null() && key != "_deleted");
        assert_eq!(Value::Object(values), fields);
    }
    assert_eq!(opened[0]["values"]["_deleted"], true);
    assert_eq!(opened[1]["values"]["text"], "第一行\n🙂 second");
}
