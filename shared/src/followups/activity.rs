//! An activity (跟进记录): something that happened.

use crate::choices;
use crate::customers::{Contact, Customer};
use crate::deals::Deal;
use crate::id::Id;
use crate::record::{FieldKind, Linked, Note, Number, Record};
use crate::text::{Line, Paragraphs};
use crate::time::Timestamp;

/// An activity (跟进记录).
#[derive(Record, Clone, Debug, PartialEq)]
#[record(kind = "activity", number = 5)]
pub struct Activity {
    /// Call, visit, message, note.
    pub activity_type: Option<ActivityType>,
    /// When it happened.
    pub at: Timestamp,
    /// With whom.
    pub customer: Option<Id<Customer>>,
    /// With which person there.
    pub contact: Option<Id<Contact>>,
    /// About which deal.
    pub deal: Option<Id<Deal>>,
    /// What for, in a few words.
    #[field(search)]
    pub purpose: Option<Line>,
    /// What came of it.
    #[field(search)]
    pub result: Option<Paragraphs>,
    /// What is to be done next.
    #[field(search)]
    pub next_step: Option<Line>,
    /// How long it took.
    pub minutes: Option<Number>,
    /// The long text, written together.
    pub body: Note,
}

impl Linked for Activity {
    const LINK: FieldKind = FieldKind::Link("activity");
}

choices! {
    /// What kind of thing happened.
    ActivityType {
        /// 电话.
        Call = "call",
        /// 拜访.
        Visit = "visit",
        /// 消息.
        Message = "message",
        /// 邮件.
        Email = "email",
        /// 会议.
        Meeting = "meeting",
        /// 笔记.
        Note = "note",
    }
}
