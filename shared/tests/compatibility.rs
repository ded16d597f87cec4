//! What was stored stays readable: documents, rows and notes of every released version still open.
//!
//! `fixtures/v1` was written by version 1 and is never written again; a later format gets a folder
//! of its own. `HUIKE_ACCEPT=1` writes what is missing and leaves what is there.

use automerge::{AutoCommit, Change, ReadDoc};
use huike_shared::customers::{Customer, CustomerLevel, CustomerStatus};
use huike_shared::deals::Deal;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::id::RecordId;
use huike_shared::note::{Note, NoteDocument, Splice};
use huike_shared::packed;
use huike_shared::place::Outcome;
use huike_shared::record::{Record, RecordRef};
use huike_shared::row::{Row, Stamp};
use huike_shared::scalar::Scalar;
use huike_shared::sync::outbox::{self, Meant, OutboxEntry};
use huike_shared::time::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};

const ID: RecordId = RecordId([0x5A; 16]);
const ACTOR: Actor = Actor([0xA1; 16]);
const NEWER: Actor = Actor([0xB2; 16]);
const AT: Timestamp = Timestamp::from_millis(1_763_700_000_000);
const BY: RecordId = RecordId([0x77; 16]);

fn stamp() -> Stamp {
    Stamp { at: AT, by: BY }
}

/// The fixture of this name, written first if that was asked for and it is missing.
fn fixture(name: &str, make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/v1")
        .join(name);
    if !file.exists() && std::env::var_os("HUIKE_ACCEPT").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, make()).unwrap();
    }
    fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The changes of one customer: by this build, then by a newer one that knows more fields, more
/// words of a choice, and clears one.
fn changes() -> [Vec<u8>; 2] {
    let first = [
        ("name".into(), Scalar::text("云仓物流")),
        ("phone".into(), Scalar::text("+8613800138000")),
        ("employees".into(), Scalar::Int(42)),
        ("remark".into(), Scalar::text("第一行\n第二行")),
    ];
    let mut registers = Registers::default();
    let one = registers.author(&first, ACTOR, AT).unwrap();
    registers.apply(&decode(&one).unwrap(), stamp());
    let second = [
        ("carbon_score".into(), Scalar::Int(7)),
        ("status".into(), Scalar::text("on_the_moon")),
        ("level".into(), Scalar::text("b")),
        ("remark".into(), Scalar::Null),
    ];
    let two = registers.author(&second, NEWER, AT).unwrap();
    [one, two]
}

fn stored_changes() -> [Vec<u8>; 2] {
    let [one, two] = changes();
    [
        fixture("customer-1.change", || one),
        fixture("customer-2.change", || two),
    ]
}

fn merged(changes: &[Vec<u8>]) -> Registers {
    let mut registers = Registers::default();
    for body in changes {
        registers.apply(&decode(body).unwrap(), stamp());
    }
    registers
}

#[track_caller]
fn check(row: &Row) {
    let customer = Customer::from_row(row);
    assert_eq!(customer.name.as_str(), "云仓物流");
    assert_eq!(
        customer.phone.map(|it| it.to_string()).as_deref(),
        Some("+8613800138000")
    );
    assert_eq!(customer.employees.map(|it| it.0), Some(42));
    assert_eq!(customer.level, Some(CustomerLevel::B));
    assert_eq!(
        customer.status,
        Some(CustomerStatus::Other("on_the_moon".into()))
    );
    assert_eq!(customer.remark, None);
    assert_eq!(*row.by_key(Customer::DEF, "carbon_score"), Scalar::Int(7));
}

#[test]
fn changes_of_version_1_are_read_and_still_written_the_same() {
    let stored = stored_changes();
    check(&merged(&stored).to_row(Customer::DEF, ID));
    // The same edits give the same bytes, and so the same hashes, on every build.
    assert_eq!(stored, changes());
}

#[test]
fn s_22_registers_of_version_1_are_read_and_keep_what_this_build_does_not_know() {
    let bytes = fixture("customer.registers", || {
        postcard::to_allocvec(&merged(&changes())).unwrap()
    });
    let mut registers: Registers = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(registers, merged(&stored_changes()));
    check(&registers.to_row(Customer::DEF, ID));

    // An edit by a build without the newer field leaves it alone.
    let edit = [("phone".into(), Scalar::text("+8613900139000"))];
    let body = registers.author(&edit, ACTOR, AT).unwrap();
    registers.apply(&decode(&body).unwrap(), stamp());
    assert_eq!(*registers.value("carbon_score"), Scalar::Int(7));
    assert_eq!(*registers.value("status"), Scalar::text("on_the_moon"));
    assert_eq!(*registers.value("phone"), Scalar::text("+8613900139000"));
}

