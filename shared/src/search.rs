//! What search looks into and lists sort by, the same on every device and on the server.
//!
//! Each row carries one folded text: the searchable fields, then the title by its sound (whole
//! pinyin and initials, both readings where a character has two), parts ended by a line feed. A
//! query is folded the same way and every word of it must occur.

use crate::record::{FieldDef, FieldKind, KindDef};
use crate::row::Row;
use crate::text::{fold, pinyin};

/// Bytes of one field that search looks into; the rest of a long remark is not indexed.
const FIELD_BYTES_MAX: usize = 400;

/// Fills the row's search text and sort key.
pub fn fill(row: &mut Row, def: &KindDef) {
    let mut out = String::new();
    let mut title = "";
    for (index, field) in def.fields.iter().enumerate().filter(|it| it.1.search) {
        let Some(text) = row.value(index).as_text() else {
            continue;
        };
        if title.is_empty() {
            title = text;
        }
        push_field(&mut out, index, field, text);
    }
    let sort = pinyin::sounds(&fold(&title[..floor_boundary(title, 60)])).full;
    row.sort = sort.into();
    row.search = out.into();
}

fn push_field(out: &mut String, index: usize, field: &FieldDef, text: &str) {
    let text = &text[..floor_boundary(text, FIELD_BYTES_MAX)];
    let folded = fold(text);
    out.push_str(&folded);
    out.push('\n');
    if field.kind == FieldKind::Phone {
        let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
        if digits != folded {
            out.push_str(&digits);
            out.push('\n');
        }
    }
    if index <= 3 && field.kind == FieldKind::Line {
        push_sounds(out, text);
    }
}

fn push_sounds(out: &mut String, text: &str) {
    if text.is_ascii() {
        return;
    }
    let usual = pinyin::sounds(text);
    for sounds in [
        pinyin::other_sounds(text).filter(|it| it.full != usual.full),
        Some(usual),
    ] {
        let Some(sounds) = sounds else { continue };
        out.push_str(&sounds.full);
        out.push('\n');
        out.push_str(&sounds.initials);
        out.push('\n');
    }
}

fn floor_boundary(text: &str, max: usize) -> usize {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// A query, folded once and matched against many rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// Splits what a person typed into words. A phone number typed with spaces or dashes is one word.
    pub fn parse(typed: &str) -> Self {
        let folded = fold(typed);
        let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
        let phone = digits.len() >= 5
            && folded
                .chars()
                .all(|it| it.is_ascii_digit() || " -+()".contains(it));
        if phone {
            return Query {
                words: vec![digits],
            };
        }
        Query {
            words: folded
                .split(' ')
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether every word occurs.
    pub fn matches(&self, row: &Row) -> bool {
        self.words.iter().all(|it| occurs(&row.search, it))
    }

    /// Why a row matches although its name does not: the first field that has a word the name lacks.
    /// For rows that are shown, not for all.
    pub fn reason(&self, row: &Row, def: &KindDef) -> Option<usize> {
        let searched = |index: &usize| {
            def.fields[*index].search
                && row.value(*index).as_text().is_some_and(|it| !it.is_empty())
        };
        let mut fields = (0..def.fields.len()).filter(searched).map(|index| {
            let mut text = String::new();
            let shown = row.value(index).as_text().unwrap_or_default();
            push_field(&mut text, index, &def.fields[index], shown);
            (index, text)
        });
        let (_, name) = fields.next()?;
        let lacking: Vec<&String> = self.words.iter().filter(|it| !occurs(&name, it)).collect();
        fields
            .find(|it| lacking.iter().any(|word| occurs(&it.1, word)))
            .map(|it| it.0)
    }

    /// The text from `chars` characters before the first word found in it; whole where that is near
    /// the beginning.
    pub fn excerpt<'a>(&self, text: &'a str, chars: usize) -> &'a str {
        let folded = fold(text);
        let found = self
            .words
            .iter()
            .filter_map(|it| folded.find(it.as_str()))
            .min();
        let before = found.map_or(0, |it| folded[..it].chars().count());
        if before <= 2 * chars {
            return text;
        }
        let begin = text.char_indices().nth(before - chars);
        begin.map_or(text, |it| &text[it.0..])
    }

    /// Whether every row that matches this one matches `wider` too.
    pub fn narrows(&self, wider: &Query) -> bool {
        let is_within = |word: &String| self.words.iter().any(|it| it.contains(word.as_str()));
        wider.words.iter().all(is_within)
    }

    /// How well a matching row answers: 0 best (a part begins with the first word), 1 otherwise.
    pub fn grade(&self, row: &Row) -> u8 {
        let Some(first) = self.words.first() else {
            return 1;
        };
        let begins = row
            .search
            .split('\n')
            .take(4)
            .any(|it| it.starts_with(first.as_str()));
        u8::from(!begins)
    }
}

