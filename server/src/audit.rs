//! The server's own registers beside Automerge's: records are picked at random, their changes replayed by Automerge
//! itself, and the result compared with the state and the row that are kept.
//!
//! The server projects changes without ever opening a document, by rules that Automerge might change or that we might
//! have got wrong. Tests compare both over random histories; this compares them over what people really wrote. A
//! difference is told once for each state of a record, by log and metric; nothing is repaired by guessing, and all
//! other records go on. Notes are Automerge documents themselves, `huike check` makes those again.

use crate::app::AppState;
use crate::projection;
use crate::store::changes::LoggedChange;
use crate::store::documents::StoredDocument;
use crate::store::{Store, StoreResult};
use crate::sync::records::replay;
use automerge::{ObjType, ROOT, ReadDoc as _, ScalarValue, Value};
use huike_shared::document::{ChangeHash, Registers};
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::DocumentState;
use rand::Rng as _;
use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// How often records are picked.
const EVERY: Duration = Duration::from_secs(600);
/// Records that are picked in each workspace.
const SAMPLE: u64 = 20;
/// Bytes of states that are read for them, unless one has more.
const SAMPLE_BYTES: usize = 1 << 20;
/// Documents read at a time, and their bytes, when all are compared.
const PAGE: (u64, usize) = (500, 8 << 20);
/// Differences that are remembered as told.
const TOLD_MAX: usize = 10_000;

/// A record that is not what its changes make of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Difference {
    /// Where.
    pub workspace_id: RecordId,
    /// Which.
    pub record: RecordRef,
    /// The position of the state that was looked at.
    pub position: u64,
    /// What is wrong.
    pub what: &'static str,
}

/// Audits for as long as the server runs.
pub async fn keep(state: AppState) {
    let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + EVERY, EVERY);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = HashSet::new();
    loop {
        interval.tick().await;
        match sample(&*state.store).await {
            Ok(differences) => {
                if told.len() > TOLD_MAX {
                    told.clear();
                }
                for it in differences {
                    if told.insert(it.clone()) {
                        tell(&it);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "records could not be audited"),
        }
    }
}

fn tell(difference: &Difference) {
    metrics::counter!("huike_audit_differences_total").increment(1);
    tracing::error!(
        workspace.id = %difference.workspace_id, record.kind = difference.record.kind.0,
        record.id = %difference.record.id, position = difference.position,
        "a record {}", difference.what
    );
}

/// Compares some records of every workspace, around a place of its log that is picked at random.
pub async fn sample(store: &dyn Store) -> StoreResult<Vec<Difference>> {
    let mut differences = Vec::new();
    for workspace in store.workspaces().await? {
        let Some(head) = store.log_head(workspace.id).await? else {
            continue;
        };
        let after = rand::rng().random_range(0..=head.position.saturating_sub(1));
        let page = store
            .documents_after(workspace.id, after, SAMPLE, SAMPLE_BYTES)
            .await?;
        for stored in &page.documents {
            differences.extend(compare(store, workspace.id, stored).await?);
        }
    }
    Ok(differences)
}

/// Compares all records of every workspace.
pub async fn all(store: &dyn Store) -> StoreResult<Vec<Difference>> {
    let (count, bytes) = PAGE;
    let mut differences = Vec::new();
    for workspace in store.workspaces().await? {
        let mut after = 0;
        loop {
            let page = store
                .documents_after(workspace.id, after, count, bytes)
                .await?;
            for stored in &page.documents {
                after = stored.position;
                differences.extend(compare(store, workspace.id, stored).await?);
            }
            if page.remaining == 0 {
                break;
            }
        }
    }
    Ok(differences)
}

/// Compares one record. Nothing if it has changed while it was looked at.
async fn compare(
    store: &dyn Store,
    workspace_id: RecordId,
    stored: &StoredDocument,
) -> StoreResult<Option<Difference>> {
    let record = stored.record;
    let changes = store.changes_of(workspace_id, record).await?;
    let row = store.row(workspace_id, record).await?;
    let again = store.documents(workspace_id, &[record]).await?;
    if again.first() != Some(stored) {
        return Ok(None);
    }
    metrics::counter!("huike_audit_records_total").increment(1);
    let state = projection::read_state(&stored.state);
    let what = match &state {
        Err(_) => Some("has a state that cannot be read"),
        Ok(DocumentState::Flat(registers)) => {
            // What lies in the log has passed the gate; bytes that rotted may still surprise Automerge.
            let compared = AssertUnwindSafe(|| differs(registers, &changes));
            catch_unwind(compared).unwrap_or(Some("has changes that Automerge cannot take"))
        }
        Ok(DocumentState::Note(_) | DocumentState::Erased) => return Ok(None),
    };
    let what = what.or_else(|| {
        let made = projection::project(record, stored.position, state.as_ref().ok()?);
        let is_same = made.is_ok_and(|it| Some(it.1) == row);
        (!is_same).then_some("has a row that differs from its state")
    });
    Ok(what.map(|what| Difference {
        workspace_id,
        record,
        position: stored.position,
        what,
    }))
}

/// What the registers say otherwise than Automerge.
fn differs(registers: &Registers, changes: &[LoggedChange]) -> Option<&'static str> {
    let Ok(mut document) = replay(changes) else {
        return Some("has changes that Automerge does not take");
    };
    let mut heads: Vec<ChangeHash> = document.get_heads().into_iter().map(Into::into).collect();
    heads.sort_unstable();
    if heads != registers.heads() {
        return Some("has other heads than its document");
    }
    let mut keys: BTreeSet<String> = document.keys(ROOT).collect();
    keys.extend(registers.values().map(|it| it.0.to_owned()));
    for key in keys {
        let (Ok(shown), Ok(all)) = (document.get(ROOT, &key), document.get_all(ROOT, &key)) else {
            return Some("has a document that cannot be read");
        };
        let shown = shown.map_or(Some(Scalar::Null), |it| scalar(&it.0));
        if shown.as_ref() != Some(registers.value(&key)) {
            return Some("shows another value than its document");
        }
        let mut theirs: Vec<Option<Scalar>> = all.iter().map(|it| scalar(&it.0)).collect();
        let candidates = registers.candidates(&key).into_iter();
        let mut ours: Vec<Option<Scalar>> = candidates.map(|it| Some(it.0.clone())).collect();
        theirs.sort();
        ours.sort();
        if ours != theirs {
            return Some("has another clash than its document");
        }
    }
    None
}

/// A value of a flat document; nothing else has one.
fn scalar(value: &Value<'_>) -> Option<Scalar> {
    match value {
        Value::Scalar(scalar) => match scalar.as_ref() {
            ScalarValue::Null => Some(Scalar::Null),
            ScalarValue::Boolean(it) => Some(Scalar::Bool(*it)),
            ScalarValue::Int(it) => Some(Scalar::Int(*it)),
            ScalarValue::Str(it) => Some(Scalar::text(it.as_str())),
            _ => None,
        },
        Value::Object(ObjType::Map | ObjType::Table | ObjType::List | ObjType::Text) => None,
    }
}
