//! Whatever people do at the same time: devices, stored states, rows and Automerge itself agree.

use super::device::*;
use super::order::two_people;
use automerge::{ROOT, ReadDoc as _, ScalarValue, Value};
use huike_server::projection;
use huike_server::sync::records::replay;
use huike_shared::document::ChangeHash;
use huike_shared::history::{self, FieldChange, Happened, History};
use huike_shared::note::{self, Note, NoteDocument, NoteState, Splice, note_ref};
use huike_shared::record::RecordRef;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{DocumentState, PushedChange};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

const KEYS: &[&str] = &[
    "name",
    "phone",
    "industry",
    "remark",
    "employees",
    "_deleted",
];

fn value(key: &str, random: &mut StdRng) -> Scalar {
    match key {
        "employees" => Scalar::Int(random.random_range(0..5)),
        "_deleted" => Scalar::Bool(random.random()),
        _ if random.random_ratio(1, 8) => Scalar::Null,
        _ => Scalar::text(format!("v{}", random.random_range(0..5))),
    }
}

fn scalar(value: &Value<'_>) -> Scalar {
    let Value::Scalar(value) = value else {
        panic!("an object in a flat document")
    };
    match value.as_ref() {
        ScalarValue::Null => Scalar::Null,
        ScalarValue::Boolean(it) => Scalar::Bool(*it),
        ScalarValue::Int(it) => Scalar::Int(*it),
        ScalarValue::Str(it) => Scalar::text(it.as_str()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn projections_equal_what_automerge_makes_of_the_log() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (app, one, other) = two_people().await;
    let records: Vec<RecordRef> = (0..6).map(|_| customer()).collect();
    let mut devices = Vec::new();
    for account in [&one, &one, &other, &other] {
        devices.push((account.device().await, Vec::<PushedChange>::new()));
    }
    let mut pushed = 0;
    for _ in 0..600 {
        let index = random.random_range(0..devices.len());
        let (device, outbox) = &mut devices[index];
        match random.random_range(0..10) {
            // Mostly edits, often several before the network is back.
            0..7 => {
                let record = records[random.random_range(0..records.len())];
                let mut edits = Vec::new();
                for key in KEYS {
                    if random.random_ratio(1, 3) {
                        edits.push((*key, value(key, &mut random)));
                    }
                }
                let registers = device.registers(record).clone();
                edits.retain(|(key, value)| registers.value(key) != value);
                if !edits.is_empty() {
                    outbox.push(device.edit(record, &edits));
                }
            }
            7..9 => {
                let changes = std::mem::take(outbox);
                pushed += changes.len() as u64;
                for answer in device.push_all(changes).await {
                    position(&answer.verdict);
                }
            }
            _ => device.hear_up_to(pushed).await,
        }
    }
    for (device, outbox) in &mut devices {
        pushed += outbox.len() as u64;
        let changes = std::mem::take(outbox);
        device.push_all(changes).await;
    }
    let workspace = app.state.store.workspaces().await.unwrap().remove(0).id;
    let mut history = 0;
    for record in &records {
        let changes = app
            .state
            .store
            .changes_of(workspace, *record)
            .await
            .unwrap();
        history += changes.len() as u64;
        let mut document = replay(&changes).unwrap();
        let stored = app
            .state
            .store
            .documents(workspace, &[*record])
            .await
            .unwrap()
            .remove(0);
        let state = projection::read_state(&stored.state).unwrap();
        let DocumentState::Flat(registers) = &state else {
            panic!("a note")
        };
        let mut heads: Vec<ChangeHash> = document.get_heads().into_iter().map(Into::into).collect();
        heads.sort_unstable();
        assert_eq!(registers.heads(), heads, "seed {seed}");
        for key in KEYS {
            let shown = document.get(ROOT, *key).unwrap().map(|it| scalar(&it.0));
            assert_eq!(
                *registers.value(key),
                shown.unwrap_or_default(),
                "seed {seed} {key}"
            );
            let mut all: Vec<Scalar> = document
                .get_all(ROOT, *key)
                .unwrap()
                .iter()
                .map(|it| scalar(&it.0))
                .collect();
            let mut ours: Vec<Scalar> = registers
                .candidates(key)
                .into_iter()
                .map(|it| it.0.clone())
                .collect();
            all.sort();
            ours.sort();
            assert_eq!(ours, all, "seed {seed} {key}");
        }
        let (_, row) = projection::project(*record, stored.position, &state).unwrap();
        let kept = app.state.store.row(workspace, *record).await.unwrap();
        assert_eq!(kept, Some(row), "seed {seed}");
        for (device, _) in &mut devices {
            device.hear_up_to(pushed).await;
            assert_eq!(
                device.registers(*record).heads(),
                registers.heads(),
                "seed {seed}"
            );
            for key in KEYS {
                let theirs = device.registers(*record).value(key).clone();
                assert_eq!(theirs, *registers.value(key), "seed {seed} {key}");
            }
        }
        // The same by the doors that others use.
        let path = format!("/api/v1/records/customer/{}/document", record.id);
        let saved = one.get(&path).await.bytes().await.unwrap();
        let mut loaded = automerge::AutoCommit::load(&saved).unwrap();
        assert_eq!(loaded.get_heads(), document.get_heads(), "seed {seed}");
    }
    assert_eq!(history, pushed, "seed {seed}");
}

#[tokio::test]
async fn the_history_says_who_put_what_and_what_was_there_before() {
    let (_app, one, other) = two_people().await;
    let (mut one, mut other) = (one.device().await, other.device().await);
    let record = customer();
    let change = one.edit(
        record,
        &[
            ("name", Scalar::text("云仓")),
            ("employees", Scalar::Int(7)),
        ],
    );
    one.push_one(change).await;
    other.hear_up_to(1).await;
    let change = other.name(record, "云仓供应链");
    other.push_one(change).await;
    let path = format!("/api/v1/sync/history/customer/{}", record.id);
    let bytes = one.account.get(&path).await.bytes().await.unwrap();
    let page = history::decode_page(&bytes).unwrap();
    assert_eq!(page.next_before, None);
    let (latest, first) = (&page.entries[0], &page.entries[1]);
    assert_eq!(latest.stamp.by, other.welcome.member);
    assert!(latest.stamp.at.millis() > 1_700_000_000_000);
    let change = |key: &str, from: Scalar, to: Scalar| FieldChange {
        key: key.into(),
        from,
        to,
        shown: None,
    };
    let renamed = change("name", Scalar::text("云仓"), Scalar::text("云仓供应链"));
    assert_eq!(latest.what, Happened::Fields(vec![renamed]));
    let made = vec![
        change("name", Scalar::Null, Scalar::text("云仓")),
        change("employees", Scalar::Null, Scalar::Int(7)),
    ];
    assert_eq!(first.what, Happened::Fields(made));
    assert_eq!((page.entries.len(), page.created), (2, first.stamp));
    let made_at = first.stamp.at;
    let then = History::from(page).values_at(made_at).unwrap();
    assert_eq!(then["name"], Scalar::text("云仓"));
}

#[tokio::test]
async fn a_note_holds_every_character_that_people_wrote_at_the_same_time() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (app, one, other) = two_people().await;
    let owner = customer();
    let note = note_ref(owner, "notes");
    let mut devices = vec![one.device().await, other.device().await];
    let mut pushed = 0;
    let mut expected: Vec<char> = Vec::new();
    for round in 0..60 {
        let device = &mut devices[round % 2];
        // Every other time somebody writes on without having heard the other.
        if random.random() {
            device.hear_up_to(pushed).await;
        }
        let mut document = match device.states.get(&note) {
            Some(DocumentState::Note(state)) => NoteDocument::load(&state.saved).unwrap(),
            _ => NoteDocument::genesis(owner, "notes"),
        };
        let letter = char::from_u32('一' as u32 + round as u32).unwrap();
        expected.push(letter);
        let at = random.random_range(0..=document.text().chars().count());
        let splice = Splice {
            at,
            remove: 0,
            insert: letter.to_string().into(),
        };
        let heads = document.heads();
        let actors = (device.actor, device.actor);
        let body = document.splice(&heads, &splice, actors, now()).unwrap();
        let hash = document.heads()[0];
        let state = NoteState {
            saved: document.save(),
            ..NoteState::default()
        };
        device.states.insert(note, DocumentState::Note(state));
        let of = Some(note::of(owner, "notes").into());
        let verdict = device
            .push_one(PushedChange {
                record: note,
                of,
                hash,
                body,
            })
            .await;
        position(&verdict);
        pushed += 1;
    }
    let workspace = app.state.store.workspaces().await.unwrap().remove(0).id;
    let stored = app
        .state
        .store
        .documents(workspace, &[note])
        .await
        .unwrap()
        .remove(0);
    let DocumentState::Note(state) = projection::read_state(&stored.state).unwrap() else {
        panic!()
    };
    let text = NoteDocument::load(&state.saved).unwrap().text();
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    assert_eq!(letters, expected, "seed {seed}");
    for device in &mut devices {
        device.hear_up_to(pushed).await;
        let Some(DocumentState::Note(state)) = device.states.get(&note) else {
            panic!()
        };
        assert_eq!(
            NoteDocument::load(&state.saved).unwrap().text(),
            text,
            "seed {seed}"
        );
    }
    let row = app.state.store.row(workspace, note).await.unwrap().unwrap();
    assert!(row.fields.contains(&text), "seed {seed}");
}
