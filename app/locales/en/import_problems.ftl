### What is wrong with a file or a cell; said by the server, by code

## Files
import-error-empty = The file is empty
import-error-too-large = The file is larger than 20 MB. Split it and import the parts.
import-error-too-many-rows = The file has more than 100,000 rows. Split it and import the parts.
import-error-too-many-columns = The file has more than 200 columns. Is it a list of customers?
import-error-cell-too-large = A cell holds more text than a field can. Perhaps a quote is missing.
import-error-workbook = This is an Excel file. Save it as CSV (UTF-8) and choose that file.
import-error-binary = This is not a text file. Save the list as CSV and choose that file.
import-error-bad-encoding = Some characters cannot be read in this encoding. Choose another encoding or save the file as UTF-8.
import-error-unknown-encoding = This encoding is not known
import-error-unclosed-quote = A quote is opened and never closed, so the rest of the file cannot be told apart. Correct it and choose the file again.
import-error-no-rows = There are no rows below the head line
import-error-unknown-kind = This kind of record cannot be imported
import-error-mapping-length = The columns do not fit this file. Choose the file again.
import-error-unknown-field = There is no such field to import into
import-error-field-twice = Two columns go into the same field. Choose one of them.
import-error-required-unmapped = Choose the column that holds the name
import-error-bad-rows = Some rows have mistakes. Correct them, or import only the rows without mistakes.
import-error-nothing-good = No row can be imported
import-error-wrong-step = This import is finished or has expired. Choose the file again.
import-error-too-many-waiting = Many files wait to be imported already. Remove some first.
import-error-no-file = Choose a file

## Cells
import-cell-missing = Must not be empty
import-cell-too-long = Too long
import-cell-phone = Not a phone number
import-cell-email = Not an e-mail address
import-cell-url = Not a web address
import-cell-number = Not a whole number
import-cell-percent = Not a number from 0 to 100
import-cell-money = Not an amount
import-cell-date = Not a date
import-cell-flag = Neither yes nor no
import-cell-choice = Not one of the choices
import-cell-member = No member of this name
import-cell-record = No customer of this name or code
import-cell-ambiguous = Several have this name
import-cell-too-many-cells = More cells than the head line has columns
