//! What a member may do to a record, and why: the decision of the gate, for who wants to understand it.

use super::Fresh;
use super::record::named;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::error::{Failure, Refused};
use crate::projection;
use crate::store::{Store, StoreError, StoreResult};
use axum::extract::{Path, State};
use huike_shared::access::{Action, allows};
use huike_shared::document::Registers;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::registry;
use huike_shared::rights::{Responsible, Standing, decide, tied_to};
use huike_shared::sync::message::DocumentState;
use serde_json::{Map, Value, json};

/// `GET /api/v1/members/{id}/rights/{kind}/{record}`: by action whether and why. Administrators ask about everybody,
/// others about themselves.
pub async fn show(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((member, kind, record)): Path<(String, String, String)>,
) -> Result<Fresh<Value>, Failure> {
    let member = RecordId::parse(&member).map_err(|_| Refused::NotFound)?;
    let (def, record) = named(&kind, &record)?;
    let workspace_id = signed_in.workspace.id;
    let rights = state.store.rights(workspace_id).await?;
    let company = rights.company();
    let asks = company.role(signed_in.member.id);
    let manages = asks.is_some_and(|it| allows(it, Action::Administer));
    if member != signed_in.member.id && !manages {
        return Err(Refused::NotPermitted.into());
    }
    let about = rights.members.iter().find(|it| it.id == member);
    let about = about.ok_or(Refused::NotFound)?;
    let registers = registers(&*state.store, workspace_id, record).await?;
    let registers = registers.ok_or(Refused::NotFound)?;
    let mut tied = Vec::new();
    for one in tied_to(def, &registers) {
        let registers = self::registers(&*state.store, workspace_id, one).await?;
        if let (Some(def), Some(registers)) = (registry::def(one.kind), registers) {
            tied.push(Responsible::of(def, &registers).member());
        }
    }
    let standing = Standing {
        responsible: Responsible::of(def, &registers),
        tied: &tied,
    };
    let mut actions = Map::new();
    for action in Action::OF_RECORDS {
        let reason = decide(&company, member, record.kind, action, &standing);
        let told = json!({ "allowed": reason.allows(), "reason": reason.word() });
        actions.insert(action.word().to_owned(), told);
    }
    Ok(Fresh(json!({
        "member": member.to_string(),
        "role": about.role.word(),
        "responsible": standing.responsible.member().to_string(),
        "actions": actions,
    })))
}

async fn registers(
    store: &dyn Store,
    workspace_id: RecordId,
    record: RecordRef,
) -> StoreResult<Option<Registers>> {
    let stored = store.documents(workspace_id, &[record]).await?;
    let Some(stored) = stored.first() else {
        return Ok(None);
    };
    let state = projection::read_state(&stored.state);
    match state.map_err(|it| StoreError::Broken(it.to_string()))? {
        DocumentState::Flat(registers) => Ok(Some(registers)),
        DocumentState::Note(_) | DocumentState::Erased => Ok(None),
    }
}
