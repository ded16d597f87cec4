//! What goes into the replica and what comes out of it.

use crate::id::RecordId;
use crate::local::{Question, Report, Request};
use crate::note::NoteEngine;
use crate::sync::message::{
    ClientMessage, ServerMessage, SnapshotManifest, SnapshotPart, StatesPage,
};

/// The tables of the device's store. Keys are bytes, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Single values.
    Meta,
    /// Packed rows: kind, chunk number.
    Rows,
    /// Packed confirmed states: kind, chunk number.
    States,
    /// Records changed since their chunk was written: log number.
    Log,
    /// Changes that wait: outbox number.
    Outbox,
    /// Changes that were refused: outbox number.
    Tray,
    /// Changes that the server has acknowledged: position.
    Kept,
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 7] = [
        Table::Meta,
        Table::Rows,
        Table::States,
        Table::Log,
        Table::Outbox,
        Table::Tray,
        Table::Kept,
    ];

    /// Its name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Table::Meta => "meta",
            Table::Rows => "rows",
            Table::States => "states",
            Table::Log => "log",
            Table::Outbox => "outbox",
            Table::Tray => "tray",
            Table::Kept => "kept",
        }
    }
}

/// One write of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Put a value.
    Put {
        /// Where.
        table: Table,
        /// Under which key.
        key: Vec<u8>,
        /// What.
        value: Vec<u8>,
    },
    /// Take a value out.
    Delete {
        /// Where.
        table: Table,
        /// Under which key.
        key: Vec<u8>,
    },
    /// Take everything out whose key comes before this one.
    DeleteBelow {
        /// Where.
        table: Table,
        /// The first key that stays.
        key: Vec<u8>,
    },
    /// Take everything out.
    Clear {
        /// Where.
        table: Table,
    },
}

impl Write {
    /// Whether a loss of power must not undo it: it keeps what the server cannot give again, or wipes
    /// what shall be gone. Whatever else came from the server comes again, with the cursor that was
    /// written beside it.
    pub fn is_own(&self) -> bool {
        match self {
            Write::Put { table, .. } => matches!(table, Table::Outbox | Table::Tray),
            Write::Delete { .. } | Write::DeleteBelow { .. } => false,
            Write::Clear { .. } => true,
        }
    }
}

/// What the shell must do, in order, after the writes are durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Tell one screen, or all.
    Report {
        /// The screen; all if none.
        screen: Option<u64>,
        /// What.
        report: Report,
    },
    /// Open the socket, now if it is waiting to try again.
    Connect,
    /// Send a frame.
    Send(ClientMessage),
    /// Get a page of states.
    Fetch {
        /// After this position.
        after: u64,
    },
    /// Get what a new device is to fetch.
    FetchSnapshot,
    /// Get a part of a snapshot.
    FetchPart {
        /// The position of the snapshot.
        position: u64,
        /// The part.
        number: u32,
    },
    /// Close the socket and try again later.
    Close,
    /// Hand in [`Event::Woke`] after a while.
    Wake {
        /// How long.
        after_ms: u32,
    },
    /// Get what opens notes and hand in [`Event::NotesReady`].
    LoadNotes,
    /// Read [`Table::Kept`] and hand in [`Event::Kept`].
    ReadKept,
    /// Ask the server and tell the screen; the replica takes nothing from the answer.
    Ask {
        /// The screen.
        screen: u64,
        /// Names the question.
        ask: RecordId,
        /// What is asked.
        question: Question,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The confirmed states were read from the store; edits wait for it.
    Loaded {
        /// Everything in [`Table::States`].
        states: Vec<(Vec<u8>, Vec<u8>)>,
    },
    /// A screen asked.
    Request {
        /// Which.
        screen: u64,
        /// What.
        request: Request,
    },
    /// The socket is open.
    Connected,
    /// The socket is closed, or could not be opened.
    Disconnected,
    /// A frame came.
    Received(ServerMessage),
    /// A page of states came, or not.
    Fetched(Result<StatesPage, FetchError>),
    /// What a new device is to fetch came, or not.
    Snapshot(Result<SnapshotManifest, FetchError>),
    /// A part of a snapshot came, or not.
    Part {
        /// The position of the snapshot.
        position: u64,
        /// The part.
        number: u32,
        /// Its records.
        part: Result<SnapshotPart, FetchError>,
    },
    /// The server does not know this session, or it is another member's.
    SignedOut,
    /// The time asked for by [`Effect::Wake`] has passed.
    Woke,
    /// What opens notes is here.
    NotesReady(NoteEngine),
    /// What the server has acknowledged.
    Kept {
        /// Everything in [`Table::Kept`].
        changes: Vec<(Vec<u8>, Vec<u8>)>,
    },
}

/// Why states did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No contact, or the server failed.
    #[error("the server could not be reached")]
    Unreachable,
    /// The server does not have it, or not any more.
    #[error("the server does not have it any more")]
    Gone,
    /// The session ended.
    #[error("sign in again")]
    SignedOut,
    /// The bytes are of a version this build does not read.
    #[error("this client is too old to sync")]
    ClientTooOld,
}

/// One transaction and what follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// One transaction; may be empty.
    pub writes: Vec<Write>,
    /// What to do after it is durable.
    pub effects: Vec<Effect>,
}

/// What was found in the store, but for the states.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// [`Table::Meta`].
    pub meta: Vec<(Vec<u8>, Vec<u8>)>,
    /// [`Table::Rows`].
    pub rows: Vec<(Vec<u8>, Vec<u8>)>,
    /// [`Table::Log`].
    pub log: Vec<(Vec<u8>, Vec<u8>)>,
    /// [`Table::Outbox`].
    pub outbox: Vec<(Vec<u8>, Vec<u8>)>,
    /// [`Table::Tray`].
    pub tray: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Whose replica it is, and how it was found.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// The member. An outbox belongs to one member.
    pub member: RecordId,
    /// The term of the leading tab.
    pub term: u64,
    /// Whether the screen remembers data that the store may no longer hold.
    pub had_data: bool,
}
