### Deals and the board

deals-title = Deals
deals-new = New deal
deals-count = { $count ->
    [one] { $count } deal
   *[other] { $count } deals
}
deals-selected = { $count ->
    [one] { $count } deal selected
   *[other] { $count } deals selected
}
deals-empty = Your deals are listed here by stage
deals-won = Won
deals-lost = Lost
deals-open = Open
deals-mark-won = Mark as won
deals-mark-lost = Mark as lost
deals-reopen = Reopen
deals-move-to = Move to
pipelines-title = Pipelines
stages-title = Stages
stages-archived = Archived stage
