//! A field as text: what an editor shows and what a person types.

use huike_shared::money::{Currency, Money};
use huike_shared::record::{FieldDef, FieldKind, NUMBER_MAX};
use huike_shared::scalar::Scalar;
use huike_shared::text::{Email, Line, Paragraphs, Phone, TextError, Url};
use huike_shared::time::parse_date;
use leptos::prelude::*;

use super::choice_label;
use crate::i18n::I18n;
use crate::store::LocalStore;
use crate::ui::{Choice, Editor};

/// The control for a field.
pub fn editor_of(store: LocalStore, i18n: I18n, field: &'static FieldDef) -> Editor {
    match field.kind {
        FieldKind::Paragraphs | FieldKind::Note => Editor::LongText,
        FieldKind::Phone => Editor::Phone,
        FieldKind::Email => Editor::Email,
        FieldKind::Url => Editor::Url,
        FieldKind::Number | FieldKind::Percent => Editor::Number,
        FieldKind::Money => Editor::Money,
        FieldKind::Date => Editor::Date,
        FieldKind::Instant => Editor::DateTime,
        FieldKind::Choice(_) | FieldKind::Member | FieldKind::Flag => {
            Editor::OneOf(Signal::derive(move || choices_of(store, i18n, field)))
        }
        FieldKind::Line
        | FieldKind::Link(_)
        | FieldKind::Place
        | FieldKind::Outcome
        | FieldKind::Rank => Editor::Text,
    }
}

/// What a field with a few values offers, nothing first; followed.
pub fn choices_of(store: LocalStore, i18n: I18n, field: &FieldDef) -> Vec<Choice> {
    let mut choices = vec![Choice {
        value: String::new(),
        label: "—".to_owned(),
    }];
    match field.kind {
        FieldKind::Choice(words) => choices.extend(words.iter().map(|word| Choice {
            value: (*word).to_owned(),
            label: choice_label(i18n, field.name, word),
        })),
        FieldKind::Member => {
            let members = store.members().get();
            choices.extend(members.iter().filter(|it| it.active).map(|it| Choice {
                value: it.id.to_string(),
                label: it.name.to_string(),
            }));
        }
        FieldKind::Flag => {
            choices = vec![
                Choice {
                    value: String::new(),
                    label: i18n.t(|m| m.common_no()),
                },
                Choice {
                    value: "yes".to_owned(),
                    label: i18n.t(|m| m.common_yes()),
                },
            ];
        }
        FieldKind::Line
        | FieldKind::Paragraphs
        | FieldKind::Note
        | FieldKind::Phone
        | FieldKind::Email
        | FieldKind::Url
        | FieldKind::Number
        | FieldKind::Percent
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Instant
        | FieldKind::Link(_)
        | FieldKind::Place
        | FieldKind::Outcome
        | FieldKind::Rank => {}
    }
    choices
}

/// A stored value as an editor shows it.
pub fn typed_text(field: &FieldDef, value: &Scalar) -> String {
    match (field.kind, value) {
        (FieldKind::Flag, Scalar::Bool(true)) => "yes".to_owned(),
        (FieldKind::Money, Scalar::Text(text)) => Money::parse_register(text)
            .map(money_text)
            .unwrap_or_default(),
        (FieldKind::Instant, Scalar::Int(millis)) => local_date_time(*millis),
        (_, Scalar::Int(number)) => number.to_string(),
        (_, Scalar::Text(text)) => text.to_string(),
        (_, Scalar::Null | Scalar::Bool(_)) => String::new(),
    }
}

fn money_text(money: Money) -> String {
    let exponent = money.currency().exponent();
    let scale = 10_i64.pow(exponent);
    let (whole, rest) = (money.minor() / scale, money.minor().abs() % scale);
    let number = if rest == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{rest:0width$}", width = exponent as usize)
    };
    if money.currency() == Currency::CNY {
        number
    } else {
        format!("{} {number}", money.currency().code())
    }
}

/// `2025-03-08T14:30` in the zone of the device, as the native control speaks it.
pub fn local_date_time(millis: i64) -> String {
    let offset = js_sys::Date::new(&(millis as f64).into()).get_timezone_offset();
    let shifted = js_sys::Date::new(&(millis as f64 - offset * 60_000.0).into());
    String::from(shifted.to_iso_string())
        .chars()
        .take(16)
        .collect()
}

/// What a person typed as a value, or the key of the message that says what is wrong.
pub fn parse_typed(field: &FieldDef, typed: &str) -> Result<Scalar, &'static str> {
    let typed = typed.trim();
    if field.kind == FieldKind::Flag {
        return Ok(Scalar::Bool(!typed.is_empty()));
    }
    if typed.is_empty() {
        return if field.required {
            Err("problem-required")
        } else {
            Ok(Scalar::Null)
        };
    }
    let text = |parsed: Result<String, TextError>, wrong: &'static str| match parsed {
        Ok(text) => Ok(Scalar::text(text)),
        Err(TextError::TooLong) => Err("problem-too-long"),
        Err(TextError::Empty | TextError::Form) => Err(wrong),
    };
    let number = |max: i64, wrong: &'static str| {
        let digits: String = typed
            .chars()
            .filter(|it| !matches!(it, ',' | '，' | ' ' | '%'))
            .collect();
        digits
            .parse()
            .ok()
            .filter(|it| (0..=max).contains(it))
            .map(Scalar::Int)
            .ok_or(wrong)
    };
    match field.kind {
        FieldKind::Line => text(
            Line::parse(typed).map(|it| it.to_string()),
            "problem-required",
        ),
        FieldKind::Paragraphs => text(
            Paragraphs::parse(typed).map(|it| it.to_string()),
            "problem-required",
        ),
        FieldKind::Phone => text(
            Phone::parse(typed).map(|it| it.to_string()),
            "problem-phone",
        ),
        FieldKind::Email => text(
            Email::parse(typed).map(|it| it.to_string()),
            "problem-email",
        ),
        FieldKind::Url => text(Url::parse(typed).map(|it| it.to_string()), "problem-url"),
        FieldKind::Number => number(NUMBER_MAX, "problem-number"),
        FieldKind::Percent => number(100, "problem-percent"),
        FieldKind::Money => Money::parse_typed(typed, Currency::CNY)
            .map(|it| Scalar::text(it.to_register()))
            .ok_or("problem-money"),
        FieldKind::Date => parse_date(typed)
            .map(|it| Scalar::text(it.to_string()))
            .ok_or("problem-date"),
        FieldKind::Instant => {
            let millis = js_sys::Date::parse(typed);
            if millis.is_nan() {
                Err("problem-date")
            } else {
                Ok(Scalar::Int(millis as i64))
            }
        }
        FieldKind::Choice(_)
        | FieldKind::Member
        | FieldKind::Link(_)
        | FieldKind::Place
        | FieldKind::Outcome
        | FieldKind::Rank => Ok(Scalar::text(typed)),
        FieldKind::Note | FieldKind::Flag => Ok(Scalar::Null),
    }
}
