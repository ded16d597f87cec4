//! The second step of signing in: a code, for who has turned that on.

use super::form::{Field, Problem};
use super::frame::Frame;
use super::{enter, go};
use crate::app::AppState;
use crate::auth::session::Waiting;
use crate::auth::{second_factor, session};
use crate::error::Failure;
use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tower_sessions::Session;

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
}

/// `GET /sign-in/code`.
pub async fn show(
    State(state): State<AppState>,
    frame: Frame,
    session: Session,
) -> Result<Response, Failure> {
    match session::waiting(&state, &session).await? {
        Some(_) => Ok(page(frame, &Problem::none())),
        None => Ok(go("/sign-in")),
    }
}

/// `POST /sign-in/code`.
pub async fn submit(
    State(state): State<AppState>,
    frame: Frame,
    headers: HeaderMap,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Some(Waiting { member, next }) = session::waiting(&state, &session).await? else {
        return Ok(go("/sign-in"));
    };
    match second_factor::check(&state, &member, &typed.code).await {
        Ok(()) => {
            session::begin(&state, &session, &member, &headers).await?;
            Ok(enter(&state, &member, &next))
        }
        Err(failure) => {
            let problem = Problem::of(failure)?;
            Ok(problem.on(page(frame, &problem)))
        }
    }
}

fn page(frame: Frame, problem: &Problem) -> Response {
    let m = frame.messages();
    let code = Field::text("code", m.code_label(), "")
        .filled_as("one-time-code")
        .with_hint(m.code_hint());
    let content = view! {
        <p class="public-lead">{m.code_lead()}</p>
        <form class="public-form" method="post" action="/sign-in/code">
            {problem.summary(m)}
            {problem.input(m, code)}
            <button class="button primary" type="submit">{m.sign_in_submit()}</button>
            <p class="public-aside"><a class="link" href="/sign-in">{m.common_cancel()}</a></p>
        </form>
    };
    frame.titled(m.code_title()).page(content)
}
