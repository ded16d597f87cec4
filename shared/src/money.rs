//! Money, counted in minor units.
//!
//! Amounts are integers of the currency's smallest unit (分 for CNY), never floats. An amount and
//! its currency are one register (`CNY 1234500`), so a merge can never pair one person's number
//! with another person's currency.
//! Invariant: two amounts meet only if their currencies are equal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Currency([u8; 3]);

impl Currency {
    /// 人民币.
    pub const CNY: Currency = Currency(*b"CNY");

    /// Reads three capital letters.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Currency(bytes))
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits behind the point, after ISO 4217 (2 unless listed).
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// The largest amount either way: 10^15 minor units keeps every sum of a million deals exact.
pub const MONEY_MINOR_MAX: i64 = 1_000_000_000_000_000;

impl Money {
    /// `minor` smallest units of `currency`.
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// Smallest units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum, unless currencies differ or the sum is out of range.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money {
            minor: self.minor.checked_add(other.minor)?,
            ..self
        })
    }

    /// `percent` hundredths of the amount, rounded half away from zero.
    pub fn percent(self, percent: u8) -> Money {
        let product = i128::from(self.minor) * i128::from(percent);
        let half = if product < 0 { -50 } else { 50 };
        let minor = i64::try_from((product + half) / 100).unwrap_or(self.minor);
        Money { minor, ..self }
    }

    /// Reads the stored form `CNY 1234500`.
    pub fn parse_register(text: &str) -> Option<Self> {
        let (code, minor) = text.split_once(' ')?;
        let minor: i64 = minor.parse().ok()?;
        if minor.to_string().len() != text.len() - code.len() - 1 {
            return None;
        }
        let currency = Currency::parse(code)?;
        (minor.abs() <= MONEY_MINOR_MAX).then_some(Money { minor, currency })
    }

    /// Reads what a person types: `12,345.60`, `¥1.2万`, `3亿`, `USD 20`, `20 USD`.
    pub fn parse_typed(text: &str, default: Currency) -> Option<Self> {
        let mut rest: String = text
            .chars()
            .filter(|it| !it.is_whitespace() && *it != ',' && *it != '，')
            .collect();
        let mut currency = default;
        for (sign, code) in [
            ("¥", "CNY"),
            ("￥", "CNY"),
            ("$", "USD"),
            ("€", "EUR"),
            ("£", "GBP"),
        ] {
            if let Some(stripped) = rest.strip_prefix(sign) {
                currency = Currency::parse(code)?;
                rest = stripped.to_owned();
            }
        }
        if rest.is_char_boundary(3) && rest.len() > 3 {
            if let Some(found) = Currency::parse(&rest[..3].to_uppercase()) {
                currency = found;
                rest = rest[3..].to_owned();
            } else if rest.is_char_boundary(rest.len() - 3)
                && let Some(found) = Currency::parse(&rest[rest.len() - 3..].to_uppercase())
            {
                currency = found;
                rest.truncate(rest.len() - 3);
            }
        }
        let rest = rest.trim_end_matches('元');
        let (digits, zeros) = if let Some(it) = rest.strip_suffix('万') {
            (it, 4)
        } else if let Some(it) = rest.strip_suffix('亿') {
            (it, 8)
        } else if let Some(it) = rest.strip_suffix(['k', 'K']) {
            (it, 3)
        } else if let Some(it) = rest.strip_suffix(['m', 'M']) {
            (it, 6)
        } else {
            (rest, 0)
        };
        let minor = decimal(digits, zeros + currency.exponent())?;
        (minor.abs() <= MONEY_MINOR_MAX).then_some(Money { minor, currency })
    }

    /// The stored form.
    pub fn to_register(self) -> String {
        format!("{} {}", self.currency.code(), self.minor)
    }
}

/// `digits` (with an optional sign and point) times ten to the `exponent`, if that is whole.
fn decimal(digits: &str, exponent: u32) -> Option<i64> {
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(it) => (true, it),
        None => (false, digits),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let exponent = usize::try_from(exponent).ok()?;
    if (whole.is_empty() && fraction.is_empty()) || fraction.len() > exponent {
        return None;
    }
    let mut all = format!("{whole}{fraction}");
    all.extend(std::iter::repeat_n('0', exponent - fraction.len()));
    if all.len() > 18 || !all.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let minor: i64 = all.parse().ok()?;
    Some(if negative { -minor } else { minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        let money = Money::parse_typed(typed, Currency::CNY).map(Money::to_register);
        assert_eq!(money.as_deref(), expected, "{typed}");
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        check("12,345.60", Some("CNY 1234560"));
        check("¥1.2万", Some("CNY 1200000"));
        check("3亿", Some("CNY 30000000000"));
        check("usd 20", Some("USD 2000"));
        check("20 JPY", Some("JPY 20"));
        check("300元", Some("CNY 30000"));
        check("5k", Some("CNY 500000"));
        check("-8", Some("CNY -800"));
        check("1.234", None);
        check("abc", None);
        check("", None);
        check("99999999999999999999", None);
    }

    #[test]
    fn the_register_reads_back_and_rejects_other_spellings() {
        let money = Money::from_minor(1_234_500, Currency::CNY);
        assert_eq!(Money::parse_register(&money.to_register()), Some(money));
        for text in [
            "CNY 0012",
            "CNY +5",
            "cny 5",
            "CNY",
            "CNY 1.5",
            "CNY 9999999999999999",
        ] {
            assert_eq!(Money::parse_register(text), None, "{text}");
        }
    }

    #[test]
    fn weighting_rounds_half_away_from_zero() {
        let check = |minor, percent, expected| {
            assert_eq!(
                Money::from_minor(minor, Currency::CNY)
                    .percent(percent)
                    .minor(),
                expected
            );
        };
        check(5, 50, 3);
        check(-5, 50, -3);
        check(1_000, 33, 330);
    }
}
