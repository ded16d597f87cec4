//! The records a replica holds: confirmed states, packed in chunks, and a log of what changed since.
//!
//! One value a record would cost a second for ten thousand writes; packed chunks cost ten
//! milliseconds. A chunk holds the same records twice: their rows, ready for a screen, and their
//! confirmed states. An edit appends to the log; once the replica rests, the chunks it touched are
//! written again and the log is cleared. Invariant: rows in chunks, overridden by the log, are what
//! screens were told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::answers::row_of;
use super::{OutboxEntry, Table, Write, key};
use crate::document::Registers;
use crate::id::RecordId;
use crate::note::{NOTE, NoteEngine, NoteState};
use crate::packed;
use crate::record::{Kind, RecordRef};
use crate::row::Row;
use crate::sync::message::DocumentState;

/// A chunk takes new records up to this many bytes of states; browsers write values above about
/// 100 kB as files of their own, an order of magnitude slower.
const CHUNK_BYTES_FULL: usize = 48 << 10;
/// A chunk that has grown above this is split.
const CHUNK_BYTES_MAX: usize = 64 << 10;
/// Logged records after which the chunks are written again even if the replica does not rest.
const LOG_RECORDS_TIDY: usize = 256;
const LOG_VERSION: u8 = 1;

struct Held {
    kind: Kind,
    state: Box<[u8]>,
    chunk: Option<u32>,
}

#[derive(Default)]
struct Chunk {
    ids: Vec<RecordId>,
    bytes: usize,
    /// The packed rows as they are in the store.
    rows: Vec<u8>,
    /// Rows that are newer than the packed ones.
    fresh: Vec<Row>,
}

/// Looks up what waits for a record.
pub(super) struct Waiting<'a> {
    pub outbox: &'a BTreeMap<u64, OutboxEntry>,
    pub by_record: &'a HashMap<RecordId, Vec<u64>>,
    pub member: RecordId,
    pub engine: Option<NoteEngine>,
}

impl Waiting<'_> {
    fn row(&self, record: &RecordRef, state: Option<DocumentState>) -> Option<Row> {
        let numbers = self
            .by_record
            .get(&record.id)
            .map_or(&[][..], Vec::as_slice);
        let pending: Vec<&OutboxEntry> = numbers
            .iter()
            .filter_map(|it| self.outbox.get(it))
            .collect();
        row_of(self.engine, record, state, &pending, self.member)
    }
}

#[derive(Default)]
pub(super) struct Records {
    held: HashMap<RecordId, Held>,
    chunks: BTreeMap<(Kind, u32), Chunk>,
    dirty: BTreeSet<(Kind, u32)>,
    /// The log number of each record that changed since its chunk was written.
    logged: BTreeMap<RecordRef, u64>,
    log_next: u64,
}

impl Records {
    /// Takes what a first screen needs: packed rows and the log.
    pub fn open(rows: Vec<(Vec<u8>, Vec<u8>)>, log: Vec<(Vec<u8>, Vec<u8>)>) -> Self {
        let mut records = Records {
            log_next: 1,
            ..Records::default()
        };
        for (key, rows) in rows {
            if let Some(place) = chunk_place(&key) {
                records.chunks.insert(
                    place,
                    Chunk {
                        rows,
                        ..Chunk::default()
                    },
                );
            }
        }
        for (key, value) in log {
            let entry = value.strip_prefix(&[LOG_VERSION]);
            let (Some(number), Some(entry)) = (super::number(&key), entry) else {
                continue;
            };
            let Ok((record, state)) = postcard::from_bytes::<(RecordRef, Box<[u8]>)>(entry) else {
                continue;
            };
            if !state.is_empty() {
                records.held.insert(
                    record.id,
                    Held {
                        kind: record.kind,
                        state,
                        chunk: None,
                    },
                );
            }
            records.logged.insert(record, number);
            records.log_next = records.log_next.max(number + 1);
        }
        records
    }

