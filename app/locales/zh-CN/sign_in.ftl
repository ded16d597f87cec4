### 登录、注册、邀请

sign-in-title = 登录
