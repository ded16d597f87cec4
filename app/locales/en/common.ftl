### Common words. No exclamation marks, sentence case, buttons are verbs. Keys and arguments must be
### the same in both languages (checked by the build).

-app-name = Huike

app-title = { -app-name }
app-tagline = Customer relations that work offline

## Actions
common-save = Save
common-cancel = Cancel
common-close = Close
common-back = Back
common-next = Next
common-previous = Previous
common-continue = Continue
common-delete = Delete
common-restore = Restore
common-remove = Remove
common-edit = Edit
common-add = Add
common-new = New
common-create = Create
common-undo = Undo
common-redo = Redo
common-undone = Undone: { $action }
common-search = Search
common-search-placeholder = Search customers, phones, pinyin
common-filter = Filter
common-sort = Sort
common-clear = Clear
common-reset = Reset
common-copy = Copy
common-copied = Copied
common-move = Move
common-open = Open
common-show = Show
common-hide = Hide
common-show-more = Show more
common-show-less = Show less
common-retry = Try again
common-reload = Reload
common-done = Done
common-confirm = Confirm
common-yes = Yes
common-no = No
common-none = None
common-all = All
common-mine = Mine
common-other = Other
common-unknown = Unknown
common-optional = Optional
common-required = Required
common-or = or
common-more = More
common-loading = Loading
common-menu = Menu
common-help = Help
common-details = Details
common-selected = { $count } selected
common-clear-selection = Clear selection
common-select-all = Select all
common-count-of = { $count } of { $number }
common-actions = Actions
common-keyboard-shortcuts = Keyboard shortcuts
common-skip-to-content = Skip to content

## Navigation
nav-today = Today
nav-inbox = Inbox
nav-customers = Customers
nav-contacts = Contacts
nav-deals = Deals
nav-tasks = Tasks
nav-more = More
nav-settings = Settings
nav-import = Import
nav-saved-views = Views
nav-sign-out = Sign out
nav-main = Main navigation
nav-collapse = Collapse sidebar
nav-expand = Expand sidebar
nav-quick-create = Quick create

## Time
time-today = Today
time-tomorrow = Tomorrow
time-yesterday = Yesterday
time-now = Just now
time-minutes-ago = { $count } min ago
time-hours-ago = { $count } h ago
time-days-ago = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
time-in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}
time-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
time-days-overdue = { $count ->
    [one] { $count } day overdue
   *[other] { $count } days overdue
}
time-today-at = Today { $time }
time-yesterday-at = Yesterday { $time }
time-tomorrow-at = Tomorrow { $time }
time-weekday-1 = Mon
time-weekday-2 = Tue
time-weekday-3 = Wed
time-weekday-4 = Thu
time-weekday-5 = Fri
time-weekday-6 = Sat
time-weekday-7 = Sun
time-this-week = This week
time-next-week = Next week
time-later = Later
time-earlier = Earlier
time-no-date = No date

## Records
kind-customer = Customer
kind-contact = Contact
kind-deal = Deal
kind-pipeline = Pipeline
kind-activity = Activity
kind-task = Task
kind-saved-view = View
kind-note = Note
kinds-customer = Customers
kinds-contact = Contacts
kinds-deal = Deals
kinds-pipeline = Pipelines
kinds-activity = Activities
kinds-task = Tasks
kinds-saved-view = Views
kinds-note = Notes
record-deleted = This record was deleted
record-missing = This record cannot be found
record-untitled = Untitled
record-created = Created
record-created-by = Created by { $name }
record-updated-by = Updated by { $name }
record-last-change = Last change by { $name } · { $when }
record-deleted-toast = Deleted { $name }
record-restored-toast = Restored { $name }

## Deleted records
deleted-title = Recently deleted
deleted-none = Nothing was deleted
deleted-hint = Deleted records are listed here and can be restored.

## Empty pages
empty-nothing-found = Nothing matches
empty-clear-filters = Clear filters

## Public pages
common-problem = That did not work
common-to-start = Back to start
public-privacy = Data stays on your own server and on the devices that sign in.
public-http-title = This address cannot work offline
public-http-what = Browsers allow offline use and installing only on https addresses, or on localhost on the same machine. You can work while there is a network, but the page will not open without one, and your password crosses the network unencrypted.
public-http-how-title = How to get https
public-http-how = Ask your administrator to put a reverse proxy with a certificate (such as Caddy or nginx) in front of the server and to set --base-address to the https address. On the server itself, http://localhost works as it is.
public-inner-title = Please open this in a browser
public-inner-what = The browser inside this app keeps no data and cannot install Huike. Open the menu at the top right and choose to open in a browser.
