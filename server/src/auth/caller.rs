//! Who asks the interface for programs: a token's member, or a member in a browser.
//!
//! A request with a bearer token is judged by the token alone: its cookies were dropped at the door
//! (`crate::http::origin`), so a token that is worth nothing never falls back to somebody's session.

use super::session::SignedIn;
use super::token;
use crate::api::error::ApiError;
use crate::app::AppState;
use crate::error::{Failure, Refused};
use crate::http::refusals::Asker;
use crate::store::people::{Member, Workspace};
use crate::store::programs::Scope;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use huike_shared::access::{Action, allows};
use huike_shared::id::RecordId;

/// The member who asks, and by what they were let in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub member: Member,
    /// Where.
    pub workspace: Workspace,
    /// By what.
    pub pass: Pass,
}

/// What lets a request in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// A browser's session.
    Session,
    /// A token.
    Token {
        /// Which.
        id: RecordId,
        /// What it lets a program do.
        scope: Scope,
    },
}

impl Caller {
    /// Whose replica it writes as: each token has one, and a member's browsers together.
    pub fn replica(&self) -> RecordId {
        match self.pass {
            Pass::Session => self.member.id,
            Pass::Token { id, .. } => id,
        }
    }

    /// Refuses what the token or the role does not allow.
    pub fn may(&self, action: Action) -> Result<(), Failure> {
        if let Pass::Token {
            scope: Scope::Read, ..
        } = self.pass
            && action != Action::View
        {
            return Err(ApiError::TokenReadOnly.into());
        }
        if allows(self.member.role, action) {
            Ok(())
        } else {
            Err(Refused::NotPermitted.into())
        }
    }
}

/// The token of an `Authorization: Bearer` header, if it looks like one of ours. Others are a
/// proxy's, for itself.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let is_ours = scheme.eq_ignore_ascii_case("bearer") && token.starts_with(token::PREFIX);
    is_ours.then_some(token)
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    AppState: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let state = AppState::from_ref(state);
        if let Some(shown) = bearer(&parts.headers) {
            let (token, member) = token::find(&state, shown).await?;
            if let Some(asker) = parts.extensions.get::<Asker>() {
                asker.is(&member);
            }
            let workspace = state.store.workspace(member.workspace_id).await?;
            return Ok(Caller {
                workspace: workspace.ok_or(ApiError::TokenInvalid)?,
                member,
                pass: Pass::Token {
                    id: token.id,
                    scope: token.scope,
                },
            });
        }
        let SignedIn {
            member, workspace, ..
        } = <SignedIn as FromRequestParts<AppState>>::from_request_parts(parts, &state).await?;
        Ok(Caller {
            member,
            workspace,
            pass: Pass::Session,
        })
    }
}
