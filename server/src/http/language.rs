//! The language of an answer: `?lang=`, then the cookie, then `Accept-Language`.

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use huike_messages::{Language, Messages};
use std::convert::Infallible;

/// Name of the cookie that keeps a choice.
pub const COOKIE: &str = "huike_lang";

/// A year, in seconds.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

/// The language of this request.
#[derive(Clone, Copy, Debug)]
pub struct Wish(pub Language);

impl Wish {
    /// The sentences in it.
    pub fn messages(self) -> &'static Messages {
        Messages::of(self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wish {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Wish(of(&parts.uri, &parts.headers)))
    }
}

/// The language a request asks for.
pub fn of(uri: &Uri, headers: &HeaderMap) -> Language {
    if let Some(language) = asked(uri) {
        return language;
    }
    let kept = CookieJar::from_headers(headers);
    if let Some(language) = kept
        .get(COOKIE)
        .and_then(|it| Language::from_tag(it.value()))
    {
        return language;
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|it| it.to_str().ok());
    Language::negotiate(accepted.unwrap_or_default())
}

fn asked(uri: &Uri) -> Option<Language> {
    let parameters = uri.query()?.split('&');
    parameters
        .filter_map(|it| it.strip_prefix("lang="))
        .find_map(Language::from_tag)
}

/// Keeps a language that was asked for by `?lang=`.
pub async fn keep(request: Request, next: Next) -> Response {
    let language = asked(request.uri());
    let mut response = next.run(request).await;
    if let Some(language) = language {
        let cookie = format!(
            "{COOKIE}={}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax",
            language.tag()
        );
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
