//! Puts failures into words: JSON under `/api/`, a page elsewhere, in the reader's language.

use super::language;
use crate::error::{Failure, Refused};
use axum::Json;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use huike_messages::{Language, Messages};
use serde_json::json;
use std::sync::Arc;

/// Translates what came back without words.
pub async fn into_words(request: Request, next: Next) -> Response {
    let language = language::of(request.uri(), request.headers());
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if let Some(failure) = response.extensions().get::<Arc<Failure>>().cloned() {
        return in_words(response, &failure, language, is_api);
    }
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_plain = content_type.is_none_or(|it| it.as_bytes().starts_with(b"text/plain"));
    if is_plain {
        in_words(response, &of_status(status), language, is_api)
    } else {
        response
    }
}

/// What a status that came without a [`Failure`] means: it was made by a layer below the handlers.
fn of_status(status: StatusCode) -> Failure {
    match status {
        StatusCode::UNAUTHORIZED => Refused::NotSignedIn.into(),
        StatusCode::FORBIDDEN => Refused::NotPermitted.into(),
        StatusCode::NOT_FOUND => Refused::NotFound.into(),
        StatusCode::PAYLOAD_TOO_LARGE => Refused::TooLarge.into(),
        StatusCode::REQUEST_TIMEOUT => Refused::TooSlow.into(),
        other if other.is_client_error() => Refused::BadRequest.into(),
        other => Failure::Broken(other.to_string()),
    }
}

fn in_words(mut bare: Response, failure: &Failure, language: Language, is_api: bool) -> Response {
    let messages = Messages::of(language);
    let sentence = failure.sentence(messages);
    let body = if is_api {
        let mut body = json!({ "code": failure.code(), "message": sentence });
        if let Failure::Api(error) = failure {
            if let Some(field) = error.field() {
                body["field"] = json!(field);
            }
            if let Some(current) = error.current() {
                body["current"] = current.clone();
            }
        }
        Json(body).into_response()
    } else {
        crate::pages::failure(language, &sentence)
    };
    let (mut parts, body) = body.into_parts();
    parts.status = bare.status();
    for (name, value) in bare.headers_mut().drain() {
        if let Some(name) = name
            && name != header::CONTENT_TYPE
            && name != header::CONTENT_LENGTH
        {
            parts.headers.append(name, value);
        }
    }
    parts.headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    Response::from_parts(parts, body)
}
