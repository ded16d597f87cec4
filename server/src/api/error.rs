//! What the interface for programs does not grant, with the field it is about.
//!
//! Codes are stable; `api-error-<code>` in the catalogs is the sentence of each. All errors of the
//! server have one shape: `code`, `message`, and where they apply `field`, `expected`, `current`.

use axum::http::StatusCode;
use huike_messages::Messages;
use huike_shared::record::FieldKind;
use serde_json::Value;

/// A request of a program that is understood and not granted. Nothing was written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence of each stands beside it")]
pub enum ApiError {
    #[error("the token is not valid")]
    TokenInvalid,
    #[error("the token has expired")]
    TokenExpired,
    #[error("the token only reads")]
    TokenReadOnly,
    #[error("too many tokens")]
    TooManyTokens,
    #[error("too many requests")]
    TooFast { seconds: u64 },
    #[error("no such kind of record")]
    UnknownKind { kind: String },
    #[error("no such record")]
    NoRecord,
    #[error("no field {field}")]
    UnknownField { field: String },
    #[error("{field} cannot hold this")]
    BadValue { field: String, expected: FieldKind },
    #[error("{field} holds named parts")]
    BadParts { field: String },
    #[error("a record cannot be without {field}")]
    MissingField { field: String },
    #[error("parameter {name} is not understood")]
    BadParameter { name: String },
    #[error("the body is not understood")]
    BadBody,
    #[error("the record was deleted")]
    Deleted,
    #[error("the record has changed")]
    Changed { current: Value, tag: String },
    #[error("the key was used for something else")]
    KeyReused,
    #[error("a request with this key is being answered")]
    KeyBusy,
    #[error("the position belongs to another log")]
    OtherLog,
    #[error("nothing can be stored at the moment")]
    Unavailable,
    #[error("records of this kind are not erased")]
    NotErasable,
    #[error("too many records belong to it")]
    TooManyToErase,
}

impl ApiError {
    /// Every code, so that a test can look for its sentence and the description can list it.
    pub const CODES: &'static [&'static str] = &[
        "token-invalid",
        "token-expired",
        "token-read-only",
        "too-many-tokens",
        "too-fast",
        "unknown-kind",
        "no-record",
        "unknown-field",
        "bad-value",
        "bad-parts",
        "missing-field",
        "bad-parameter",
        "bad-body",
        "deleted",
        "changed",
        "key-reused",
        "key-busy",
        "other-log",
        "unavailable",
        "not-erasable",
        "too-many-to-erase",
    ];

    /// The word on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            ApiError::TokenInvalid => "token-invalid",
            ApiError::TokenExpired => "token-expired",
            ApiError::TokenReadOnly => "token-read-only",
            ApiError::TooManyTokens => "too-many-tokens",
            ApiError::TooFast { .. } => "too-fast",
            ApiError::UnknownKind { .. } => "unknown-kind",
            ApiError::NoRecord => "no-record",
            ApiError::UnknownField { .. } => "unknown-field",
            ApiError::BadValue { .. } => "bad-value",
            ApiError::BadParts { .. } => "bad-parts",
            ApiError::MissingField { .. } => "missing-field",
            ApiError::BadParameter { .. } => "bad-parameter",
            ApiError::BadBody => "bad-body",
            ApiError::Deleted => "deleted",
            ApiError::Changed { .. } => "changed",
            ApiError::KeyReused => "key-reused",
            ApiError::KeyBusy => "key-busy",
            ApiError::OtherLog => "other-log",
            ApiError::Unavailable => "unavailable",
            ApiError::NotErasable => "not-erasable",
            ApiError::TooManyToErase => "too-many-to-erase",
        }
    }

    /// The status that fits it.
    pub fn status(&self) -> StatusCode {
        match self {
            ApiError::TokenInvalid | ApiError::TokenExpired => StatusCode::UNAUTHORIZED,
            ApiError::TokenReadOnly => StatusCode::FORBIDDEN,
            ApiError::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
            ApiError::UnknownKind { .. } | ApiError::NoRecord => StatusCode::NOT_FOUND,
            ApiError::UnknownField { .. }
            | ApiError::BadValue { .. }
            | ApiError::BadParts { .. }
            | ApiError::MissingField { .. }
            | ApiError::NotErasable
            | ApiError::TooManyToErase
            | ApiError::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::BadParameter { .. } | ApiError::BadBody => StatusCode::BAD_REQUEST,
            ApiError::TooManyTokens
            | ApiError::Deleted
            | ApiError::KeyBusy
            | ApiError::OtherLog => StatusCode::CONFLICT,
            ApiError::Changed { .. } => StatusCode::PRECONDITION_FAILED,
            ApiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The field or parameter it is about.
    pub fn field(&self) -> Option<&str> {
        match self {
            ApiError::UnknownField { field }
            | ApiError::BadValue { field, .. }
            | ApiError::BadParts { field }
            | ApiError::MissingField { field } => Some(field),
            ApiError::BadParameter { name } => Some(name),
            ApiError::UnknownKind { kind } => Some(kind),
            _ => None,
        }
    }

    /// The record as it stands, for who wanted to change an older one.
    pub fn current(&self) -> Option<&Value> {
        match self {
            ApiError::Changed { current, .. } => Some(current),
            _ => None,
        }
    }

    /// Seconds after which to try again.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            ApiError::TooFast { seconds } => Some(*seconds),
            ApiError::KeyBusy | ApiError::Unavailable => Some(1),
            _ => None,
        }
    }

    /// One sentence for the person.
    pub fn sentence(&self, messages: &Messages) -> String {
        match self {
            ApiError::UnknownField { field } => messages.api_error_unknown_field(field),
            ApiError::MissingField { field } => messages.api_error_missing_field(field),
            ApiError::BadParts { field } => messages.api_error_bad_parts(field),
            ApiError::BadParameter { name } => messages.api_error_bad_parameter(name),
            ApiError::BadValue { field, expected } => {
                let expected = messages.by_key(&format!("api-expects-{}", word(*expected)));
                messages.api_error_bad_value(&expected.unwrap_or_default(), field)
            }
            other => messages
                .by_key(&format!("api-error-{}", other.code()))
                .unwrap_or_else(|| messages.error_unexpected()),
        }
    }
}

