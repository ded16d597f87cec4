//! Documents and rows: what follows from the log, kept so that nobody has to replay it.

use super::StoreResult;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::record::{Kind, RecordRef};
use huike_shared::row::Stamp;

/// The state of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// The record.
    pub record: RecordRef,
    /// The position of its last change.
    pub position: u64,
    /// A version byte, then the state (`crate::projection`).
    pub state: Vec<u8>,
}

/// A record as SQL sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// The record.
    pub record: RecordRef,
    /// The position of its last change.
    pub position: u64,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// The first change.
    pub created: Stamp,
    /// The latest change.
    pub updated: Stamp,
    /// A JSON object: every register that holds something, by key.
    pub fields: String,
    /// A JSON list: what is wrong with it.
    pub problems: String,
}

/// A page of documents behind a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentsPage {
    /// Which log positions belong to.
    pub log: RecordId,
    /// The head at this moment.
    pub head: u64,
    /// The documents, by the position of their last change.
    pub documents: Vec<StoredDocument>,
    /// How many come behind these.
    pub remaining: u64,
}

/// A document of a whole workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitedDocument {
    /// The document.
    pub document: StoredDocument,
    /// Its last change, if the log still has it.
    pub last_change: Option<Vec<u8>>,
}

/// What is done with each document of a whole workspace.
pub type Visit<'a> = &'a mut (dyn FnMut(VisitedDocument) -> StoreResult<()> + Send);

/// Which rows are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsAsked {
    /// Where.
    pub workspace_id: RecordId,
    /// Of which kind.
    pub kind: Kind,
    /// Those behind this id, in the order of ids.
    pub after: Option<RecordId>,
    /// Deleted ones too.
    pub with_deleted: bool,
    /// How many at most.
    pub count: u64,
}

/// Documents and rows.
#[async_trait]
pub trait Documents {
    /// The documents that exist, in any order.
    async fn documents(
        &self,
        workspace_id: RecordId,
        records: &[RecordRef],
    ) -> StoreResult<Vec<StoredDocument>>;
    /// Documents whose last change is behind a position: up to `count`, and no more once they
    /// hold `bytes`. Read at one moment.
    async fn documents_after(
        &self,
        workspace_id: RecordId,
        position: u64,
        count: u64,
        bytes: usize,
    ) -> StoreResult<DocumentsPage>;
    /// Hands in every document, the one that was changed last first, and answers which log they belong to and
    /// where it stood. All of one moment.
    async fn visit_documents(
        &self,
        workspace_id: RecordId,
        visit: Visit<'_>,
    ) -> StoreResult<(RecordId, u64)>;
    /// One row.
    async fn row(
        &self,
        workspace_id: RecordId,
        record: RecordRef,
    ) -> StoreResult<Option<RecordRow>>;
    /// Rows of one kind, by id.
    async fn rows(&self, asked: RowsAsked) -> StoreResult<Vec<RecordRow>>;
    /// Makes a view for each kind of record, with a column for each field.
    async fn make_views(&self) -> StoreResult<()>;
}
