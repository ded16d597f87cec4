### 跟进：记录与任务

activities-title = 跟进记录
activities-empty = 还没有跟进记录
activity-result-is = 结果：{ $text }
activity-next-is = 下一步：{ $text }

## 时间线
timeline-title = 时间线
timeline-search = 搜索跟进记录
timeline-talks = 沟通
timeline-meetings = 见面
timeline-notes = 笔记
timeline-milestones = 里程碑
did-call = 打了电话
did-visit = 上门拜访
did-message = 发了消息
did-email = 发了邮件
did-meeting = 开了会
did-note = 写了笔记
did-task = 完成了任务
did-create = 创建了这条记录
did-create-deal = 新建了商机
did-win = 赢下了商机
did-lose = 输掉了商机（{ $reason }）

## 记录跟进
composer-kind = 跟进方式
composer-more = 更多字段
composer-body = 写点什么，可以不写
composer-purpose = 目的
composer-result = 结果
composer-next = 下一步，例如：明天下午3点 发报价
composer-save = 记录

## 任务
tasks-title = 任务
tasks-new = 新建任务
tasks-line = 添加任务，例如：下周三 给张伟打电话
tasks-count = { $count } 项任务
tasks-empty = 没有待办任务
tasks-empty-text = 在上面写一行，日期可以写成 明天、周五、3月8日
tasks-done = 已完成
tasks-overdue = 已逾期
tasks-complete = 完成 { $title }
tasks-due = 截止日期
tasks-owner = 负责人
tasks-hour-wrong = 请写成 15:30 或 下午3点
steps-title = 下一步
steps-line = 下一步，例如：周五 回访
steps-ask-again = 接下来做什么？例如：下周一 跟进
steps-done-what-next = 已完成。接下来做什么？

## 今天
today-title = 今天
today-empty = 今天没有待办
today-due = 待办任务
today-open-deals = 我的商机
today-weighted = 加权预测
today-won-month = 本月赢单
today-talks-week = 本周跟进
today-too-long = 停留过久的商机
today-team = 团队动态

## 首次使用
checklist-title = 开始使用
checklist-customers = 导入或新建客户
checklist-pipeline = 创建销售流程
checklist-deal = 新建第一个商机
checklist-task = 安排一项任务
checklist-activity = 记录一次跟进

## 字段
field-activity-activity-type = 方式
field-activity-at = 时间
field-activity-customer = 客户
field-activity-contact = 联系人
field-activity-deal = 商机
field-activity-purpose = 目的
field-activity-result = 结果
field-activity-next-step = 下一步
field-activity-minutes = 时长（分钟）
field-activity-body = 正文
field-task-title = 任务
field-task-due-on = 截止日期
field-task-due-minute = 时间
field-task-owner = 负责人
field-task-done-at = 完成时间
field-task-priority = 优先级
field-task-customer = 客户
field-task-contact = 联系人
field-task-deal = 商机
field-task-remark = 备注
choice-activity-type-call = 电话
choice-activity-type-visit = 拜访
choice-activity-type-message = 消息
choice-activity-type-email = 邮件
choice-activity-type-meeting = 会议
choice-activity-type-note = 笔记
choice-priority-high = 高
choice-priority-normal = 普通
choice-priority-low = 低
