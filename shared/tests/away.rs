//! A device that was away for half a year: thousands of edits wait on records that were renewed
//! meanwhile. All of them arrive, none is refused, and the device never holds more than waited.

#[allow(dead_code, reason = "the convergence test uses the rest")]
mod support;

use huike_shared::customers::Customer;
use huike_shared::document::decode;
use huike_shared::id::Entropy;
use huike_shared::local::{Connection, Intent, IntentPart, Request};
use huike_shared::record::{Record, RecordRef};
use huike_shared::scalar::Scalar;
use huike_shared::time::Timestamp;
use std::collections::BTreeSet;
use support::Company;

const RECORDS: usize = 250;
const EDITS: usize = 5_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// Rounds in which the device talks to the server; far more than it needs.
const ROUNDS: usize = 2_000;
/// Frames that come in one round.
const FRAMES: usize = 100;

/// One edit of each of these records, all at once: a test has not the time of a person.
fn edit(
    company: &mut Company,
    device: usize,
    records: &[RecordRef],
    key: &str,
    text: impl Fn(usize) -> String,
) {
    let id = company.entropy.record_id(company.now);
    let part = |(number, record): (usize, &RecordRef)| IntentPart {
        record: *record,
        values: vec![(key.into(), Scalar::text(text(number)))],
    };
    let parts = records.iter().enumerate().map(part).collect();
    company.request(device, Request::Edit(Intent { id, parts }));
}

#[test]
fn s_31_half_a_year_away_with_five_thousand_edits_loses_nothing() {
    let mut company = Company::new(3, 2);
    let records: Vec<RecordRef> = (0..RECORDS)
        .map(|_| RecordRef {
            kind: Customer::DEF.kind,
            id: company.entropy.record_id(company.now),
        })
        .collect();
    edit(&mut company, 1, &records, "name", |it| {
        format!("customer {it}.")
    });
    company.settle();
    company.devices[0].disconnect();
    company.devices[0].reachable = false;
    for round in 0..EDITS / RECORDS {
        let text = |it| format!("away {}.", round * RECORDS + it);
        edit(
            &mut company,
            0,
            &records,
            ["remark", "region"][round % 2],
            text,
        );
    }
    // Meanwhile: somebody else works with half of them, and each is renewed, some of them twice.
    for day in 0..180_usize {
        company.now = Timestamp::from_millis(company.now.millis() + DAY_MS);
        company.server.now = company.now;
        let some = &records[day..=day];
        edit(&mut company, 1, some, "remark", |_| format!("here {day}."));
        for _ in 0..6 {
            company.network(1);
            company.turn(1, usize::MAX, false);
        }
        assert!(company.server.renew(records[day]));
        assert!(company.server.renew(records[(day + 90) % RECORDS]));
    }
    company.devices[0].reachable = true;
    company.start(0);
    assert_eq!(company.devices[0].status.waiting as usize, EDITS);
    for _ in 0..ROUNDS {
        for _ in 0..FRAMES {
            company.network(0);
        }
        company.turn(0, usize::MAX, false);
        let status = &company.devices[0].status;
        assert!(
            status.waiting as usize <= EDITS,
            "it grows while it is sent"
        );
        assert_eq!(status.refused, 0);
        if status.waiting == 0 && status.connection == Connection::Online {
            break;
        }
    }
    company.settle();
    assert_eq!(company.devices[0].status.refused, 0);
    let mut arrived = BTreeSet::new();
    for entry in &company.server.log {
        for op in decode(&entry.body).unwrap().ops {
            arrived.extend(op.value.as_text().map(str::to_owned));
        }
    }
    for number in 0..EDITS {
        assert!(arrived.contains(&format!("away {number}.")), "{number}");
    }
    for day in 0..180 {
        assert!(arrived.contains(&format!("here {day}.")), "{day}");
    }
    // Where both wrote, both are seen.
    let rows = company.server.rows();
    let both = rows.values().filter(|it| !it.clashes.is_empty()).count();
    assert_eq!(both, 180);
    company.check_equal();
}
