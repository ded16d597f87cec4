### 设置

settings-title = 设置
settings-language = 语言
settings-theme = 主题
settings-theme-system = 跟随系统
settings-theme-light = 浅色
settings-theme-dark = 深色
settings-density = 密度
settings-density-compact = 紧凑
settings-density-normal = 标准
settings-density-comfortable = 宽松
settings-members = 成员
settings-account = 账号
settings-workspace = 工作区
settings-device = 这台设备
settings-install = 安装为应用
