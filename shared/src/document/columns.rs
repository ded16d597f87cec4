//! Many flat documents together, column by column: how thousands travel and rest on a device.
//!
//! Written one after the other, documents repeat each other: the same keys, authors and times. Written as
//! columns, the same values stand side by side; a compressor finds them, and what is left is what people
//! typed. Every document comes back as it was, but for one thing: of a document with a single change
//! its head need not be written, since the change, and so its hash, follows from the registers and the
//! second in which it was made. Thirty-two bytes that no compressor can shrink are then computed only
//! for a record that is edited.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::num::NonZeroU64;

use automerge::legacy::{Key, ObjectId, Op, OpId as LegacyOpId, OpType};
use automerge::{Change, ExpandedChange};
use serde::{Deserialize, Serialize};

use super::{Actor, Cell, ChangeHash, Registers, to_automerge};
use crate::id::RecordId;
use crate::row::Stamp;
use crate::scalar::Scalar;
use crate::time::Timestamp;

/// Bytes that are not documents in columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not documents in columns")]
pub struct BadColumns;

/// A document in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// The registers; without heads if `made` is there.
    registers: Registers,
    /// The second in which the only change was made, by its author's clock.
    made: Option<i64>,
}

impl Loose {
    /// A document whose heads travel with it.
    pub fn plain(registers: Registers) -> Self {
        Loose {
            registers,
            made: None,
        }
    }

    /// A document without its head, if `body` is its only change and follows from the rest.
    pub fn new(registers: Registers, body: &[u8]) -> Self {
        let made = Change::try_from(body).ok().map(|it| it.timestamp());
        let follows = made.is_some_and(|made| {
            let change = registers.founding(made);
            change.is_some_and(|it| registers.heads == [ChangeHash::from(it.hash())])
        });
        match made {
            Some(_) if follows => Loose {
                registers: Registers {
                    heads: Vec::new(),
                    ..registers
                },
                made,
            },
            Some(_) | None => Loose::plain(registers),
        }
    }

    /// The registers for showing: nothing may be authored or merged with them.
    pub fn shown(&self) -> &Registers {
        &self.registers
    }

    /// The registers with their heads.
    pub fn whole(self) -> Registers {
        let Loose {
            mut registers,
            made,
        } = self;
        let founding = made.and_then(|it| registers.founding(it));
        let head = founding.map(|it| ChangeHash::from(it.hash()));
        registers.heads.extend(head);
        registers
    }
}

impl Registers {
    /// The only change of a document that has no more than one, if it was made in this second.
    fn founding(&self, made: i64) -> Option<Change> {
        let [(actor, 1)] = self.actors[..] else {
            return None;
        };
        let mut cells: Vec<(&str, &Cell)> = Vec::with_capacity(self.keys.len());
        for (key, its) in &self.keys {
            let [cell] = &its[..] else { return None };
            cells.push((key, cell));
        }
        cells.sort_unstable_by_key(|it| it.1.counter);
        let counters = cells.iter().map(|it| it.1.counter);
        if !counters.eq(1..=self.max_op) || cells.is_empty() {
            return None;
        }
        Some(founding_change(
            actor,
            made,
            cells.into_iter().map(|(key, cell)| (key, &cell.value)),
        ))
    }
}

/// The change with which a document begins.
pub(super) fn founding_change<'a>(
    actor: Actor,
    made: i64,
    values: impl Iterator<Item = (&'a str, &'a Scalar)>,
) -> Change {
    let operations = values.map(|(key, value)| Op {
        action: OpType::Put(to_automerge(value)),
        obj: ObjectId::Root,
        key: Key::Map(key.into()),
        pred: std::iter::empty::<LegacyOpId>().collect(),
        insert: false,
    });
    Change::from(ExpandedChange {
        operations: operations.collect(),
        actor_id: actor.to_automerge(),
        hash: None,
        seq: 1,
        start_op: NonZeroU64::MIN,
        time: made,
        message: None,
        deps: Vec::new(),
        extra_bytes: Vec::new(),
        author: None,
    })
}

