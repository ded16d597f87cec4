//! Letting colleagues in: a link that works once, for seven days, until it is taken back.

use super::sign_in::{name, new_user};
use super::throttle::Attempt;
use super::{login, password};
use crate::app::AppState;
use crate::entropy::{OsEntropy, digest, token};
use crate::error::{Failure, Refused};
use crate::store::journal::{NewEntry, What};
use crate::store::people::{Invitation, Joined, Joining, Member};
use huike_shared::access::{Action, Role, allows};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::time::{DAY_MS, Timestamp};
use std::net::IpAddr;

/// Days for which a link works.
pub const INVITATION_DAYS: i64 = 7;

/// Open invitations of one workspace, so that a stolen session cannot fill the table.
const OPEN_INVITATIONS_MAX: usize = 100;

/// Longest note on an invitation, in characters.
const NOTE_CHARS_MAX: usize = 80;

/// A new invitation with the only copy of its token.
#[derive(Clone, Debug)]
pub struct Invited {
    /// What was kept.
    pub invitation: Invitation,
    /// The end of the link: `/join/<token>`.
    pub token: String,
}

/// Makes a link for one person.
pub async fn invite(
    state: &AppState,
    inviter: &Member,
    note: &str,
    role: Role,
) -> Result<Invited, Failure> {
    must_administer(inviter)?;
    let now = state.clock.now();
    let open = state.store.invitations(inviter.workspace_id).await?;
    if open.iter().filter(|it| it.is_open(now)).count() >= OPEN_INVITATIONS_MAX {
        return Err(Refused::TooManyInvitations.into());
    }
    let token = token();
    let invitation = Invitation {
        id: OsEntropy.record_id(now),
        workspace_id: inviter.workspace_id,
        invited_by: inviter.id,
        note: note
            .trim()
            .chars()
            .filter(|it| !it.is_control())
            .take(NOTE_CHARS_MAX)
            .collect(),
        role,
        created_at: now,
        expires_at: Timestamp::from_millis(now.millis() + INVITATION_DAYS * DAY_MS),
        accepted_at: None,
        revoked_at: None,
    };
    state
        .store
        .add_invitation(invitation.clone(), digest(token.as_bytes()))
        .await?;
    Ok(Invited { invitation, token })
}

/// Takes a link back.
pub async fn revoke(state: &AppState, member: &Member, id: RecordId) -> Result<(), Failure> {
    must_administer(member)?;
    let entry = NewEntry::by(member, What::InvitationRevoked, state.clock.now()).about(id);
    if state
        .store
        .revoke_invitation(member.workspace_id, id, entry)
        .await?
    {
        Ok(())
    } else {
        Err(Refused::NotFound.into())
    }
}

/// The invitations of the member's workspace, newest first.
pub async fn list(state: &AppState, member: &Member) -> Result<Vec<Invitation>, Failure> {
    must_administer(member)?;
    Ok(state.store.invitations(member.workspace_id).await?)
}

/// The invitation behind a link, if it still lets somebody in.
pub async fn look(state: &AppState, token: &str) -> Result<Invitation, Failure> {
    let found = state
        .store
        .invitation_by_token(digest(token.as_bytes()))
        .await?;
    let open = found.filter(|it| it.is_open(state.clock.now()));
    Ok(open.ok_or(Refused::LinkClosed)?)
}

/// Lets somebody in.
pub async fn join(
    state: &AppState,
    address: IpAddr,
    token: &str,
    name_typed: &str,
    login_typed: &str,
    password_typed: &str,
) -> Result<Member, Failure> {
    look(state, token).await?;
    let member_name = name(name_typed)?;
    password::check(password_typed, &login::parse(login_typed)?)?;
    // A taken sign-in name is told to the one who tries; without a limit that would be a list.
    let attempt = Attempt::begin(state, "join", address).await?;
    let user = new_user(state, login_typed, password_typed).await?;
    let now = state.clock.now();
    let joining = Joining {
        token: digest(token.as_bytes()),
        user,
        member_id: OsEntropy.record_id(now),
        member_name,
        now,
    };
    match state.store.join(joining).await? {
        Joined::Done(member) => {
            attempt.succeed(state).await?;
            state.tell_members_changed(member.workspace_id);
            Ok(member)
        }
        Joined::Closed => Err(Refused::LinkClosed.into()),
        Joined::LoginTaken => Err(Refused::LoginTaken.into()),
    }
}

fn must_administer(member: &Member) -> Result<(), Refused> {
    if allows(member.role, Action::Administer) {
        Ok(())
    } else {
        Err(Refused::NotPermitted)
    }
}
