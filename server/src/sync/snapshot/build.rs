//! Builds a snapshot: every record of a workspace at one moment, cut into parts.
//!
//! Records come in once, the latest change first, and are put into blocks by whose they are and by kind. Parts
//! are cut so that a member can begin with what is newest of their own: the *head* of somebody's records
//! holds the first block of each kind, and what follows holds blocks of one kind.

use crate::error::Failure;
use crate::projection::read_state;
use crate::store::documents::VisitedDocument;
use crate::store::{Store, StoreError, StoreResult};
use axum::body::Bytes;
use brotli::enc::BrotliEncoderParams;
use huike_shared::document::Registers;
use huike_shared::document::columns::Loose;
use huike_shared::id::RecordId;
use huike_shared::record::Kind;
use huike_shared::registry;
use huike_shared::sync::block::{self, BLOCK_RECORDS_MAX, BlockState};
use huike_shared::sync::message::{DocumentState, PROTOCOL, SnapshotPart, encode};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

/// Blocks in one part: about four thousand records, half a megabyte before it is compressed.
const PART_BLOCKS_MAX: usize = 16;
/// Bytes of states that are gathered for one block before it is written; notes are large.
const BLOCK_STATES_BYTES_MAX: usize = 256 << 10;
/// The quality of the compressor: higher ones take twice the time for a twentieth of the bytes.
const QUALITY: i32 = 5;
/// The window of the compressor, as a power of two: a whole part.
const WINDOW: i32 = 22;
/// The field that says whose a record is.
const OWNER: &str = "owner";

/// A workspace at one position, ready to be sent.
#[derive(Debug)]
pub struct Snapshot {
    /// Which log the position belongs to.
    pub log: RecordId,
    /// Where the log stood.
    pub position: u64,
    /// How many records were erased until then; what was erased later must not be sent.
    pub erased: usize,
    /// The parts.
    pub parts: Vec<Part>,
    /// Bytes of all parts.
    pub bytes: usize,
}

/// A part of a snapshot.
#[derive(Debug)]
pub struct Part {
    /// Whose records these are; nobody's if none.
    pub owner: Option<RecordId>,
    /// Whether it has what its owner sees first.
    pub is_head: bool,
    /// The latest change in it.
    pub newest: u64,
    /// How many records it has.
    pub records: u32,
    /// The frame of a [`SnapshotPart`], compressed with brotli.
    pub body: Bytes,
}

/// Builds a snapshot of a workspace.
pub async fn build(store: &dyn Store, workspace_id: RecordId) -> Result<Snapshot, Failure> {
    // Before the records are read: what is erased meanwhile makes the snapshot old.
    let erased = store.erased(workspace_id).await?.len();
    let mut builder = Builder::default();
    let (log, position) = store
        .visit_documents(workspace_id, &mut |it| builder.take(it))
        .await?;
    let parts = tokio::task::spawn_blocking(|| builder.finish())
        .await
        .map_err(Failure::broken)??;
    let bytes = parts.iter().map(|it| it.body.len()).sum();
    Ok(Snapshot {
        log,
        position,
        erased,
        parts,
        bytes,
    })
}

/// A block that is written.
struct Block {
    bytes: Vec<u8>,
    records: u32,
    newest: u64,
}

/// Records of one kind that belong to one member.
#[derive(Default)]
struct Group {
    open: Vec<(RecordId, BlockState)>,
    open_bytes: usize,
    open_newest: u64,
    blocks: Vec<Block>,
}

impl Group {
    fn close(&mut self, kind: Kind) -> StoreResult<()> {
        let records = std::mem::take(&mut self.open);
        self.open_bytes = 0;
        self.write(kind, &records)
    }

    /// Writes a block, or several if the records are too different for one.
    fn write(&mut self, kind: Kind, records: &[(RecordId, BlockState)]) -> StoreResult<()> {
        if records.is_empty() {
            return Ok(());
        }
        if let Some(bytes) = block::pack(kind, records) {
            self.blocks.push(Block {
                bytes,
                records: u32::try_from(records.len()).unwrap_or(u32::MAX),
                newest: self.open_newest,
            });
            return Ok(());
        }
        if records.len() < 2 {
            return Err(broken(&"a record does not fit into a block"));
        }
        let (one, other) = records.split_at(records.len() / 2);
        self.write(kind, one)?;
        self.write(kind, other)
    }
}

