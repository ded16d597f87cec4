//! The JSON interface of the app and of other programs, under `/api/v1`. Never cached.
//!
//! For programs: [`records`] are one set of routes for every kind, [`changes`] tell what happened,
//! [`tokens`] let programs in, [`openapi`] describes all of it. No kind is named here: the registry
//! says which there are.

pub mod changes;
pub mod erasures;
pub mod error;
mod fields;
pub mod invitations;
pub mod journal;
pub mod members;
pub mod openapi;
pub mod programs;
mod query;
pub mod reasons;
pub mod record;
pub mod records;
pub mod roles;
pub mod second_factor;
pub mod sessions;
pub mod tokens;
mod values;
pub mod writing;

use crate::app::AppState;
use crate::auth::caller::Pass;
use crate::auth::{Caller, SignedIn, account, replica, session};
use crate::error::Failure;
use crate::http::client_address::ClientAddress;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_sessions::Session;

/// An answer that no cache may keep.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<T>(pub T);

impl<T: Serialize> IntoResponse for Fresh<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.0).into_response();
        let no_store = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, no_store);
        response
    }
}

/// `GET /api/v1/version`: what runs here, for anybody.
pub async fn version() -> Fresh<Value> {
    Fresh(json!({ "version": env!("CARGO_PKG_VERSION") }))
}

/// `GET /api/v1/me`: who asks, where, and who else is there. Names the replica anew, for a browser
/// that lost the cookie.
pub async fn me(State(state): State<AppState>, caller: Caller) -> Result<Response, Failure> {
    let Caller {
        member,
        workspace,
        pass,
    } = caller;
    let members: Vec<Value> = state
        .store
        .members(workspace.id)
        .await?
        .iter()
        .map(|it| {
            json!({
                "id": it.id.to_string(),
                "name": it.name,
                "role": it.role.word(),
                "active": it.is_active,
            })
        })
        .collect();
    let mut response = Fresh(json!({
        "workspace": { "id": workspace.id.to_string(), "name": workspace.name },
        "member": {
            "id": member.id.to_string(),
            "name": member.name,
            "login": member.login,
            "role": member.role.word(),
        },
        "members": members,
    }))
    .into_response();
    if pass == Pass::Session {
        replica::name(response.headers_mut(), &member, state.config.is_secure());
    }
    Ok(response)
}

/// `POST /api/v1/sign-out`.
pub async fn sign_out(
    State(state): State<AppState>,
    session: Session,
) -> Result<Response, Failure> {
    session::end(&state, &session).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    replica::forget(response.headers_mut(), state.config.is_secure());
    Ok(response)
}

/// Body of [`change_password`].
#[derive(Deserialize)]
pub struct PasswordChange {
    current: String,
    new: String,
}

/// `POST /api/v1/password`: ends the member's other sessions.
pub async fn change_password(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    signed_in: SignedIn,
    Json(asked): Json<PasswordChange>,
) -> Result<StatusCode, Failure> {
    account::change_password(&state, &signed_in, address, &asked.current, &asked.new).await?;
    Ok(StatusCode::NO_CONTENT)
}
