//! Every address of the server on one screen.

use crate::app::AppState;
use crate::http::{failures, headers, language, metrics, observe, origin, refusals, shell, site};
use crate::{api, auth, import, pages, sync};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post, put};
use std::any::Any;
use std::time::Duration;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

/// Largest body of a request; a route that takes files says so itself.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Longest time for an answer. Sockets answer at once and then live on.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole server.
pub fn router(state: AppState) -> Router {
    let sessions = auth::session::layer(state.store.clone(), state.config.is_secure());
    let public = Router::new()
        .route("/", get(pages::home))
        .route(
            "/setup",
            get(pages::set_up::show).post(pages::set_up::submit),
        )
        .route(
            "/sign-in",
            get(pages::sign_in::show).post(pages::sign_in::submit),
        )
        .route(
            "/sign-in/code",
            get(pages::code::show).post(pages::code::submit),
        )
        .route("/sign-out", post(pages::sign_in::sign_out))
        .route(
            "/join/{token}",
            get(pages::join::show).post(pages::join::submit),
        )
        .route(
            "/reset/{token}",
            get(pages::reset::show).post(pages::reset::submit),
        )
        .route(
            "/account/password",
            get(pages::password::show).post(pages::password::submit),
        );
    let api = Router::new()
        .route("/api/v1/version", get(api::version))
        .route("/api/v1/me", get(api::me))
        .route("/api/v1/sign-out", post(api::sign_out))
        .route("/api/v1/password", post(api::change_password))
        .route(
            "/api/v1/invitations",
            get(api::invitations::list).post(api::invitations::invite),
        )
        .route("/api/v1/invitations/{id}", delete(api::invitations::revoke))
        .route(
            "/api/v1/erasures",
            get(api::erasures::list).post(api::erasures::make),
        )
        .route("/api/v1/erasures/plan", get(api::erasures::preview))
        .route("/api/v1/members", get(api::members::list))
        .route("/api/v1/members/{id}", put(api::members::place))
        .route(
            "/api/v1/members/{id}/rights/{kind}/{record}",
            get(api::reasons::show),
        )
        .route(
            "/api/v1/departments",
            get(api::members::departments).post(api::members::make_department),
        )
        .route(
            "/api/v1/departments/{id}",
            put(api::members::change_department).delete(api::members::remove_department),
        )
        .route("/api/v1/roles", get(api::roles::list))
        .route("/api/v1/roles/{role}", put(api::roles::narrow))
        .route("/api/v1/journal", get(api::journal::list))
        .route("/api/v1/journal/export", get(api::journal::export))
        .route("/api/v1/sessions", get(api::sessions::list))
        .route(
            "/api/v1/sessions/end-others",
            post(api::sessions::end_others),
        )
        .route("/api/v1/sessions/{id}", delete(api::sessions::end_one))
        .route("/api/v1/confirm", post(api::sessions::confirm))
        .route("/api/v1/second-factor", get(api::second_factor::show))
        .route(
            "/api/v1/second-factor/begin",
            post(api::second_factor::begin),
        )
        .route(
            "/api/v1/second-factor/picture.svg",
            get(api::second_factor::picture),
        )
        .route(
            "/api/v1/second-factor/turn-on",
            post(api::second_factor::turn_on),
        )
        .route(
            "/api/v1/second-factor/turn-off",
            post(api::second_factor::turn_off),
        )
        .route("/api/v1/second-factors", get(api::second_factor::members))
        .route("/api/v1/openapi.json", get(api::openapi::show))
        .route(
            "/api/v1/tokens",
            get(api::tokens::list).post(api::tokens::make),
        )
        .route("/api/v1/tokens/{id}", delete(api::tokens::revoke))
        .route("/api/v1/changes", get(api::changes::feed))
        .route(
            "/api/v1/records/{kind}",
            get(api::records::list).post(api::records::create),
        )
        .route(
            "/api/v1/records/{kind}/{id}",
            get(api::records::show)
                .patch(api::records::edit)
                .delete(api::records::delete),
        )
        .route(
            "/api/v1/records/{kind}/{id}/restore",
            post(api::records::restore),
        )
        .route(
            "/api/v1/records/{kind}/{id}/changes",
            get(api::changes::history),
        )
        .route("/api/v1/sync", get(sync::socket::connect))
        .route(
            "/api/v1/sync/states",
            get(sync::catch_up::states)
                .layer(CompressionLayer::new().quality(CompressionLevel::Fastest)),
        )
        .route("/api/v1/sync/snapshot", get(sync::snapshot::show))
        .route(
            "/api/v1/sync/snapshot/{position}/{number}",
            get(sync::snapshot::part)
                .layer(CompressionLayer::new().quality(CompressionLevel::Fastest)),
        )
        .route(
            "/api/v1/records/{kind}/{id}/document",
            get(sync::records::document),
        )
        .route("/api/v1/sync/history/{kind}/{id}", get(sync::history::show))
        .route("/api/v1/sync/seen/{kind}/{id}", get(sync::seen::show));
    let imports = import::api::routes().layer(sessions.clone());
    let program = Router::new()
        .route("/app", get(shell::show))
        .route("/app/", get(shell::show))
        .route("/app/{*path}", get(shell::show))
        .route("/sw.js", get(site::service_worker))
        .route("/offline", get(site::offline))
        .route("/healthz", get(metrics::health))
        .route("/metrics", get(metrics::show))
        .fallback(site::file);

    // The last layer is the first to see a request.
    public
        .merge(api)
        .layer(sessions)
        .layer(from_fn(language::keep))
        .merge(program)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            ANSWER_TIMEOUT,
        ))
        .merge(imports)
        .layer(from_fn_with_state(state.clone(), refusals::note))
        .layer(from_fn_with_state(state.clone(), origin::guard))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(failures::into_words))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(from_fn(observe::observe))
        .with_state(state)
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    crate::error::Failure::Broken(format!("a handler panicked: {text}")).into_response()
}
