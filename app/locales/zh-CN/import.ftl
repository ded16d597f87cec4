### 导入

import-title = 导入客户
import-choose-file = 选择文件
