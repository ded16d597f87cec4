//! What a list of records is asked for, from the words of an address.
//!
//! `status=active&amount.gte=CNY%20100000&sort=-updated&limit=50`: a field, perhaps with a
//! comparison behind a dot, and a value in the spelling that a body has. Names and comparisons that
//! do not fit the field are refused, never ignored.

use super::error::ApiError;
use super::values;
use crate::entropy::{digest, hex};
use crate::store::queries::{Condition, Deleted, Key, RowsQuery, Spot, Test};
use huike_shared::id::RecordId;
use huike_shared::money::Money;
use huike_shared::place::PartId;
use huike_shared::record::{FieldDef, FieldKind, KindDef};
use huike_shared::scalar::Scalar;

/// Records in one page.
pub const PAGE_MAX: u64 = 200;
/// The same unless another number is asked for.
pub const PAGE: u64 = 50;
/// Conditions in one question.
pub const CONDITIONS_MAX: usize = 20;
/// Values in one `in`.
pub const VALUES_MAX: usize = 50;
/// Bytes of a digest in a cursor, by which a cursor of another question is known.
const MARK_BYTES: usize = 4;

/// A question with the mark of its order.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question.
    pub query: RowsQuery,
    mark: [u8; MARK_BYTES],
}

fn bad(name: &str) -> ApiError {
    ApiError::BadParameter {
        name: name.chars().take(80).collect(),
    }
}

impl Asked {
    /// Reads the parameters of an address.
    pub fn read(
        workspace_id: RecordId,
        def: &'static KindDef,
        parameters: &[(String, String)],
    ) -> Result<Self, ApiError> {
        let mut query = RowsQuery {
            workspace_id,
            kind: def.kind,
            deleted: Deleted::Without,
            conditions: Vec::new(),
            order: Key::Id,
            descending: false,
            after: None,
            count: PAGE,
        };
        let (mut sort, mut cursor) = ("", None);
        for (name, value) in parameters {
            match name.as_str() {
                "sort" => sort = value.as_str(),
                "cursor" => cursor = Some(value.as_str()),
                "lang" => {}
                "limit" => {
                    let limit = value.parse().ok().filter(|it| (1..=PAGE_MAX).contains(it));
                    query.count = limit.ok_or_else(|| bad(name))?;
                }
                "deleted" => {
                    query.deleted = match value.as_str() {
                        "false" => Deleted::Without,
                        "true" => Deleted::Only,
                        "any" => Deleted::With,
                        _ => return Err(bad(name)),
                    };
                }
                _ => query.conditions.extend(conditions(def, name, value)?),
            }
        }
        if query.conditions.len() > CONDITIONS_MAX {
            return Err(bad("conditions"));
        }
        if !sort.is_empty() {
            let field = sort.strip_prefix('-');
            query.descending = field.is_some();
            query.order = order(def, field.unwrap_or(sort)).ok_or_else(|| bad("sort"))?;
        }
        let marked = digest(format!("{}/{sort}", def.name).as_bytes());
        let mut mark = [0; MARK_BYTES];
        mark.copy_from_slice(&marked[..MARK_BYTES]);
        let mut asked = Asked { query, mark };
        if let Some(cursor) = cursor {
            asked.query.after = Some(asked.spot(cursor).ok_or_else(|| bad("cursor"))?);
        }
        Ok(asked)
    }

    /// The cursor that goes on behind this place.
    pub fn cursor(&self, spot: &Spot) -> String {
        let plain = (self.mark, &spot.value, spot.id);
        // Writing to a growing buffer has no way to fail.
        hex(&postcard::to_allocvec(&plain).unwrap_or_default())
    }

    fn spot(&self, cursor: &str) -> Option<Spot> {
        let bytes: Option<Vec<u8>> = (0..cursor.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(cursor.get(at..at + 2)?, 16).ok())
            .collect();
        let (mark, value, id): ([u8; MARK_BYTES], Scalar, RecordId) =
            postcard::from_bytes(&bytes?).ok()?;
        (mark == self.mark).then_some(Spot { value, id })
    }
}

