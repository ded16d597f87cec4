//! `/api/v1/imports`: upload, dry run, import, progress, undo, history.

use super::desk::{Desk, ImportFailure, Standing, Tried, Undone, Uploaded};
use super::{FILE_BYTES_MAX, ImportError, SAMPLES, decode};
use crate::api::Fresh;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::error::Refused;
use crate::http::language::Wish;
use crate::store::imports::Choice;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use huike_shared::id::RecordId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;

/// What a form needs beside the file.
const FORM_BYTES: usize = 64 << 10;

/// Longest time for an answer: a large file over a slow line.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(300);

/// The routes, with limits of their own: files are larger than other requests.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/imports", get(list_imports).post(upload_file))
        .route(
            "/api/v1/imports/{id}",
            get(show_import).delete(remove_import),
        )
        .route("/api/v1/imports/{id}/check", post(check_import))
        .route("/api/v1/imports/{id}/commit", post(commit_import))
        .route("/api/v1/imports/{id}/undo", post(undo_import))
        .layer(from_fn(in_words))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX + FORM_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            ANSWER_TIMEOUT,
        ))
}

type Answer = Result<Fresh<Value>, ImportFailure>;

fn desk(state: &AppState) -> &Desk {
    &state.imports
}

/// The query of [`upload_file`].
#[derive(Debug, Deserialize)]
struct UploadQuery {
    encoding: Option<String>,
}

async fn upload_file(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(query): Query<UploadQuery>,
    mut form: Multipart,
) -> Result<(StatusCode, Fresh<Value>), ImportFailure> {
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("file") && file.is_none() {
            let name = field.file_name().unwrap_or_default().to_owned();
            file = Some((name, field.bytes().await.map_err(unreadable)?));
        }
    }
    let (name, bytes) = file.ok_or(ImportError::NoFile)?;
    let uploaded = desk(&state)
        .upload(&signed_in.member, &name, bytes.into(), query.encoding)
        .await?;
    Ok((StatusCode::CREATED, Fresh(uploaded_json(&uploaded))))
}

fn unreadable(error: MultipartError) -> ImportFailure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ImportError::TooLarge.into()
    } else {
        Refused::BadRequest.into()
    }
}

/// Body of [`check_import`].
#[derive(Debug, Deserialize)]
struct CheckBody {
    kind: String,
    mapping: Vec<Option<String>>,
    encoding: Option<String>,
}

async fn check_import(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(body): Json<CheckBody>,
) -> Answer {
    let choice = Choice {
        encoding: body.encoding,
        kind: body.kind,
        mapping: body.mapping,
    };
    let tried = desk(&state)
        .check(&signed_in.member, parse(&id)?, choice)
        .await?;
    Ok(Fresh(tried_json(&tried)))
}

/// Body of [`commit_import`].
#[derive(Debug, Deserialize)]
struct CommitBody {
    #[serde(default)]
    only_good: bool,
}

async fn commit_import(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(body): Json<CommitBody>,
) -> Result<(StatusCode, Fresh<Value>), ImportFailure> {
    let id = parse(&id)?;
    desk(&state)
        .commit(&signed_in.member, id, body.only_good)
        .await?;
    let standing = desk(&state).standing(&signed_in.member, id).await?;
    Ok((StatusCode::ACCEPTED, Fresh(standing_json(&standing))))
}

async fn show_import(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    Ok(Fresh(standing_json(
        &desk(&state)
            .standing(&signed_in.member, parse(&id)?)
            .await?,
    )))
}

async fn list_imports(State(state): State<AppState>, signed_in: SignedIn) -> Answer {
    let history = desk(&state).history(&signed_in.member).await?;
    let imports: Vec<Value> = history.iter().map(standing_json).collect();
    Ok(Fresh(json!({ "imports": imports })))
}

async fn undo_import(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    Ok(Fresh(undone_json(
        &desk(&state).undo(&signed_in.member, parse(&id)?).await?,
    )))
}

