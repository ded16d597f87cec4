### 出错时说什么：发生了什么，什么是安全的，可以做什么。

error-unexpected = 出了点问题，你的数据没有受影响。请再试一次。
error-not-found = 找不到这个页面
error-offline = 现在没有网络
