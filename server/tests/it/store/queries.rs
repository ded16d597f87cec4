//! Questions about rows: the same answers from every database.

use super::changes::{append, record};
use super::{Fresh, MEMBER, WORKSPACE, at, on_every_store};
use huike_server::store::Store;
use huike_server::store::queries::{Condition, Deleted, Key, RowsQuery, Spot, Test};
use huike_shared::customers::Customer;
use huike_shared::record::Record as _;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;

on_every_store!(
    conditions_find_what_they_say,
    an_order_goes_on_behind_a_place,
);

/// What the rows hold; the last one was deleted.
const FIELDS: [(u8, &str); 6] = [
    (1, r#"{"name":"云仓","employees":7,"level":"a"}"#),
    (2, r#"{"name":"Zebra","employees":-3,"level":"b"}"#),
    (3, r#"{"name":"apple","revenue":"CNY 12000","open":true}"#),
    (
        4,
        r#"{"name":"顺达 100%","revenue":"CNY 900","open":false}"#,
    ),
    (5, r#"{"name":"o'Neill"}"#),
    (13, r#"{"name":"gone"}"#),
];

async fn fill(fresh: Fresh) -> Fresh {
    let fresh = fresh.opened().await;
    let mut some = append(0, &FIELDS.map(|it| it.0));
    for (row, (number, fields)) in some.rows.iter_mut().zip(FIELDS) {
        row.fields = fields.to_owned();
        row.updated = Stamp {
            at: at(i64::from(number)),
            by: MEMBER,
        };
    }
    fresh.store.append(&[some]).await.unwrap();
    fresh
}

fn query(order: Key) -> RowsQuery {
    RowsQuery {
        workspace_id: WORKSPACE,
        kind: Customer::DEF.kind,
        deleted: Deleted::Without,
        conditions: Vec::new(),
        order,
        descending: false,
        after: None,
        count: 100,
    }
}

async fn numbers(store: &dyn Store, query: &RowsQuery) -> Vec<u8> {
    let rows = store.find_rows(query).await.unwrap();
    let found = rows.iter().map(|(row, _)| {
        let is_it = |it: &&(u8, &str)| record(it.0) == row.record;
        FIELDS.iter().find(is_it).unwrap().0
    });
    found.collect()
}

async fn conditions_find_what_they_say(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fill(fresh).await;
    let text = |it: &str| Scalar::text(it);
    let (name, staff) = (Key::Text("name"), Key::Number("employees"));
    let cases: [(Key, Test, &[u8]); 17] = [
        (
            name,
            Test::OneOf(vec![text("云仓"), text("apple")]),
            &[1, 3],
        ),
        (name, Test::Contains("100%".to_owned()), &[4]),
        (name, Test::Contains("o'N".to_owned()), &[5]),
        (name, Test::StartsWith("顺".to_owned()), &[4]),
        // By bytes: capitals come before small letters.
        (name, Test::Below(text("a")), &[2]),
        (staff, Test::Above(Scalar::Int(-3)), &[1]),
        (staff, Test::AtLeast(Scalar::Int(-3)), &[1, 2]),
        (staff, Test::AtMost(Scalar::Int(-3)), &[2]),
        (staff, Test::OneOf(vec![Scalar::Int(7)]), &[1]),
        (Key::Text("level"), Test::Empty, &[3, 4, 5]),
        (Key::Text("level"), Test::Filled, &[1, 2]),
        (Key::Text("level"), Test::Not(text("a")), &[2, 3, 4, 5]),
        (Key::Amount("revenue"), Test::Above(Scalar::Int(900)), &[3]),
        (Key::Amount("revenue"), Test::AtMost(Scalar::Int(900)), &[4]),
        (Key::Number("open"), Test::OneOf(vec![Scalar::Int(1)]), &[3]),
        (
            Key::Number("open"),
            Test::Not(Scalar::Int(1)),
            &[1, 2, 4, 5],
        ),
        (
            Key::Updated,
            Test::Above(Scalar::Int(at(3).millis())),
            &[4, 5],
        ),
    ];
    for (key, test, expected) in cases {
        let mut asked = query(Key::Id);
        let said = format!("{key:?} {test:?}");
        asked.conditions.push(Condition { key, test });
        assert_eq!(numbers(&*store, &asked).await, expected, "{said}");
    }
    let mut asked = query(Key::Id);
    asked.deleted = Deleted::Only;
    assert_eq!(numbers(&*store, &asked).await, [13]);
    asked.deleted = Deleted::With;
    assert_eq!(numbers(&*store, &asked).await.len(), FIELDS.len());
}

async fn an_order_goes_on_behind_a_place(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fill(fresh).await;
    let orders: [(Key, &[u8]); 5] = [
        (Key::Id, &[1, 2, 3, 4, 5]),
        (Key::Text("name"), &[2, 3, 5, 1, 4]),
        (Key::Text("level"), &[3, 4, 5, 1, 2]),
        (Key::Amount("revenue"), &[1, 2, 5, 4, 3]),
        (Key::Updated, &[1, 2, 3, 4, 5]),
    ];
    for (order, expected) in orders {
        for descending in [false, true] {
            let mut asked = query(order);
            (asked.descending, asked.count) = (descending, 2);
            let mut found = Vec::new();
            loop {
                let page = store.find_rows(&asked).await.unwrap();
                let Some((_, place)) = page.last() else { break };
                let place: Spot = place.clone();
                found.extend(numbers(&*store, &asked).await);
                asked.after = Some(place);
            }
            let mut expected = expected.to_vec();
            if descending {
                expected.reverse();
            }
            assert_eq!(found, expected, "{order:?} {descending}");
        }
    }
}
