//! Opening a workspace with its first account.

use super::form::{Field, Problem};
use super::frame::Frame;
use super::{enter, go};
use crate::app::AppState;
use crate::auth::session;
use crate::auth::sign_in::{self, SetUp, SetUpState};
use crate::error::{Failure, Refused};
use crate::http::client_address::ClientAddress;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tower_sessions::Session;

/// What the form sends; the link on the console brings the code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
    workspace: String,
    name: String,
    login: String,
    password: String,
}

/// `GET /setup`.
pub async fn show(
    State(state): State<AppState>,
    frame: Frame,
    Query(typed): Query<Typed>,
) -> Result<Response, Failure> {
    match sign_in::set_up_state(&state).await? {
        SetUpState::Closed => Ok(go("/sign-in")),
        asked @ (SetUpState::First | SetUpState::Open) => {
            // Only the code may come by a link.
            let typed = Typed {
                code: typed.code,
                ..Typed::default()
            };
            Ok(page(frame, asked, &Problem::none(), &typed))
        }
    }
}

/// `POST /setup`.
pub async fn submit(
    State(state): State<AppState>,
    frame: Frame,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let asked = SetUp {
        code: typed.code.clone(),
        workspace: typed.workspace.clone(),
        name: typed.name.clone(),
        login: typed.login.clone(),
        password: typed.password.clone(),
    };
    match sign_in::set_up(&state, address, asked).await {
        Ok(member) => {
            session::begin(&state, &session, &member, &headers).await?;
            Ok(enter(&state, &member, "/app/"))
        }
        Err(Failure::Refused(Refused::SetUpClosed)) => Err(Refused::SetUpClosed.into()),
        Err(failure) => {
            let problem = Problem::of(failure)?;
            let asked = sign_in::set_up_state(&state).await?;
            Ok(problem.on(page(frame, asked, &problem, &typed)))
        }
    }
}

fn page(frame: Frame, asked: SetUpState, problem: &Problem, typed: &Typed) -> Response {
    let m = frame.messages();
    let code = (asked == SetUpState::First).then(|| {
        let field = Field::text("code", m.set_up_code(), &typed.code);
        problem.input(m, field.with_hint(m.set_up_code_hint()))
    });
    let workspace =
        Field::text("workspace", m.set_up_workspace(), &typed.workspace).filled_as("organization");
    let name = Field::text("name", m.set_up_name(), &typed.name).filled_as("name");
    let login = Field::login(m, &typed.login).with_hint(m.sign_in_login_hint());
    let password = Field::password("password", m.sign_in_password(), "new-password")
        .with_hint(m.password_hint());
    let content = view! {
        <p class="public-lead">{m.set_up_lead()}</p>
        <form class="public-form" method="post" action="/setup">
            {problem.summary(m)}
            {code}
            {problem.input(m, workspace)}
            {problem.input(m, name)}
            {problem.input(m, login)}
            {problem.input(m, password)}
            <button class="button primary" type="submit">{m.set_up_submit()}</button>
        </form>
    };
    frame.titled(m.set_up_title()).page(content)
}
