//! What is not granted: each gets its reason, and nothing else changes.

use super::device::*;
use super::order::two_people;
use crate::app::{LOGIN, PASSWORD, TestApp};
use huike_server::config::Settings;
use huike_server::entropy::OsEntropy;
use huike_shared::customers::Customer;
use huike_shared::document::Actor;
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::note::{Note, NoteDocument, Splice, note_ref, of};
use huike_shared::record::{Kind, Record as _, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{
    ClientMessage, FRAME_BYTES_MAX, PROTOCOL, PROTOCOL_FIRST, PUSH_CHANGES_MAX, PushedChange,
    ServerMessage, encode,
};

#[tokio::test]
async fn s_20_a_socket_opens_only_for_our_own_pages() {
    let (_app, one, _) = two_people().await;
    let own = one.address.clone();
    let evil = format!("{own}.evil.example");
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example"),
        Some(&*evil),
        Some(""),
    ] {
        assert_eq!(one.socket(origin).await.err(), Some(403), "{origin:?}");
    }
    assert!(one.socket(Some(&own)).await.is_ok());
    let stranger = Account {
        cookie: "huike=AAAA".to_owned(),
        ..one
    };
    assert_eq!(stranger.socket(Some(&own)).await.err(), Some(401));
    assert_eq!(stranger.get("/api/v1/sync/states").await.status(), 401);
}

#[tokio::test]
async fn s_01_frames_that_are_none_end_the_connection_with_a_reason() {
    let (_app, one, _) = two_people().await;
    let hello = encode(
        PROTOCOL_FIRST,
        &ClientMessage::Hello(Device::new(&one, OsEntropy.record_id(now())).await.hello()),
    );
    let mut cut = hello.clone();
    cut.truncate(hello.len() - 1);
    let mut long = hello.clone();
    long.push(0);
    let mut unknown = hello.clone();
    unknown[1] = 99;
    let mut older = hello.clone();
    older[0] = 0;
    let mut newer = hello.clone();
    newer[0] = 200;
    let mut old_protocol = Device::new(&one, OsEntropy.record_id(now())).await.hello();
    old_protocol.protocol = 0;
    let old_protocol = encode(PROTOCOL_FIRST, &ClientMessage::Hello(old_protocol));
    let cases = [
        (Vec::new(), Refusal::Malformed),
        (vec![1], Refusal::Malformed),
        (cut, Refusal::Malformed),
        (long, Refusal::Malformed),
        (unknown, Refusal::Malformed),
        (older, Refusal::ClientTooOld),
        (newer, Refusal::ClientTooOld),
        (old_protocol, Refusal::ClientTooOld),
        (
            encode(PROTOCOL_FIRST, &ClientMessage::Ping),
            Refusal::Malformed,
        ),
        (vec![1; FRAME_BYTES_MAX + 1], Refusal::TooLarge),
    ];
    for (number, (frame, refusal)) in cases.into_iter().enumerate() {
        let mut socket = one.own_socket().await;
        socket.say_bytes(frame).await;
        assert_eq!(socket.closed_with().await, refusal, "case {number}");
    }
    let mut socket = one.own_socket().await;
    socket.say_text("hello").await;
    assert_eq!(socket.closed_with().await, Refusal::Malformed);
}

