//! Whatever bytes come in, every decoder answers: no panic, no runaway, and what it takes it writes again.
//!
//! Each decoder has a folder of kept inputs (`shared/tests/corpus`): honest ones, and every input that ever
//! failed. They are tried as they are and then damaged at random. Seeds: `HUIKE_INPUTS=<count>` tries more
//! for each decoder, `HUIKE_FIRST_SEED=<number>` begins elsewhere; `cargo xtask bench fuzz --hours 2` goes on
//! for hours. `HUIKE_WRITE_CORPUS=1` writes the honest ones anew.

mod corpus;

use corpus::damage::{damage, folder, keep, kept_inputs};
use std::fmt::Debug;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use huike_shared::document::{self, Registers};
use huike_shared::history;
use huike_shared::id::RecordId;
use huike_shared::local::{self, Report, Request};
use huike_shared::money::{Currency, Money};
use huike_shared::note::NoteDocument;
use huike_shared::place::Place;
use huike_shared::rank::Rank;
use huike_shared::sync::block::{self, BlockState};
use huike_shared::sync::gate;
use huike_shared::sync::message::{
    self, ClientMessage, DocumentState, FRAME_BYTES_MAX, ServerMessage, SnapshotManifest,
    SnapshotPart, StatesPage,
};
use huike_shared::sync::outbox::{self, OutboxEntry, TrayEntry};
use huike_shared::time::Timestamp;
use huike_shared::{packed, search, time};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Damaged inputs for each decoder in a usual run.
const INPUTS: u64 = 4_000;

struct Decoder {
    name: &'static str,
    /// Whether the input was taken.
    decode: fn(&[u8]) -> bool,
}

const DECODERS: [Decoder; 20] = [
    Decoder {
        name: "client-message",
        decode: frame::<ClientMessage>,
    },
    Decoder {
        name: "server-message",
        decode: frame::<ServerMessage>,
    },
    Decoder {
        name: "states-page",
        decode: fetched::<StatesPage>,
    },
    Decoder {
        name: "snapshot-manifest",
        decode: fetched::<SnapshotManifest>,
    },
    Decoder {
        name: "snapshot-part",
        decode: fetched::<SnapshotPart>,
    },
    Decoder {
        name: "block",
        decode: block_of_records,
    },
    Decoder {
        name: "history-page",
        decode: history_page,
    },
    Decoder {
        name: "outbox-entry",
        decode: kept::<OutboxEntry>,
    },
    Decoder {
        name: "tray-entry",
        decode: kept::<TrayEntry>,
    },
    Decoder {
        name: "request",
        decode: told::<Request>,
    },
    Decoder {
        name: "report",
        decode: told::<Report>,
    },
    Decoder {
        name: "kept-intents",
        decode: intents,
    },
    Decoder {
        name: "document-state",
        decode: state,
    },
    Decoder {
        name: "genesis",
        decode: genesis,
    },
    Decoder {
        name: "packed-rows",
        decode: rows,
    },
    Decoder {
        name: "change",
        decode: change,
    },
    Decoder {
        name: "judged-change",
        decode: judged,
    },
    Decoder {
        name: "note",
        decode: note,
    },
    Decoder {
        name: "text-values",
        decode: texts,
    },
    Decoder {
        name: "search",
        decode: typed,
    },
];

fn again<T: PartialEq + Debug>(first: &T, second: Option<T>) {
    assert_eq!(
        Some(first),
        second.as_ref(),
        "what was taken is not written again"
    );
}

fn frame<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> bool {
    let Ok(message) = message::decode::<T>(bytes) else {
        return false;
    };
    assert!(bytes.len() <= FRAME_BYTES_MAX);
    again(
        &message,
        message::decode(&message::encode(message::PROTOCOL_FIRST, &message)).ok(),
    );
    true
}

fn fetched<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> bool {
    let Ok(fetched) = message::decode_unlimited::<T>(bytes) else {
        return false;
    };
    again(
        &fetched,
        message::decode_unlimited(&message::encode(message::PROTOCOL_FIRST, &fetched)).ok(),
    );
    true
}

fn block_of_records(bytes: &[u8]) -> bool {
    let Ok((kind, records)) = block::unpack(bytes) else {
        // Whatever it is, a single record is not found in it, or found whole.
        let _ = block::find(bytes, RecordId([1; 16]));
        return false;
    };
    let def = huike_shared::registry::RECORDS[0];
    for (id, state) in &records {
        if let BlockState::Flat(it) = state {
            let _ = it.shown().to_row(def, *id);
        }
        let _ = block::find(bytes, *id).map(BlockState::into_state);
    }
    // A head that should follow and does not cannot be written again.
    if let Some(written) = block::pack(kind, &records) {
        again(&(kind, records), block::unpack(&written).ok());
    }
    true
}

fn history_page(bytes: &[u8]) -> bool {
    let Ok(page) = history::decode_page(bytes) else {
        return false;
    };
    let again_read = history::decode_page(&history::encode_page(&page));
    again(&page, again_read.ok());
    // Whatever a page says, going back through it ends.
    let _ = history::History::from(page).values_at(Timestamp::from_millis(0));
    true
}

