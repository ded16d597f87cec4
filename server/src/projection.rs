//! What is derived from a document: its stored state, its row, its columns.
//!
//! Everything here can be made again from the log; `huike check` does so and compares.

use crate::store::documents::{RecordRow, StoredDocument};
use huike_shared::deals::Deal;
use huike_shared::note::{NOTE, Note, NoteDocument};
use huike_shared::record::{FieldKind, KindDef, Problem, Record as _, RecordRef};
use huike_shared::registry;
use huike_shared::row::Row;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::DocumentState;
use serde_json::{Map, Value, json};

/// The form of stored states: a version byte, then postcard. Equal to what travels in a page of
/// states, so that a page is put together without opening them.
pub const STATE_VERSION: u8 = 1;

/// The number of [`DocumentState::Erased`] in its form.
const ERASED: u8 = 2;

/// A stored state that this program cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored document cannot be read")]
pub struct BadState;

/// The stored form of a state.
pub fn store_state(state: &DocumentState) -> Vec<u8> {
    // Writing to a growing buffer has no way to fail.
    postcard::to_extend(state, vec![STATE_VERSION]).unwrap_or_default()
}

/// Reads a stored state.
pub fn read_state(stored: &[u8]) -> Result<DocumentState, BadState> {
    match stored.split_first() {
        Some((&STATE_VERSION, rest)) => postcard::from_bytes(rest).map_err(|_| BadState),
        Some(_) | None => Err(BadState),
    }
}

/// The stored state of a record that was erased.
pub fn erased_state() -> Vec<u8> {
    store_state(&DocumentState::Erased)
}

/// Whether a stored state says that the record was erased.
pub fn is_erased(stored: &[u8]) -> bool {
    stored == [STATE_VERSION, ERASED]
}

/// The state and row of a document as they are stored.
pub fn project(
    record: RecordRef,
    position: u64,
    state: &DocumentState,
) -> Result<(StoredDocument, RecordRow), BadState> {
    let row = row_of(record, state)?;
    let stored = StoredDocument {
        record,
        position,
        state: store_state(state),
    };
    Ok((stored, record_row(&row, position)))
}

/// The row of a document.
pub fn row_of(record: RecordRef, state: &DocumentState) -> Result<Row, BadState> {
    match state {
        DocumentState::Flat(registers) => {
            let def = registry::def(record.kind).ok_or(BadState)?;
            Ok(registers.to_row(def, record.id))
        }
        DocumentState::Note(state) => {
            let note = NoteDocument::load(&state.saved).map_err(|_| BadState)?;
            Ok(note.to_row(record.id, state))
        }
        DocumentState::Erased => Err(BadState),
    }
}

/// A row as SQL keeps it.
pub fn record_row(row: &Row, position: u64) -> RecordRow {
    RecordRow {
        record: row.record_ref(),
        position,
        is_deleted: row.deleted,
        created: row.created,
        updated: row.updated,
        fields: Value::Object(fields(row)).to_string(),
        problems: Value::Array(
            problems(row)
                .iter()
                .map(|it| json!({ "field": it.field, "code": it.code }))
                .collect(),
        )
        .to_string(),
    }
}

/// Every register that holds something, by key, with its value as the document has it.
pub fn fields(row: &Row) -> Map<String, Value> {
    let known = registry::def(row.kind).map_or(&[][..], |it| it.fields);
    let named = known.iter().map(|it| it.name).zip(&row.values);
    let others = row.extra.iter().map(|(key, value)| (&**key, value));
    named
        .chain(others)
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.to_owned(), json_value(value)))
        .collect()
}

/// A value as JSON.
pub fn json_value(value: &Scalar) -> Value {
    match value {
        Scalar::Null => Value::Null,
        Scalar::Bool(it) => Value::Bool(*it),
        Scalar::Int(it) => Value::from(*it),
        Scalar::Text(it) => Value::from(&**it),
    }
}

/// The columns of a kind's view.
pub fn columns(def: &KindDef) -> impl Iterator<Item = &'static str> {
    let is_note = def.kind == NOTE.kind;
    def.fields
        .iter()
        .filter(move |it| is_note || it.kind != FieldKind::Note)
        .map(|it| it.name)
}

/// What a merge may have left behind. The one place that asks the kinds themselves.
fn problems(row: &Row) -> Vec<Problem> {
    if row.kind == Deal::DEF.kind {
        Deal::from_row(row).problems()
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::customers::Customer;
    use huike_shared::document::{Actor, Registers, decode};
    use huike_shared::id::RecordId;
    use huike_shared::row::Stamp;
    use huike_shared::time::Timestamp;

    #[test]
    fn a_state_reads_back_and_shows_its_values() {
        let mut registers = Registers::default();
        let edits = [
            ("name".into(), Scalar::text("云仓")),
            ("employees".into(), Scalar::Int(7)),
        ];
        let body = registers
            .author(&edits, Actor([1; 16]), Timestamp::from_millis(5))
            .unwrap();
        registers.apply(&decode(&body).unwrap(), Stamp::default());
        let state = DocumentState::Flat(registers);
        assert_eq!(read_state(&store_state(&state)), Ok(state.clone()));
        assert!(!is_erased(&store_state(&state)) && is_erased(&erased_state()));

        let record = RecordRef {
            kind: Customer::DEF.kind,
            id: RecordId([3; 16]),
        };
        let (_, row) = project(record, 9, &state).unwrap();
        assert_eq!(row.fields, r#"{"employees":7,"name":"云仓"}"#);
        assert_eq!(
            (row.position, row.is_deleted, &*row.problems),
            (9, false, "[]")
        );
    }

    #[test]
    fn other_bytes_are_no_state() {
        for bytes in [&b""[..], b"\x02", b"\x01\x09"] {
            assert_eq!(read_state(bytes), Err(BadState));
        }
    }
}
