//! Who has seen a record: as far as each device is known to be, and no further.

use super::device::*;
use super::order::two_people;
use huike_shared::history::{SeenBy, decode_seen};
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{ClientMessage, ServerMessage};

async fn seen(account: &Account, record: RecordRef) -> SeenBy {
    let path = format!("/api/v1/sync/seen/customer/{}", record.id);
    let answer = account.get(&path).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    decode_seen(&answer.bytes().await.unwrap()).unwrap()
}

async fn ping(device: &mut Device) {
    device.socket.say(&ClientMessage::Ping).await;
    loop {
        match device.socket.hear().await.expect("the server closed") {
            ServerMessage::Pong => return,
            other => drop(device.take(other)),
        }
    }
}

#[tokio::test]
async fn a_record_is_seen_once_a_device_has_pinged_twice_behind_it() {
    let (_app, one, other) = two_people().await;
    let (mut one, mut other) = (one.device().await, other.device().await);
    let record = customer();
    let change = one.name(record, "云仓");
    one.push_one(change).await;
    other.hear_up_to(1).await;
    assert_eq!(seen(&one.account, record).await.members, []);
    // What came before this ping is on its way into the device's store.
    ping(&mut other).await;
    assert_eq!(seen(&one.account, record).await.members, []);
    ping(&mut other).await;
    let expected: [RecordId; 1] = [other.welcome.member];
    assert_eq!(seen(&one.account, record).await.members, expected);
    // One's own devices are nobody else.
    assert_eq!(seen(&other.account, record).await.members, []);

    let change = one.edit(record, &[("level", Scalar::text("a"))]);
    one.push_one(change).await;
    other.hear_up_to(2).await;
    assert_eq!(seen(&one.account, record).await.members, []);
}

#[tokio::test]
async fn a_greeting_says_what_a_device_has() {
    let (_app, one, other) = two_people().await;
    let (mut one, mut other) = (one.device().await, other.device().await);
    let record = customer();
    let change = one.name(record, "云仓");
    one.push_one(change).await;
    other.hear_up_to(1).await;
    other.reconnect().await;
    let known = seen(&one.account, record).await;
    assert_eq!(known.members, [other.welcome.member]);
    assert!(known.known_since.millis() > 1_700_000_000_000);
}

#[tokio::test]
async fn who_has_seen_a_record_is_told_to_members_of_its_workspace_only() {
    let (app, one, _) = two_people().await;
    let mut one = one.device().await;
    let record = customer();
    let change = one.name(record, "云仓");
    one.push_one(change).await;
    let path = format!("/api/v1/sync/seen/customer/{}", record.id);
    let outside = reqwest::get(format!("{}{path}", app.address)).await;
    assert_eq!(outside.unwrap().status(), 401);
    let unknown = format!("/api/v1/sync/seen/customer/{}", customer().id);
    for what in ["seen", "history"] {
        let path = unknown.replace("seen", what);
        assert_eq!(one.account.get(&path).await.status(), 404);
        let path = path.replace("customer", "note");
        assert_eq!(one.account.get(&path).await.status(), 404);
    }
}
