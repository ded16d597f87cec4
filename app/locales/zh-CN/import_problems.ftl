### 文件或单元格有什么问题；由服务器按代码给出

## 文件
import-error-empty = 文件是空的
import-error-too-large = 文件超过 20 MB。请拆分后分别导入。
import-error-too-many-rows = 文件超过 100,000 行。请拆分后分别导入。
import-error-too-many-columns = 文件超过 200 列。请确认这是客户列表。
import-error-cell-too-large = 有一个单元格的文字超过字段的上限，可能缺少一个引号。
import-error-workbook = 这是 Excel 文件。请另存为 CSV（UTF-8），再选择该文件。
import-error-binary = 这不是文本文件。请把列表另存为 CSV，再选择该文件。
import-error-bad-encoding = 有些字符无法按这种编码读取。请换一种编码，或把文件另存为 UTF-8。
import-error-unknown-encoding = 不认识这种编码
import-error-unclosed-quote = 有一个引号没有结束，后面的内容无法区分。请改正后重新选择文件。
import-error-no-rows = 表头下面没有数据
import-error-unknown-kind = 这种记录不能导入
import-error-mapping-length = 列与文件不符。请重新选择文件。
import-error-unknown-field = 没有这个可导入的字段
import-error-field-twice = 有两列对应同一个字段。请只保留一列。
import-error-required-unmapped = 请选择名称所在的列
import-error-bad-rows = 有些行有错误。请改正，或只导入没有错误的行。
import-error-nothing-good = 没有可以导入的行
import-error-wrong-step = 这次导入已完成或已过期。请重新选择文件。
import-error-too-many-waiting = 等待导入的文件太多。请先删除一些。
import-error-no-file = 请选择文件

## 单元格
import-cell-missing = 不能为空
import-cell-too-long = 太长
import-cell-phone = 不是电话号码
import-cell-email = 不是邮箱地址
import-cell-url = 不是网址
import-cell-number = 不是整数
import-cell-percent = 不是 0 到 100 的数
import-cell-money = 不是金额
import-cell-date = 不是日期
import-cell-flag = 应为“是”或“否”
import-cell-choice = 不在选项之中
import-cell-member = 没有这个名字的成员
import-cell-record = 没有这个名称或编号的客户
import-cell-ambiguous = 有多个同名
import-cell-too-many-cells = 单元格比表头的列多
