//! A block: some hundred records of one kind with their states, as a snapshot sends them and a device
//! keeps them.

use serde::{Deserialize, Serialize};

use super::message::DocumentState;
use crate::document::columns::{self, Loose};
use crate::id::RecordId;
use crate::record::Kind;

/// Records in one block at most: opening it to edit one of them costs a device about a millisecond.
pub const BLOCK_RECORDS_MAX: usize = 256;
/// The first byte of a block.
const VERSION: u8 = 2;
/// Bytes of an id that are time; the others have no order.
const TIME_BYTES: usize = 6;
const REST_BYTES: usize = 16 - TIME_BYTES;

/// Bytes that are not a block of a known version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a block of a known version")]
pub struct BadBlock;

/// A state in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// A record.
    Flat(Loose),
    /// Anything else, as it is stored ([`DocumentState`]).
    Whole(DocumentState),
    /// Nothing is confirmed yet.
    Empty,
}

impl BlockState {
    /// The state itself.
    pub fn into_state(self) -> Option<DocumentState> {
        match self {
            BlockState::Flat(it) => Some(DocumentState::Flat(it.whole())),
            BlockState::Whole(it) => Some(it),
            BlockState::Empty => None,
        }
    }
}

impl From<Option<DocumentState>> for BlockState {
    fn from(state: Option<DocumentState>) -> Self {
        match state {
            Some(DocumentState::Flat(it)) if it.is_empty() => BlockState::Empty,
            Some(DocumentState::Flat(it)) => BlockState::Flat(Loose::plain(it)),
            Some(it) => BlockState::Whole(it),
            None => BlockState::Empty,
        }
    }
}

/// A block as its bytes.
#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    kind: Kind,
    /// The time of each id, as the difference from the one before.
    times: Vec<i64>,
    /// The rest of each id.
    #[serde(with = "serde_bytes")]
    rests: &'a [u8],
    /// The records that are flat, in order.
    #[serde(with = "serde_bytes")]
    flat: &'a [u8],
    /// The others by their index; without bytes if nothing is confirmed.
    #[serde(borrow)]
    others: Vec<(u16, &'a [u8])>,
}

/// Writes a block. `None` if it holds more than can be numbered.
pub fn pack(kind: Kind, records: &[(RecordId, BlockState)]) -> Option<Vec<u8>> {
    let mut times = Vec::with_capacity(records.len());
    let mut rests = Vec::with_capacity(records.len() * REST_BYTES);
    let mut flat = Vec::with_capacity(records.len());
    let mut others = Vec::new();
    let mut before = 0;
    for (index, (id, state)) in records.iter().enumerate() {
        let (time, rest) = id.0.split_at(TIME_BYTES);
        let time = time.iter().fold(0, |sum, it| sum << 8 | i64::from(*it));
        times.push(time - before);
        before = time;
        rests.extend(rest);
        let index = u16::try_from(index).ok()?;
        match state {
            BlockState::Flat(it) => flat.push(it),
            BlockState::Whole(it) => others.push((index, postcard::to_allocvec(it).ok()?)),
            BlockState::Empty => others.push((index, Vec::new())),
        }
    }
    let flat = columns::pack(flat)?;
    let packed = Packed {
        kind,
        times,
        rests: &rests,
        flat: &flat,
        others: others.iter().map(|it| (it.0, &it.1[..])).collect(),
    };
    postcard::to_extend(&packed, vec![VERSION]).ok()
}

/// Whether the bytes say that they are a block.
pub fn is_block(bytes: &[u8]) -> bool {
    bytes.first() == Some(&VERSION)
}

/// The kind and the ids of a block, without opening its states.
pub fn ids(block: &[u8]) -> Result<(Kind, Vec<RecordId>), BadBlock> {
    let packed = read(block)?;
    let mut ids = Vec::with_capacity(packed.times.len());
    let mut time: i64 = 0;
    if packed.rests.len() != packed.times.len() * REST_BYTES {
        return Err(BadBlock);
    }
    for (delta, rest) in packed
        .times
        .iter()
        .zip(packed.rests.chunks_exact(REST_BYTES))
    {
        time = time.wrapping_add(*delta);
        let mut id = [0; 16];
        id[..TIME_BYTES].copy_from_slice(&time.to_be_bytes()[8 - TIME_BYTES..]);
        id[TIME_BYTES..].copy_from_slice(rest);
        ids.push(RecordId(id));
    }
    Ok((packed.kind, ids))
}

/// Opens a block.
pub fn unpack(block: &[u8]) -> Result<(Kind, Vec<(RecordId, BlockState)>), BadBlock> {
    let (kind, ids) = ids(block)?;
    let packed = read(block)?;
    let mut flat = columns::unpack(packed.flat)
        .map_err(|_| BadBlock)?
        .into_iter();
    let mut others = packed.others.into_iter().peekable();
    let mut records = Vec::with_capacity(ids.len());
    for (index, id) in ids.into_iter().enumerate() {
        let other = others.next_if(|it| usize::from(it.0) == index);
        let state = match other {
            Some((_, [])) => BlockState::Empty,
            Some((_, bytes)) => {
                BlockState::Whole(postcard::from_bytes(bytes).map_err(|_| BadBlock)?)
            }
            None => BlockState::Flat(flat.next().ok_or(BadBlock)?),
        };
        records.push((id, state));
    }
    Ok((kind, records))
}

/// The state of one record, without opening the others.
pub fn find(block: &[u8], id: RecordId) -> Option<BlockState> {
    let (_, ids) = ids(block).ok()?;
    let index = ids.iter().position(|it| *it == id)?;
    let packed = read(block).ok()?;
    let others = packed.others.iter();
    let before = others.take_while(|it| usize::from(it.0) < index).count();
    match packed.others.get(before) {
        Some((at, [])) if usize::from(*at) == index => Some(BlockState::Empty),
        Some((at, bytes)) if usize::from(*at) == index => {
            postcard::from_bytes(bytes).ok().map(BlockState::Whole)
        }
        Some(_) | None => {
            let flat = columns::unpack_one(packed.flat, index - before).ok()?;
            Some(BlockState::Flat(flat))
        }
    }
}

fn read(block: &[u8]) -> Result<Packed<'_>, BadBlock> {
    let rest = block.strip_prefix(&[VERSION]).ok_or(BadBlock)?;
    postcard::from_bytes(rest).map_err(|_| BadBlock)
}
