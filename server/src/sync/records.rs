//! The open form of a record: its saved Automerge document.

use crate::app::AppState;
use crate::auth::Caller;
use crate::error::{Failure, Refused};
use crate::projection::read_state;
use crate::store::Store;
use crate::store::changes::LoggedChange;
use automerge::AutoCommit;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huike_shared::id::RecordId;
use huike_shared::note::NOTE;
use huike_shared::record::RecordRef;
use huike_shared::registry;
use huike_shared::sync::message::DocumentState;

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
