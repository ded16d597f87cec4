//! Sentences of the demo: what was talked about, what came of it, what is next.

/// What for, in Chinese and English.
pub const PURPOSES: &[(&str, &str)] = &[
    ("了解采购需求", "Find out what they need"),
    ("跟进报价", "Follow up on the quotation"),
    ("确认样品反馈", "Ask how the samples did"),
    ("催收尾款", "Ask about the open invoice"),
    ("介绍新品", "Show the new range"),
    ("确认交期", "Confirm the delivery date"),
    ("拜访工厂", "Visit the plant"),
    ("商谈付款方式", "Talk over terms of payment"),
    ("处理质量反馈", "Handle a complaint"),
    ("年度合作回顾", "Review the year"),
    ("节日问候", "Season's greetings"),
    ("确认合同条款", "Go through the contract"),
];

/// What came of it.
pub const RESULTS: &[(&str, &str)] = &[
    (
        "客户对价格比较敏感，希望按年用量再谈一个折扣。竞争对手报价低约 3%，但交期比我们长一周。",
        "Price matters a lot. A competitor is about 3% lower but needs a week longer to deliver.",
    ),
    (
        "样品测试通过，技术部门认可，等采购走流程。",
        "Samples passed. Engineering is happy, purchasing has to approve.",
    ),
    (
        "对方负责人出差，约好下周再联系。",
        "The buyer is travelling, we agreed to talk next week.",
    ),
    (
        "确认下季度需求约 3 个柜，要求提供检测报告和原产地证。",
        "About three containers next quarter; they need test reports and a certificate of origin.",
    ),
    (
        "客户反馈上一批有少量划痕，已拍照。答应补发 20 件并调整包装。",
        "A few scratched pieces in the last lot. We send 20 replacements and change the packing.",
    ),
    (
        "预算还没批下来，预计月底有结果。",
        "Budget is not approved yet, they expect an answer by the end of the month.",
    ),
    (
        "已发更新后的报价单，含运费和 30 天账期。",
        "Sent a new quotation including freight and 30 days' credit.",
    ),
    (
        "客户很满意这次交货，愿意介绍同行。",
        "Very happy with the delivery and willing to recommend us.",
    ),
    ("电话未接，已发微信留言。", "No answer, left a message."),
    (
        "参观了生产线，主要关心产能和质检流程。",
        "They toured the line and asked about capacity and inspection.",
    ),
    (
        "合同初稿已收到，法务在看违约条款。",
        "Draft contract received, legal looks at the penalty clause.",
    ),
    (
        "对方换了采购负责人，需要重新建立联系。",
        "There is a new buyer, we have to start over.",
    ),
];

/// What is to be done next.
pub const NEXT_STEPS: &[(&str, &str)] = &[
    ("发送更新报价", "Send the new quotation"),
    ("寄送样品", "Send samples"),
    ("下周三再联系", "Call again on Wednesday"),
    ("准备检测报告", "Prepare the test reports"),
    ("约见技术负责人", "Meet the technical lead"),
    ("确认付款到账", "Check that the payment arrived"),
    ("提交合同审批", "Submit the contract for approval"),
    ("安排验厂", "Arrange the audit"),
];

/// What is to be done: behind the customer's name in Chinese, before it in English.
pub const TASKS: &[(&str, &str)] = &[
    ("回访", "Call back"),
    ("发送报价单", "Send quotation to"),
    ("寄送样品", "Send samples to"),
    ("准备拜访", "Prepare visit to"),
    ("跟进合同", "Chase contract with"),
    ("核对账期", "Check terms with"),
    ("确认收货", "Confirm delivery with"),
    ("整理需求清单", "List requirements of"),
];

/// Long texts, in paragraphs.
pub const NOTES: &[(&str, &str)] = &[
    (
        "会议纪要\n\n参会：对方采购、技术、财务各一人；我方两人。\n\n一、需求\n全年用量约 12 万件，分四批交货，首批希望在\
         节前到仓。\n\n二、关注点\n1. 表面处理要做 72 小时盐雾测试；\n2. 包装改为防潮袋加纸箱，外箱贴对方条码；\n\
         3. 账期希望 60 天，我方底线 45 天。\n\n三、下一步\n周五前给出分批报价和交期表。",
        "Minutes\n\nThere: purchasing, engineering and finance on their side, two of us.\n\n1. Demand\n\
         About 120,000 pieces a year in four lots; the first should arrive before the holidays.\n\n\
         2. What they care about\n- 72 hours of salt spray\n- moisture bags, their bar code on the carton\n\
         - 60 days' credit; our limit is 45\n\n3. Next\nPrices by lot and a delivery plan by Friday.",
    ),
    (
        "客户背景\n\n公司成立于 2009 年，两个厂区，约 180 人。老板做技术出身，重质量，决策比较快。\n\n现有供应商两家，\
         其中一家去年延期三次，是我们的机会。\n\n采购流程：使用部门提需求 → 技术确认 → 采购比价（至少三家）→ \
         副总审批。\n\n注意：不要绕过采购直接找老板。",
        "Background\n\nFounded in 2009, two sites, about 180 people. The owner is an engineer: quality \
         first, quick decisions.\n\nTwo suppliers today; one was late three times last year, which is our \
         chance.\n\nHow they buy: request by the department, approval by engineering, three quotations, \
         signature of the vice president.\n\nDo not go around purchasing.",
    ),
    (
        "报价思路\n\n按 FOB 宁波报，铜价取本周均价，汇率留 2% 余量。\n首单给 3% 试单折扣，不写进合同；年量达到 \
         10 万件再返 1.5%。\n\n竞争对手大约低 2–4%，但不含检测费。要把总成本讲清楚。",
        "How to quote\n\nFOB Ningbo, copper at this week's average, 2% for the exchange rate.\n3% off for \
         the trial order, not in the contract; 1.5% back above 100,000 pieces a year.\n\nCompetitors are \
         2 to 4% lower without testing. Talk about total cost.",
    ),
];

/// What customers need.
pub const NEEDS: &[(&str, &str)] = &[
    (
        "稳定交期，小批量多批次。",
        "Reliable delivery in small lots.",
    ),
    (
        "需要出口认证（CE、RoHS）和检测报告。",
        "Needs CE and RoHS papers and test reports.",
    ),
    (
        "正在找第二供应商，价格要有优势。",
        "Looks for a second source at a better price.",
    ),
    (
        "新厂明年投产，用量会翻倍。",
        "A new plant opens next year, volumes will double.",
    ),
    ("希望支持账期 45 天。", "Wants 45 days' credit."),
];
