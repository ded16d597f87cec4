//! Signing in and opening a workspace.

use super::throttle::Attempt;
use super::{login, password};
use crate::app::AppState;
use crate::entropy::OsEntropy;
use crate::error::{Failure, Refused};
use crate::store::journal::{NewEntry, What};
use crate::store::people::{Member, Opened, Opening, User, Workspace};
use huike_shared::id::{Entropy as _, RecordId};
use std::net::IpAddr;

/// Longest name of a person or a workspace, in characters.
pub const NAME_CHARS_MAX: usize = 80;

/// The member with this name and password.
pub async fn sign_in(
    state: &AppState,
    address: IpAddr,
    login_typed: &str,
    password_typed: &str,
) -> Result<Member, Failure> {
    // A name that cannot exist is answered like one that does not: nobody learns who is here.
    let login = login::parse(login_typed).unwrap_or_else(|_| login_typed.trim().to_lowercase());
    let attempt = Attempt::begin(state, &login, address).await?;
    let user = state.store.user_by_login(&login).await?;
    let kept = user.as_ref().map(|it| it.password_hash.as_str());
    let is_right = state.passwords.verify(password_typed, kept).await?;
    // Asked for a name that nobody has as well: an answer that is quicker would tell so.
    let user_id = user.map_or_else(RecordId::default, |it| it.id);
    let member = state.store.memberships(user_id).await?.into_iter().next();
    let Some(member) = member.clone().filter(|_| is_right) else {
        metrics::counter!("huike_sign_in_failures_total").increment(1);
        if attempt.is_noted {
            let now = state.clock.now();
            let entry = NewEntry::to(member.as_ref(), What::SignInFailed, now);
            state.store.note(entry).await?;
        }
        return Err(Refused::WrongCredentials.into());
    };
    attempt.succeed(state).await?;
    Ok(member)
}

/// What the set-up form asks.
#[derive(Clone, Debug, Default)]
pub struct SetUp {
    /// The code from the console; asked for the first workspace only.
    pub code: String,
    /// Name of the workspace.
    pub workspace: String,
    /// Name of the person.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: String,
}

/// Whether a workspace can be opened now, and whether the code is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUpState {
    /// Nobody is here yet: with the code.
    First,
    /// More workspaces are welcome.
    Open,
    /// It is done.
    Closed,
}

/// Whether a workspace can be opened now.
pub async fn set_up_state(state: &AppState) -> Result<SetUpState, Failure> {
    if state.store.workspaces().await?.is_empty() {
        Ok(SetUpState::First)
    } else if state.config.open_sign_up {
        Ok(SetUpState::Open)
    } else {
        Ok(SetUpState::Closed)
    }
}

/// Opens a workspace with its first member.
pub async fn set_up(state: &AppState, address: IpAddr, asked: SetUp) -> Result<Member, Failure> {
    let must_be_first = match set_up_state(state).await? {
        SetUpState::Closed => return Err(Refused::SetUpClosed.into()),
        SetUpState::First => {
            let attempt = Attempt::begin(state, "set-up", address).await?;
            let typed = asked.code.trim().to_ascii_uppercase();
            if crate::entropy::digest(typed.as_bytes())
                != crate::entropy::digest(state.set_up_code.as_bytes())
            {
                return Err(Refused::WrongSetUpCode.into());
            }
            attempt.succeed(state).await?;
            true
        }
        SetUpState::Open => false,
    };
    let workspace_name = name(&asked.workspace)?;
    let member_name = name(&asked.name)?;
    let user = new_user(state, &asked.login, &asked.password).await?;
    let now = state.clock.now();
    let mut entropy = OsEntropy;
    let opening = Opening {
        workspace: Workspace {
            id: entropy.record_id(now),
            name: workspace_name,
        },
        user,
        member_id: entropy.record_id(now),
        member_name,
        must_be_first,
        now,
    };
    let member_id = opening.member_id;
    match state.store.open_workspace(opening).await? {
        Opened::Done => {
            tracing::info!("a workspace was opened");
            Ok(state
                .store
                .member(member_id)
                .await?
                .ok_or(Refused::NotFound)?)
        }
        Opened::NotFirst => Err(Refused::SetUpClosed.into()),
        Opened::LoginTaken => Err(Refused::LoginTaken.into()),
    }
}

/// A user who does not exist yet, with a checked name and password.
pub(super) async fn new_user(
    state: &AppState,
    login_typed: &str,
    password_typed: &str,
) -> Result<User, Failure> {
    let login = login::parse(login_typed)?;
    password::check(password_typed, &login)?;
    let password_hash = state.passwords.hash(password_typed).await?;
    Ok(User {
        id: OsEntropy.record_id(state.clock.now()),
        login,
        password_hash,
    })
}

/// A name as typed, without the space around it.
pub(super) fn name(typed: &str) -> Result<String, Refused> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        Err(Refused::NameMissing)
    } else if name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        Err(Refused::NameTooLong)
    } else {
        Ok(name)
    }
}
