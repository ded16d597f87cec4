//! A customer (客户): a person or company we sell to.

use crate::access::Member;
use crate::choices;
use crate::id::Id;
use crate::record::{FieldKind, Linked, Note, Number, Record};
use crate::text::{Email, Line, Paragraphs, Phone, Url};
use crate::time::Date;

/// A customer (客户).
#[derive(Record, Clone, Debug, PartialEq)]
#[record(kind = "customer", number = 1)]
pub struct Customer {
    /// The name on the door. The only field a customer cannot be without.
    #[field(search)]
    pub name: Line,
    /// Company or person.
    pub customer_type: Option<CustomerType>,
    /// The number in the seller's own books.
    #[field(search)]
    pub code: Option<Line>,
    /// Where a person works.
    #[field(search)]
    pub company: Option<Line>,
    /// What a person does there.
    pub job_title: Option<Line>,
    /// The first number to call.
    #[field(search)]
    pub phone: Option<Phone>,
    /// Where mail goes.
    #[field(search)]
    pub email: Option<Email>,
    /// 微信.
    #[field(search)]
    pub wechat: Option<Line>,
    /// The web site.
    pub website: Option<Url>,
    /// Province and city.
    #[field(search)]
    pub region: Option<Line>,
    /// Street and number.
    #[field(search)]
    pub address: Option<Line>,
    /// What the customer does.
    #[field(search)]
    pub industry: Option<Line>,
    /// How the customer came to us.
    pub source: Option<Source>,
    /// Where the relation stands.
    pub status: Option<CustomerStatus>,
    /// Grade from A to D.
    pub level: Option<CustomerLevel>,
    /// How the customer wants to be reached.
    pub preferred_channel: Option<Channel>,
    /// The member responsible (负责人).
    pub owner: Option<Id<Member>>,
    /// Of a person.
    pub gender: Option<Gender>,
    /// Of a person.
    pub birthday: Option<Date>,
    /// Of a company.
    pub employees: Option<Number>,
    /// Of a company: 统一社会信用代码 or VAT number, for contracts and invoices.
    #[field(search)]
    pub tax_number: Option<Line>,
    /// Of a person: habits, tastes, values.
    pub interests: Option<Line>,
    /// How and how often the customer buys.
    pub buying_habit: Option<Line>,
    /// What the customer needs.
    #[field(search)]
    pub needs: Option<Paragraphs>,
    /// Anything else.
    #[field(search)]
    pub remark: Option<Paragraphs>,
    /// A shared page about this customer.
    pub notes: Note,
}

impl Linked for Customer {
    const LINK: FieldKind = FieldKind::Link("customer");
}

choices! {
    /// Company or person.
    CustomerType { /// 企业.
        Company = "company", /// 个人.
        Person = "person" }
}

choices! {
    /// How a customer came to us (客户来源).
    Source {
        /// 网站表单.
        WebForm = "web_form",
        /// 线下活动.
        Event = "event",
        /// 社交媒体.
        Social = "social",
        /// 电话.
        Phone = "phone",
        /// 邮件.
        Email = "email",
        /// 站内信.
        SiteMessage = "site_message",
        /// 转介绍.
        Referral = "referral",
        /// 表格导入.
        Import = "import",
    }
}

choices! {
    /// Where the relation stands.
    CustomerStatus {
        /// 潜在.
        Potential = "potential",
        /// 跟进中.
        InContact = "in_contact",
        /// 成交.
        Active = "active",
        /// 沉睡.
        Dormant = "dormant",
        /// 流失.
        Lost = "lost",
    }
}

choices! {
    /// Grade of a customer.
    CustomerLevel { /// Best.
        A = "a", /// Good.
        B = "b", /// Ordinary.
        C = "c", /// Small.
        D = "d" }
}

choices! {
    /// A way to reach somebody.
    Channel {
        /// 电话.
        Phone = "phone",
        /// 微信.
        Wechat = "wechat",
        /// 邮件.
        Email = "email",
        /// 短信.
        Sms = "sms",
        /// 面谈.
        Visit = "visit",
    }
}

choices! {
    /// Of a person.
    Gender { /// 女.
        Female = "female", /// 男.
        Male = "male" }
}
