//! The security log of a workspace, for its administrators who are signed in; programs cannot.

use super::Fresh;
use super::error::ApiError;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::error::{Failure, Refused};
use crate::store::journal::{Entry, Filter, NewEntry, What};
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use huike_shared::access::{Action, allows};
use huike_shared::id::RecordId;
use huike_shared::registry;
use huike_shared::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Entries of one page.
const PAGE: u32 = 100;

/// Entries of one file; who needs more asks for the months one by one.
pub const EXPORT_MAX: u32 = 50_000;

/// What is asked for; every word may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// Id of a member, invitation or token.
    person: Option<String>,
    /// Id of a record.
    record: Option<String>,
    /// Word of what happened.
    what: Option<String>,
    /// Milliseconds since 1970: not before.
    from: Option<i64>,
    /// Milliseconds since 1970: before.
    until: Option<i64>,
    /// Before this number: the next page.
    before: Option<u64>,
    /// `json` or `csv`, of a file.
    format: Option<String>,
}

/// `GET /api/v1/journal`: newest first, with the words that `what` may be.
pub async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Fresh<Value>, Failure> {
    must_administer(&signed_in)?;
    let filter = filter(&asked)?;
    let entries = state
        .store
        .journal_of(signed_in.workspace.id, &filter, PAGE)
        .await?;
    let next = entries.last().filter(|_| entries.len() == PAGE as usize);
    let whats: Vec<&str> = What::ALL.iter().map(|it| it.word()).collect();
    Ok(Fresh(json!({
        "entries": entries.iter().map(as_json).collect::<Vec<_>>(),
        "next": next.map(|it| it.number),
        "whats": whats,
    })))
}

/// `GET /api/v1/journal/export?format=csv`: the same as a file. That it was taken away is noted too.
pub async fn export(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    must_administer(&signed_in)?;
    signed_in.must_be_confirmed(&state)?;
    let is_csv = match asked.format.as_deref() {
        Some("csv") => true,
        Some("json") => false,
        _ => return Err(bad("format").into()),
    };
    let filter = filter(&asked)?;
    let noted = NewEntry::by(&signed_in.member, What::Exported, state.clock.now());
    state.store.note(noted.with_detail("journal")).await?;
    let workspace_id = signed_in.workspace.id;
    let entries = state
        .store
        .journal_of(workspace_id, &filter, EXPORT_MAX)
        .await?;
    let members = state.store.members(workspace_id).await?;
    let names: HashMap<RecordId, &str> = members.iter().map(|it| (it.id, &*it.name)).collect();
    let (kind, name, body) = if is_csv {
        (
            "text/csv; charset=utf-8",
            "huike-security-log.csv",
            csv(&entries, &names)?,
        )
    } else {
        let entries: Vec<Value> = entries.iter().map(as_json).collect();
        let body = json!({ "entries": entries }).to_string().into_bytes();
        ("application/json", "huike-security-log.json", body)
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let disposition = format!("attachment; filename=\"{name}\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(Failure::broken)?;
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

fn must_administer(signed_in: &SignedIn) -> Result<(), Failure> {
    if allows(signed_in.member.role, Action::Administer) {
        Ok(())
    } else {
        Err(Refused::NotPermitted.into())
    }
}

fn filter(asked: &Asked) -> Result<Filter, ApiError> {
    Ok(Filter {
        person: id(asked.person.as_deref(), "person")?,
        record: id(asked.record.as_deref(), "record")?,
        what: asked.what.clone().filter(|it| !it.is_empty()),
        from: asked.from.map(Timestamp::from_millis),
        until: asked.until.map(Timestamp::from_millis),
        before: asked.before.map(|it| it.min(i64::MAX as u64)),
    })
}

fn id(text: Option<&str>, name: &str) -> Result<Option<RecordId>, ApiError> {
    let text = text.map(str::trim).filter(|it| !it.is_empty());
    text.map(RecordId::parse).transpose().map_err(|_| bad(name))
}

fn bad(name: &str) -> ApiError {
    ApiError::BadParameter {
        name: name.to_owned(),
    }
}

fn as_json(entry: &Entry) -> Value {
    let text = |id: Option<RecordId>| id.map(|it| it.to_string());
    json!({
        "number": entry.number,
        "at": entry.at.millis(),
        "what": entry.what,
        "by": text(entry.member_id),
        "about": text(entry.about),
        "kind": kind(entry),
        "record": text(entry.record.map(|it| it.id)),
        "detail": entry.detail,
        "hash": crate::entropy::hex(&entry.hash),
    })
}

fn kind(entry: &Entry) -> Option<&'static str> {
    entry
        .record
        .and_then(|it| registry::def(it.kind))
        .map(|it| it.name)
}

/// The first line of a table.
const COLUMNS: [&str; 11] = [
    "number",
    "at",
    "what",
    "by",
    "by_name",
    "about",
    "about_name",
    "kind",
    "record",
    "detail",
    "hash",
];

fn csv(entries: &[Entry], names: &HashMap<RecordId, &str>) -> Result<Vec<u8>, Failure> {
    let mut lines = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::from("\u{feff}"));
    lines.write_record(COLUMNS).map_err(Failure::broken)?;
    let text = |id: Option<RecordId>| id.map(|it| it.to_string()).unwrap_or_default();
    let name = |id: Option<RecordId>| {
        id.and_then(|it| names.get(&it))
            .copied()
            .unwrap_or_default()
    };
    for entry in entries {
        let cells = [
            entry.number.to_string(),
            instant(entry.at),
            entry.what.clone(),
            text(entry.member_id),
            name(entry.member_id).to_owned(),
            text(entry.about),
            name(entry.about).to_owned(),
            kind(entry).unwrap_or_default().to_owned(),
            text(entry.record.map(|it| it.id)),
            entry.detail.clone(),
            crate::entropy::hex(&entry.hash),
        ];
        let cells = cells.map(shielded);
        lines.write_record(&cells).map_err(Failure::broken)?;
    }
    lines.into_inner().map_err(Failure::broken)
}

/// A time as tables of every program read it.
fn instant(at: Timestamp) -> String {
    let seconds = at.millis().div_euclid(1_000).rem_euclid(86_400);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!(
        "{} {hours:02}:{minutes:02}:{:02}Z",
        at.date(0),
        seconds % 60
    )
}

/// A cell that a spreadsheet would run as a formula is made plain text.
fn shielded(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}
