//! Imports (导入): a file of somebody's rows becomes records, wholly or not at all.
//!
//! Pure from bytes to drafts: [`decode`] makes text of bytes, [`table`] rows of text, [`columns`]
//! finds fields for columns, [`value`] reads cells, [`check`] puts it together. [`desk`] keeps
//! files that wait and writes records through `ingest` in one transaction, so a crash leaves all rows
//! or none; [`api`] is its face.

pub mod api;
pub mod check;
pub mod columns;
pub mod decode;
pub mod desk;
mod error;
pub mod table;
pub mod value;
mod words;

pub use error::ImportError;

/// Bytes of a file. A list of 100,000 customers has about 15 million.
pub const FILE_BYTES_MAX: usize = 20 << 20;
/// Rows of a file, its head line not counted. One transaction holds them all.
pub const ROWS_MAX: usize = 100_000;
/// Columns of a file.
pub const COLUMNS_MAX: usize = 200;
/// Bytes of one cell: the longest text a register takes, at four bytes a character, and some room.
pub const CELL_BYTES_MAX: usize = 100_000;
/// Mistakes that a dry run lists; it counts the others.
pub const ERRORS_SHOWN_MAX: usize = 200;
/// Records that a dry run shows.
pub const PREVIEW_ROWS: usize = 20;
/// Cells of a column that are shown after an upload.
pub const SAMPLES: usize = 3;
