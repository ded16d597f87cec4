//! Days and hours in the words people type: 明天, 下周三, 周五 下午3点, 3月8日, tomorrow, next fri, 3pm.
//!
//! Pure: today comes in. Nothing is guessed silently, so what was read is returned beside the
//! text without it, and the page shows it as a chip before anything is saved.

use huike_shared::time::{Date, civil, days_after};

/// A day, and perhaps an hour, found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub on: Date,
    /// Minutes after midnight.
    pub minute: Option<i64>,
}

/// The text without its date words, and what they say.
pub fn split_due(text: &str, today: Date) -> (String, Option<Due>) {
    let mut rest = text.to_owned();
    let day = take_first(&mut rest, &|it| day_at(it, today));
    let minute = take_first(&mut rest, &minute_at);
    let title = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = title.trim_matches([',', '，', '、', ' ']).to_owned();
    let due = match (day, minute) {
        (None, None) => None,
        (day, minute) => Some(Due {
            on: day.unwrap_or(today),
            minute,
        }),
    };
    (title, due)
}

/// Reads a text that is nothing but a day: for a due field.
pub fn parse_day(text: &str, today: Date) -> Option<Date> {
    let text = text.trim().to_lowercase();
    match day_at(&text, today) {
        Some((day, length)) if length == text.len() => Some(day),
        _ => huike_shared::time::parse_date(&text),
    }
}

/// Takes the first place where `read` finds something out of the text. A Latin word counts only
/// as a whole, a Chinese one anywhere.
fn take_first<T>(text: &mut String, read: &dyn Fn(&str) -> Option<(T, usize)>) -> Option<T> {
    let lower: String = text.chars().map(|it| it.to_ascii_lowercase()).collect();
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '/';
    let mut before = ' ';
    for (start, here) in lower.char_indices() {
        let starts_word = !(is_word(before) && is_word(here));
        before = here;
        let Some((found, length)) = read(&lower[start..]).filter(|_| starts_word) else {
            continue;
        };
        let last = lower[start..start + length].chars().last().unwrap_or(' ');
        let next = lower[start + length..].chars().next().unwrap_or(' ');
        if length == 0 || (is_word(last) && is_word(next)) {
            continue;
        }
        text.replace_range(start..start + length, " ");
        return Some(found);
    }
    None
}

/// Words for a number of days from today; longer ones stand before those they contain.
const NEAR: &[(&str, i64)] = &[
    ("day after tomorrow", 2),
    ("tomorrow", 1),
    ("tmr", 1),
    ("today", 0),
    ("大后天", 3),
    ("后天", 2),
    ("明天", 1),
    ("明日", 1),
    ("今天", 0),
    ("今日", 0),
];

/// Words before a weekday, and how many weeks on they mean.
const WEEKS: &[(&str, i64)] = &[
    ("下下个周", 2),
    ("下下周", 2),
    ("下下星期", 2),
    ("下个周", 1),
    ("下个星期", 1),
    ("下周", 1),
    ("下星期", 1),
    ("下礼拜", 1),
    ("这周", 0),
    ("本周", 0),
    ("next ", 1),
    ("this ", 0),
];

const WEEKDAYS_LATIN: &[(&str, i64)] = &[
    ("monday", 1),
    ("mon", 1),
    ("tuesday", 2),
    ("tues", 2),
    ("tue", 2),
    ("wednesday", 3),
    ("wed", 3),
    ("thursday", 4),
    ("thurs", 4),
    ("thur", 4),
    ("thu", 4),
    ("friday", 5),
    ("fri", 5),
    ("saturday", 6),
    ("sat", 6),
    ("sunday", 7),
    ("sun", 7),
];

const MONTHS_LATIN: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The day at the beginning of a text in lower case, and how many bytes it takes.
fn day_at(text: &str, today: Date) -> Option<(Date, usize)> {
    for (word, days) in NEAR {
        if text.starts_with(word) {
            return Some((plus(today, *days), word.len()));
        }
    }
    weekday_at(text, today)
        .or_else(|| counted_days_at(text, today))
        .or_else(|| written_date_at(text, today))
        .or_else(|| month_at(text, today))
}

fn plus(date: Date, days: i64) -> Date {
    days_after(date, days)
}

/// 周五, 下周三, next fri. Weeks begin on Monday.
fn weekday_at(text: &str, today: Date) -> Option<(Date, usize)> {
    let number = i64::from(today.weekday().number_from_monday());
    let monday = plus(today, 1 - number);
    for (word, weeks) in WEEKS {
        let Some(rest) = text.strip_prefix(word) else {
            continue;
        };
        let start = plus(monday, 7 * weeks);
        if let Some((day, length)) = bare_weekday(rest) {
            return Some((plus(start, day - 1), word.len() + length));
        }
        if *word == "next " && rest.starts_with("week") {
            return Some((start, word.len() + "week".len()));
        }
        if *weeks > 0 && !word.is_ascii() {
            return Some((start, word.len()));
        }
    }
    let (prefix, is_latin) = ["周", "星期", "礼拜"]
        .iter()
        .find(|it| text.starts_with(**it))
        .map_or(("", true), |it| (*it, false));
    let rest = &text[prefix.len()..];
    let (day, length) = if is_latin {
        find(WEEKDAYS_LATIN, rest)?
    } else {
        bare_weekday(rest)?
    };
    // A weekday alone is the coming one, today included.
    Some((
        plus(today, (day - number).rem_euclid(7)),
        prefix.len() + length,
    ))
}