/// The name of what a field holds, as the description and the sentences have it.
pub fn word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Line => "line",
        FieldKind::Paragraphs => "paragraphs",
        FieldKind::Note => "note",
        FieldKind::Phone => "phone",
        FieldKind::Email => "email",
        FieldKind::Url => "url",
        FieldKind::Number => "number",
        FieldKind::Percent => "percent",
        FieldKind::Money => "money",
        FieldKind::Date => "date",
        FieldKind::Instant => "instant",
        FieldKind::Flag => "flag",
        FieldKind::Choice(_) => "choice",
        FieldKind::Member => "member",
        FieldKind::Link(_) => "link",
        FieldKind::Place => "place",
        FieldKind::Outcome => "outcome",
        FieldKind::Rank => "rank",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_messages::Language;
    use huike_shared::note::NOTE;
    use huike_shared::registry::RECORDS;

    #[test]
    fn every_code_and_every_expectation_has_a_sentence_in_every_language() {
        for language in Language::ALL {
            let messages = Messages::of(language);
            let known = messages.error_unexpected();
            let with_arguments = [
                ApiError::UnknownField { field: "x".into() },
                ApiError::MissingField { field: "x".into() },
                ApiError::BadParts { field: "x".into() },
                ApiError::BadParameter { name: "x".into() },
            ];
            for error in &with_arguments {
                assert!(error.sentence(messages).contains('x'), "{error}");
            }
            let named: Vec<&str> = with_arguments.iter().map(ApiError::code).collect();
            for code in ApiError::CODES {
                if !named.contains(code) && *code != "bad-value" {
                    let sentence = messages.by_key(&format!("api-error-{code}"));
                    assert!(
                        sentence.is_some_and(|it| it != known),
                        "{language:?}: {code}"
                    );
                }
            }
            for def in RECORDS.iter().filter(|it| it.kind != NOTE.kind) {
                for field in def.fields {
                    let key = format!("api-expects-{}", word(field.kind));
                    assert!(messages.by_key(&key).is_some(), "{language:?}: {key}");
                }
            }
        }
    }
}
