//! The wire, on one page.
//!
//! A frame is one WebSocket message: a version byte, then postcard. Both sides refuse a frame over
//! [`FRAME_BYTES_MAX`]. A greeting is written in the oldest form, [`PROTOCOL_FIRST`], and says what its
//! client speaks; after it both sides write what both speak ([`agreed`]). A later version only
//! appends words to these enums, and a peer of an earlier one is never told them. The server numbers accepted changes of a workspace gaplessly (*positions*);
//! it sends each connection every change after its *cursor* in order, the connection's own as
//! acknowledgements at their place. What a member sends again is recognized by its hash.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::access::Role;
use crate::document::{Actor, ChangeHash, Registers};
use crate::id::RecordId;
use crate::note::NoteState;
use crate::record::RecordRef;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// The protocol this build speaks.
pub const PROTOCOL: u8 = 2;
/// The oldest protocol in which this build's server tells what was accepted. Who speaks an older one
/// is still understood: what it pushes is taken before it is told that it is too old.
pub const PROTOCOL_MIN: u8 = 1;
/// The first protocol in which a device can be told that a record was erased.
pub const PROTOCOL_OF_ERASURES: u8 = 2;
/// The first version whose peers can be told that a record was renewed.
pub const PROTOCOL_EPOCHS: u8 = 2;
/// The first version in which changes go up without their names.
pub const PROTOCOL_OF_BODIES: u8 = 2;
/// The first version whose peers know every role.
pub const PROTOCOL_OF_ROLES: u8 = 2;
/// The version in which greetings are written, for ever.
pub const PROTOCOL_FIRST: u8 = 1;
/// Bytes in one frame, either way.
pub const FRAME_BYTES_MAX: usize = 1 << 20;
/// Bytes in one change.
pub const CHANGE_BYTES_MAX: usize = 64 << 10;
/// Ops in one change.
pub const CHANGE_OPS_MAX: usize = 500;
/// Changes in one push.
pub const PUSH_CHANGES_MAX: usize = 256;
/// Bytes of change bodies in one push; leaves room for the rest of the frame.
pub const PUSH_BYTES_MAX: usize = 512 << 10;
/// A replica further behind than this catches up by states instead of changes.
pub const CATCH_UP_CHANGES_MAX: u64 = 2_000;
/// Entries in one page of states.
pub const STATES_PAGE_MAX: usize = 2_000;
/// Milliseconds between heartbeats; a peer silent for three of them is gone.
pub const HEARTBEAT_MS: u32 = 15_000;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientMessage {
    /// The first frame.
    Hello(Hello),
    /// Changes from the outbox, in order.
    Push {
        /// The changes.
        changes: Vec<PushedChange>,
    },
    /// New actors of this device.
    Register {
        /// The actors.
        actors: Vec<Actor>,
    },
    /// What the member is looking at; never stored.
    Presence {
        /// The record, if any.
        record: Option<RecordRef>,
    },
    /// The connection is alive.
    Ping,
    /// Since version 2 instead of `Push` ([`encode_client`]).
    PushBodies {
        /// The changes.
        changes: Vec<PushedBody>,
    },
}

/// The first frame of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The client's [`PROTOCOL`], whatever the version of the frame.
    pub protocol: u8,
    /// The device, a random id that stays with the store.
    pub device: RecordId,
    /// The actors whose changes wait in the outbox, and the one of this session.
    pub actors: Vec<Actor>,
    /// The log the cursor belongs to; a restored database has another.
    pub log: Option<RecordId>,
    /// The position up to which the replica has seen that log.
    pub cursor: u64,
}

/// A change on its way up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedChange {
    /// The record it belongs to.
    pub record: RecordRef,
    /// For a note: what it belongs to ([`crate::note::of`]), from which its genesis follows.
    pub of: Option<Box<str>>,
    /// Its name.
    pub hash: ChangeHash,
    /// The Automerge change.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

/// A change on its way up without its name, which is the hash of its body and 32 bytes long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedBody {
    /// As in [`PushedChange`].
    pub record: RecordRef,
    /// As in [`PushedChange`].
    pub of: Option<Box<str>>,
    /// As in [`PushedChange`].
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

