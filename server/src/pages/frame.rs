//! What all public pages share: the document, the notices above a form, the language switch.

use crate::app::AppState;
use crate::error::Failure;
use crate::http::language::Wish;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use huike_messages::{Language, Messages};
use leptos::prelude::*;
use std::net::IpAddr;

/// Browsers inside other apps, by what their `User-Agent` holds: they keep no data between visits
/// and install nothing.
const INNER_BROWSERS: [&str; 8] = [
    "MicroMessenger",
    "DingTalk",
    "wxwork",
    "Feishu",
    "Lark/",
    "Weibo",
    "QQ/",
    "AlipayClient",
];

/// Where and to whom a page is shown.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its language.
    pub language: Language,
    title: String,
    workspace: Option<String>,
    /// Where the language switch leads: the same page, ready for one more parameter.
    path: String,
    needs_https: bool,
    is_inner_browser: bool,
}

impl Frame {
    /// A page about nothing in particular.
    pub fn plain(language: Language, title: String) -> Self {
        Frame {
            language,
            title,
            workspace: None,
            path: "/?".to_owned(),
            needs_https: false,
            is_inner_browser: false,
        }
    }

    /// The sentences of its language.
    pub fn messages(&self) -> &'static Messages {
        Messages::of(self.language)
    }

    /// The same frame with a title.
    pub fn titled(mut self, title: String) -> Self {
        self.title = title;
        self
    }

    /// The same frame with the name of a workspace above the title.
    pub fn of_workspace(mut self, name: &str) -> Self {
        self.workspace = Some(name.to_owned());
        self
    }

    /// The page with this content.
    pub fn page(self, content: impl IntoView) -> Response {
        let html = format!("<!DOCTYPE html>{}", self.document(content).to_html());
        ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
    }

    fn document(self, content: impl IntoView) -> impl IntoView {
        let m = self.messages();
        let name = self.workspace.clone().unwrap_or_else(|| m.app_title());
        view! {
            <html lang=self.language.tag()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="robots" content="noindex"/>
                    <title>{format!("{} · {name}", self.title)}</title>
                    // The member's last choice on this device; the language is the server's answer.
                    <script src="/theme.js" data-keep-language=""></script>
                    <link rel="stylesheet" href="/app.css"/>
                    <link rel="stylesheet" href="/public.css"/>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    <link rel="apple-touch-icon" href="/icons/apple-touch-icon.png"/>
                </head>
                <body class="public">
                    <main class="public-page">
                        <header class="public-head">
                            <img class="public-mark" src="/mark.svg" alt="" width="40" height="40"/>
                            <p class="public-workspace">{name}</p>
                            <h1 class="public-title">{self.title.clone()}</h1>
                        </header>
                        {self.notices()}
                        {content.into_view()}
                        {self.footer()}
                    </main>
                </body>
            </html>
        }
    }

    fn notices(&self) -> impl IntoView + use<> {
        let m = self.messages();
        let https = self.needs_https.then(|| {
            view! {
                <aside class="notice tone-due">
                    <div class="notice-words">
                        <p><strong>{m.public_http_title()}</strong></p>
                        <p>{m.public_http_what()}</p>
                        <details>
                            <summary>{m.public_http_how_title()}</summary>
                            <p>{m.public_http_how()}</p>
                        </details>
                    </div>
                </aside>
            }
        });
        let inner = self.is_inner_browser.then(|| {
            view! {
                <aside class="notice tone-due">
                    <div class="notice-words">
                        <p><strong>{m.public_inner_title()}</strong></p>
                        <p>{m.public_inner_what()}</p>
                    </div>
                </aside>
            }
        });
        (inner, https)
    }

    fn footer(&self) -> impl IntoView + use<> {
        let m = self.messages();
        let links = Language::ALL.map(|language| {
            let is_current = language == self.language;
            let href = format!("{}lang={}", self.path, language.tag());
            view! {
                <a class="link" href=href lang=language.tag() hreflang=language.tag()
                    aria-current=is_current.then_some("true")>
                    {language.own_name()}
                </a>
            }
        });
        view! {
            <footer class="public-foot">
                <nav class="public-languages" aria-label=m.settings_language()>
                    {links.into_iter().collect_view()}
                </nav>
                <p>{m.public_privacy()}</p>
            </footer>
        }
    }
}

impl<S> FromRequestParts<S> for Frame
where
    S: Send + Sync,
    AppState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let app = AppState::from_ref(state);
        let Ok(Wish(language)) = Wish::from_request_parts(parts, state).await;
        let workspaces = app.store.workspaces().await?;
        let workspace = match workspaces.as_slice() {
            [only] => Some(only.name.clone()),
            [] | [_, ..] => None,
        };
        Ok(Frame {
            language,
            title: String::new(),
            workspace,
            path: before_language(&parts.uri),
            needs_https: !app.config.is_secure() && !is_local(&parts.headers, &parts.uri),
            is_inner_browser: is_inner_browser(&parts.headers),
        })
    }
}

/// The address of a page without its language, up to where another parameter can follow.
fn before_language(uri: &Uri) -> String {
    let parameters = uri.query().unwrap_or_default().split('&');
    let kept = parameters.filter(|it| !it.is_empty() && !it.starts_with("lang="));
    let query: String = kept.map(|it| format!("{it}&")).collect();
    format!("{}?{query}", uri.path())
}

/// Whether the browser reached us by a name it treats as secure without https.
fn is_local(headers: &HeaderMap, uri: &Uri) -> bool {
    let said = headers
        .get(header::HOST)
        .and_then(|it| it.to_str().ok())
        .or(uri.host());
    let Some(authority) = said.and_then(|it| it.parse::<axum::http::uri::Authority>().ok()) else {
        return false;
    };
    let host = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn is_inner_browser(headers: &HeaderMap) -> bool {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    INNER_BROWSERS.iter().any(|it| agent.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        assert_eq!(
            is_local(&headers, &Uri::from_static("/")),
            expected,
            "{host}"
        );
    }

    #[test]
    fn a_browser_trusts_its_own_machine_without_https() {
        check("localhost:8080", true);
        check("127.0.0.1:8080", true);
        check("[::1]:8080", true);
        check("huike.localhost", true);
        check("192.168.1.5:8080", false);
        check("crm.example.com", false);
        check("localhost.example.com", false);
    }

    #[test]
    fn the_language_switch_keeps_what_the_address_holds() {
        let check = |uri: &'static str, expected: &str| {
            assert_eq!(before_language(&Uri::from_static(uri)), expected);
        };
        check("/sign-in", "/sign-in?");
        check("/setup?code=AB-CD&lang=en", "/setup?code=AB-CD&");
    }

    #[test]
    fn a_page_is_a_whole_document_in_its_language() {
        let frame = Frame::plain(Language::En, "Sign in".to_owned()).of_workspace("A <b> & co");
        let html = frame.document(view! { <p>"content"</p> }).to_html();
        assert!(html.contains("<html lang=\"en\">"), "{html}");
        assert!(html.contains("A &lt;b&gt; &amp; co"), "{html}");
        assert!(html.contains("<p>content</p>"), "{html}");
        // What the content policy refuses: scripts and styles inside the document.
        assert!(
            !html.contains("<script>") && !html.contains("style="),
            "{html}"
        );
        assert!(html.contains("<script src=\"/theme.js\""), "{html}");
    }
}