/// Gathers records.
#[derive(Default)]
struct Builder {
    groups: BTreeMap<(Option<RecordId>, Kind), Group>,
}

impl Builder {
    fn take(&mut self, visited: VisitedDocument) -> StoreResult<()> {
        let VisitedDocument {
            document,
            last_change,
        } = visited;
        let kind = document.record.kind;
        let state = read_state(&document.state).map_err(|it| broken(&it))?;
        let owner = owner_of(kind, &state);
        let state = match state {
            DocumentState::Flat(registers) => BlockState::Flat(loose(registers, last_change)),
            it @ (DocumentState::Note(_) | DocumentState::Erased) => BlockState::Whole(it),
        };
        let group = self.groups.entry((owner, kind)).or_default();
        if group.open.is_empty() {
            group.open_newest = document.position;
        }
        group.open_bytes += document.state.len();
        group.open.push((document.record.id, state));
        if group.open.len() >= BLOCK_RECORDS_MAX || group.open_bytes >= BLOCK_STATES_BYTES_MAX {
            group.close(kind)?;
        }
        Ok(())
    }

    fn finish(mut self) -> StoreResult<Vec<Part>> {
        for ((_, kind), group) in &mut self.groups {
            group.close(*kind)?;
        }
        let mut heads: BTreeMap<Option<RecordId>, Vec<Block>> = BTreeMap::new();
        let mut rest: Vec<(Option<RecordId>, Vec<Block>)> = Vec::new();
        for ((owner, _), group) in self.groups {
            let mut blocks = group.blocks.into_iter();
            heads.entry(owner).or_default().extend(blocks.next());
            let mut blocks = blocks.peekable();
            while blocks.peek().is_some() {
                rest.push((owner, blocks.by_ref().take(PART_BLOCKS_MAX).collect()));
            }
        }
        let heads = heads.into_iter().map(|(owner, it)| (owner, true, it));
        let rest = rest.into_iter().map(|(owner, it)| (owner, false, it));
        heads.chain(rest).map(part).collect()
    }
}

fn part((owner, is_head, blocks): (Option<RecordId>, bool, Vec<Block>)) -> StoreResult<Part> {
    let records = blocks.iter().map(|it| it.records).sum();
    let newest = blocks.iter().map(|it| it.newest).max().unwrap_or(0);
    let blocks = blocks.into_iter().map(|it| ByteBuf::from(it.bytes));
    let part = SnapshotPart {
        blocks: blocks.collect(),
    };
    Ok(Part {
        owner,
        is_head,
        newest,
        records,
        body: compress(&encode(PROTOCOL, &part))?,
    })
}

/// Whose a record is, if its kind says so: its owner, or who made it.
fn owner_of(kind: Kind, state: &DocumentState) -> Option<RecordId> {
    let DocumentState::Flat(registers) = state else {
        return None;
    };
    let def = registry::def(kind)?;
    let has_owner = def.fields.iter().any(|it| it.name == OWNER);
    let owner = registers.value(OWNER).as_id();
    has_owner.then(|| owner.unwrap_or(registers.created().by))
}

fn loose(registers: Registers, last_change: Option<Vec<u8>>) -> Loose {
    match last_change {
        Some(body) if registers.changes() == 1 => Loose::new(registers, &body),
        Some(_) | None => Loose::plain(registers),
    }
}

fn compress(plain: &[u8]) -> StoreResult<Bytes> {
    let params = BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: plain.len(),
        ..BrotliEncoderParams::default()
    };
    let mut body = Vec::with_capacity(plain.len() / 3);
    brotli::BrotliCompress(&mut &plain[..], &mut body, &params).map_err(|it| broken(&it))?;
    Ok(body.into())
}

fn broken(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken(error.to_string())
}
