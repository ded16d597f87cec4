### Follow-ups: activities and tasks

activities-title = Activities
activities-empty = No activities yet
tasks-title = Tasks
tasks-new = New task
tasks-count = { $count ->
    [one] { $count } task
   *[other] { $count } tasks
}
tasks-empty = Nothing to do
tasks-done = Done
tasks-overdue = Overdue
today-title = Today
today-empty = Nothing is due today