async fn remove_import(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, ImportFailure> {
    desk(&state).remove(&signed_in.member, parse(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse(id: &str) -> Result<RecordId, Refused> {
    RecordId::parse(id).map_err(|_| Refused::NotFound)
}

fn uploaded_json(uploaded: &Uploaded) -> Value {
    let table = &uploaded.table;
    let suggested = uploaded
        .suggested
        .iter()
        .find(|it| it.0.kind == uploaded.kind.kind);
    let columns: Vec<Value> = table
        .header
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let cells = table.rows.iter().map(|it| it.cell(index).trim());
            let samples: Vec<&str> = cells.filter(|it| !it.is_empty()).take(SAMPLES).collect();
            let field = suggested.and_then(|it| it.1.get(index).copied().flatten());
            json!({ "name": name, "samples": samples, "suggested": field })
        })
        .collect();
    let by_kind: serde_json::Map<String, Value> = uploaded
        .suggested
        .iter()
        .map(|it| (it.0.name.to_owned(), json!(it.1)))
        .collect();
    json!({
        "id": uploaded.id.to_string(),
        "encoding": uploaded.encoding,
        "encodings": decode::ENCODINGS,
        "delimiter": uploaded.table.delimiter.to_string(),
        "kind": uploaded.kind.name,
        "columns": columns,
        "suggestions": by_kind,
        "row_count": table.rows.len(),
    })
}

fn tried_json(tried: &Tried) -> Value {
    let errors: Vec<Value> = tried
        .checked
        .bad_cells
        .iter()
        .map(|it| {
            json!({
                "row": it.row,
                "column": it.column,
                "column_name": tried.header.get(it.column),
                "value": it.value,
                "code": it.problem.code(),
            })
        })
        .collect();
    let preview: Vec<Value> = tried
        .preview
        .iter()
        .map(|it| {
            let values: serde_json::Map<String, Value> = it
                .values
                .iter()
                .map(|(name, text)| ((*name).to_owned(), json!(text)))
                .collect();
            json!({ "row": it.row, "values": values })
        })
        .collect();
    json!({
        "encoding": tried.encoding,
        "rows_ok": tried.checked.good.len(),
        "rows_bad": tried.checked.rows_bad,
        "errors": errors,
        "preview": preview,
    })
}

fn standing_json(standing: &Standing) -> Value {
    use crate::store::imports::ImportState;
    let import = &standing.import;
    let is_there = matches!(import.state, ImportState::Done | ImportState::Undone);
    let phase = match import.state {
        ImportState::Running if standing.done < import.record_count => Some("preparing"),
        ImportState::Running => Some("saving"),
        _ => None,
    };
    json!({
        "id": import.id.to_string(),
        "state": import.state.word(),
        "phase": phase,
        "kind": import.kind,
        "file_name": import.file_name,
        "member": import.member_id.to_string(),
        "created_at": import.created_at.millis(),
        "finished_at": import.finished_at.map(|it| it.millis()),
        "done": standing.done,
        "total": import.record_count,
        "created": if is_there { import.record_count } else { 0 },
        "problem": import.problem,
    })
}

fn undone_json(undone: &Undone) -> Value {
    let kept: Vec<Value> = undone
        .kept
        .iter()
        .map(|it| json!({ "id": it.id.to_string(), "name": it.name }))
        .collect();
    json!({ "removed": undone.removed, "kept": kept })
}

impl IntoResponse for ImportFailure {
    fn into_response(self) -> Response {
        match self {
            ImportFailure::Failure(failure) => failure.into_response(),
            ImportFailure::Import(error) => {
                let mut response = status(&error).into_response();
                // The words come later, when the language is known.
                response.extensions_mut().insert(Arc::new(error));
                response
            }
        }
    }
}

fn status(error: &ImportError) -> StatusCode {
    match error {
        ImportError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ImportError::WrongStep => StatusCode::CONFLICT,
        ImportError::TooManyWaiting => StatusCode::TOO_MANY_REQUESTS,
        ImportError::NoFile => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Puts an import's error into words: its code, a sentence, and where it is.
async fn in_words(wish: Wish, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<Arc<ImportError>>().cloned() else {
        return response;
    };
    let messages = wish.messages();
    let sentence = messages
        .by_key(&format!("import-error-{}", error.code()))
        .unwrap_or_else(|| messages.error_unexpected());
    let body = json!({
        "code": format!("import-{}", error.code()),
        "message": sentence,
        "row": error.row(),
        "field": error.field(),
        "encoding": error.encoding(),
    });
    (
        response.status(),
        [(header::CACHE_CONTROL, "no-store")],
        Json(body),
    )
        .into_response()
}
