//! Setting a new password by a link from the console.

use super::form::{Field, GONE, Problem};
use super::frame::Frame;
use super::go;
use crate::app::AppState;
use crate::auth::account;
use crate::error::{Failure, Refused};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    password: String,
}

/// `GET /reset/{token}`.
pub async fn show(
    State(state): State<AppState>,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    match account::look_at_reset(&state, &token).await {
        Ok(_) => Ok(page(frame, &token, &Problem::none())),
        Err(Failure::Refused(Refused::LinkClosed)) => Ok(closed(frame)),
        Err(failure) => Err(failure),
    }
}

/// `POST /reset/{token}`.
pub async fn submit(
    State(state): State<AppState>,
    frame: Frame,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match account::reset_password(&state, &token, &typed.password).await {
        Ok(()) => Ok(go("/sign-in")),
        Err(Failure::Refused(Refused::LinkClosed)) => Ok(closed(frame)),
        Err(failure) => {
            let problem = Problem::of(failure)?;
            Ok(problem.on(page(frame, &token, &problem)))
        }
    }
}

fn closed(frame: Frame) -> Response {
    let m = frame.messages();
    let mut page = frame.titled(m.reset_title()).page(view! {
        <p class="public-lead">{m.reset_closed()}</p>
        <p><a class="button" href="/sign-in">{m.sign_in_title()}</a></p>
    });
    *page.status_mut() = GONE;
    page
}

fn page(frame: Frame, token: &str, problem: &Problem) -> Response {
    let m = frame.messages();
    let password =
        Field::password("password", m.password_new(), "new-password").with_hint(m.password_hint());
    let content = view! {
        <form class="public-form" method="post" action=format!("/reset/{token}")>
            {problem.summary(m)}
            {problem.input(m, password)}
            <button class="button primary" type="submit">{m.password_submit()}</button>
        </form>
    };
    frame.titled(m.reset_title()).page(content)
}
