//! Words that names of the demo are made of.

/// Surnames, the frequent ones more often.
pub const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "高", "林", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾",
    "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡", "余", "杜", "叶", "程", "苏", "魏", "吕", "丁",
    "任", "沈", "姚", "卢", "姜", "崔", "钟", "谭", "陆", "汪", "范", "欧阳", "诸葛", "单", "仇",
    "解",
];

/// Given names.
pub const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "秀兰", "霞", "平", "刚", "桂英", "建国", "志强", "海燕", "晓东", "雪梅", "文博", "子涵",
    "雨桐", "思远", "嘉怡", "浩然", "梓轩", "若曦", "俊杰", "欣怡", "天宇", "佳慧", "立新", "国庆",
    "丽华", "建华", "春梅", "永强", "振宇", "晨曦", "乐天", "可欣", "一鸣", "安琪", "昊天", "诗涵",
    "长青",
];

/// Cities with the province before them and their dialing code.
pub const CITIES: &[(&str, &str, &str)] = &[
    ("上海", "上海", "021"),
    ("北京", "北京", "010"),
    ("深圳", "广东 深圳", "0755"),
    ("广州", "广东 广州", "020"),
    ("东莞", "广东 东莞", "0769"),
    ("佛山", "广东 佛山", "0757"),
    ("杭州", "浙江 杭州", "0571"),
    ("宁波", "浙江 宁波", "0574"),
    ("义乌", "浙江 义乌", "0579"),
    ("温州", "浙江 温州", "0577"),
    ("苏州", "江苏 苏州", "0512"),
    ("无锡", "江苏 无锡", "0510"),
    ("南京", "江苏 南京", "025"),
    ("常州", "江苏 常州", "0519"),
    ("青岛", "山东 青岛", "0532"),
    ("济南", "山东 济南", "0531"),
    ("天津", "天津", "022"),
    ("重庆", "重庆", "023"),
    ("成都", "四川 成都", "028"),
    ("武汉", "湖北 武汉", "027"),
    ("长沙", "湖南 长沙", "0731"),
    ("厦门", "福建 厦门", "0592"),
    ("泉州", "福建 泉州", "0595"),
    ("西安", "陕西 西安", "029"),
    ("郑州", "河南 郑州", "0371"),
    ("合肥", "安徽 合肥", "0551"),
    ("大连", "辽宁 大连", "0411"),
    ("昆明", "云南 昆明", "0871"),
];

/// First halves of a firm's name.
pub const BRAND_FIRST: &[&str] = &[
    "恒", "泰", "鑫", "华", "瑞", "盛", "宏", "嘉", "远", "德", "信", "安", "佳", "永", "博", "万",
    "金", "顺", "天", "润", "康", "正", "新", "东", "凯", "利", "云", "汇", "百", "众",
];

/// Second halves of a firm's name.
pub const BRAND_SECOND: &[&str] = &[
    "达", "丰", "源", "通", "科", "合", "兴", "隆", "洋", "诚", "祥", "创", "辉", "业", "美", "航",
    "邦", "联", "尚", "力", "仓", "海", "成", "和", "健", "才", "锋", "越", "图", "悦",
];

/// What a firm does: the end of its name, and its industry.
pub const TRADES: &[(&str, &str)] = &[
    ("精密机械有限公司", "机械制造"),
    ("五金制品有限公司", "五金制品"),
    ("电子科技有限公司", "电子电器"),
    ("进出口贸易有限公司", "贸易"),
    ("供应链管理有限公司", "物流仓储"),
    ("包装材料有限公司", "包装印刷"),
    ("照明电器有限公司", "照明"),
    ("塑料制品有限公司", "塑料橡胶"),
    ("家居用品有限公司", "家居用品"),
    ("建筑装饰工程有限公司", "建筑装饰"),
    ("汽车零部件有限公司", "汽车配件"),
    ("医疗器械有限公司", "医疗器械"),
    ("食品有限公司", "食品饮料"),
    ("纺织服装有限公司", "纺织服装"),
    ("新能源科技有限公司", "新能源"),
    ("环保设备有限公司", "环保"),
];

/// Streets and parks.
pub const STREETS: &[&str] = &[
    "人民路",
    "中山路",
    "解放路",
    "建设路",
    "工业园区星海街",
    "高新区科技路",
    "开发区长江路",
    "滨江大道",
    "新华路",
    "创业路",
    "文化路",
    "和平路",
    "长安路",
    "朝阳路",
    "湖滨路",
    "经开区锦绣路",
];

