//! One order for everybody: acknowledgements, fan-out, presence, members, good-byes.

use super::device::*;
use crate::app::{LOGIN, PASSWORD, TestApp};
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{ClientMessage, PresenceInfo, ServerMessage, Verdict};
use serde_json::json;

pub const COLLEAGUE: &str = "lina@example.com";

/// A server with two signed-in members.
pub async fn two_people() -> (TestApp, Account, Account) {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    app.salesperson(&administrator, COLLEAGUE).await;
    let one = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let other = Account::sign_in(&app.address, COLLEAGUE, PASSWORD).await;
    (app, one, other)
}

#[tokio::test]
async fn s_06_what_one_pushes_the_other_hears_in_the_order_of_the_log() {
    let (_app, one, other) = two_people().await;
    let (mut one, mut other) = (one.device().await, other.device().await);
    let (mine, theirs) = (customer(), customer());
    for round in 1..=10 {
        let change = one.name(mine, &format!("mine {round}"));
        assert_eq!(position(&one.push_one(change).await), 2 * round - 1);
        other.hear_up_to(2 * round - 1).await;
        let change = other.name(theirs, &format!("theirs {round}"));
        assert_eq!(position(&other.push_one(change).await), 2 * round);
        one.hear_up_to(2 * round).await;
    }
    let everything: Vec<u64> = (1..=20).collect();
    assert_eq!(one.heard, everything);
    assert_eq!(other.heard, everything);
    assert_eq!(one.text(theirs, "name"), "theirs 10");
    assert_eq!(other.text(mine, "name"), "mine 10");
}

#[tokio::test]
async fn s_06_changes_that_meet_in_one_batch_keep_one_order() {
    let (_app, one, other) = two_people().await;
    let (mut one, mut other) = (one.device().await, other.device().await);
    let shared = customer();
    // Nobody waits for anybody: both push a chain, in frames of a few.
    for chunk in 0..20 {
        let mine = (0..5)
            .map(|it| one.name(shared, &format!("one {chunk} {it}")))
            .collect();
        let theirs = (0..5)
            .map(|it| other.name(shared, &format!("other {chunk} {it}")))
            .collect();
        one.push(mine).await;
        other.push(theirs).await;
    }
    one.hear_up_to(200).await;
    other.hear_up_to(200).await;
    let everything: Vec<u64> = (1..=200).collect();
    assert_eq!((&one.heard, &other.heard), (&everything, &everything));
    let (mine, theirs) = (
        one.registers(shared).clone(),
        other.registers(shared).clone(),
    );
    assert_eq!(mine.heads(), theirs.heads());
    assert_eq!(mine.value("name"), theirs.value("name"));
    assert_eq!(mine.candidates("name").len(), 2);
}

#[tokio::test]
async fn s_08_a_change_that_is_sent_again_gets_its_old_place() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let record = customer();
    let first = device.name(record, "first");
    let second = device.name(record, "second");
    assert_eq!(position(&device.push_one(first.clone()).await), 1);
    let answers = device
        .push_all(vec![first.clone(), second.clone(), first, second])
        .await;
    let mut places: Vec<u64> = answers.iter().map(|it| position(&it.verdict)).collect();
    places.sort_unstable();
    assert_eq!(places, [1, 1, 2, 2]);
}

#[tokio::test]
async fn s_08_equal_new_records_are_two_records() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let (first, second) = (customer(), customer());
    let (mut one, mut other) = (device.name(first, "same"), device.name(second, "same"));
    // Within one second their changes are the same bytes.
    for _ in 0..5 {
        if one.hash == other.hash {
            break;
        }
        device.states.clear();
        (one, other) = (device.name(first, "same"), device.name(second, "same"));
    }
    assert_eq!(one.hash, other.hash);
    let answers = device.push_all(vec![one, other]).await;
    assert_eq!(
        (position(&answers[0].verdict), position(&answers[1].verdict)),
        (1, 2)
    );
}

