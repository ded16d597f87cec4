//! The frame into which the browser program mounts.
//!
//! The same bytes for every member, language and address under `/app/`: the service worker keeps
//! one copy and knows its digest. So it holds no words but the app's name and, for a browser
//! without scripts, one sentence in each language; `theme.js` sets language and theme before the
//! first paint.

use super::site::etag_of;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The document.
pub fn page() -> &'static str {
    include_str!("shell.html")
}

/// `GET /app/…`.
pub async fn show(headers: HeaderMap) -> Response {
    let etag = etag_of(page().as_bytes());
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|it| it.as_bytes() == etag.as_bytes());
    let out = [
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, etag),
    ];
    if is_known {
        (StatusCode::NOT_MODIFIED, out).into_response()
    } else {
        (out, Html(page())).into_response()
    }
}
