### Follow-ups: activities and tasks

activities-title = Activities
activities-empty = No activities yet
activity-result-is = Result: { $text }
activity-next-is = Next: { $text }

## Timeline
timeline-title = Timeline
timeline-search = Search activities
timeline-talks = Talks
timeline-meetings = Meetings
timeline-notes = Notes
timeline-milestones = Milestones
did-call = called
did-visit = visited
did-message = sent a message
did-email = sent an e-mail
did-meeting = held a meeting
did-note = wrote a note
did-task = completed a task
did-create = created this record
did-create-deal = created a deal
did-win = won the deal
did-lose = lost the deal ({ $reason })

## Composer
composer-kind = Kind of activity
composer-more = More fields
composer-body = What happened, if you like
composer-purpose = Purpose
composer-result = Result
composer-next = Next step, such as: tomorrow 3pm send quote
composer-save = Log

## Tasks
tasks-title = Tasks
tasks-new = New task
tasks-line = Add a task, such as: next wed call Zhang Wei
tasks-count = { $count ->
    [one] { $count } task
   *[other] { $count } tasks
}
tasks-empty = Nothing to do
tasks-empty-text = Write a line above; days can be tomorrow, fri, mar 8
tasks-done = Done
tasks-overdue = Overdue
tasks-complete = Complete { $title }
tasks-due = Due
tasks-owner = Owner
tasks-hour-wrong = Write it as 15:30 or 3pm
steps-title = Next steps
steps-line = Next step, such as: fri call back
steps-ask-again = What comes next? Such as: next mon follow up
steps-done-what-next = Done. What comes next?

## Today
today-title = Today
today-empty = Nothing is due today
today-due = Tasks due
today-open-deals = My open deals
today-weighted = Weighted forecast
today-won-month = Won this month
today-talks-week = Activities this week
today-too-long = Too long in their stage
today-team = Team activity

## First run
checklist-title = Getting started
checklist-customers = Import or create customers
checklist-pipeline = Create a pipeline
checklist-deal = Create the first deal
checklist-task = Plan a task
checklist-activity = Log an activity

## Fields
field-activity-activity-type = Kind
field-activity-at = When
field-activity-customer = Customer
field-activity-contact = Contact
field-activity-deal = Deal
field-activity-purpose = Purpose
field-activity-result = Result
field-activity-next-step = Next step
field-activity-minutes = Minutes
field-activity-body = Text
field-task-title = Task
field-task-due-on = Due
field-task-due-minute = Time
field-task-owner = Owner
field-task-done-at = Done at
field-task-priority = Priority
field-task-customer = Customer
field-task-contact = Contact
field-task-deal = Deal
field-task-remark = Remark
choice-activity-type-call = Call
choice-activity-type-visit = Visit
choice-activity-type-message = Message
choice-activity-type-email = E-mail
choice-activity-type-meeting = Meeting
choice-activity-type-note = Note
choice-priority-high = High
choice-priority-normal = Normal
choice-priority-low = Low
