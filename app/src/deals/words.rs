//! How deals are put into words: sums, reasons, ages.

use huike_shared::money::Money;
use huike_shared::place::LOST_REASONS;
use huike_shared::time::{DAY_MS, Timestamp};

use super::sums::Sums;
use crate::i18n::I18n;

/// Money at a glance: ¥1.2万.
pub fn money_short(i18n: I18n, money: Money) -> String {
    i18n.money_short(
        money.minor(),
        money.currency().code(),
        money.currency().exponent(),
    )
}

/// Money to the last digit.
pub fn money_exact(i18n: I18n, money: Money) -> String {
    i18n.money(
        money.minor(),
        money.currency().code(),
        money.currency().exponent(),
    )
}

/// Sums at a glance: ¥1.2万 + $3K.
pub fn sums_short(i18n: I18n, sums: &Sums) -> String {
    joined(sums, |it| money_short(i18n, it))
}

/// Sums to the last digit.
pub fn sums_exact(i18n: I18n, sums: &Sums) -> String {
    joined(sums, |it| money_exact(i18n, it))
}

fn joined(sums: &Sums, word: impl Fn(Money) -> String) -> String {
    let words: Vec<String> = sums.amounts().iter().map(|it| word(*it)).collect();
    if words.is_empty() {
        "—".to_owned()
    } else {
        words.join(" + ")
    }
}

/// A reason for losing: an offered one in words, any other as it was typed.
pub fn reason_words(i18n: I18n, reason: &str) -> String {
    if LOST_REASONS.contains(&reason) {
        i18n.by_key(&format!("lost-reason-{}", reason.replace('_', "-")))
    } else if reason.is_empty() {
        i18n.t(|it| it.lost_reason_none())
    } else {
        reason.to_owned()
    }
}

/// Whole days since an instant.
pub fn days_since(since: Timestamp, now: Timestamp) -> i64 {
    ((now.millis() - since.millis()) / DAY_MS).max(0)
}

/// How full the bar of age in stage is: 1 is too long. A stage without a limit never warms.
pub fn age_share(days: i64, rotting_days: Option<i64>) -> f64 {
    /// Where there is no limit the bar only grows, slowly, and stays cool.
    const UNLIMITED_DAYS: f64 = 90.0;
    const COOL_MAX: f64 = 0.2;
    match rotting_days.filter(|it| *it > 0) {
        Some(limit) => (days as f64 / limit as f64).min(1.0),
        None => (days as f64 / UNLIMITED_DAYS).min(COOL_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_fills_until_the_stage_is_too_long() {
        assert_eq!(age_share(0, Some(14)), 0.0);
        assert_eq!(age_share(7, Some(14)), 0.5);
        assert_eq!(age_share(99, Some(14)), 1.0);
        assert_eq!(age_share(900, None), 0.2);
    }

    #[test]
    fn a_clock_that_runs_ahead_makes_no_negative_age() {
        assert_eq!(
            days_since(Timestamp::from_millis(DAY_MS), Timestamp::from_millis(0)),
            0
        );
    }
}