fn bare_weekday(text: &str) -> Option<(i64, usize)> {
    if let Some(found) = find(WEEKDAYS_LATIN, text) {
        return Some(found);
    }
    let first = text.chars().next()?;
    let number = match first {
        '日' | '天' | '末' => 7,
        _ => "一二三四五六".chars().position(|it| it == first)? as i64 + 1,
    };
    Some((if first == '末' { 6 } else { number }, first.len_utf8()))
}

fn find(words: &[(&str, i64)], text: &str) -> Option<(i64, usize)> {
    words
        .iter()
        .find(|it| text.starts_with(it.0))
        .map(|it| (it.1, it.0.len()))
}

/// 3天后, 两周后, in 3 days.
fn counted_days_at(text: &str, today: Date) -> Option<(Date, usize)> {
    let rest = text.strip_prefix("in ").unwrap_or(text);
    let (count, digits) = number_at(rest)?;
    let used = text.len() - rest.len() + digits;
    let (days, word) = [
        (1, " days"),
        (1, " day"),
        (7, " weeks"),
        (7, " week"),
        (1, "天后"),
        (1, "天之后"),
        (7, "周后"),
        (7, "个星期后"),
    ]
    .into_iter()
    .find(|it| rest[digits..].starts_with(it.1))?;
    let has_in = used > digits;
    (has_in || !word.is_ascii()).then(|| (plus(today, count * days), used + word.len()))
}

/// 2026-03-08, 3月8日, 3/8, 8号.
fn written_date_at(text: &str, today: Date) -> Option<(Date, usize)> {
    let (first, length) = number_at(text)?;
    let rest = &text[length..];
    if length == 4 && rest.starts_with(['-', '/', '年']) {
        let end = text.find(|it: char| !it.is_ascii_digit() && !"-/年月日".contains(it));
        let end = end.unwrap_or(text.len());
        return Some((huike_shared::time::parse_date(&text[..end])?, end));
    }
    if let Some(after) = rest.strip_prefix('月').or_else(|| rest.strip_prefix('/')) {
        let is_slash = rest.starts_with('/');
        let (day, digits) = number_at(after)?;
        let tail = &after[digits..];
        let tail_length = if is_slash { 0 } else { day_word(tail) };
        let used = text.len() - after.len() + digits + tail_length;
        return Some((coming(today, first, day)?, used));
    }
    let tail = day_word(rest);
    if rest.starts_with('号') && tail > 0 {
        let day = u8::try_from(first).ok()?;
        let this_month = today.replace_day(day).ok();
        let on = this_month
            .filter(|it| *it >= today)
            .or_else(|| days_after(month_end(today), 1).replace_day(day).ok())?;
        return Some((on, length + tail));
    }
    None
}

fn day_word(text: &str) -> usize {
    ["日", "号"]
        .iter()
        .find(|it| text.starts_with(**it))
        .map_or(0, |it| it.len())
}

/// mar 8, 月底.
fn month_at(text: &str, today: Date) -> Option<(Date, usize)> {
    if text.starts_with("月底") {
        return Some((month_end(today), "月底".len()));
    }
    let month = MONTHS_LATIN.iter().position(|it| text.starts_with(it))?;
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = text[letters..].strip_prefix(' ')?;
    let (day, digits) = number_at(rest)?;
    Some((coming(today, month as i64 + 1, day)?, letters + 1 + digits))
}

fn month_end(day: Date) -> Date {
    let last = day.month().length(day.year());
    days_after(day, i64::from(last) - i64::from(day.day()))
}

/// This day of this month, this year or next: people plan ahead.
fn coming(today: Date, month: i64, day: i64) -> Option<Date> {
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let this_year = civil(today.year(), month, day);
    this_year
        .filter(|it| *it >= today)
        .or_else(|| civil(today.year() + 1, month, day))
}

/// A number in digits, or a Chinese one up to ten.
fn number_at(text: &str) -> Option<(i64, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=4).contains(&digits) {
        return Some((text[..digits].parse().ok()?, digits));
    }
    let first = text.chars().next()?;
    let number = match first {
        '两' => 2,
        _ => "一二三四五六七八九十".chars().position(|it| it == first)? as i64 + 1,
    };
    Some((number, first.len_utf8()))
}

