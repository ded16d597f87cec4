//! How long a decision takes: `cargo xtask bench rights`. One JSON line for each figure.
//!
//! A company of 2,000 members in 400 departments, ten deep, and 100,000 records of which each belongs to two others; the
//! member who asks has the right of a team, which looks at most.

use std::hint::black_box;
use std::time::Instant;

use huike_shared::access::{Action, Role};
use huike_shared::id::RecordId;
use huike_shared::registry::RECORDS;
use huike_shared::rights::{Asker, Company, Department, Placed, Responsible, Scope, Standing};
use serde_json::json;

const MEMBERS: u32 = 2_000;
const DEPARTMENTS: u32 = 400;
const DEPTH: u32 = 10;
const RECORD_COUNT: u32 = 100_000;
const ROUNDS: usize = 21;
const CHECK_GOAL_NS: u128 = 1_000;

fn id(of: u8, number: u32) -> RecordId {
    let mut id = RecordId([of; 16]);
    id.0[..4].copy_from_slice(&number.to_be_bytes());
    id
}

fn main() {
    let departments: Vec<Department> = (0..DEPARTMENTS)
        .map(|it| Department {
            id: id(1, it),
            parent: (it % DEPTH != 0).then(|| id(1, it - 1)),
            name: format!("{it}"),
        })
        .collect();
    let members: Vec<Placed> = (0..MEMBERS)
        .map(|it| Placed {
            id: id(2, it),
            role: Role::Salesperson,
            department: Some(id(1, it % DEPARTMENTS)),
            is_active: true,
        })
        .collect();
    let mut company = Company::new(&members, &departments);
    let kind = RECORDS[0].kind;
    for action in Action::OF_RECORDS {
        let narrowed = company.narrow(Role::Salesperson, kind, action, Scope::Team);
        assert_eq!(narrowed, Ok(()));
    }
    // Steps that share no divisor with the counts, so that records are everybody's in no order.
    let someone = |it: u32| id(2, it.wrapping_mul(7_919) % MEMBERS);
    let records: Vec<(RecordId, [RecordId; 2])> = (0..RECORD_COUNT)
        .map(|it| (someone(it), [someone(it + 13), someone(it + 29)]))
        .collect();
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let me = id(2, u32::try_from(round).unwrap_or(0));
        let Some(asker) = Asker::of(&company, me) else {
            continue;
        };
        let began = Instant::now();
        let mut granted = 0_u32;
        for (owner, tied) in &records {
            let standing = Standing {
                responsible: Responsible::Owner(*owner),
                tied,
            };
            let reason = asker.decide(kind, Action::Edit, black_box(&standing));
            granted += u32::from(reason.allows());
        }
        times.push(began.elapsed().as_nanos());
        assert!(black_box(granted) < RECORD_COUNT);
    }
    times.sort_unstable();
    let middle = times[times.len() / 2];
    let check = middle / u128::from(RECORD_COUNT);
    let lines = [
        ("check_ns", check, Some(CHECK_GOAL_NS), "ns"),
        ("check_100_000_records_us", middle / 1_000, None, "us"),
    ];
    for (figure, value, goal, unit) in lines {
        let line = json!({
            "bench": "rights",
            "figure": figure,
            "value": u64::try_from(value).unwrap_or(u64::MAX),
            "goal": goal.map(|it| u64::try_from(it).unwrap_or(u64::MAX)),
            "met": goal.map(|it| value <= it),
            "unit": unit,
            "n": times.len(),
        });
        println!("{line}");
    }
}