#[test]
fn rows_of_version_1_are_unpacked_with_fields_of_other_builds() {
    let row = merged(&changes()).to_row(Customer::DEF, ID);
    let bytes = fixture("customers.packed", || packed::pack(row.kind, [&row]));
    let rows = packed::unpack(&bytes).unwrap();
    assert_eq!(rows.len(), 1);
    check(&rows[0]);
    let again = packed::unpack(&packed::pack(rows[0].kind, &rows)).unwrap();
    assert_eq!(again, rows);
}

#[test]
fn the_saved_automerge_document_of_version_1_opens_with_the_same_heads() {
    let make = || {
        let mut doc = AutoCommit::new();
        let bodies = changes();
        let changes = bodies.iter().map(|it| Change::try_from(&it[..]).unwrap());
        doc.apply_changes(changes).unwrap();
        doc.save()
    };
    let mut doc = AutoCommit::load(&fixture("customer.automerge", make)).unwrap();
    let heads: Vec<[u8; 32]> = doc.get_heads().iter().map(|it| it.0).collect();
    let expected: Vec<[u8; 32]> = merged(&stored_changes())
        .heads()
        .iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(heads, expected);
    let (value, _) = doc.get(automerge::ROOT, "carbon_score").unwrap().unwrap();
    assert_eq!(value.as_i64(), Some(7));
}

#[test]
fn s_16_a_note_begins_with_the_same_bytes_on_every_build() {
    let owner = RecordRef {
        kind: Customer::DEF.kind,
        id: ID,
    };
    let make = || NoteDocument::genesis(owner, "notes").save();
    let genesis = fixture("note-genesis.automerge", make);
    let mut stored = NoteDocument::load(&genesis).unwrap();
    let mut fresh = NoteDocument::genesis(owner, "notes");
    assert_eq!(stored.heads(), fresh.heads());

    let make = || {
        let mut note = NoteDocument::genesis(owner, "notes");
        let heads = note.heads();
        let splice = Splice {
            at: 0,
            remove: 0,
            insert: "会议纪要".into(),
        };
        note.splice(&heads, &splice, (ACTOR, NEWER), AT).unwrap();
        note.save()
    };
    let written = NoteDocument::load(&fixture("note.automerge", make)).unwrap();
    assert_eq!(written.text(), "会议纪要");
}

#[test]
fn what_was_not_there_when_a_record_was_written_has_a_meaning() {
    let first = &stored_changes()[..1];
    let row = merged(first).to_row(Customer::DEF, ID);
    let customer = Customer::from_row(&row);
    assert_eq!(
        (customer.level, customer.status, customer.owner),
        (None, None, None)
    );
    // A deal of which nothing but the title arrived is open, and says what it lacks.
    let mut registers = Registers::default();
    let edit = [("title".into(), Scalar::text("紧固件"))];
    let body = registers.author(&edit, ACTOR, AT).unwrap();
    registers.apply(&decode(&body).unwrap(), stamp());
    let deal = Deal::from_row(&registers.to_row(Deal::DEF, ID));
    assert_eq!(deal.outcome, Outcome::Open);
    assert_eq!(deal.amount, None);
    assert!(
        deal.problems()
            .iter()
            .any(|it| it.code == "deal-without-customer")
    );
}

#[test]
fn edits_that_wait_on_a_device_stay_readable() {
    let [body, _] = changes();
    let hash = decode(&body).unwrap().hash;
    let entry = OutboxEntry {
        intent: ID,
        record: RecordRef {
            kind: Customer::DEF.kind,
            id: ID,
        },
        of: None,
        meant: Meant::Put(vec![("name".into(), Scalar::text("云仓物流"))]),
        at: AT,
        actor: ACTOR,
        hash,
        body,
        epoch: None,
    };
    let kept = fixture("outbox-entry.bin", || outbox::write(&entry));
    assert_eq!(outbox::read::<OutboxEntry>(&kept).as_ref(), Some(&entry));
    let later = OutboxEntry {
        epoch: Some(3),
        ..entry
    };
    assert_eq!(outbox::read(&outbox::write(&later)), Some(later));
    // What this build cannot know is not taken for something else.
    assert_eq!(outbox::read::<OutboxEntry>(&[0xFF, 1, 2]), None);
    assert_eq!(outbox::read::<OutboxEntry>(&[]), None);
}
