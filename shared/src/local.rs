//! What screens and the data core say to each other.
//!
//! A screen is one open page; the data core runs in the worker of the leading tab and serves all of
//! them. Messages are postcard in transferred byte arrays. A screen keeps each of its intents and
//! repeats it until it hears [`Report::Stored`]: the core recognizes an intent by its id, so nothing is
//! made twice when the leading tab dies in between.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::document::ChangeHash;
use crate::id::RecordId;
use crate::note::Splice;
use crate::record::{Kind, RecordRef};
use crate::refusal::Refusal;
use crate::scalar::Scalar;
use crate::sync::message::{MemberInfo, PresenceInfo};
use crate::time::Timestamp;

/// What a screen asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// The first thing a screen says. Answered by [`Report::Opened`] and all rows, the kinds named here
    /// first.
    Open {
        /// The kinds on the first screen.
        first: Vec<Kind>,
    },
    /// Make, change, delete or restore records. All of it is stored together or not at all.
    Edit(Intent),
    /// Open a note; answered by [`Report::Note`] now and whenever it changes.
    OpenNote {
        /// The record.
        owner: RecordRef,
        /// Its field.
        field: Box<str>,
    },
    /// The editor is closed.
    CloseNote {
        /// The record.
        owner: RecordRef,
        /// Its field.
        field: Box<str>,
    },
    /// Change a note as of the heads the screen last heard.
    Splice {
        /// Names the intent.
        intent: RecordId,
        /// The record.
        owner: RecordRef,
        /// Its field.
        field: Box<str>,
        /// What the splice's positions count in.
        heads: Vec<ChangeHash>,
        /// The change.
        splice: Splice,
    },
    /// List what waits and what was refused; answered by [`Report::Waiting`].
    ListWaiting,
    /// Try a refused edit again.
    Retry {
        /// Names the intent.
        intent: RecordId,
    },
    /// Take a refused edit out of the tray.
    Dismiss {
        /// Names the intent.
        intent: RecordId,
    },
    /// The person has read that the browser threw the store away.
    SettleEviction,
    /// What this screen looks at.
    Presence {
        /// The record, if any.
        record: Option<RecordRef>,
    },
    /// Connect now.
    SyncNow,
    /// The screen is gone.
    Leave,
    /// Asks for something that no screen shows all the time; answered by [`Report::Answered`].
    Ask {
        /// Names it.
        ask: RecordId,
        /// What is asked.
        question: Question,
    },
}

/// What a screen may ask about one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Who wrote each register last, as this device knows it. The answer is a list of
    /// [`LastWrite`](crate::history::LastWrite).
    Known {
        /// The record.
        record: RecordRef,
    },
    /// A page of what happened, from the server. The answer is the page as
    /// [`encode_page`](crate::history::encode_page) writes it, or why there is none.
    History {
        /// The record.
        record: RecordRef,
        /// Only what came before this position.
        before: Option<u64>,
    },
    /// Whose devices have the record as it stands on the server. The answer is what
    /// [`encode_seen`](crate::history::encode_seen) writes, or why there is none.
    Seen {
        /// The record.
        record: RecordRef,
    },
}

/// What a person means to change, kept beside the change until the server has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Names it.
    pub id: RecordId,
    /// One part for each record.
    pub parts: Vec<IntentPart>,
}

/// The part of an intent that concerns one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentPart {
    /// The record; new if its id is.
    pub record: RecordRef,
    /// What is put, by key.
    pub values: Vec<(Box<str>, Scalar)>,
}

/// What the data core tells screens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// The store is open.
    Opened(Opened),
    /// Rows of one kind ([`crate::packed`]): at first all of them in pieces, later what changed.
    Rows {
        /// The packed batch.
        #[serde(with = "serde_bytes")]
        batch: Vec<u8>,
    },
    /// Every row the store holds was told.
    Complete,
    /// The intent is durable on this device; its rows were told before.
    Stored {
        /// Names the intent.
        intent: RecordId,
    },
    /// The intent could not be stored; nothing of it was.
    Failed {
        /// Names the intent.
        intent: RecordId,
        /// Why.
        failure: Failure,
    },
    /// How sync stands.
    Status(Status),
    /// Everything that waits and that was refused.
    Waiting {
        /// What the server does not have yet, oldest first.
        waiting: Vec<WaitingEdit>,
        /// What the server would not grant.
        refused: Vec<RefusedEdit>,
    },
    /// A note's text.
    Note {
        /// The record.
        owner: RecordRef,
        /// Its field.
        field: Box<str>,
        /// What positions in it count in.
        heads: Vec<ChangeHash>,
        /// The text.
        text: Box<str>,
        /// The intent this answers, if it answers one.
        intent: Option<RecordId>,
    },
    /// Everybody in the workspace.
    Members {
        /// All of them.
        members: Vec<MemberInfo>,
    },
    /// Who looks at what.
    Presence {
        /// Everybody else who is here.
        people: Vec<PresenceInfo>,
    },
    /// Records that are no longer on this device.
    Gone {
        /// Which.
        records: Vec<RecordRef>,
    },
    /// What the server said could not be kept, so nothing of it is shown; it is said again later.
    Unkept {
        /// Why.
        failure: Failure,
    },
    /// The answer to [`Request::Ask`]. In bytes, which only the screen that asked reads: what every page
    /// begins with need not know them all.
    Answered {
        /// Names the question.
        ask: RecordId,
        /// What [`Question`] says.
        #[serde(with = "serde_bytes")]
        answer: Vec<u8>,
    },
}

