### 登录、注册、邀请

sign-in-title = 登录
sign-in-login = 邮箱或手机号
sign-in-login-hint = 以后用它登录
sign-in-password = 密码
sign-in-submit = 登录
sign-in-forgotten = 忘记密码？请管理员为你生成重设链接。

set-up-title = 创建工作区
set-up-open = 创建新的工作区
set-up-lead = 工作区里是一家企业的客户、商机和任务。你会成为它的管理员。
set-up-code = 设置码
set-up-code-hint = 服务器启动时显示在控制台上
set-up-workspace = 工作区名称
set-up-name = 你的姓名
set-up-submit = 创建工作区

join-title = 加入工作区
join-lead = { $inviter } 邀请你加入 { $workspace }。
join-submit = 加入
join-closed-title = 邀请链接已失效

password-title = 修改密码
password-lead = 修改后，其他设备需要重新登录。那里等待同步的修改不会丢失。
password-current = 当前密码
password-new = 新密码
password-hint = 至少 10 个字符，最好 15 个：几个不相干的词。太容易猜到的不能用。
password-submit = 保存新密码
password-changed = 密码已修改，其他设备已退出登录。
password-back = 回到汇客
reset-title = 设置新密码
reset-closed = 这个链接已经用过或过期。请管理员再生成一个。

code-title = 还有一步
code-lead = 密码正确。请输入手机上显示的验证码。
code-label = 验证码
code-hint = 验证器应用里的 6 位数字，或一个恢复码
