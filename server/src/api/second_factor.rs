//! `/api/v1/second-factor`: a member's own, in a browser only; and who of a workspace has one, for administrators.

use super::Fresh;
use crate::app::AppState;
use crate::auth::{SignedIn, second_factor};
use crate::error::{Failure, Refused};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use huike_shared::access::{Action, allows};
use serde::Deserialize;
use serde_json::{Value, json};

/// `GET /api/v1/second-factor`: whether it is on.
pub async fn show(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let found = state.store.second_factor(signed_in.member.user_id).await?;
    let found = found.filter(|it| it.is_on);
    Ok(Fresh(json!({
        "on": found.is_some(),
        "codes_left": found.map_or(0, |it| it.codes_left),
    })))
}

/// `POST /api/v1/second-factor/begin`: a new secret, to be taken over by a phone.
pub async fn begin(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    signed_in.must_be_confirmed(&state)?;
    second_factor::begin(&state, &signed_in).await?;
    let set_up = second_factor::set_up(&state, &signed_in.member).await?;
    Ok(Fresh(
        json!({ "secret": set_up.secret, "address": set_up.address }),
    ))
}

/// `GET /api/v1/second-factor/picture.svg`: the secret for a phone's camera, until it is turned on.
pub async fn picture(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    signed_in.must_be_confirmed(&state)?;
    let set_up = second_factor::set_up(&state, &signed_in.member).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, second_factor::picture(&set_up)?).into_response())
}

/// Body of [`turn_on`].
#[derive(Deserialize)]
pub struct Typed {
    code: String,
}

/// `POST /api/v1/second-factor/turn-on`: the only answer that holds recovery codes.
pub async fn turn_on(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Json(typed): Json<Typed>,
) -> Result<Fresh<Value>, Failure> {
    signed_in.must_be_confirmed(&state)?;
    let codes = second_factor::turn_on(&state, &signed_in, &typed.code).await?;
    Ok(Fresh(json!({ "codes": codes })))
}

/// `POST /api/v1/second-factor/turn-off`.
pub async fn turn_off(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<StatusCode, Failure> {
    signed_in.must_be_confirmed(&state)?;
    second_factor::turn_off(&state, &signed_in).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/second-factors`: members who have it on.
pub async fn members(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    if !allows(signed_in.member.role, Action::Administer) {
        return Err(Refused::NotPermitted.into());
    }
    let workspace_id = signed_in.workspace.id;
    let members = state.store.members_with_second_factor(workspace_id).await?;
    let members: Vec<String> = members.iter().map(ToString::to_string).collect();
    Ok(Fresh(json!({ "members": members })))
}
