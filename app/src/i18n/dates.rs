//! Dates and times, in the words people use for near days and in the zone of the device.
//!
//! Written here and not by the browser's `Intl`: making its first formatter takes fifty
//! milliseconds of a start, and a search writes two hundred dates a letter. The forms are those of
//! the Unicode CLDR for the two languages.

use huike_messages::{Language, Messages};
use huike_shared::time::{Date, EPOCH, civil, days_between};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::I18n;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl I18n {
    /// Milliseconds since 1970 by the clock of the device.
    pub fn now(self) -> i64 {
        js_sys::Date::now() as i64
    }

    /// Today.
    pub fn today(self) -> Date {
        self.date_of(self.now())
    }

    /// The civil date of an instant.
    pub fn date_of(self, instant_ms: i64) -> Date {
        let at = local(instant_ms);
        let (month, day) = (at.get_month() + 1, at.get_date());
        civil(at.get_full_year() as i32, month as u8, day as u8).unwrap_or(EPOCH)
    }

    /// A civil date as people say it: 今天, 明天, 周三, 3月8日, 2025年3月8日.
    pub fn date(self, date: Date) -> String {
        let today = self.today();
        let days = days_between(today, date);
        let messages = Messages::of(self.language.get());
        match days {
            0 => messages.time_today(),
            1 => messages.time_tomorrow(),
            -1 => messages.time_yesterday(),
            // The coming days of a week have names; the past ones are dates, or next and last
            // Wednesday would look the same.
            2..=6 => weekday(messages, date),
            _ if date.year() == today.year() => day(self.language.get(), date),
            _ => day_of_year(self.language.get(), date),
        }
    }

    /// A civil date in full: 2025年3月8日.
    pub fn date_exact(self, date: Date) -> String {
        day_of_year(self.language.get(), date)
    }

    /// The heading of a day in a timeline: 今天, 昨天, 3月8日 周六.
    pub fn day_heading(self, date: Date) -> String {
        let messages = Messages::of(self.language.get());
        match days_between(self.today(), date) {
            -1..=1 => self.date(date),
            _ => {
                let language = self.language.get();
                let written = if date.year() == self.today().year() {
                    day(language, date)
                } else {
                    day_of_year(language, date)
                };
                format!("{written} {}", weekday(messages, date))
            }
        }
    }

    /// An instant as people say it: 今天 14:30, 昨天 09:12, 3月8日, 2025年3月8日.
    pub fn instant(self, instant_ms: i64) -> String {
        let messages = Messages::of(self.language.get());
        let time = self.time(instant_ms);
        let date = self.date_of(instant_ms);
        match days_between(self.today(), date) {
            0 => messages.time_today_at(&time),
            1 => messages.time_tomorrow_at(&time),
            -1 => messages.time_yesterday_at(&time),
            _ => self.date(date),
        }
    }

    /// [`I18n::instant`] for the middle of a sentence: today 2:30 PM. Months and weekdays keep their capitals.
    pub fn instant_within(self, instant_ms: i64) -> String {
        let words = self.instant(instant_ms);
        let days = days_between(self.today(), self.date_of(instant_ms));
        let mut rest = words.chars();
        match rest.next() {
            Some(first) if (-1..=1).contains(&days) => {
                first.to_lowercase().collect::<String>() + rest.as_str()
            }
            _ => words,
        }
    }

    /// An instant in full, for tooltips: 2025年3月8日 14:30.
    pub fn instant_exact(self, instant_ms: i64) -> String {
        let date = self.date_exact(self.date_of(instant_ms));
        let comma = match self.language.get() {
            Language::ZhCn => "",
            Language::En => ",",
        };
        format!("{date}{comma} {}", self.time(instant_ms))
    }

    /// The time of day: 14:30, 2:30 PM.
    pub fn time(self, instant_ms: i64) -> String {
        let at = local(instant_ms);
        clock(self.language.get(), at.get_hours(), at.get_minutes())
    }

    /// A time of day in minutes after midnight: 14:30, 2:30 PM.
    pub fn minute_of_day(self, minute: i64) -> String {
        let part = |it: i64| u32::try_from(it).unwrap_or_default();
        clock(self.language.get(), part(minute / 60), part(minute % 60))
    }

    /// How long ago: 刚刚, 5 分钟前, 3 小时前, 2 天前, then the date.
    pub fn ago(self, instant_ms: i64) -> String {
        let messages = Messages::of(self.language.get());
        let passed = self.now() - instant_ms;
        let count = |unit: i64| passed / unit;
        if passed < MINUTE_MS {
            // A clock that is a little ahead must not speak of the future.
            messages.time_now()
        } else if passed < HOUR_MS {
            messages.time_minutes_ago(count(MINUTE_MS))
        } else if passed < DAY_MS {
            messages.time_hours_ago(count(HOUR_MS))
        } else if passed < 7 * DAY_MS {
            messages.time_days_ago(count(DAY_MS))
        } else {
            self.date(self.date_of(instant_ms))
        }
    }

    /// Days from today; negative for the past.
    pub fn days_until(self, date: Date) -> i64 {
        days_between(self.today(), date)
    }
}

fn weekday(messages: &Messages, date: Date) -> String {
    let number = date.weekday().number_from_monday();
    messages
        .by_key(&format!("time-weekday-{number}"))
        .unwrap_or_default()
}

fn local(instant_ms: i64) -> js_sys::Date {
    js_sys::Date::new(&JsValue::from_f64(instant_ms as f64))
}

/// 3月8日, Mar 8.
fn day(language: Language, date: Date) -> String {
    match language {
        Language::ZhCn => format!("{}月{}日", u8::from(date.month()), date.day()),
        // A date has a month from 1 to 12.
        Language::En => format!(
            "{} {}",
            MONTHS[usize::from(u8::from(date.month())) - 1],
            date.day()
        ),
    }
}

/// 2025年3月8日, Mar 8, 2025.
fn day_of_year(language: Language, date: Date) -> String {
    match language {
        Language::ZhCn => format!("{}年{}", date.year(), day(language, date)),
        Language::En => format!("{}, {}", day(language, date), date.year()),
    }
}

/// 14:30, 2:30 PM.
fn clock(language: Language, hour: u32, minute: u32) -> String {
    match language {
        Language::ZhCn => format!("{hour:02}:{minute:02}"),
        Language::En => {
            let half = if hour < 12 { "AM" } else { "PM" };
            format!("{}:{minute:02} {half}", (hour + 11) % 12 + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_write_them() {
        let date = civil(2025, 9, 8).expect("a day");
        assert_eq!(day(Language::ZhCn, date), "9月8日");
        assert_eq!(day(Language::En, date), "Sep 8");
        assert_eq!(day_of_year(Language::ZhCn, date), "2025年9月8日");
        assert_eq!(day_of_year(Language::En, date), "Sep 8, 2025");
    }

    #[test]
    fn the_day_has_twice_twelve_hours_in_english() {
        for (hour, zh, en) in [
            (0, "00:05", "12:05 AM"),
            (9, "09:05", "9:05 AM"),
            (12, "12:05", "12:05 PM"),
            (23, "23:05", "11:05 PM"),
        ] {
            assert_eq!(clock(Language::ZhCn, hour, 5), zh);
            assert_eq!(clock(Language::En, hour, 5), en);
        }
    }
}
