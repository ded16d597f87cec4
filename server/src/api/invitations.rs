//! Invitations: list, make, take back.

use super::Fresh;
use crate::app::AppState;
use crate::auth::{SignedIn, invitation};
use crate::error::{Failure, Refused};
use crate::store::people::Invitation;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use huike_shared::access::{Action, Role, allows};
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Body of [`invite`].
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// For whom, in the inviter's words.
    note: String,
    /// Word of a role; salesperson if empty.
    role: String,
}

/// `GET /api/v1/invitations`, newest first. Without links: those are shown once, when made.
pub async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let now = state.clock.now();
    let invitations = invitation::list(&state, &signed_in.member).await?;
    let invitations: Vec<Value> = invitations.iter().map(|it| as_json(it, now)).collect();
    Ok(Fresh(json!({ "invitations": invitations })))
}

/// `POST /api/v1/invitations`: the only answer that holds the link.
pub async fn invite(
    State(state): State<AppState>,
    headers: HeaderMap,
    signed_in: SignedIn,
    Json(asked): Json<Asked>,
) -> Result<(StatusCode, Fresh<Value>), Failure> {
    if allows(signed_in.member.role, Action::Administer) {
        signed_in.must_be_confirmed(&state)?;
    }
    let role = match asked.role.as_str() {
        "" => Role::Salesperson,
        word => Role::from_word(word).ok_or(Refused::BadRequest)?,
    };
    let invited = invitation::invite(&state, &signed_in.member, &asked.note, role).await?;
    let path = format!("/join/{}", invited.token);
    let mut body = as_json(&invited.invitation, state.clock.now());
    body["path"] = json!(path);
    body["link"] = json!(format!("{}{path}", own_address(&state, &headers)));
    Ok((StatusCode::CREATED, Fresh(body)))
}

/// `DELETE /api/v1/invitations/{id}`.
pub async fn revoke(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let id = RecordId::parse(&id).map_err(|_| Refused::NotFound)?;
    invitation::revoke(&state, &signed_in.member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The address for links. The `Origin` of the request has been compared with ours already.
fn own_address(state: &AppState, headers: &HeaderMap) -> String {
    if let Some(base) = &state.config.base_address {
        return base.origin.clone();
    }
    let origin = headers.get(header::ORIGIN).and_then(|it| it.to_str().ok());
    origin.unwrap_or_default().to_owned()
}

fn as_json(invitation: &Invitation, now: Timestamp) -> Value {
    let status = if invitation.accepted_at.is_some() {
        "accepted"
    } else if invitation.revoked_at.is_some() {
        "revoked"
    } else if invitation.is_open(now) {
        "open"
    } else {
        "expired"
    };
    json!({
        "id": invitation.id.to_string(),
        "note": invitation.note,
        "role": invitation.role.word(),
        "invited_by": invitation.invited_by.to_string(),
        "created_at": invitation.created_at.millis(),
        "expires_at": invitation.expires_at.millis(),
        "status": status,
    })
}
