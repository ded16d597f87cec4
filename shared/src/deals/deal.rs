//! A deal (商机): one possible sale.

use crate::access::Member;
use crate::customers::{Contact, Customer, Source};
use crate::id::Id;
use crate::money::Money;
use crate::place::{Outcome, Place};
use crate::record::{FieldKind, Linked, Note, Problem, Record};
use crate::text::{Line, Paragraphs};
use crate::time::Date;

/// A deal (商机).
#[derive(Record, Clone, Debug, PartialEq)]
#[record(kind = "deal", number = 3)]
pub struct Deal {
    /// What is sold, in a few words.
    #[field(search)]
    pub title: Line,
    /// To whom.
    pub customer: Option<Id<Customer>>,
    /// With whom it is talked over.
    pub contact: Option<Id<Contact>>,
    /// What it is worth.
    pub amount: Option<Money>,
    /// Pipeline, stage and rank; one register, so that a move is never torn.
    pub place: Place,
    /// Open, won, or lost and why.
    pub outcome: Outcome,
    /// When it was won or lost.
    pub closed_on: Option<Date>,
    /// When it is expected to close.
    pub close_on: Option<Date>,
    /// The member responsible (负责人).
    pub owner: Option<Id<Member>>,
    /// How it came to us.
    pub source: Option<Source>,
    /// Anything else.
    #[field(search)]
    pub remark: Option<Paragraphs>,
    /// A shared page about this deal.
    pub notes: Note,
}

impl Linked for Deal {
    const LINK: FieldKind = FieldKind::Link("deal");
}

impl Deal {
    /// What a merge may have left behind; shown, never refused.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.outcome == Outcome::Won && self.amount.is_none() {
            problems.push(Problem {
                field: "amount",
                code: "won-without-amount",
            });
        }
        if self.customer.is_none() {
            problems.push(Problem {
                field: "customer",
                code: "deal-without-customer",
            });
        }
        problems
    }
}
