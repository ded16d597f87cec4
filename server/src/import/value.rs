//! A cell as the value of a field.
//!
//! Strict where a merge is lenient: what is written into a cell is a person's input, and a row with
//! a mistake is shown with its reason instead of being guessed at.

use super::words::{self, plain};
use huike_messages::{Language, Messages};
use huike_shared::id::RecordId;
use huike_shared::money::{Currency, Money};
use huike_shared::record::{FieldDef, FieldKind, FieldValue, NUMBER_MAX, Number, Percent};
use huike_shared::scalar::Scalar;
use huike_shared::text::{Email, Line, Paragraphs, Phone, TextError, Url, fold};
use huike_shared::time::{Date, Timestamp, days_from_date, parse_date};
use std::collections::HashMap;

/// What is wrong with a cell; `import-cell-<code>` in the catalogs is its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellProblem {
    /// A record cannot be without this field.
    Missing,
    /// More characters than the field takes.
    TooLong,
    /// Not a phone number.
    Phone,
    /// Not an e-mail address.
    Email,
    /// Not a web address.
    Url,
    /// Not a whole number from 0 to 10^12.
    Number,
    /// Not a number from 0 to 100.
    Percent,
    /// Not an amount.
    Money,
    /// Not a day that exists.
    Date,
    /// Neither yes nor no.
    Flag,
    /// Not one of the words of the choice.
    Choice,
    /// No member of this name.
    Member,
    /// No record of this name.
    Record,
    /// Two members or records of this name.
    Ambiguous,
    /// The row has more cells than the head line has columns.
    TooManyCells,
}

impl CellProblem {
    /// Every problem.
    pub const ALL: &'static [CellProblem] = &[
        CellProblem::Missing,
        CellProblem::TooLong,
        CellProblem::Phone,
        CellProblem::Email,
        CellProblem::Url,
        CellProblem::Number,
        CellProblem::Percent,
        CellProblem::Money,
        CellProblem::Date,
        CellProblem::Flag,
        CellProblem::Choice,
        CellProblem::Member,
        CellProblem::Record,
        CellProblem::Ambiguous,
        CellProblem::TooManyCells,
    ];

    /// The word on the wire.
    pub fn code(self) -> &'static str {
        match self {
            CellProblem::Missing => "missing",
            CellProblem::TooLong => "too-long",
            CellProblem::Phone => "phone",
            CellProblem::Email => "email",
            CellProblem::Url => "url",
            CellProblem::Number => "number",
            CellProblem::Percent => "percent",
            CellProblem::Money => "money",
            CellProblem::Date => "date",
            CellProblem::Flag => "flag",
            CellProblem::Choice => "choice",
            CellProblem::Member => "member",
            CellProblem::Record => "record",
            CellProblem::Ambiguous => "ambiguous",
            CellProblem::TooManyCells => "too-many-cells",
        }
    }
}

/// Names and codes by which cells point at something.
#[derive(Clone, Debug, Default)]
pub struct Names {
    found: HashMap<String, Vec<RecordId>>,
}

impl Names {
    /// Makes this name point at the record or member.
    pub fn add(&mut self, name: &str, id: RecordId) {
        let named = self.found.entry(fold(name)).or_default();
        if !named.contains(&id) {
            named.push(id);
        }
    }

    fn find(&self, name: &str, missing: CellProblem) -> Result<RecordId, CellProblem> {
        match self.found.get(&fold(name)).map(Vec::as_slice) {
            Some([only]) => Ok(*only),
            Some([]) | None => Err(missing),
            Some(_) => Err(CellProblem::Ambiguous),
        }
    }
}

/// What the workspace already has that cells may name.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Members by name and sign-in name.
    pub members: Names,
    /// Customers by name and code.
    pub customers: Names,
}

