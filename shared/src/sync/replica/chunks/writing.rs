//! How chunks are written: what the log has goes into them once the replica rests.

use std::collections::HashMap;

use super::{CHUNK_BYTES_FULL, Chunk, Held, Records, Waiting};
use crate::id::RecordId;
use crate::packed;
use crate::record::{Kind, RecordRef};
use crate::row::Row;
use crate::sync::block::{self, BLOCK_RECORDS_MAX, BlockState};
use crate::sync::replica::{Table, Write};

/// A chunk whose block has grown above this is split.
const CHUNK_BYTES_MAX: usize = 64 << 10;

impl Chunk {
    /// Whether one more record goes into it.
    fn has_room(&self) -> bool {
        self.bytes < CHUNK_BYTES_FULL && self.ids.len() < BLOCK_RECORDS_MAX
    }
}

impl Records {
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
                own: Some(Box::default()),
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

    /// Writes every chunk that has fresh rows or other states.
    pub fn write_chunks(&mut self, writes: &mut Vec<Write>) {
        let mut open: Vec<(Kind, u32)> = std::mem::take(&mut self.dirty).into_iter().collect();
        while let Some(place) = open.pop() {
            if self.pack(place) {
                self.write_chunk(place, writes);
            } else if let Some(other) = self.split(place) {
                open.extend([place, other]);
            }
        }
    }

    /// Writes the states of a chunk into its block. Whether they fit; a single record always does.
    fn pack(&mut self, place: (Kind, u32)) -> bool {
        let Some(chunk) = self.chunks.get_mut(&place).filter(|it| it.is_stale) else {
            return true;
        };
        let fits = chunk.ids.len() <= BLOCK_RECORDS_MAX || chunk.ids.len() < 2;
        if !fits {
            return false;
        }
        let mut states = open(&chunk.block);
        let mut records = Vec::with_capacity(chunk.ids.len());
        for id in &chunk.ids {
            let own = self.held.get(id).and_then(|it| it.own.as_deref());
            let state = match own {
                Some(own) => postcard::from_bytes(own).ok().into(),
                None => states.remove(id).unwrap_or(BlockState::Empty),
            };
            records.push((*id, state));
        }
        let Some(block) = block::pack(place.0, &records)
            .filter(|it| it.len() <= CHUNK_BYTES_MAX || records.len() < 2)
        else {
            return false;
        };
        chunk.bytes = block.len();
        chunk.block = block;
        for id in &chunk.ids {
            if let Some(held) = self.held.get_mut(id) {
                held.own = None;
            }
        }
        true
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
        let has_states = std::mem::take(&mut chunk.is_stale);
        put_chunk(place, chunk, has_states, writes);
    }

    /// Moves half of a chunk that has grown too large into a new one.
    fn split(&mut self, place: (Kind, u32)) -> Option<(Kind, u32)> {
        let other = (place.0, self.last_chunk(place.0).map_or(0, |it| it + 1));
        let chunk = self.chunks.get_mut(&place)?;
        let mut rows = packed::unpack(&chunk.rows).unwrap_or_default();
        rows.append(&mut chunk.fresh);
        let mut states = open(&chunk.block);
        let moved = chunk.ids.split_off(chunk.ids.len() / 2);
        for id in chunk.ids.iter().chain(&moved) {
            // Out of the block, which neither half has.
            if let Some(held) = self.held.get_mut(id)
                && held.own.is_none()
            {
                let state = states.remove(id).and_then(BlockState::into_state);
                let own = state.and_then(|it| postcard::to_allocvec(&it).ok());
                held.own = Some(own.unwrap_or_default().into());
            }
        }
        for id in &moved {
            if let Some(held) = self.held.get_mut(id) {
                held.chunk = Some(other.1);
            }
        }
        // Both halves get all rows; writing a chunk keeps those of its ids.
        chunk.rows.clear();
        chunk.block.clear();
        chunk.fresh.clone_from(&rows);
        let fresh = Chunk {
            ids: moved,
            is_stale: true,
            fresh: rows,
            ..Chunk::default()
        };
        self.chunks.insert(other, fresh);
        Some(other)
    }

    /// Gives a record a chunk if it has none, and marks the chunk as to be written.
    pub(super) fn assign(&mut self, record: &RecordRef) {
        let kind = record.kind;
        let last = self.last_chunk(kind);
        let Some(held) = self.held.get_mut(&record.id) else {
            return;
        };
        let number = match held.chunk {
            Some(it) => it,
            None => {
                let number = match last {
                    Some(it) if self.chunks.get(&(kind, it)).is_some_and(Chunk::has_room) => it,
                    Some(it) => it + 1,
                    None => 0,
                };
                held.chunk = Some(number);
                let chunk = self.chunks.entry((kind, number)).or_default();
                chunk.ids.push(record.id);
                chunk.is_stale = true;
                chunk.bytes += held.own.as_ref().map_or(0, |it| it.len());
                number
            }
        };
        self.dirty.insert((kind, number));
    }

    pub(super) fn last_chunk(&self, kind: Kind) -> Option<u32> {
        self.chunks
            .range((kind, 0)..=(kind, u32::MAX))
            .next_back()
            .map(|it| it.0.1)
    }
}

/// The states of a block that is written anew.
fn open(block: &[u8]) -> HashMap<RecordId, BlockState> {
    let opened = block::unpack(block).map(|it| it.1);
    opened.unwrap_or_default().into_iter().collect()
}

/// Writes a chunk; its states only if they changed.
pub(super) fn put_chunk(
    place: (Kind, u32),
    chunk: &Chunk,
    has_states: bool,
    writes: &mut Vec<Write>,
) {
    let states = has_states.then_some((Table::States, &chunk.block));
    for (table, value) in [(Table::Rows, &chunk.rows)].into_iter().chain(states) {
        writes.push(Write::Put {
            table,
            key: chunk_key(place),
            value: value.clone(),
        });
    }
}

fn chunk_key((kind, number): (Kind, u32)) -> Vec<u8> {
    let mut key = vec![kind.0];
    key.extend(number.to_be_bytes());
    key
}
