//! What roles may do, and what is taken from them. Everybody who is signed in reads, administrators decide.

use super::Fresh;
use super::record::kinds;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::auth::rights;
use crate::error::{Failure, Refused};
use crate::store::rights::Narrowed;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use huike_shared::access::{Action, Role};
use huike_shared::registry;
use huike_shared::rights::{RightsTable, Scope};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Body of [`narrow`].
#[derive(Deserialize)]
pub struct Asked {
    /// By the word of a kind: by the word of an action the word of a scope. What is not named stands as the role has it
    /// by itself.
    rights: BTreeMap<String, BTreeMap<String, String>>,
}

/// `GET /api/v1/roles`: each with its table here, and the one it has by itself.
pub async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let rights = state.store.rights(signed_in.workspace.id).await?;
    let company = rights.company();
    let roles: Vec<Value> = Role::ALL
        .iter()
        .map(|it| {
            json!({
                "role": it.word(),
                "rights": as_json(&company.table(*it)),
                "whole": as_json(&RightsTable::of(*it)),
            })
        })
        .collect();
    Ok(Fresh(json!({ "roles": roles })))
}

/// `PUT /api/v1/roles/{role}`: narrows it for everybody who has it.
pub async fn narrow(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(role): Path<String>,
    Json(asked): Json<Asked>,
) -> Result<StatusCode, Failure> {
    let role = Role::from_word(&role).ok_or(Refused::NotFound)?;
    let mut narrowed = Vec::new();
    for (kind, actions) in &asked.rights {
        let def = registry::def_by_name(kind).ok_or(Refused::BadRequest)?;
        for (action, scope) in actions {
            narrowed.push(Narrowed {
                role,
                kind: def.kind,
                action: Action::from_word(action).ok_or(Refused::BadRequest)?,
                scope: Scope::from_word(scope).ok_or(Refused::BadRequest)?,
            });
        }
    }
    rights::narrow(&state, &signed_in, role, narrowed).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn as_json(table: &RightsTable) -> Value {
    let mut all = Map::new();
    for def in kinds() {
        let scopes = Action::OF_RECORDS.into_iter().map(|it| {
            let scope = table.scope(def.kind, it).word();
            (it.word().to_owned(), json!(scope))
        });
        all.insert(def.name.to_owned(), Value::Object(scopes.collect()));
    }
    Value::Object(all)
}