/// What a person does.
pub const JOBS: &[&str] = &[
    "总经理",
    "采购经理",
    "采购主管",
    "采购员",
    "技术总监",
    "工程师",
    "财务经理",
    "生产经理",
    "仓库主管",
    "副总经理",
    "董事长",
    "项目经理",
    "品质经理",
    "行政主管",
];

/// Where a foreign customer is: region, dialing prefix (numbers kept free for fiction), currency.
pub const ABROAD: &[(&str, &str, &str)] = &[
    ("London, United Kingdom", "+44 20 7946 09", "GBP"),
    ("New York, USA", "+1 212 555 01", "USD"),
    ("Chicago, USA", "+1 312 555 01", "USD"),
    ("Berlin, Germany", "+49 30 23125 0", "EUR"),
    ("Sydney, Australia", "+61 2 5550 00", "USD"),
    ("Dublin, Ireland", "+353 20 910 00", "EUR"),
    ("Toronto, Canada", "+1 416 555 01", "USD"),
    ("Los Angeles, USA", "+1 213 555 01", "USD"),
];

/// First words of a foreign firm.
pub const FIRM_FIRST: &[&str] = &[
    "Northwind",
    "Harbor",
    "Redwood",
    "Summit",
    "Bluestone",
    "Kingsley",
    "Oakridge",
    "Silverline",
    "Brightwater",
    "Castle",
    "Fairfield",
    "Granite",
    "Highland",
    "Ironbridge",
    "Lakeside",
    "Meridian",
    "Pioneer",
    "Riverside",
    "Sterling",
    "Westgate",
    "Whitfield",
    "Ashford",
    "Beacon",
    "Crown",
];

/// Second words of a foreign firm, with the industry.
pub const FIRM_SECOND: &[(&str, &str)] = &[
    ("Trading Ltd.", "Wholesale"),
    ("Imports Inc.", "Wholesale"),
    ("Hardware GmbH", "Hardware"),
    ("Home & Living", "Retail"),
    ("Tools Ltd.", "Hardware"),
    ("Lighting Co.", "Lighting"),
    ("Packaging Inc.", "Packaging"),
    ("Supply Group", "Distribution"),
    ("Electronics LLC", "Electronics"),
    ("Logistics Ltd.", "Logistics"),
];

/// First names abroad.
pub const FIRST_NAMES: &[&str] = &[
    "James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "David", "Emma",
    "William", "Olivia", "Thomas", "Sophie", "Daniel", "Laura", "Peter", "Anna", "Lukas", "Hannah",
    "Oliver", "Grace", "Liam", "Chloe", "Noah", "Zoe",
];

/// Last names abroad.
pub const LAST_NAMES: &[&str] = &[
    "Smith", "Johnson", "Brown", "Taylor", "Miller", "Wilson", "Davies", "Evans", "Walker",
    "Wright", "Schmidt", "Fischer", "Weber", "Murphy", "Kelly", "O'Brien", "Martin", "Roy",
    "Campbell", "Stewart", "Garcia", "Lopez", "Nguyen", "Anderson",
];

/// What a person does abroad.
pub const JOBS_ABROAD: &[&str] = &[
    "Managing Director",
    "Purchasing Manager",
    "Buyer",
    "Head of Sourcing",
    "Operations Manager",
    "Finance Manager",
    "Category Manager",
    "Owner",
    "Engineer",
];

/// What the demo company sells: Chinese, English.
pub const PRODUCTS: &[(&str, &str)] = &[
    ("不锈钢紧固件", "Stainless fasteners"),
    ("LED 工矿灯", "LED high-bay lights"),
    ("铝合金型材", "Aluminium profiles"),
    ("手动工具套装", "Hand tool sets"),
    ("瓦楞包装箱", "Corrugated boxes"),
    ("厨房五金", "Kitchen hardware"),
    ("精密轴承", "Precision bearings"),
    ("硅胶密封圈", "Silicone seals"),
    ("太阳能支架", "Solar mounts"),
    ("仓储货架", "Storage racks"),
    ("阀门管件", "Valves and fittings"),
    ("办公家具", "Office furniture"),
];

/// What a deal is about, behind the product.
pub const DEAL_KINDS: &[(&str, &str)] = &[
    ("年度采购", "annual supply"),
    ("首单试采", "trial order"),
    ("追加订单", "repeat order"),
    ("新项目配套", "new project"),
    ("框架协议", "framework agreement"),
    ("打样", "samples"),
    ("替换供应商", "second source"),
];
