//! Snapshots: the whole of a workspace at one position, in parts.

use super::device::*;
use super::order::two_people;
use crate::app::{LOGIN, PASSWORD};
use huike_shared::customers::Customer;
use huike_shared::record::{Record as _, RecordRef};
use huike_shared::scalar::Scalar;
use huike_shared::sync::block;
use huike_shared::sync::message::{
    self, DocumentState, PUSH_CHANGES_MAX, PushedChange, SnapshotManifest, SnapshotPart,
};
use serde_json::json;
use std::collections::HashMap;

/// Enough for a snapshot: as many positions as changes that come one by one.
const COMPANY: usize = 2_000;

async fn fill(device: &mut Device, count: usize, values: &[(&str, Scalar)]) -> Vec<RecordRef> {
    let records: Vec<RecordRef> = (0..count).map(|_| customer()).collect();
    for some in records.chunks(PUSH_CHANGES_MAX) {
        let changes: Vec<PushedChange> = some.iter().map(|it| device.edit(*it, values)).collect();
        for answer in device.push_all(changes).await {
            position(&answer.verdict);
        }
    }
    records
}

async fn manifest(account: &Account) -> SnapshotManifest {
    let answer = account.get("/api/v1/sync/snapshot").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    message::decode_unlimited(&answer.bytes().await.unwrap()).unwrap()
}

fn path(position: u64, number: u32) -> String {
    format!("/api/v1/sync/snapshot/{position}/{number}")
}

/// Every state of a part, in order.
async fn part(account: &Account, position: u64, number: u32) -> Vec<(RecordRef, DocumentState)> {
    let answer = account.get(&path(position, number)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let part: SnapshotPart = message::decode_unlimited(&answer.bytes().await.unwrap()).unwrap();
    let mut states = Vec::new();
    for bytes in part.blocks {
        let (kind, records) = block::unpack(&bytes).unwrap();
        let whole = records.into_iter().map(|(id, state)| {
            let state = state.into_state().expect("a server confirms what it sends");
            (RecordRef { kind, id }, state)
        });
        states.extend(whole);
    }
    states
}

/// Everything in a snapshot; no record comes twice.
async fn whole(
    account: &Account,
    manifest: &SnapshotManifest,
) -> HashMap<RecordRef, DocumentState> {
    let mut states = HashMap::new();
    for info in &manifest.parts {
        let some = part(account, manifest.position, info.number).await;
        assert_eq!(some.len(), info.records as usize);
        for (record, state) in some {
            assert!(states.insert(record, state).is_none());
        }
    }
    states
}

/// A company of customers, some of them edited and one deleted.
async fn company(account: &Account) -> (Device, Vec<RecordRef>) {
    let mut device = account.device().await;
    let name = [("name", Scalar::text("云仓"))];
    let records = fill(&mut device, COMPANY, &name).await;
    for (record, value) in records.iter().step_by(100).zip(0..) {
        let change = device.edit(*record, &[("employees", Scalar::Int(value))]);
        position(&device.push_one(change).await);
    }
    let change = device.edit(records[7], &[("_deleted", Scalar::Bool(true))]);
    position(&device.push_one(change).await);
    (device, records)
}

#[tokio::test]
async fn s_38_a_snapshot_has_every_record_as_it_was_at_its_position() {
    let (_app, one, other) = two_people().await;
    assert!(manifest(&one).await.parts.is_empty());
    let (device, _) = company(&one).await;
    let manifest = manifest(&other).await;
    assert_eq!(Some(manifest.log), device.log);
    assert_eq!(manifest.position, device.cursor);
    let states = whole(&other, &manifest).await;
    assert_eq!(states.len(), COMPANY);
    let mut after = 0;
    loop {
        let page = one.states(after).await;
        for entry in &page.states {
            assert_eq!(states[&entry.record], entry.state);
        }
        after = page.next;
        if page.remaining == 0 {
            break;
        }
    }
}

#[tokio::test]
async fn s_38_the_newest_of_a_members_own_comes_first() {
    let (_app, one, other) = two_people().await;
    let (mut mine, _) = company(&one).await;
    let mut theirs = other.device().await;
    let name = [("name", Scalar::text("北辰"))];
    fill(&mut theirs, 600, &name).await;
    // Later than all of the other's.
    let last = fill(&mut mine, 3, &name).await;
    for (account, device) in [(&one, &mine), (&other, &theirs)] {
        let manifest = manifest(account).await;
        let first = part(account, manifest.position, manifest.parts[0].number).await;
        assert!(first.len() < 600);
        let by = device.welcome.member;
        for (_, state) in &first {
            let DocumentState::Flat(registers) = state else {
                panic!("{state:?}");
            };
            assert_eq!(registers.created().by, by);
        }
        if account.cookie == one.cookie {
            let newest: Vec<RecordRef> = first.iter().take(3).map(|it| it.0).collect();
            assert!(last.iter().all(|it| newest.contains(it)));
        }
    }
}

#[tokio::test]
async fn s_38_parts_are_compressed_for_who_takes_it() {
    let (_app, one, _) = two_people().await;
    company(&one).await;
    let manifest = manifest(&one).await;
    let number = manifest.parts.last().unwrap().number;
    let plain = one.get(&path(manifest.position, number)).await;
    assert!(!plain.headers().contains_key("content-encoding"));
    let plain = plain.bytes().await.unwrap();
    for encoding in ["br", "gzip"] {
        let address = format!("{}{}", one.address, path(manifest.position, number));
        let request = reqwest::Client::new().get(address);
        let request = request
            .header("cookie", &one.cookie)
            .header("accept-encoding", encoding);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], encoding);
        let sent = answer.bytes().await.unwrap();
        assert!(sent.len() * 3 < plain.len());
        if encoding == "br" {
            let mut opened = Vec::new();
            brotli::BrotliDecompress(&mut &sent[..], &mut opened).unwrap();
            assert_eq!(opened, plain);
        }
    }
}

