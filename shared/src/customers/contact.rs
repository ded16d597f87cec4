//! A contact (联系人): a person at a customer.

use super::{Channel, Customer};
use crate::choices;
use crate::id::Id;
use crate::record::{FieldKind, Linked, Record};
use crate::text::{Email, Line, Paragraphs, Phone};
use crate::time::Date;

/// A contact (联系人).
#[derive(Record, Clone, Debug, PartialEq)]
#[record(kind = "contact", number = 2)]
pub struct Contact {
    /// The person's name.
    #[field(search)]
    pub name: Line,
    /// Where this person is reached for.
    pub customer: Option<Id<Customer>>,
    /// What the person does there.
    #[field(search)]
    pub job_title: Option<Line>,
    /// What the person means for a decision.
    pub role: Option<ContactRole>,
    /// Whom to call first.
    pub is_primary: bool,
    /// The number to call.
    #[field(search)]
    pub phone: Option<Phone>,
    /// Where mail goes.
    #[field(search)]
    pub email: Option<Email>,
    /// 微信.
    #[field(search)]
    pub wechat: Option<Line>,
    /// How the person wants to be reached.
    pub preferred_channel: Option<Channel>,
    /// For a card.
    pub birthday: Option<Date>,
    /// Anything else.
    #[field(search)]
    pub remark: Option<Paragraphs>,
}

impl Linked for Contact {
    const LINK: FieldKind = FieldKind::Link("contact");
}

choices! {
    /// What a contact means for a decision.
    ContactRole {
        /// 决策人.
        DecisionMaker = "decision_maker",
        /// 影响人.
        Influencer = "influencer",
        /// 采购.
        Buyer = "buyer",
        /// 使用人.
        User = "user",
        /// 财务.
        Finance = "finance",
    }
}