fn kept<T: outbox::Kept + PartialEq + Debug>(bytes: &[u8]) -> bool {
    let Some(value) = outbox::read::<T>(bytes) else {
        return false;
    };
    again(&value, outbox::read(&outbox::write(&value)));
    true
}

fn told<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> bool {
    let Some(value) = local::decode::<T>(bytes) else {
        return false;
    };
    again(&value, local::decode(&local::encode(&value)));
    true
}

fn intents(bytes: &[u8]) -> bool {
    let Some(intents) = local::kept_intents(bytes) else {
        return false;
    };
    again(
        &intents,
        local::kept_intents(&local::keep_intents(&intents)),
    );
    true
}

fn state(bytes: &[u8]) -> bool {
    let Some(state) = local::decode::<DocumentState>(bytes) else {
        return false;
    };
    again(&state, local::decode(&local::encode(&state)));
    if let DocumentState::Flat(registers) = &state {
        // A state of a server is shown, whatever is in it.
        let def = huike_shared::registry::RECORDS[0];
        let _ = registers.to_row(def, RecordId([1; 16]));
    }
    true
}

/// A new epoch is begun from a state, whatever is in it; what comes out is a change.
fn genesis(bytes: &[u8]) -> bool {
    let Some(DocumentState::Flat(registers)) = local::decode::<DocumentState>(bytes) else {
        return false;
    };
    let record = huike_shared::record::RecordRef {
        kind: huike_shared::registry::RECORDS[0].kind,
        id: RecordId([1; 16]),
    };
    let Some((after, body)) = registers.renew(&record) else {
        return false;
    };
    let change = document::decode(&body).expect("a genesis is a change");
    assert_eq!(after.heads(), [change.hash]);
    true
}

fn rows(bytes: &[u8]) -> bool {
    let Ok(rows) = packed::unpack(bytes) else {
        return false;
    };
    if let Some(first) = rows.first() {
        again(&rows, packed::unpack(&packed::pack(first.kind, &rows)).ok());
    }
    true
}

fn change(bytes: &[u8]) -> bool {
    document::decode(bytes).is_ok()
}

/// What the gate takes must load in Automerge.
fn judged(bytes: &[u8]) -> bool {
    let Ok(flat) = gate::parse(bytes) else {
        return false;
    };
    let def = huike_shared::registry::RECORDS[0];
    let empty = Registers::default();
    let role = huike_shared::access::Role::Administrator;
    let record = huike_shared::record::RecordRef {
        kind: def.kind,
        id: huike_shared::id::RecordId::default(),
    };
    if gate::judge(&flat, &record, def, &empty, &empty, role).is_err() {
        return false;
    }
    let mut automerge = automerge::AutoCommit::new();
    let change = automerge::Change::try_from(bytes).expect("the gate took it");
    automerge.apply_changes([change]).expect("the gate took it");
    automerge::AutoCommit::load(&automerge.save()).expect("what the gate took loads again");
    true
}

fn note(bytes: &[u8]) -> bool {
    NoteDocument::load(bytes).is_ok()
}

fn texts(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let yuan = Currency::parse("CNY").expect("a currency");
    let taken = [
        RecordId::parse(text).is_ok(),
        Place::parse(text).is_some(),
        Rank::parse(text).is_some(),
        Money::parse_register(text).is_some(),
        Money::parse_typed(text, yuan).is_some(),
        time::parse_date(text).is_some(),
    ];
    taken.contains(&true)
}

fn typed(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let _ = search::Query::parse(text);
    true
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|it| it.parse().ok())
}

#[test]
fn every_decoder_takes_its_kept_inputs() {
    for (decoder, name, bytes) in corpus::honest() {
        let path = folder(decoder).join(name);
        if number("HUIKE_WRITE_CORPUS").is_some() {
            fs::create_dir_all(folder(decoder)).expect("the corpus can be written");
            fs::write(&path, &bytes).expect("the corpus can be written");
        }
        assert_eq!(
            fs::read(&path).ok(),
            Some(bytes),
            "{decoder}/{name}: an earlier build's bytes must stay readable"
        );
    }
    for decoder in DECODERS {
        let inputs = kept_inputs(decoder.name);
        let taken = inputs.iter().filter(|it| (decoder.decode)(it)).count();
        assert!(taken > 0, "{} takes none of its inputs", decoder.name);
    }
}

#[test]
fn no_damaged_input_makes_a_decoder_panic() {
    let first = number("HUIKE_FIRST_SEED").unwrap_or(0);
    let count = number("HUIKE_INPUTS").unwrap_or(INPUTS);
    println!("seed {first}");
    let mut failed = Vec::new();
    for decoder in DECODERS {
        let inputs = kept_inputs(decoder.name);
        for seed in first..first + count {
            let bytes = damage(&mut StdRng::seed_from_u64(seed), &inputs);
            let decoded = catch_unwind(AssertUnwindSafe(|| (decoder.decode)(&bytes)));
            if decoded.is_err() {
                let path = keep(decoder.name, &bytes);
                println!("failed seed {seed}");
                failed.push(format!(
                    "{}: seed {seed}, kept as {}",
                    decoder.name,
                    path.display()
                ));
            }
        }
    }
    println!("steps {}", count * DECODERS.len() as u64);
    assert!(failed.is_empty(), "{failed:#?}");
}