/// The store is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The member whose replica this is.
    pub member: RecordId,
    /// Everybody in the workspace, as far as known.
    pub members: Vec<MemberInfo>,
    /// The term of the leading tab; grows with each.
    pub term: u64,
    /// How sync stands.
    pub status: Status,
}

/// How sync stands, for the pill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The connection.
    pub connection: Connection,
    /// Edits the server does not have yet.
    pub waiting: u32,
    /// Records with such edits.
    pub waiting_records: Vec<RecordRef>,
    /// Refused edits in the tray.
    pub refused: u32,
    /// When the replica last heard from the server, by the device's clock.
    pub last_contact: Option<Timestamp>,
    /// Whether the store was found empty though it had been filled (the browser evicted it), until
    /// [`Request::SettleEviction`].
    pub evicted: bool,
}

/// How the replica and the server stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// No contact.
    #[default]
    Offline,
    /// Trying.
    Connecting,
    /// Receiving what was missed.
    CatchingUp {
        /// Records received.
        done: u64,
        /// Records in all.
        total: u64,
    },
    /// Live.
    Online,
    /// The server asks for a sign-in; local work goes on.
    SignedOut,
    /// The server wants a newer client; local work goes on.
    ClientTooOld,
}

/// Why an intent could not be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// The device's storage is full.
    #[error("the device's storage is full")]
    StorageFull,
    /// The device's storage failed.
    #[error("the device's storage failed")]
    Storage,
    /// Another tab leads now; the screen repeats the intent there.
    #[error("another tab leads")]
    NotLeading,
    /// The outbox is at its limit; it empties once the server is reached.
    #[error("too many edits wait")]
    OutboxFull,
    /// The same rules the server has would refuse it.
    #[error("{0}")]
    Refused(Refusal),
}

/// An edit that the server does not have yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingEdit {
    /// Names the intent.
    pub intent: RecordId,
    /// The record.
    pub record: RecordRef,
    /// What it puts; empty for a note.
    pub values: Vec<(Box<str>, Scalar)>,
    /// When it was made.
    pub at: Timestamp,
}

/// An edit that the server would not grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedEdit {
    /// The edit.
    pub edit: WaitingEdit,
    /// What the record holds instead.
    pub current: Vec<(Box<str>, Scalar)>,
    /// Why.
    pub refusal: Refusal,
}

/// Writes a message.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // Writing to a growing buffer has no way to fail.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// Reads a message of this build's other half.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

/// The first byte of [`keep_intents`]: raised when an intent gets another form.
const INTENTS_VERSION: u8 = 1;

/// Intents that no store took, as a page keeps them until it is opened again, by this build or a later one.
pub fn keep_intents(intents: &[Intent]) -> Vec<u8> {
    let mut bytes = vec![INTENTS_VERSION];
    bytes.extend(encode(&intents));
    bytes
}

/// Reads [`keep_intents`]; `None` if a later build wrote them.
pub fn kept_intents(bytes: &[u8]) -> Option<Vec<Intent>> {
    decode(bytes.strip_prefix(&[INTENTS_VERSION])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes lie in browsers: if this fails, raise [`INTENTS_VERSION`] and read both.
    #[test]
    fn kept_intents_keep_their_form() {
        let intent = Intent {
            id: RecordId([1; 16]),
            parts: vec![IntentPart {
                record: RecordRef {
                    kind: Kind(2),
                    id: RecordId([3; 16]),
                },
                values: vec![
                    ("name".into(), Scalar::text("杭州")),
                    ("days".into(), Scalar::Int(-5)),
                    ("open".into(), Scalar::Bool(true)),
                    ("gone".into(), Scalar::Null),
                ],
            }],
        };
        let kept = keep_intents(std::slice::from_ref(&intent));
        let form = kept
            .iter()
            .map(|it| format!("{it:02x}"))
            .collect::<String>();
        assert_eq!(
            form,
            concat!(
                "01010101010101010101010101010101010101020303030303030303030303030303030304",
                "046e616d650306e69dade5b79e04646179730209046f70656e010104676f6e6500"
            )
        );
        assert_eq!(kept_intents(&kept), Some(vec![intent]));
        assert_eq!(kept_intents(&[2, 0]), None);
    }
}
