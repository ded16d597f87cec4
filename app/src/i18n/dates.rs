//! Dates and times, in the words people use for near days.

use std::cell::RefCell;
use std::collections::HashMap;

use huike_messages::{Language, Messages};
use jiff::civil::Date;
use js_sys::{Array, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::I18n;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

thread_local! {
    static FORMATTERS: RefCell<HashMap<String, Function>> = RefCell::default();
}

/// Which parts of a date are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// 14:30, 2:30 PM
    Time,
    /// 3月8日, Mar 8
    Day,
    /// 2025年3月8日, Mar 8, 2025
    DayOfYear,
    /// 2025年3月8日 14:30
    Exact,
    /// 2025年3月
    Month,
    /// 2025-03-08 in the zone, for reading back
    Iso,
}

impl I18n {
    /// Milliseconds since 1970 by the clock of the device.
    pub fn now(self) -> i64 {
        js_sys::Date::now() as i64
    }

    /// Today in the zone of the workspace.
    pub fn today(self) -> Date {
        self.date_of(self.now())
    }

    /// The civil date of an instant in the zone of the workspace.
    pub fn date_of(self, instant_ms: i64) -> Date {
        self.written(instant_ms, Form::Iso)
            .parse()
            .unwrap_or_default()
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
            _ if date.year() == today.year() => self.civil(date, Form::Day),
            _ => self.civil(date, Form::DayOfYear),
        }
    }

    /// A civil date in full: 2025年3月8日.
    pub fn date_exact(self, date: Date) -> String {
        self.civil(date, Form::DayOfYear)
    }

    /// The heading of a day in a timeline: 今天, 昨天, 3月8日 周六.
    pub fn day_heading(self, date: Date) -> String {
        let messages = Messages::of(self.language.get());
        match days_between(self.today(), date) {
            -1..=1 => self.date(date),
            _ => {
                let is_this_year = date.year() == self.today().year();
                let form = if is_this_year {
                    Form::Day
                } else {
                    Form::DayOfYear
                };
                format!("{} {}", self.civil(date, form), weekday(messages, date))
            }
        }
    }

    /// A month: 2025年3月, March 2025.
    pub fn month(self, date: Date) -> String {
        self.civil(date, Form::Month)
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

    /// An instant in full, for tooltips: 2025年3月8日 14:30.
    pub fn instant_exact(self, instant_ms: i64) -> String {
        self.written(instant_ms, Form::Exact)
    }

    /// The time of day: 14:30, 2:30 PM.
    pub fn time(self, instant_ms: i64) -> String {
        self.written(instant_ms, Form::Time)
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

    fn civil(self, date: Date, form: Form) -> String {
        // Noon UTC of the day, written in UTC: no zone can move it to a neighbor.
        let epoch = Date::constant(1970, 1, 1);
        let instant_ms = days_between(epoch, date) * DAY_MS + DAY_MS / 2;
        write(self.language.get(), Some("UTC"), form, instant_ms)
    }

    fn written(self, instant_ms: i64, form: Form) -> String {
        let language = self.language.get();
        self.time_zone
            .with(|it| write(language, it.as_deref(), form, instant_ms))
    }
}

fn weekday(messages: &Messages, date: Date) -> String {
    let number = date.weekday().to_monday_one_offset();
    messages
        .by_key(&format!("time-weekday-{number}"))
        .unwrap_or_default()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

fn write(language: Language, zone: Option<&str>, form: Form, instant_ms: i64) -> String {
    let formatter = formatter(language, zone, form);
    let date = js_sys::Date::new(&JsValue::from_f64(instant_ms as f64));
    formatter
        .call1(&JsValue::UNDEFINED, &date)
        .ok()
        .and_then(|it| it.as_string())
        .unwrap_or_default()
}

/// The formatter of a language, zone and form, made once.
fn formatter(language: Language, zone: Option<&str>, form: Form) -> Function {
    let key = format!(
        "{} {} {}",
        language.tag(),
        zone.unwrap_or_default(),
        form as u8
    );
    if let Some(known) = FORMATTERS.with_borrow(|it| it.get(&key).cloned()) {
        return known;
    }
    let parts: &[(&str, &str)] = match form {
        Form::Time => &[("hour", "numeric"), ("minute", "2-digit")],
        Form::Day => &[("month", "short"), ("day", "numeric")],
        Form::DayOfYear => &[("year", "numeric"), ("month", "short"), ("day", "numeric")],
        Form::Exact => &[("dateStyle", "long"), ("timeStyle", "short")],
        Form::Month => &[("year", "numeric"), ("month", "long")],
        Form::Iso => &[
            ("year", "numeric"),
            ("month", "2-digit"),
            ("day", "2-digit"),
        ],
    };
    let options = Object::new();
    for (name, value) in parts {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    if let Some(zone) = zone {
        let _ = Reflect::set(&options, &"timeZone".into(), &zone.into());
    }
    let tag = match (form, language) {
        // Swedish writes dates as ISO 8601 does.
        (Form::Iso, _) => "sv-SE",
        (_, Language::ZhCn) => "zh-CN",
        (_, Language::En) => "en",
    };
    let made = Intl::DateTimeFormat::new(&Array::of1(&tag.into()), &options).format();
    FORMATTERS.with_borrow_mut(|it| it.insert(key, made.clone()));
    made
}