    /// Whether the row of a note must be made from its document.
    pub fn has_logged_notes(&self) -> bool {
        self.logged.keys().any(|it| it.kind == NOTE.kind)
    }

    /// Takes the states; the log's are newer.
    pub fn load(&mut self, states: Vec<(Vec<u8>, Vec<u8>)>) {
        for (key, value) in states {
            let Some(place) = chunk_place(&key) else {
                continue;
            };
            let Some(entries) = value.strip_prefix(&[LOG_VERSION]) else {
                continue;
            };
            let Ok(entries) = postcard::from_bytes::<Vec<(RecordId, Box<[u8]>)>>(entries) else {
                continue;
            };
            let chunk = self.chunks.entry(place).or_default();
            for (id, state) in entries {
                chunk.ids.push(id);
                chunk.bytes += state.len();
                let held = self.held.entry(id).or_insert(Held {
                    kind: place.0,
                    state,
                    chunk: None,
                });
                held.chunk = Some(place.1);
            }
        }
    }

    /// The confirmed registers of a record; empty ones if it is new here.
    pub fn registers(&self, record: &RecordRef) -> Registers {
        match self.state(record) {
            Some(DocumentState::Flat(it)) => it,
            Some(DocumentState::Note(_) | DocumentState::Erased) | None => Registers::default(),
        }
    }

    /// The confirmed state of a note, if anybody has written in it.
    pub fn note(&self, record: &RecordRef) -> Option<NoteState> {
        match self.state(record) {
            Some(DocumentState::Note(it)) => Some(it),
            Some(DocumentState::Flat(_) | DocumentState::Erased) | None => None,
        }
    }

    /// The confirmed state of a record.
    pub fn state(&self, record: &RecordRef) -> Option<DocumentState> {
        let held = self
            .held
            .get(&record.id)
            .filter(|it| it.kind == record.kind)?;
        postcard::from_bytes(&held.state).ok()
    }

    /// Whether the record is here, in a chunk or in the log. What the log has must stay newer than
    /// the chunk, so only a record that is in neither may go straight into one.
    pub fn holds(&self, record: &RecordRef) -> bool {
        self.held.contains_key(&record.id) || self.logged.contains_key(record)
    }

    /// Replaces the confirmed state. The caller logs the record in the same step.
    pub fn put(&mut self, record: &RecordRef, state: &DocumentState) {
        // Writing to a growing buffer has no way to fail.
        let state = postcard::to_allocvec(state)
            .unwrap_or_default()
            .into_boxed_slice();
        let held = self.held.entry(record.id).or_insert(Held {
            kind: record.kind,
            state: Box::default(),
            chunk: None,
        });
        held.state = state;
    }

    /// Puts a record straight into a chunk, without the log: how thousands arrive at once.
    pub fn append(&mut self, record: &RecordRef, state: &DocumentState, row: Option<Row>) {
        self.put(record, state);
        self.assign(record);
        if let Some(held) = self.held.get(&record.id)
            && let Some(chunk) = held
                .chunk
                .and_then(|it| self.chunks.get_mut(&(held.kind, it)))
        {
            chunk.fresh.extend(row);
        }
    }

    /// Takes every record away that is not among these, and gives them.
    pub fn forget_others(
        &mut self,
        these: &BTreeSet<RecordId>,
        writes: &mut Vec<Write>,
    ) -> Vec<RecordRef> {
        let held = self.held.iter().map(|(id, it)| RecordRef {
            kind: it.kind,
            id: *id,
        });
        let gone: BTreeSet<RecordRef> = held
            .chain(self.logged.keys().copied())
            .filter(|it| !these.contains(&it.id))
            .collect();
        for record in &gone {
            self.forget(record, writes);
        }
        self.write_chunks(writes);
        gone.into_iter().collect()
    }

