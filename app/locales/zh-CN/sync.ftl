### 同步状态与冲突

sync-synced = 已同步
sync-pending = { $count } 项待同步
sync-offline = 离线
sync-offline-pending = 离线 · { $count } 项待同步
sync-connecting = 正在连接
sync-needs-attention = 需要处理
sync-conflict = 另有一个值
