//! `/api/v1/tokens`: a member's tokens for programs. Made and revoked in a browser only: a token
//! cannot make another one.

use super::Fresh;
use super::error::ApiError;
use crate::app::AppState;
use crate::auth::{SignedIn, token};
use crate::error::{Failure, Refused};
use crate::store::programs::{AccessToken, Scope};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use huike_shared::id::RecordId;
use serde::Deserialize;
use serde_json::{Value, json};

/// Body of [`make`].
#[derive(Deserialize)]
pub struct Asked {
    /// What the member calls it.
    name: String,
    /// `read` or `read_write`.
    scope: String,
    /// For ever if it is not said.
    #[serde(default)]
    expires_in_days: Option<i64>,
}

/// `GET /api/v1/tokens`, newest first. Without secrets: those are shown once, when made.
pub async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let tokens = state.store.tokens(signed_in.member.id).await?;
    let tokens: Vec<Value> = tokens.iter().map(as_json).collect();
    Ok(Fresh(json!({ "tokens": tokens })))
}

/// `POST /api/v1/tokens`: the only answer that holds the secret.
pub async fn make(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Json(asked): Json<Asked>,
) -> Result<(StatusCode, Fresh<Value>), Failure> {
    signed_in.must_be_confirmed(&state)?;
    let scope = Scope::from_word(&asked.scope).ok_or_else(|| ApiError::BadParameter {
        name: "scope".to_owned(),
    })?;
    let (member, days) = (&signed_in.member, asked.expires_in_days);
    let made = token::make(&state, member, &asked.name, scope, days).await?;
    let mut body = as_json(&made.token);
    body["token"] = Value::from(made.secret);
    Ok((StatusCode::CREATED, Fresh(body)))
}

/// `DELETE /api/v1/tokens/{id}`: from now on it lets nobody in.
pub async fn revoke(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let id = RecordId::parse(&id).map_err(|_| Refused::NotFound)?;
    token::revoke(&state, &signed_in.member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn as_json(token: &AccessToken) -> Value {
    json!({
        "id": token.id.to_string(),
        "name": token.name,
        "scope": token.scope.word(),
        "created_at": token.created_at.millis(),
        "expires_at": token.expires_at.map(|it| it.millis()),
        "used_at": token.used_at.map(|it| it.millis()),
    })
}
