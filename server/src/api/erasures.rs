//! Erasing for good, for administrators who are signed in; programs cannot.

use super::Fresh;
use super::error::ApiError;
use super::record::named;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::erasure::{Asked, ErasureError, erase, plan};
use crate::error::{Failure, Refused};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use huike_shared::access::{Action, allows};
use huike_shared::record::RecordRef;
use huike_shared::registry;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A record, by the word of its kind and its id.
#[derive(Clone, Debug, Deserialize)]
pub struct Named {
    kind: String,
    id: String,
}

/// `GET /api/v1/erasures`: which records were erased, when, by whom.
pub async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    must_administer(&signed_in)?;
    let erased = state.store.erased(signed_in.workspace.id).await?;
    let erased: Vec<Value> = erased
        .iter()
        .map(|it| {
            json!({
                "kind": registry::def(it.record.kind).map_or("", |it| it.name),
                "id": it.record.id.to_string(),
                "by": it.member_id.to_string(),
                "at": it.at.millis(),
            })
        })
        .collect();
    Ok(Fresh(json!({ "erased": erased })))
}

/// `GET /api/v1/erasures/plan?kind=…&id=…`: how many records of each kind would go with it.
pub async fn preview(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(asked): Query<Named>,
) -> Result<Fresh<Value>, Failure> {
    must_administer(&signed_in)?;
    let (_, root) = named(&asked.kind, &asked.id)?;
    let records = plan(&*state.store, signed_in.workspace.id, root).await?;
    Ok(Fresh(json!({ "records": counts(&records) })))
}

/// `POST /api/v1/erasures`: erases a record and all that belongs to it. Answers when its files are clean.
pub async fn make(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Json(asked): Json<Named>,
) -> Result<(StatusCode, Fresh<Value>), Failure> {
    must_administer(&signed_in)?;
    signed_in.must_be_confirmed(&state)?;
    let (_, root) = named(&asked.kind, &asked.id)?;
    let by = Asked {
        workspace_id: signed_in.workspace.id,
        member_id: signed_in.member.id,
    };
    let records = plan(&*state.store, by.workspace_id, root).await?;
    // Somebody who goes away meanwhile must not leave it half done.
    let work = tokio::spawn(async move {
        let erased = erase(&state.ingest, &state.erased_list, by, records).await;
        state.snapshots.forget(by.workspace_id);
        erased
    });
    let erased = work.await.map_err(Failure::broken)??;
    let told = json!({ "records": counts(&erased) });
    Ok((StatusCode::CREATED, Fresh(told)))
}

fn must_administer(signed_in: &SignedIn) -> Result<(), Failure> {
    if allows(signed_in.member.role, Action::Administer) {
        Ok(())
    } else {
        Err(Refused::NotPermitted.into())
    }
}

fn counts(records: &[RecordRef]) -> Value {
    let mut counts = Map::new();
    for record in records {
        let name = registry::def(record.kind).map_or("", |it| it.name);
        let before = counts.get(name).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(name.to_owned(), json!(before + 1));
    }
    Value::Object(counts)
}

impl From<ErasureError> for Failure {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::NotFound => ApiError::NoRecord.into(),
            ErasureError::WrongKind => ApiError::NotErasable.into(),
            ErasureError::TooMany => ApiError::TooManyToErase.into(),
            ErasureError::Store(error) => error.into(),
            ErasureError::List(_) => Failure::broken(error),
        }
    }
}
