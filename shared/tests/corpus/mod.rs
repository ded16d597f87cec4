//! Honest inputs of every decoder, as a build of today writes them.

pub mod damage;

use huike_shared::customers::Customer;
use huike_shared::document::columns::Loose;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::history::{self, FieldChange, Happened, HistoryEntry, HistoryPage};
use huike_shared::id::RecordId;
use huike_shared::local::{self, Intent, IntentPart, Report, Request, Status};
use huike_shared::note::{Note, NoteDocument, NoteState, Splice, of};
use huike_shared::packed;
use huike_shared::record::{Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::row::{Row, Stamp};
use huike_shared::scalar::Scalar;
use huike_shared::sync::block::{self, BlockState};
use huike_shared::sync::message::{
    self, Answer, ClientMessage, DocumentState, Entry, Hello, PushedChange, ServerMessage,
    SnapshotManifest, SnapshotPart, SnapshotPartInfo, StateEntry, StatesPage, Verdict,
};
use huike_shared::sync::outbox::{self, Meant, OutboxEntry, TrayEntry};
use huike_shared::time::Timestamp;

const AT: Timestamp = Timestamp::from_millis(1_763_700_000_000);
const ACTOR: Actor = Actor([0xa1; 16]);
const RECORD: RecordRef = RecordRef {
    kind: Customer::DEF.kind,
    id: RecordId([0x5a; 16]),
};

fn values() -> Vec<(Box<str>, Scalar)> {
    vec![
        ("name".into(), Scalar::text("云仓物流")),
        ("phone".into(), Scalar::text("+8613800138000")),
        ("employees".into(), Scalar::Int(42)),
        ("remark".into(), Scalar::Null),
    ]
}

fn stamp() -> Stamp {
    Stamp {
        at: AT,
        by: RecordId([0x77; 16]),
    }
}

/// Decoder, name and bytes of something it takes.
pub fn honest() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut registers = Registers::default();
    let body = registers
        .author(&values(), ACTOR, AT)
        .expect("they are new");
    let change = decode(&body).expect("an honest change");
    registers.apply(&change, stamp());
    let row: Row = registers.to_row(Customer::DEF, RECORD.id);
    let mut note = NoteDocument::genesis(RECORD, "notes");
    let splice = Splice {
        at: 0,
        remove: 0,
        insert: "拜访客户，谈了报价。".into(),
    };
    let heads = note.heads();
    note.splice(&heads, &splice, (ACTOR, ACTOR), AT)
        .expect("it follows");
    let note = NoteState {
        saved: note.save(),
        created: stamp(),
        updated: stamp(),
    };
    let intent = Intent {
        id: RecordId([9; 16]),
        parts: vec![IntentPart {
            record: RECORD,
            values: values(),
        }],
    };
    let waiting = OutboxEntry {
        intent: intent.id,
        record: RECORD,
        of: Some(of(RECORD, "notes").into()),
        meant: Meant::Put(values()),
        at: AT,
        actor: ACTOR,
        hash: change.hash,
        body: body.clone(),
        epoch: Some(3),
    };
    let refused = TrayEntry {
        entry: waiting.clone(),
        refusal: Refusal::UnknownField {
            field: "colour".into(),
        },
    };
    let states = [
        DocumentState::Flat(registers.clone()),
        DocumentState::Note(note.clone()),
    ];
    let page = StatesPage {
        log: RecordId([1; 16]),
        states: states
            .iter()
            .map(|state| StateEntry {
                record: RECORD,
                position: 7,
                state: state.clone(),
            })
            .collect(),
        next: 7,
        remaining: 3,
    };
    let other = RecordId([0x5b; 16]);
    let records = [
        (
            RECORD.id,
            BlockState::Flat(Loose::new(registers.clone(), &body)),
        ),
        (other, Some(states[0].clone()).into()),
        (RecordId([0x5c; 16]), Some(DocumentState::Erased).into()),
        (RecordId([0x5d; 16]), BlockState::Empty),
    ];
    let block = block::pack(RECORD.kind, &records).expect("few records");
    let part = SnapshotPart {
        blocks: vec![block.clone().into()],
    };
    let manifest = SnapshotManifest {
        log: RecordId([1; 16]),
        position: 7,
        parts: vec![SnapshotPartInfo {
            number: 3,
            records: 256,
        }],
    };
    let happened = HistoryPage {
        created: stamp(),
        now: values(),
        entries: vec![
            HistoryEntry {
                position: 7,
                stamp: stamp(),
                what: Happened::Note("notes".into()),
            },
            HistoryEntry {
                position: 3,
                stamp: stamp(),
                what: Happened::Fields(vec![FieldChange {
                    key: "employees".into(),
                    from: Scalar::Int(7),
                    to: Scalar::Int(42),
                    shown: Some(Scalar::Int(8)),
                }]),
            },
        ],
        next_before: Some(3),
    };
    let hello = ClientMessage::Hello(Hello {
        protocol: message::PROTOCOL_FIRST,
        device: RecordId([2; 16]),
        actors: vec![ACTOR],
        log: Some(page.log),
        cursor: 300,
    });
    let push = ClientMessage::Push {
        changes: vec![PushedChange {
            record: RECORD,
            of: None,
            hash: change.hash,
            body: body.clone(),
        }],
    };
    let changes = ServerMessage::Changes {
        to: 9,
        entries: vec![Entry {
            position: 9,
            record: RECORD,
            of: None,
            member: stamp().by,
            at: AT,
            body: body.clone(),
        }],
    };
    let answers = ServerMessage::Answers {
        answers: vec![Answer {
            record: RECORD,
            hash: change.hash,
            verdict: Verdict::Refused(Refusal::NotPermitted),
        }],
    };
    let rows = Report::Rows {
        batch: packed::pack(RECORD.kind, [&row]),
    };
    vec![
        (
            "client-message",
            "push",
            message::encode(message::PROTOCOL_FIRST, &push),
        ),
        (
            "client-message",
            "hello",
            message::encode(message::PROTOCOL_FIRST, &hello),
        ),
        (
            "server-message",
            "changes",
            message::encode(message::PROTOCOL_FIRST, &changes),
        ),
        (
            "server-message",
            "answers",
            message::encode(message::PROTOCOL_FIRST, &answers),
        ),
        (
            "states-page",
            "honest",
            message::encode(message::PROTOCOL_FIRST, &page),
        ),
        (
            "snapshot-manifest",
            "honest",
            message::encode(message::PROTOCOL, &manifest),
        ),
        (
            "snapshot-part",
            "honest",
            message::encode(message::PROTOCOL, &part),
        ),
        ("block", "honest", block),
        ("history-page", "honest", history::encode_page(&happened)),
        ("outbox-entry", "with-epoch", outbox::write(&waiting)),
        ("tray-entry", "with-epoch", outbox::write(&refused)),
        (
            "request",
            "honest",
            local::encode(&Request::Edit(intent.clone())),
        ),
        ("report", "rows", local::encode(&rows)),
        (
            "report",
            "status",
            local::encode(&Report::Status(Status::default())),
        ),
        ("kept-intents", "honest", local::keep_intents(&[intent])),
        ("document-state", "flat", local::encode(&states[0])),
        ("document-state", "note", local::encode(&states[1])),
        ("genesis", "customer", local::encode(&states[0])),
        ("packed-rows", "honest", packed::pack(RECORD.kind, [&row])),
        ("change", "honest", body.clone()),
        ("judged-change", "honest", body),
        ("note", "honest", note.saved),
        ("text-values", "id", RECORD.id.to_string().into_bytes()),
        ("search", "honest", "云仓 138-0013 wl".into()),
    ]
}
