### 商机与看板

deals-title = 商机
deals-new = 新建商机
deals-count = { $count } 个商机
deals-selected = 已选 { $count } 个商机
deals-empty = 这里会按阶段列出你的商机
deals-won = 赢单
deals-lost = 输单
deals-open = 进行中
deals-mark-won = 标为赢单
deals-mark-lost = 标为输单
deals-reopen = 重新打开
deals-move-to = 移到
pipelines-title = 销售流程
stages-title = 阶段
stages-archived = 已归档的阶段
