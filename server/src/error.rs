//! What a person hears when the server does not do what was asked.
//!
//! Two kinds that never mix: a [`Refused`] is an answer with a code and a sentence in both
//! languages (`errors.ftl`, key `error-<code>`); everything else is broken, goes to the log once
//! and tells the person only that their data is safe.
//!
//! Handlers return a [`Failure`]; `crate::http::failures` puts it into words, as JSON or as a page.

use crate::api::error::ApiError;
use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use huike_messages::Messages;
use std::sync::Arc;

/// A request the server understood and will not grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence of each stands beside it")]
pub enum Refused {
    #[error("not signed in")]
    NotSignedIn,
    #[error("not permitted")]
    NotPermitted,
    #[error("not found")]
    NotFound,
    #[error("wrong name or password")]
    WrongCredentials,
    #[error("wrong password")]
    WrongPassword,
    #[error("the password has to be typed again")]
    ConfirmPassword,
    #[error("the second factor is on already")]
    SecondFactorIsOn,
    #[error("wrong code")]
    WrongCode,
    #[error("too many attempts")]
    Throttled { seconds: u64 },
    #[error("not a sign-in name")]
    LoginMalformed,
    #[error("sign-in name is taken")]
    LoginTaken,
    #[error("name is missing")]
    NameMissing,
    #[error("name is too long")]
    NameTooLong,
    #[error("password is too short")]
    PasswordTooShort,
    #[error("password is too long")]
    PasswordTooLong,
    #[error("password is too common")]
    PasswordTooCommon,
    #[error("password is like the sign-in name")]
    PasswordLikeLogin,
    #[error("wrong set-up code")]
    WrongSetUpCode,
    #[error("set-up is closed")]
    SetUpClosed,
    #[error("link is used, expired or revoked")]
    LinkClosed,
    #[error("too many open invitations")]
    TooManyInvitations,
    #[error("request came from another site")]
    CrossSite,
    #[error("request is not understood")]
    BadRequest,
    #[error("request is too large")]
    TooLarge,
    #[error("request took too long")]
    TooSlow,
    #[error("the client is too old")]
    ClientTooOld,
    #[error("somebody must administer")]
    LastAdministrator,
    #[error("administrators keep every right")]
    AdministratorWhole,
    #[error("somebody or something is in the department")]
    DepartmentInUse,
    #[error("a department cannot stand there")]
    DepartmentMisplaced,
    #[error("a department needs a name of its own")]
    DepartmentName,
    #[error("too many departments above each other")]
    DepartmentsTooDeep,
    #[error("too many departments")]
    DepartmentsTooMany,
    #[error("this right is not narrowed")]
    RightNotNarrowed,
    #[error("a right is narrowed and not widened")]
    RightWider,
}

impl Refused {
    /// The word on the wire; `error-<code>` is its sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::NotSignedIn => "not-signed-in",
            Refused::NotPermitted => "not-permitted",
            Refused::NotFound => "not-found",
            Refused::WrongCredentials => "wrong-credentials",
            Refused::WrongPassword => "wrong-password",
            Refused::ConfirmPassword => "confirm-password",
            Refused::SecondFactorIsOn => "second-factor-is-on",
            Refused::WrongCode => "wrong-code",
            Refused::Throttled { .. } => "throttled",
            Refused::LoginMalformed => "login-malformed",
            Refused::LoginTaken => "login-taken",
            Refused::NameMissing => "name-missing",
            Refused::NameTooLong => "name-too-long",
            Refused::PasswordTooShort => "password-too-short",
            Refused::PasswordTooLong => "password-too-long",
            Refused::PasswordTooCommon => "password-too-common",
            Refused::PasswordLikeLogin => "password-like-login",
            Refused::WrongSetUpCode => "wrong-set-up-code",
            Refused::SetUpClosed => "set-up-closed",
            Refused::LinkClosed => "link-closed",
            Refused::TooManyInvitations => "too-many-invitations",
            Refused::CrossSite => "cross-site",
            Refused::BadRequest => "bad-request",
            Refused::TooLarge => "too-large",
            Refused::TooSlow => "too-slow",
            Refused::ClientTooOld => "client-too-old",
            Refused::LastAdministrator => "last-administrator",
            Refused::AdministratorWhole => "administrator-whole",
            Refused::DepartmentInUse => "department-in-use",
            Refused::DepartmentMisplaced => "department-misplaced",
            Refused::DepartmentName => "department-name",
            Refused::DepartmentsTooDeep => "departments-too-deep",
            Refused::DepartmentsTooMany => "departments-too-many",
            Refused::RightNotNarrowed => "right-not-narrowed",
            Refused::RightWider => "right-wider",
        }
    }

    /// The status that fits it.
    pub fn status(&self) -> StatusCode {
        match self {
            Refused::NotSignedIn | Refused::WrongCredentials => StatusCode::UNAUTHORIZED,
            Refused::NotPermitted
            | Refused::ConfirmPassword
            | Refused::SetUpClosed
            | Refused::CrossSite => StatusCode::FORBIDDEN,
            Refused::NotFound => StatusCode::NOT_FOUND,
            Refused::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refused::LoginTaken
            | Refused::TooManyInvitations
            | Refused::LastAdministrator
            | Refused::DepartmentInUse
            | Refused::SecondFactorIsOn => StatusCode::CONFLICT,
            Refused::LinkClosed => StatusCode::GONE,
            Refused::WrongPassword
            | Refused::LoginMalformed
            | Refused::NameMissing
            | Refused::NameTooLong
            | Refused::PasswordTooShort
            | Refused::PasswordTooLong
            | Refused::PasswordTooCommon
            | Refused::PasswordLikeLogin
            | Refused::WrongCode
            | Refused::WrongSetUpCode
            | Refused::AdministratorWhole
            | Refused::DepartmentMisplaced
            | Refused::DepartmentName
            | Refused::DepartmentsTooDeep
            | Refused::DepartmentsTooMany
            | Refused::RightNotNarrowed
            | Refused::RightWider => StatusCode::UNPROCESSABLE_ENTITY,
            Refused::BadRequest => StatusCode::BAD_REQUEST,
            Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refused::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refused::ClientTooOld => StatusCode::UPGRADE_REQUIRED,
        }
    }

    /// One sentence for the person.
    pub fn sentence(&self, messages: &Messages) -> String {
        match self {
            Refused::Throttled { seconds } => {
                let minutes = i64::try_from(seconds.div_ceil(60)).unwrap_or(i64::MAX);
                messages.error_throttled(minutes)
            }
            other => messages
                .by_key(&format!("error-{}", other.code()))
                .unwrap_or_else(|| messages.error_unexpected()),
        }
    }
}

