//! Workspaces, members and invitations.

use super::{blob, id, insert_user, time, time_or_none};
use crate::store::StoreResult;
use crate::store::journal::{NewEntry, What};
use crate::store::people::*;
use crate::store::sqlite::{SqliteStore, journal, rights};
use huike_shared::access::Role;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

pub async fn open_workspace(store: &SqliteStore, opening: Opening) -> StoreResult<Opened> {
    let mut write = store.write().await?;
    if opening.must_be_first {
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
    sqlx::query("insert into workspace (id, name, created_at) values (?, ?, ?)")
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
    write: &mut SqliteConnection,
    member: &Member,
    now: Timestamp,
) -> StoreResult<()> {
    sqlx::query(
        "insert into member (id, workspace_id, user_id, name, role, is_active, created_at)
         values (?, ?, ?, ?, ?, ?, ?)",
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
    store: &SqliteStore,
    user: User,
    member: Member,
    now: Timestamp,
) -> StoreResult<bool> {
    let mut write = store.write().await?;
    if !insert_user(&mut write, &user, now).await? {
        return Ok(false);
    }
    insert_member(&mut write, &member, now).await?;
    write.commit().await?;
    Ok(true)
}

pub async fn of_workspace(store: &SqliteStore, workspace_id: RecordId) -> StoreResult<Vec<Member>> {
    sqlx::query(
        "select m.id, m.workspace_id, m.user_id, m.name, u.login, m.role, m.is_active
         from member m join user u on u.id = m.user_id
         where m.workspace_id = ?
         order by m.created_at, m.id",
    )
    .bind(blob(&workspace_id))
    .fetch_all(store.readers())
    .await?
    .iter()
    .map(read_member)
    .collect()
}

pub async fn one(store: &SqliteStore, member_id: RecordId) -> StoreResult<Option<Member>> {
    sqlx::query(
        "select m.id, m.workspace_id, m.user_id, m.name, u.login, m.role, m.is_active
         from member m join user u on u.id = m.user_id
         where m.id = ?",
    )
    .bind(blob(&member_id))
    .fetch_optional(store.readers())
    .await?
    .as_ref()
    .map(read_member)
    .transpose()
}

pub async fn of_user(store: &SqliteStore, user_id: RecordId) -> StoreResult<Vec<Member>> {
    sqlx::query(
        "select m.id, m.workspace_id, m.user_id, m.name, u.login, m.role, m.is_active
         from member m join user u on u.id = m.user_id
         where m.user_id = ? and m.is_active
         order by m.created_at, m.id",
    )
    .bind(blob(&user_id))
    .fetch_all(store.readers())
    .await?
    .iter()
    .map(read_member)
    .collect()
}

pub async fn set_active(
    store: &SqliteStore,
    member_id: RecordId,
    is_active: bool,
) -> StoreResult<()> {
    let mut write = store.write().await?;
    let member = sqlx::query("update member set is_active = ? where id = ? returning workspace_id")
        .bind(is_active)
        .bind(blob(&member_id))
        .fetch_optional(&mut *write)
        .await?;
    let Some(member) = member else { return Ok(()) };
    rights::moved(&mut write, id(&member, "workspace_id")?).await?;
    if !is_active {
        sqlx::query(
            "delete from session where user_id = (select user_id from member where id = ?)",
        )
        .bind(blob(&member_id))
        .execute(&mut *write)
        .await?;
        sqlx::query("delete from access_token where member_id = ?")
            .bind(blob(&member_id))
            .execute(&mut *write)
            .await?;
    }
    write.commit().await?;
    Ok(())
}

pub async fn add_invitation(
    store: &SqliteStore,
    invitation: Invitation,
    token: Digest,
) -> StoreResult<()> {
    let mut write = store.write().await?;
    sqlx::query(
        "insert into invitation
             (id, workspace_id, invited_by, note, role, token_hash, created_at, expires_at)
         values (?, ?, ?, ?, ?, ?, ?, ?)",
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
    store: &SqliteStore,
    workspace_id: RecordId,
) -> StoreResult<Vec<Invitation>> {
    sqlx::query(
        "select id, workspace_id, invited_by, note, role, created_at, expires_at, accepted_at,
                revoked_at
         from invitation
         where workspace_id = ?
         order by created_at desc, id desc
         limit ?",
    )
    .bind(blob(&workspace_id))
    .bind(INVITATION_MAX)
    .fetch_all(store.readers())
    .await?
    .iter()
    .map(read_invitation)
    .collect()
}

pub async fn invitation_by_token(
    store: &SqliteStore,
    token: Digest,
) -> StoreResult<Option<Invitation>> {
    sqlx::query(
        "select id, workspace_id, invited_by, note, role, created_at, expires_at, accepted_at,
                revoked_at
         from invitation
         where token_hash = ?",
    )
    .bind(&token[..])
    .fetch_optional(store.readers())
    .await?
    .as_ref()
    .map(read_invitation)
    .transpose()
}

pub async fn revoke_invitation(
    store: &SqliteStore,
    workspace_id: RecordId,
    invitation_id: RecordId,
    entry: NewEntry,
) -> StoreResult<bool> {
    let mut write = store.write().await?;
    let done = sqlx::query(
        "update invitation set revoked_at = ?
         where id = ? and workspace_id = ? and accepted_at is null and revoked_at is null",
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

pub async fn join(store: &SqliteStore, joining: Joining) -> StoreResult<Joined> {
    let mut write = store.write().await?;
    let invitation = sqlx::query(
        "select id, workspace_id, role from invitation
         where token_hash = ? and accepted_at is null and revoked_at is null and expires_at > ?",
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
    sqlx::query("update invitation set accepted_at = ?, accepted_by = ? where id = ?")
        .bind(joining.now.millis())
        .bind(blob(&member.id))
        .bind(blob(&id(&invitation, "id")?))
        .execute(&mut *write)
        .await?;
    let invitation_id = id(&invitation, "id")?;
    let entry = NewEntry::of_joining(&member, invitation_id, joining.now);
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(Joined::Done(member))
}

fn read_member(row: &SqliteRow) -> StoreResult<Member> {
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

fn read_invitation(row: &SqliteRow) -> StoreResult<Invitation> {
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
fn read_role(row: &SqliteRow) -> StoreResult<Role> {
    Ok(Role::from_word(row.try_get("role")?).unwrap_or(Role::Viewer))
}
