//! Sums of money: one for each currency, because currencies never meet.

use huike_shared::money::{Currency, MONEY_MINOR_MAX, Money};

/// One sum for each currency, the house currency first, then by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(Vec<Money>);

impl Sums {
    /// Adds an amount.
    pub fn add(&mut self, amount: Money) {
        let order = |it: &Money| (it.currency() != Currency::CNY, it.currency());
        match self.0.binary_search_by_key(&order(&amount), order) {
            Ok(index) => {
                let sum = self.0[index];
                // A sum beyond what money can say is held at the edge rather than wrapped.
                let edge = Money::from_minor(MONEY_MINOR_MAX, amount.currency());
                self.0[index] = sum.checked_add(amount).unwrap_or(edge);
            }
            Err(index) => self.0.insert(index, amount),
        }
        self.0.retain(|it| it.minor() != 0);
    }

    /// Takes an amount away.
    pub fn take(&mut self, amount: Money) {
        self.add(Money::from_minor(-amount.minor(), amount.currency()));
    }

    /// The sums, the house currency first.
    pub fn amounts(&self) -> &[Money] {
        &self.0
    }
}

/// How many deals, what they are worth, and what of it is to be expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Deals.
    pub count: usize,
    /// Their amounts.
    pub amount: Sums,
    /// Their amounts times the chance of winning.
    pub weighted: Sums,
}

impl Totals {
    /// Counts one deal in a stage with this probability.
    pub fn add(&mut self, amount: Option<Money>, probability: u8) {
        self.count += 1;
        if let Some(amount) = amount {
            self.amount.add(amount);
            self.weighted.add(amount.percent(probability));
        }
    }

    /// Takes one deal out again.
    pub fn take(&mut self, amount: Option<Money>, probability: u8) {
        self.count = self.count.saturating_sub(1);
        if let Some(amount) = amount {
            self.amount.take(amount);
            self.weighted.take(amount.percent(probability));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(register: &str) -> Money {
        Money::parse_register(register).unwrap()
    }

    #[test]
    fn each_currency_has_a_sum_of_its_own_and_the_house_currency_comes_first() {
        let mut sums = Sums::default();
        for register in ["USD 500", "CNY 100", "USD 700", "AUD 1"] {
            sums.add(money(register));
        }
        let expected = [money("CNY 100"), money("AUD 1"), money("USD 1200")];
        assert_eq!(sums.amounts(), expected);
    }

    #[test]
    fn what_was_added_can_be_taken_again() {
        let mut totals = Totals::default();
        totals.add(Some(money("CNY 1001")), 30);
        totals.add(None, 30);
        totals.add(Some(money("USD 50")), 50);
        totals.take(Some(money("USD 50")), 50);
        totals.take(None, 30);
        assert_eq!(totals.count, 1);
        assert_eq!(totals.amount.amounts(), [money("CNY 1001")]);
        assert_eq!(totals.weighted.amounts(), [money("CNY 300")]);
    }
}
