//! Questions about rows: which records, in which order, from where on.
//!
//! A question names fields of the registry and never holds a person's words as anything but a value.

use super::StoreResult;
use super::documents::RecordRow;
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::record::Kind;
use huike_shared::scalar::Scalar;

/// What of a row is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The record's id; ids sort by age.
    Id,
    /// When the record was made, in milliseconds.
    Created,
    /// When it was last changed, in milliseconds.
    Updated,
    /// A field as its text, compared by bytes.
    Text(&'static str),
    /// A field as its number; yes is 1 and no is 0.
    Number(&'static str),
    /// The minor units of an amount, whatever its currency.
    Amount(&'static str),
}

impl Key {
    /// Whether its values are texts. Those of ids are neither compared nor kept in a place.
    pub fn is_text(self) -> bool {
        matches!(self, Key::Text(_))
    }
}

/// What is asked of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// It is one of these.
    OneOf(Vec<Scalar>),
    /// It is not this; nothing at all is not this either.
    Not(Scalar),
    /// It is less.
    Below(Scalar),
    /// It is less or equal.
    AtMost(Scalar),
    /// It is more.
    Above(Scalar),
    /// It is more or equal.
    AtLeast(Scalar),
    /// The text contains this.
    Contains(String),
    /// The text starts with this.
    StartsWith(String),
    /// Nothing is there.
    Empty,
    /// Something is there.
    Filled,
}

/// A condition on rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is compared.
    pub key: Key,
    /// With what.
    pub test: Test,
}

/// Which rows count, by whether they were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deleted {
    /// Only those that were not.
    #[default]
    Without,
    /// All.
    With,
    /// Only those that were.
    Only,
}

/// A place in an order: the value of the key (null where nothing is) and the id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The value that is sorted by.
    pub value: Scalar,
    /// The record.
    pub id: RecordId,
}

/// A question about rows of one kind.
#[derive(Clone, Debug)]
pub struct RowsQuery {
    /// Where.
    pub workspace_id: RecordId,
    /// Of which kind.
    pub kind: Kind,
    /// Deleted ones.
    pub deleted: Deleted,
    /// All of these hold.
    pub conditions: Vec<Condition>,
    /// What is sorted by, then by id. Rows where nothing is come first.
    pub order: Key,
    /// From the last to the first.
    pub descending: bool,
    /// Those behind this place of the order.
    pub after: Option<Spot>,
    /// How many at most.
    pub count: u64,
}

/// Rows that answer a question.
#[async_trait]
pub trait Queries {
    /// The rows in their order, each with its place.
    async fn find_rows(&self, query: &RowsQuery) -> StoreResult<Vec<(RecordRow, Spot)>>;
}
