//! The records a replica holds: confirmed states, packed in chunks, and a log of what changed since.
//!
//! One value a record would cost a second for ten thousand writes; packed chunks cost ten
//! milliseconds. A chunk holds the same records twice: their rows, ready for a screen, and their
//! confirmed states, as a block. An edit appends to the log; once the replica rests, the chunks it touched
//! are written again and the log is cleared. Invariant: rows in chunks, overridden by the log, are
//! what screens were told. A state of its own is newer than the block.

mod writing;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::writing::put_chunk;
use super::answers::row_of;
use super::{OutboxEntry, Table, Write, key};
use crate::document::Registers;
use crate::id::RecordId;
use crate::note::{NOTE, NoteEngine, NoteState};
use crate::packed;
use crate::record::{Kind, RecordRef};
use crate::row::Row;
use crate::sync::block;
use crate::sync::message::DocumentState;

/// A chunk takes new records up to this many bytes of states; browsers write values above about
/// 100 kB as files of their own, an order of magnitude slower.
const CHUNK_BYTES_FULL: usize = 48 << 10;
/// Logged records after which the chunks are written again even if the replica does not rest.
const LOG_RECORDS_TIDY: usize = 256;
const LOG_VERSION: u8 = 1;

struct Held {
    kind: Kind,
    /// A [`DocumentState`] that is not in the block of the chunk, or newer; without bytes if nothing is
    /// confirmed.
    own: Option<Box<[u8]>>,
    chunk: Option<u32>,
}

#[derive(Default)]
struct Chunk {
    ids: Vec<RecordId>,
    /// The states as they are in the store; empty if they were written in an earlier form.
    block: Vec<u8>,
    /// Bytes of the block, and of what came since.
    bytes: usize,
    /// Whether states or ids are others than in the block.
    is_stale: bool,
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
                        own: Some(state),
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
            if !block::is_block(&value) {
                self.load_earlier(place, &value);
                continue;
            }
            let Ok((_, ids)) = block::ids(&value) else {
                continue;
            };
            let mut is_stale = false;
            for id in &ids {
                // What the log has is not in the block yet.
                is_stale |= self.held_in(place, *id).own.is_some();
            }
            let chunk = self.chunks.entry(place).or_default();
            chunk.is_stale |= is_stale;
            chunk.ids = ids;
            chunk.bytes = value.len();
            chunk.block = value;
        }
    }

    /// Takes states in the form in which they were kept before there were blocks.
    fn load_earlier(&mut self, place: (Kind, u32), value: &[u8]) {
        let Some(entries) = value.strip_prefix(&[LOG_VERSION]) else {
            return;
        };
        let Ok(entries) = postcard::from_bytes::<Vec<(RecordId, Box<[u8]>)>>(entries) else {
            return;
        };
        for (id, state) in entries {
            let chunk = self.chunks.entry(place).or_default();
            chunk.is_stale = true;
            chunk.ids.push(id);
            chunk.bytes += state.len();
            self.held_in(place, id).own.get_or_insert(state);
        }
    }

    fn held_in(&mut self, (kind, number): (Kind, u32), id: RecordId) -> &mut Held {
        let held = self.held.entry(id).or_insert(Held {
            kind,
            own: None,
            chunk: None,
        });
        held.chunk = Some(number);
        held
    }

    /// Takes a block of records of which none is here, and writes it as a chunk. `rows` are theirs, packed.
    pub fn adopt(
        &mut self,
        kind: Kind,
        ids: Vec<RecordId>,
        block: Vec<u8>,
        rows: Vec<u8>,
        writes: &mut Vec<Write>,
    ) {
        let place = (kind, self.last_chunk(kind).map_or(0, |it| it + 1));
        for id in &ids {
            self.held_in(place, *id);
        }
        let chunk = Chunk {
            ids,
            bytes: block.len(),
            block,
            rows,
            ..Chunk::default()
        };
        put_chunk(place, &chunk, true, writes);
        self.chunks.insert(place, chunk);
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
        match &held.own {
            Some(own) => postcard::from_bytes(own).ok(),
            None => {
                let place = (held.kind, held.chunk?);
                let block = &self.chunks.get(&place)?.block;
                block::find(block, record.id)?.into_state()
            }
        }
    }

    /// Whether the record is here, in a chunk or in the log. What the log has must stay newer than
    /// the chunk, so only a record that is in neither may go straight into one.
    pub fn holds(&self, record: &RecordRef) -> bool {
        self.held.contains_key(&record.id) || self.logged.contains_key(record)
    }

    /// Whether the server has ever told of a record that is here.
    pub fn holds_confirmed(&self) -> bool {
        let mut held = self.held.iter().map(|(id, it)| RecordRef {
            kind: it.kind,
            id: *id,
        });
        held.any(|it| self.state(&it).is_some())
    }

    /// Replaces the confirmed state. The caller logs the record in the same step.
    pub fn put(&mut self, record: &RecordRef, state: &DocumentState) {
        // Writing to a growing buffer has no way to fail.
        let state = postcard::to_allocvec(state)
            .unwrap_or_default()
            .into_boxed_slice();
        let held = self.held.entry(record.id).or_insert(Held {
            kind: record.kind,
            own: None,
            chunk: None,
        });
        let place = held.chunk.map(|it| (held.kind, it));
        held.own = Some(state);
        if let Some(chunk) = place.and_then(|it| self.chunks.get_mut(&it)) {
            chunk.is_stale = true;
        }
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
            chunk.is_stale = true;
            self.dirty.insert(place);
        }
    }

    /// Writes the log entry of a changed record.
    pub fn log(&mut self, record: &RecordRef, writes: &mut Vec<Write>) {
        let number = *self.logged.entry(*record).or_insert_with(|| {
            self.log_next += 1;
            self.log_next - 1
        });
        let held = self.held.get(&record.id);
        let own = held.and_then(|it| it.own.clone());
        // One that is shown anew, but has not changed, is in its block.
        let state = own.or_else(|| {
            postcard::to_allocvec(&self.state(record)?)
                .ok()
                .map(Into::into)
        });
        let state = state.unwrap_or_default();
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
}

fn chunk_place(key: &[u8]) -> Option<(Kind, u32)> {
    let (kind, number) = key.split_first()?;
    Some((Kind(*kind), u32::from_be_bytes(number.try_into().ok()?)))
}
