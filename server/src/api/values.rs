//! Values of fields as JSON, typed by the registry.
//!
//! What is read is told as it is; what is written is parsed as a form would, so that a phone number
//! has one spelling whoever typed it. Null clears.

use huike_shared::id::RecordId;
use huike_shared::money::{Currency, Money};
use huike_shared::place::{Outcome, PartId, Place};
use huike_shared::rank::Rank;
use huike_shared::record::{FieldDef, FieldKind, FieldValue as _};
use huike_shared::scalar::Scalar;
use huike_shared::text::{Email, Line, Paragraphs, Phone, Url};
use huike_shared::time::Timestamp;
use serde_json::{Map, Value, json};

/// A value as JSON.
pub fn to_json(kind: FieldKind, value: &Scalar) -> Value {
    match (kind, value) {
        (_, Scalar::Null) => Value::Null,
        (_, Scalar::Bool(it)) => Value::Bool(*it),
        (_, Scalar::Int(it)) => Value::from(*it),
        (FieldKind::Money, Scalar::Text(it)) => Money::parse_register(it).map_or(
            Value::Null,
            |it| json!({ "currency": it.currency().code(), "minor": it.minor() }),
        ),
        (FieldKind::Place, Scalar::Text(it)) => Place::parse(it).map_or(Value::Null, |it| {
            json!({
                "pipeline": it.pipeline.to_string(),
                "stage": it.stage.to_string(),
                "rank": it.rank.as_str(),
                "since": it.since.millis(),
            })
        }),
        (FieldKind::Outcome, Scalar::Text(it)) => match Outcome::parse(it) {
            None => Value::Null,
            Some(Outcome::Open) => json!({ "state": "open" }),
            Some(Outcome::Won) => json!({ "state": "won" }),
            Some(Outcome::Lost { reason }) => json!({ "state": "lost", "reason": reason }),
        },
        (_, Scalar::Text(it)) => Value::from(&**it),
    }
}

/// What a required field that is left out holds in a new record, if that goes without saying.
pub fn initial(field: &FieldDef, now: Timestamp) -> Option<Scalar> {
    match field.kind {
        FieldKind::Outcome => Some(Scalar::text("open")),
        FieldKind::Instant => Some(Scalar::Int(now.millis())),
        FieldKind::Percent => Some(Scalar::Int(0)),
        _ => None,
    }
}

/// Whether a new record must be given this field.
pub fn is_asked_for(field: &FieldDef) -> bool {
    field.required && initial(field, Timestamp::default()).is_none()
}

/// A place as a program names it: what it leaves out is filled in by [`super::fields`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceAsked {
    /// The pipeline.
    pub pipeline: RecordId,
    /// The stage in it.
    pub stage: PartId,
    /// The place in the column.
    pub rank: Option<Rank>,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// What a program wants a field to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// This.
    Value(Scalar),
    /// A place, perhaps without its end.
    Place(PlaceAsked),
}

/// Reads what a program wants a field to hold. `None` if the field cannot hold it.
pub fn from_json(field: &FieldDef, value: &Value) -> Option<Asked> {
    if value.is_null() {
        return (!field.required).then_some(Asked::Value(Scalar::Null));
    }
    let scalar = match (field.kind, value) {
        (FieldKind::Number | FieldKind::Percent | FieldKind::Instant, _) => {
            Scalar::Int(value.as_i64()?)
        }
        (FieldKind::Flag, Value::Bool(it)) => Scalar::Bool(*it),
        (FieldKind::Money, Value::Object(it)) => money(it)?,
        (FieldKind::Outcome, Value::Object(it)) => outcome(it)?,
        (FieldKind::Place, Value::Object(it)) => return place(it).map(Asked::Place),
        (kind, Value::String(text)) => from_text(kind, text)?,
        _ => return None,
    };
    field.kind.allows(&scalar).then_some(Asked::Value(scalar))
}

/// Reads a text that stands for a value, as a body or an address has it.
pub fn from_text(kind: FieldKind, text: &str) -> Option<Scalar> {
    let scalar = match kind {
        FieldKind::Line => Line::parse(text).ok()?.write(),
        FieldKind::Paragraphs => Paragraphs::parse(text).ok()?.write(),
        FieldKind::Phone => Phone::parse(text).ok()?.write(),
        FieldKind::Email => Email::parse(text).ok()?.write(),
        FieldKind::Url => Url::parse(text).ok()?.write(),
        FieldKind::Choice(words) => words.contains(&text).then(|| Scalar::text(text))?,
        FieldKind::Member | FieldKind::Link(_) => RecordId::parse(text).ok()?.into(),
        FieldKind::Date | FieldKind::Rank => Scalar::text(text),
        FieldKind::Note
        | FieldKind::Number
        | FieldKind::Percent
        | FieldKind::Money
        | FieldKind::Instant
        | FieldKind::Flag
        | FieldKind::Place
        | FieldKind::Outcome => return None,
    };
    kind.allows(&scalar).then_some(scalar)
}

