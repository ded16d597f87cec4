//! Arriving: a new device fetches a snapshot, part by part, and can be used from the first part on.
//!
//! The parts of a snapshot all speak of one position, so they may come in any order: what its member sees
//! first comes first. Which parts are here is kept in the transaction that keeps them; who was interrupted
//! goes on with the others. If the server does not have the snapshot any more, its next one is fetched whole;
//! what is here already is replaced. Invariants: the cursor is not moved before every part is here; a part
//! never replaces what was confirmed by anything but a part.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Effect, FetchError, Replica, Table, Write};
use crate::id::{Entropy, RecordId};
use crate::local::{Connection, Report};
use crate::packed;
use crate::record::{Kind, RecordRef};
use crate::registry;
use crate::row::Row;
use crate::sync::block::{self, BlockState};
use crate::sync::message::{SnapshotManifest, SnapshotPart};
use crate::sync::outbox;

/// Parts that are on their way at one time, so that one is sent while another is opened.
const PARTS_AHEAD: usize = 2;
/// How often a snapshot may be gone on one connection before everything is fetched state by state.
const GONE_MAX: u32 = 2;
const ARRIVAL_KEY: &[u8] = b"arrival";

/// A snapshot that is being fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Arrival {
    manifest: SnapshotManifest,
    /// The parts that are here.
    here: BTreeSet<u32>,
}

impl outbox::Kept for Arrival {}

impl Arrival {
    fn put(&self) -> Write {
        Write::Put {
            table: Table::Meta,
            key: ARRIVAL_KEY.to_vec(),
            value: outbox::write(self),
        }
    }

    fn progress(&self) -> Connection {
        let parts = &self.manifest.parts;
        let here = parts.iter().filter(|it| self.here.contains(&it.number));
        Connection::CatchingUp {
            done: here.map(|it| u64::from(it.records)).sum(),
            total: parts.iter().map(|it| u64::from(it.records)).sum(),
        }
    }
}

/// What a new device is fetching, if it is one.
#[derive(Default)]
pub(super) struct Arriving {
    arrival: Option<Arrival>,
    /// Parts that were asked for on this connection.
    asked: BTreeSet<u32>,
    gone: u32,
}

impl Arriving {
    /// Finds it among what [`Table::Meta`] holds.
    pub(super) fn open(meta: &[(Vec<u8>, Vec<u8>)]) -> Self {
        let found = meta.iter().find(|it| it.0 == ARRIVAL_KEY);
        Arriving {
            arrival: found.and_then(|it| outbox::read(&it.1)),
            ..Arriving::default()
        }
    }

    /// The connection is gone.
    pub(super) fn forget_connection(&mut self) {
        self.forget_asked();
        self.gone = 0;
    }

    /// Nothing of what was asked for before a greeting comes behind it.
    pub(super) fn forget_asked(&mut self) {
        self.asked.clear();
    }

    /// Lets go of what is being fetched.
    fn end(&mut self) -> Write {
        self.arrival = None;
        self.asked.clear();
        Write::Delete {
            table: Table::Meta,
            key: ARRIVAL_KEY.to_vec(),
        }
    }
}

impl Replica {
    /// Fetches what this replica is too far behind for.
    pub(super) fn catch_up(&mut self, is_restored: bool) {
        self.connection = Connection::CatchingUp { done: 0, total: 0 };
        let is_new = self.meta.cursor == 0 && self.meta.fetched.is_none();
        let is_arriving = self.arrival.arrival.is_some();
        // A snapshot may be older than what this device was told, which must not go back.
        let knows_some = !is_arriving && self.records.holds_confirmed();
        if !is_new || knows_some || is_restored || self.kept.new_log().is_some() {
            self.end_arrival();
            let after = self.meta.fetched.unwrap_or(self.meta.cursor);
            self.step.effects.push(Effect::Fetch { after });
            return;
        }
        match &self.arrival.arrival {
            Some(it) if Some(it.manifest.log) == self.meta.log => {
                self.connection = it.progress();
                self.ask_for_parts();
            }
            Some(_) | None => self.step.effects.push(Effect::FetchSnapshot),
        }
    }

    /// From here on changes are confirmed one by one: what a snapshot still has is older.
    pub(super) fn end_arrival(&mut self) {
        if self.arrival.arrival.is_some() {
            let ended = self.arrival.end();
            self.step.writes.push(ended);
        }
    }