    /// Takes a record away. Its chunk is written again by [`Records::write_chunks`].
    pub fn forget(&mut self, record: &RecordRef, writes: &mut Vec<Write>) {
        if let Some(number) = self.logged.remove(record) {
            writes.push(Write::Delete {
                table: Table::Log,
                key: key(number),
            });
        }
        let chunk = self.held.remove(&record.id).and_then(|it| it.chunk);
        if let Some(place) = chunk.map(|it| (record.kind, it))
            && let Some(chunk) = self.chunks.get_mut(&place)
        {
            chunk.ids.retain(|it| *it != record.id);
            self.dirty.insert(place);
        }
    }

    /// Writes the log entry of a changed record.
    pub fn log(&mut self, record: &RecordRef, writes: &mut Vec<Write>) {
        let number = *self.logged.entry(*record).or_insert_with(|| {
            self.log_next += 1;
            self.log_next - 1
        });
        let state = self.held.get(&record.id).map_or(&[][..], |it| &it.state);
        // Writing to a growing buffer has no way to fail.
        let value = postcard::to_extend(&(record, state), vec![LOG_VERSION]).unwrap_or_default();
        writes.push(Write::Put {
            table: Table::Log,
            key: key(number),
            value,
        });
    }

    /// Whether the log is worth writing into chunks.
    pub fn wants_tidying(&self) -> bool {
        !self.logged.is_empty()
    }

    /// Whether the log has grown so long that it is tidied without waiting.
    pub fn must_tidy(&self) -> bool {
        self.logged.len() > LOG_RECORDS_TIDY * 8
    }

    /// Every row as packed batches: the kinds of the first screen first, then what overrides them.
    pub fn batches(&self, first: &[Kind], waiting: &Waiting<'_>) -> Vec<Vec<u8>> {
        let mut kinds: Vec<Kind> = first.to_vec();
        kinds.extend(self.chunks.keys().map(|it| it.0));
        kinds.extend(self.logged.keys().map(|it| it.kind));
        let mut seen = BTreeSet::new();
        kinds.retain(|it| seen.insert(*it));
        let mut batches = Vec::new();
        for kind in kinds {
            let chunks = self.chunks.range((kind, 0)..=(kind, u32::MAX));
            batches.extend(
                chunks
                    .map(|it| it.1.rows.clone())
                    .filter(|it| !it.is_empty()),
            );
            let rows: Vec<Row> = self
                .logged
                .keys()
                .filter(|it| it.kind == kind)
                .filter_map(|it| waiting.row(it, self.state(it)))
                .collect();
            if !rows.is_empty() {
                batches.push(packed::pack(kind, &rows));
            }
        }
        batches
    }

    /// Moves the log into chunks.
    pub fn tidy(&mut self, writes: &mut Vec<Write>, waiting: &Waiting<'_>) {
        if self.logged.is_empty() {
            return;
        }
        let logged = std::mem::take(&mut self.logged);
        for record in logged.keys() {
            let Some(row) = waiting.row(record, self.state(record)) else {
                continue;
            };
            self.held.entry(record.id).or_insert_with(|| Held {
                kind: record.kind,
                state: Box::default(),
                chunk: None,
            });
            self.assign(record);
            let place = self
                .held
                .get(&record.id)
                .and_then(|it| Some((it.kind, it.chunk?)));
            if let Some(chunk) = place.and_then(|it| self.chunks.get_mut(&it)) {
                chunk.fresh.push(row);
            }
        }
        writes.push(Write::Clear { table: Table::Log });
        self.write_chunks(writes);
    }

    /// Writes every chunk that has fresh rows.
    pub fn write_chunks(&mut self, writes: &mut Vec<Write>) {
        let mut open: Vec<(Kind, u32)> = std::mem::take(&mut self.dirty).into_iter().collect();
        while let Some(place) = open.pop() {
            if let Some(other) = self.split(place) {
                open.push(place);
                open.push(other);
                continue;
            }
            self.write_chunk(place, writes);
        }
    }

