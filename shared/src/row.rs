//! A row: what screens, lists and sums read of one record.
//!
//! Derived from the record's registers and never a source of truth. Values of known fields stand in
//! the order of the kind's table, so reading one is an index; everything else (parts of lists,
//! fields of newer clients) is kept by key.

use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::place::PartId;
use crate::record::{Field, FieldType, Kind, KindDef, Part, RecordRef};
use crate::scalar::Scalar;
use crate::time::Timestamp;

/// Who did something and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// When; the server's time once it has accepted the change, the device's before.
    pub at: Timestamp,
    /// The member.
    pub by: RecordId,
}

/// A value that lost against the shown one, kept for the person to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    /// The register.
    pub key: Box<str>,
    /// Who wrote the value that is shown.
    pub winner: Stamp,
    /// The other values, latest first, with their authors.
    pub others: Vec<(Scalar, Stamp)>,
}

/// One record as screens read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: RecordId,
    /// Whether it was deleted; it still merges and can be restored.
    pub deleted: bool,
    /// The first change.
    pub created: Stamp,
    /// The latest change.
    pub updated: Stamp,
    /// Values of the known fields, in the order of [`KindDef::fields`]. May be shorter.
    pub values: Vec<Scalar>,
    /// Everything else by key, sorted.
    pub extra: Vec<(Box<str>, Scalar)>,
    /// Registers with more than one value.
    pub clashes: Vec<Clash>,
    /// What search looks into, folded, with pinyin and initials; parts end with a line feed.
    pub search: Box<str>,
    /// What lists sort by: the title by its sound.
    pub sort: Box<str>,
}

static NULL: Scalar = Scalar::Null;

impl Row {
    /// Names the record.
    pub fn record_ref(&self) -> RecordRef {
        RecordRef {
            kind: self.kind,
            id: self.id,
        }
    }

    /// The value at an index of the kind's table.
    pub fn value(&self, index: usize) -> &Scalar {
        self.values.get(index).unwrap_or(&NULL)
    }

    /// The value of a typed field.
    pub fn get<R, T: FieldType>(&self, field: Field<R, T>) -> T {
        T::read(self.value(field.index))
    }

    /// The value of a register by key.
    pub fn by_key(&self, def: &KindDef, key: &str) -> &Scalar {
        if let Some(index) = def.fields.iter().position(|it| it.name == key) {
            return self.value(index);
        }
        match self.extra.binary_search_by(|it| (*it.0).cmp(key)) {
            Ok(index) => &self.extra[index].1,
            Err(_) => &NULL,
        }
    }

    /// Puts a value under its key; how the screen shows an edit before it is stored.
    pub fn set_key(&mut self, def: &KindDef, key: &str, value: Scalar) {
        if let Some(index) = def.fields.iter().position(|it| it.name == key) {
            if self.values.len() <= index {
                self.values.resize(index + 1, Scalar::Null);
            }
            self.values[index] = value;
            return;
        }
        match self.extra.binary_search_by(|it| (*it.0).cmp(key)) {
            Ok(index) => self.extra[index].1 = value,
            Err(index) => self.extra.insert(index, (key.into(), value)),
        }
    }

    /// The parts of a list inside the record, by id.
    pub fn parts<P: Part>(&self, family: &str) -> Vec<(PartId, P)> {
        let mut found: Vec<(PartId, Vec<Scalar>)> = Vec::new();
        for (key, value) in &self.extra {
            let mut words = key.splitn(3, '.');
            let (Some(name), Some(id), Some(field)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let Some(id) = PartId::parse(id).filter(|_| name == family) else {
                continue;
            };
            if found.last().is_none_or(|it| it.0 != id) {
                found.push((id, vec![Scalar::Null; P::FIELDS.len()]));
            }
            let index = P::FIELDS.iter().position(|it| it.name == field);
            if let (Some(index), Some((_, values))) = (index, found.last_mut()) {
                values[index] = value.clone();
            }
        }
        found
            .into_iter()
            .map(|(id, values)| (id, P::from_values(&values)))
            .collect()
    }

    /// The clash in a register, if there is one.
    pub fn clash(&self, key: &str) -> Option<&Clash> {
        self.clashes.iter().find(|it| *it.key == *key)
    }
}

/// The key of a part's field: `stages.<id>.name`.
pub fn part_key(family: &str, part: PartId, field: &str) -> String {
    format!("{family}.{part}.{field}")
}
