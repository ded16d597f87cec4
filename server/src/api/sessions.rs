//! `/api/v1/sessions`: where a member is signed in, ended one by one or all others at once; and the password once more,
//! before what cannot be undone. In a browser only.

use super::Fresh;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::auth::sessions::{self, Place};
use crate::entropy::{hex, unhex};
use crate::error::{Failure, Refused};
use crate::http::client_address::ClientAddress;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tower_sessions::Session;

/// `GET /api/v1/sessions`, the one that asks first.
pub async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let places = sessions::list(&state, &signed_in).await?;
    let places: Vec<Value> = places.iter().map(as_json).collect();
    Ok(Fresh(json!({ "sessions": places })))
}

/// `DELETE /api/v1/sessions/{id}`.
pub async fn end_one(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let id = unhex(&id).ok_or(Refused::NotFound)?;
    sessions::end_one(&state, &signed_in, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/sessions/end-others`: all but the one that asks.
pub async fn end_others(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let count = sessions::end_others(&state, &signed_in).await?;
    Ok(Fresh(json!({ "ended": count })))
}

/// Body of [`confirm`].
#[derive(Deserialize)]
pub struct Typed {
    password: String,
}

/// `POST /api/v1/confirm`: the password once more.
pub async fn confirm(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    session: Session,
    signed_in: SignedIn,
    Json(typed): Json<Typed>,
) -> Result<StatusCode, Failure> {
    sessions::confirm(&state, &session, &signed_in, address, &typed.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn as_json(place: &Place) -> Value {
    json!({
        "id": hex(&place.id),
        "device": place.device,
        "created_at": place.created_at.millis(),
        "seen_at": place.seen_at.millis(),
        "this": place.is_this,
        "live": place.is_live,
    })
}