/// Reads a cell as the value of a field. An empty cell is null.
pub fn read(field: &FieldDef, cell: &str, known: &Known) -> Result<Scalar, CellProblem> {
    let cell = cell.trim();
    if cell.is_empty() {
        return if field.required {
            Err(CellProblem::Missing)
        } else {
            Ok(Scalar::Null)
        };
    }
    let text = |error: TextError, form: CellProblem| match error {
        TextError::TooLong => CellProblem::TooLong,
        TextError::Empty => CellProblem::Missing,
        TextError::Form => form,
    };
    match field.kind {
        FieldKind::Line => Line::parse(cell)
            .map(|it| FieldValue::write(&it))
            .map_err(|it| text(it, CellProblem::TooLong)),
        FieldKind::Paragraphs => Paragraphs::parse(cell)
            .map(|it| it.write())
            .map_err(|it| text(it, CellProblem::TooLong)),
        FieldKind::Phone => Phone::parse(cell)
            .map(|it| it.write())
            .map_err(|it| text(it, CellProblem::Phone)),
        FieldKind::Email => Email::parse(cell)
            .map(|it| it.write())
            .map_err(|it| text(it, CellProblem::Email)),
        FieldKind::Url => Url::parse(cell)
            .map(|it| it.write())
            .map_err(|it| text(it, CellProblem::Url)),
        FieldKind::Number => number(cell, NUMBER_MAX)
            .map(|it| Number(it).write())
            .ok_or(CellProblem::Number),
        FieldKind::Percent => number(cell.trim_end_matches(['%', '％']), 100)
            .and_then(|it| u8::try_from(it).ok())
            .map(|it| FieldValue::write(&Percent(it)))
            .ok_or(CellProblem::Percent),
        FieldKind::Money => Money::parse_typed(cell, Currency::CNY)
            .map(|it| it.write())
            .ok_or(CellProblem::Money),
        FieldKind::Date => day(cell).map(|it| it.write()).ok_or(CellProblem::Date),
        FieldKind::Instant => day(cell)
            .map(|it| Timestamp::from_millis(days_from_date(it) * huike_shared::time::DAY_MS))
            .map(|it| FieldValue::write(&it))
            .ok_or(CellProblem::Date),
        FieldKind::Flag => flag(cell).map(Scalar::Bool).ok_or(CellProblem::Flag),
        FieldKind::Choice(words) => choice(field.name, cell, words)
            .map(Scalar::text)
            .ok_or(CellProblem::Choice),
        FieldKind::Member => known
            .members
            .find(cell, CellProblem::Member)
            .map(Scalar::from),
        FieldKind::Link("customer") => known
            .customers
            .find(cell, CellProblem::Record)
            .map(Scalar::from),
        // No column goes into these (`columns::takes_cells`), and no importable kind has other links.
        FieldKind::Link(_)
        | FieldKind::Note
        | FieldKind::Place
        | FieldKind::Outcome
        | FieldKind::Rank => Err(CellProblem::Record),
    }
}

/// A whole number as people write it: `1,200`, `1200人`, `1.2万` is none.
fn number(cell: &str, max: i64) -> Option<i64> {
    let folded = fold(cell);
    let digits: String = folded
        .trim_end_matches(['人', '名', '个'])
        .chars()
        .filter(|it| !matches!(it, ',' | ' '))
        .collect();
    let digits = digits.strip_suffix(".0").unwrap_or(&digits);
    let is_plain = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    digits.parse().ok().filter(|it| is_plain && *it <= max)
}

/// A day, also with a time of day behind it, as spreadsheets save it.
fn day(cell: &str) -> Option<Date> {
    let folded = fold(cell);
    parse_date(&folded).or_else(|| parse_date(folded.split([' ', 't']).next()?))
}

fn flag(cell: &str) -> Option<bool> {
    let folded = fold(cell);
    if words::YES.contains(&folded.as_str()) {
        return Some(true);
    }
    words::NO.contains(&folded.as_str()).then_some(false)
}