/// Whether a short word occurs in a short text. `str::contains` prepares a table for each text, which takes
/// longer than looking.
fn occurs(text: &str, word: &str) -> bool {
    let (mut text, word) = (text.as_bytes(), word.as_bytes());
    let Some((first, rest)) = word.split_first() else {
        return true;
    };
    while let Some(at) = text.iter().position(|it| it == first) {
        text = &text[at + 1..];
        if text.starts_with(rest) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_are() {
        for text in ["", "a", "aab", "云仓贸易\nyuncang", "ababac"] {
            for word in [
                "", "a", "ab", "ac", "abac", "仓", "易\ny", "b", "ang", "cangx",
            ] {
                assert_eq!(occurs(text, word), text.contains(word), "{word} in {text}");
            }
        }
    }

    #[test]
    fn a_longer_search_narrows_a_shorter_one() {
        let narrows = |one: &str, other: &str| Query::parse(one).narrows(&Query::parse(other));
        assert!(narrows("yuncang", "yun"));
        assert!(narrows("yun cang", "yun"));
        assert!(narrows("yun", ""));
        assert!(!narrows("yun", "yuncang"));
        assert!(!narrows("138", "yun"));
        // As a phone number the first five digits are one word, so nothing is assumed.
        assert!(!narrows("138 00", "138 0 1"));
    }
    use crate::customers::Customer;
    use crate::record::Record;
    use crate::scalar::Scalar;

    fn row(name: &str, phone: &str) -> Row {
        let mut row = Row {
            kind: Customer::DEF.kind,
            ..Row::default()
        };
        row.set_key(Customer::DEF, "name", Scalar::text(name));
        row.set_key(Customer::DEF, "phone", Scalar::text(phone));
        fill(&mut row, Customer::DEF);
        row
    }

    #[track_caller]
    fn check(typed: &str, expected: bool) {
        let row = row("重庆云仓物流", "+8613800138000");
        assert_eq!(
            Query::parse(typed).matches(&row),
            expected,
            "{typed}: {:?}",
            row.search
        );
    }

    #[test]
    fn customers_are_found_by_characters_pinyin_initials_and_phone() {
        for typed in [
            "云仓",
            "yuncang",
            "cqyc",
            "zqyc",
            "138 0013",
            "13800138000",
            "云仓 0013",
            "ＣＱ",
            "",
        ] {
            check(typed, true);
        }
        for typed in ["北京", "yuncangx", "999"] {
            check(typed, false);
        }
    }

    #[test]
    fn the_reason_is_named_where_the_name_does_not_tell() {
        let row = row("重庆云仓物流", "+8613800138000");
        let reason = |typed: &str| Query::parse(typed).reason(&row, Customer::DEF);
        assert_eq!(reason("云仓"), None);
        assert_eq!(reason("cqyc"), None);
        assert_eq!(reason("138 0013"), Some(Customer::PHONE.index));
        assert_eq!(reason("云仓 0013"), Some(Customer::PHONE.index));
    }

    #[test]
    fn an_excerpt_begins_shortly_before_the_match() {
        let query = Query::parse("Berlin");
        assert_eq!(query.excerpt("meets us in Berlin", 3), "in Berlin");
        assert_eq!(query.excerpt("To Berlin", 3), "To Berlin");
        assert_eq!(query.excerpt("nothing", 3), "nothing");
    }

    #[test]
    fn names_sort_by_their_sound() {
        assert!(row("安信", "").sort < row("北辰", "").sort);
        assert!(row("Beacon", "").sort < row("北辰", "").sort);
        assert!(row("北辰", "").sort < row("Beta", "").sort);
    }
}
