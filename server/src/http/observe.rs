//! One log line and one figure for each request, without anything personal: the pattern of the
//! route, never the address that was asked for, which may hold a token or a name.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use huike_shared::id::Entropy as _;
use std::time::Instant;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Measures and logs.
pub async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => "(site)".to_owned(),
    };
    let mut bytes = [0; 8];
    crate::entropy::OsEntropy.fill(&mut bytes);
    let request_id = crate::entropy::hex(&bytes);

    let span = tracing::info_span!("request", request.id = request_id);
    let mut response = next.run(request).instrument(span).await;

    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    metrics::counter!(
        "huike_http_requests_total",
        "method" => method.to_string(), "route" => route.clone(), "status" => status.to_string()
    )
    .increment(1);
    metrics::histogram!("huike_http_request_seconds", "route" => route.clone()).record(seconds);
    tracing::info!(
        request.id = request_id,
        http.method = %method,
        http.route = route,
        http.status = status,
        duration_ms = (seconds * 1000.0).round() as u64,
        "answered"
    );
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
