//! Pages for everybody: plain HTML forms that work without scripts.
//!
//! Rendered by Leptos on the server and never hydrated. A form that was refused is shown again with
//! what was typed (but never a password) and one sentence on what to do.

pub mod code;
pub mod form;
pub mod frame;
pub mod join;
pub mod password;
pub mod reset;
pub mod set_up;
pub mod sign_in;

use crate::app::AppState;
use crate::auth::sign_in::{SetUpState, set_up_state};
use crate::auth::{replica, session};
use crate::error::Failure;
use crate::store::people::Member;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use frame::Frame;
use huike_messages::{Language, Messages};
use leptos::prelude::*;
use tower_sessions::Session;

/// `GET /`: to work, to sign-in, or to the first set-up.
pub async fn home(State(state): State<AppState>, session: Session) -> Result<Response, Failure> {
    let target = if session::find(&state, &session).await?.is_some() {
        "/app/"
    } else {
        match set_up_state(&state).await? {
            SetUpState::First => "/setup",
            SetUpState::Open | SetUpState::Closed => "/sign-in",
        }
    };
    Ok(go(target))
}

/// Sends the browser on; nothing may keep the answer.
pub fn go(target: &str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(target)).into_response()
}

/// Sends a member who has just signed in on, and tells the browser whose replica to open.
pub fn enter(state: &AppState, member: &Member, target: &str) -> Response {
    let mut response = go(target);
    replica::name(response.headers_mut(), member, state.config.is_secure());
    response
}

/// The page of a failure that belongs to no form.
pub fn failure(language: Language, sentence: &str) -> Response {
    let messages = Messages::of(language);
    let sentence = sentence.to_owned();
    Frame::plain(language, messages.common_problem()).page(view! {
        <p class="public-lead">{sentence}</p>
        <p><a class="button" href="/">{messages.common_to_start()}</a></p>
    })
}