/// The comparisons that a field knows, behind a dot; `eq` goes without saying.
pub fn comparisons(kind: FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Line
        | FieldKind::Paragraphs
        | FieldKind::Phone
        | FieldKind::Email
        | FieldKind::Url => &["eq", "ne", "lt", "lte", "gt", "gte", "contains", "empty"],
        FieldKind::Number
        | FieldKind::Percent
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Instant
        | FieldKind::Rank => &["eq", "ne", "lt", "lte", "gt", "gte", "empty"],
        FieldKind::Choice(_) | FieldKind::Member | FieldKind::Link(_) => {
            &["eq", "ne", "in", "empty"]
        }
        FieldKind::Flag => &["eq", "ne", "empty"],
        FieldKind::Place | FieldKind::Outcome => &["eq", "empty"],
        FieldKind::Note => &[],
    }
}

/// What a list can be sorted by.
pub fn order(def: &'static KindDef, name: &str) -> Option<Key> {
    match name {
        "id" => return Some(Key::Id),
        "created" => return Some(Key::Created),
        "updated" => return Some(Key::Updated),
        _ => {}
    }
    let field = def.fields.iter().find(|it| it.name == name)?;
    match field.kind {
        FieldKind::Paragraphs | FieldKind::Note => None,
        _ => Some(key(field)),
    }
}

fn key(field: &FieldDef) -> Key {
    match field.kind {
        FieldKind::Number | FieldKind::Percent | FieldKind::Instant | FieldKind::Flag => {
            Key::Number(field.name)
        }
        FieldKind::Money => Key::Amount(field.name),
        _ => Key::Text(field.name),
    }
}

/// The conditions in one parameter.
fn conditions(def: &'static KindDef, name: &str, value: &str) -> Result<Vec<Condition>, ApiError> {
    let (field_name, comparison) = name.split_once('.').unwrap_or((name, "eq"));
    let stamp = match field_name {
        "created" => Some(Key::Created),
        "updated" => Some(Key::Updated),
        _ => None,
    };
    let found = match stamp {
        Some(key) => value
            .parse()
            .ok()
            .and_then(|it| compare(key, comparison, Scalar::Int(it))),
        None => {
            let field = def.fields.iter().find(|it| it.name == field_name);
            let field = field.filter(|it| it.kind != FieldKind::Note);
            let field = field.ok_or_else(|| ApiError::UnknownField {
                field: name.chars().take(80).collect(),
            })?;
            field_conditions(field, comparison, value)
        }
    };
    found.ok_or_else(|| bad(name))
}

