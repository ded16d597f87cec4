//! The gate: no honest change is refused, no forged one gets through or lets a panic escape, and
//! whatever is accepted loads again in Automerge.

use automerge::{AutoCommit, Change, ExpandedChange};
use huike_shared::access::Role;
use huike_shared::customers::Customer;
use huike_shared::document::{Actor, FlatChange, Registers};
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::gate;
use huike_shared::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

const RECORD: RecordRef = RecordRef {
    kind: Customer::DEF.kind,
    id: RecordId([0x5A; 16]),
};

fn seed() -> u64 {
    let seed = std::env::var("HUIKE_SEED")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(1);
    println!("seed {seed}");
    seed
}

fn put(state: &Registers, actor: Actor, key: &str, value: Scalar) -> Vec<u8> {
    let edits = [(Box::from(key), value)];
    state
        .author(&edits, actor, Timestamp::from_millis(1_000))
        .expect("the value is new")
}

/// A history of a few authors, with branches: changes in an order that respects dependencies.
fn history(rng: &mut StdRng, length: usize) -> Vec<Vec<u8>> {
    let mut replicas = [
        Registers::default(),
        Registers::default(),
        Registers::default(),
    ];
    let mut bodies: Vec<(Vec<u8>, FlatChange)> = Vec::new();
    for _ in 0..length {
        let one = rng.random_range(0..3);
        if rng.random_range(0..3) == 0 {
            // Hear of everything said so far.
            for (_, change) in &bodies {
                if !replicas[one].contains(change) {
                    replicas[one].apply(change, Stamp::default());
                }
            }
        }
        let key = ["name", "phone", "city", "remark"][rng.random_range(0..4)];
        let key = if key == "city" { "region" } else { key };
        let value = Scalar::text(format!("v{}", rng.random_range(0..1_000_000)));
        let body = put(&replicas[one], Actor([one as u8 + 1; 16]), key, value);
        let change = gate::parse(&body).expect("an honest change parses");
        replicas[one].apply(&change, Stamp::default());
        bodies.push((body, change));
    }
    bodies.into_iter().map(|it| it.0).collect()
}

/// Judges bodies in order and returns what was accepted.
struct Server {
    state: Registers,
    accepted: Vec<FlatChange>,
    bodies: Vec<Vec<u8>>,
}

impl Server {
    fn new() -> Self {
        Server {
            state: Registers::default(),
            accepted: Vec::new(),
            bodies: Vec::new(),
        }
    }

    fn judge(&mut self, body: &[u8], role: Role) -> Result<(), Refusal> {
        let change = gate::parse(body)?;
        let at_deps =
            Registers::at(&change.deps, &self.accepted).ok_or(Refusal::UnknownDependency)?;
        gate::judge(&change, &RECORD, Customer::DEF, &at_deps, &self.state, role)?;
        self.state.apply(&change, Stamp::default());
        self.accepted.push(change);
        self.bodies.push(body.to_vec());
        Ok(())
    }

    #[track_caller]
    fn check_loads(&self) {
        let mut document = AutoCommit::new();
        let changes = self
            .bodies
            .iter()
            .map(|it| Change::try_from(&it[..]).expect("parsed"));
        document
            .apply_changes(changes)
            .expect("what is accepted applies");
        AutoCommit::load(&document.save()).expect("what is accepted loads again");
    }
}

#[test]
fn s_25_no_honest_change_is_refused() {
    let mut rng = StdRng::seed_from_u64(seed());
    for _ in 0..200 {
        let mut server = Server::new();
        for body in history(&mut rng, 30) {
            assert_eq!(server.judge(&body, Role::Salesperson), Ok(()));
        }
        server.check_loads();
    }
}

/// Writes the right checksum over changed bytes, as an attacker would.
fn repair(body: &mut [u8]) {
    if body.len() > 12 {
        let digest = Sha256::digest(&body[8..]);
        body[4..8].copy_from_slice(&digest[..4]);
    }
}

fn mutate(rng: &mut StdRng, body: &[u8]) -> Vec<u8> {
    let mut out = body.to_vec();
    for _ in 0..rng.random_range(1..4) {
        match rng.random_range(0..5) {
            0 if out.len() > 14 => {
                let at = rng.random_range(9..out.len());
                out.remove(at);
            }
            1 => {
                let at = rng.random_range(9..=out.len());
                out.insert(at, rng.random());
            }
            2 => {
                let at = rng.random_range(9..out.len());
                out[at] = out[at].wrapping_add([1, 255, 128][rng.random_range(0..3)]);
            }
            3 => {
                let (from, to) = (
                    rng.random_range(9..out.len()),
                    rng.random_range(9..out.len()),
                );
                out[to] = out[from];
            }
            _ => {
                let at = rng.random_range(9..out.len());
                out[at] = rng.random();
            }
        }
    }
    repair(&mut out);
    out
}

