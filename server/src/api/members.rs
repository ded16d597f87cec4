//! Members and departments: who is what and where. Everybody who is signed in reads, administrators decide.

use super::Fresh;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::auth::rights::{self, Place};
use crate::entropy::OsEntropy;
use crate::error::{Failure, Refused};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use huike_shared::access::Role;
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::rights::Department;
use serde::Deserialize;
use serde_json::{Value, json};

/// Body of [`place`].
#[derive(Deserialize)]
pub struct Placing {
    /// Word of a role.
    role: String,
    /// Id of a department, or nothing.
    department: Option<String>,
}

/// Body of [`make_department`] and [`change_department`].
#[derive(Deserialize)]
pub struct Described {
    /// What it is called.
    name: String,
    /// Id of the one above, or nothing.
    parent: Option<String>,
}

/// `GET /api/v1/members`, oldest first, with their departments.
pub async fn list(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let workspace_id = signed_in.workspace.id;
    let rights = state.store.rights(workspace_id).await?;
    let members = state.store.members(workspace_id).await?;
    let members: Vec<Value> = members
        .iter()
        .map(|it| {
            let placed = rights.members.iter().find(|one| one.id == it.id);
            let department = placed.and_then(|it| it.department);
            json!({
                "id": it.id.to_string(),
                "name": it.name,
                "role": it.role.word(),
                "department": department.map(|it| it.to_string()),
                "active": it.is_active,
            })
        })
        .collect();
    Ok(Fresh(json!({ "members": members })))
}

/// `PUT /api/v1/members/{id}`: role and department.
pub async fn place(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(asked): Json<Placing>,
) -> Result<StatusCode, Failure> {
    let id = RecordId::parse(&id).map_err(|_| Refused::NotFound)?;
    let place = Place {
        role: Role::from_word(&asked.role).ok_or(Refused::BadRequest)?,
        department_id: department(asked.department.as_deref())?,
    };
    rights::place(&state, &signed_in, id, place).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/departments`, oldest first.
pub async fn departments(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<Fresh<Value>, Failure> {
    let rights = state.store.rights(signed_in.workspace.id).await?;
    let departments: Vec<Value> = rights.departments.iter().map(as_json).collect();
    Ok(Fresh(json!({ "departments": departments })))
}

/// `POST /api/v1/departments`.
pub async fn make_department(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Json(asked): Json<Described>,
) -> Result<(StatusCode, Fresh<Value>), Failure> {
    let department = described(OsEntropy.record_id(state.clock.now()), &asked)?;
    rights::put_department(&state, &signed_in.member, department.clone(), true).await?;
    Ok((StatusCode::CREATED, Fresh(as_json(&department))))
}

/// `PUT /api/v1/departments/{id}`: name and place.
pub async fn change_department(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(asked): Json<Described>,
) -> Result<StatusCode, Failure> {
    let id = RecordId::parse(&id).map_err(|_| Refused::NotFound)?;
    let department = described(id, &asked)?;
    rights::put_department(&state, &signed_in.member, department, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/v1/departments/{id}`, if nobody is in it.
pub async fn remove_department(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let id = RecordId::parse(&id).map_err(|_| Refused::NotFound)?;
    rights::remove_department(&state, &signed_in.member, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn described(id: RecordId, asked: &Described) -> Result<Department, Refused> {
    Ok(Department {
        id,
        parent: department(asked.parent.as_deref())?,
        name: asked.name.trim().to_owned(),
    })
}

fn department(id: Option<&str>) -> Result<Option<RecordId>, Refused> {
    id.map(RecordId::parse)
        .transpose()
        .map_err(|_| Refused::DepartmentMisplaced)
}

fn as_json(department: &Department) -> Value {
    json!({
        "id": department.id.to_string(),
        "name": department.name,
        "parent": department.parent.map(|it| it.to_string()),
    })
}
