//! What happened to a record, from the log: the one place where the changes of a record are read to be told.
//!
//! A change says what it wrote; what was shown before and after follows from all changes before it, so a
//! history is always read from the beginning and told in pages.

use crate::api::error::ApiError;
use crate::api::record::named;
use crate::app::AppState;
use crate::auth::Caller;
use crate::error::Failure;
use crate::history::changes_of;
use crate::store::Store;
use crate::store::changes::LoggedChange;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huike_shared::access::Action;
use huike_shared::document::{self, FlatChange, Registers};
use huike_shared::history::{
    self, FieldChange, HISTORY_PAGE_ENTRIES, Happened, HistoryEntry, HistoryPage,
};
use huike_shared::id::RecordId;
use huike_shared::note::note_ref;
use huike_shared::record::{FieldKind, KindDef, RecordRef};
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use serde::Deserialize;

/// A change with what it did.
#[derive(Clone, Debug)]
pub struct Told {
    /// As it is logged.
    pub change: LoggedChange,
    /// What it did.
    pub what: What,
}

/// What a change did.
#[derive(Clone, Debug)]
pub enum What {
    /// It wrote registers.
    Registers {
        /// What it wrote.
        flat: FlatChange,
        /// What each register that it wrote showed before.
        from: Vec<Scalar>,
        /// What each register that it wrote showed afterwards.
        shown: Vec<Scalar>,
    },
    /// It edited the text of this field.
    Note(&'static str),
}

/// Everything that happened to a record.
#[derive(Clone, Debug)]
pub struct Past {
    /// As it stands.
    pub registers: Registers,
    /// The changes, latest first.
    pub changes: Vec<Told>,
}

impl Past {
    /// Reads it; `None` if there is no such record.
    pub async fn read(
        store: &dyn Store,
        workspace_id: RecordId,
        def: &'static KindDef,
        record: RecordRef,
    ) -> Result<Option<Past>, Failure> {
        let logged = changes_of(store, workspace_id, record).await?;
        if logged.is_empty() {
            return Ok(None);
        }
        let mut registers = Registers::default();
        let mut changes = Vec::with_capacity(logged.len());
        for change in logged {
            let flat = document::decode(&change.body).map_err(Failure::broken)?;
            if flat.actor.epoch_of(&record).is_some() {
                // Nobody wrote anything: what is shown begins a new epoch.
                registers = Registers::default();
                registers.apply(&flat, Stamp::default());
                continue;
            }
            let shown = |registers: &Registers| {
                let values = flat.ops.iter().map(|it| registers.value(&it.key).clone());
                values.collect::<Vec<_>>()
            };
            let from = shown(&registers);
            registers.apply(&flat, stamp(&change));
            let shown = shown(&registers);
            let what = What::Registers { flat, from, shown };
            changes.push(Told { change, what });
        }
        for field in def.fields.iter().filter(|it| it.kind == FieldKind::Note) {
            let note = note_ref(record, field.name);
            let logged = store.changes_of(workspace_id, note).await?;
            changes.extend(logged.into_iter().map(|change| Told {
                change,
                what: What::Note(field.name),
            }));
        }
        changes.sort_by_key(|it| std::cmp::Reverse(it.change.position));
        Ok(Some(Past { registers, changes }))
    }

    /// At most `limit` changes before a position, and where the next page begins if there is one.
    pub fn page(&self, before: Option<u64>, limit: usize) -> (&[Told], Option<u64>) {
        let first = before.map_or(0, |before| {
            self.changes
                .partition_point(|it| it.change.position >= before)
        });
        let rest = &self.changes[first..];
        let page = &rest[..rest.len().min(limit)];
        let has_more = page.len() < rest.len();
        let next = page.last().map(|it| it.change.position);
        (page, next.filter(|_| has_more))
    }
}

/// When a change was taken, and whose it is.
fn stamp(change: &LoggedChange) -> Stamp {
    Stamp {
        at: change.at,
        by: change.member_id,
    }
}

/// What is asked of [`show`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct HistoryAsked {
    before: Option<u64>,
}

/// `GET /api/v1/sync/history/{kind}/{id}?before=N`: a page of what happened, for the data core.
pub async fn show(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    Query(asked): Query<HistoryAsked>,
) -> Result<Response, Failure> {
    caller.may(Action::View)?;
    let (def, record) = named(&kind, &id)?;
    let past = Past::read(&*state.store, caller.workspace.id, def, record).await?;
    let past = past.ok_or(ApiError::NoRecord)?;
    let (changes, next_before) = past.page(asked.before, HISTORY_PAGE_ENTRIES);
    // The first change of the record is the last that is listed, unless its notes are older.
    let created = past
        .changes
        .iter()
        .rfind(|it| matches!(it.what, What::Registers { .. }));
    let page = HistoryPage {
        created: created.map(|it| stamp(&it.change)).unwrap_or_default(),
        now: past
            .registers
            .values()
            .map(|(key, value)| (key.into(), value.clone()))
            .collect(),
        entries: changes.iter().map(entry).collect(),
        next_before,
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, history::encode_page(&page)).into_response())
}

fn entry(told: &Told) -> HistoryEntry {
    let what = match &told.what {
        What::Registers { flat, from, shown } => {
            let values = flat.ops.iter().zip(from).zip(shown);
            let one = values.map(|((op, from), shown)| FieldChange {
                key: op.key.clone(),
                from: from.clone(),
                to: op.value.clone(),
                shown: (*shown != op.value).then(|| shown.clone()),
            });
            Happened::Fields(one.collect())
        }
        What::Note(field) => Happened::Note((*field).into()),
    };
    HistoryEntry {
        position: told.change.position,
        stamp: stamp(&told.change),
        what,
    }
}
