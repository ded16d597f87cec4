### What happened to a record, and how it was

past-title = History
past-field = Field
past-all-fields = All fields
past-of-field = History of { $field }
past-as-of = As it was on
past-as-of-at = As of { $time }
past-show-as-of = Show the record as of { $time }
past-not-yet = That is in the future
past-back-to-now = Back to now
past-created = Created
past-deleted = Deleted
past-restored = Restored
past-text-edited = { $count ->
    [one] Edited the text
   *[other] Edited the text { $count } times
}
past-text-since = { $count ->
    [one] The text was edited once since
   *[other] The text was edited { $count } times since
}
past-lost = another value was kept
past-restore = Restore
past-restore-value = { $field }: restore { $value }
past-restore-all = { $count ->
    [one] Restore this field
   *[other] Restore these { $count } fields
}
past-now = Now: { $value }
past-same = Every field was as it is now.
past-was-deleted = The record was deleted then
past-not-made = The record did not exist yet
past-nothing = Nothing happened
past-waits = on this device only
past-offline = Older history needs the network
past-only-here = The server does not have this record yet
past-last-writes = Last change of each field
past-is-on-server = On the server
past-on-server = On the server since { $time }.
past-seen-by = Seen by { $names }.
past-seen-by-more = Seen by { $names } and { $count } more.
past-seen-nobody = No other device that was here has it yet.
past-seen-since = Devices that were not connected since { $time } are not known.
past-seen-asking = Asking who has seen it
past-seen-offline = Offline: who has seen it is not known.