    fn write_chunk(&mut self, place: (Kind, u32), writes: &mut Vec<Write>) {
        let Some(chunk) = self.chunks.get_mut(&place) else {
            return;
        };
        let mut rows: HashMap<RecordId, Row> = packed::unpack(&chunk.rows)
            .unwrap_or_default()
            .into_iter()
            .map(|it| (it.id, it))
            .collect();
        rows.extend(chunk.fresh.drain(..).map(|it| (it.id, it)));
        chunk.rows = packed::pack(place.0, chunk.ids.iter().filter_map(|it| rows.get(it)));
        let states: Vec<(RecordId, &[u8])> = chunk
            .ids
            .iter()
            .filter_map(|it| Some((*it, &*self.held.get(it)?.state)))
            .collect();
        chunk.bytes = states.iter().map(|it| it.1.len()).sum();
        // Writing to a growing buffer has no way to fail.
        let states = postcard::to_extend(&states, vec![LOG_VERSION]).unwrap_or_default();
        let key = chunk_key(place);
        writes.push(Write::Put {
            table: Table::Rows,
            key: key.clone(),
            value: chunk.rows.clone(),
        });
        writes.push(Write::Put {
            table: Table::States,
            key,
            value: states,
        });
    }

    /// Moves half of a chunk that has grown too large into a new one.
    fn split(&mut self, place: (Kind, u32)) -> Option<(Kind, u32)> {
        let chunk = self.chunks.get(&place)?;
        let size = |id: &RecordId| self.held.get(id).map_or(0, |it| it.state.len());
        let bytes: usize = chunk.ids.iter().map(size).sum();
        if bytes <= CHUNK_BYTES_MAX || chunk.ids.len() < 2 {
            return None;
        }
        let other = (place.0, self.last_chunk(place.0).map_or(0, |it| it + 1));
        let chunk = self.chunks.get_mut(&place)?;
        let mut rows = packed::unpack(&chunk.rows).unwrap_or_default();
        rows.append(&mut chunk.fresh);
        let moved = chunk.ids.split_off(chunk.ids.len() / 2);
        for id in &moved {
            if let Some(held) = self.held.get_mut(id) {
                held.chunk = Some(other.1);
            }
        }
        // Both halves get all rows; writing a chunk keeps those of its ids.
        chunk.rows.clear();
        chunk.fresh.clone_from(&rows);
        let fresh = Chunk {
            ids: moved,
            fresh: rows,
            ..Chunk::default()
        };
        self.chunks.insert(other, fresh);
        Some(other)
    }

    /// Gives a record a chunk if it has none, and marks the chunk as to be written.
    fn assign(&mut self, record: &RecordRef) {
        let kind = record.kind;
        let last = self.last_chunk(kind);
        let Some(held) = self.held.get_mut(&record.id) else {
            return;
        };
        let number = match held.chunk {
            Some(it) => it,
            None => {
                let number = match last {
                    Some(it)
                        if self
                            .chunks
                            .get(&(kind, it))
                            .is_some_and(|it| it.bytes < CHUNK_BYTES_FULL) =>
                    {
                        it
                    }
                    Some(it) => it + 1,
                    None => 0,
                };
                held.chunk = Some(number);
                let chunk = self.chunks.entry((kind, number)).or_default();
                chunk.ids.push(record.id);
                chunk.bytes += held.state.len();
                number
            }
        };
        self.dirty.insert((kind, number));
    }

    fn last_chunk(&self, kind: Kind) -> Option<u32> {
        self.chunks
            .range((kind, 0)..=(kind, u32::MAX))
            .next_back()
            .map(|it| it.0.1)
    }
}

fn chunk_key((kind, number): (Kind, u32)) -> Vec<u8> {
    let mut key = vec![kind.0];
    key.extend(number.to_be_bytes());
    key
}

fn chunk_place(key: &[u8]) -> Option<(Kind, u32)> {
    let (kind, number) = key.split_first()?;
    Some((Kind(*kind), u32::from_be_bytes(number.try_into().ok()?)))
}
