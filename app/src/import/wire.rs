//! What the server says about imports.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Uploaded {
    /// Names the import.
    pub id: String,
    /// How it was read.
    pub encoding: String,
    /// How else it could be read.
    #[serde(default)]
    pub encodings: Vec<String>,
    /// What parts cells.
    pub delimiter: String,
    /// What the file seems to hold.
    #[serde(default)]
    pub kind: String,
    /// Its columns.
    pub columns: Vec<ColumnInfo>,
    /// The field of each column, by kind.
    #[serde(default)]
    pub suggestions: HashMap<String, Vec<Option<String>>>,
    /// Rows below the head line.
    pub row_count: u64,
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ColumnInfo {
    /// Its head.
    pub name: String,
    /// The first cells.
    pub samples: Vec<String>,
    /// The field it seems to hold.
    pub suggested: Option<String>,
}

/// What is to be tried.
#[derive(Serialize)]
pub struct CheckBody {
    /// What the rows become.
    pub kind: String,
    /// The field of each column.
    pub mapping: Vec<Option<String>>,
    /// How the file is read.
    pub encoding: Option<String>,
}

/// What to import.
#[derive(Serialize)]
pub struct CommitBody {
    /// Leaves rows with mistakes out.
    pub only_good: bool,
}

/// What the dry run found.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Checked {
    /// Rows that can be imported.
    pub rows_ok: u64,
    /// Rows with mistakes.
    pub rows_bad: u64,
    /// The first mistakes.
    pub errors: Vec<BadCell>,
    /// The first records.
    pub preview: Vec<PreviewRow>,
}

/// A mistake.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BadCell {
    /// The row as a spreadsheet counts.
    pub row: u64,
    /// The column, from 0.
    pub column: usize,
    /// Its head.
    #[serde(default)]
    pub column_name: Option<String>,
    /// What stands there.
    pub value: String,
    /// The end of the message key `import-cell-<code>`.
    pub code: String,
}

/// A record as it would be.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PreviewRow {
    /// The row as a spreadsheet counts.
    pub row: u64,
    /// Values by field.
    pub values: HashMap<String, String>,
}

/// How an import stands.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Standing {
    /// Names it.
    pub id: String,
    /// The word of its state.
    pub state: String,
    /// The file.
    #[serde(default)]
    pub file_name: String,
    /// When it was uploaded.
    #[serde(default)]
    pub created_at: i64,
    /// Rows written.
    #[serde(default)]
    pub done: u64,
    /// Rows in all.
    #[serde(default)]
    pub total: u64,
    /// Records that are there.
    #[serde(default)]
    pub created: u64,
    /// What went wrong.
    #[serde(default)]
    pub problem: Option<String>,
}

impl Standing {
    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        matches!(self.state.as_str(), "running" | "committing" | "queued")
    }

    /// Whether its records are there.
    pub fn is_done(&self) -> bool {
        self.state == "done"
    }
}

/// Every import.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct History {
    /// Newest first.
    pub imports: Vec<Standing>,
}

/// What an undo did.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Undone {
    /// Records taken away.
    pub removed: u64,
    /// Records that somebody changed since; they stay.
    pub kept: Vec<Kept>,
}

/// A record that stays.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}
