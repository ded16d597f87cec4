//! A program's change, from the request to the log: through the one door, as a replica, once.
//!
//! Whatever is wrong is told before anything is written. The change is written from registers; only
//! a note's text opens a document. It goes on if the program that asked is gone.

use super::error::ApiError;
use super::fields::Wanted;
use super::programs::Turn;
use super::record::{Current, current};
use crate::app::AppState;
use crate::auth::Caller;
use crate::entropy::OsEntropy;
use crate::error::{Failure, Refused};
use crate::history::earlier_change;
use crate::store::StoreResult;
use crate::store::people::Digest;
use crate::store::programs::KeyedRequest;
use crate::store::queries::{Condition, Deleted, Key, RowsQuery, Spot, Test};
use crate::sync::ingest::Terms;
use crate::sync::writer::RecordEdit;
use axum::http::StatusCode;
use huike_shared::access::Action;
use huike_shared::document::{ChangeHash, DELETED, Registers};
use huike_shared::note::note_ref;
use huike_shared::place::Place;
use huike_shared::rank::Rank;
use huike_shared::record::{FieldKind, KindDef, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{PushedChange, Verdict};
use huike_shared::time::Timestamp;

/// How long a key is remembered, in hours.
pub const KEY_HOURS: i64 = 24;
/// A request without an answer that is younger may still be on its way in another process.
const ANSWERING_MS: i64 = 10_000;
const HOUR_MS: i64 = 3_600_000;

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Act {
    /// Make the record.
    Create(Wanted),
    /// Change the fields that are named.
    Edit(Wanted),
    /// Delete it.
    Delete,
    /// Take the deletion back.
    Restore,
}

impl Act {
    fn action(&self) -> Action {
        match self {
            Act::Create(_) | Act::Edit(_) => Action::Edit,
            Act::Delete | Act::Restore => Action::Delete,
        }
    }
}

/// A key under which something is asked, and what that is, as digests.
#[derive(Clone, Copy, Debug)]
pub struct AskedOnce {
    /// Of the key.
    pub key: Digest,
    /// Of the request.
    pub request: Digest,
}

/// A request to write.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Who asks.
    pub caller: Caller,
    /// The kind.
    pub def: &'static KindDef,
    /// The record; a fresh id for a new one.
    pub record: RecordRef,
    /// What is to be done.
    pub act: Act,
    /// The tags of states that may be changed, as the header has them.
    pub if_match: Option<String>,
    /// A key, if it must happen once.
    pub once: Option<AskedOnce>,
}

/// What became of it.
#[derive(Debug)]
pub struct Written {
    /// 201 for a new record, else 200.
    pub status: StatusCode,
    /// The record as it stands.
    pub current: Current,
    /// Whether it had happened before.
    pub is_repeat: bool,
}

/// Writes, or says why not.
pub async fn write(state: &AppState, asking: Asking) -> Result<Written, Failure> {
    asking.caller.may(asking.act.action())?;
    let state = state.clone();
    let writing = tokio::spawn(async move { carry_out(&state, asking).await });
    writing.await.map_err(Failure::broken)?
}

/// Forgets keys that no longer count.
pub async fn tidy(state: &AppState) -> StoreResult<()> {
    let before = state.clock.now().millis() - KEY_HOURS * HOUR_MS;
    let before = Timestamp::from_millis(before);
    state.store.forget_requests_before(before).await
}

/// Whether one of the tags in a header names this state. Only strong tags do.
pub fn matches(header: &str, tag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|it| it == "*" || it == tag)
}

async fn carry_out(state: &AppState, asking: Asking) -> Result<Written, Failure> {
    let turn = state.programs.turn(&state.ingest, &asking.caller).await?;
    let mut instead_of = None;
    if let Some(once) = asking.once {
        match known(state, &asking, once).await? {
            Known::Repeat(written) => return Ok(*written),
            Known::Free(stale) => instead_of = stale,
        }
    }
    let (workspace_id, def) = (asking.caller.workspace.id, asking.def);
    let before = current(state, workspace_id, def, asking.record).await?;
    let registers = allowed(&asking, before.as_ref())?;
    let changes = prepare(state, &asking, &turn, &registers).await?;
    let status = match asking.act {
        Act::Create(_) => StatusCode::CREATED,
        Act::Edit(_) | Act::Delete | Act::Restore => StatusCode::OK,
    };
    let is_done = changes.is_empty();
    if let Some(once) = asking.once {
        let request = KeyedRequest {
            member_id: asking.caller.member.id,
            key: once.key,
            request: once.request,
            record: asking.record,
            change: changes.first().map_or(ChangeHash::default(), |it| it.hash),
            at: state.clock.now(),
            status: is_done.then_some(status.as_u16()),
        };
        if !state.store.note_request(&request, instead_of).await? {
            return Err(ApiError::KeyBusy.into());
        }
    }
    if !is_done {
        let submitted = submit(state, &asking, &turn, changes).await;
        settle(state, &asking, status, &submitted).await?;
        submitted?;
    }
    let after = current(state, workspace_id, def, asking.record).await?;
    Ok(Written {
        status,
        current: after.ok_or(ApiError::NoRecord)?,
        is_repeat: false,
    })
}

