//! The one kind of value a register holds.

use serde::{Deserialize, Serialize};

use crate::id::RecordId;

/// What a register holds. Automerge's other scalar kinds (bytes, floats, counters, timestamps) are
/// refused by the gate: fewer kinds mean that browser, server and JavaScript agree on each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scalar {
    /// Cleared, or never set.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number, an instant in milliseconds, a percentage.
    Int(i64),
    /// Text, and everything that has a text form: choices, money, dates, ids, places.
    Text(Box<str>),
}

impl Scalar {
    /// A text value.
    pub fn text(text: impl Into<Box<str>>) -> Self {
        Scalar::Text(text.into())
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Scalar::Text(it) => Some(it),
            Scalar::Null | Scalar::Bool(_) | Scalar::Int(_) => None,
        }
    }

    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Scalar::Int(it) => Some(*it),
            Scalar::Null | Scalar::Bool(_) | Scalar::Text(_) => None,
        }
    }

    /// The flag, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Scalar::Bool(it) => Some(*it),
            Scalar::Null | Scalar::Int(_) | Scalar::Text(_) => None,
        }
    }

    /// The id, if it is one.
    pub fn as_id(&self) -> Option<RecordId> {
        self.as_text().and_then(|it| RecordId::parse(it).ok())
    }

    /// Whether nothing is there.
    pub fn is_null(&self) -> bool {
        matches!(self, Scalar::Null)
    }
}

impl From<RecordId> for Scalar {
    fn from(id: RecordId) -> Self {
        Scalar::text(id.to_string())
    }
}
