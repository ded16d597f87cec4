//! What belongs to a record and goes with it.

use super::ErasureError;
use crate::projection;
use crate::store::Store;
use crate::store::documents::{RecordRow, RowsAsked};
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, Task};
use huike_shared::id::RecordId;
use huike_shared::note::note_ref;
use huike_shared::record::{FieldKind, KindDef, Record as _, RecordRef};
use huike_shared::registry;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Records that are erased at once.
pub const RECORDS_MAX: usize = 10_000;
/// Rows read at a time.
const PAGE: u64 = 1_000;

/// The kinds that speak of people and can be erased, each with the links that make others belong to it. A deal
/// only names its contact, and stays the customer's.
const BELONGING: [(&KindDef, &[(&KindDef, &str)]); 5] = [
    (
        Customer::DEF,
        &[
            (Contact::DEF, "customer"),
            (Deal::DEF, "customer"),
            (Activity::DEF, "customer"),
            (Task::DEF, "customer"),
        ],
    ),
    (
        Contact::DEF,
        &[(Activity::DEF, "contact"), (Task::DEF, "contact")],
    ),
    (Deal::DEF, &[(Activity::DEF, "deal"), (Task::DEF, "deal")]),
    (Activity::DEF, &[]),
    (Task::DEF, &[]),
];

/// The record and everything that belongs to it, each once, the record first.
///
/// # Errors
/// [`ErasureError::NotFound`], [`ErasureError::WrongKind`] or [`ErasureError::TooMany`].
pub async fn plan(
    store: &dyn Store,
    workspace_id: RecordId,
    root: RecordRef,
) -> Result<Vec<RecordRef>, ErasureError> {
    if !BELONGING.iter().any(|it| it.0.kind == root.kind) {
        return Err(ErasureError::WrongKind);
    }
    let stored = store.documents(workspace_id, &[root]).await?;
    if stored
        .first()
        .is_none_or(|it| projection::is_erased(&it.state))
    {
        return Err(ErasureError::NotFound);
    }
    let mut found = vec![root];
    let mut seen = BTreeSet::from([root]);
    let mut level = BTreeSet::from([root]);
    while !level.is_empty() {
        let mut next = BTreeSet::new();
        for (owner, links) in BELONGING {
            let ids: BTreeSet<RecordId> = level
                .iter()
                .filter(|it| it.kind == owner.kind)
                .map(|it| it.id)
                .collect();
            for (def, field) in links.iter().filter(|_| !ids.is_empty()) {
                for record in linked(store, workspace_id, def, field, &ids).await? {
                    if seen.insert(record) {
                        found.push(record);
                        next.insert(record);
                    }
                    if found.len() > RECORDS_MAX {
                        return Err(ErasureError::TooMany);
                    }
                }
            }
        }
        level = next;
    }
    let notes = notes(store, workspace_id, &found).await?;
    found.extend(notes);
    Ok(found)
}

/// Records of a kind whose link leads to one of these.
async fn linked(
    store: &dyn Store,
    workspace_id: RecordId,
    def: &KindDef,
    field: &str,
    ids: &BTreeSet<RecordId>,
) -> Result<Vec<RecordRef>, ErasureError> {
    let mut asked = RowsAsked {
        workspace_id,
        kind: def.kind,
        after: None,
        with_deleted: true,
        count: PAGE,
    };
    let mut found = Vec::new();
    loop {
        let page = store.rows(asked).await?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        asked.after = Some(last.record.id);
        let leads = |row: &&RecordRow| link(row, field).is_some_and(|it| ids.contains(&it));
        found.extend(page.iter().filter(leads).map(|it| it.record));
    }
}

fn link(row: &RecordRow, field: &str) -> Option<RecordId> {
    let fields: Map<String, Value> = serde_json::from_str(&row.fields).ok()?;
    RecordId::parse(fields.get(field)?.as_str()?).ok()
}

/// The notes of these records that anybody has written in.
async fn notes(
    store: &dyn Store,
    workspace_id: RecordId,
    records: &[RecordRef],
) -> Result<Vec<RecordRef>, ErasureError> {
    let mut possible = Vec::new();
    for record in records {
        let fields = registry::def(record.kind).map_or(&[][..], |it| it.fields);
        let notes = fields.iter().filter(|it| it.kind == FieldKind::Note);
        possible.extend(notes.map(|it| note_ref(*record, it.name)));
    }
    let stored = store.documents(workspace_id, &possible).await?;
    let there = stored.iter().filter(|it| !projection::is_erased(&it.state));
    Ok(there.map(|it| it.record).collect())
}