#[tokio::test]
async fn s_17_who_is_here_is_told_and_never_stored() {
    let (app, one, other) = two_people().await;
    let mut here = one.device().await;
    let mut colleague = other.device().await;
    let record = customer();
    colleague
        .socket
        .say(&ClientMessage::Presence {
            record: Some(record),
        })
        .await;
    let expected = PresenceInfo {
        member: colleague.welcome.member,
        record: Some(record),
    };
    loop {
        if let Some(ServerMessage::Presence { people }) = here.socket.hear_all().await
            && people == [expected]
        {
            break;
        }
    }
    drop(colleague);
    loop {
        if let Some(ServerMessage::Presence { people }) = here.socket.hear_all().await
            && people.is_empty()
        {
            break;
        }
    }
    let workspace = app.state.store.workspaces().await.unwrap().remove(0);
    assert_eq!(
        app.state.ingest.head(workspace.id).await.unwrap().position,
        0
    );
}

#[tokio::test]
async fn a_new_member_is_told_to_everybody() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let mut here = Account::sign_in(&app.address, LOGIN, PASSWORD)
        .await
        .device()
        .await;
    assert_eq!(here.welcome.members.len(), 1);
    app.salesperson(&administrator, COLLEAGUE).await;
    let Some(ServerMessage::Members { members }) = here.socket.hear().await else {
        panic!()
    };
    assert_eq!(members.len(), 2);
}

#[tokio::test]
async fn s_18_a_ping_is_answered() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    device.socket.say(&ClientMessage::Ping).await;
    assert_eq!(device.socket.hear().await, Some(ServerMessage::Pong));
}

#[tokio::test]
async fn s_19_the_socket_ends_with_its_session_and_no_other() {
    let (_app, one, other) = two_people().await;
    let mut leaving = one.device().await;
    let mut staying = other.device().await;
    assert_eq!(one.post("/api/v1/sign-out").await.status(), 204);
    assert_eq!(leaving.socket.closed_with().await, Refusal::SignedOut);
    assert_eq!(one.socket(Some(&one.address)).await.err(), Some(401));
    staying.socket.say(&ClientMessage::Ping).await;
    assert_eq!(staying.socket.hear().await, Some(ServerMessage::Pong));
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sockets() {
    let (_app, one, _) = two_people().await;
    let again = Account::sign_in(&one.address, LOGIN, PASSWORD).await;
    let mut elsewhere = again.device().await;
    let body = json!({ "current": PASSWORD, "new": "another battery staple" });
    let request = reqwest::Client::new().post(format!("{}/api/v1/password", one.address));
    let request = request
        .header("cookie", &one.cookie)
        .header("origin", &one.address);
    assert_eq!(request.json(&body).send().await.unwrap().status(), 204);
    assert_eq!(elsewhere.socket.closed_with().await, Refusal::SignedOut);
}

#[tokio::test]
async fn a_server_that_stops_lets_go_and_has_everything_after_the_start() {
    let (app, one, _) = two_people().await;
    let mut device = one.device().await;
    let record = customer();
    let change = device.name(record, "before");
    let verdict = device.push_one(change).await;
    let folder = app.stop().await;
    assert_eq!(device.socket.hear().await, None);
    let app = TestApp::start_in(folder, Default::default()).await;
    device.account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    device.reconnect().await;
    assert_eq!((position(&verdict), device.welcome.head), (1, 1));
    let change = device.name(record, "after");
    assert!(matches!(
        device.push_one(change).await,
        Verdict::Accepted { position: 2, .. }
    ));
}

#[tokio::test]
async fn figures_say_how_changes_fare() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let change = device.name(customer(), "counted");
    device.push_one(change).await;
    let text = one.get("/metrics").await.text().await.unwrap();
    for figure in [
        "huike_changes_accepted_total",
        "huike_connections",
        "huike_ingest_commit_seconds_bucket",
        "huike_ingest_batch_changes_bucket{le=\"256\"}",
    ] {
        assert!(text.contains(figure), "{figure} is missing");
    }
}

#[tokio::test]
async fn a_member_who_was_shut_out_behind_the_servers_back_is_gone_within_seconds() {
    let (app, _, other) = two_people().await;
    let mut leaving = other.device().await;
    let member = leaving.welcome.member;
    // As a command on the console does it: another process, which tells nobody.
    app.state
        .store
        .set_member_active(member, false)
        .await
        .unwrap();
    let started = std::time::Instant::now();
    while leaving.socket.hear().await.is_some() {}
    assert!(started.elapsed() < std::time::Duration::from_secs(4));
    assert_eq!(other.socket(Some(&other.address)).await.err(), Some(401));
}
