### 通用词。规则：你，不用感叹号，按钮是动词。两种语言的键和参数必须相同（构建时检查）。

-app-name = 汇客

app-title = { -app-name }
app-tagline = 断网也能用的客户管理

## 动作
common-save = 保存
common-cancel = 取消
common-close = 关闭
common-back = 返回
common-next = 下一步
common-previous = 上一步
common-continue = 继续
common-delete = 删除
common-restore = 恢复
common-remove = 移除
common-edit = 编辑
common-add = 添加
common-new = 新建
common-create = 创建
common-undo = 撤销
common-redo = 重做
common-undone = 已撤销：{ $action }
common-search = 搜索
common-search-placeholder = 搜索客户、电话、拼音
common-filter = 筛选
common-sort = 排序
common-clear = 清除
common-reset = 重置
common-copy = 复制
common-copied = 已复制
common-move = 移动
common-open = 打开
common-show = 显示
common-hide = 隐藏
common-show-more = 显示更多
common-show-less = 收起
common-retry = 重试
common-reload = 重新加载
common-done = 完成
common-confirm = 确认
common-yes = 是
common-no = 否
common-none = 无
common-all = 全部
common-mine = 我的
common-other = 其他
common-unknown = 未知
common-optional = 选填
common-required = 必填
common-or = 或
common-more = 更多
common-loading = 正在读取
common-menu = 菜单
common-help = 帮助
common-details = 详情
common-selected = 已选 { $count } 项
common-clear-selection = 取消选择
common-select-all = 全选
common-count-of = { $count } / { $number }
common-actions = 操作
common-keyboard-shortcuts = 键盘快捷键
common-skip-to-content = 跳到正文

## 导航
nav-today = 今天
nav-inbox = 收件箱
nav-customers = 客户
nav-contacts = 联系人
nav-deals = 商机
nav-tasks = 任务
nav-more = 更多
nav-settings = 设置
nav-import = 导入
nav-saved-views = 视图
nav-sign-out = 退出登录
nav-main = 主导航
nav-collapse = 收起侧栏
nav-expand = 展开侧栏
nav-quick-create = 快速新建

## 时间
time-today = 今天
time-tomorrow = 明天
time-yesterday = 昨天
time-now = 刚刚
time-minutes-ago = { $count } 分钟前
time-hours-ago = { $count } 小时前
time-days-ago = { $count } 天前
time-in-days = { $count } 天后
time-days = { $count } 天
time-days-overdue = 逾期 { $count } 天
time-today-at = 今天 { $time }
time-yesterday-at = 昨天 { $time }
time-tomorrow-at = 明天 { $time }
time-weekday-1 = 周一
time-weekday-2 = 周二
time-weekday-3 = 周三
time-weekday-4 = 周四
time-weekday-5 = 周五
time-weekday-6 = 周六
time-weekday-7 = 周日
time-this-week = 本周
time-next-week = 下周
time-later = 以后
time-earlier = 更早
time-no-date = 没有日期

## 记录
kind-customer = 客户
kind-contact = 联系人
kind-deal = 商机
kind-pipeline = 销售流程
kind-activity = 跟进记录
kind-task = 任务
kind-saved-view = 视图
kind-note = 备注
kinds-customer = 客户
kinds-contact = 联系人
kinds-deal = 商机
kinds-pipeline = 销售流程
kinds-activity = 跟进记录
kinds-task = 任务
kinds-saved-view = 视图
kinds-note = 备注
record-deleted = 这条记录已删除
record-missing = 找不到这条记录
record-untitled = 未命名
record-created = 已创建
record-created-by = { $name } 创建
record-updated-by = { $name } 更新
record-last-change = 最后改动：{ $name } · { $when }
record-deleted-toast = 已删除 { $name }
record-restored-toast = 已恢复 { $name }

## 已删除的记录
deleted-title = 最近删除
deleted-none = 没有删除的记录
deleted-hint = 删除的记录会列在这里，可以恢复。

## 空白页
empty-nothing-found = 没有符合条件的记录
empty-clear-filters = 清除筛选条件

## 公开页面
common-problem = 没有成功
common-to-start = 回到首页
public-privacy = 数据只保存在你们自己的服务器和登录的设备上。
public-http-title = 这个地址不能离线使用
public-http-what = 浏览器只在 https 地址（或本机的 localhost）上允许离线打开和安装。现在可以联网使用，断网后打不开，密码也会以明文经过网络。
public-http-how-title = 怎样换成 https
public-http-how = 请管理员在服务器前放一个带证书的反向代理（例如 Caddy 或 nginx），并用 --base-address 写上 https 地址。在服务器本机上可以直接用 http://localhost 打开。
public-inner-title = 请换一个浏览器打开
public-inner-what = 应用内的浏览器不会保存数据，也不能安装。请点右上角菜单，选择在浏览器中打开。