#[tokio::test]
async fn s_39_a_snapshot_serves_until_it_is_far_behind_or_something_was_erased() {
    let (app, one, _) = two_people().await;
    let (mut device, records) = company(&one).await;
    let first = manifest(&one).await;
    fill(&mut device, 5, &[("name", Scalar::text("北辰"))]).await;
    assert_eq!(manifest(&one).await, first);

    let administrator = app.browser();
    administrator.sign_in(LOGIN, PASSWORD).await;
    let erased = json!({ "kind": Customer::DEF.name, "id": records[1_000].id.to_string() });
    let request = administrator.post("/api/v1/erasures").json(&erased);
    assert_eq!(request.send().await.unwrap().status(), 201);
    let gone = one.get(&path(first.position, first.parts[0].number)).await;
    assert_eq!(gone.status(), 404);
    let second = manifest(&one).await;
    assert!(second.position > device.cursor);
    let states = whole(&one, &second).await;
    assert_eq!(states[&records[1_000]], DocumentState::Erased);
    assert_eq!(states.len(), COMPANY + 5);
}

#[tokio::test]
async fn a_snapshot_is_for_members_and_for_its_own_workspace() {
    let (app, one, _) = two_people().await;
    company(&one).await;
    let manifest = manifest(&one).await;
    let number = manifest.parts[0].number;
    for path in [
        "/api/v1/sync/snapshot".to_owned(),
        path(manifest.position, number),
    ] {
        let stranger = Account {
            address: app.address.clone(),
            cookie: "huike=nobody".to_owned(),
        };
        assert_eq!(stranger.get(&path).await.status(), 401);
    }
    for odd in ["/1/0", "/x/0", "/18446744073709551616/0"] {
        let answer = one.get(&format!("/api/v1/sync/snapshot{odd}")).await;
        assert!([400, 404].contains(&answer.status().as_u16()), "{odd}");
    }
    let far = one.get(&path(manifest.position, 9_999)).await;
    assert_eq!(far.status(), 404);
}