/// Keys of a document with the number of visible values of each, in order.
type Shape = Vec<(u16, u16)>;

/// The columns. Numbers that usually follow from the one before are written as the difference from it.
#[derive(Default, Serialize, Deserialize)]
struct Columns<'a> {
    actors: Vec<Actor>,
    members: Vec<RecordId>,
    #[serde(borrow)]
    keys: Vec<&'a str>,
    shapes: Vec<Shape>,
    /// A document's shape.
    shape: Vec<u16>,
    /// How many heads are written; none if the head follows.
    heads: Vec<u16>,
    hashes: Vec<ChangeHash>,
    /// Seconds from the making of the only change to its acceptance.
    made: Vec<i64>,
    max_op: Vec<u64>,
    actor_count: Vec<u16>,
    actor: Vec<u16>,
    seq: Vec<u64>,
    member_count: Vec<u16>,
    member: Vec<u16>,
    created_at: Vec<i64>,
    created_by: Vec<u16>,
    updated_at: Vec<i64>,
    updated_by: Vec<u16>,
    cell_counter: Vec<i64>,
    cell_actor: Vec<u16>,
    cell_at: Vec<i64>,
    cell_by: Vec<u16>,
    /// The values of each key.
    #[serde(borrow)]
    values: Vec<Vec<Value<'a>>>,
}

/// A scalar that borrows its text.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Text(&'a str),
}

impl<'a> From<&'a Scalar> for Value<'a> {
    fn from(value: &'a Scalar) -> Self {
        match value {
            Scalar::Null => Value::Null,
            Scalar::Bool(it) => Value::Bool(*it),
            Scalar::Int(it) => Value::Int(*it),
            Scalar::Text(it) => Value::Text(it),
        }
    }
}

impl From<Value<'_>> for Scalar {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Scalar::Null,
            Value::Bool(it) => Scalar::Bool(it),
            Value::Int(it) => Scalar::Int(it),
            Value::Text(it) => Scalar::text(it),
        }
    }
}

/// Numbers things by their first appearance.
struct Dictionary<T> {
    all: Vec<T>,
    places: HashMap<T, u16>,
}

impl<T: Clone + Eq + Hash> Dictionary<T> {
    fn new() -> Self {
        Dictionary {
            all: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Its number, or `None` if there are too many.
    fn number(&mut self, it: T) -> Option<u16> {
        if let Some(known) = self.places.get(&it) {
            return Some(*known);
        }
        let number = u16::try_from(self.all.len()).ok()?;
        self.all.push(it.clone());
        self.places.insert(it, number);
        Some(number)
    }
}

/// Writes documents as columns. `None` if they hold more different things than can be numbered: then
/// fewer of them go together.
pub fn pack<'a>(documents: impl IntoIterator<Item = &'a Loose>) -> Option<Vec<u8>> {
    let mut columns = Columns::default();
    let mut actors = Dictionary::new();
    let mut members = Dictionary::new();
    let mut keys = Dictionary::new();
    let mut shapes = Dictionary::new();
    let mut created_before = 0;
    for Loose {
        registers: it,
        made,
    } in documents
    {
        let created = it.created.at.millis();
        columns
            .created_at
            .push(created.wrapping_sub(created_before));
        columns.created_by.push(members.number(it.created.by)?);
        created_before = created;
        let updated = it.updated.at.millis();
        columns.updated_at.push(updated.wrapping_sub(created));
        columns.updated_by.push(members.number(it.updated.by)?);
        columns.heads.push(u16::try_from(it.heads.len()).ok()?);
        columns.hashes.extend(&it.heads);
        if it.heads.is_empty() {
            let made = (*made)?;
            columns.made.push((created / 1_000).wrapping_sub(made));
        }
        columns.max_op.push(it.max_op);
        columns
            .actor_count
            .push(u16::try_from(it.actors.len()).ok()?);
        for (actor, seq) in &it.actors {
            columns.actor.push(actors.number(*actor)?);
            columns.seq.push(*seq);
        }
        columns
            .member_count
            .push(u16::try_from(it.members.len()).ok()?);
        for member in &it.members {
            columns.member.push(members.number(*member)?);
        }
        let mut shape = Shape::with_capacity(it.keys.len());
        let mut counter_before = 0;
        for (key, cells) in &it.keys {
            let key = keys.number(&**key)?;
            shape.push((key, u16::try_from(cells.len()).ok()?));
            let place = usize::from(key);
            if columns.values.len() <= place {
                columns.values.resize_with(place + 1, Vec::new);
            }
            for cell in cells {
                let counter = cell.counter as i64;
                columns
                    .cell_counter
                    .push(counter.wrapping_sub(counter_before));
                counter_before = counter;
                columns.cell_actor.push(cell.actor);
                columns.cell_at.push(cell.at.millis().wrapping_sub(created));
                columns.cell_by.push(cell.by);
                columns.values[place].push((&cell.value).into());
            }
        }
        columns.shape.push(shapes.number(shape)?);
    }
    columns.actors = actors.all;
    columns.members = members.all;
    columns.keys = keys.all;
    columns.shapes = shapes.all;
    postcard::to_allocvec(&columns).ok()
}

/// Reads documents that [`pack`] wrote.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Loose>, BadColumns> {
    let columns: Columns<'_> = postcard::from_bytes(bytes).map_err(|_| BadColumns)?;
    let mut reader = Reader::new(&columns);
    (0..columns.shape.len())
        .map(|it| reader.document(it))
        .collect()
}