/// Why a handler has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The person may read why.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A program may read why, with the field it is about.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The memory failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something else broke; the text is for the log.
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    /// Something broke.
    pub fn broken(error: impl std::fmt::Display) -> Self {
        Failure::Broken(error.to_string())
    }

    /// The word on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Refused(refused) => refused.code(),
            Failure::Api(error) => error.code(),
            Failure::Store(StoreError::Full) => "storage-full",
            Failure::Store(StoreError::ReadOnly) => "storage-read-only",
            Failure::Store(_) | Failure::Broken(_) => "unexpected",
        }
    }

    /// The status that fits it.
    pub fn status(&self) -> StatusCode {
        match self {
            Failure::Refused(refused) => refused.status(),
            Failure::Api(error) => error.status(),
            Failure::Store(StoreError::Full | StoreError::ReadOnly) => {
                StatusCode::INSUFFICIENT_STORAGE
            }
            Failure::Store(StoreError::Busy | StoreError::Unreachable) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Failure::Store(_) | Failure::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// One sentence for the person.
    pub fn sentence(&self, messages: &Messages) -> String {
        match self {
            Failure::Refused(refused) => refused.sentence(messages),
            Failure::Api(error) => error.sentence(messages),
            Failure::Store(StoreError::Full) => messages.error_storage_full(),
            Failure::Store(StoreError::ReadOnly) => messages.error_storage_read_only(),
            Failure::Store(_) | Failure::Broken(_) => messages.error_unexpected(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match &self {
            Failure::Refused(_) | Failure::Api(_) => {}
            Failure::Store(_) | Failure::Broken(_) => tracing::error!(error = %self, "failed"),
        }
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        let seconds = match &self {
            Failure::Refused(Refused::Throttled { seconds }) => Some(*seconds),
            Failure::Api(error) => error.retry_after(),
            Failure::Refused(_) | Failure::Store(_) | Failure::Broken(_) => None,
        };
        if let Some(seconds) = seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Failure::Api(ApiError::TokenInvalid | ApiError::TokenExpired) = &self {
            let bearer = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        if let Failure::Api(ApiError::Changed { tag, .. }) = &self
            && let Ok(tag) = HeaderValue::from_str(tag)
        {
            headers.insert(header::ETAG, tag);
        }
        // The words come later, when the language is known.
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_messages::Language;

    #[test]
    fn every_refusal_has_a_sentence_in_every_language() {
        let all = [
            Refused::NotSignedIn,
            Refused::NotPermitted,
            Refused::NotFound,
            Refused::WrongCredentials,
            Refused::WrongPassword,
            Refused::ConfirmPassword,
            Refused::SecondFactorIsOn,
            Refused::WrongCode,
            Refused::LoginMalformed,
            Refused::LoginTaken,
            Refused::NameMissing,
            Refused::NameTooLong,
            Refused::PasswordTooShort,
            Refused::PasswordTooLong,
            Refused::PasswordTooCommon,
            Refused::PasswordLikeLogin,
            Refused::WrongSetUpCode,
            Refused::SetUpClosed,
            Refused::LinkClosed,
            Refused::TooManyInvitations,
            Refused::CrossSite,
            Refused::BadRequest,
            Refused::TooLarge,
            Refused::TooSlow,
            Refused::LastAdministrator,
            Refused::AdministratorWhole,
            Refused::DepartmentInUse,
            Refused::DepartmentMisplaced,
            Refused::DepartmentName,
            Refused::DepartmentsTooDeep,
            Refused::DepartmentsTooMany,
            Refused::RightNotNarrowed,
            Refused::RightWider,
        ];
        for language in Language::ALL {
            let messages = Messages::of(language);
            for refused in &all {
                let sentence = messages.by_key(&format!("error-{}", refused.code()));
                assert!(sentence.is_some(), "{language:?}: error-{}", refused.code());
            }
        }
    }
}
