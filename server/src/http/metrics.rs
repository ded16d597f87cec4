//! Figures for an operator: `/metrics` in Prometheus form, and `/healthz`.
//!
//! Figures are not public. Without a token only this machine may ask, and only directly: behind a
//! proxy on the same machine every visitor would look local.

use crate::app::AppState;
use crate::entropy::digest;
use crate::error::{Failure, Refused};
use crate::http::client_address::peer;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Seconds that divide quick answers from slow ones.
const BUCKETS: [f64; 7] = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0];

/// Changes that divide small batches from large ones.
const BATCH_BUCKETS: [f64; 5] = [1.0, 4.0, 16.0, 64.0, 256.0];

/// The recorder of this process; there can be only one.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let batches = Matcher::Full("huike_ingest_batch_changes".to_owned());
            let recorder = PrometheusBuilder::new()
                .set_buckets(&BUCKETS)
                .and_then(|it| it.set_buckets_for_metric(batches, &BATCH_BUCKETS))
                .unwrap_or_else(|_| PrometheusBuilder::new())
                .build_recorder();
            let handle = recorder.handle();
            // Fails only if the program around us set one before; its figures then count.
            let _ = metrics::set_global_recorder(recorder);
            handle
        })
        .clone()
}

/// `GET /metrics`.
pub async fn show(State(state): State<AppState>, request: Request) -> Result<Response, Failure> {
    let (parts, _) = request.into_parts();
    let may_see = match &state.config.metrics_token {
        Some(token) => bearer(&parts.headers)
            .is_some_and(|it| digest(it.as_bytes()) == digest(token.as_bytes())),
        None => {
            let is_forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"]
                .iter()
                .any(|it| parts.headers.contains_key(*it));
            peer(&parts).is_loopback() && !is_forwarded
        }
    };
    if !may_see {
        return Err(Refused::NotFound.into());
    }
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    state.metrics.run_upkeep();
    Ok((headers, state.metrics.render()).into_response())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// `GET /healthz`: 200 while the memory answers.
pub async fn health(State(state): State<AppState>) -> Result<Response, Failure> {
    state.store.ping().await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response())
}
