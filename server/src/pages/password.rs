//! Changing the own password.

use super::form::{Field, Problem};
use super::frame::Frame;
use super::go;
use crate::app::AppState;
use crate::auth::{SignedIn, account, session};
use crate::error::Failure;
use crate::http::client_address::ClientAddress;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tower_sessions::Session;

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    current: String,
    password: String,
}

/// `GET /account/password`.
pub async fn show(
    State(state): State<AppState>,
    frame: Frame,
    session: Session,
) -> Result<Response, Failure> {
    match session::find(&state, &session).await? {
        Some(signed_in) => Ok(page(frame, &Problem::none(), &signed_in)),
        None => Ok(go("/sign-in")),
    }
}

/// `POST /account/password`.
pub async fn submit(
    State(state): State<AppState>,
    frame: Frame,
    ClientAddress(address): ClientAddress,
    signed_in: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Typed { current, password } = &typed;
    match account::change_password(&state, &signed_in, address, current, password).await {
        Ok(()) => {
            let m = frame.messages();
            Ok(frame.titled(m.password_title()).page(view! {
                <div class="notice tone-good" role="status">
                    <p class="notice-words">{m.password_changed()}</p>
                </div>
                <p><a class="button primary" href="/app/">{m.password_back()}</a></p>
            }))
        }
        Err(failure) => {
            let problem = Problem::of(failure)?;
            Ok(problem.on(page(frame, &problem, &signed_in)))
        }
    }
}

fn page(frame: Frame, problem: &Problem, signed_in: &SignedIn) -> Response {
    let m = frame.messages();
    let current = Field::password("current", m.password_current(), "current-password");
    let new =
        Field::password("password", m.password_new(), "new-password").with_hint(m.password_hint());
    let login = signed_in.member.login.clone();
    let content = view! {
        <p class="public-lead">{m.password_lead()}</p>
        <form class="public-form" method="post" action="/account/password">
            {problem.summary(m)}
            // Tells password managers whose password this is.
            <input type="text" name="username" value=login autocomplete="username" hidden readonly/>
            {problem.input(m, current)}
            {problem.input(m, new)}
            <button class="button primary" type="submit">{m.password_submit()}</button>
            <p class="public-aside"><a class="link" href="/app/">{m.common_cancel()}</a></p>
        </form>
    };
    frame
        .of_workspace(&signed_in.workspace.name)
        .titled(m.password_title())
        .page(content)
}
