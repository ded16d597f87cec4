//! The log of accepted changes, and who may add to it.
//!
//! A workspace's log has a head; an append names the head it follows and fails as a whole if
//! another writer was quicker, so any number of server processes may share one database.

use super::StoreResult;
use super::documents::{RecordRow, StoredDocument};
use super::histories::StoredHistory;
use async_trait::async_trait;
use huike_shared::document::{Actor, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::time::Timestamp;

/// Where a workspace's log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// Which log; another one after a restore.
    pub log: RecordId,
    /// The last position; 0 before the first change.
    pub position: u64,
    /// The position of the last renewal of a record. Up to there the log has holes: who has not come
    /// so far gets states.
    pub floor: u64,
}

/// To whom an actor belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ActorOwner {
    /// Where.
    pub workspace_id: RecordId,
    /// Who.
    pub member_id: RecordId,
    /// On which device.
    pub device_id: RecordId,
}

/// An accepted change as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    /// Its place in the log.
    pub position: u64,
    /// The record it belongs to.
    pub record: RecordRef,
    /// For a note: what it belongs to.
    pub note_of: Option<Box<str>>,
    /// Its name.
    pub hash: ChangeHash,
    /// Its author.
    pub actor: Actor,
    /// How many changes its author had made in this document, this one included.
    pub seq: u64,
    /// The member.
    pub member_id: RecordId,
    /// When it was accepted.
    pub at: Timestamp,
    /// The Automerge change.
    pub body: Vec<u8>,
}

/// Accepted changes of one workspace with all that follows from them.
#[derive(Clone, Debug)]
pub struct Append {
    /// Whose log.
    pub workspace_id: RecordId,
    /// The head it follows; the changes have the positions behind it.
    pub after: u64,
    /// The changes in order.
    pub changes: Vec<LoggedChange>,
    /// The documents after the last of them.
    pub documents: Vec<StoredDocument>,
    /// The rows of these documents.
    pub rows: Vec<RecordRow>,
    /// Epochs that end with it: their changes leave the log.
    pub histories: Vec<StoredHistory>,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Committed and on the disk.
    Done,
    /// A log had moved on; nothing was written.
    Moved,
}

/// The log and its authors.
#[async_trait]
pub trait Changes {
    /// Where a log stands, unless the workspace has none yet.
    async fn log_head(&self, workspace_id: RecordId) -> StoreResult<Option<LogHead>>;
    /// Begins a log with this id unless there is one.
    async fn open_log(&self, workspace_id: RecordId, log: RecordId) -> StoreResult<LogHead>;
    /// Gives a log another id, after a restore.
    async fn rename_log(&self, workspace_id: RecordId, log: RecordId) -> StoreResult<()>;

    /// Registers actors that nobody has, and answers to whom each belongs now.
    async fn register_actors(
        &self,
        owner: ActorOwner,
        actors: &[Actor],
        now: Timestamp,
    ) -> StoreResult<Vec<ActorOwner>>;
    /// To whom an actor belongs.
    async fn actor_owner(&self, actor: Actor) -> StoreResult<Option<ActorOwner>>;

    /// The change of a record with this hash.
    async fn change_of(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
        hash: ChangeHash,
    ) -> StoreResult<Option<(u64, Timestamp)>>;
    /// Every change of a record in its epoch, in order; none of one that was erased.
    async fn changes_of(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
    ) -> StoreResult<Vec<LoggedChange>>;
    /// Up to `count` changes behind a position that are in the log still, in order.
    async fn changes_after(
        &self,
        workspace_id: RecordId,
        position: u64,
        count: u64,
    ) -> StoreResult<Vec<LoggedChange>>;

    /// Writes all of it in one transaction, or nothing.
    async fn append(&self, appends: &[Append]) -> StoreResult<Appended>;
}
