//! Quick filters of the board and the outcome that is looked at, as they stand in the address.

use huike_shared::id::RecordId;
use huike_shared::place::Outcome;
use huike_shared::time::Date;

use super::facts::DealFacts;
use super::next_step::StepState;

/// One quick filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickFilter {
    /// Deals of the member who looks.
    Mine,
    /// Deals whose next step is overdue.
    Overdue,
    /// Deals without a next step.
    NoNextStep,
    /// Deals expected to close this month.
    ThisMonth,
}

impl QuickFilter {
    /// All of them, in the order of the chips.
    pub const ALL: [QuickFilter; 4] = [
        QuickFilter::Mine,
        QuickFilter::Overdue,
        QuickFilter::NoNextStep,
        QuickFilter::ThisMonth,
    ];

    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            QuickFilter::Mine => "mine",
            QuickFilter::Overdue => "overdue",
            QuickFilter::NoNextStep => "no-step",
            QuickFilter::ThisMonth => "month",
        }
    }

    /// Whether it asks for the next step, which only an open deal has.
    pub fn is_of_steps(self) -> bool {
        matches!(self, QuickFilter::Overdue | QuickFilter::NoNextStep)
    }

    /// Whether a deal passes.
    pub fn matches(self, deal: &DealFacts, step: StepState, me: RecordId, today: Date) -> bool {
        match self {
            QuickFilter::Mine => deal.owner == Some(me),
            QuickFilter::Overdue => step == StepState::Overdue,
            QuickFilter::NoNextStep => step == StepState::Missing,
            QuickFilter::ThisMonth => deal
                .close_on
                .is_some_and(|it| (it.year(), it.month()) == (today.year(), today.month())),
        }
    }
}

/// Reads `mine,overdue`.
pub fn parse_filters(text: &str) -> Vec<QuickFilter> {
    QuickFilter::ALL
        .into_iter()
        .filter(|it| text.split(',').any(|word| word == it.word()))
        .collect()
}

/// Writes `mine,overdue`.
pub fn write_filters(filters: &[QuickFilter]) -> String {
    filters
        .iter()
        .map(|it| it.word())
        .collect::<Vec<_>>()
        .join(",")
}

/// Turns one filter on or off.
pub fn toggled(filters: &[QuickFilter], one: QuickFilter) -> Vec<QuickFilter> {
    QuickFilter::ALL
        .into_iter()
        .filter(|it| filters.contains(it) != (*it == one))
        .collect()
}

/// Which deals a page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The board of open deals.
    #[default]
    Open,
    /// Won ones as a list.
    Won,
    /// Lost ones as a list.
    Lost,
    /// How many come through each stage.
    Funnel,
}

impl Shown {
    /// All of them, in the order of the tabs.
    pub const ALL: [Shown; 4] = [Shown::Open, Shown::Won, Shown::Lost, Shown::Funnel];

    /// The word in the address.
    pub fn word(self) -> &'static str {
        match self {
            Shown::Open => "open",
            Shown::Won => "won",
            Shown::Lost => "lost",
            Shown::Funnel => "funnel",
        }
    }

    /// Reads the word; anything else is the board.
    pub fn from_word(word: &str) -> Self {
        Shown::ALL
            .into_iter()
            .find(|it| it.word() == word)
            .unwrap_or_default()
    }

    /// Whether a deal of this outcome belongs here.
    pub fn shows(self, outcome: &Outcome) -> bool {
        match self {
            Shown::Open => outcome.is_open(),
            Shown::Won => matches!(outcome, Outcome::Won),
            Shown::Lost => matches!(outcome, Outcome::Lost { .. }),
            Shown::Funnel => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::time::civil;

    #[test]
    fn filters_are_read_from_the_address_and_written_back() {
        let filters = parse_filters("month,nonsense,mine");
        assert_eq!(filters, [QuickFilter::Mine, QuickFilter::ThisMonth]);
        assert_eq!(write_filters(&filters), "mine,month");
        assert_eq!(
            toggled(&filters, QuickFilter::Mine),
            [QuickFilter::ThisMonth]
        );
        let more = toggled(&filters, QuickFilter::Overdue);
        assert_eq!(write_filters(&more), "mine,overdue,month");
    }

    #[test]
    fn each_filter_lets_through_what_it_names() {
        let me = RecordId([1; 16]);
        let today = civil(2026, 3, 8).expect("a day");
        let deal = DealFacts {
            owner: Some(me),
            close_on: Some(civil(2026, 3, 31).expect("a day")),
            ..DealFacts::default()
        };
        let passes = |filter: QuickFilter, step| filter.matches(&deal, step, me, today);
        assert!(passes(QuickFilter::Mine, StepState::Planned));
        assert!(passes(QuickFilter::ThisMonth, StepState::Planned));
        assert!(passes(QuickFilter::Overdue, StepState::Overdue));
        assert!(!passes(QuickFilter::Overdue, StepState::Missing));
        assert!(passes(QuickFilter::NoNextStep, StepState::Missing));
        let april = civil(2026, 4, 1).expect("a day");
        assert!(!QuickFilter::ThisMonth.matches(&deal, StepState::Missing, me, april));
    }

    #[test]
    fn an_unknown_word_in_the_address_shows_the_board() {
        assert_eq!(Shown::from_word("lost"), Shown::Lost);
        assert_eq!(Shown::from_word("x"), Shown::Open);
    }
}
