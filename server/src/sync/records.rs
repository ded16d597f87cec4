//! The open form of a record: its saved Automerge document, and its history in plain words.

use crate::api::Fresh;
use crate::app::AppState;
use crate::auth::Caller;
use crate::error::{Failure, Refused};
use crate::history::changes_of;
use crate::projection::{json_value, read_state};
use crate::store::Store;
use crate::store::changes::LoggedChange;
use automerge::AutoCommit;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huike_shared::document::{self, Registers};
use huike_shared::id::RecordId;
use huike_shared::note::NOTE;
use huike_shared::record::RecordRef;
use huike_shared::registry;
use huike_shared::row::Stamp;
use huike_shared::sync::message::DocumentState;
use serde_json::{Value, json};

/// Entries of a history that are told, latest first.
const HISTORY_MAX: usize = 1_000;

/// `GET /api/v1/records/{kind}/{id}/document`: the document as any Automerge opens it.
pub async fn document(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let record = named(&kind, &id)?;
    let saved = saved_document(&*state.store, caller.workspace.id, record).await?;
    let saved = saved.ok_or(Refused::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.automerge".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{kind}-{}.automerge\"", record.id),
        ),
    ];
    Ok((headers, saved).into_response())
}

/// `GET /api/v1/records/{kind}/{id}/history`: who put what, when, and what was there before.
pub async fn history(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Fresh<Value>, Failure> {
    let record = named(&kind, &id)?;
    let changes = changes_of(&*state.store, caller.workspace.id, record).await?;
    if changes.is_empty() {
        return Err(Refused::NotFound.into());
    }
    let mut entries = if record.kind == NOTE.kind {
        note_history(&changes)
    } else {
        flat_history(&changes)?
    };
    entries.reverse();
    entries.truncate(HISTORY_MAX);
    Ok(Fresh(Value::Array(entries)))
}

/// Builds the saved document of a record, unless there is none.
pub async fn saved_document(
    store: &dyn Store,
    workspace_id: RecordId,
    record: RecordRef,
) -> Result<Option<Vec<u8>>, Failure> {
    if record.kind == NOTE.kind {
        let stored = store.documents(workspace_id, &[record]).await?;
        let Some(stored) = stored.first() else {
            return Ok(None);
        };
        return match read_state(&stored.state).map_err(Failure::broken)? {
            DocumentState::Note(state) => Ok(Some(state.saved)),
            DocumentState::Erased => Ok(None),
            DocumentState::Flat(_) => Err(Failure::broken("a note is stored as a record")),
        };
    }
    let changes = store.changes_of(workspace_id, record).await?;
    if changes.is_empty() {
        return Ok(None);
    }
    Ok(Some(replay(&changes)?.save()))
}

/// The document that the changes of a flat record make, by Automerge itself. Every one of them
/// has passed the gate.
pub fn replay(changes: &[LoggedChange]) -> Result<AutoCommit, Failure> {
    let bodies = changes
        .iter()
        .map(|it| automerge::Change::try_from(&it.body[..]));
    let bodies = bodies
        .collect::<Result<Vec<_>, _>>()
        .map_err(Failure::broken)?;
    let mut document = AutoCommit::new();
    document.apply_changes(bodies).map_err(Failure::broken)?;
    Ok(document)
}

fn named(kind: &str, id: &str) -> Result<RecordRef, Failure> {
    let def = registry::def_by_name(kind).ok_or(Refused::NotFound)?;
    let id = RecordId::parse(id).map_err(|_| Refused::NotFound)?;
    Ok(RecordRef { kind: def.kind, id })
}

fn flat_history(changes: &[LoggedChange]) -> Result<Vec<Value>, Failure> {
    let mut registers = Registers::default();
    let mut entries = Vec::new();
    for logged in changes {
        let change = document::decode(&logged.body).map_err(Failure::broken)?;
        if change.actor.epoch_of(&logged.record).is_some() {
            // Nobody wrote anything: what is shown begins a new epoch.
            registers = Registers::default();
            registers.apply(&change, Stamp::default());
            continue;
        }
        for op in &change.ops {
            entries.push(json!({
                "at": logged.at.millis(),
                "by": logged.member_id.to_string(),
                "field": &*op.key,
                "from": json_value(registers.value(&op.key)),
                "to": json_value(&op.value),
            }));
        }
        registers.apply(
            &change,
            Stamp {
                at: logged.at,
                by: logged.member_id,
            },
        );
    }
    Ok(entries)
}

/// A note says who wrote when; its text merges by characters and has no single value to show.
fn note_history(changes: &[LoggedChange]) -> Vec<Value> {
    let entry = |it: &LoggedChange| json!({ "at": it.at.millis(), "by": it.member_id.to_string(), "field": "text" });
    changes.iter().map(entry).collect()
}
