### Deals and the board

deals-title = Deals
deals-new = New deal
deals-quick-add = Name of the deal, Enter adds it
deals-created = Created { $title }
deals-count = { $count ->
    [one] { $count } deal
   *[other] { $count } deals
}
deals-selected = { $count ->
    [one] { $count } deal selected
   *[other] { $count } deals selected
}
deals-empty = Your deals are listed here by stage
deals-board = Board
deals-shown = Which deals are shown
deals-won = Won
deals-lost = Lost
deals-open = Open
deals-funnel = Funnel
deals-won-empty = No deals won yet
deals-lost-empty = No deals lost
deals-mark-won = Mark as won
deals-mark-lost = Mark as lost
deals-reopen = Reopen
deals-move-to = Move to
deals-no-step = No next step
deals-filter-overdue = Step overdue
deals-filter-month = Closing this month
deals-weighted = Weighted { $sum }
deals-probability = { $number }% likely
deals-days-in-stage = { $count ->
    [one] { $count } day in this stage
   *[other] { $count } days in this stage
}
deals-notes = Shared notes
deals-group-main = Deal
deals-group-more = More

## Board
board-column-empty = No deals yet
board-stage-closed = This stage is archived and takes no more deals
board-to-top = To the top of the column
board-to-bottom = To the bottom of the column
board-lifted = Picked up { $title }
board-over = { $column }, { $number } of { $count }
board-dropped = Moved to { $column }, { $number } of { $count }
board-canceled = { $title } is back where it was

## Losing
lost-question = Why was it lost?
lost-own-words = Another reason
lost-reason-none = Not said
lost-reason-price = Price
lost-reason-competitor = Competitor
lost-reason-no-budget = No budget
lost-reason-no-need = No need
lost-reason-timing = Bad timing
lost-reason-no-answer = No answer
lost-reason-product = Product does not fit

## Funnel
funnel-hint = Deals that came to each stage, won and lost ones too
funnel-empty = Once there are deals, their number, amount and drop by stage stand here
funnel-share = Share
funnel-reached = Reached
funnel-amount = Amount
funnel-onward = Conversion
funnel-lost-here = Lost here
funnel-now-here = Here now
funnel-by-reason = Why deals were lost
funnel-by-owner = Loss rate by owner
funnel-reason = Reason
funnel-owner = Owner

## Stage history
history-title = Stage history
history-offline = The stage history shows when you are online again
history-failed = The stage history cannot be read now; everything else is fine

## Pipelines and stages
pipelines-title = Pipelines
pipelines-edit = Set up pipelines
pipelines-none = No pipeline yet
pipelines-none-text = A pipeline is a row of stages that deals move through from left to right
pipelines-create-standard = Create standard pipeline
pipelines-own = Set up my own
pipelines-standard-name = Sales
pipelines-hint = Changes take effect at once, offline too. A removed stage that still holds deals stays on the board as archived.
pipelines-new = New pipeline
pipelines-name = Name of the pipeline
pipelines-archive = Take out of use
pipelines-archived = Out of use
pipelines-use-again = Use again
stages-title = Stages
stages-archived = Archived stage
stages-unknown = Unknown stage
stages-name = Stage
stages-new-name = New stage
stages-add = Add stage
stages-probability = Probability
stages-rotting-days = Days at most
stages-limit = Limit
stages-deals = Open deals
stages-move-up = Move up
stages-move-down = Move down
stages-remove = Remove stage
stages-number-wrong = Enter a whole number from 0 to { $number }
stage-standard-contact = First contact
stage-standard-needs = Needs confirmed
stage-standard-quote = Proposal
stage-standard-talks = Negotiation
stage-standard-signing = Signing

## Fields
field-deal-title = Deal
field-deal-customer = Customer
field-deal-contact = Contact
field-deal-amount = Amount
field-deal-place = Stage
field-deal-outcome = Outcome
field-deal-closed-on = Closed on
field-deal-close-on = Expected close
field-deal-owner = Owner
field-deal-source = Source
field-deal-remark = Remark
field-deal-notes = Shared notes
field-pipeline-name = Name
field-pipeline-rank = Order
field-pipeline-archived = Out of use
field-pipeline-probability = Probability
field-pipeline-rotting-days = Days at most
field-pipeline-limit = Limit
field-pipeline-removed = Removed

## Needs attention
problem-won-without-amount = Won, but without an amount
problem-deal-without-customer = Not linked to a customer
