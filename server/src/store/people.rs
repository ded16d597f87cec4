//! Who works here and what lets them in.
//!
//! Secrets (session ids, links) come in as SHA-256 digests; the memory never sees them. Answers
//! that depend on each other are given by one call, so that they hold in one transaction.

use super::StoreResult;
use super::journal::NewEntry;
use async_trait::async_trait;
use huike_shared::access::Role;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;

/// SHA-256 of a secret.
pub type Digest = [u8; 32];

/// One company's data (工作区).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: RecordId,
    /// The name its members gave it.
    pub name: String,
}

/// Someone who can sign in (用户).
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: RecordId,
    /// Sign-in name, lower-case.
    pub login: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
}

/// A user in a workspace (成员).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Their id, which records name as owner.
    pub id: RecordId,
    /// Where.
    pub workspace_id: RecordId,
    /// Who signs in.
    pub user_id: RecordId,
    /// The name colleagues see.
    pub name: String,
    /// Sign-in name of the user.
    pub login: String,
    /// What they may do.
    pub role: Role,
    /// False once they have left.
    pub is_active: bool,
}

/// A workspace with its first user and member, all new.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The workspace.
    pub workspace: Workspace,
    /// The first user.
    pub user: User,
    /// Id of the first member.
    pub member_id: RecordId,
    /// Name of the first member.
    pub member_name: String,
    /// Refuse if there is a workspace already.
    pub must_be_first: bool,
    /// When.
    pub now: Timestamp,
}

/// What became of an [`Opening`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Done.
    Done,
    /// Somebody was first.
    NotFirst,
    /// The sign-in name is taken.
    LoginTaken,
}

/// A link that lets one person in (邀请).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: RecordId,
    /// Into which workspace.
    pub workspace_id: RecordId,
    /// Member who invited.
    pub invited_by: RecordId,
    /// For whom, in the inviter's words.
    pub note: String,
    /// What the new member may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was used.
    pub accepted_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

impl Invitation {
    /// Whether it still lets somebody in.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }
}

/// Somebody follows an invitation.
#[derive(Clone, Debug)]
pub struct Joining {
    /// Digest of the link's token.
    pub token: Digest,
    /// The new user.
    pub user: User,
    /// Id of the new member.
    pub member_id: RecordId,
    /// Name of the new member.
    pub member_name: String,
    /// When.
    pub now: Timestamp,
}

/// What became of a [`Joining`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The new member.
    Done(Member),
    /// The link is unknown, used, expired or revoked.
    Closed,
    /// The sign-in name is taken; the link still works.
    LoginTaken,
}

/// A signed-in session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Digest of the session id.
    pub id: Digest,
    /// Whose it is, once signed in.
    pub user_id: Option<RecordId>,
    /// What it holds, as JSON.
    pub data: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A session with the time of its sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSession {
    /// As stored.
    pub row: SessionRow,
    /// When it was signed in.
    pub created_at: Timestamp,
}

/// A browser that keeps a copy of a workspace (设备).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Made on the device.
    pub id: RecordId,
    /// Whose it is.
    pub member_id: RecordId,
    /// What the member calls it.
    pub label: String,
    /// Last contact.
    pub seen_at: Timestamp,
    /// When it was locked out.
    pub revoked_at: Option<Timestamp>,
}

/// Workspaces, users, members, invitations, sessions, devices, attempts.
#[async_trait]
pub trait People {
    /// Every workspace, oldest first.
    async fn workspaces(&self) -> StoreResult<Vec<Workspace>>;
    /// One workspace.
    async fn workspace(&self, id: RecordId) -> StoreResult<Option<Workspace>>;
    /// Opens a workspace with its first member, or changes nothing.
    async fn open_workspace(&self, opening: Opening) -> StoreResult<Opened>;

    /// The user with this sign-in name.
    async fn user_by_login(&self, login: &str) -> StoreResult<Option<User>>;
    /// The user with this id.
    async fn user(&self, id: RecordId) -> StoreResult<Option<User>>;
    /// Sets a password at the time of the entry, and ends all sessions of the user but one.
    async fn set_password(
        &self,
        user_id: RecordId,
        password_hash: &str,
        except: Option<Digest>,
        entry: NewEntry,
    ) -> StoreResult<()>;

