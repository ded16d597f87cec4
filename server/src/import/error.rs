//! Why a file or a mapping cannot be imported.
//!
//! Each reason has a code; `import-error-<code>` in the catalogs is its sentence. What is wrong in
//! one cell is a [`CellProblem`](super::value::CellProblem), not one of these.

/// A file or a request that cannot be imported. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Not one byte that says anything.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`FILE_BYTES_MAX`](super::FILE_BYTES_MAX).
    #[error("the file is too large")]
    TooLarge,
    /// More rows than [`ROWS_MAX`](super::ROWS_MAX).
    #[error("the file has too many rows")]
    TooManyRows,
    /// More columns than [`COLUMNS_MAX`](super::COLUMNS_MAX).
    #[error("the file has too many columns")]
    TooManyColumns,
    /// A cell with more bytes than [`CELL_BYTES_MAX`](super::CELL_BYTES_MAX).
    #[error("a cell in row {row} is too large")]
    CellTooLarge {
        /// The row as a spreadsheet counts.
        row: u32,
    },
    /// A workbook (`.xlsx`, `.xls`): it must be saved as CSV first.
    #[error("the file is a workbook, not CSV")]
    Workbook,
    /// Bytes that are no text.
    #[error("the file is not text")]
    Binary,
    /// Text that is not valid in its encoding.
    #[error("the file is not valid {encoding}")]
    BadEncoding {
        /// The encoding it was read in.
        encoding: &'static str,
    },
    /// An encoding that was asked for and is not known.
    #[error("there is no such encoding")]
    UnknownEncoding,
    /// A quote that is opened and never closed.
    #[error("a quote opened in row {row} is never closed")]
    UnclosedQuote {
        /// The row as a spreadsheet counts.
        row: u32,
    },
    /// A head line with nothing below it.
    #[error("the file has no rows below its head line")]
    NoRows,
    /// A kind that cannot be imported.
    #[error("this kind of record cannot be imported")]
    UnknownKind,
    /// A mapping that does not name a field (or nothing) for each column.
    #[error("the mapping does not fit the columns of the file")]
    MappingLength,
    /// A field that the kind does not have or that cannot come from a cell.
    #[error("there is no field {field} to import into")]
    UnknownField {
        /// What was named.
        field: String,
    },
    /// Two columns that go into one field.
    #[error("two columns go into {field}")]
    FieldTwice {
        /// The field.
        field: &'static str,
    },
    /// A field that a record cannot be without and that no column goes into.
    #[error("no column goes into {field}")]
    RequiredUnmapped {
        /// The field.
        field: &'static str,
    },
    /// Rows with mistakes, and the request was not to leave them out.
    #[error("some rows have mistakes")]
    BadRows,
    /// No row that could be imported.
    #[error("no row can be imported")]
    NothingGood,
    /// The import is in a state in which this cannot be done.
    #[error("the import is at another step")]
    WrongStep,
    /// Too many uploads that were neither imported nor removed.
    #[error("too many files wait to be imported")]
    TooManyWaiting,
    /// The form holds no file.
    #[error("no file was sent")]
    NoFile,
}

impl ImportError {
    /// The word on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            ImportError::Empty => "empty",
            ImportError::TooLarge => "too-large",
            ImportError::TooManyRows => "too-many-rows",
            ImportError::TooManyColumns => "too-many-columns",
            ImportError::CellTooLarge { .. } => "cell-too-large",
            ImportError::Workbook => "workbook",
            ImportError::Binary => "binary",
            ImportError::BadEncoding { .. } => "bad-encoding",
            ImportError::UnknownEncoding => "unknown-encoding",
            ImportError::UnclosedQuote { .. } => "unclosed-quote",
            ImportError::NoRows => "no-rows",
            ImportError::UnknownKind => "unknown-kind",
            ImportError::MappingLength => "mapping-length",
            ImportError::UnknownField { .. } => "unknown-field",
            ImportError::FieldTwice { .. } => "field-twice",
            ImportError::RequiredUnmapped { .. } => "required-unmapped",
            ImportError::BadRows => "bad-rows",
            ImportError::NothingGood => "nothing-good",
            ImportError::WrongStep => "wrong-step",
            ImportError::TooManyWaiting => "too-many-waiting",
            ImportError::NoFile => "no-file",
        }
    }

    /// The row it concerns, as a spreadsheet counts.
    pub fn row(&self) -> Option<u32> {
        match self {
            ImportError::CellTooLarge { row } | ImportError::UnclosedQuote { row } => Some(*row),
            _ => None,
        }
    }

    /// The field it concerns.
    pub fn field(&self) -> Option<&str> {
        match self {
            ImportError::UnknownField { field } => Some(field),
            ImportError::FieldTwice { field } | ImportError::RequiredUnmapped { field } => {
                Some(field)
            }
            _ => None,
        }
    }

    /// The encoding the file was read in.
    pub fn encoding(&self) -> Option<&'static str> {
        match self {
            ImportError::BadEncoding { encoding } => Some(encoding),
            _ => None,
        }
    }

    /// Every code, so that a test can look for its sentence.
    pub const CODES: &'static [&'static str] = &[
        "empty",
        "too-large",
        "too-many-rows",
        "too-many-columns",
        "cell-too-large",
        "workbook",
        "binary",
        "bad-encoding",
        "unknown-encoding",
        "unclosed-quote",
        "no-rows",
        "unknown-kind",
        "mapping-length",
        "unknown-field",
        "field-twice",
        "required-unmapped",
        "bad-rows",
        "nothing-good",
        "wrong-step",
        "too-many-waiting",
        "no-file",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::value::CellProblem;
    use huike_messages::{Language, Messages};

    #[test]
    fn every_code_has_a_sentence_in_every_language() {
        let files = ImportError::CODES
            .iter()
            .map(|it| format!("import-error-{it}"));
        let cells = CellProblem::ALL
            .iter()
            .map(|it| format!("import-cell-{}", it.code()));
        for key in files.chain(cells) {
            for language in Language::ALL {
                assert!(
                    Messages::of(language).by_key(&key).is_some(),
                    "{language:?}: {key}"
                );
            }
        }
    }
}