#[tokio::test]
async fn s_21_what_waits_on_a_client_that_is_too_old_is_taken_before_it_hears_so() {
    let (_app, one, other) = two_people().await;
    let mut old = Device::new(&one, OsEntropy.record_id(now())).await;
    let mut hello = old.hello();
    hello.protocol = 0;
    old.socket.say(&ClientMessage::Hello(hello)).await;
    let Some(ServerMessage::Welcome(welcome)) = old.socket.hear().await else {
        panic!("not welcome");
    };
    assert_eq!((welcome.protocol, welcome.fetch), (PROTOCOL_FIRST, false));
    let mut colleague = other.device().await;
    let theirs = colleague.name(customer(), "theirs");
    position(&colleague.push_one(theirs).await);
    let record = customer();
    let change = old.name(record, "云仓");
    old.push(vec![change.clone()]).await;
    // Its answer is all it hears; the colleague's change is not told.
    let answered = loop {
        match old.socket.hear().await.expect("the server closed") {
            ServerMessage::Answers { answers } => break answers,
            ServerMessage::Members { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(position(&answered[0].verdict), 2);
    assert_eq!(old.socket.closed_with().await, Refusal::ClientTooOld);
    colleague.hear_up_to(2).await;
    assert_eq!(colleague.text(record, "name"), "云仓");
    // In another log it would ask for states; it must be updated first.
    let mut elsewhere = Device::new(&one, OsEntropy.record_id(now())).await;
    let mut hello = elsewhere.hello();
    (hello.protocol, hello.log) = (0, Some(RecordId([9; 16])));
    elsewhere.socket.say(&ClientMessage::Hello(hello)).await;
    assert_eq!(elsewhere.socket.closed_with().await, Refusal::ClientTooOld);
    let answer = one.get("/api/v1/sync/states?protocol=0").await;
    assert_eq!(answer.status(), 426);
}

#[tokio::test]
async fn s_28_a_connection_speaks_what_both_sides_speak() {
    let (_app, one, _) = two_people().await;
    for (theirs, expected) in [(1, 1), (PROTOCOL, PROTOCOL), (200, PROTOCOL)] {
        let mut device = Device::new(&one, OsEntropy.record_id(now())).await;
        let mut hello = device.hello();
        hello.protocol = theirs;
        device.socket.say(&ClientMessage::Hello(hello)).await;
        let change = device.name(customer(), "云仓");
        device.push(vec![change]).await;
        // Whatever is said: changes, answers and presence.
        let mut seen = Vec::new();
        while seen.len() < 3 {
            let (version, message) = device.socket.hear_frame().await.expect("the server closed");
            assert_eq!(version, expected, "{message:?}");
            seen.push(message);
        }
        let Some(ServerMessage::Welcome(welcome)) = seen.first() else {
            panic!("not welcome: {seen:?}");
        };
        assert_eq!(welcome.protocol, expected);
        let path = format!("/api/v1/sync/states?protocol={theirs}");
        let page = one.get(&path).await.bytes().await.unwrap();
        assert_eq!(page[0], expected);
    }
    let page = one.get("/api/v1/sync/states").await.bytes().await.unwrap();
    assert_eq!(page[0], PROTOCOL_FIRST);
}

#[tokio::test]
async fn s_07_a_push_of_too_many_changes_ends_the_connection() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let record = customer();
    let changes = (0..=PUSH_CHANGES_MAX)
        .map(|it| device.name(record, &it.to_string()))
        .collect();
    device.push(changes).await;
    assert_eq!(device.socket.closed_with().await, Refusal::TooLarge);
}

#[tokio::test]
async fn s_13_a_change_of_another_member_or_device_is_refused() {
    let (_app, one, other) = two_people().await;
    let (mut mine, mut theirs) = (one.device().await, other.device().await);
    let record = customer();
    // Not registered at all.
    let registered = std::mem::replace(&mut mine.actor, Actor::new(&mut OsEntropy));
    let change = mine.name(record, "x");
    assert_refused(&mine.push_one(change).await, &Refusal::ForeignActor);
    mine.states.clear();
    // Registered to a colleague; presenting it again does not move it.
    mine.actor = theirs.actor;
    mine.socket
        .say(&ClientMessage::Register {
            actors: vec![theirs.actor],
        })
        .await;
    let change = mine.name(record, "x");
    assert_refused(&mine.push_one(change).await, &Refusal::ForeignActor);
    mine.states.clear();
    // The same member's, but of another device.
    let mut second = one.device().await;
    second.actor = registered;
    let change = second.name(record, "x");
    assert_refused(&second.push_one(change).await, &Refusal::ForeignActor);
    // The owner still may.
    let change = theirs.name(record, "y");
    assert_eq!(position(&theirs.push_one(change).await), 1);
}

#[tokio::test]
async fn a_device_of_another_member_is_sent_to_sign_in() {
    let (_app, one, other) = two_people().await;
    let mine = one.device().await;
    let mut theirs = Device::new(&other, mine.id).await;
    theirs
        .socket
        .say(&ClientMessage::Hello(theirs.hello()))
        .await;
    assert_eq!(theirs.socket.closed_with().await, Refusal::SignedOut);
}

#[tokio::test]
async fn changes_that_break_the_schema_are_refused_one_by_one() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let unknown = |field: &str| Refusal::UnknownField {
        field: field.into(),
    };
    let bad = |field: &str| Refusal::BadValue {
        field: field.into(),
    };
    let cases: Vec<(&str, Scalar, Refusal)> = vec![
        ("nickname", Scalar::text("x"), unknown("nickname")),
        ("name", Scalar::Int(1), bad("name")),
        ("name", Scalar::text("a\nb"), bad("name")),
        ("employees", Scalar::Int(-1), bad("employees")),
        ("birthday", Scalar::text("2026-02-30"), bad("birthday")),
        ("_deleted", Scalar::text("yes"), bad("_deleted")),
        ("notes", Scalar::text("x"), bad("notes")),
    ];
    for (key, value, refusal) in cases {
        let change = device.edit(customer(), &[(key, value)]);
        assert_refused(&device.push_one(change).await, &refusal);
    }
    let nowhere = RecordRef {
        kind: Kind(99),
        id: customer().id,
    };
    let change = device.edit(nowhere, &[("name", Scalar::text("x"))]);
    assert_refused(&device.push_one(change).await, &Refusal::UnknownKind);
    let good = device.name(customer(), "good");
    assert_eq!(position(&device.push_one(good).await), 1);
}

#[tokio::test]
async fn s_10_a_refused_change_stops_its_dependents_and_nobody_else() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let (broken, sound) = (customer(), customer());
    let changes = vec![
        device.name(broken, "first"),
        device.edit(broken, &[("employees", Scalar::Int(-1))]),
        device.edit(broken, &[("phone", Scalar::text("123"))]),
        device.name(sound, "sound"),
    ];
    let names: Vec<_> = changes.iter().map(|it| it.hash).collect();
    let answers = device.push_all(changes).await;
    let verdict = |index: usize| {
        &answers
            .iter()
            .find(|it| it.hash == names[index])
            .unwrap()
            .verdict
    };
    assert_eq!((position(verdict(0)), position(verdict(3))), (1, 2));
    assert_refused(
        verdict(1),
        &Refusal::BadValue {
            field: "employees".into(),
        },
    );
    assert_refused(verdict(2), &Refusal::UnknownDependency);
}