/// 下午3点半, 10:30, 15点, 3pm.
fn minute_at(text: &str) -> Option<(i64, usize)> {
    let (part, is_afternoon) = [
        ("上午", false),
        ("早上", false),
        ("下午", true),
        ("晚上", true),
        ("中午", true),
        ("at ", false),
    ]
    .into_iter()
    .find(|it| text.starts_with(it.0))
    .unwrap_or(("", false));
    let rest = &text[part.len()..];
    let (hour, digits) = number_at(rest)?;
    let after = &rest[digits..];
    let (minute, used, has_sign) = if let Some(after) = after.strip_prefix([':', '：']) {
        let (minute, digits) = number_at(after).filter(|it| it.1 == 2)?;
        (minute, rest.len() - after.len() + digits, true)
    } else if let Some(after) = after.strip_prefix('点') {
        let used = rest.len() - after.len();
        match number_at(after) {
            _ if after.starts_with('半') => (30, used + '半'.len_utf8(), true),
            Some((minute, digits)) if digits == 2 => {
                let tail = if after[digits..].starts_with('分') {
                    '分'.len_utf8()
                } else {
                    0
                };
                (minute, used + digits + tail, true)
            }
            _ => (0, used, true),
        }
    } else {
        (0, digits, false)
    };
    let tail = rest[used..].trim_start();
    let half = ["am", "pm"].into_iter().find(|it| tail.starts_with(it));
    let used = half.map_or(used, |it| rest.len() - tail.len() + it.len());
    let hour = match half {
        Some("pm") if hour < 12 => hour + 12,
        Some("am") if hour == 12 => 0,
        None if is_afternoon && hour < 11 => hour + 12,
        _ => hour,
    };
    let good = (has_sign || half.is_some()) && (0..24).contains(&hour) && (0..60).contains(&minute);
    good.then_some((hour * 60 + minute, part.len() + used))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Wednesday.
    const TODAY: Date = civil(2026, 3, 4).expect("a day");

    #[track_caller]
    fn check(text: &str, title: &str, on: Option<&str>, minute: Option<i64>) {
        let (rest, due) = split_due(text, TODAY);
        assert_eq!(rest, title, "{text}");
        assert_eq!(due.map(|it| it.on.to_string()).as_deref(), on, "{text}");
        assert_eq!(due.and_then(|it| it.minute), minute, "{text}");
    }

    #[test]
    fn chinese_days_are_read_wherever_they_stand() {
        check("明天给张伟打电话", "给张伟打电话", Some("2026-03-05"), None);
        check("给张伟报价 下周三", "给张伟报价", Some("2026-03-11"), None);
        check("周五 拜访", "拜访", Some("2026-03-06"), None);
        check("周三开会", "开会", Some("2026-03-04"), None);
        check("周一开会", "开会", Some("2026-03-09"), None);
        check("本周日前寄样品", "前寄样品", Some("2026-03-08"), None);
        check("大后天回访", "回访", Some("2026-03-07"), None);
        check("3天后回访", "回访", Some("2026-03-07"), None);
        check("两周后回访", "回访", Some("2026-03-18"), None);
        check("星期天休息", "休息", Some("2026-03-08"), None);
        check("3月8日签约", "签约", Some("2026-03-08"), None);
        check("1月5号年会", "年会", Some("2027-01-05"), None);
        check("5号付款", "付款", Some("2026-03-05"), None);
        check("2号付款", "付款", Some("2026-04-02"), None);
        check("月底对账", "对账", Some("2026-03-31"), None);
        check("下周安排体检", "安排体检", Some("2026-03-09"), None);
    }

    #[test]
    fn english_days_are_whole_words() {
        check("call Li tomorrow", "call Li", Some("2026-03-05"), None);
        check("fri send quote", "send quote", Some("2026-03-06"), None);
        check(
            "send quote next fri",
            "send quote",
            Some("2026-03-13"),
            None,
        );
        check("review next week", "review", Some("2026-03-09"), None);
        check("ping in 3 days", "ping", Some("2026-03-07"), None);
        check("demo Mar 20", "demo", Some("2026-03-20"), None);
        check("demo 3/20", "demo", Some("2026-03-20"), None);
        check("ship 2026-04-01", "ship", Some("2026-04-01"), None);
        check(
            "call Frida about sunglasses",
            "call Frida about sunglasses",
            None,
            None,
        );
        check("order 3 days of food", "order 3 days of food", None, None);
    }

    #[test]
    fn hours_come_with_a_day_or_mean_today() {
        check("明天下午3点半 电话", "电话", Some("2026-03-05"), Some(930));
        check("明天10点 询价", "询价", Some("2026-03-05"), Some(600));
        check("call 3pm", "call", Some("2026-03-04"), Some(900));
        check("fri 10:30 am demo", "demo", Some("2026-03-06"), Some(630));
        check("晚上八点复盘", "复盘", Some("2026-03-04"), Some(1200));
        check("buy 10 boxes", "buy 10 boxes", None, None);
    }

    #[test]
    fn a_due_field_takes_a_day_and_nothing_else() {
        assert_eq!(
            parse_day("下周三", TODAY),
            Some(civil(2026, 3, 11).expect("a day"))
        );
        assert_eq!(
            parse_day(" Fri ", TODAY),
            Some(civil(2026, 3, 6).expect("a day"))
        );
        assert_eq!(
            parse_day("2026.3.9", TODAY),
            Some(civil(2026, 3, 9).expect("a day"))
        );
        assert_eq!(parse_day("明天吧", TODAY), None);
    }
}
