### 客户与联系人

customers-title = 客户
customers-new = 新建客户
customers-count = { $count } 位客户
customers-empty = 这里会列出你的客户
customers-empty-hint = 导入一份名单，或按 C 新建一位
customers-search = 搜索名称、电话、拼音
contacts-title = 联系人
contacts-new = 添加联系人
contacts-empty = 还没有联系人
