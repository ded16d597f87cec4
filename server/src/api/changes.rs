//! What happened, from the log: the feed of a workspace and the history of a record.
//!
//! An entry says what somebody wrote. What stands in the record after edits at the same time have
//! met is told by the record itself.

use super::Fresh;
use super::error::ApiError;
use super::fields;
use super::record::named;
use crate::app::AppState;
use crate::auth::Caller;
use crate::error::Failure;
use crate::history::changes_after;
use crate::store::changes::LoggedChange;
use crate::sync::history::{Past, What};
use axum::extract::{Path, Query, State};
use huike_shared::access::Action;
use huike_shared::document::{self, DELETED, FlatChange};
use huike_shared::note::{NOTE, owner_of};
use huike_shared::record::{KindDef, RecordRef};
use huike_shared::registry;
use huike_shared::scalar::Scalar;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Changes in one answer.
pub const CHANGES_MAX: u64 = 500;
/// The same unless another number is asked for.
pub const CHANGES: u64 = 100;
/// Seconds that an answer may wait for something to tell.
pub const WAIT_SECONDS_MAX: u64 = 25;

/// What is asked of [`feed`].
#[derive(Clone, Debug, Deserialize)]
pub struct FeedAsked {
    #[serde(default)]
    after: u64,
    limit: Option<u64>,
    #[serde(default)]
    wait: u64,
    log: Option<String>,
}

/// `GET /api/v1/changes`: everything behind a position, in order, without gaps.
pub async fn feed(
    State(state): State<AppState>,
    caller: Caller,
    Query(asked): Query<FeedAsked>,
) -> Result<Fresh<Value>, Failure> {
    caller.may(Action::View)?;
    let limit = limit(asked.limit)?;
    if asked.wait > WAIT_SECONDS_MAX {
        return Err(bad("wait"));
    }
    let workspace_id = caller.workspace.id;
    // Followed before it is read: what comes in between is heard of.
    let mut moved = state.hub.follow(workspace_id);
    let log = state.ingest.head(workspace_id).await?;
    let is_other = asked.log.is_some_and(|it| it != log.log.to_string());
    if is_other || asked.after > log.position {
        return Err(ApiError::OtherLog.into());
    }
    let read = || changes_after(&*state.store, workspace_id, asked.after, limit);
    let mut logged = read().await?;
    let permit = state.programs.waiting.try_acquire();
    if logged.is_empty() && asked.wait > 0 && permit.is_ok() {
        let mut stopping = state.stopping();
        let waited = async {
            tokio::select! {
                _ = moved.changed() => {}
                _ = stopping.wait_for(|it| *it) => {}
            }
        };
        // In time or too late, the log says what there is.
        let _ = tokio::time::timeout(Duration::from_secs(asked.wait), waited).await;
        logged = read().await?;
    }
    drop(permit);
    let last = logged.last().map_or(asked.after, |it| it.position);
    // That a record was renewed is nothing that somebody did.
    let done = logged.iter().filter(|it| !is_renewal(it));
    let entries: Result<Vec<Value>, Failure> = done.map(told).collect();
    Ok(Fresh(json!({
        "log": log.log.to_string(),
        "changes": entries?,
        "next": last,
        "has_more": logged.len() as u64 == limit,
    })))
}

/// What is asked of [`history`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct HistoryAsked {
    before: Option<u64>,
    limit: Option<u64>,
}

/// `GET /api/v1/records/{kind}/{id}/changes`: what happened to a record, latest first, with what
/// each change found.
pub async fn history(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind_name, id)): Path<(String, String)>,
    Query(asked): Query<HistoryAsked>,
) -> Result<Fresh<Value>, Failure> {
    caller.may(Action::View)?;
    let limit = limit(asked.limit)?;
    let (def, record) = named(&kind_name, &id)?;
    let workspace_id = caller.workspace.id;
    let past = Past::read(&*state.store, workspace_id, def, record).await?;
    let past = past.ok_or(ApiError::NoRecord)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (changes, next) = past.page(asked.before, limit);
    let entries: Vec<Value> = changes
        .iter()
        .map(|it| match &it.what {
            What::Registers { flat, from, .. } => {
                let mut entry = flat_entry(def, &it.change, flat);
                let keys = flat.ops.iter().map(|it| &*it.key);
                entry["from"] = Value::Object(values(def, keys.zip(from)));
                entry
            }
            What::Note(field) => note_entry(def, record, field, &it.change),
        })
        .collect();
    Ok(Fresh(json!({ "changes": entries, "next_before": next })))
}

fn is_renewal(change: &LoggedChange) -> bool {
    change.actor.epoch_of(&change.record).is_some()
}

fn bad(name: &str) -> Failure {
    let name = name.to_owned();
    ApiError::BadParameter { name }.into()
}

fn limit(asked: Option<u64>) -> Result<u64, Failure> {
    let limit = asked.unwrap_or(CHANGES);
    if (1..=CHANGES_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(bad("limit"))
    }
}

/// A change as the feed tells it.
fn told(change: &LoggedChange) -> Result<Value, Failure> {
    let unknown = || Failure::broken("the log names a kind that there is not");
    if change.body.is_empty() {
        let def = registry::def(change.record.kind).ok_or_else(unknown)?;
        return Ok(entry(def, change.record, change, "erase"));
    }
    if change.record.kind == NOTE.kind {
        let of = change.note_of.as_deref().and_then(owner_of);
        let (owner, field) = of.ok_or_else(unknown)?;
        let def = registry::def(owner.kind).ok_or_else(unknown)?;
        return Ok(note_entry(def, owner, field, change));
    }
    let def = registry::def(change.record.kind).ok_or_else(unknown)?;
    let flat = document::decode(&change.body).map_err(Failure::broken)?;
    Ok(flat_entry(def, change, &flat))
}

fn entry(def: &'static KindDef, record: RecordRef, change: &LoggedChange, action: &str) -> Value {
    json!({
        "position": change.position,
        "at": change.at.millis(),
        "by": change.member_id.to_string(),
        "kind": def.name,
        "id": record.id.to_string(),
        "action": action,
        "fields": {},
        "notes": [],
    })
}

fn flat_entry(def: &'static KindDef, change: &LoggedChange, flat: &FlatChange) -> Value {
    let deleted = flat.ops.iter().find(|it| *it.key == *DELETED);
    let action = match deleted.map(|it| &it.value) {
        Some(Scalar::Bool(true)) => "delete",
        Some(_) => "restore",
        None if flat.deps.is_empty() => "create",
        None => "edit",
    };
    let mut entry = entry(def, change.record, change, action);
    let set = flat.ops.iter().map(|it| (&*it.key, &it.value));
    entry["fields"] = Value::Object(values(def, set));
    entry
}

/// A text that people write together has no single value to tell; it says who wrote when.
fn note_entry(
    def: &'static KindDef,
    owner: RecordRef,
    field: &str,
    change: &LoggedChange,
) -> Value {
    let mut entry = entry(def, owner, change, "edit");
    entry["notes"] = json!([field]);
    entry
}

fn values<'a>(
    def: &'static KindDef,
    set: impl Iterator<Item = (&'a str, &'a Scalar)>,
) -> Map<String, Value> {
    let mut told = Map::new();
    for (key, value) in set {
        fields::put(&mut told, def, key, value);
    }
    told
}
