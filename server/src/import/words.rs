//! Words by which people name columns and choices, in Chinese and English.
//!
//! Compared folded and without spaces or signs, so `E-Mail` and `email` are one word. The labels of
//! the interface count too; only what they do not say stands here.

/// Words for the columns of a customer list, by field.
pub const CUSTOMER: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "姓名",
            "客户名称",
            "客户姓名",
            "客户",
            "名称",
            "名字",
            "客户全称",
            "name",
            "fullname",
            "customer",
            "customername",
            "account",
            "accountname",
            "client",
        ],
    ),
    (
        "customer_type",
        &["客户类型", "类型", "customertype", "type"],
    ),
    (
        "code",
        &[
            "客户编号",
            "编号",
            "客户代码",
            "客户编码",
            "代码",
            "编码",
            "code",
            "customerid",
            "customerno",
            "number",
            "id",
        ],
    ),
    (
        "company",
        &[
            "公司",
            "公司名称",
            "单位",
            "单位名称",
            "企业",
            "企业名称",
            "工作单位",
            "company",
            "companyname",
            "organization",
            "organisation",
            "employer",
        ],
    ),
    (
        "job_title",
        &[
            "职位", "职务", "岗位", "头衔", "jobtitle", "title", "position", "job",
        ],
    ),
    (
        "phone",
        &[
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "电话号码",
            "联系电话",
            "联系方式",
            "移动电话",
            "座机",
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "tel",
            "telephone",
            "cell",
            "cellphone",
        ],
    ),
    (
        "email",
        &[
            "邮箱",
            "电子邮箱",
            "电子邮件",
            "邮件",
            "邮箱地址",
            "email",
            "emailaddress",
            "mail",
        ],
    ),
    (
        "wechat",
        &["微信", "微信号", "wechat", "wechatid", "weixin"],
    ),
    (
        "website",
        &[
            "网站", "网址", "官网", "主页", "website", "web", "url", "homepage", "site",
        ],
    ),
    (
        "region",
        &[
            "地区",
            "区域",
            "省市",
            "城市",
            "省份",
            "所在地",
            "所在地区",
            "region",
            "city",
            "province",
            "state",
            "area",
        ],
    ),
    (
        "address",
        &[
            "地址",
            "详细地址",
            "联系地址",
            "通讯地址",
            "公司地址",
            "住址",
            "address",
            "street",
            "streetaddress",
        ],
    ),
    (
        "industry",
        &["行业", "所属行业", "行业类别", "industry", "sector"],
    ),
    (
        "source",
        &["来源", "客户来源", "渠道", "source", "leadsource"],
    ),
    ("status", &["状态", "客户状态", "跟进状态", "status"]),
    (
        "level",
        &[
            "级别",
            "客户级别",
            "等级",
            "客户等级",
            "level",
            "grade",
            "rating",
        ],
    ),
    (
        "preferred_channel",
        &[
            "偏好联系方式",
            "首选联系方式",
            "沟通方式",
            "preferredchannel",
            "channel",
        ],
    ),
    (
        "owner",
        &[
            "负责人",
            "销售",
            "业务员",
            "跟进人",
            "所属销售",
            "客户经理",
            "owner",
            "salesperson",
            "accountmanager",
        ],
    ),
    ("gender", &["性别", "gender", "sex"]),
    (
        "birthday",
        &[
            "生日",
            "出生日期",
            "出生年月",
            "birthday",
            "birthdate",
            "dateofbirth",
        ],
    ),
    (
        "employees",
        &[
            "员工数",
            "员工人数",
            "人数",
            "规模",
            "employees",
            "headcount",
            "companysize",
        ],
    ),
    (
        "interests",
        &["兴趣", "爱好", "兴趣爱好", "interests", "hobbies"],
    ),
    ("buying_habit", &["购买习惯", "消费习惯", "buyinghabit"]),
    ("needs", &["需求", "客户需求", "needs", "requirements"]),
    (
        "remark",
        &[
            "备注",
            "说明",
            "描述",
            "备注信息",
            "remark",
            "remarks",
            "notes",
            "note",
            "comment",
            "comments",
            "description",
        ],
    ),
];

