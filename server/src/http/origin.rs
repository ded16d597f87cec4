//! No other site may act through a member's browser.
//!
//! Together with `SameSite=Lax` this replaces tokens in forms: a browser says in `Origin` and
//! `Sec-Fetch-Site` where a request comes from, and everything that changes something must come
//! from our own address. A request that says neither does not come from a browser we support.
//!
//! A program shows a bearer token, which no browser sends by itself. Its request passes, but without
//! its cookies: it can do what the token lets it do, and nothing in the name of a session.

use crate::app::AppState;
use crate::auth::caller::bearer;
use crate::error::{Failure, Refused};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;

/// Refuses what comes from elsewhere, unless it only reads.
pub async fn guard(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    if bearer(request.headers()).is_some() {
        request.headers_mut().remove(header::COOKIE);
        return Ok(next.run(request).await);
    }
    let only_reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !only_reads && !is_own(&state, request.headers()) {
        return Err(Refused::CrossSite.into());
    }
    Ok(next.run(request).await)
}

/// Whether a request comes from our own pages. The socket asks this as well, also for its GET.
pub fn is_own(state: &AppState, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site")
        && site != "same-origin"
    {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return headers.contains_key("sec-fetch-site");
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    match &state.config.base_address {
        Some(base) => origin == base.origin,
        None => {
            // No address was said: the one the browser used, over plain http or behind a proxy.
            let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
            let said = origin
                .strip_prefix("http://")
                .or(origin.strip_prefix("https://"));
            host.is_some() && host == said
        }
    }
}