fn money(object: &Map<String, Value>) -> Option<Scalar> {
    only(object, &["currency", "minor"])?;
    let currency = Currency::parse(object.get("currency")?.as_str()?)?;
    Some(Money::from_minor(object.get("minor")?.as_i64()?, currency).write())
}

fn outcome(object: &Map<String, Value>) -> Option<Scalar> {
    only(object, &["state", "reason"])?;
    let reason = object.get("reason").filter(|it| !it.is_null());
    let outcome = match (object.get("state")?.as_str()?, reason) {
        ("open", None) => Outcome::Open,
        ("won", None) => Outcome::Won,
        ("lost", None) => Outcome::Lost { reason: "".into() },
        ("lost", Some(reason)) => Outcome::Lost {
            reason: reason.as_str()?.into(),
        },
        _ => return None,
    };
    Some(huike_shared::record::FieldValue::write(&outcome))
}

fn place(object: &Map<String, Value>) -> Option<PlaceAsked> {
    only(object, &["pipeline", "stage", "rank", "since"])?;
    let given = |key: &str| object.get(key).filter(|it| !it.is_null());
    let rank = match given("rank") {
        Some(it) => Some(Rank::parse(it.as_str()?)?),
        None => None,
    };
    let since = match given("since") {
        Some(it) => Some(Timestamp::from_millis(it.as_i64()?)),
        None => None,
    };
    Some(PlaceAsked {
        pipeline: RecordId::parse(given("pipeline")?.as_str()?).ok()?,
        stage: PartId::parse(given("stage")?.as_str()?)?,
        rank,
        since,
    })
}

fn only(object: &Map<String, Value>, keys: &[&str]) -> Option<()> {
    object
        .keys()
        .all(|it| keys.contains(&it.as_str()))
        .then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: FieldKind, given: Value, expected: Option<Value>) {
        let field = FieldDef {
            name: "x",
            kind,
            required: false,
            search: false,
        };
        let read = match from_json(&field, &given) {
            Some(Asked::Value(it)) => Some(to_json(kind, &it)),
            Some(Asked::Place(it)) => panic!("{it:?}"),
            None => None,
        };
        assert_eq!(read, expected, "{given}");
    }

    #[test]
    fn values_read_back_in_one_spelling() {
        let same = |kind, it: Value| check(kind, it.clone(), Some(it));
        same(FieldKind::Number, json!(7));
        same(FieldKind::Percent, json!(100));
        same(FieldKind::Flag, json!(true));
        same(FieldKind::Date, json!("2026-02-28"));
        same(FieldKind::Money, json!({ "currency": "JPY", "minor": -5 }));
        same(FieldKind::Outcome, json!({ "state": "won" }));
        same(
            FieldKind::Outcome,
            json!({ "state": "lost", "reason": "太贵了" }),
        );
        same(FieldKind::Choice(&["a"]), json!("a"));
        same(FieldKind::Line, Value::Null);
        check(
            FieldKind::Line,
            json!("  云仓\t物流 "),
            Some(json!("云仓 物流")),
        );
        check(
            FieldKind::Phone,
            json!("138 0013 8000"),
            Some(json!("+8613800138000")),
        );
    }

    #[test]
    fn what_a_field_cannot_hold_is_refused() {
        for (kind, given) in [
            (FieldKind::Line, json!("")),
            (FieldKind::Line, json!(7)),
            (FieldKind::Number, json!(1.5)),
            (FieldKind::Number, json!(-1)),
            (FieldKind::Number, json!("7")),
            (FieldKind::Percent, json!(101)),
            (FieldKind::Flag, json!(1)),
            (FieldKind::Date, json!("2026-02-30")),
            (FieldKind::Date, json!("2026/02/28")),
            (FieldKind::Money, json!(12)),
            (FieldKind::Money, json!("CNY 12")),
            (FieldKind::Money, json!({ "currency": "cny", "minor": 5 })),
            (
                FieldKind::Money,
                json!({ "currency": "CNY", "minor": 5, "more": 1 }),
            ),
            (
                FieldKind::Money,
                json!({ "currency": "CNY", "minor": 2_000_000_000_000_000_i64 }),
            ),
            (FieldKind::Outcome, json!({ "state": "gone" })),
            (
                FieldKind::Outcome,
                json!({ "state": "won", "reason": "luck" }),
            ),
            (FieldKind::Choice(&["a"]), json!("b")),
            (FieldKind::Link("x"), json!("not an id")),
            (FieldKind::Instant, json!("2026-01-01T00:00:00Z")),
            (FieldKind::Note, json!("text")),
        ] {
            check(kind, given, None);
        }
    }
}
