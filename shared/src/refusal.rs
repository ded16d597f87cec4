//! Why a request was not granted.
//!
//! Codes travel on the wire and are translated by the interface (`errors.ftl`, key
//! `refusal-<code>`). A refusal is an answer, never a failure: what was refused stays visible to
//! the person who asked.

use serde::{Deserialize, Serialize};

/// A request the server understood and will not grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// The bytes are not a canonical, uncompressed change.
    #[error("the change is malformed")]
    Malformed,
    /// The change, note or frame is larger than its limit.
    #[error("the change is too large")]
    TooLarge,
    /// The change does not follow from what the server has.
    #[error("the change builds on something the server does not have")]
    UnknownDependency,
    /// Sequence, start or predecessors are not what an honest replica would write.
    #[error("the change does not follow from its own history")]
    BrokenHistory,
    /// The actor is not registered to this member on this device.
    #[error("the change is signed by somebody else")]
    ForeignActor,
    /// A key that no known schema has.
    #[error("this server does not know the field {field}")]
    UnknownField {
        /// The key.
        field: Box<str>,
    },
    /// A value that the field's type does not allow.
    #[error("the field {field} cannot hold this value")]
    BadValue {
        /// The key.
        field: Box<str>,
    },
    /// A kind that this server does not know, or not the kind the record has.
    #[error("this server does not know this kind of record")]
    UnknownKind,
    /// The member may not do this to this record.
    #[error("you may not do this")]
    NotPermitted,
    /// The session ended.
    #[error("sign in again")]
    SignedOut,
    /// The protocol is older than the server's oldest.
    #[error("this client is too old to sync")]
    ClientTooOld,
    /// More than the stated rate.
    #[error("too many requests")]
    TooFast,
    /// The server cannot write at this moment (disk full, read-only).
    #[error("the server cannot store anything at the moment")]
    Unavailable,
    /// The record, or one that it belongs to, was erased for good. Since version 2.
    #[error("this record was erased for good")]
    Erased,
}

impl Refusal {
    /// The stable code, also the end of the message key.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Malformed => "malformed",
            Refusal::TooLarge => "too-large",
            Refusal::UnknownDependency => "unknown-dependency",
            Refusal::BrokenHistory => "broken-history",
            Refusal::ForeignActor => "foreign-actor",
            Refusal::UnknownField { .. } => "unknown-field",
            Refusal::BadValue { .. } => "bad-value",
            Refusal::UnknownKind => "unknown-kind",
            Refusal::NotPermitted => "not-permitted",
            Refusal::SignedOut => "signed-out",
            Refusal::ClientTooOld => "client-too-old",
            Refusal::TooFast => "too-fast",
            Refusal::Unavailable => "unavailable",
            Refusal::Erased => "erased",
        }
    }

    /// Whether the change only builds on what the server does not have, as after a restore: the same edit, made
    /// on what it has, may be granted.
    pub fn is_stale(&self) -> bool {
        matches!(self, Refusal::UnknownDependency | Refusal::BrokenHistory)
    }

    /// Whether the same request may be granted later without being changed.
    pub fn is_temporary(&self) -> bool {
        matches!(
            self,
            Refusal::TooFast | Refusal::Unavailable | Refusal::SignedOut
        )
    }
}