    /// Members of a workspace, oldest first, also those who have left.
    async fn members(&self, workspace_id: RecordId) -> StoreResult<Vec<Member>>;
    /// One member.
    async fn member(&self, id: RecordId) -> StoreResult<Option<Member>>;
    /// The user's memberships that still hold, oldest first.
    async fn memberships(&self, user_id: RecordId) -> StoreResult<Vec<Member>>;
    /// Adds a user and member without an invitation (demo data). False if the name is taken.
    async fn add_member(&self, user: User, member: Member, now: Timestamp) -> StoreResult<bool>;
    /// Lets a member leave or come back; leaving ends the user's sessions and revokes the member's
    /// tokens.
    async fn set_member_active(&self, id: RecordId, is_active: bool) -> StoreResult<()>;

    /// Keeps a new invitation.
    async fn add_invitation(&self, invitation: Invitation, token: Digest) -> StoreResult<()>;
    /// Invitations of a workspace, newest first.
    async fn invitations(&self, workspace_id: RecordId) -> StoreResult<Vec<Invitation>>;
    /// The invitation of a link, in whatever state.
    async fn invitation_by_token(&self, token: Digest) -> StoreResult<Option<Invitation>>;
    /// Takes an open invitation back at the time of the entry. False, and nothing noted, if there is no open one of that id in the workspace.
    async fn revoke_invitation(
        &self,
        workspace_id: RecordId,
        id: RecordId,
        entry: NewEntry,
    ) -> StoreResult<bool>;
    /// Lets somebody in by a link, once.
    async fn join(&self, joining: Joining) -> StoreResult<Joined>;

    /// Keeps a link with which a user sets a new password; earlier links stop working.
    async fn add_password_reset(
        &self,
        user_id: RecordId,
        token: Digest,
        expires_at: Timestamp,
        entry: NewEntry,
    ) -> StoreResult<()>;
    /// The user of a link that still works.
    async fn user_by_reset(&self, token: Digest, now: Timestamp) -> StoreResult<Option<User>>;

    /// Keeps a new session; false if the id exists.
    async fn add_session(&self, session: SessionRow, now: Timestamp) -> StoreResult<bool>;
    /// Changes a session. One that has ended stays ended.
    async fn update_session(&self, session: SessionRow) -> StoreResult<()>;
    /// A session that has not ended.
    async fn session(&self, id: Digest, now: Timestamp) -> StoreResult<Option<SessionRow>>;
    /// Of these sessions those that have not ended.
    async fn living_sessions(&self, ids: &[Digest], now: Timestamp) -> StoreResult<Vec<Digest>>;
    /// Ends a session.
    async fn remove_session(&self, id: Digest) -> StoreResult<()>;
    /// The sessions of a user that have not ended, newest first.
    async fn sessions(&self, user_id: RecordId, now: Timestamp) -> StoreResult<Vec<KeptSession>>;
    /// Ends a session of a user. False, and nothing noted, if they have none of this id.
    async fn end_session(
        &self,
        user_id: RecordId,
        id: Digest,
        entry: NewEntry,
    ) -> StoreResult<bool>;
    /// Ends all sessions of a user but one, and notes it if there were any. Answers how many.
    async fn end_other_sessions(
        &self,
        user_id: RecordId,
        except: Digest,
        entry: NewEntry,
    ) -> StoreResult<u64>;

    /// Notes that a device was here. False if it belongs to another member or is locked out.
    async fn meet_device(&self, device: Device) -> StoreResult<bool>;
    /// One device.
    async fn device(&self, id: RecordId) -> StoreResult<Option<Device>>;
    /// Notes when devices were here last; a later time stays.
    async fn note_devices(&self, seen: &[(RecordId, Timestamp)]) -> StoreResult<()>;
    /// Devices of a member, last seen first.
    async fn devices(&self, member_id: RecordId) -> StoreResult<Vec<Device>>;

    /// Notes an attempt unless `max` of them were made since `since`. One transaction, so that
    /// attempts at the same moment cannot slip through together.
    async fn admit_attempt(
        &self,
        key: Digest,
        now: Timestamp,
        since: Timestamp,
        max: i64,
    ) -> StoreResult<Admission>;
    /// Forgets the attempts of a key, after it succeeded.
    async fn forget_attempts(&self, key: Digest) -> StoreResult<()>;
}

/// Whether one more attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Yes, and it was noted.
    Granted,
    /// No; it was not noted. The oldest attempt that counts was made then.
    Full {
        /// When the oldest attempt that counts was made.
        oldest: Timestamp,
    },
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the name nor the hash may reach a log.
        f.debug_struct("User")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
