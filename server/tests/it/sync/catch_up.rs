//! Nothing is missed and nothing comes twice, however far behind a replica is.

use super::device::*;
use super::order::two_people;
use huike_server::entropy::OsEntropy;
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::record::RecordRef;
use huike_shared::sync::message::{
    CATCH_UP_CHANGES_MAX, ClientMessage, PUSH_CHANGES_MAX, PushedChange, STATES_PAGE_MAX,
    ServerMessage,
};

/// Makes so many records with one change each.
async fn fill(device: &mut Device, count: usize) -> Vec<RecordRef> {
    let records: Vec<RecordRef> = (0..count).map(|_| customer()).collect();
    for some in records.chunks(PUSH_CHANGES_MAX) {
        let changes: Vec<PushedChange> = some
            .iter()
            .map(|it| device.name(*it, &it.id.to_string()))
            .collect();
        for answer in device.push_all(changes).await {
            position(&answer.verdict);
        }
    }
    records
}

async fn same_as_the_server(device: &mut Device) {
    let mut after = 0;
    let mut count = 0;
    loop {
        let page = device.account.states(after).await;
        for entry in &page.states {
            assert_eq!(device.states.get(&entry.record), Some(&entry.state));
        }
        count += page.states.len();
        after = page.next;
        if page.remaining == 0 {
            break assert_eq!(count, device.states.len());
        }
    }
}

#[tokio::test]
async fn s_04_a_replica_a_little_behind_gets_the_changes() {
    let (_app, one, other) = two_people().await;
    let (mut writer, mut reader) = (one.device().await, other.device().await);
    fill(&mut writer, 3).await;
    reader.hear_up_to(3).await;
    fill(&mut writer, 40).await;
    reader.reconnect().await;
    assert!(!reader.welcome.fetch);
    assert_eq!(reader.heard, (1..=43).collect::<Vec<u64>>());
    same_as_the_server(&mut reader).await;
}

#[tokio::test]
async fn s_04_a_replica_far_behind_gets_each_record_once() {
    let (_app, one, other) = two_people().await;
    let mut writer = one.device().await;
    let record = customer();
    let mut left = CATCH_UP_CHANGES_MAX as usize + 1;
    while left > 0 {
        let count = left.min(PUSH_CHANGES_MAX);
        let changes = (0..count)
            .map(|it| writer.name(record, &format!("{left} {it}")))
            .collect();
        writer.push_all(changes).await;
        left -= count;
    }
    let page = one.states(0).await;
    assert_eq!(
        (page.states.len(), page.next),
        (1, CATCH_UP_CHANGES_MAX + 1)
    );
    let mut reader = other.device().await;
    assert!(reader.heard.is_empty());
    assert_eq!(reader.cursor, CATCH_UP_CHANGES_MAX + 1);
    same_as_the_server(&mut reader).await;
    // And from there on it follows.
    let change = writer.name(record, "live");
    writer.push_all(vec![change]).await;
    reader.hear_up_to(CATCH_UP_CHANGES_MAX + 2).await;
    assert_eq!(reader.text(record, "name"), "live");
}

#[tokio::test]
async fn s_05_an_interrupted_first_contact_goes_on_where_it_stopped_and_misses_nothing() {
    let (_app, one, other) = two_people().await;
    let mut writer = one.device().await;
    let records = fill(&mut writer, STATES_PAGE_MAX + 100).await;
    let mut reader = Device::new(&other, OsEntropy.record_id(now())).await;
    assert!(!reader.fetch().await);
    // Records of the page that was not fetched change again, so that their first change lies
    // before the place where the replica stopped.
    for record in [
        records[5],
        records[STATES_PAGE_MAX + 50],
        records[STATES_PAGE_MAX + 60],
    ] {
        let change = writer.edit(
            record,
            &[("phone", huike_shared::scalar::Scalar::text("123"))],
        );
        writer.push_all(vec![change]).await;
    }
    reader
        .socket
        .say(&ClientMessage::Hello(reader.hello()))
        .await;
    let Some(ServerMessage::Welcome(welcome)) = reader.socket.hear().await else {
        panic!()
    };
    assert!(welcome.fetch);
    assert_eq!(Some(welcome.log), reader.log, "it need not begin again");
    while !reader.fetch().await {}
    reader.greet().await;
    assert!(!reader.welcome.fetch);
    same_as_the_server(&mut reader).await;
}

#[tokio::test]
async fn s_06_who_joins_while_changes_flow_hears_each_of_them_once() {
    let (_app, one, other) = two_people().await;
    let mut writer = one.device().await;
    let record = customer();
    let writing = tokio::spawn(async move {
        for round in 0..200 {
            let change = writer.name(record, &round.to_string());
            writer.push_one(change).await;
        }
    });
    let mut readers = Vec::new();
    for _ in 0..6 {
        // Devices check the order of everything they hear.
        let mut reader = other.device().await;
        let target = reader.cursor + 30;
        reader.hear_up_to(target.min(200)).await;
        readers.push(reader);
    }
    writing.await.unwrap();
    for mut reader in readers {
        reader.hear_up_to(200).await;
        assert_eq!(reader.heard, (1..=200).collect::<Vec<u64>>());
    }
}

#[tokio::test]
async fn s_03_a_restored_database_is_another_log() {
    let (app, one, _) = two_people().await;
    let mut device = one.device().await;
    fill(&mut device, 3).await;
    let workspace = app.state.store.workspaces().await.unwrap().remove(0);
    app.state
        .store
        .rename_log(workspace.id, RecordId([9; 16]))
        .await
        .unwrap();
    let mut known = device;
    known.socket = known.account.own_socket().await;
    known.socket.say(&ClientMessage::Hello(known.hello())).await;
    let Some(ServerMessage::Welcome(welcome)) = known.socket.hear().await else {
        panic!()
    };
    assert_eq!((welcome.fetch, welcome.log), (true, RecordId([9; 16])));
}

#[tokio::test]
async fn pages_of_states_are_compressed_and_whole() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    fill(&mut device, 200).await;
    let plain = one.get("/api/v1/sync/states").await.bytes().await.unwrap();
    let request = reqwest::Client::new().get(format!("{}/api/v1/sync/states", one.address));
    let request = request
        .header("cookie", &one.cookie)
        .header("accept-encoding", "br");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "br");
    assert!(answer.bytes().await.unwrap().len() * 10 < plain.len() * 9);
}
