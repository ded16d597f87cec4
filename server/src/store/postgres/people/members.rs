//! Workspaces, members and invitations.

use super::{blob, id, insert_user, time, time_or_none};
use crate::store::StoreResult;
use crate::store::journal::{NewEntry, What};
use crate::store::notices::Notice;
use crate::store::people::*;
use crate::store::postgres::{LOCK_WORKSPACES, PostgresStore, journal, lock, news, rights};
use huike_shared::access::Role;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

pub async fn open_workspace(store: &PostgresStore, opening: Opening) -> StoreResult<Opened> {
    let mut write = store.begin().await?;
    if opening.must_be_first {
        lock(&mut write, LOCK_WORKSPACES).await?;
        let count: i64 = sqlx::query_scalar("select count(*) from workspace")
            .fetch_one(&mut *write)
            .await?;
        if count > 0 {
            return Ok(Opened::NotFirst);
        }
    }
    if !insert_user(&mut write, &opening.user, opening.now).await? {
        return Ok(Opened::LoginTaken);
    }
    sqlx::query("insert into workspace (id, name, created_at) values ($1, $2, $3)")
        .bind(blob(&opening.workspace.id))
        .bind(&opening.workspace.name)
        .bind(opening.now.millis())
        .execute(&mut *write)
        .await?;
    let member = Member {
        id: opening.member_id,
        workspace_id: opening.workspace.id,
        user_id: opening.user.id,
        name: opening.member_name,
        login: opening.user.login,
        role: Role::Administrator,
        is_active: true,
    };
    insert_member(&mut write, &member, opening.now).await?;
    let entry = NewEntry::by(&member, What::WorkspaceOpened, opening.now);
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(Opened::Done)
}

