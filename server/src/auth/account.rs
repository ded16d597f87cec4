//! The own password: changing it, and setting a new one by a link from the console.

use super::throttle::Attempt;
use super::{SignedIn, password};
use crate::app::{AppState, Ended};
use crate::entropy::{digest, token};
use crate::error::{Failure, Refused};
use crate::store::Store;
use crate::store::journal::{NewEntry, What};
use crate::store::people::User;
use huike_shared::time::Timestamp;
use std::net::IpAddr;

/// Hours for which a reset link works.
pub const RESET_HOURS: i64 = 24;

/// Says in the security log that somebody at the console did it.
pub const CONSOLE: &str = "console";

/// Changes the password of the member who asks and ends their other sessions.
pub async fn change_password(
    state: &AppState,
    signed_in: &SignedIn,
    address: IpAddr,
    current: &str,
    new: &str,
) -> Result<(), Failure> {
    // A stolen session must not become a stolen password by guessing.
    let user_id = signed_in.member.user_id;
    let attempt = Attempt::begin(state, &format!("change {user_id}"), address).await?;
    let user = state
        .store
        .user(user_id)
        .await?
        .ok_or(Refused::NotSignedIn)?;
    if !state
        .passwords
        .verify(current, Some(&user.password_hash))
        .await?
    {
        return Err(Refused::WrongPassword.into());
    }
    attempt.succeed(state).await?;
    let entry = NewEntry::by(&signed_in.member, What::PasswordChanged, state.clock.now());
    set(state, &user, new, Some(signed_in.session), entry).await
}

/// The user of a reset link that still works.
pub async fn look_at_reset(state: &AppState, token: &str) -> Result<User, Failure> {
    let found = state
        .store
        .user_by_reset(digest(token.as_bytes()), state.clock.now())
        .await?;
    Ok(found.ok_or(Refused::LinkClosed)?)
}

/// Sets a new password by a reset link; all sessions end and the link stops working.
pub async fn reset_password(state: &AppState, token: &str, new: &str) -> Result<(), Failure> {
    let user = look_at_reset(state, token).await?;
    let members = state.store.memberships(user.id).await?;
    let entry = NewEntry::to(members.first(), What::PasswordReset, state.clock.now());
    set(state, &user, new, None, entry).await
}

async fn set(
    state: &AppState,
    user: &User,
    new: &str,
    except: Option<crate::store::people::Digest>,
    entry: NewEntry,
) -> Result<(), Failure> {
    password::check(new, &user.login)?;
    let hash = state.passwords.hash(new).await?;
    state
        .store
        .set_password(user.id, &hash, except, entry)
        .await?;
    state.tell_ended(Ended::User {
        user_id: user.id,
        except,
    });
    Ok(())
}

/// Makes the link `/reset/<token>` for a user and gives its token.
pub async fn make_reset(store: &dyn Store, user: &User, now: Timestamp) -> Result<String, Failure> {
    let token = token();
    let expires_at = Timestamp::from_millis(now.millis() + RESET_HOURS * 60 * 60 * 1000);
    let members = store.memberships(user.id).await?;
    let entry = NewEntry::to(members.first(), What::ResetLinkMade, now).with_detail(CONSOLE);
    store
        .add_password_reset(user.id, digest(token.as_bytes()), expires_at, entry)
        .await?;
    Ok(token)
}