impl From<PushedBody> for PushedChange {
    fn from(pushed: PushedBody) -> Self {
        PushedChange {
            record: pushed.record,
            of: pushed.of,
            hash: ChangeHash::of(&pushed.body),
            body: pushed.body,
        }
    }
}

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerMessage {
    /// Answers the hello.
    Welcome(Welcome),
    /// Changes after the cursor, in order.
    Changes {
        /// Where the replica stands after them.
        to: u64,
        /// The changes.
        entries: Vec<Entry>,
    },
    /// What became of pushed changes.
    Answers {
        /// One for each, in the order they were judged.
        answers: Vec<Answer>,
    },
    /// The members changed.
    Members {
        /// All of them.
        members: Vec<MemberInfo>,
    },
    /// Who looks at what.
    Presence {
        /// Everybody who is here, but this connection.
        people: Vec<PresenceInfo>,
    },
    /// The connection ends, and why.
    Closed {
        /// Why.
        refusal: Refusal,
    },
    /// The connection is alive.
    Pong,
}

/// The answer to a hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// What both speak from now on ([`agreed`]). Servers of version 1 say what they speak.
    pub protocol: u8,
    /// Which log positions belong to.
    pub log: RecordId,
    /// The last position.
    pub head: u64,
    /// Whether the replica must fetch states (`GET /api/v1/sync/states`) before changes follow:
    /// it is far behind, or its cursor belongs to another log. It then says hello again.
    pub fetch: bool,
    /// The server's clock.
    pub now: Timestamp,
    /// The member this connection speaks for.
    pub member: RecordId,
    /// Everybody in the workspace.
    pub members: Vec<MemberInfo>,
}

/// An accepted change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the log.
    pub position: u64,
    /// The record it belongs to.
    pub record: RecordRef,
    /// For a note: what it belongs to.
    pub of: Option<Box<str>>,
    /// Who made it; nobody if the server renewed the record.
    pub member: RecordId,
    /// When the server accepted it.
    pub at: Timestamp,
    /// The Automerge change. Empty, since version 2: the record was erased, and all that was said of it.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

impl Entry {
    /// Whether it says that the record was erased.
    pub fn is_erasure(&self) -> bool {
        self.body.is_empty()
    }

    /// Whether it begins a new epoch of its record: only the server itself writes as nobody.
    pub fn is_renewal(&self) -> bool {
        self.member == RecordId::default() && self.of.is_none() && !self.is_erasure()
    }
}

/// What became of one pushed change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The record it belongs to. Its name alone would not do: two new records with equal values
    /// begin with equal changes.
    pub record: RecordRef,
    /// Its name.
    pub hash: ChangeHash,
    /// The verdict.
    pub verdict: Verdict,
}

/// The server's decision about one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Committed with fsync, now or before.
    Accepted {
        /// Its place in the log.
        position: u64,
        /// When.
        at: Timestamp,
    },
    /// Not granted; nothing was written.
    Refused(Refusal),
}

/// A member as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberInfo {
    /// The member.
    pub id: RecordId,
    /// What they are called.
    pub name: Box<str>,
    /// What they may do.
    pub role: Role,
    /// Whether they still belong to the workspace.
    pub active: bool,
}

/// The role that a peer is told: one that version 1 has no word for is told as the nearest that may no less. The peer
/// may try more than is granted; the server judges every change by the true one.
pub fn told_role(role: Role, protocol: u8) -> Role {
    if protocol >= PROTOCOL_OF_ROLES {
        return role;
    }
    match role {
        Role::Marketing | Role::ServiceManager | Role::Engineer => Role::Salesperson,
        Role::Analyst => Role::Viewer,
        Role::Administrator | Role::Manager | Role::Salesperson | Role::Viewer => role,
    }
}

/// Who looks at what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceInfo {
    /// The member.
    pub member: RecordId,
    /// The record, if any.
    pub record: Option<RecordRef>,
}

