//! `/api/v1/records/{kind}`: records of every kind for programs, by one set of routes.

use super::Fresh;
use super::error::ApiError;
use super::fields::Wanted;
use super::query::Asked;
use super::record::{current, kind, named, of_row};
use super::writing::{Act, AskedOnce, Asking, Written, matches, write};
use crate::app::AppState;
use crate::auth::Caller;
use crate::entropy::{OsEntropy, digest};
use crate::error::Failure;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use huike_shared::access::Action;
use huike_shared::id::Entropy as _;
use huike_shared::record::{KindDef, RecordRef};
use serde_json::{Map, Value, json};

/// The header with a key under which a request happens once.
pub const KEY_HEADER: &str = "idempotency-key";
/// The header of an answer to a request that had happened before.
pub const REPEATED_HEADER: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters in a key.
pub const KEY_CHARS_MAX: usize = 200;

/// `GET /api/v1/records/{kind}`: a page of records.
pub async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(kind_name): Path<String>,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Result<Fresh<Value>, Failure> {
    caller.may(Action::View)?;
    let def = kind(&kind_name)?;
    let mut asked = Asked::read(caller.workspace.id, def, &parameters)?;
    let count = asked.query.count;
    // One more says whether there is another page.
    asked.query.count = count + 1;
    let mut rows = state.store.find_rows(&asked.query).await?;
    let has_more = rows.len() as u64 > count;
    rows.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| has_more);
    let next = next.map(|(_, spot)| asked.cursor(spot));
    let records: Result<Vec<Value>, Failure> =
        rows.iter().map(|(row, _)| of_row(def, row)).collect();
    Ok(Fresh(json!({ "records": records?, "next_cursor": next })))
}

/// `GET /api/v1/records/{kind}/{id}`: one record with its notes.
pub async fn show(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind_name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    caller.may(Action::View)?;
    let (def, record) = named(&kind_name, &id)?;
    let found = current(&state, caller.workspace.id, def, record).await?;
    let found = found.ok_or(ApiError::NoRecord)?;
    let known = headers.get(header::IF_NONE_MATCH);
    let known = known.and_then(|it| it.to_str().ok());
    // A weak tag is as good here.
    if known.is_some_and(|it| matches(&it.replace("W/", ""), &found.tag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        put_tag(&mut response, &found.tag);
        return Ok(response);
    }
    let mut response = Fresh(found.json).into_response();
    put_tag(&mut response, &found.tag);
    Ok(response)
}

/// `POST /api/v1/records/{kind}`: a new record.
pub async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Path(kind_name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    caller.may(Action::Edit)?;
    let def = kind(&kind_name)?;
    let act = Act::Create(wanted(def, &body)?);
    let record = RecordRef {
        kind: def.kind,
        id: OsEntropy.record_id(state.clock.now()),
    };
    let once = once(&headers, &format!("create {kind_name}"), &body)?;
    let asking = Asking {
        caller,
        def,
        record,
        act,
        if_match: None,
        once,
    };
    answer(write(&state, asking).await?)
}

/// `PATCH /api/v1/records/{kind}/{id}`: changes the fields that are named.
pub async fn edit(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind_name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    caller.may(Action::Edit)?;
    let (def, record) = named(&kind_name, &id)?;
    let act = Act::Edit(wanted(def, &body)?);
    change(&state, caller, (def, record), act, &headers, &body).await
}

/// `DELETE /api/v1/records/{kind}/{id}`: deletes; the record can be restored.
pub async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind_name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let named = named(&kind_name, &id)?;
    change(&state, caller, named, Act::Delete, &headers, b"delete").await
}

/// `POST /api/v1/records/{kind}/{id}/restore`: takes a deletion back.
pub async fn restore(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind_name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let named = named(&kind_name, &id)?;
    change(&state, caller, named, Act::Restore, &headers, b"restore").await
}

async fn change(
    state: &AppState,
    caller: Caller,
    (def, record): (&'static KindDef, RecordRef),
    act: Act,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Failure> {
    let if_match = match headers.get(header::IF_MATCH) {
        Some(it) => Some(it.to_str().map_err(|_| bad("If-Match"))?.to_owned()),
        None => None,
    };
    let once = once(headers, &format!("change {} {}", def.name, record.id), body)?;
    let asking = Asking {
        caller,
        def,
        record,
        act,
        if_match,
        once,
    };
    answer(write(state, asking).await?)
}

/// Reads `{"fields": {…}}`.
fn wanted(def: &'static KindDef, body: &[u8]) -> Result<Wanted, Failure> {
    let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| ApiError::BadBody)?;
    if let Some(other) = body.keys().find(|it| *it != "fields") {
        let field = other.chars().take(80).collect();
        return Err(ApiError::UnknownField { field }.into());
    }
    let fields = body.get("fields").and_then(Value::as_object);
    Ok(Wanted::read(def, fields.ok_or(ApiError::BadBody)?)?)
}

fn bad(name: &str) -> ApiError {
    ApiError::BadParameter {
        name: name.to_owned(),
    }
}

fn once(headers: &HeaderMap, act: &str, body: &[u8]) -> Result<Option<AskedOnce>, Failure> {
    let Some(key) = headers.get(KEY_HEADER) else {
        return Ok(None);
    };
    let key = key.to_str().ok();
    let key = key.filter(|it| (1..=KEY_CHARS_MAX).contains(&it.len()));
    let key = key.ok_or_else(|| bad("Idempotency-Key"))?;
    let mut request = format!("{act}\n").into_bytes();
    request.extend(body);
    Ok(Some(AskedOnce {
        key: digest(key.as_bytes()),
        request: digest(&request),
    }))
}

fn answer(written: Written) -> Result<Response, Failure> {
    let json = written.current.json;
    let location = format!(
        "/api/v1/records/{}/{}",
        json["kind"].as_str().unwrap_or_default(),
        json["id"].as_str().unwrap_or_default()
    );
    let mut response = (written.status, Fresh(json)).into_response();
    put_tag(&mut response, &written.current.tag);
    let headers = response.headers_mut();
    if written.status == StatusCode::CREATED {
        let location = HeaderValue::from_str(&location).map_err(Failure::broken)?;
        headers.insert(header::LOCATION, location);
    }
    if written.is_repeat {
        headers.insert(REPEATED_HEADER, HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn put_tag(response: &mut Response, tag: &str) {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
}
