### Import

import-title = Import customers
import-choose-file = Choose a file

import-step-file = File
import-step-mapping = Columns
import-step-check = Dry run
import-step-done = Import
import-drop = Drop a CSV file here
import-hint = UTF-8 or GB18030; commas, semicolons or tabs; up to 20 MB
import-encoding = Encoding
import-kind = Import as
import-found = { $count ->
    [one] { $count } row, separated by “{ $delimiter }”
   *[other] { $count } rows, separated by “{ $delimiter }”
}
import-column = Column
import-samples = Samples
import-field = Field
import-field-of = Field for { $column }
import-leave-out = Leave out
import-needs-name = Please choose a column for the name
import-try = Dry run
import-rows-ok = { $count ->
    [one] { $count } row can be imported
   *[other] { $count } rows can be imported
}
import-rows-bad = { $count ->
    [one] { $count } row has a problem
   *[other] { $count } rows have problems
}
import-row = Row
import-value = Value
import-problem = Problem
import-download-errors = Download the list of problems
import-preview = Preview
import-commit = { $count ->
    [one] Import { $count } row
   *[other] Import { $count } rows
}
import-running = Importing
import-done = { $count ->
    [one] Imported { $count } record
   *[other] Imported { $count } records
}
import-failed = The import did not finish and nothing was written: { $problem }
import-another = Import another
import-undo = Undo this import
import-undone = { $count ->
    [one] Removed { $count } record
   *[other] Removed { $count } records
}
import-kept = { $count ->
    [one] { $count } was changed since and stays:
   *[other] { $count } were changed since and stay:
}
import-history = Past imports
import-state-uploaded = Uploaded
import-state-checked = Tried
import-state-running = Running
import-state-done = Done
import-state-failed = Failed
import-state-undone = Undone