    /// A server said what there is to fetch.
    pub(super) fn snapshot(&mut self, result: Result<SnapshotManifest, FetchError>) {
        let manifest = match result {
            // A server of the first version, or a small workspace.
            Err(FetchError::Gone) => return self.step.effects.push(Effect::Fetch { after: 0 }),
            Err(error) => return self.not_fetched(error),
            Ok(it) if it.parts.is_empty() => {
                return self.step.effects.push(Effect::Fetch { after: 0 });
            }
            Ok(it) => it,
        };
        if self.meta.log != Some(manifest.log) {
            // The database was restored meanwhile.
            self.hello();
            return;
        }
        let arrival = Arrival {
            manifest,
            here: BTreeSet::new(),
        };
        self.connection = arrival.progress();
        self.step.writes.push(arrival.put());
        self.arrival.arrival = Some(arrival);
        self.ask_for_parts();
    }

    fn ask_for_parts(&mut self) {
        let Arriving { arrival, asked, .. } = &mut self.arrival;
        let Some(Arrival { manifest, here }) = arrival else {
            return;
        };
        for part in &manifest.parts {
            if asked.len() >= PARTS_AHEAD {
                return;
            }
            if !here.contains(&part.number) && asked.insert(part.number) {
                self.after_rows.push(Effect::FetchPart {
                    position: manifest.position,
                    number: part.number,
                });
            }
        }
    }

    /// A part came, or not.
    pub(super) fn part(
        &mut self,
        entropy: &mut dyn Entropy,
        position: u64,
        number: u32,
        part: Result<SnapshotPart, FetchError>,
    ) {
        let arrival = self.arrival.arrival.as_ref();
        let is_wanted = arrival.is_some_and(|it| it.manifest.position == position);
        if !is_wanted || !self.arrival.asked.remove(&number) {
            return;
        }
        let part = match part {
            Ok(part) => part,
            Err(FetchError::Gone) => return self.snapshot_gone(),
            Err(error) => return self.not_fetched(error),
        };
        let mut fresh: BTreeMap<Kind, Vec<Row>> = BTreeMap::new();
        for block in part.blocks {
            if !self.take_block(entropy, block.into_vec(), &mut fresh) {
                // This build cannot read it.
                return self.not_fetched(FetchError::ClientTooOld);
            }
        }
        self.records.write_chunks(&mut self.step.writes);
        self.tell_rows(fresh);
        let Some(arrival) = &mut self.arrival.arrival else {
            return;
        };
        arrival.here.insert(number);
        self.connection = arrival.progress();
        if arrival.here.len() < arrival.manifest.parts.len() {
            self.step.writes.push(arrival.put());
            self.ask_for_parts();
            return;
        }
        self.meta.cursor = position;
        self.meta_changed = true;
        self.wants_states = false;
        let ended = self.arrival.end();
        self.step.writes.push(ended);
        self.hello();
    }

    /// The server has another snapshot now, or none.
    fn snapshot_gone(&mut self) {
        let ended = self.arrival.end();
        self.step.writes.push(ended);
        self.arrival.gone += 1;
        self.step.effects.push(match self.arrival.gone {
            ..=GONE_MAX => Effect::FetchSnapshot,
            _ => Effect::Fetch { after: 0 },
        });
    }

    /// Takes the records of a block; as it is, if none of them is here. Whether it could be read.
    fn take_block(
        &mut self,
        entropy: &mut dyn Entropy,
        bytes: Vec<u8>,
        fresh: &mut BTreeMap<Kind, Vec<Row>>,
    ) -> bool {
        let Ok((kind, records)) = block::unpack(&bytes) else {
            return false;
        };
        let is_known = |id: &RecordId| {
            let record = RecordRef { kind, id: *id };
            self.by_record.contains_key(id) || self.records.holds(&record)
        };
        let is_plain = |it: &BlockState| matches!(it, BlockState::Flat(_));
        let def = registry::def(kind);
        match def {
            Some(def) if records.iter().all(|it| !is_known(&it.0) && is_plain(&it.1)) => {
                let shown = records.iter().filter_map(|(id, state)| match state {
                    BlockState::Flat(it) => Some(it.shown().to_row(def, *id)),
                    BlockState::Whole(_) | BlockState::Empty => None,
                });
                let rows: Vec<Row> = shown.collect();
                let batch = packed::pack(kind, &rows);
                let ids = records.iter().map(|it| it.0).collect();
                self.records
                    .adopt(kind, ids, bytes, batch.clone(), &mut self.step.writes);
                self.step.effects.push(Effect::Report {
                    screen: None,
                    report: Report::Rows { batch },
                });
            }
            Some(_) | None => {
                for (id, state) in records {
                    if let Some(state) = state.into_state() {
                        let row = self.take_state(entropy, RecordRef { kind, id }, state);
                        fresh.entry(kind).or_default().extend(row);
                    }
                }
            }
        }
        true
    }
}