#[tokio::test]
async fn s_25_bytes_that_are_no_honest_change_are_refused() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let record = customer();
    let honest = device.name(record, "x");
    let change = |body: Vec<u8>| PushedChange {
        body,
        ..honest.clone()
    };
    let mut flipped = honest.body.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    for body in [
        Vec::new(),
        vec![0; 100],
        flipped,
        honest.body[..honest.body.len() - 2].to_vec(),
    ] {
        assert_refused(&device.push_one(change(body)).await, &Refusal::Malformed);
    }
    assert_refused(
        &device.push_one(change(vec![0; 70_000])).await,
        &Refusal::TooLarge,
    );
    let other = customer();
    let misnamed = PushedChange {
        hash: device.name(other, "y").hash,
        ..honest.clone()
    };
    // Names travel in version 1 only.
    let changes = vec![misnamed];
    let frame = encode(PROTOCOL_FIRST, &ClientMessage::Push { changes });
    device.socket.say_bytes(frame).await;
    let answers = device.hear_verdicts(1).await;
    assert_refused(&answers[0].verdict, &Refusal::Malformed);
    assert_eq!(position(&device.push_one(honest).await), 1);
}

#[tokio::test]
async fn s_24_a_workspace_sees_and_touches_nothing_of_another() {
    let settings = Settings {
        open_sign_up: Some(true),
        ..Settings::default()
    };
    let app = TestApp::start_with(settings).await;
    app.administrator().await;
    let one = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let form = [
        ("workspace", "Second"),
        ("name", "Ann"),
        ("login", "ann@example.com"),
        ("password", PASSWORD),
    ];
    app.browser()
        .post("/setup")
        .form(&form)
        .send()
        .await
        .unwrap();
    let other = Account::sign_in(&app.address, "ann@example.com", PASSWORD).await;

    let (mut mine, mut theirs) = (one.device().await, other.device().await);
    let record = customer();
    let change = mine.name(record, "ours");
    assert_eq!(position(&mine.push_one(change.clone()).await), 1);
    // The same bytes, the same id, another workspace: the author is not theirs.
    assert_refused(&theirs.push_one(change).await, &Refusal::ForeignActor);
    // A change that builds on ours has no ground there.
    let name = mine.registers(record).clone();
    *theirs.registers(record) = name;
    let change = theirs.name(record, "theirs");
    assert_refused(&theirs.push_one(change).await, &Refusal::UnknownDependency);
    // The same id may be taken there: it is another record.
    theirs.states.clear();
    let change = theirs.name(record, "theirs");
    assert_eq!(position(&theirs.push_one(change).await), 1);
    assert_eq!(mine.account.states(0).await.states.len(), 1);
    for path in ["document", "changes"] {
        let path = format!("/api/v1/records/customer/{}/{path}", record.id);
        let (ours, theirs) = (one.get(&path).await, other.get(&path).await);
        assert_eq!(
            (ours.status().as_u16(), theirs.status().as_u16()),
            (200, 200)
        );
        assert_ne!(ours.bytes().await.unwrap(), theirs.bytes().await.unwrap());
    }
    let unknown = format!("/api/v1/records/customer/{}/document", customer().id);
    assert_eq!(one.get(&unknown).await.status(), 404);
}