/// Words for the columns of a list of contacts, by field.
pub const CONTACT: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "姓名",
            "联系人",
            "联系人姓名",
            "名字",
            "name",
            "fullname",
            "contact",
            "contactname",
            "person",
        ],
    ),
    (
        "customer",
        &[
            "客户",
            "客户名称",
            "公司",
            "公司名称",
            "单位",
            "所属客户",
            "所属公司",
            "客户编号",
            "customer",
            "customername",
            "company",
            "companyname",
            "account",
            "accountname",
            "organization",
        ],
    ),
    (
        "job_title",
        &[
            "职位", "职务", "岗位", "头衔", "jobtitle", "title", "position", "job",
        ],
    ),
    ("role", &["角色", "决策角色", "role"]),
    (
        "is_primary",
        &[
            "主要联系人",
            "首要联系人",
            "主联系人",
            "primary",
            "isprimary",
            "primarycontact",
        ],
    ),
    (
        "phone",
        &[
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "电话号码",
            "联系电话",
            "联系方式",
            "移动电话",
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "tel",
            "telephone",
            "cell",
        ],
    ),
    (
        "email",
        &[
            "邮箱",
            "电子邮箱",
            "电子邮件",
            "邮件",
            "邮箱地址",
            "email",
            "emailaddress",
            "mail",
        ],
    ),
    (
        "wechat",
        &["微信", "微信号", "wechat", "wechatid", "weixin"],
    ),
    (
        "preferred_channel",
        &[
            "偏好联系方式",
            "首选联系方式",
            "沟通方式",
            "preferredchannel",
            "channel",
        ],
    ),
    (
        "birthday",
        &[
            "生日",
            "出生日期",
            "出生年月",
            "birthday",
            "birthdate",
            "dateofbirth",
        ],
    ),
    (
        "remark",
        &[
            "备注", "说明", "描述", "remark", "remarks", "notes", "note", "comment", "comments",
        ],
    ),
];

/// Words for choices beside the stored ones: what people write and which word it is.
pub const CHOICES: &[(&str, &[&str])] = &[
    (
        "company",
        &[
            "企业",
            "公司",
            "企业客户",
            "单位",
            "organization",
            "business",
        ],
    ),
    ("person", &["个人", "个人客户", "自然人", "individual"]),
    (
        "web_form",
        &[
            "网站表单",
            "网站",
            "官网",
            "表单",
            "website",
            "web",
            "webform",
        ],
    ),
    (
        "event",
        &[
            "线下活动",
            "活动",
            "展会",
            "会议",
            "exhibition",
            "tradeshow",
            "fair",
        ],
    ),
    (
        "social",
        &["社交媒体", "社媒", "抖音", "微博", "小红书", "socialmedia"],
    ),
    (
        "phone",
        &["电话", "来电", "手机", "call", "telephone", "tel"],
    ),
    ("email", &["邮件", "邮箱", "电子邮件", "mail"]),
    ("site_message", &["站内信", "在线客服", "chat", "message"]),
    (
        "referral",
        &[
            "转介绍",
            "介绍",
            "推荐",
            "朋友介绍",
            "老客户介绍",
            "recommendation",
            "wordofmouth",
        ],
    ),
    ("import", &["表格导入", "导入", "imported"]),
    (
        "potential",
        &[
            "潜在",
            "潜在客户",
            "意向",
            "意向客户",
            "新客户",
            "prospect",
            "lead",
            "new",
        ],
    ),
    (
        "in_contact",
        &[
            "跟进中",
            "联系中",
            "洽谈中",
            "contacted",
            "incontact",
            "open",
        ],
    ),
    (
        "active",
        &[
            "成交",
            "已成交",
            "成交客户",
            "合作中",
            "customer",
            "won",
            "client",
        ],
    ),
    ("dormant", &["沉睡", "休眠", "sleeping", "inactive"]),
    ("lost", &["流失", "已流失", "churned"]),
    ("a", &["a级", "甲", "重要", "important"]),
    ("b", &["b级", "乙"]),
    ("c", &["c级", "丙", "普通", "ordinary"]),
    ("d", &["d级", "丁"]),
    ("wechat", &["微信", "weixin"]),
    ("sms", &["短信", "text"]),
    ("visit", &["面谈", "拜访", "上门", "inperson"]),
    ("female", &["女", "女士", "女性", "f", "woman", "ms", "mrs"]),
    ("male", &["男", "先生", "男性", "m", "man", "mr"]),
    (
        "decision_maker",
        &["决策人", "决策者", "老板", "decisionmaker"],
    ),
    ("influencer", &["影响人", "影响者"]),
    ("buyer", &["采购", "采购员", "purchasing", "procurement"]),
    ("user", &["使用人", "使用者", "用户"]),
    ("finance", &["财务", "会计", "accounting"]),
];

/// Words for yes and for no.
pub const YES: &[&str] = &["是", "有", "对", "yes", "y", "true", "1", "x", "√", "✓"];
/// Words for no.
pub const NO: &[&str] = &["否", "无", "没有", "no", "n", "false", "0", "×"];

/// The form in which words are compared: folded, letters and digits only, what stands in brackets
/// left out.
pub fn plain(text: &str) -> String {
    let text = text
        .split(['(', '（', '[', '【', ':', '：'])
        .next()
        .unwrap_or(text);
    huike_shared::text::fold(text)
        .chars()
        .filter(|it| it.is_alphanumeric())
        .collect()
}
