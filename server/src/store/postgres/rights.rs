//! Rights in Postgres.

use super::changes::{kind, number, position};
use super::{PostgresStore, blob, id, id_or_none, journal, news};
use crate::store::journal::NewEntry;
use crate::store::notices::Notice;
use crate::store::rights::{Narrowed, Rights, RightsChange, StoredRights};
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::access::{Action, Role};
use huike_shared::id::RecordId;
use huike_shared::record::Kind;
use huike_shared::rights::{Department, Placed, Scope};
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

#[async_trait]
impl Rights for PostgresStore {
    async fn rights_version(&self, workspace_id: RecordId) -> StoreResult<u64> {
        let row = sqlx::query("select rights_version from workspace where id = $1")
            .bind(blob(&workspace_id))
            .fetch_optional(self.pool())
            .await?;
        row.as_ref()
            .map_or(Ok(0), |it| position(it, "rights_version"))
    }

    async fn rights(&self, workspace_id: RecordId) -> StoreResult<StoredRights> {
        let mut read = self
            .pool()
            .begin_with("begin isolation level repeatable read, read only")
            .await?;
        let row = sqlx::query("select rights_version from workspace where id = $1")
            .bind(blob(&workspace_id))
            .fetch_optional(&mut *read)
            .await?;
        let Some(row) = row else {
            return Ok(StoredRights::default());
        };
        let members = sqlx::query(
            "select id, role, department_id, is_active from member
             where workspace_id = $1
             order by created_at, id",
        )
        .bind(blob(&workspace_id))
        .fetch_all(&mut *read)
        .await?;
        let departments = sqlx::query(
            "select id, parent_id, name from department
             where workspace_id = $1
             order by created_at, id",
        )
        .bind(blob(&workspace_id))
        .fetch_all(&mut *read)
        .await?;
        let narrowed = sqlx::query(
            "select role, kind, action, scope from narrowed_right
             where workspace_id = $1
             order by role, kind, action",
        )
        .bind(blob(&workspace_id))
        .fetch_all(&mut *read)
        .await?;
        let narrowed = narrowed.iter().map(read_narrowed);
        let narrowed: Vec<Option<Narrowed>> = narrowed.collect::<StoreResult<_>>()?;
        Ok(StoredRights {
            version: position(&row, "rights_version")?,
            members: members
                .iter()
                .map(read_placed)
                .collect::<StoreResult<_>>()?,
            departments: departments
                .iter()
                .map(read_department)
                .collect::<StoreResult<_>>()?,
            narrowed: narrowed.into_iter().flatten().collect(),
        })
    }

    async fn change_rights(
        &self,
        workspace_id: RecordId,
        checked: u64,
        change: &RightsChange,
        entry: NewEntry,
    ) -> StoreResult<bool> {
        let mut write = self.begin().await?;
        let is_current = sqlx::query(
            "update workspace set rights_version = rights_version + 1
             where id = $1 and rights_version = $2",
        )
        .bind(blob(&workspace_id))
        .bind(number(checked)?)
        .execute(&mut *write)
        .await?
        .rows_affected()
            == 1;
        if !is_current {
            return Ok(false);
        }
        make(&mut write, workspace_id, change).await?;
        journal::append(&mut write, entry).await?;
        news::tell(&mut write, &Notice::Members(workspace_id)).await?;
        write.commit().await?;
        Ok(true)
    }
}

/// Notes that decisions about a workspace may come out otherwise now.
pub(super) async fn moved(write: &mut PgConnection, workspace_id: RecordId) -> StoreResult<()> {
    sqlx::query("update workspace set rights_version = rights_version + 1 where id = $1")
        .bind(blob(&workspace_id))
        .execute(write)
        .await?;
    Ok(())
}

async fn make(
    write: &mut PgConnection,
    workspace_id: RecordId,
    change: &RightsChange,
) -> StoreResult<()> {
    match change {
        RightsChange::Place {
            member_id,
            role,
            department_id,
        } => {
            sqlx::query(
                "update member set role = $1, department_id = $2 where id = $3 and workspace_id = $4",
            )
            .bind(role.word())
            .bind(department_id.as_ref().map(blob))
            .bind(blob(member_id))
            .bind(blob(&workspace_id))
            .execute(write)
            .await?;
        }
        RightsChange::Put { department, at } => {
            sqlx::query(
                "insert into department (id, workspace_id, parent_id, name, created_at)
                 values ($1, $2, $3, $4, $5)
                 on conflict (id) do update
                 set parent_id = excluded.parent_id, name = excluded.name
                 where department.workspace_id = excluded.workspace_id",
            )
            .bind(blob(&department.id))
            .bind(blob(&workspace_id))
            .bind(department.parent.as_ref().map(blob))
            .bind(&department.name)
            .bind(at.millis())
            .execute(write)
            .await?;
        }
        RightsChange::Remove { department_id } => {
            sqlx::query("delete from department where id = $1 and workspace_id = $2")
                .bind(blob(department_id))
                .bind(blob(&workspace_id))
                .execute(write)
                .await?;
        }
        RightsChange::Narrow { role, narrowed } => {
            sqlx::query("delete from narrowed_right where workspace_id = $1 and role = $2")
                .bind(blob(&workspace_id))
                .bind(role.word())
                .execute(&mut *write)
                .await?;
            for it in narrowed {
                sqlx::query(
                    "insert into narrowed_right (workspace_id, role, kind, action, scope)
                     values ($1, $2, $3, $4, $5)",
                )
                .bind(blob(&workspace_id))
                .bind(role.word())
                .bind(kind(it.kind))
                .bind(it.action.word())
                .bind(it.scope.word())
                .execute(&mut *write)
                .await?;
            }
        }
    }
    Ok(())
}

fn read_placed(row: &PgRow) -> StoreResult<Placed> {
    Ok(Placed {
        id: id(row, "id")?,
        // As in `people`: a role of a newer version gets the smallest rights.
        role: Role::from_word(row.try_get("role")?).unwrap_or(Role::Viewer),
        department: id_or_none(row, "department_id")?,
        is_active: row.try_get("is_active")?,
    })
}

fn read_department(row: &PgRow) -> StoreResult<Department> {
    Ok(Department {
        id: id(row, "id")?,
        parent: id_or_none(row, "parent_id")?,
        name: row.try_get("name")?,
    })
}

/// Nothing for the words of a newer version, but that a scope which is not understood is nobody's.
fn read_narrowed(row: &PgRow) -> StoreResult<Option<Narrowed>> {
    let role = Role::from_word(row.try_get("role")?);
    let action = Action::from_word(row.try_get("action")?);
    let number: i16 = row.try_get("kind")?;
    let number = u8::try_from(number);
    let kind = Kind(number.map_err(|_| StoreError::Broken("a kind is out of range".to_owned()))?);
    let scope = Scope::from_word(row.try_get("scope")?).unwrap_or_default();
    Ok(role.zip(action).map(|(role, action)| Narrowed {
        role,
        kind,
        action,
        scope,
    }))
}
