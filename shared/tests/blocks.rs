//! Blocks: every state comes back as it went in, one by one and all together, however it came about.
//! Seeds: `HUIKE_SEEDS=<count>` tries more, `HUIKE_FIRST_SEED=<number>` begins elsewhere.

use huike_shared::customers::Customer;
use huike_shared::document::columns::Loose;
use huike_shared::document::{Actor, DELETED, FlatChange, Registers, decode};
use huike_shared::id::RecordId;
use huike_shared::note::NoteState;
use huike_shared::record::{Kind, Record, RecordRef};
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::block::{self, BLOCK_RECORDS_MAX, BlockState};
use huike_shared::sync::message::DocumentState;
use huike_shared::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const KIND: Kind = Customer::DEF.kind;
const KEYS: [&str; 7] = [
    "name",
    "company",
    "phone",
    "from_a_newer_client",
    "stages.1.name",
    "owner",
    DELETED,
];

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |it| it.parse().expect("a number"))
}

fn value(random: &mut StdRng) -> Scalar {
    match random.random_range(0..8) {
        0 => Scalar::Null,
        1 => Scalar::Bool(random.random()),
        2 => Scalar::Int(random.random()),
        3 => Scalar::text(""),
        it => Scalar::text(format!("云仓 {}", it * random.random_range(0..50))),
    }
}

fn moment(random: &mut StdRng) -> Timestamp {
    Timestamp::from_millis(match random.random_range(0..20) {
        0 => i64::MIN,
        1 => i64::MAX,
        2 => -1,
        _ => 1_760_000_000_000 + random.random_range(0..10_000_000),
    })
}

/// A document with its history, and the body of its first change.
fn document(random: &mut StdRng) -> (Registers, Vec<u8>) {
    let mut registers = Registers::default();
    let mut history: Vec<FlatChange> = Vec::new();
    let mut first = Vec::new();
    let changes = match random.random_range(0..3) {
        0 => random.random_range(2..9),
        _ => 1,
    };
    while history.len() < changes {
        // Who did not hear of the last changes writes on an earlier state.
        let known = random.random_range(0..=history.len());
        let mut on = Registers::default();
        for change in &history[..known] {
            on.apply(change, Stamp::default());
        }
        let actor = Actor([random.random_range(0..4); 16]);
        if on.seq(actor) != registers.seq(actor) {
            continue;
        }
        let keys = KEYS.iter().filter(|_| random.random_range(0..3) > 0);
        let keys: Vec<&str> = keys.copied().collect();
        let edits: Vec<_> = keys
            .into_iter()
            .map(|it| (Box::from(it), value(random)))
            .collect();
        let made = match random.random_range(0..9) {
            0 => Timestamp::from_millis(-5_000),
            _ => moment(random),
        };
        let Some(body) = on.author(&edits, actor, made) else {
            continue;
        };
        let change = decode(&body).expect("our own change");
        let stamp = Stamp {
            at: moment(random),
            by: RecordId([random.random_range(0..5); 16]),
        };
        registers.apply(&change, stamp);
        if history.is_empty() {
            first = body;
        }
        history.push(change);
    }
    (registers, first)
}

fn id(random: &mut StdRng) -> RecordId {
    RecordId(random.random())
}