#[test]
fn s_25_forged_bytes_never_panic_and_never_poison_a_document() {
    let mut rng = StdRng::seed_from_u64(seed());
    let inputs: usize = std::env::var("HUIKE_FUZZ_INPUTS")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(40_000);
    std::panic::set_hook(Box::new(|_| {}));
    let mut accepted = 0;
    for _ in 0..inputs / 40 {
        let bodies = history(&mut rng, 12);
        let mut server = Server::new();
        for body in &bodies[..8] {
            server
                .judge(body, Role::Salesperson)
                .expect("an honest change is accepted");
        }
        let honest = server.bodies.len();
        for _ in 0..40 {
            let source = &bodies[rng.random_range(0..bodies.len())];
            accepted += usize::from(
                server
                    .judge(&mutate(&mut rng, source), Role::Salesperson)
                    .is_ok(),
            );
        }
        if server.bodies.len() > honest {
            server.check_loads();
        }
    }
    drop(std::panic::take_hook());
    println!(
        "{accepted} of {inputs} forged inputs were changes an honest replica could have written"
    );
}

/// Takes a good second change, bends it, and expects this refusal.
#[track_caller]
fn check(bend: impl FnOnce(&mut ExpandedChange), expected: Refusal) {
    let mut server = Server::new();
    let actor = Actor([1; 16]);
    let first = put(&server.state, actor, "name", Scalar::text("云仓"));
    server
        .judge(&first, Role::Salesperson)
        .expect("an honest change is accepted");
    let second = put(&server.state, actor, "name", Scalar::text("云仓物流"));
    let mut expanded = Change::try_from(&second[..])
        .expect("our own bytes")
        .decode();
    bend(&mut expanded);
    let body = Change::from(expanded).raw_bytes().to_vec();
    assert_eq!(server.judge(&body, Role::Salesperson), Err(expected));
    assert_eq!(server.bodies.len(), 1);
}

#[test]
fn each_way_to_forge_a_history_has_its_refusal() {
    use automerge::legacy::{Key, OpId, OpType, SortedVec};
    let stranger = Actor([7; 16]).to_automerge();
    check(|it| it.seq += 1, Refusal::BrokenHistory);
    check(|it| it.seq = 1, Refusal::BrokenHistory);
    check(
        |it| it.start_op = 1.try_into().expect("not zero"),
        Refusal::BrokenHistory,
    );
    check(
        |it| it.start_op = (1 << 31).try_into().expect("not zero"),
        Refusal::BrokenHistory,
    );
    check(
        |it| it.deps = vec![automerge::ChangeHash([5; 32])],
        Refusal::UnknownDependency,
    );
    check(|it| it.deps.clear(), Refusal::BrokenHistory);
    check(
        |it| it.operations[0].pred = SortedVec::new(),
        Refusal::BrokenHistory,
    );
    check(
        |it| it.operations[0].pred = SortedVec::from(vec![OpId::new(9, &stranger)]),
        Refusal::BrokenHistory,
    );
    check(
        |it| it.operations[0].key = Key::Map("phone".into()),
        Refusal::BrokenHistory,
    );
    check(
        |it| it.operations[0].action = OpType::Delete,
        Refusal::Malformed,
    );
    check(
        |it| it.operations.push(it.operations[0].clone()),
        Refusal::BrokenHistory,
    );
    check(|it| it.operations.clear(), Refusal::Malformed);
    check(|it| it.message = Some("hi".into()), Refusal::Malformed);
    check(|it| it.extra_bytes = vec![1, 2, 3], Refusal::Malformed);
    check(
        |it| it.operations[0].action = OpType::Put(automerge::ScalarValue::F64(0.5)),
        Refusal::Malformed,
    );
    check(
        |it| it.operations[0].action = OpType::Put(automerge::ScalarValue::Int(3)),
        Refusal::BadValue {
            field: "name".into(),
        },
    );
    check(
        |it| it.operations[0].action = OpType::Put("a\nb".into()),
        Refusal::BadValue {
            field: "name".into(),
        },
    );
    check(
        |it| {
            it.operations[0].key = Key::Map("password".into());
            it.operations[0].pred = SortedVec::new();
        },
        Refusal::UnknownField {
            field: "password".into(),
        },
    );
}

#[test]
fn a_viewer_changes_nothing() {
    let mut server = Server::new();
    let body = put(&server.state, Actor([1; 16]), "name", Scalar::text("云仓"));
    assert_eq!(
        server.judge(&body, Role::Viewer),
        Err(Refusal::NotPermitted)
    );
    assert!(server.state.is_empty());
}

#[test]
fn compressed_large_and_foreign_chunks_are_refused() {
    let mut document = AutoCommit::new();
    let long = "字".repeat(5_000);
    automerge::transaction::Transactable::put(&mut document, automerge::ROOT, "remark", long)
        .expect("the root takes it");
    let saved = document.save();
    let mut change = document.get_changes(&[]).pop().expect("there is one");
    assert_eq!(gate::parse(&change.bytes()), Err(Refusal::Malformed));
    assert_eq!(gate::parse(&saved), Err(Refusal::Malformed));
    assert_eq!(gate::parse(&vec![0; 70_000]), Err(Refusal::TooLarge));
    assert_eq!(gate::parse(b""), Err(Refusal::Malformed));
    let actor = Actor([1; 16]);
    let edits = (0..600)
        .map(|it| (format!("k{it}").into(), Scalar::Int(it)))
        .collect::<Vec<_>>();
    let body = Registers::default()
        .author(&edits, actor, Timestamp::default())
        .expect("new");
    assert_eq!(gate::parse(&body), Err(Refusal::TooLarge));
}

