//! The server's memory behind one trait, split by concern.
//!
//! Nothing outside this module and its children knows SQL. A second database implements the same
//! traits and passes the same tests; no signature here may think of one of them.

pub mod changes;
pub mod documents;
pub mod erasures;
pub mod files;
pub mod histories;
pub mod imports;
pub mod journal;
pub mod notices;
pub mod people;
pub mod postgres;
pub mod programs;
pub mod queries;
pub mod rights;
pub mod second_factors;
mod sql_error;
pub mod sqlite;
pub mod transfer;
pub mod upkeep;

pub use changes::Changes;
pub use documents::Documents;
pub use erasures::Erasures;
pub use files::Files;
pub use histories::Histories;
pub use imports::Imports;
pub use journal::Journal;
pub use notices::Notices;
pub use people::People;
pub use programs::Programs;
pub use queries::Queries;
pub use rights::Rights;
pub use second_factors::SecondFactors;
pub use upkeep::Upkeep;

/// Everything the server remembers.
pub trait Store:
    People
    + Changes
    + Documents
    + Erasures
    + Imports
    + Journal
    + Programs
    + Queries
    + Rights
    + SecondFactors
    + Files
    + Histories
    + Upkeep
    + Notices
    + std::fmt::Debug
    + Send
    + Sync
    + 'static
{
}

impl<T> Store for T where
    T: People
        + Changes
        + Documents
        + Erasures
        + Imports
        + Journal
        + Programs
        + Queries
        + Rights
        + SecondFactors
        + Files
        + Histories
        + Upkeep
        + Notices
        + std::fmt::Debug
        + Send
        + Sync
        + 'static
{
}

/// Why the memory could not answer. Refusals of the domain are values, never one of these.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room to write; reading goes on.
    #[error("the disk is full")]
    Full,
    /// The file or its folder may not be written.
    #[error("the database cannot be written; is its folder read-only?")]
    ReadOnly,
    /// The file is not a database, or a damaged one.
    #[error("the database is damaged or is no database; restore a backup with `huike restore`")]
    Damaged,
    /// Another program holds the database for too long.
    #[error("the database is busy with another program")]
    Busy,
    /// The server of the database does not answer, or went away in the middle of an answer.
    #[error("the database does not answer")]
    Unreachable,
    /// A newer Huike has been here; going on could lose what it wrote.
    #[error(
        "the database belongs to a newer version of Huike (schema {found}, this program knows \
         {known}); start the newer program"
    )]
    Newer {
        /// The schema number in the database.
        found: i64,
        /// The highest schema number of this program.
        known: i64,
    },
    /// Anything else; the text is for the log.
    #[error("the database failed: {0}")]
    Broken(String),
}

/// What the store answers.
pub type StoreResult<T> = Result<T, StoreError>;
