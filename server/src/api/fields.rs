//! The fields of a record, as a program writes and reads them.
//!
//! Only what is named is touched: a field that is left out stays, null clears, parts of a list are
//! named by their ids. A name that the kind does not have is refused before anything is written.

use super::error::ApiError;
use super::values::{self, Asked, PlaceAsked};
use crate::error::Failure;
use huike_shared::note::NOTE_CHARS_MAX;
use huike_shared::place::PartId;
use huike_shared::record::{FamilyDef, FieldDef, FieldKind, KindDef};
use huike_shared::registry;
use huike_shared::row::part_key;
use huike_shared::scalar::Scalar;
use huike_shared::sync::gate;
use huike_shared::time::Timestamp;
use serde_json::{Map, Value};

/// What a program wants of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Registers by key.
    pub values: Vec<(Box<str>, Scalar)>,
    /// Places, whose rank and time may still be missing.
    pub places: Vec<(Box<str>, PlaceAsked)>,
    /// Whole texts of notes by field.
    pub notes: Vec<(&'static str, String)>,
}

impl Wanted {
    /// Reads the fields of a body.
    pub fn read(def: &'static KindDef, fields: &Map<String, Value>) -> Result<Self, ApiError> {
        let mut wanted = Wanted::default();
        for (name, value) in fields {
            if let Some(field) = def.fields.iter().find(|it| it.name == name) {
                wanted.read_field(field, field.name.into(), value)?;
            } else if let Some(family) = def.families.iter().find(|it| it.name == name) {
                wanted.read_parts(family, value)?;
            } else {
                let field = name.clone();
                return Err(ApiError::UnknownField { field });
            }
        }
        Ok(wanted)
    }

    /// Adds what a new record cannot be without and what goes without saying, or says what is
    /// missing.
    pub fn complete(&mut self, def: &'static KindDef, now: Timestamp) -> Result<(), ApiError> {
        for field in def.fields.iter().filter(|it| it.required) {
            let is_there = self.values.iter().any(|it| *it.0 == *field.name)
                || self.places.iter().any(|it| *it.0 == *field.name);
            if is_there {
                continue;
            }
            let missing = || ApiError::MissingField {
                field: field.name.to_owned(),
            };
            let value = values::initial(field, now).ok_or_else(missing)?;
            self.values.push((field.name.into(), value));
        }
        Ok(())
    }

    /// The same for parts that the record does not have yet.
    pub fn complete_parts(
        &mut self,
        def: &'static KindDef,
        has: impl Fn(&str) -> bool,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let mut added = Vec::new();
        for (key, _) in &self.values {
            let mut words = key.splitn(3, '.');
            let (Some(family), Some(part), Some(_)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let family = def.families.iter().find(|it| it.name == family);
            let (Some(family), Some(part)) = (family, PartId::parse(part)) else {
                continue;
            };
            for field in family.fields.iter().filter(|it| it.required) {
                let key: Box<str> = part_key(family.name, part, field.name).into();
                let is_there = has(&key)
                    || self
                        .values
                        .iter()
                        .chain(&added)
                        .any(|it: &(Box<str>, _)| it.0 == key);
                if !is_there {
                    let missing = || ApiError::MissingField {
                        field: key.to_string(),
                    };
                    let value = values::initial(field, now).ok_or_else(missing)?;
                    added.push((key, value));
                }
            }
        }
        self.values.append(&mut added);
        Ok(())
    }

    /// What the gate will ask of every register; a program is told with the field.
    pub fn fits(&self, def: &'static KindDef) -> Result<(), Failure> {
        for (key, value) in &self.values {
            gate::fits(def, key, value).map_err(|refusal| match registry::field(def, key) {
                Some(field) => ApiError::BadValue {
                    field: key.to_string(),
                    expected: field.kind,
                }
                .into(),
                None => Failure::Broken(format!("{key} was read and does not fit: {refusal}")),
            })?;
        }
        Ok(())
    }

    fn read_field(
        &mut self,
        field: &'static FieldDef,
        key: Box<str>,
        value: &Value,
    ) -> Result<(), ApiError> {
        let bad = || ApiError::BadValue {
            field: key.to_string(),
            expected: field.kind,
        };
        if field.kind == FieldKind::Note {
            let text = match value {
                Value::Null => "",
                Value::String(it) => it.as_str(),
                _ => return Err(bad()),
            };
            if text.chars().count() > NOTE_CHARS_MAX {
                return Err(bad());
            }
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            self.notes.push((field.name, text));
            return Ok(());
        }
        if value.is_null() && field.required {
            let field = key.to_string();
            return Err(ApiError::MissingField { field });
        }
        match values::from_json(field, value).ok_or_else(bad)? {
            Asked::Value(it) => self.values.push((key, it)),
            Asked::Place(it) => self.places.push((key, it)),
        }
        Ok(())
    }

    fn read_parts(&mut self, family: &'static FamilyDef, value: &Value) -> Result<(), ApiError> {
        let bad = |field: &str| ApiError::BadParts {
            field: field.to_owned(),
        };
        let parts = value.as_object().ok_or_else(|| bad(family.name))?;
        for (id, fields) in parts {
            let name = format!("{}.{id}", family.name);
            let part = PartId::parse(id).ok_or_else(|| bad(&name))?;
            let fields = fields.as_object().ok_or_else(|| bad(&name))?;
            for (field, value) in fields {
                let Some(field) = family.fields.iter().find(|it| it.name == field) else {
                    let field = format!("{name}.{field}");
                    return Err(ApiError::UnknownField { field });
                };
                let key = part_key(family.name, part, field.name).into();
                self.read_field(field, key, value)?;
            }
        }
        Ok(())
    }
}

/// Every field of a kind with its value, parts by their ids. Notes are not among them: their texts
/// lie elsewhere.
pub fn told<'a>(
    def: &'static KindDef,
    value: impl Fn(&str) -> Scalar,
    keys: impl Iterator<Item = &'a str>,
) -> Map<String, Value> {
    let mut fields = Map::new();
    for field in def.fields.iter().filter(|it| it.kind != FieldKind::Note) {
        let value = values::to_json(field.kind, &value(field.name));
        fields.insert(field.name.to_owned(), value);
    }
    for family in def.families {
        fields.insert(family.name.to_owned(), Value::Object(Map::new()));
    }
    for key in keys {
        let mut words = key.splitn(3, '.');
        let (Some(family), Some(part)) = (words.next(), words.next().and_then(PartId::parse))
        else {
            continue;
        };
        // A part has every field of its list, like the record.
        if let Some(family) = def.families.iter().find(|it| it.name == family) {
            for field in family.fields {
                let key = part_key(family.name, part, field.name);
                put(&mut fields, def, &key, &value(&key));
            }
        }
    }
    fields
}

/// Puts a register under its name, a part's under its list and id. One that the kind does not have
/// is left out.
pub fn put(fields: &mut Map<String, Value>, def: &'static KindDef, key: &str, value: &Scalar) {
    let Some(field) = registry::field(def, key) else {
        return;
    };
    let mut place = fields;
    let mut name = key;
    while let Some((first, rest)) = name.split_once('.') {
        let inner = place
            .entry(first)
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = inner else {
            return;
        };
        place = inner;
        name = rest;
    }
    place.insert(name.to_owned(), values::to_json(field.kind, value));
}
