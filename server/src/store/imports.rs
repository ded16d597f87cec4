//! Imports: what waits, what was done, which mappings were chosen before.

use super::StoreResult;
use super::people::Digest;
use async_trait::async_trait;
use huike_shared::document::Actor;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportState {
    /// The file is here, nothing was decided.
    Uploaded,
    /// A mapping was chosen and tried.
    Checked,
    /// Its records are being written. After a crash the log says whether they are there.
    Running,
    /// Its records are in the log.
    Done,
    /// Its records were not accepted; nothing was written.
    Failed,
    /// Its records were taken back.
    Undone,
}

impl ImportState {
    /// Every state.
    pub const ALL: &'static [ImportState] = &[
        ImportState::Uploaded,
        ImportState::Checked,
        ImportState::Running,
        ImportState::Done,
        ImportState::Failed,
        ImportState::Undone,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            ImportState::Uploaded => "uploaded",
            ImportState::Checked => "checked",
            ImportState::Running => "running",
            ImportState::Done => "done",
            ImportState::Failed => "failed",
            ImportState::Undone => "undone",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<ImportState> {
        ImportState::ALL
            .iter()
            .copied()
            .find(|it| it.word() == word)
    }

    /// Whether the file may still become records.
    pub fn is_waiting(self) -> bool {
        match self {
            ImportState::Uploaded | ImportState::Checked | ImportState::Failed => true,
            ImportState::Running | ImportState::Done | ImportState::Undone => false,
        }
    }
}

/// An import as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Its id, also the name of its file.
    pub id: RecordId,
    /// Where.
    pub workspace_id: RecordId,
    /// Who brought the file.
    pub member_id: RecordId,
    /// What the file was called on the member's machine; shown, never used.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// The encoding it is read in: found at the upload, or asked for.
    pub encoding: Option<String>,
    /// What its rows become, once chosen.
    pub kind: Option<String>,
    /// The field of each column, once chosen.
    pub mapping: Option<Vec<Option<String>>>,
    /// Who wrote the records.
    pub actor: Option<Actor>,
    /// When the file came.
    pub created_at: Timestamp,
    /// When its records were in the log, or taken back.
    pub finished_at: Option<Timestamp>,
    /// How many records it wrote or would have written.
    pub record_count: u64,
    /// Why it failed, if it did: the code of a refusal.
    pub problem: Option<String>,
}

/// What a member chose for the columns of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The encoding it is read in: found at the upload, or asked for.
    pub encoding: Option<String>,
    /// What the rows become.
    pub kind: String,
    /// The field of each column.
    pub mapping: Vec<Option<String>>,
}

/// What became of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending<'a> {
    /// Where it stands now.
    pub state: ImportState,
    /// When that was settled.
    pub at: Timestamp,
    /// Why it failed, if it did.
    pub problem: Option<&'a str>,
}

/// A mapping that was chosen before for the same head line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMapping {
    /// What the rows became.
    pub kind: String,
    /// Word of the head line and field.
    pub fields: Vec<(String, String)>,
}

/// Imports and remembered mappings.
#[async_trait]
pub trait Imports {
    /// Keeps a new import.
    async fn add_import(&self, import: &ImportRow) -> StoreResult<()>;
    /// One import of a workspace.
    async fn import(&self, workspace_id: RecordId, id: RecordId) -> StoreResult<Option<ImportRow>>;
    /// Imports of a workspace, newest first.
    async fn imports(&self, workspace_id: RecordId, count: u64) -> StoreResult<Vec<ImportRow>>;
    /// Running imports that no server is writing any more: this one has just started and the others,
    /// if there can be any, would have been done long ago.
    async fn abandoned_imports(&self) -> StoreResult<Vec<ImportRow>>;
    /// The records of an import, in the order of their rows.
    async fn import_records(&self, id: RecordId) -> StoreResult<Vec<RecordId>>;
    /// Keeps what was chosen of a waiting import. False if it waits no more.
    async fn choose_import(&self, id: RecordId, choice: &Choice) -> StoreResult<bool>;
    /// Begins to write a checked import with this actor and these records. False if somebody else
    /// has begun: of two requests at once, one goes on.
    async fn begin_import(
        &self,
        id: RecordId,
        actor: Actor,
        records: &[RecordId],
    ) -> StoreResult<bool>;
    /// Says what became of an import.
    async fn end_import(&self, id: RecordId, ending: Ending<'_>) -> StoreResult<()>;
    /// Forgets a waiting import. False if it waits no more.
    async fn remove_import(&self, id: RecordId) -> StoreResult<bool>;
    /// Forgets waiting imports that came before a time, and answers which.
    async fn remove_imports_before(&self, time: Timestamp) -> StoreResult<Vec<RecordId>>;

    /// Remembers a mapping for a head line.
    async fn remember_mapping(
        &self,
        workspace_id: RecordId,
        header: Digest,
        mapping: &KnownMapping,
        now: Timestamp,
    ) -> StoreResult<()>;
    /// The mapping that was chosen for a head line before.
    async fn mapping_for(
        &self,
        workspace_id: RecordId,
        header: Digest,
    ) -> StoreResult<Option<KnownMapping>>;
}