async fn insert_member(
    write: &mut PgConnection,
    member: &Member,
    now: Timestamp,
) -> StoreResult<()> {
    sqlx::query(
        "insert into member (id, workspace_id, user_id, name, role, is_active, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(blob(&member.id))
    .bind(blob(&member.workspace_id))
    .bind(blob(&member.user_id))
    .bind(&member.name)
    .bind(member.role.word())
    .bind(member.is_active)
    .bind(now.millis())
    .execute(&mut *write)
    .await?;
    rights::moved(write, member.workspace_id).await
}

pub async fn add(
    store: &PostgresStore,
    user: User,
    member: Member,
    now: Timestamp,
) -> StoreResult<bool> {
    let mut write = store.begin().await?;
    if !insert_user(&mut write, &user, now).await? {
        return Ok(false);
    }
    insert_member(&mut write, &member, now).await?;
    news::tell(&mut write, &Notice::Members(member.workspace_id)).await?;
    write.commit().await?;
    Ok(true)
}

pub async fn of_workspace(
    store: &PostgresStore,
    workspace_id: RecordId,
) -> StoreResult<Vec<Member>> {
    sqlx::query(
        "select m.id, m.workspace_id, m.user_id, m.name, u.login, m.role, m.is_active
         from member m join \"user\" u on u.id = m.user_id
         where m.workspace_id = $1
         order by m.created_at, m.id",
    )
    .bind(blob(&workspace_id))
    .fetch_all(store.pool())
    .await?
    .iter()
    .map(read_member)
    .collect()
}

pub async fn one(store: &PostgresStore, member_id: RecordId) -> StoreResult<Option<Member>> {
    sqlx::query(
        "select m.id, m.workspace_id, m.user_id, m.name, u.login, m.role, m.is_active
         from member m join \"user\" u on u.id = m.user_id
         where m.id = $1",
    )
    .bind(blob(&member_id))
    .fetch_optional(store.pool())
    .await?
    .as_ref()
    .map(read_member)
    .transpose()
}

pub async fn of_user(store: &PostgresStore, user_id: RecordId) -> StoreResult<Vec<Member>> {
    sqlx::query(
        "select m.id, m.workspace_id, m.user_id, m.name, u.login, m.role, m.is_active
         from member m join \"user\" u on u.id = m.user_id
         where m.user_id = $1 and m.is_active
         order by m.created_at, m.id",
    )
    .bind(blob(&user_id))
    .fetch_all(store.pool())
    .await?
    .iter()
    .map(read_member)
    .collect()
}

pub async fn set_active(
    store: &PostgresStore,
    member_id: RecordId,
    is_active: bool,
) -> StoreResult<()> {
    let mut write = store.begin().await?;
    let member = sqlx::query(
        "update member set is_active = $1 where id = $2 returning workspace_id, user_id",
    )
    .bind(is_active)
    .bind(blob(&member_id))
    .fetch_optional(&mut *write)
    .await?;
    let Some(member) = member else { return Ok(()) };
    let user_id = id(&member, "user_id")?;
    if !is_active {
        sqlx::query("delete from session where user_id = $1")
            .bind(blob(&user_id))
            .execute(&mut *write)
            .await?;
        sqlx::query("delete from access_token where member_id = $1")
            .bind(blob(&member_id))
            .execute(&mut *write)
            .await?;
        let except = None;
        news::tell(&mut write, &Notice::User { user_id, except }).await?;
    }
    let workspace_id = id(&member, "workspace_id")?;
    rights::moved(&mut write, workspace_id).await?;
    news::tell(&mut write, &Notice::Members(workspace_id)).await?;
    write.commit().await?;
    Ok(())
}

pub async fn add_invitation(
    store: &PostgresStore,
    invitation: Invitation,
    token: Digest,
) -> StoreResult<()> {
    let mut write = store.begin().await?;
    sqlx::query(
        "insert into invitation
             (id, workspace_id, invited_by, note, role, token_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(blob(&invitation.id))
    .bind(blob(&invitation.workspace_id))
    .bind(blob(&invitation.invited_by))
    .bind(&invitation.note)
    .bind(invitation.role.word())
    .bind(&token[..])
    .bind(invitation.created_at.millis())
    .bind(invitation.expires_at.millis())
    .execute(&mut *write)
    .await?;
    journal::append(&mut write, NewEntry::of_invitation(&invitation)).await?;
    write.commit().await?;
    Ok(())
}

const INVITATION_MAX: i64 = 200;

pub async fn invitations(
    store: &PostgresStore,
    workspace_id: RecordId,
) -> StoreResult<Vec<Invitation>> {
    sqlx::query(
        "select id, workspace_id, invited_by, note, role, created_at, expires_at, accepted_at,
                revoked_at
         from invitation
         where workspace_id = $1
         order by created_at desc, id desc
         limit $2",
    )
    .bind(blob(&workspace_id))
    .bind(INVITATION_MAX)
    .fetch_all(store.pool())
    .await?
    .iter()
    .map(read_invitation)
    .collect()
}

pub async fn invitation_by_token(
    store: &PostgresStore,
    token: Digest,
) -> StoreResult<Option<Invitation>> {
    sqlx::query(
        "select id, workspace_id, invited_by, note, role, created_at, expires_at, accepted_at,
                revoked_at
         from invitation
         where token_hash = $1",
    )
    .bind(&token[..])
    .fetch_optional(store.pool())
    .await?
    .as_ref()
    .map(read_invitation)
    .transpose()
}

pub async fn revoke_invitation(
    store: &PostgresStore,
    workspace_id: RecordId,
    invitation_id: RecordId,
    entry: NewEntry,
) -> StoreResult<bool> {
    let mut write = store.begin().await?;
    let done = sqlx::query(
        "update invitation set revoked_at = $1
         where id = $2 and workspace_id = $3 and accepted_at is null and revoked_at is null",
    )
    .bind(entry.at.millis())
    .bind(blob(&invitation_id))
    .bind(blob(&workspace_id))
    .execute(&mut *write)
    .await?;
    let is_done = done.rows_affected() == 1;
    if is_done {
        journal::append(&mut write, entry).await?;
    }
    write.commit().await?;
    Ok(is_done)
}

pub async fn join(store: &PostgresStore, joining: Joining) -> StoreResult<Joined> {
    let mut write = store.begin().await?;
    let invitation = sqlx::query(
        "select id, workspace_id, role from invitation
         where token_hash = $1 and accepted_at is null and revoked_at is null and expires_at > $2
         for update",
    )
    .bind(&joining.token[..])
    .bind(joining.now.millis())
    .fetch_optional(&mut *write)
    .await?;
    let Some(invitation) = invitation else {
        return Ok(Joined::Closed);
    };
    if !insert_user(&mut write, &joining.user, joining.now).await? {
        return Ok(Joined::LoginTaken);
    }
    let member = Member {
        id: joining.member_id,
        workspace_id: id(&invitation, "workspace_id")?,
        user_id: joining.user.id,
        name: joining.member_name,
        login: joining.user.login,
        role: read_role(&invitation)?,
        is_active: true,
    };
    insert_member(&mut write, &member, joining.now).await?;
    sqlx::query("update invitation set accepted_at = $1, accepted_by = $2 where id = $3")
        .bind(joining.now.millis())
        .bind(blob(&member.id))
        .bind(blob(&id(&invitation, "id")?))
        .execute(&mut *write)
        .await?;
    news::tell(&mut write, &Notice::Members(member.workspace_id)).await?;
    let invitation_id = id(&invitation, "id")?;
    let entry = NewEntry::of_joining(&member, invitation_id, joining.now);
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(Joined::Done(member))
}

fn read_member(row: &PgRow) -> StoreResult<Member> {
    Ok(Member {
        id: id(row, "id")?,
        workspace_id: id(row, "workspace_id")?,
        user_id: id(row, "user_id")?,
        name: row.try_get("name")?,
        login: row.try_get("login")?,
        role: read_role(row)?,
        is_active: row.try_get("is_active")?,
    })
}

fn read_invitation(row: &PgRow) -> StoreResult<Invitation> {
    Ok(Invitation {
        id: id(row, "id")?,
        workspace_id: id(row, "workspace_id")?,
        invited_by: id(row, "invited_by")?,
        note: row.try_get("note")?,
        role: read_role(row)?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
        accepted_at: time_or_none(row, "accepted_at")?,
        revoked_at: time_or_none(row, "revoked_at")?,
    })
}

/// An unknown role comes from a newer version; until then it gets the smallest rights.
fn read_role(row: &PgRow) -> StoreResult<Role> {
    Ok(Role::from_word(row.try_get("role")?).unwrap_or(Role::Viewer))
}
