//! What version 1 says stays understood: its frames, its pages of states and what it kept on devices.
//!
//! `fixtures/v1` was written by the build of version 1 and is never written again. This build reads
//! every one of them, and says the same to a peer that speaks version 1, byte for byte.

use huike_shared::access::{Action, Role, allows};
use huike_shared::customers::Customer;
use huike_shared::document::{Actor, ChangeHash, Registers, decode};
use huike_shared::id::RecordId;
use huike_shared::note::{Note, NoteDocument, NoteState, Splice, note_ref, of};
use huike_shared::record::{Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{
    self, Answer, ClientMessage, DocumentState, Entry, Hello, MemberInfo, PROTOCOL, PROTOCOL_FIRST,
    PresenceInfo, PushedChange, ServerMessage, StateEntry, StatesPage, Verdict, Welcome, told_role,
};
use huike_shared::sync::outbox::{self, Meant, OutboxEntry, TrayEntry};
use huike_shared::time::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::fs;
use std::path::Path;

const ID: RecordId = RecordId([0x5A; 16]);
const LOG: RecordId = RecordId([0x4C; 16]);
const DEVICE: RecordId = RecordId([0xDE; 16]);
const BY: RecordId = RecordId([0x77; 16]);
const ACTOR: Actor = Actor([0xA1; 16]);
const AT: Timestamp = Timestamp::from_millis(1_763_700_000_000);

fn customer() -> RecordRef {
    RecordRef {
        kind: Customer::DEF.kind,
        id: ID,
    }
}

/// The fixture of this name, written first if that was asked for and it is missing.
fn fixture(name: &str, make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/v1")
        .join(name);
    if !file.exists() && std::env::var_os("HUIKE_ACCEPT").is_some() {
        fs::write(&file, make()).unwrap();
    }
    fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Reads the frame of version 1, finds this message in it, and writes it again the same.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, message: &T) {
    let write = || message::encode(1, message);
    let stored = fixture(&format!("{name}.frame"), write);
    assert_eq!(stored[0], 1, "{name}");
    assert_eq!(
        message::decode_unlimited::<T>(&stored).as_ref(),
        Ok(message)
    );
    assert_eq!(write(), stored, "{name}");
}

/// The first change of a customer.
fn change() -> (PushedChange, Registers) {
    let values = [
        ("name".into(), Scalar::text("云仓物流")),
        ("employees".into(), Scalar::Int(42)),
        ("archived".into(), Scalar::Bool(false)),
    ];
    let mut registers = Registers::default();
    let body = registers.author(&values, ACTOR, AT).unwrap();
    let change = decode(&body).unwrap();
    registers.apply(&change, stamp());
    let pushed = PushedChange {
        record: customer(),
        of: None,
        hash: change.hash,
        body,
    };
    (pushed, registers)
}

/// The first change of a customer's note.
fn note_change() -> (PushedChange, NoteState) {
    let record = note_ref(customer(), "notes");
    let mut note = NoteDocument::genesis(customer(), "notes");
    let heads = note.heads();
    let splice = splice();
    let body = note.splice(&heads, &splice, (ACTOR, ACTOR), AT).unwrap();
    let pushed = PushedChange {
        record,
        of: Some(of(customer(), "notes").into()),
        hash: note.heads()[0],
        body,
    };
    let state = NoteState {
        saved: note.save(),
        created: stamp(),
        updated: stamp(),
    };
    (pushed, state)
}

fn splice() -> Splice {
    Splice {
        at: 0,
        remove: 0,
        insert: "会议纪要".into(),
    }
}

fn stamp() -> Stamp {
    Stamp { at: AT, by: BY }
}

fn members() -> Vec<MemberInfo> {
    vec![MemberInfo {
        id: BY,
        name: "王伟".into(),
        role: Role::Manager,
        active: true,
    }]
}

fn entry(pushed: PushedChange, position: u64) -> Entry {
    Entry {
        position,
        record: pushed.record,
        of: pushed.of,
        member: BY,
        at: AT,
        body: pushed.body,
    }
}

#[test]
fn s_08_a_name_does_not_travel_because_it_follows_from_the_body() {
    let changes = vec![change().0, note_change().0];
    for it in &changes {
        assert_eq!(ChangeHash::of(&it.body), it.hash);
    }
    let push = ClientMessage::Push {
        changes: changes.clone(),
    };
    let frame = message::encode_client(PROTOCOL, &push);
    assert_eq!(
        frame.len() + 32 * changes.len(),
        message::encode(PROTOCOL, &push).len()
    );
    let Ok(ClientMessage::PushBodies { changes: bodies }) = message::decode(&frame) else {
        panic!("not a push without names")
    };
    let named: Vec<PushedChange> = bodies.into_iter().map(Into::into).collect();
    assert_eq!(named, changes);
    // A server of version 1 is told the names.
    assert_eq!(
        message::encode_client(PROTOCOL_FIRST, &push),
        message::encode(PROTOCOL_FIRST, &push)
    );
    // Too few bytes to be a change have a name all the same, and the gate refuses them.
    assert_ne!(ChangeHash::of(&[1, 2, 3]), ChangeHash::default());
}

#[test]
fn s_21_what_a_client_of_version_1_says_is_understood() {
    let hello = Hello {
        protocol: 1,
        device: DEVICE,
        actors: vec![ACTOR],
        log: Some(LOG),
        cursor: 300,
    };
    check("hello", &ClientMessage::Hello(hello));
    let changes = vec![change().0, note_change().0];
    check("push", &ClientMessage::Push { changes });
    let actors = vec![ACTOR];
    check("register", &ClientMessage::Register { actors });
    let record = Some(customer());
    check("look", &ClientMessage::Presence { record });
    check("ping", &ClientMessage::Ping);
}

#[test]
fn s_21_what_a_server_of_version_1_says_is_understood() {
    let welcome = Welcome {
        protocol: 1,
        log: LOG,
        head: 301,
        fetch: false,
        now: AT,
        member: BY,
        members: members(),
    };
    check("welcome", &ServerMessage::Welcome(welcome));
    let entries = vec![entry(change().0, 301), entry(note_change().0, 302)];
    check("changes", &ServerMessage::Changes { to: 302, entries });
    let answer = |verdict| Answer {
        record: customer(),
        hash: change().0.hash,
        verdict,
    };
    let accepted = Verdict::Accepted {
        position: 301,
        at: AT,
    };
    let field = "a_field".into();
    let refusals = [
        Refusal::BadValue { field },
        Refusal::UnknownDependency,
        Refusal::Unavailable,
    ];
    let refused = refusals.map(Verdict::Refused).into_iter();
    let answers = [accepted].into_iter().chain(refused).map(answer).collect();
    check("answers", &ServerMessage::Answers { answers });
    let members = members();
    check("members", &ServerMessage::Members { members });
    let people = vec![PresenceInfo {
        member: BY,
        record: Some(customer()),
    }];
    check("presence", &ServerMessage::Presence { people });
    let refusal = Refusal::ClientTooOld;
    check("closed", &ServerMessage::Closed { refusal });
    check("pong", &ServerMessage::Pong);
}

#[test]
fn s_21_pages_of_states_of_version_1_are_understood() {
    let note = note_change();
    let page = StatesPage {
        log: LOG,
        states: vec![
            StateEntry {
                record: customer(),
                position: 301,
                state: DocumentState::Flat(change().1),
            },
            StateEntry {
                record: note.0.record,
                position: 302,
                state: DocumentState::Note(note.1),
            },
        ],
        next: 302,
        remaining: 7,
    };
    check("states", &page);
}

#[test]
fn what_version_1_kept_on_a_device_stays_readable() {
    let kept = |pushed: PushedChange, meant| OutboxEntry {
        intent: ID,
        record: pushed.record,
        of: pushed.of,
        meant,
        at: AT,
        actor: ACTOR,
        hash: pushed.hash,
        body: pushed.body,
        epoch: None,
    };
    let note = kept(note_change().0, Meant::Write(splice()));
    let bytes = fixture("outbox-note.bin", || outbox::write(&note));
    assert_eq!(outbox::read(&bytes), Some(note));
    let values = vec![("name".into(), Scalar::text("云仓物流"))];
    let set_aside = TrayEntry {
        entry: kept(change().0, Meant::Put(values)),
        refusal: Refusal::NotPermitted,
    };
    let bytes = fixture("tray-entry.bin", || outbox::write(&set_aside));
    assert_eq!(outbox::read(&bytes), Some(set_aside));
    assert_ne!(change().0.hash, ChangeHash::default());
}

/// Version 1 has words for four roles; every other one is told as one of them, and reads there.
#[test]
fn an_earlier_peer_is_told_roles_it_knows() {
    for role in Role::ALL {
        assert_eq!(told_role(*role, PROTOCOL), *role);
        let told = told_role(*role, PROTOCOL_FIRST);
        let number = postcard::to_allocvec(&told).unwrap();
        assert!(number[0] < 4, "{role:?} is told as {told:?}");
        let can_edit = allows(*role, Action::Edit);
        assert!(allows(told, Action::Edit) || !can_edit, "{role:?}");
    }
}
