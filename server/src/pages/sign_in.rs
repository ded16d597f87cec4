//! Sign in and out.

use super::form::{Field, Problem};
use super::frame::Frame;
use super::{enter, go};
use crate::app::AppState;
use crate::auth::{replica, second_factor, session, sign_in};
use crate::error::Failure;
use crate::http::client_address::ClientAddress;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tower_sessions::Session;

/// Where to go afterwards.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Onward {
    next: String,
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    login: String,
    password: String,
    next: String,
}

/// `GET /sign-in`.
pub async fn show(
    State(state): State<AppState>,
    frame: Frame,
    session: Session,
    Query(onward): Query<Onward>,
) -> Result<Response, Failure> {
    if session::find(&state, &session).await?.is_some() {
        return Ok(go(target(&onward.next)));
    }
    let may_set_up = sign_in::set_up_state(&state).await? != sign_in::SetUpState::Closed;
    Ok(page(frame, &Problem::none(), "", &onward.next, may_set_up))
}

/// `POST /sign-in`.
pub async fn submit(
    State(state): State<AppState>,
    frame: Frame,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match sign_in::sign_in(&state, address, &typed.login, &typed.password).await {
        Ok(member) if second_factor::is_on(&state, &member).await? => {
            session::wait_for_code(&state, &session, &member, target(&typed.next)).await?;
            Ok(go("/sign-in/code"))
        }
        Ok(member) => {
            session::begin(&state, &session, &member, &headers).await?;
            Ok(enter(&state, &member, target(&typed.next)))
        }
        Err(failure) => {
            let problem = Problem::of(failure)?;
            let may_set_up = sign_in::set_up_state(&state).await? != sign_in::SetUpState::Closed;
            Ok(problem.on(page(frame, &problem, &typed.login, &typed.next, may_set_up)))
        }
    }
}

/// `POST /sign-out`.
pub async fn sign_out(
    State(state): State<AppState>,
    session: Session,
) -> Result<Response, Failure> {
    session::end(&state, &session).await?;
    let mut response = go("/sign-in");
    replica::forget(response.headers_mut(), state.config.is_secure());
    Ok(response)
}

/// Only addresses of the app: a link must not lead from our sign-in to somebody else's page.
fn target(next: &str) -> &str {
    let is_ours = next.starts_with("/app/")
        && next.bytes().all(|it| it.is_ascii_graphic() && it != b'\\')
        && !next.contains("//");
    if is_ours { next } else { "/app/" }
}

fn page(frame: Frame, problem: &Problem, login: &str, next: &str, may_set_up: bool) -> Response {
    let m = frame.messages();
    let next = target(next).to_owned();
    let content = view! {
        <form class="public-form" method="post" action="/sign-in">
            {problem.summary(m)}
            {problem.input(m, Field::login(m, login))}
            {problem.input(m, Field::password("password", m.sign_in_password(), "current-password"))}
            <input type="hidden" name="next" value=next/>
            <button class="button primary" type="submit">{m.sign_in_submit()}</button>
            <p class="public-aside">{m.sign_in_forgotten()}</p>
            {may_set_up.then(|| view! {
                <p class="public-aside"><a class="link" href="/setup">{m.set_up_open()}</a></p>
            })}
        </form>
    };
    frame.titled(m.sign_in_title()).page(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_into_the_app_and_nowhere_else() {
        assert_eq!(target("/app/deals?stage=1"), "/app/deals?stage=1");
        for next in [
            "",
            "https://evil.example",
            "//evil.example",
            "/app//evil",
            "/app/\\evil",
            "/join/x",
        ] {
            assert_eq!(target(next), "/app/", "{next}");
        }
    }
}
