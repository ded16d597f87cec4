//! People in Postgres.

mod members;
mod sessions;

use super::{PostgresStore, blob, id, time, time_or_none};
use crate::store::StoreResult;
use crate::store::journal::NewEntry;
use crate::store::people::*;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

#[async_trait]
impl People for PostgresStore {
    async fn workspaces(&self) -> StoreResult<Vec<Workspace>> {
        sqlx::query("select id, name from workspace order by created_at, id")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read_workspace)
            .collect()
    }

    async fn workspace(&self, workspace_id: RecordId) -> StoreResult<Option<Workspace>> {
        sqlx::query("select id, name from workspace where id = $1")
            .bind(blob(&workspace_id))
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(read_workspace)
            .transpose()
    }

    async fn open_workspace(&self, opening: Opening) -> StoreResult<Opened> {
        members::open_workspace(self, opening).await
    }

    async fn user_by_login(&self, login: &str) -> StoreResult<Option<User>> {
        sqlx::query("select id, login, password_hash from \"user\" where login = $1")
            .bind(login)
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(read_user)
            .transpose()
    }

    async fn user(&self, user_id: RecordId) -> StoreResult<Option<User>> {
        sqlx::query("select id, login, password_hash from \"user\" where id = $1")
            .bind(blob(&user_id))
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(read_user)
            .transpose()
    }

    async fn set_password(
        &self,
        user_id: RecordId,
        password_hash: &str,
        except: Option<Digest>,
        entry: NewEntry,
    ) -> StoreResult<()> {
        sessions::set_password(self, user_id, password_hash, except, entry).await
    }

    async fn members(&self, workspace_id: RecordId) -> StoreResult<Vec<Member>> {
        members::of_workspace(self, workspace_id).await
    }

    async fn member(&self, member_id: RecordId) -> StoreResult<Option<Member>> {
        members::one(self, member_id).await
    }

    async fn memberships(&self, user_id: RecordId) -> StoreResult<Vec<Member>> {
        members::of_user(self, user_id).await
    }

    async fn add_member(&self, user: User, member: Member, now: Timestamp) -> StoreResult<bool> {
        members::add(self, user, member, now).await
    }

    async fn set_member_active(&self, member_id: RecordId, is_active: bool) -> StoreResult<()> {
        members::set_active(self, member_id, is_active).await
    }

    async fn add_invitation(&self, invitation: Invitation, token: Digest) -> StoreResult<()> {
        members::add_invitation(self, invitation, token).await
    }

    async fn invitations(&self, workspace_id: RecordId) -> StoreResult<Vec<Invitation>> {
        members::invitations(self, workspace_id).await
    }

    async fn invitation_by_token(&self, token: Digest) -> StoreResult<Option<Invitation>> {
        members::invitation_by_token(self, token).await
    }

    async fn revoke_invitation(
        &self,
        workspace_id: RecordId,
        invitation_id: RecordId,
        entry: NewEntry,
    ) -> StoreResult<bool> {
        members::revoke_invitation(self, workspace_id, invitation_id, entry).await
    }

    async fn join(&self, joining: Joining) -> StoreResult<Joined> {
        members::join(self, joining).await
    }

    async fn add_password_reset(
        &self,
        user_id: RecordId,
        token: Digest,
        expires_at: Timestamp,
        entry: NewEntry,
    ) -> StoreResult<()> {
        sessions::add_password_reset(self, user_id, token, expires_at, entry).await
    }

    async fn user_by_reset(&self, token: Digest, now: Timestamp) -> StoreResult<Option<User>> {
        sessions::user_by_reset(self, token, now).await
    }

    async fn add_session(&self, session: SessionRow, now: Timestamp) -> StoreResult<bool> {
        sessions::add(self, session, now).await
    }

    async fn update_session(&self, session: SessionRow) -> StoreResult<()> {
        sessions::update(self, session).await
    }

    async fn session(&self, session_id: Digest, now: Timestamp) -> StoreResult<Option<SessionRow>> {
        sessions::one(self, session_id, now).await
    }

    async fn living_sessions(&self, ids: &[Digest], now: Timestamp) -> StoreResult<Vec<Digest>> {
        sessions::living(self, ids, now).await
    }

    async fn remove_session(&self, session_id: Digest) -> StoreResult<()> {
        sessions::remove(self, session_id).await
    }

    async fn sessions(&self, user_id: RecordId, now: Timestamp) -> StoreResult<Vec<KeptSession>> {
        sessions::of_user(self, user_id, now).await
    }

    async fn end_session(
        &self,
        user_id: RecordId,
        session_id: Digest,
        entry: NewEntry,
    ) -> StoreResult<bool> {
        sessions::end_one(self, user_id, session_id, entry).await
    }

    async fn end_other_sessions(
        &self,
        user_id: RecordId,
        except: Digest,
        entry: NewEntry,
    ) -> StoreResult<u64> {
        sessions::end_others(self, user_id, except, entry).await
    }

    async fn meet_device(&self, device: Device) -> StoreResult<bool> {
        sessions::meet_device(self, device).await
    }

    async fn device(&self, device_id: RecordId) -> StoreResult<Option<Device>> {
        sessions::device(self, device_id).await
    }

    async fn note_devices(&self, seen: &[(RecordId, Timestamp)]) -> StoreResult<()> {
        sessions::note_devices(self, seen).await
    }

    async fn devices(&self, member_id: RecordId) -> StoreResult<Vec<Device>> {
        sessions::devices(self, member_id).await
    }

    async fn admit_attempt(
        &self,
        key: Digest,
        now: Timestamp,
        since: Timestamp,
        max: i64,
    ) -> StoreResult<Admission> {
        sessions::admit_attempt(self, key, now, since, max).await
    }

    async fn forget_attempts(&self, key: Digest) -> StoreResult<()> {
        sessions::forget_attempts(self, key).await
    }
}

fn read_workspace(row: &PgRow) -> StoreResult<Workspace> {
    Ok(Workspace {
        id: id(row, "id")?,
        name: row.try_get("name")?,
    })
}

fn read_user(row: &PgRow) -> StoreResult<User> {
    Ok(User {
        id: id(row, "id")?,
        login: row.try_get("login")?,
        password_hash: row.try_get("password_hash")?,
    })
}

/// Adds a user unless the sign-in name is taken.
async fn insert_user(write: &mut PgConnection, user: &User, now: Timestamp) -> StoreResult<bool> {
    let done = sqlx::query(
        "insert into \"user\" (id, login, password_hash, created_at, password_changed_at)
         values ($1, $2, $3, $4, $5)
         on conflict (login) do nothing",
    )
    .bind(blob(&user.id))
    .bind(&user.login)
    .bind(&user.password_hash)
    .bind(now.millis())
    .bind(now.millis())
    .execute(write)
    .await?;
    Ok(done.rows_affected() == 1)
}