/// Reads one of the documents that [`pack`] wrote.
pub fn unpack_one(bytes: &[u8], index: usize) -> Result<Loose, BadColumns> {
    let columns: Columns<'_> = postcard::from_bytes(bytes).map_err(|_| BadColumns)?;
    let mut reader = Reader::new(&columns);
    for before in 0..index {
        reader.pass(before)?;
    }
    reader.document(index)
}

/// A column that is read from its beginning.
struct Column<'a, T>(std::slice::Iter<'a, T>);

impl<T: Copy> Column<'_, T> {
    fn next(&mut self) -> Result<T, BadColumns> {
        self.0.next().copied().ok_or(BadColumns)
    }

    fn pass(&mut self, count: u16) {
        if count > 0 {
            self.0.nth(usize::from(count) - 1);
        }
    }
}

/// Reads the columns side by side.
struct Reader<'a> {
    columns: &'a Columns<'a>,
    created_before: i64,
    values: Vec<Column<'a, Value<'a>>>,
    hashes: Column<'a, ChangeHash>,
    made: Column<'a, i64>,
    actor: Column<'a, u16>,
    seq: Column<'a, u64>,
    member: Column<'a, u16>,
    cell_counter: Column<'a, i64>,
    cell_actor: Column<'a, u16>,
    cell_at: Column<'a, i64>,
    cell_by: Column<'a, u16>,
}

impl<'a> Reader<'a> {
    fn new(columns: &'a Columns<'a>) -> Self {
        Reader {
            columns,
            created_before: 0,
            values: columns.values.iter().map(|it| Column(it.iter())).collect(),
            hashes: Column(columns.hashes.iter()),
            made: Column(columns.made.iter()),
            actor: Column(columns.actor.iter()),
            seq: Column(columns.seq.iter()),
            member: Column(columns.member.iter()),
            cell_counter: Column(columns.cell_counter.iter()),
            cell_actor: Column(columns.cell_actor.iter()),
            cell_at: Column(columns.cell_at.iter()),
            cell_by: Column(columns.cell_by.iter()),
        }
    }