#[tokio::test]
async fn s_16_notes_are_judged_by_what_they_become() {
    let (_app, one, other) = two_people().await;
    let (mut one, mut other) = (one.device().await, other.device().await);
    let owner = RecordRef {
        kind: Customer::DEF.kind,
        id: customer().id,
    };
    let record = note_ref(owner, "notes");
    let write = |device: &Device, at: usize, text: &str| {
        let mut note = NoteDocument::genesis(owner, "notes");
        let splice = Splice {
            at,
            remove: 0,
            insert: text.into(),
        };
        let heads = note.heads();
        let body = note
            .splice(&heads, &splice, (device.actor, device.actor), now())
            .unwrap();
        let hash = note.heads()[0];
        PushedChange {
            record,
            of: Some(of(owner, "notes").into()),
            hash,
            body,
        }
    };
    let mine = write(&one, 0, "你好");
    let elsewhere = PushedChange {
        of: Some(of(owner, "remark").into()),
        ..mine.clone()
    };
    assert_refused(&one.push_one(elsewhere).await, &Refusal::UnknownKind);
    let nowhere = PushedChange {
        of: None,
        ..mine.clone()
    };
    assert_refused(&one.push_one(nowhere).await, &Refusal::UnknownKind);
    assert_eq!(position(&one.push_one(mine.clone()).await), 1);
    assert_eq!(position(&one.push_one(mine).await), 1);
    // Written offline at the same time: both texts are there afterwards, for everybody.
    let theirs = write(&other, 0, "hello ");
    other.hear_up_to(1).await;
    assert_eq!(position(&other.push_one(theirs).await), 2);
    one.hear_up_to(2).await;
    let page = one.account.states(0).await;
    let huike_shared::sync::message::DocumentState::Note(state) = &page.states[0].state else {
        panic!()
    };
    let text = NoteDocument::load(&state.saved).unwrap().text();
    assert!(text == "你好hello " || text == "hello 你好", "{text}");
}

#[tokio::test]
async fn s_23_a_flood_of_frames_ends_the_connection() {
    let (_app, one, _) = two_people().await;
    let mut device = one.device().await;
    let ping = encode(PROTOCOL_FIRST, &ClientMessage::Ping);
    let mut socket = device.socket;
    for _ in 0..5_000 {
        socket.say_bytes(ping.clone()).await;
    }
    loop {
        match socket.hear().await {
            Some(ServerMessage::Closed { refusal }) => break assert_eq!(refusal, Refusal::TooFast),
            Some(_) => {}
            None => break,
        }
    }
    device = one.device().await;
    let change = device.name(customer(), "still here");
    assert_eq!(position(&device.push_one(change).await), 1);
}
