//! The order of the list, and how long it holds still.

use std::cmp::Ordering;
use std::sync::Arc;

use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::row::Row;
use huike_shared::time::{Date, Timestamp};
use rustc_hash::FxHashMap;

use super::facts::Facts;
use crate::ui::Sort;

/// The columns of the list, in the order they are shown.
pub const COLUMNS: [&str; 8] = [
    "name",
    "level",
    "phone",
    "region",
    "owner",
    "contacted",
    "next",
    "updated",
];

/// The order before anybody asks for another: what changed last comes first.
pub const DEFAULT: Sort = Sort {
    column: "updated",
    is_descending: true,
};

/// Reads `name` or `-name`.
pub fn read(text: Option<&str>) -> Sort {
    let text = text.unwrap_or_default();
    let (name, is_descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    match COLUMNS.iter().find(|it| **it == name) {
        Some(column) => Sort {
            column,
            is_descending,
        },
        None => DEFAULT,
    }
}

/// The form for the address; nothing for the order that needs no saying.
pub fn write(sort: Sort) -> Option<String> {
    let sign = if sort.is_descending { "-" } else { "" };
    (sort != DEFAULT).then(|| format!("{sign}{}", sort.column))
}

/// More changed rows than one in so many are sorted anew with all others.
const MERGED_SHARE: usize = 8;

/// What a column is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Text(Box<str>),
    Time(Timestamp),
    Day(Date),
}

/// The order of a list. What a row is sorted by may lie outside of it.
pub struct Order<'a> {
    /// The column and its direction.
    pub sort: Sort,
    /// Last contacts and next steps.
    pub facts: &'a Facts,
    /// Names of members.
    pub name_of: &'a dyn Fn(RecordId) -> String,
}

impl Order<'_> {
    /// Whether the place of a row follows from the row alone.
    pub fn is_of_row_alone(sort: Sort) -> bool {
        !matches!(sort.column, "owner" | "contacted" | "next")
    }

    /// Sorts rows; ties by name and id, so that the order never flickers.
    pub fn sort(&self, rows: &[Arc<Row>]) -> Vec<Arc<Row>> {
        let mut keyed: Vec<(Option<Key>, &Arc<Row>)> =
            rows.iter().map(|it| (self.key(it), it)).collect();
        keyed.sort_unstable_by(|one, other| self.compare(one, other));
        keyed.into_iter().map(|it| Arc::clone(it.1)).collect()
    }

    /// The same as [`Order::sort`], from what was sorted before: rows that did not change keep their
    /// places, the others are put between them.
    pub fn sort_again(&self, sorted: &[Arc<Row>], rows: &[Arc<Row>]) -> Vec<Arc<Row>> {
        let mut changed: FxHashMap<RecordId, &Arc<Row>> =
            rows.iter().map(|it| (it.id, it)).collect();
        let mut kept = Vec::with_capacity(rows.len());
        for row in sorted {
            if changed.get(&row.id).is_some_and(|it| Arc::ptr_eq(it, row)) {
                changed.remove(&row.id);
                kept.push(Arc::clone(row));
            }
        }
        if changed.len() * MERGED_SHARE > rows.len() {
            return self.sort(rows);
        }
        let changed: Vec<Arc<Row>> = changed.into_values().cloned().collect();
        for row in self.sort(&changed) {
            let key = (self.key(&row), &row);
            let at = kept
                .partition_point(|it| self.compare(&(self.key(it), it), &key) == Ordering::Less);
            kept.insert(at, row);
        }
        kept
    }

    fn key(&self, row: &Row) -> Option<Key> {
        let text = |index: usize| row.value(index).as_text().map(|it| Key::Text(it.into()));
        match self.sort.column {
            "level" => text(Customer::LEVEL.index),
            "phone" => text(Customer::PHONE.index),
            "region" => text(Customer::REGION.index),
            "owner" => {
                let owner = row.value(Customer::OWNER.index).as_id();
                owner.map(|it| Key::Text((self.name_of)(it).into()))
            }
            "contacted" => self.facts.last_contact(row.id).map(Key::Time),
            "next" => {
                let due = self.facts.next_task(row.id).and_then(|it| it.due_on);
                due.map(Key::Day)
            }
            "updated" => Some(Key::Time(row.updated.at)),
            _ => None,
        }
    }

    fn compare(
        &self,
        one: &(Option<Key>, &Arc<Row>),
        other: &(Option<Key>, &Arc<Row>),
    ) -> Ordering {
        if self.sort.column == "name" {
            return turned(by_name(one.1, other.1), self.sort);
        }
        ends(one.0.is_none(), other.0.is_none())
            .then_with(|| turned(one.0.cmp(&other.0), self.sort))
            .then_with(|| by_name(one.1, other.1))
    }
}

fn by_name(one: &Arc<Row>, other: &Arc<Row>) -> Ordering {
    one.sort
        .cmp(&other.sort)
        .then_with(|| one.id.cmp(&other.id))
}

/// Rows without a value come last, whichever way the list is sorted.
fn ends(one: bool, other: bool) -> Ordering {
    one.cmp(&other)
}

fn turned(order: Ordering, sort: Sort) -> Ordering {
    if sort.is_descending {
        order.reverse()
    } else {
        order
    }
}

#[cfg(test)]
mod tests {
    use huike_shared::document::{Actor, Registers, decode};
    use huike_shared::record::Record;
    use huike_shared::row::Stamp;
    use huike_shared::scalar::Scalar;

    use super::*;

    #[test]
    fn an_order_reads_back_from_the_address() {
        for text in ["name", "-name", "-contacted"] {
            assert_eq!(write(read(Some(text))).as_deref(), Some(text));
        }
        assert_eq!(read(Some("nonsense")), DEFAULT);
        assert_eq!(write(DEFAULT), None);
    }

    fn row(id: u8, name: &str, updated: i64) -> Arc<Row> {
        let values = [("name".into(), Scalar::text(name))];
        let actor = Actor([7; 16]);
        let at = Timestamp::from_millis(updated);
        let mut registers = Registers::default();
        let change = registers.author(&values, actor, at).unwrap();
        let stamp = Stamp {
            at,
            by: RecordId([1; 16]),
        };
        registers.apply(&decode(&change).unwrap(), stamp);
        Arc::new(registers.to_row(Customer::DEF, RecordId([id; 16])))
    }

    #[test]
    fn sorting_again_gives_what_sorting_gives() {
        let facts = Facts::default();
        for column in ["name", "updated", "phone"] {
            for is_descending in [false, true] {
                let order = Order {
                    sort: Sort {
                        column,
                        is_descending,
                    },
                    facts: &facts,
                    name_of: &|it| it.to_string(),
                };
                let mut rows: Vec<Arc<Row>> = (0..80)
                    .map(|it| row(it, &format!("n{}", it % 7), i64::from(it % 11)))
                    .collect();
                let sorted = order.sort(&rows);
                // One changed, one gone, one new.
                rows[40] = row(40, "zz", 99);
                rows.remove(3);
                rows.push(row(200, "n3", 5));
                let ids = |rows: Vec<Arc<Row>>| rows.iter().map(|it| it.id).collect::<Vec<_>>();
                assert_eq!(
                    ids(order.sort_again(&sorted, &rows)),
                    ids(order.sort(&rows)),
                    "{column} {is_descending}"
                );
                let all_new = order.sort_again(&[], &rows);
                assert_eq!(ids(all_new), ids(order.sort(&rows)));
            }
        }
    }
}
