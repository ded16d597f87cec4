//! Saved views (视图): a filter, a sort and columns, kept under a name.

use crate::access::Member;
use crate::id::Id;
use crate::rank::Rank;
use crate::record::{FieldKind, Linked, Record};
use crate::text::{Line, Paragraphs};

/// A saved view (视图).
#[derive(Record, Clone, Debug, PartialEq)]
#[record(kind = "saved_view", number = 7)]
pub struct SavedView {
    /// What it is called.
    pub name: Line,
    /// The kind of record it lists.
    pub of: Option<Line>,
    /// The query in the form of the address line: `status=active&sort=-updated`.
    pub query: Option<Paragraphs>,
    /// Whose it is.
    pub owner: Option<Id<Member>>,
    /// Whether others see it too.
    pub shared: bool,
    /// Whether it stands in the side bar.
    pub starred: bool,
    /// Its place there.
    pub rank: Option<Rank>,
}

impl Linked for SavedView {
    const LINK: FieldKind = FieldKind::Link("saved_view");
}
