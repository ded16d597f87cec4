//! Numbers and money: exact on pages, short on cards.
//!
//! Both languages write numbers the same way, after the Unicode CLDR; making the first formatter of
//! the browser's `Intl` would take tens of milliseconds of a start.

use huike_messages::{Language, grouped};
use leptos::prelude::*;

use super::I18n;

/// Currencies with a sign of their own; all others are written by their code.
const SIGNS: [(&str, &str); 12] = [
    ("CNY", "¥"),
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "JP¥"),
    ("HKD", "HK$"),
    ("TWD", "NT$"),
    ("SGD", "S$"),
    ("AUD", "A$"),
    ("KRW", "₩"),
    ("INR", "₹"),
    ("VND", "₫"),
];

impl I18n {
    /// A number with separators: 12,345.
    pub fn number(self, value: i64) -> String {
        let sign = if value < 0 { "-" } else { "" };
        format!("{sign}{}", grouped(value.unsigned_abs()))
    }

    /// A count.
    pub fn count(self, value: usize) -> String {
        grouped(value as u64)
    }

    /// A share from 0 to 100: 65%.
    pub fn percent(self, value: i64) -> String {
        format!("{value}%")
    }

    /// Money to the last digit, without empty decimals: ¥12,345, ¥12,345.60.
    ///
    /// `exponent` is the number of digits behind the point of this currency.
    pub fn money(self, minor: i64, currency: &str, exponent: u32) -> String {
        with_sign(minor < 0, currency, &exact(minor.unsigned_abs(), exponent))
    }

    /// Money at a glance: ¥1.2万, ¥1.23亿; ¥12.3K, ¥1.23M in English.
    pub fn money_short(self, minor: i64, currency: &str, exponent: u32) -> String {
        let amount = minor as f64 / 10_f64.powi(exponent as i32);
        let Some((value, digits, unit)) = shorten(amount, self.language.get()) else {
            // Small amounts are short enough, and nobody counts cents on a card.
            let whole = grouped(amount.abs().round() as u64);
            return with_sign(amount <= -0.5, currency, &whole);
        };
        let text = format!("{:.*}", digits as usize, value.abs());
        let text = match text.split_once('.') {
            Some((whole, rest)) => match rest.trim_end_matches('0') {
                "" => whole.to_owned(),
                rest => format!("{whole}.{rest}"),
            },
            None => text.parse().map(grouped).unwrap_or(text),
        };
        with_sign(amount < 0.0, currency, &text) + unit
    }
}

fn with_sign(is_negative: bool, currency: &str, digits: &str) -> String {
    let minus = if is_negative { "-" } else { "" };
    match SIGNS.iter().find(|it| it.0 == currency) {
        Some((_, sign)) => format!("{minus}{sign}{digits}"),
        None => format!("{minus}{currency}\u{a0}{digits}"),
    }
}

/// Decimals only where there are some.
fn exact(minor: u64, exponent: u32) -> String {
    let scale = 10_u64.pow(exponent.min(4));
    let whole = grouped(minor / scale);
    match minor % scale {
        0 => whole,
        rest => format!("{whole}.{rest:0width$}", width = exponent as usize),
    }
}

/// The number in front of the unit, its decimals, and the unit; nothing for small amounts.
fn shorten(amount: f64, language: Language) -> Option<(f64, u32, &'static str)> {
    let steps: &[(f64, &str)] = match language {
        Language::ZhCn => &[(1e8, "亿"), (1e4, "万")],
        Language::En => &[(1e9, "B"), (1e6, "M"), (1e4, "K")],
    };
    // Rounding must not lead to 10000万: the next unit starts a little early.
    let (at, unit) = steps.iter().find(|(at, _)| amount.abs() >= at * 0.999_95)?;
    let scale = if *unit == "K" { 1e3 } else { *at };
    let value = amount / scale;
    let digits = match (value.abs(), *unit) {
        (it, "亿" | "M" | "B") if it < 100.0 => 2,
        (it, _) if it < 1000.0 => 1,
        _ => 0,
    };
    Some((value, digits, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: f64, language: Language, expected: Option<(f64, u32, &str)>) {
        assert_eq!(shorten(amount, language), expected);
    }

    #[test]
    fn chinese_counts_by_ten_thousands() {
        check(9_800.0, Language::ZhCn, None);
        check(12_000.0, Language::ZhCn, Some((1.2, 1, "万")));
        check(3_456_000.0, Language::ZhCn, Some((345.6, 1, "万")));
        check(123_000_000.0, Language::ZhCn, Some((1.23, 2, "亿")));
        check(99_999_999.0, Language::ZhCn, Some((0.999_999_99, 2, "亿")));
    }

    #[test]
    fn english_counts_by_thousands() {
        check(9_800.0, Language::En, None);
        check(12_300.0, Language::En, Some((12.3, 1, "K")));
        check(-1_230_000.0, Language::En, Some((-1.23, 2, "M")));
    }

    #[test]
    fn money_is_exact_to_the_last_digit() {
        assert_eq!(exact(1_234_500, 2), "12,345");
        assert_eq!(exact(1_234_560, 2), "12,345.60");
        assert_eq!(exact(5, 3), "0.005");
        assert_eq!(exact(1_234_567, 0), "1,234,567");
        assert_eq!(with_sign(true, "CNY", "12"), "-¥12");
        assert_eq!(with_sign(false, "CHF", "12"), "CHF\u{a0}12");
    }
}
