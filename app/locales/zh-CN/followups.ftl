### 跟进：记录与任务

activities-title = 跟进记录
activities-empty = 还没有跟进记录
tasks-title = 任务
tasks-new = 新建任务
tasks-count = { $count } 项任务
tasks-empty = 没有待办任务
tasks-done = 已完成
tasks-overdue = 已逾期
today-title = 今天
today-empty = 今天没有待办
