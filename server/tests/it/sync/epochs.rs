//! Renewed records, from outside: everybody hears of it or is sent to the states, and nothing that was
//! accepted before is lost or taken twice.

use super::device::*;
use super::order::{COLLEAGUE, two_people};
use crate::app::{LOGIN, PASSWORD, TestApp, huike};
use crate::postgres::Database;
use crate::servers::on;
use automerge::{AutoCommit, ROOT, ReadDoc as _};
use huike_server::sync::epochs::{Renewals, When, renew_all};
use huike_shared::document::epoch::EPOCH_CHANGES_SOFT;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{
    ClientMessage, DocumentState, Entry, PUSH_CHANGES_MAX, PushedChange, ServerMessage, Verdict,
};
use serde_json::Value;

const ONE: Renewals = Renewals {
    renewed: 1,
    left: 0,
};

/// Gives a record one change more than it may have; all of them.
async fn crowd(device: &mut Device, record: RecordRef) -> Vec<PushedChange> {
    let changes: Vec<PushedChange> = (0..=EPOCH_CHANGES_SOFT)
        .map(|it| device.name(record, &format!("{it}")))
        .collect();
    for some in changes.chunks(PUSH_CHANGES_MAX) {
        for answer in device.push_all(some.to_vec()).await {
            position(&answer.verdict);
        }
    }
    changes
}

fn change_of(record: RecordRef, on: &Registers, actor: Actor, name: &str) -> PushedChange {
    let values = [(Box::from("name"), Scalar::text(name))];
    let body = on.author_all(&values, actor, now()).unwrap();
    PushedChange {
        record,
        of: None,
        hash: decode(&body).unwrap().hash,
        body,
    }
}

async fn renew(app: &TestApp) -> Renewals {
    renew_all(&app.state.ingest, When::Now).await.unwrap()
}

/// What a greeted device hears next: a renewal.
async fn heard_renewal(device: &mut Device) -> Entry {
    match device.socket.hear().await.unwrap() {
        ServerMessage::Changes { mut entries, .. } => entries.remove(0),
        other => panic!("{other:?}"),
    }
}