#[test]
fn whatever_goes_into_a_block_comes_back() {
    let first = setting("HUIKE_FIRST_SEED", 1);
    for seed in first..first + setting("HUIKE_SEEDS", 150) {
        let mut random = StdRng::seed_from_u64(seed);
        let mut expected: Vec<(RecordId, Option<DocumentState>)> = Vec::new();
        let mut records = Vec::new();
        let mut without_head = 0;
        for _ in 0..random.random_range(0..=40) {
            let id = id(&mut random);
            let state = match random.random_range(0..12) {
                0 => None,
                1 => Some(DocumentState::Erased),
                2 => Some(DocumentState::Note(NoteState {
                    saved: vec![random.random(); 90],
                    ..NoteState::default()
                })),
                _ => {
                    let (registers, body) = document(&mut random);
                    let loose = Loose::new(registers.clone(), &body);
                    without_head += usize::from(loose.shown().heads().is_empty());
                    let is_single = registers.changes() == 1;
                    assert_eq!(loose.shown().heads().is_empty(), is_single, "seed {seed}");
                    expected.push((id, Some(DocumentState::Flat(registers))));
                    records.push((id, BlockState::Flat(loose)));
                    continue;
                }
            };
            records.push((id, state.clone().into()));
            expected.push((id, state));
        }
        let bytes = block::pack(KIND, &records).expect("few records fit");
        assert!(block::is_block(&bytes));
        let (kind, unpacked) = block::unpack(&bytes).expect("a block");
        let unpacked: Vec<_> = unpacked
            .into_iter()
            .map(|(id, it)| (id, it.into_state()))
            .collect();
        assert_eq!((kind, &unpacked), (KIND, &expected), "seed {seed}");
        let ids: Vec<RecordId> = expected.iter().map(|it| it.0).collect();
        assert_eq!(block::ids(&bytes), Ok((KIND, ids)), "seed {seed}");
        for (id, state) in expected {
            let found = block::find(&bytes, id).expect("it is in the block");
            assert_eq!(found.into_state(), state, "seed {seed}");
        }
        assert_eq!(block::find(&bytes, RecordId::default()), None);
        assert!(without_head > 0 || records.len() < 10, "seed {seed}");
    }
}

#[test]
fn a_head_that_does_not_follow_is_written() {
    let (made, other) = (Timestamp::from_millis(5_000), Timestamp::from_millis(9_000));
    let edits = [("name".into(), Scalar::text("云仓"))];
    let actor = Actor([1; 16]);
    let body = Registers::default().author(&edits, actor, made).unwrap();
    let another = Registers::default().author(&edits, actor, other).unwrap();
    let mut registers = Registers::default();
    registers.apply(&decode(&body).unwrap(), Stamp::default());
    for (bodies, is_written) in [(&body, false), (&another, true), (&Vec::new(), true)] {
        let loose = Loose::new(registers.clone(), bodies);
        assert_eq!(!loose.shown().heads().is_empty(), is_written);
        assert_eq!(loose.whole(), registers);
    }
}

#[test]
fn a_renewed_record_needs_no_head_either() {
    let record = RecordRef {
        kind: KIND,
        id: RecordId([7; 16]),
    };
    let mut registers = Registers::default();
    for (name, by) in [("云仓", 1), ("北辰", 2)] {
        let edits = [("name".into(), Scalar::text(name))];
        let body = registers.author(&edits, Actor([by; 16]), Timestamp::default());
        let stamp = Stamp {
            at: Timestamp::from_millis(i64::from(by)),
            by: RecordId([by; 16]),
        };
        registers.apply(&decode(&body.unwrap()).unwrap(), stamp);
    }
    let (renewed, genesis) = registers.renew(&record).unwrap();
    let loose = Loose::new(renewed.clone(), &genesis);
    assert!(loose.shown().heads().is_empty());
    assert_eq!(loose.whole(), renewed);
}

#[test]
fn many_records_take_few_bytes() {
    let mut random = StdRng::seed_from_u64(1);
    let mut plain = 0;
    let records: Vec<(RecordId, BlockState)> = (0..BLOCK_RECORDS_MAX)
        .map(|number| {
            let edits = [
                ("name".into(), Scalar::text("王伟")),
                ("phone".into(), Scalar::text(format!("138{number:08}"))),
            ];
            let made = Timestamp::from_millis(1_760_000_000_000);
            let body = Registers::default()
                .author(&edits, Actor([1; 16]), made)
                .unwrap();
            let mut registers = Registers::default();
            let stamp = Stamp {
                at: made,
                by: RecordId([1; 16]),
            };
            registers.apply(&decode(&body).unwrap(), stamp);
            plain += postcard::to_allocvec(&registers).unwrap().len();
            let loose = Loose::new(registers, &body);
            (id(&mut random), BlockState::Flat(loose))
        })
        .collect();
    let bytes = block::pack(KIND, &records).unwrap();
    assert!(bytes.len() * 2 < plain, "{} of {plain}", bytes.len());
}

#[test]
fn other_bytes_are_no_block() {
    for bytes in [
        &b""[..],
        b"\x01",
        b"\x02",
        b"\x02\x01\x05\x00",
        b"\x02\xff\xff\xff",
    ] {
        assert!(block::ids(bytes).is_err() || block::unpack(bytes).is_err());
        assert_eq!(block::find(bytes, RecordId::default()), None);
    }
}
