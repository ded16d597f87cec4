//! Instants for history, civil dates for what is due.
//!
//! A [`Timestamp`] is a display field: nothing is ordered by a clock (that is what positions and
//! operation counters are for). A due or closing day is a [`Date`] without a time zone.

use serde::{Deserialize, Serialize};

pub use time::Date;
use time::{Duration, Month, OffsetDateTime};

/// Milliseconds since 1970-01-01 UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Timestamp(i64);

/// 1970-01-01.
pub const EPOCH: Date = OffsetDateTime::UNIX_EPOCH.date();

/// The length of a day in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// Milliseconds since 1970-01-01 UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Timestamp(millis)
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The civil date at this instant, `offset_minutes` east of UTC.
    pub fn date(self, offset_minutes: i32) -> Date {
        let days = (self.0 + i64::from(offset_minutes) * 60_000).div_euclid(DAY_MS);
        date_from_days(days)
    }
}

/// The civil date `days` after 1970-01-01, held within what [`Date`] can say.
pub fn date_from_days(days: i64) -> Date {
    EPOCH.saturating_add(Duration::days(days))
}

/// Days from 1970-01-01 to this date.
pub fn days_from_date(date: Date) -> i64 {
    days_between(EPOCH, date)
}

/// Days from one date to another; negative if that lies before.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from(to.to_julian_day()) - i64::from(from.to_julian_day())
}

/// The date so many days later, held within what [`Date`] can say.
pub fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(Duration::days(days))
}

/// A date by its numbers, if there is such a day.
pub const fn civil(year: i32, month: u8, day: u8) -> Option<Date> {
    let month = match month {
        1 => Month::January,
        2 => Month::February,
        3 => Month::March,
        4 => Month::April,
        5 => Month::May,
        6 => Month::June,
        7 => Month::July,
        8 => Month::August,
        9 => Month::September,
        10 => Month::October,
        11 => Month::November,
        12 => Month::December,
        _ => return None,
    };
    match Date::from_calendar_date(year, month, day) {
        Ok(date) => Some(date),
        Err(_) => None,
    }
}

/// Reads `2026-11-21`, and the forms people type or spreadsheets save: `2026/11/21`, `2026.11.21`,
/// `2026年11月21日`, `20261121`.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|it| it.is_ascii_digit()) {
        return read(&text[..4], &text[4..6], &text[6..]);
    }
    let mut parts = text
        .split(['-', '/', '.', '年', '月', '日', ' ', 'T'])
        .filter(|it| !it.is_empty());
    read(parts.next()?, parts.next()?, parts.next()?)
}

fn read(year: &str, month: &str, day: &str) -> Option<Date> {
    let year: i32 = year.parse().ok()?;
    if !(1000..=9999).contains(&year) {
        return None;
    }
    civil(year, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let expected = Some(civil(2026, 3, 8).expect("a day"));
        for text in [
            "2026-03-08",
            "2026/3/8",
            "2026.03.08",
            "2026年3月8日",
            "20260308",
        ] {
            assert_eq!(parse_date(text), expected, "{text}");
        }
        for text in ["", "8.3.2026", "2026-13-01", "2026-02-30", "x"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn days_and_dates_agree() {
        for days in [-1, 0, 1, 20_000, 20_778] {
            assert_eq!(days_from_date(date_from_days(days)), days);
        }
    }

    #[test]
    fn the_day_changes_at_local_midnight() {
        let late_evening_utc = Timestamp::from_millis(20 * 3_600_000);
        assert_eq!(late_evening_utc.date(0), civil(1970, 1, 1).expect("a day"));
        assert_eq!(
            late_evening_utc.date(8 * 60),
            civil(1970, 1, 2).expect("a day")
        );
    }
}
