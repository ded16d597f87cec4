//! Following an invitation.

use super::enter;
use super::form::{Field, GONE, Problem};
use super::frame::Frame;
use crate::app::AppState;
use crate::auth::{invitation, session};
use crate::error::{Failure, Refused};
use crate::http::client_address::ClientAddress;
use crate::store::people::Invitation;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tower_sessions::Session;

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    login: String,
    password: String,
}

/// `GET /join/{token}`.
pub async fn show(
    State(state): State<AppState>,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    match invitation::look(&state, &token).await {
        Ok(invitation) => {
            page(
                &state,
                frame,
                &invitation,
                &token,
                &Problem::none(),
                &Typed::default(),
            )
            .await
        }
        Err(Failure::Refused(Refused::LinkClosed)) => Ok(closed(frame)),
        Err(failure) => Err(failure),
    }
}

/// `POST /join/{token}`.
pub async fn submit(
    State(state): State<AppState>,
    frame: Frame,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    session: Session,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let Typed {
        name,
        login,
        password,
    } = &typed;
    match invitation::join(&state, address, &token, name, login, password).await {
        Ok(member) => {
            session::begin(&state, &session, &member, &headers).await?;
            Ok(enter(&state, &member, "/app/"))
        }
        Err(Failure::Refused(Refused::LinkClosed)) => Ok(closed(frame)),
        Err(failure) => {
            let problem = Problem::of(failure)?;
            let invitation = invitation::look(&state, &token).await?;
            let page = page(&state, frame, &invitation, &token, &problem, &typed).await?;
            Ok(problem.on(page))
        }
    }
}

fn closed(frame: Frame) -> Response {
    let m = frame.messages();
    let mut page = frame.titled(m.join_closed_title()).page(view! {
        <p class="public-lead">{m.error_link_closed()}</p>
        <p><a class="button" href="/sign-in">{m.sign_in_title()}</a></p>
    });
    *page.status_mut() = GONE;
    page
}

async fn page(
    state: &AppState,
    frame: Frame,
    invitation: &Invitation,
    token: &str,
    problem: &Problem,
    typed: &Typed,
) -> Result<Response, Failure> {
    let m = frame.messages();
    let workspace = state.store.workspace(invitation.workspace_id).await?;
    let inviter = state.store.member(invitation.invited_by).await?;
    let (Some(workspace), Some(inviter)) = (workspace, inviter) else {
        return Err(Refused::LinkClosed.into());
    };
    let name = Field::text("name", m.set_up_name(), &typed.name).filled_as("name");
    let login = Field::login(m, &typed.login).with_hint(m.sign_in_login_hint());
    let password = Field::password("password", m.sign_in_password(), "new-password")
        .with_hint(m.password_hint());
    let content = view! {
        <p class="public-lead">{m.join_lead(&inviter.name, &workspace.name)}</p>
        <form class="public-form" method="post" action=format!("/join/{token}")>
            {problem.summary(m)}
            {problem.input(m, name)}
            {problem.input(m, login)}
            {problem.input(m, password)}
            <button class="button primary" type="submit">{m.join_submit()}</button>
        </form>
    };
    Ok(frame
        .of_workspace(&workspace.name)
        .titled(m.join_title())
        .page(content))
}
