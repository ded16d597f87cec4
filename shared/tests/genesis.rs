//! The genesis of an epoch: the same wherever it is made, complete, small, and nobody's but the server's.

use automerge::{AutoCommit, Change, ReadDoc};
use huike_shared::access::Role;
use huike_shared::customers::Customer;
use huike_shared::document::epoch::epoch_actor;
use huike_shared::document::{Actor, DELETED, Registers, decode};
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::gate;
use huike_shared::time::Timestamp;

const RECORD: RecordRef = RecordRef {
    kind: Customer::DEF.kind,
    id: RecordId([0x5A; 16]),
};
const ACTOR: Actor = Actor([0xA1; 16]);
const OTHER: Actor = Actor([0xB2; 16]);
/// The head of the genesis of `fixtures/v1/customer.registers`, on every build and every machine.
const GENESIS: &str = "83a97241415c5e61a8b2e669c26f1bfe2112790f8ea59772f536100051d43a3b";

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn stamp(millis: i64, by: u8) -> Stamp {
    Stamp {
        at: at(millis),
        by: RecordId([by; 16]),
    }
}

fn put(registers: &mut Registers, actor: Actor, values: &[(&str, Scalar)], stamp: Stamp) {
    let values: Vec<_> = values
        .iter()
        .map(|(key, value)| (Box::from(*key), value.clone()))
        .collect();
    if let Some(body) = registers.author(&values, actor, stamp.at) {
        registers.apply(&decode(&body).unwrap(), stamp);
    }
}

#[test]
fn s_29_the_same_registers_give_the_same_genesis_on_every_machine() {
    let registers = include_bytes!("fixtures/v1/customer.registers");
    let registers: Registers = postcard::from_bytes(registers).unwrap();
    let (renewed, body) = registers.renew(&RECORD).unwrap();
    let shown: String = renewed.heads()[0].0.map(|it| format!("{it:02x}")).concat();
    assert_eq!(shown, GENESIS);
    assert_eq!(decode(&body).unwrap().hash, renewed.heads()[0]);
    assert_eq!((registers.epoch(&RECORD), renewed.epoch(&RECORD)), (0, 1));
    let again = renewed.renew(&RECORD).unwrap().0;
    assert_eq!((again.epoch(&RECORD), again.changes()), (2, 1));
    // Nothing that a screen shows is another.
    let row = |it: &Registers| it.to_row(Customer::DEF, RECORD.id);
    assert_eq!(row(&again), row(&renewed));
    assert_eq!(row(&renewed).values, row(&registers).values);
    assert_eq!(renewed.updated(), registers.updated());
}

#[test]
fn s_29_a_renewal_keeps_who_wrote_what_is_shown_and_what_was_deleted() {
    let mut registers = Registers::default();
    let name = |it: &str| [("name", Scalar::text(it))];
    put(&mut registers, ACTOR, &name("云仓"), stamp(1_000, 1));
    let phone = [("phone", Scalar::text("1"))];
    put(&mut registers, ACTOR, &phone, stamp(2_000, 1));
    put(
        &mut registers,
        ACTOR,
        &[("phone", Scalar::Null)],
        stamp(3_000, 1),
    );
    // One deletes, another restores at the same time with a greater op: deleted it is.
    let mut apart = registers.clone();
    let gone = |it| [(Box::from(DELETED), Scalar::Bool(it))];
    put(
        &mut registers,
        ACTOR,
        &[(DELETED, Scalar::Bool(true))],
        stamp(4_000, 1),
    );
    let edits = [
        vec![(Box::from("name"), Scalar::text("顺达"))],
        gone(false).to_vec(),
    ];
    for edit in edits {
        let body = apart.author_all(&edit, OTHER, at(5_000)).unwrap();
        let change = decode(&body).unwrap();
        apart.apply(&change, stamp(5_000, 2));
        registers.apply(&change, stamp(5_000, 2));
    }
    assert_eq!(*registers.value(DELETED), Scalar::Bool(false));
    let (renewed, body) = registers.renew(&RECORD).unwrap();
    assert!(registers.is_deleted() && renewed.is_deleted());
    assert_eq!(*renewed.value("name"), Scalar::text("顺达"));
    assert_eq!(renewed.stamp("name"), Some(stamp(5_000, 2)));
    assert_eq!(renewed.stamp(DELETED), Some(stamp(4_000, 1)));
    assert_eq!(renewed.stamp("phone"), None);
    let mut automerge = AutoCommit::new();
    let change = Change::try_from(&body[..]).unwrap();
    automerge.apply_changes([change]).unwrap();
    let opened = AutoCommit::load(&automerge.save()).unwrap();
    let name = opened.get(automerge::ROOT, "name").unwrap().unwrap().0;
    assert_eq!(name.as_str(), Some("顺达"));
}

#[test]
fn s_29_a_record_with_ten_thousand_edits_is_as_small_as_a_fresh_one_once_renewed() {
    let (mut edited, mut fresh) = (Registers::default(), Registers::default());
    let value = |it: usize| [("name", Scalar::text(format!("{it:05}")))];
    for number in 0..10_000_usize {
        // A new session every ten edits.
        let mut actor = [7; 16];
        actor[..8].copy_from_slice(&(number / 10).to_be_bytes());
        let by = u8::try_from(number % 5).unwrap();
        put(&mut edited, Actor(actor), &value(number), stamp(1_000, by));
    }
    put(&mut fresh, ACTOR, &value(9_999), stamp(1_000, 4));
    let bytes = |it: &Registers| postcard::to_allocvec(it).unwrap().len();
    assert!(bytes(&edited) > 10_000);
    let (renewed, body) = edited.renew(&RECORD).unwrap();
    assert!(bytes(&renewed) <= bytes(&fresh), "{}", bytes(&renewed));
    let mut automerge = AutoCommit::new();
    let change = Change::try_from(&body[..]).unwrap();
    automerge.apply_changes([change]).unwrap();
    let mut again = AutoCommit::load(&automerge.save()).unwrap();
    assert_eq!(again.get_heads()[0].0, renewed.heads()[0].0);
}

#[test]
fn s_30_nobody_but_the_server_begins_an_epoch() {
    let mut registers = Registers::default();
    put(
        &mut registers,
        ACTOR,
        &[("name", Scalar::text("云仓"))],
        stamp(1, 1),
    );
    for epoch in [0, 1, 2, u32::MAX] {
        let forger = epoch_actor(&RECORD, epoch);
        let values = [(Box::from("name"), Scalar::text("forged"))];
        for known in [Registers::default(), registers.clone()] {
            let body = known.author(&values, forger, at(2)).unwrap();
            let change = gate::parse(&body).unwrap();
            let judge = |record: &RecordRef| {
                let role = Role::Administrator;
                gate::judge(&change, record, Customer::DEF, &known, &registers, role)
            };
            assert_eq!(judge(&RECORD), Err(Refusal::ForeignActor));
            let elsewhere = RecordRef {
                id: RecordId([1; 16]),
                ..RECORD
            };
            assert_eq!(judge(&elsewhere), Ok(()));
        }
    }
}