fn field_conditions(field: &FieldDef, comparison: &str, value: &str) -> Option<Vec<Condition>> {
    if !comparisons(field.kind).contains(&comparison) {
        return None;
    }
    let one = |key: Key, test: Test| Some(vec![Condition { key, test }]);
    let (key, text) = (key(field), Key::Text(field.name));
    match (comparison, field.kind) {
        ("empty", _) => match value {
            "true" => one(text, Test::Empty),
            "false" => one(text, Test::Filled),
            _ => None,
        },
        // What was never answered is no.
        ("eq" | "ne", FieldKind::Flag) => {
            let is_yes = match value {
                "true" => comparison == "eq",
                "false" => comparison == "ne",
                _ => return None,
            };
            let yes = Scalar::Int(1);
            let test = if is_yes {
                Test::OneOf(vec![yes])
            } else {
                Test::Not(yes)
            };
            one(key, test)
        }
        ("in", _) => {
            let values: Option<Vec<Scalar>> =
                value.split(',').map(|it| read(field.kind, it)).collect();
            let values = values.filter(|it| it.len() <= VALUES_MAX)?;
            one(key, Test::OneOf(values))
        }
        ("contains", _) if value.is_empty() => None,
        ("contains", _) => one(key, Test::Contains(value.to_owned())),
        // A column: pipeline, or pipeline and stage.
        (_, FieldKind::Place) => {
            let (pipeline, stage) = match value.split_once('/') {
                Some((pipeline, stage)) => (pipeline, Some(PartId::parse(stage)?)),
                None => (value, None),
            };
            let pipeline = RecordId::parse(pipeline).ok()?;
            let column = match stage {
                Some(stage) => format!("{pipeline}/{stage}/"),
                None => format!("{pipeline}/"),
            };
            one(key, Test::StartsWith(column))
        }
        // `open`, `won`, `lost`, or one reason: `lost:price`.
        (_, FieldKind::Outcome) if value == "lost" => {
            one(key, Test::StartsWith("lost:".to_owned()))
        }
        ("eq" | "ne", FieldKind::Money) => {
            let value = Scalar::text(value);
            field.kind.allows(&value).then_some(())?;
            compare(text, comparison, value)
        }
        (_, FieldKind::Money) => {
            let money = Money::parse_register(value)?;
            let mut all = compare(key, comparison, Scalar::Int(money.minor()))?;
            all.push(Condition {
                key: text,
                test: Test::StartsWith(format!("{} ", money.currency().code())),
            });
            Some(all)
        }
        _ => compare(key, comparison, read(field.kind, value)?),
    }
}

fn compare(key: Key, comparison: &str, value: Scalar) -> Option<Vec<Condition>> {
    let test = match comparison {
        "eq" => Test::OneOf(vec![value]),
        "ne" => Test::Not(value),
        "lt" => Test::Below(value),
        "lte" => Test::AtMost(value),
        "gt" => Test::Above(value),
        "gte" => Test::AtLeast(value),
        _ => return None,
    };
    Some(vec![Condition { key, test }])
}

/// A value as an address spells it.
fn read(kind: FieldKind, value: &str) -> Option<Scalar> {
    let scalar = match kind {
        FieldKind::Number | FieldKind::Percent | FieldKind::Instant => {
            Scalar::Int(value.parse().ok()?)
        }
        FieldKind::Outcome => Scalar::text(value),
        // Words of newer clients are kept, so they can be looked for.
        FieldKind::Choice(_) => Scalar::text(value),
        _ => values::from_text(kind, value)?,
    };
    kind.allows(&scalar).then_some(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::record::kinds;

    #[test]
    fn no_field_has_a_reserved_name() {
        let words = ["sort", "limit", "cursor", "deleted", "lang"];
        let keys = ["created", "updated", "id"];
        for def in kinds() {
            let names = def.fields.iter().map(|it| it.name);
            for name in names.chain(def.families.iter().map(|it| it.name)) {
                assert!(!words.contains(&name) && !keys.contains(&name), "{name}");
            }
        }
    }

    #[test]
    fn a_cursor_goes_on_with_its_own_order_only() {
        let def = kinds().next().unwrap();
        let workspace = RecordId([1; 16]);
        let read = |parameters: &[(&str, &str)]| {
            let owned: Vec<_> = parameters
                .iter()
                .map(|it| (it.0.to_owned(), it.1.to_owned()))
                .collect();
            Asked::read(workspace, def, &owned)
        };
        let spot = Spot {
            value: Scalar::text("云仓"),
            id: RecordId([7; 16]),
        };
        let cursor = read(&[("sort", "name")]).unwrap().cursor(&spot);
        let again = read(&[("sort", "name"), ("cursor", &cursor)]).unwrap();
        assert_eq!(again.query.after, Some(spot));
        for wrong in ["", "0", "zz", "汇客", &cursor[2..]] {
            assert!(
                read(&[("sort", "name"), ("cursor", wrong)]).is_err(),
                "{wrong}"
            );
        }
        assert!(read(&[("sort", "-name"), ("cursor", &cursor)]).is_err());
    }
}
