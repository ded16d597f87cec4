//! Rows of one kind, packed together.
//!
//! Used for chunks in the device's store and for messages between the data core and screens. A
//! batch carries its own dictionary of keys and members, so it opens in a build with other fields: known
//! keys find their place, others are kept as extra.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::record::Kind;
use crate::registry;
use crate::row::{Clash, Row, Stamp};
use crate::scalar::Scalar;
use crate::time::Timestamp;

/// The first byte of a batch.
const VERSION: u8 = 1;

/// A batch that this build cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a batch of rows of a known version")]
pub struct BadBatch;

#[derive(Serialize, Deserialize)]
struct Batch<'a> {
    kind: Kind,
    #[serde(borrow)]
    keys: Vec<&'a str>,
    members: Vec<RecordId>,
    #[serde(borrow)]
    rows: Vec<Packed<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Packed<'a> {
    id: RecordId,
    deleted: bool,
    created: (Timestamp, u16),
    updated: (Timestamp, u16),
    #[serde(borrow)]
    cells: Vec<(u16, Value<'a>)>,
    clashes: Vec<Clash>,
    search: &'a str,
    sort: &'a str,
}

/// A scalar that borrows its text, so that packing and unpacking copy it once.
#[derive(Serialize, Deserialize)]
enum Value<'a> {
    Bool(bool),
    Int(i64),
    Text(&'a str),
}

/// Packs rows of one kind.
pub fn pack<'a>(kind: Kind, rows: impl IntoIterator<Item = &'a Row>) -> Vec<u8> {
    let def = registry::def(kind);
    let mut keys: Vec<&str> = def
        .map_or(&[][..], |it| it.fields)
        .iter()
        .map(|it| it.name)
        .collect();
    let mut numbers: HashMap<&str, u16> = HashMap::new();
    let mut members: Vec<RecordId> = Vec::new();
    let mut member = |stamp: Stamp| {
        let index = members
            .iter()
            .position(|it| *it == stamp.by)
            .unwrap_or_else(|| {
                members.push(stamp.by);
                members.len() - 1
            });
        (stamp.at, index as u16)
    };
    let mut packed = Vec::new();
    for row in rows {
        let mut cells = Vec::with_capacity(row.values.len() + row.extra.len());
        for (index, value) in (0u16..).zip(&row.values) {
            cells.extend(value_of(value).map(|it| (index, it)));
        }
        for (key, value) in &row.extra {
            let number = *numbers.entry(key).or_insert_with(|| {
                keys.push(key);
                (keys.len() - 1) as u16
            });
            cells.extend(value_of(value).map(|it| (number, it)));
        }
        packed.push(Packed {
            id: row.id,
            deleted: row.deleted,
            created: member(row.created),
            updated: member(row.updated),
            cells,
            clashes: row.clashes.clone(),
            search: &row.search,
            sort: &row.sort,
        });
    }
    let batch = Batch {
        kind,
        keys,
        members,
        rows: packed,
    };
    // Writing to a growing buffer has no way to fail.
    postcard::to_extend(&batch, vec![VERSION]).unwrap_or_default()
}

fn value_of(value: &Scalar) -> Option<Value<'_>> {
    match value {
        Scalar::Null => None,
        Scalar::Bool(it) => Some(Value::Bool(*it)),
        Scalar::Int(it) => Some(Value::Int(*it)),
        Scalar::Text(it) => Some(Value::Text(it)),
    }
}

/// Opens a batch.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Row>, BadBatch> {
    let rest = bytes.strip_prefix(&[VERSION]).ok_or(BadBatch)?;
    let batch: Batch<'_> = postcard::from_bytes(rest).map_err(|_| BadBatch)?;
    let fields = registry::def(batch.kind).map_or(&[][..], |it| it.fields);
    let places: Vec<Option<usize>> = batch
        .keys
        .iter()
        .map(|key| fields.iter().position(|it| it.name == *key))
        .collect();
    let stamp = |(at, by): (Timestamp, u16)| Stamp {
        at,
        by: batch
            .members
            .get(usize::from(by))
            .copied()
            .unwrap_or_default(),
    };
    let mut rows = Vec::with_capacity(batch.rows.len());
    for packed in batch.rows {
        let mut row = Row {
            kind: batch.kind,
            id: packed.id,
            deleted: packed.deleted,
            created: stamp(packed.created),
            updated: stamp(packed.updated),
            values: vec![Scalar::Null; fields.len()],
            extra: Vec::new(),
            clashes: packed.clashes,
            search: packed.search.into(),
            sort: packed.sort.into(),
        };
        for (key, value) in packed.cells {
            let value = match value {
                Value::Bool(it) => Scalar::Bool(it),
                Value::Int(it) => Scalar::Int(it),
                Value::Text(it) => Scalar::text(it),
            };
            match places.get(usize::from(key)) {
                Some(Some(index)) => row.values[*index] = value,
                Some(None) => row.extra.push((batch.keys[usize::from(key)].into(), value)),
                None => return Err(BadBatch),
            }
        }
        row.extra.sort();
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::Customer;
    use crate::record::Record;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let mut row = Row {
            kind: Customer::DEF.kind,
            ..Row::default()
        };
        row.set_key(Customer::DEF, "name", Scalar::text("云仓"));
        row.set_key(Customer::DEF, "from_a_newer_client", Scalar::Int(7));
        row.values.resize(Customer::DEF.fields.len(), Scalar::Null);
        row.updated = Stamp {
            at: Timestamp::from_millis(5),
            by: RecordId([3; 16]),
        };
        let bytes = pack(row.kind, [&row]);
        assert_eq!(unpack(&bytes), Ok(vec![row]));
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&b""[..], b"\x02", b"\x01\xff\xff", b"{}"] {
            assert_eq!(unpack(bytes), Err(BadBatch));
        }
    }
}
