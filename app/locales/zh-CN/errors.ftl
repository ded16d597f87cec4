### 出错时说什么：发生了什么，什么是安全的，可以做什么。

error-unexpected = 出了点问题，你的数据没有受影响。请再试一次。
error-not-found = 找不到这个页面
error-offline = 现在没有网络
error-not-signed-in = 请先登录。这台设备上的修改都还在。
error-not-permitted = 你没有权限这样做
error-wrong-credentials = 邮箱、手机号或密码不对
error-wrong-password = 当前密码不对
error-throttled = 试的次数太多，请在 { $count } 分钟后再试
error-login-malformed = 请填写邮箱或手机号
error-login-taken = 这个邮箱或手机号已经有账号
error-name-missing = 请填写名称
error-name-too-long = 名称最多 80 个字符
error-password-too-short = 密码至少 10 个字符
error-password-too-long = 密码太长了
error-password-too-common = 这个密码太容易猜到，请换一个
error-password-like-login = 密码不能和登录名相同
error-wrong-set-up-code = 设置码不对。请看服务器的控制台，重新启动后会换一个。
error-set-up-closed = 工作区已经创建。请用邀请链接加入。
error-link-closed = 这个链接已经用过、过期或被收回。请邀请你的人再发一个。
error-too-many-invitations = 未使用的邀请太多，请先收回一些
error-cross-site = 这个请求来自别的网站，没有执行
error-bad-request = 请求的内容不对，没有执行
error-too-large = 内容太大，没有执行
error-too-slow = 用时太长，已经停止。请再试一次。
error-storage-full = 服务器的磁盘已满，没有保存。已有的数据没有受影响，请告诉管理员。
error-storage-read-only = 服务器的数据文件夹不能写入，没有保存。已有的数据没有受影响，请告诉管理员。