/// Notes what became of a request with a key.
async fn settle(
    state: &AppState,
    asking: &Asking,
    status: StatusCode,
    submitted: &Result<(), Failure>,
) -> Result<(), Failure> {
    let (Some(once), member_id) = (asking.once, asking.caller.member.id) else {
        return Ok(());
    };
    match submitted {
        Ok(()) => {
            let answered = state
                .store
                .answer_request(member_id, once.key, status.as_u16());
            if let Err(error) = answered.await {
                // It happened; if it is asked again, the log says so.
                tracing::warn!(%error, "what was answered to a request with a key was not noted");
            }
        }
        // It may have happened after all: the log will say so.
        Err(Failure::Api(ApiError::Unavailable)) => {}
        Err(_) => state.store.forget_request(member_id, once.key).await?,
    }
    Ok(())
}

/// What a key says of an earlier request.
enum Known {
    /// It was carried out.
    Repeat(Box<Written>),
    /// It was not; perhaps one that broke off is in the way.
    Free(Option<ChangeHash>),
}

async fn known(state: &AppState, asking: &Asking, once: AskedOnce) -> Result<Known, Failure> {
    let member_id = asking.caller.member.id;
    let Some(earlier) = state.store.keyed_request(member_id, once.key).await? else {
        return Ok(Known::Free(None));
    };
    let age_ms = state.clock.now().millis() - earlier.at.millis();
    if age_ms > KEY_HOURS * HOUR_MS {
        state.store.forget_request(member_id, once.key).await?;
        return Ok(Known::Free(None));
    }
    if earlier.request != once.request {
        return Err(ApiError::KeyReused.into());
    }
    let is_new = matches!(asking.act, Act::Create(_));
    let status = match earlier.status {
        Some(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
        None if has_happened(state, asking, &earlier).await? => {
            let status = if is_new {
                StatusCode::CREATED
            } else {
                StatusCode::OK
            };
            settle(state, asking, status, &Ok(())).await?;
            status
        }
        None if age_ms < ANSWERING_MS => return Err(ApiError::KeyBusy.into()),
        None => return Ok(Known::Free(Some(earlier.change))),
    };
    let workspace_id = asking.caller.workspace.id;
    let current = current(state, workspace_id, asking.def, earlier.record).await?;
    Ok(Known::Repeat(Box::new(Written {
        status,
        current: current.ok_or(ApiError::NoRecord)?,
        is_repeat: true,
    })))
}

/// Whether the log has the change of a request that was never answered.
async fn has_happened(
    state: &AppState,
    asking: &Asking,
    earlier: &KeyedRequest,
) -> Result<bool, Failure> {
    let notes = asking
        .def
        .fields
        .iter()
        .filter(|it| it.kind == FieldKind::Note)
        .map(|it| note_ref(earlier.record, it.name));
    for record in std::iter::once(earlier.record).chain(notes) {
        let workspace_id = asking.caller.workspace.id;
        let found = state
            .store
            .change_of(workspace_id, record, earlier.change)
            .await?;
        let store = &*state.store;
        if found.is_some()
            || earlier_change(store, workspace_id, record, earlier.change)
                .await?
                .is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The registers to write onto, if the record is in a state in which this can be done.
fn allowed(asking: &Asking, before: Option<&Current>) -> Result<Registers, Failure> {
    let Some(before) = before else {
        return match asking.act {
            Act::Create(_) => Ok(Registers::default()),
            Act::Edit(_) | Act::Delete | Act::Restore => Err(ApiError::NoRecord.into()),
        };
    };
    if let Some(tags) = &asking.if_match
        && !matches(tags, &before.tag)
    {
        return Err(changed(before).into());
    }
    match asking.act {
        Act::Edit(_) if before.registers.is_deleted() => Err(ApiError::Deleted.into()),
        // A fresh id that is taken: chance does not do that.
        Act::Create(_) => Err(Failure::broken("a fresh id is taken")),
        Act::Edit(_) | Act::Delete | Act::Restore => Ok(before.registers.clone()),
    }
}

fn changed(current: &Current) -> ApiError {
    ApiError::Changed {
        current: current.json.clone(),
        tag: current.tag.clone(),
    }
}

/// The changes that do what was asked; none if nothing would change.
async fn prepare(
    state: &AppState,
    asking: &Asking,
    turn: &Turn,
    registers: &Registers,
) -> Result<Vec<PushedChange>, Failure> {
    let deleted = |it: bool| vec![(DELETED.into(), Scalar::Bool(it))];
    let (values, notes) = match &asking.act {
        Act::Delete => (deleted(true), Vec::new()),
        Act::Restore if registers.is_deleted() => (deleted(false), Vec::new()),
        Act::Restore => (Vec::new(), Vec::new()),
        Act::Create(wanted) | Act::Edit(wanted) => {
            let mut wanted = wanted.clone();
            let now = state.clock.now();
            if matches!(asking.act, Act::Create(_)) {
                wanted.complete(asking.def, now)?;
            }
            let has = |key: &str| !registers.visible(key).is_empty();
            wanted.complete_parts(asking.def, has, now)?;
            settle_places(state, asking, &mut wanted, registers).await?;
            wanted.fits(asking.def)?;
            (wanted.values, wanted.notes)
        }
    };
    let edit = RecordEdit {
        record: asking.record,
        values,
    };
    let mut changes: Vec<PushedChange> = turn
        .replica
        .prepare(&edit, registers)?
        .into_iter()
        .collect();
    for (field, text) in &notes {
        changes.extend(
            turn.replica
                .prepare_note(asking.record, field, text)
                .await?,
        );
    }
    Ok(changes)
}

/// A card that is moved goes to the end of its new column, from now on; one that stays, stays.
async fn settle_places(
    state: &AppState,
    asking: &Asking,
    wanted: &mut Wanted,
    registers: &Registers,
) -> Result<(), Failure> {
    for (key, asked) in std::mem::take(&mut wanted.places) {
        let old = registers.value(&key).as_text().and_then(Place::parse);
        let old = old.filter(|it| it.pipeline == asked.pipeline && it.stage == asked.stage);
        let rank = match (asked.rank, &old) {
            (Some(rank), _) => rank,
            (None, Some(old)) => old.rank.clone(),
            (None, None) => {
                let column = format!("{}/{}/", asked.pipeline, asked.stage);
                let last = last_rank(state, asking, &key, column).await?;
                Rank::between(last.as_ref(), None, &mut OsEntropy)
            }
        };
        let place = Place {
            pipeline: asked.pipeline,
            stage: asked.stage,
            rank,
            since: asked
                .since
                .or(old.map(|it| it.since))
                .unwrap_or_else(|| state.clock.now()),
        };
        wanted.values.push((key, Scalar::text(place.to_register())));
    }
    Ok(())
}

/// The last rank in a column.
async fn last_rank(
    state: &AppState,
    asking: &Asking,
    key: &str,
    column: String,
) -> Result<Option<Rank>, Failure> {
    let Some(field) = asking.def.fields.iter().find(|it| it.name == key) else {
        return Ok(None);
    };
    let key = Key::Text(field.name);
    let query = RowsQuery {
        workspace_id: asking.caller.workspace.id,
        kind: asking.def.kind,
        deleted: Deleted::Without,
        conditions: vec![Condition {
            key,
            test: Test::StartsWith(column),
        }],
        order: key,
        descending: true,
        after: None,
        count: 1,
    };
    let rows = state.store.find_rows(&query).await?;
    let last = rows.first().map(|(_, Spot { value, .. })| value);
    let place = last.and_then(|it| Place::parse(it.as_text()?));
    Ok(place.map(|it| it.rank))
}

async fn submit(
    state: &AppState,
    asking: &Asking,
    turn: &Turn,
    changes: Vec<PushedChange>,
) -> Result<(), Failure> {
    let terms = Terms {
        whole: changes.len() > 1,
        // `*` asks for any state, not for one.
        latest: asking
            .if_match
            .as_deref()
            .is_some_and(|it| it.trim() != "*"),
        ..Terms::default()
    };
    let answers = turn.replica.submit(changes, terms).await;
    let refusals = answers.into_iter().filter_map(|it| match it.verdict {
        Verdict::Accepted { .. } => None,
        Verdict::Refused(refusal) => Some(refusal),
    });
    // What is refused with another says so; the other has the reason.
    let mut refusals: Vec<Refusal> = refusals.collect();
    refusals.sort_by_key(|it| *it == Refusal::UnknownDependency);
    let Some(refusal) = refusals.into_iter().next() else {
        return Ok(());
    };
    Err(match refusal {
        Refusal::UnknownDependency if terms.latest => {
            let workspace_id = asking.caller.workspace.id;
            let now = current(state, workspace_id, asking.def, asking.record).await?;
            changed(&now.ok_or(ApiError::NoRecord)?).into()
        }
        Refusal::NotPermitted => Refused::NotPermitted.into(),
        Refusal::TooLarge => Refused::TooLarge.into(),
        Refusal::Unavailable => ApiError::Unavailable.into(),
        other => Failure::Broken(format!("ingest refused: {other}")),
    })
}
