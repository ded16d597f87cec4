//! The description of the interface for programs (OpenAPI 3.1), made from the registry: a new field
//! or kind is in it without a line here.
//!
//! `docs/openapi.json` is a copy that a test compares, so that every change of the contract is seen.

mod errors;
mod paths;
mod schemas;

use super::record::kinds;
use crate::auth::Caller;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::OnceLock;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, Info, OpenApi, OpenApiBuilder};

/// Name of the scheme by token.
const TOKEN: &str = "token";
/// Name of the scheme by cookie.
const SESSION: &str = "session";

/// `GET /api/v1/openapi.json`, for members and their programs: whoever looks for a way in is told nothing.
pub async fn show(_caller: Caller) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text())
}

/// The description as text, written once.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| document().to_pretty_json().unwrap_or_default())
}

fn document() -> OpenApi {
    let mut info = Info::new("Huike 汇客", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Records of every kind, their history and a feed of changes. \
         How it is used, with examples: docs/api.md."
            .to_owned(),
    );
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("huike_pat_…")
        .description(Some("A personal access token, made in the settings."))
        .build();
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        crate::auth::session::SECURE_COOKIE,
        "A member's session in a browser; writing asks for the Origin of our own pages.",
    ));
    let mut components = ComponentsBuilder::new()
        .security_scheme(TOKEN, SecurityScheme::Http(bearer))
        .security_scheme(SESSION, SecurityScheme::ApiKey(cookie));
    for (name, schema) in schemas::shared() {
        components = components.schema(name, schema);
    }
    for def in kinds() {
        for (name, schema) in schemas::of_kind(def) {
            components = components.schema(name, schema);
        }
    }
    let nothing: [&str; 0] = [];
    OpenApiBuilder::new()
        .info(info)
        .paths(paths::all())
        .components(Some(components.build()))
        .security(Some([
            SecurityRequirement::new(TOKEN, nothing),
            SecurityRequirement::new(SESSION, nothing),
        ]))
        .build()
}
