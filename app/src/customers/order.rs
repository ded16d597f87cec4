//! The order of the list, and how long it holds still.

use std::cmp::Ordering;
use std::sync::Arc;

use huike_shared::customers::Customer;
use huike_shared::row::Row;

use super::facts::Facts;
use crate::i18n::I18n;
use crate::store::LocalStore;
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

/// Sorts rows; ties by name and id, so that the order never flickers.
pub fn sort(rows: &mut [Arc<Row>], sort: Sort, facts: &Facts, store: LocalStore, _: I18n) {
    match sort.column {
        "level" => by_text(rows, sort, Customer::LEVEL.index),
        "phone" => by_text(rows, sort, Customer::PHONE.index),
        "region" => by_text(rows, sort, Customer::REGION.index),
        "owner" => {
            let name = |row: &Row| {
                row.value(Customer::OWNER.index)
                    .as_id()
                    .map(|it| store.member_name(it))
            };
            by_key(rows, sort, name);
        }
        "contacted" => by_key(rows, sort, |row| facts.last_contact(row.id)),
        "next" => by_key(rows, sort, |row| {
            facts.next_task(row.id).and_then(|it| it.due_on)
        }),
        "updated" => by_key(rows, sort, |row| Some(row.updated.at)),
        _ => rows.sort_by(|one, other| turned(by_name(one, other), sort)),
    }
}

fn by_text(rows: &mut [Arc<Row>], sort: Sort, index: usize) {
    let compare = |one: &Arc<Row>, other: &Arc<Row>| {
        let (a, b) = (one.value(index).as_text(), other.value(index).as_text());
        ends(a.is_none(), b.is_none())
            .then_with(|| turned(a.cmp(&b), sort))
            .then_with(|| by_name(one, other))
    };
    rows.sort_by(compare);
}

fn by_key<K: Ord>(rows: &mut [Arc<Row>], sort: Sort, key: impl Fn(&Row) -> Option<K>) {
    let mut keyed: Vec<(Option<K>, Arc<Row>)> =
        rows.iter().map(|it| (key(it), Arc::clone(it))).collect();
    keyed.sort_by(|one, other| {
        ends(one.0.is_none(), other.0.is_none())
            .then_with(|| turned(one.0.cmp(&other.0), sort))
            .then_with(|| by_name(&one.1, &other.1))
    });
    for (place, (_, row)) in rows.iter_mut().zip(keyed) {
        *place = row;
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
    use super::*;

    #[test]
    fn an_order_reads_back_from_the_address() {
        for text in ["name", "-name", "-contacted"] {
            assert_eq!(write(read(Some(text))).as_deref(), Some(text));
        }
        assert_eq!(read(Some("nonsense")), DEFAULT);
        assert_eq!(write(DEFAULT), None);
    }
}