    /// The next document, which has this index.
    fn document(&mut self, index: usize) -> Result<Loose, BadColumns> {
        let columns = self.columns;
        let created = self.created(index)?;
        let updated = created.wrapping_add(nth(&columns.updated_at, index)?);
        let mut registers = Registers {
            max_op: nth(&columns.max_op, index)?,
            created: self.stamp(created, nth(&columns.created_by, index)?)?,
            updated: self.stamp(updated, nth(&columns.updated_by, index)?)?,
            ..Registers::default()
        };
        let heads = nth(&columns.heads, index)?;
        for _ in 0..heads {
            registers.heads.push(self.hashes.next()?);
        }
        let made = match heads {
            0 => Some((created / 1_000).wrapping_sub(self.made.next()?)),
            _ => None,
        };
        for _ in 0..nth(&columns.actor_count, index)? {
            let actor = nth(&columns.actors, usize::from(self.actor.next()?))?;
            registers.actors.push((actor, self.seq.next()?));
        }
        for _ in 0..nth(&columns.member_count, index)? {
            let member = nth(&columns.members, usize::from(self.member.next()?))?;
            registers.members.push(member);
        }
        registers.keys = self.keys(self.shape(index)?, created, registers.actors.len())?;
        Ok(Loose { registers, made })
    }

    /// Passes over the next document, which has this index.
    fn pass(&mut self, index: usize) -> Result<(), BadColumns> {
        let columns = self.columns;
        self.created(index)?;
        let heads = nth(&columns.heads, index)?;
        self.hashes.pass(heads);
        self.made.pass(u16::from(heads == 0));
        let actors = nth(&columns.actor_count, index)?;
        self.actor.pass(actors);
        self.seq.pass(actors);
        self.member.pass(nth(&columns.member_count, index)?);
        for (key, count) in self.shape(index)? {
            self.cell_counter.pass(*count);
            self.cell_actor.pass(*count);
            self.cell_at.pass(*count);
            self.cell_by.pass(*count);
            let values = self.values.get_mut(usize::from(*key));
            values.ok_or(BadColumns)?.pass(*count);
        }
        Ok(())
    }

    fn created(&mut self, index: usize) -> Result<i64, BadColumns> {
        let since = nth(&self.columns.created_at, index)?;
        self.created_before = self.created_before.wrapping_add(since);
        Ok(self.created_before)
    }

    fn shape(&self, index: usize) -> Result<&'a Shape, BadColumns> {
        let shape = usize::from(nth(&self.columns.shape, index)?);
        self.columns.shapes.get(shape).ok_or(BadColumns)
    }

    fn keys(
        &mut self,
        shape: &Shape,
        created: i64,
        actors: usize,
    ) -> Result<BTreeMap<Box<str>, Vec<Cell>>, BadColumns> {
        let mut counter_before: i64 = 0;
        let mut keys = Vec::with_capacity(shape.len());
        for (key, count) in shape {
            let place = usize::from(*key);
            let key = *self.columns.keys.get(place).ok_or(BadColumns)?;
            let mut cells = Vec::with_capacity(usize::from(*count));
            for _ in 0..*count {
                counter_before = counter_before.wrapping_add(self.cell_counter.next()?);
                let actor = self.cell_actor.next()?;
                if usize::from(actor) >= actors {
                    return Err(BadColumns);
                }
                let at = created.wrapping_add(self.cell_at.next()?);
                let values = self.values.get_mut(place).ok_or(BadColumns)?;
                cells.push(Cell {
                    counter: counter_before as u64,
                    actor,
                    value: values.next()?.into(),
                    at: Timestamp::from_millis(at),
                    by: self.cell_by.next()?,
                });
            }
            keys.push((Box::from(key), cells));
        }
        Ok(keys.into_iter().collect())
    }

    fn stamp(&self, at: i64, by: u16) -> Result<Stamp, BadColumns> {
        Ok(Stamp {
            at: Timestamp::from_millis(at),
            by: nth(&self.columns.members, usize::from(by))?,
        })
    }
}

fn nth<T: Copy>(column: &[T], index: usize) -> Result<T, BadColumns> {
    column.get(index).copied().ok_or(BadColumns)
}
