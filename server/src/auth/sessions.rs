//! Where a member is signed in: the list, and ending one or all others from here.

use super::SignedIn;
use super::session;
use super::throttle::Attempt;
use crate::app::{AppState, Ended};
use crate::error::{Failure, Refused};
use crate::store::journal::{NewEntry, What};
use crate::store::people::Digest;
use huike_shared::time::Timestamp;
use std::net::IpAddr;
use tower_sessions::Session;

/// One place where a member is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Digest of the session.
    pub id: Digest,
    /// What the browser called itself; may be empty.
    pub device: String,
    /// When it was signed in.
    pub created_at: Timestamp,
    /// The last visit, within [`session::SEEN_STEP_MS`].
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// Whether it has a socket open at this server.
    pub is_live: bool,
}

/// Where the member is signed in, last visited first.
pub async fn list(state: &AppState, signed_in: &SignedIn) -> Result<Vec<Place>, Failure> {
    let user_id = signed_in.member.user_id;
    let live = state.hub.sessions();
    let kept = state.store.sessions(user_id, state.clock.now()).await?;
    let mut places: Vec<Place> = kept
        .iter()
        .map(|it| {
            let said = session::said(&it.row.data);
            Place {
                id: it.row.id,
                device: said.device,
                created_at: it.created_at,
                seen_at: said.seen_at.unwrap_or(it.created_at).max(it.created_at),
                is_this: it.row.id == signed_in.session,
                is_live: live.contains(&it.row.id),
            }
        })
        .collect();
    places.sort_by_key(|it| (std::cmp::Reverse(it.is_this), std::cmp::Reverse(it.seen_at)));
    Ok(places)
}

/// Ends one session of the member. Its sockets are cut.
pub async fn end_one(state: &AppState, signed_in: &SignedIn, id: Digest) -> Result<(), Failure> {
    let member = &signed_in.member;
    let entry = NewEntry::by(member, What::SessionEnded, state.clock.now()).about(member.id);
    if !state.store.end_session(member.user_id, id, entry).await? {
        return Err(Refused::NotFound.into());
    }
    state.tell_ended(Ended::Session(id));
    Ok(())
}

/// Ends all sessions of the member but the one that asks. Their sockets are cut.
pub async fn end_others(state: &AppState, signed_in: &SignedIn) -> Result<u64, Failure> {
    let member = &signed_in.member;
    let except = signed_in.session;
    let entry = NewEntry::by(member, What::SessionEnded, state.clock.now()).about(member.id);
    let count = state
        .store
        .end_other_sessions(member.user_id, except, entry)
        .await?;
    state.tell_ended(Ended::User {
        user_id: member.user_id,
        except: Some(except),
    });
    Ok(count)
}

/// Takes the password once more, so that for a while the session may do what cannot be undone.
pub async fn confirm(
    state: &AppState,
    session: &Session,
    signed_in: &SignedIn,
    address: IpAddr,
    password: &str,
) -> Result<(), Failure> {
    // A stolen session must not become a stolen password by guessing.
    let user_id = signed_in.member.user_id;
    let attempt = Attempt::begin(state, &format!("confirm {user_id}"), address).await?;
    let user = state.store.user(user_id).await?;
    let kept = user.as_ref().map(|it| it.password_hash.as_str());
    if !state.passwords.verify(password, kept).await? {
        return Err(Refused::WrongPassword.into());
    }
    attempt.succeed(state).await?;
    session::confirmed(state, session).await
}
