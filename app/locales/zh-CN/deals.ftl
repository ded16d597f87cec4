### 商机与看板

deals-title = 商机
deals-new = 新建商机
deals-quick-add = 商机名称，回车添加
deals-created = 已新建 { $title }
deals-count = { $count } 个商机
deals-selected = 已选 { $count } 个商机
deals-empty = 这里会按阶段列出你的商机
deals-board = 看板
deals-shown = 显示哪些商机
deals-won = 赢单
deals-lost = 输单
deals-open = 进行中
deals-funnel = 漏斗
deals-won-empty = 还没有赢单
deals-lost-empty = 没有输单
deals-mark-won = 标为赢单
deals-mark-lost = 标为输单
deals-reopen = 重新打开
deals-move-to = 移到
deals-no-step = 没有下一步
deals-filter-overdue = 下一步逾期
deals-filter-month = 本月成交
deals-weighted = 加权 { $sum }
deals-probability = 赢率 { $number }%
deals-days-in-stage = 本阶段 { $count } 天
deals-notes = 共享笔记
deals-group-main = 商机
deals-group-more = 更多

## 看板
board-column-empty = 还没有商机
board-stage-closed = 这个阶段已归档，不能再放入商机
board-to-top = 移到本列顶部
board-to-bottom = 移到本列底部
board-lifted = 已拿起 { $title }
board-over = { $column }，第 { $number } / 共 { $count }
board-dropped = 已移到 { $column }，第 { $number } / 共 { $count }
board-canceled = { $title } 已放回原处

## 输单
lost-question = 为什么输单？
lost-own-words = 其他原因
lost-reason-none = 未说明
lost-reason-price = 价格
lost-reason-competitor = 竞争对手
lost-reason-no-budget = 没有预算
lost-reason-no-need = 没有需求
lost-reason-timing = 时机不对
lost-reason-no-answer = 没有回音
lost-reason-product = 产品不合适

## 漏斗
funnel-hint = 走到过每个阶段的商机，含已赢单和已输单
funnel-empty = 有了商机，这里会显示各阶段的数量、金额和流失
funnel-share = 占比
funnel-reached = 到达
funnel-amount = 金额
funnel-onward = 转化
funnel-lost-here = 在此输单
funnel-now-here = 目前在此
funnel-by-reason = 输单原因
funnel-by-owner = 负责人的输单率
funnel-reason = 原因
funnel-owner = 负责人

## 阶段历史
history-title = 阶段历史
history-offline = 离线时看不到阶段历史，联网后显示
history-failed = 暂时读不到阶段历史，其他内容不受影响

## 销售流程与阶段
pipelines-title = 销售流程
pipelines-edit = 设置销售流程
pipelines-none = 还没有销售流程
pipelines-none-text = 销售流程由一列阶段组成，商机在其中从左到右推进
pipelines-create-standard = 创建标准流程
pipelines-own = 自己设置
pipelines-standard-name = 销售流程
pipelines-hint = 修改会立刻生效，离线也可以。移除的阶段如果还有商机，会在看板上显示为已归档。
pipelines-new = 新建流程
pipelines-name = 流程名称
pipelines-archive = 停用
pipelines-archived = 已停用
pipelines-use-again = 重新启用
stages-title = 阶段
stages-archived = 已归档的阶段
stages-unknown = 未知阶段
stages-name = 阶段
stages-new-name = 新阶段
stages-add = 添加阶段
stages-probability = 赢率
stages-rotting-days = 停留上限（天）
stages-limit = 数量上限
stages-deals = 进行中
stages-move-up = 上移
stages-move-down = 下移
stages-remove = 移除阶段
stages-number-wrong = 请填 0 到 { $number } 的整数
stage-standard-contact = 初步接触
stage-standard-needs = 需求确认
stage-standard-quote = 方案报价
stage-standard-talks = 商务谈判
stage-standard-signing = 签约

## 字段
field-deal-title = 商机名称
field-deal-customer = 客户
field-deal-contact = 联系人
field-deal-amount = 金额
field-deal-place = 阶段
field-deal-outcome = 结果
field-deal-closed-on = 关闭日期
field-deal-close-on = 预计成交
field-deal-owner = 负责人
field-deal-source = 来源
field-deal-remark = 备注
field-deal-notes = 共享笔记
field-pipeline-name = 名称
field-pipeline-rank = 顺序
field-pipeline-archived = 已停用
field-pipeline-probability = 赢率
field-pipeline-rotting-days = 停留上限
field-pipeline-limit = 数量上限
field-pipeline-removed = 已移除

## 需要注意
problem-won-without-amount = 已赢单，但没有填金额
problem-deal-without-customer = 没有关联客户
