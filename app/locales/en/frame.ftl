### The frame: bars, keys, palette, making records

edit-undone = Undone
edit-undone-partly = { $count ->
    [one] Undone; { $count } record was changed since and stays as it is
   *[other] Undone; { $count } records were changed since and stay as they are
}
edit-moved-one = Moved { $name }
edit-won-one = { $name } is won
edit-lost-one = { $name } is lost
edit-reopened-one = Reopened { $name }
edit-completed-one = Completed { $name }
edit-changed-one = Changed { $name }
edit-reverted-one = Restored earlier values of { $name }
edit-deleted = { $count ->
    [one] Deleted { $count } record
   *[other] Deleted { $count } records
}
edit-restored = { $count ->
    [one] Restored { $count } record
   *[other] Restored { $count } records
}
edit-moved = { $count ->
    [one] Moved { $count } deal
   *[other] Moved { $count } deals
}
edit-won = { $count ->
    [one] { $count } deal is won
   *[other] { $count } deals are won
}
edit-lost = { $count ->
    [one] { $count } deal is lost
   *[other] { $count } deals are lost
}
edit-reopened = { $count ->
    [one] Reopened { $count } deal
   *[other] Reopened { $count } deals
}
edit-completed = { $count ->
    [one] Completed { $count } task
   *[other] Completed { $count } tasks
}
edit-assigned = { $count ->
    [one] Assigned { $count } record
   *[other] Assigned { $count } records
}
edit-changed = { $count ->
    [one] Changed { $count } record
   *[other] Changed { $count } records
}
record-new = New { $kind }
record-in-full = Open in full
record-beside = Open beside the list
value-moved = moved
value-reordered = another place in the order
list-new-rows = { $count ->
    [one] { $count } new record
   *[other] { $count } new records
}
list-more-rows = and { $count } more
presence-here = also here
draft-left = Not saved last time: { $text }
draft-drop = Discard
note-placeholder = Write together. What everybody types is merged.
clash-keep = Keep this one
fields-show-empty = { $count ->
    [one] Show { $count } empty field
   *[other] Show { $count } empty fields
}
fields-hide-empty = Hide empty fields
fields-contact = Reach
fields-relation = Relation
fields-about = About
fields-needs = Needs and habits
picker-choose = Choose
picker-clear = No link
picker-change = Change { $field }
act-call = Call
act-mail = Write mail
act-message = Message
act-log = Log
act-task = Task
act-stage = Stage
keys-palette = Find anything
keys-next = Next
keys-previous = Previous
keys-select = Select
keys-edit-cell = Edit in the list
keys-letters = Shortcuts with a single letter
palette-hint = Find customers, deals, tasks, pages, actions
palette-recent = Recent
palette-records = Records
palette-pages = Pages
palette-actions = Actions
palette-found-in = { $field }: { $text }
palette-dark = Dark theme
palette-light = Light theme
notice-broken = The data core ran into a problem. Stored edits are safe.
notice-storage-full = This device's storage is full. New edits are only on this page: free some space first and keep the page open.
notice-storage-failed = This device cannot store data. New edits are only on this page: keep it open.
notice-outbox-full = Too many edits wait to sync. They are sent once there is a network.
notice-evicted = The browser cleared this device's data. It is being synced again from the server.
notice-signed-out = You are signed out. You can go on working: edits stay on this device and sync after you sign in.
notice-too-old = This version is too old to sync. Please reload; your edits are kept on this device.
notice-update = A new version is ready.
notice-update-now = Update
notice-install = Install Huike on this device and open it from its icon, even without a network.
notice-not-now = Not now
sign-out-waiting = { $count ->
    [one] { $count } edit has not synced. It stays on this device for you and syncs when you sign in again.
   *[other] { $count } edits have not synced. They stay on this device for you and sync when you sign in again.
}
sign-out-nothing-waits = All edits are synced.
problem-required = Required
problem-too-long = Too long
problem-phone = This does not look like a phone number
problem-email = This does not look like an e-mail address
problem-url = Please enter a web address such as example.com
problem-number = Please enter a whole number
problem-percent = Please enter 0 to 100
problem-money = Please enter an amount such as 12000
problem-date = Please enter a date such as 2026-03-08
views-save = Save as a view
views-shared = Share with colleagues
views-star = Put in the side bar
views-unstar = Take out of the side bar
views-delete = Delete view
role-administrator = Administrator
role-analyst = Analyst
role-engineer = Engineer
role-manager = Sales manager
role-marketing = Marketing
role-salesperson = Salesperson
role-service-manager = Service manager
role-viewer = Viewer
