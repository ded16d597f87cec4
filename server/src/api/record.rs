//! A record as programs read it, with the tag of its state.

use super::error::ApiError;
use super::fields;
use crate::app::AppState;
use crate::entropy::{digest, hex};
use crate::error::Failure;
use crate::projection::{is_erased, project, read_state};
use crate::store::Store;
use crate::store::documents::RecordRow;
use huike_shared::document::Registers;
use huike_shared::id::RecordId;
use huike_shared::note::{NOTE, NOTE_TEXT, note_ref};
use huike_shared::record::{FieldKind, KindDef, RecordRef};
use huike_shared::registry::{self, RECORDS};
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::DocumentState;
use serde_json::{Map, Value, json};

/// Bytes of a digest in a tag: enough to tell any two states of one record apart.
const TAG_BYTES: usize = 16;

/// The kinds that programs see. A note is read and written as a field of its record.
pub fn kinds() -> impl Iterator<Item = &'static KindDef> {
    RECORDS.iter().copied().filter(|it| it.kind != NOTE.kind)
}

/// The kind of this name.
pub fn kind(name: &str) -> Result<&'static KindDef, ApiError> {
    registry::def_by_name(name)
        .filter(|it| it.kind != NOTE.kind)
        .ok_or_else(|| ApiError::UnknownKind {
            kind: name.chars().take(80).collect(),
        })
}

/// The record of this name.
pub fn named(kind_name: &str, id: &str) -> Result<(&'static KindDef, RecordRef), ApiError> {
    let def = kind(kind_name)?;
    let id = RecordId::parse(id).map_err(|_| ApiError::NoRecord)?;
    let kind = def.kind;
    Ok((def, RecordRef { kind, id }))
}

/// A record as it stands.
#[derive(Clone, Debug)]
pub struct Current {
    /// What merging and authoring need.
    pub registers: Registers,
    /// What is told of it.
    pub json: Value,
    /// The tag of this state, in quotes.
    pub tag: String,
}

/// Reads a record from its registers and the rows of its notes; no document is loaded.
pub async fn current(
    state: &AppState,
    workspace_id: RecordId,
    def: &'static KindDef,
    record: RecordRef,
) -> Result<Option<Current>, Failure> {
    let stored = state.store.documents(workspace_id, &[record]).await?;
    let Some(stored) = stored.first().filter(|it| !is_erased(&it.state)) else {
        return Ok(None);
    };
    let document = read_state(&stored.state).map_err(Failure::broken)?;
    let (_, row) = project(record, stored.position, &document).map_err(Failure::broken)?;
    let DocumentState::Flat(registers) = document else {
        return Err(Failure::broken("a record is stored as a note"));
    };
    let mut seen: Vec<u8> = Vec::new();
    for head in registers.heads() {
        seen.extend(head.0);
    }
    let mut json = of_row(def, &row)?;
    for field in def.fields.iter().filter(|it| it.kind == FieldKind::Note) {
        let text = note_text(&*state.store, workspace_id, record, field.name).await?;
        seen.extend(digest(text.as_bytes()));
        json["fields"][field.name] = Value::from(text);
    }
    let tag = format!("\"{}\"", hex(&digest(&seen)[..TAG_BYTES]));
    Ok(Some(Current {
        registers,
        json,
        tag,
    }))
}

/// The text of a note, from its row.
async fn note_text(
    store: &dyn Store,
    workspace_id: RecordId,
    owner: RecordRef,
    field: &str,
) -> Result<String, Failure> {
    let row = store.row(workspace_id, note_ref(owner, field)).await?;
    let Some(row) = row else {
        return Ok(String::new());
    };
    let fields: Map<String, Value> = serde_json::from_str(&row.fields).map_err(Failure::broken)?;
    let text = fields.get(NOTE.fields[NOTE_TEXT].name);
    Ok(text.and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// A record as its row has it, without the texts of its notes.
pub fn of_row(def: &'static KindDef, row: &RecordRow) -> Result<Value, Failure> {
    let stored: Map<String, Value> = serde_json::from_str(&row.fields).map_err(Failure::broken)?;
    let problems: Value = serde_json::from_str(&row.problems).map_err(Failure::broken)?;
    let value = |key: &str| stored.get(key).map_or(Scalar::Null, scalar);
    let fields = fields::told(def, value, stored.keys().map(String::as_str));
    Ok(json!({
        "kind": def.name,
        "id": row.record.id.to_string(),
        "position": row.position,
        "deleted": row.is_deleted,
        "created": stamp(row.created),
        "updated": stamp(row.updated),
        "problems": problems,
        "fields": fields,
    }))
}

/// Who and when.
pub fn stamp(it: Stamp) -> Value {
    json!({ "at": it.at.millis(), "by": it.by.to_string() })
}

/// The way back from `projection::json_value`.
fn scalar(value: &Value) -> Scalar {
    match value {
        Value::Bool(it) => Scalar::Bool(*it),
        Value::Number(it) => it.as_i64().map_or(Scalar::Null, Scalar::Int),
        Value::String(it) => Scalar::text(it.as_str()),
        Value::Null | Value::Array(_) | Value::Object(_) => Scalar::Null,
    }
}