/// The word that a cell says: as it is stored, as people write it, or as the interface shows it.
fn choice(field: &str, cell: &str, offered: &'static [&'static str]) -> Option<&'static str> {
    let said = plain(cell);
    let is_written = |word: &str| {
        plain(word) == said
            || words::CHOICES
                .iter()
                .any(|it| it.0 == word && it.1.contains(&said.as_str()))
    };
    let is_shown = |word: &str| {
        let key = format!("choice-{field}-{word}").replace('_', "-");
        let labels = Language::ALL
            .into_iter()
            .filter_map(|it| Messages::of(it).by_key(&key));
        labels.into_iter().any(|it| plain(&it) == said)
    };
    let mut offered_words = offered.iter().copied();
    offered_words
        .find(|it| is_written(it))
        .or_else(|| offered.iter().copied().find(|it| is_shown(it)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::customers::{Contact, Customer};
    use huike_shared::record::Record;

    fn known() -> Known {
        let mut known = Known::default();
        known.members.add("王伟", RecordId([1; 16]));
        known.customers.add("云仓物流", RecordId([2; 16]));
        known.customers.add("同名", RecordId([3; 16]));
        known.customers.add("同名", RecordId([4; 16]));
        known
    }

    #[track_caller]
    fn check(name: &str, cell: &str, expected: Result<&str, CellProblem>) {
        let mut fields = Customer::DEF.fields.iter().chain(Contact::DEF.fields);
        let field = fields.find(|it| it.name == name).unwrap();
        let value = read(field, cell, &known());
        if let Ok(value) = &value {
            assert!(field.kind.allows(value), "the gate refuses {value:?}");
        }
        let value = value.map(|it| match it {
            Scalar::Null => "null".to_owned(),
            Scalar::Bool(it) => it.to_string(),
            Scalar::Int(it) => it.to_string(),
            Scalar::Text(it) => it.into(),
        });
        assert_eq!(
            value.as_deref(),
            expected.as_ref().copied(),
            "{name} {cell}"
        );
    }

    #[test]
    fn cells_are_read_by_the_kind_of_their_field() {
        check("name", " 云仓 ", Ok("云仓"));
        check("name", " ", Err(CellProblem::Missing));
        check("name", &"字".repeat(501), Err(CellProblem::TooLong));
        check("phone", "138-0013-8000", Ok("+8613800138000"));
        check("phone", "见备注", Err(CellProblem::Phone));
        check("phone", "", Ok("null"));
        check("email", "a@b.cn", Ok("a@b.cn"));
        check("email", "a.b.cn", Err(CellProblem::Email));
        check("website", "huike.cn", Ok("https://huike.cn"));
        check("website", "javascript:alert(1)", Err(CellProblem::Url));
        check("birthday", "1965/8/12 0:00", Ok("1965-08-12"));
        check("birthday", "1990年2月30日", Err(CellProblem::Date));
        check("employees", "1,200人", Ok("1200"));
        check("employees", "-3", Err(CellProblem::Number));
        check("employees", "多", Err(CellProblem::Number));
        check("remark", "一\r\n二", Ok("一\n二"));
    }

    #[test]
    fn choices_are_read_in_both_languages() {
        check("gender", "女", Ok("female"));
        check("gender", "M", Ok("male"));
        check("level", "Ａ级", Ok("a"));
        check("source", "转介绍", Ok("referral"));
        check("source", "Web Form", Ok("web_form"));
        check("status", "In contact", Ok("in_contact"));
        check("status", "unclear", Err(CellProblem::Choice));
        check("preferred_channel", "微信", Ok("wechat"));
        check("is_primary", "是", Ok("true"));
        check("is_primary", "maybe", Err(CellProblem::Flag));
    }

    #[test]
    fn names_point_at_members_and_customers() {
        check("owner", "王伟", Ok("01010101-0101-0101-0101-010101010101"));
        check("owner", "nobody", Err(CellProblem::Member));
        check(
            "customer",
            " 云仓物流 ",
            Ok("02020202-0202-0202-0202-020202020202"),
        );
        check("customer", "不认识", Err(CellProblem::Record));
        check("customer", "同名", Err(CellProblem::Ambiguous));
    }

    #[test]
    fn every_word_of_a_choice_is_one_that_is_offered() {
        let fields = Customer::DEF.fields.iter().chain(Contact::DEF.fields);
        let offered: Vec<&str> = fields
            .filter_map(|it| match it.kind {
                FieldKind::Choice(words) => Some(words),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        for (word, said) in words::CHOICES {
            assert!(offered.contains(word), "{word} is no choice");
            for said in *said {
                assert_eq!(plain(said), *said);
            }
        }
    }
}