mod notes {
    use super::*;
    use automerge::transaction::Transactable;
    use automerge::{ObjType, ReadDoc};
    use huike_shared::note::{Note, NoteDocument, NoteState, Splice, note_ref, of};
    use huike_shared::record::RecordRef;

    fn owner() -> RecordRef {
        RecordRef {
            kind: Customer::DEF.kind,
            id: huike_shared::id::RecordId([4; 16]),
        }
    }

    fn judge(state: Option<&NoteState>, body: &[u8]) -> Result<NoteState, Refusal> {
        let note = note_ref(owner(), "notes");
        let of = of(owner(), "notes");
        gate::judge_note(note, &of, state, body, Role::Salesperson, Stamp::default()).map(|it| it.2)
    }

    fn write(note: &mut NoteDocument, actor: u8, text: &str) -> Vec<u8> {
        let heads = note.heads();
        let splice = Splice {
            at: 0,
            remove: 0,
            insert: text.into(),
        };
        let actors = (Actor([actor; 16]), Actor([actor; 16]));
        note.splice(&heads, &splice, actors, Timestamp::from_millis(1_000))
            .expect("in line")
    }

    #[test]
    fn two_people_who_open_an_empty_note_offline_write_into_one_text() {
        let mut mine = NoteDocument::genesis(owner(), "notes");
        let mut theirs = NoteDocument::genesis(owner(), "notes");
        let one = write(&mut mine, 1, "你好");
        let other = write(&mut theirs, 2, "世界");
        let state = judge(None, &one).expect("honest");
        let state = judge(Some(&state), &other).expect("honest");
        let text = NoteDocument::load(&state.saved).expect("judged").text();
        assert!(text == "你好世界" || text == "世界你好", "{text}");
    }

    #[test]
    fn a_splice_made_in_an_older_text_keeps_its_place() {
        let mut note = NoteDocument::genesis(owner(), "notes");
        write(&mut note, 1, "abc");
        let heads = note.heads();
        write(&mut note, 1, "123 ");
        let splice = Splice {
            at: 1,
            remove: 1,
            insert: "X".into(),
        };
        let actors = (Actor([1; 16]), Actor([3; 16]));
        note.splice(&heads, &splice, actors, Timestamp::default())
            .expect("merged");
        assert_eq!(note.text(), "123 aXc");
    }

    #[test]
    fn a_note_holds_only_text() {
        let mut doc = NoteDocument::genesis(owner(), "notes");
        let mut loaded = AutoCommit::load(&doc.save()).expect("our own bytes");
        let heads = loaded.get_heads();
        loaded.set_actor(Actor([5; 16]).to_automerge());
        let text = loaded
            .get(automerge::ROOT, "text")
            .expect("there")
            .expect("there")
            .1;
        loaded
            .insert_object(&text, 0, ObjType::Map)
            .expect("automerge allows it");
        let change = loaded.get_changes(&heads).pop().expect("one");
        assert_eq!(
            judge(None, change.raw_bytes()).err(),
            Some(Refusal::BrokenHistory)
        );
        let mut other = AutoCommit::load(&doc.save()).expect("our own bytes");
        other.set_actor(Actor([6; 16]).to_automerge());
        other
            .put(automerge::ROOT, "extra", 1)
            .expect("automerge allows it");
        let change = other.get_changes(&heads).pop().expect("one");
        assert_eq!(
            judge(None, change.raw_bytes()).err(),
            Some(Refusal::BrokenHistory)
        );
    }

    #[test]
    fn forged_note_changes_never_panic_and_never_poison_a_note() {
        let mut rng = StdRng::seed_from_u64(super::seed());
        std::panic::set_hook(Box::new(|_| {}));
        let mut note = NoteDocument::genesis(owner(), "notes");
        let first = write(&mut note, 1, "一二三");
        let state = judge(None, &first).expect("honest");
        let second = write(&mut note, 1, "四五六");
        for _ in 0..4_000 {
            if let Ok(next) = judge(Some(&state), &mutate(&mut rng, &second)) {
                NoteDocument::load(&next.saved).expect("what is accepted loads again");
            }
        }
        drop(std::panic::take_hook());
    }

    #[test]
    fn a_note_of_a_field_that_is_none_is_refused() {
        let mut note = NoteDocument::genesis(owner(), "name");
        let body = write(&mut note, 1, "x");
        let of = of(owner(), "name");
        let id = note_ref(owner(), "name");
        let verdict = gate::judge_note(id, &of, None, &body, Role::Salesperson, Stamp::default());
        assert_eq!(verdict.err(), Some(Refusal::UnknownKind));
    }
}

#[test]
fn a_record_whose_creation_was_refused_is_not_there() {
    let row = Registers::default().to_row(Customer::DEF, RecordId([9; 16]));
    assert!(row.deleted, "it would be listed without a name");
}