/// A page of states, the answer to `GET /api/v1/sync/states?after=<position>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatesPage {
    /// Which log positions belong to.
    pub log: RecordId,
    /// The records whose last change is after the asked position, oldest first.
    pub states: Vec<StateEntry>,
    /// Ask again after this position; the cursor of a replica that has stored the page.
    pub next: u64,
    /// Records still to come, this page not counted; for the progress line.
    pub remaining: u64,
}

/// One record as the server has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateEntry {
    /// The record.
    pub record: RecordRef,
    /// The position of its last change.
    pub position: u64,
    /// All of it.
    pub state: DocumentState,
}

/// What a new device fetches, the answer to `GET /api/v1/sync/snapshot`: everything as it was at one
/// position, in parts. Since version 2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotManifest {
    /// Which log positions belong to.
    pub log: RecordId,
    /// The cursor of a replica that has stored all parts.
    pub position: u64,
    /// The parts, in the order in which this member wants them.
    pub parts: Vec<SnapshotPartInfo>,
}

/// One part of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPartInfo {
    /// Its name among the parts.
    pub number: u32,
    /// How many records it has; for the progress line.
    pub records: u32,
}

/// The records of one part, the answer to `GET /api/v1/sync/snapshot/<position>/<number>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPart {
    /// The records in blocks ([`crate::sync::block`]).
    pub blocks: Vec<serde_bytes::ByteBuf>,
}

/// A document as it is stored and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DocumentState {
    /// A record.
    Flat(Registers),
    /// A long text.
    Note(NoteState),
    /// Nothing, for ever: the record was erased. Since version 2.
    Erased,
}

/// A frame that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More than [`FRAME_BYTES_MAX`].
    #[error("the frame is too large")]
    TooLarge,
    /// A version this build does not speak.
    #[error("the frame has version {0}")]
    Version(u8),
    /// Anything else.
    #[error("the frame is malformed")]
    Malformed,
}

/// What both sides speak if the other one speaks `theirs`.
pub fn agreed(theirs: u8) -> u8 {
    theirs.clamp(PROTOCOL_FIRST, PROTOCOL)
}

/// Writes a frame for a peer with which this protocol was agreed.
pub fn encode<T: Serialize>(protocol: u8, message: &T) -> Vec<u8> {
    // Writing to a growing buffer has no way to fail.
    postcard::to_extend(message, vec![protocol]).unwrap_or_default()
}

/// Writes what a client says: a greeting in the oldest form, since nothing is agreed before it, and changes without
/// what follows from them.
pub fn encode_client(protocol: u8, message: &ClientMessage) -> Vec<u8> {
    match message {
        ClientMessage::Hello(_) => encode(PROTOCOL_FIRST, message),
        ClientMessage::Push { changes } if protocol >= PROTOCOL_OF_BODIES => {
            let bodies = changes.iter().map(|it| PushedBody {
                record: it.record,
                of: it.of.clone(),
                body: it.body.clone(),
            });
            let changes = bodies.collect();
            encode(protocol, &ClientMessage::PushBodies { changes })
        }
        ClientMessage::Push { .. }
        | ClientMessage::Register { .. }
        | ClientMessage::Presence { .. }
        | ClientMessage::Ping
        | ClientMessage::PushBodies { .. } => encode(protocol, message),
    }
}

/// Reads a frame.
pub fn decode<T: DeserializeOwned>(frame: &[u8]) -> Result<T, FrameError> {
    if frame.len() > FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge);
    }
    decode_unlimited(frame)
}

/// Reads a page of states, which HTTP has limited already.
pub fn decode_unlimited<T: DeserializeOwned>(frame: &[u8]) -> Result<T, FrameError> {
    let (version, rest) = frame.split_first().ok_or(FrameError::Malformed)?;
    if !(PROTOCOL_FIRST..=PROTOCOL).contains(version) {
        return Err(FrameError::Version(*version));
    }
    match postcard::take_from_bytes(rest) {
        Ok((message, [])) => Ok(message),
        _ => Err(FrameError::Malformed),
    }
}