async fn a_record_is_renewed_on(app: &TestApp) {
    let one = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let other = Account::sign_in(&app.address, COLLEAGUE, PASSWORD).await;
    let mut mine = one.device().await;
    let (record, small) = (customer(), customer());
    let changes = crowd(&mut mine, record).await;
    let last = mine.name(small, "small");
    let before = position(&mine.push_one(last).await);
    let mut theirs = other.device().await;
    let mut away = other.device().await;

    let actor = mine.actor;
    let late = change_of(record, mine.registers(record), actor, "late");

    assert_eq!(renew(app).await, ONE);
    // The colleague makes the same of what they know.
    let entry = heard_renewal(&mut theirs).await;
    assert_eq!((entry.position, entry.record), (before + 1, record));
    assert!(entry.is_renewal());
    let (renewed, body) = theirs.registers(record).renew(&record).unwrap();
    assert_eq!(body, entry.body);
    assert_eq!(
        *renewed.value("name"),
        Scalar::text(EPOCH_CHANGES_SOFT.to_string())
    );
    // Twice is once.
    assert_eq!(renew(app).await, Renewals::default());

    // Who was away gets states: the record as it is now, with who wrote it.
    let mut hello = away.hello();
    away.socket = other.own_socket().await;
    away.socket.say(&ClientMessage::Hello(hello.clone())).await;
    let Some(ServerMessage::Welcome(welcome)) = away.socket.hear().await else {
        panic!("not welcome");
    };
    assert!(welcome.fetch);
    let page = other.states(hello.cursor).await;
    let states: Vec<_> = page
        .states
        .iter()
        .map(|it| (it.record, &it.state))
        .collect();
    let expected = renewed.clone();
    assert_eq!(states, [(record, &DocumentState::Flat(expected))]);
    // So does every client of version 1.
    hello.protocol = 1;
    away.socket = other.own_socket().await;
    away.socket.say(&ClientMessage::Hello(hello)).await;
    let Some(ServerMessage::Welcome(welcome)) = away.socket.hear().await else {
        panic!("not welcome");
    };
    assert!(welcome.fetch);

    // What was accepted before is known for ever, the first change as well as the last.
    for (index, change) in [
        (0, &changes[0]),
        (changes.len() - 1, &changes[changes.len() - 1]),
    ] {
        let verdict = mine.push_one(change.clone()).await;
        assert_eq!(position(&verdict), index as u64 + 1);
    }
    // An edit that was made on an earlier epoch is to be made again.
    assert_refused(&mine.push_one(late).await, &Refusal::UnknownDependency);
    // Who wrote what, this device of the tests does not keep.
    assert_eq!(mine.registers(record).heads(), renewed.heads());
    let again = mine.name(record, "again");
    let at = position(&mine.push_one(again).await);
    assert_eq!(mine.text(record, "name"), "again");
    // Beside the others, on nothing: for values that came later.
    let beside = change_of(record, &Registers::default(), mine.actor, "beside");
    // The same actor has another first change there already.
    assert_refused(&mine.push_one(beside).await, &Refusal::BrokenHistory);
    let beside = change_of(record, &Registers::default(), theirs.actor, "beside");
    theirs.push(vec![beside]).await;
    mine.hear_up_to(at + 1).await;
    assert!(mine.registers(record).has_clash());

    // The record still opens, and tells all that happened to it.
    let path = format!("/api/v1/records/customer/{}", record.id);
    let saved = one.get(&format!("{path}/document")).await;
    let saved = AutoCommit::load(&saved.bytes().await.unwrap()).unwrap();
    let name = saved.get(ROOT, "name").unwrap().unwrap().0;
    assert!(matches!(name.as_str(), Some("again" | "beside")));
    let told: Value = one
        .get(&format!("{path}/changes?limit=500"))
        .await
        .json()
        .await
        .unwrap();
    let told = told["changes"].as_array().unwrap();
    assert_eq!(told.len(), changes.len() + 2);
    assert_eq!(told[1]["from"]["name"], "200");
    let mut positions = Vec::new();
    loop {
        let after = positions.last().copied().unwrap_or(0);
        let path = format!("/api/v1/changes?after={after}&limit=90");
        let page: Value = one.get(&path).await.json().await.unwrap();
        let changes = page["changes"].as_array().unwrap();
        positions.extend(changes.iter().map(|it| it["position"].as_u64().unwrap()));
        if page["has_more"] == false {
            break;
        }
    }
    let everything: Vec<u64> = (1..=at + 1).filter(|it| *it != entry.position).collect();
    assert_eq!(positions, everything);
    let faults = huike_server::consistency::faults(&*app.state.store).await;
    assert_eq!(faults.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn s_33_a_renewed_record_forgets_nothing() {
    let (app, _, _) = two_people().await;
    a_record_is_renewed_on(&app).await;
}

#[tokio::test]
async fn s_33_a_renewed_record_forgets_nothing_on_postgres() {
    let database = Database::new().await;
    let app = TestApp::start_with(on(&database)).await;
    let administrator = app.administrator().await;
    app.salesperson(&administrator, COLLEAGUE).await;
    a_record_is_renewed_on(&app).await;
}

#[tokio::test]
async fn s_34_a_live_client_of_version_1_is_sent_to_the_states() {
    let (app, one, other) = two_people().await;
    let mut mine = one.device().await;
    let mut old = Device::new(&other, customer().id).await;
    old.protocol = 1;
    old.greet().await;
    let record = customer();
    let count = crowd(&mut mine, record).await.len() as u64;
    // It hears everything up to there.
    old.hear_up_to(count).await;
    assert_eq!(renew(&app).await, ONE);
    // Temporary: it comes again, and is told to fetch.
    assert_eq!(old.socket.closed_with().await, Refusal::Unavailable);
    old.reconnect().await;
    assert_eq!(old.text(record, "name"), EPOCH_CHANGES_SOFT.to_string());
    assert_eq!(old.registers(record).epoch(&record), 1);
    // What it edits now is taken like everybody's.
    let edit = old.name(record, "old but well");
    assert!(matches!(old.push_one(edit).await, Verdict::Accepted { .. }));
}

#[tokio::test]
async fn compact_renews_what_is_crowded_and_check_finds_nothing() {
    let (app, one, _) = two_people().await;
    let mut mine = one.device().await;
    let (record, clashing) = (customer(), customer());
    crowd(&mut mine, record).await;
    crowd(&mut mine, clashing).await;
    let mut other = one.device().await;
    other.states.remove(&clashing);
    let beside = other.name(clashing, "beside");
    position(&other.push_one(beside).await);
    let folder = app.stop().await;
    let said = |arguments: &[&str]| {
        let output = huike(folder.path(), arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let report = said(&["compact"]);
    assert!(
        report.contains("1 records renewed") && report.contains("1 left"),
        "{report}"
    );
    let report = said(&["compact"]);
    assert!(report.contains("0 records renewed"), "{report}");
    assert_eq!(said(&["check"]), "ok\n");
}
