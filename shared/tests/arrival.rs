//! Arriving: what a new device fetches, in parts and interrupted at any place.

#[allow(dead_code, reason = "the convergence test uses the rest")]
mod support;

use huike_shared::customers::Customer;
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::{Connection, Intent, IntentPart, Request};
use huike_shared::note::{Splice, note_ref};
use huike_shared::record::{Record, RecordRef};
use huike_shared::scalar::Scalar;
use support::{Company, deleted};

/// So many that a part has not all of them.
const CUSTOMERS: usize = 30;

fn edit(company: &mut Company, device: usize, record: RecordRef, key: &str, value: Scalar) {
    let id = company.entropy.record_id(company.now);
    let values = vec![(key.into(), value)];
    let parts = vec![IntentPart { record, values }];
    company.request(device, Request::Edit(Intent { id, parts }));
    company.turn(device, usize::MAX, false);
}

fn customer(company: &mut Company, device: usize, name: &str) -> RecordRef {
    let record = RecordRef {
        kind: Customer::DEF.kind,
        id: company.entropy.record_id(company.now),
    };
    edit(company, device, record, "name", Scalar::text(name));
    record
}

/// A company in which one device has made customers, and another one is new.
fn grown() -> (Company, Vec<RecordRef>) {
    let mut company = Company::new(1, 2);
    company.server.catch_up_max = 5;
    company.devices[1].reachable = false;
    let all: Vec<RecordRef> = (0..CUSTOMERS)
        .map(|it| customer(&mut company, 0, &format!("云仓{it}")))
        .collect();
    edit(&mut company, 0, all[3], "phone", Scalar::text("1"));
    edit(&mut company, 0, all[4], &deleted(), Scalar::Bool(true));
    settle_first(&mut company);
    assert!(!company.server.snapshot().parts.is_empty());
    (company, all)
}

/// Lets the first device hand over what it has.
fn settle_first(company: &mut Company) {
    for _ in 0..2_000 {
        company.network(0);
        company.turn(0, usize::MAX, false);
    }
    assert_eq!(company.devices[0].status.waiting, 0);
}

/// Runs the new device until it has so many rows.
fn run_until(company: &mut Company, rows: usize) {
    company.devices[1].reachable = true;
    for _ in 0..2_000 {
        if company.devices[1].screen.len() >= rows {
            return;
        }
        company.network(1);
        company.turn(1, 1, false);
    }
    panic!("the rows never came");
}

fn finish(mut company: Company) {
    company.settle();
    company.check_equal();
    let screen = &company.devices[1].screen;
    let customers = screen.keys().filter(|it| it.kind == Customer::DEF.kind);
    assert!(customers.count() >= CUSTOMERS);
}

#[test]
fn s_38_a_new_device_shows_the_first_part_before_the_others_are_there() {
    let (mut company, _) = grown();
    run_until(&mut company, 1);
    let device = &company.devices[1];
    assert!(device.screen.len() < CUSTOMERS);
    let Connection::CatchingUp { done, total } = device.status.connection else {
        panic!("not catching up: {:?}", device.status);
    };
    let part = device.screen.len() as u64;
    assert_eq!((done, total), (part, CUSTOMERS as u64));
    finish(company);
}

#[test]
fn s_38_what_was_interrupted_goes_on_with_the_parts_that_are_not_there() {
    let (mut company, _) = grown();
    run_until(&mut company, 10);
    company.crash(1);
    company.start(1);
    let there = company.devices[1].screen.len();
    assert!((10..CUSTOMERS).contains(&there));
    company.devices[1].reports.clear();
    run_until(&mut company, CUSTOMERS);
    // Every row was told once to this start: with the opening of the screen, or with its part.
    let told = company.devices[1].reports.iter().map(|it| match it {
        huike_shared::local::Report::Rows { batch } => {
            huike_shared::packed::unpack(batch).unwrap().len()
        }
        _ => 0,
    });
    assert_eq!(told.sum::<usize>(), CUSTOMERS - there);
    finish(company);
}

#[test]
fn s_38_the_cursor_stays_where_it_is_until_every_part_is_there() {
    let (mut company, all) = grown();
    run_until(&mut company, 10);
    // Later than the snapshot, of a record whose part has come or will come.
    for record in &all[..20] {
        edit(&mut company, 0, *record, "region", Scalar::text("杭州"));
    }
    settle_first(&mut company);
    company.crash(1);
    company.start(1);
    run_until(&mut company, CUSTOMERS);
    finish(company);
}

#[test]
fn s_39_who_finds_a_snapshot_gone_fetches_the_next_one_whole() {
    let (mut company, all) = grown();
    run_until(&mut company, 10);
    company.devices[1].disconnect();
    for record in all.iter().cycle().take(60) {
        let value = Scalar::text(company.pick(1_000).to_string());
        edit(&mut company, 0, *record, "region", value);
    }
    settle_first(&mut company);
    let position = company.server.snapshot().position;
    assert!(position > CUSTOMERS as u64 + 50);
    finish(company);
}

#[test]
fn s_39_what_was_erased_while_a_device_was_arriving_is_nowhere() {
    let (mut company, all) = grown();
    run_until(&mut company, 10);
    let here: Vec<RecordRef> = company.devices[1].screen.keys().copied().collect();
    let other = all.iter().find(|it| !here.contains(it)).copied();
    for record in [Some(here[0]), other].into_iter().flatten() {
        company.server.erase(record);
    }
    company.settle();
    company.check_equal();
    assert_eq!(company.devices[1].screen.len(), CUSTOMERS - 2);
}

#[test]
fn s_38_edits_and_notes_of_a_device_that_is_arriving_are_kept() {
    let (mut company, _) = grown();
    run_until(&mut company, 10);
    company.devices[1].reachable = false;
    company.devices[1].disconnect();
    company.turn(1, usize::MAX, false);
    let here: Vec<RecordRef> = company.devices[1].screen.keys().copied().collect();
    edit(&mut company, 1, here[0], "region", Scalar::text("上海"));
    let mine = customer(&mut company, 1, "北辰");
    let field = "notes";
    company.request(
        1,
        Request::OpenNote {
            owner: here[1],
            field: field.into(),
        },
    );
    company.turn(1, usize::MAX, false);
    let note = note_ref(here[1], field).id;
    let heads = company.devices[1].notes[&note].0.clone();
    let splice = Splice {
        at: 0,
        remove: 0,
        insert: "拜访".into(),
    };
    let intent: RecordId = company.entropy.record_id(company.now);
    let (owner, field) = (here[1], field.into());
    company.request(
        1,
        Request::Splice {
            intent,
            owner,
            field,
            heads,
            splice,
        },
    );
    company.turn(1, usize::MAX, false);
    company.devices[1].reachable = true;
    company.settle();
    company.check_equal();
    let region = Customer::DEF
        .fields
        .iter()
        .position(|it| it.name == "region");
    let shown = &company.devices[0].screen[&here[0]];
    assert_eq!(*shown.value(region.unwrap()), Scalar::text("上海"));
    assert!(company.devices[0].screen.contains_key(&mine));
    assert_eq!(
        company.devices[0]
            .screen
            .keys()
            .filter(|it| it.id == note)
            .count(),
        1
    );
}

#[test]
fn s_38_a_small_company_and_a_server_of_version_1_send_states() {
    let mut company = Company::new(1, 2);
    customer(&mut company, 0, "云仓");
    company.settle();
    assert!(company.server.snapshot().parts.is_empty());
    company.check_equal();

    let (mut company, _) = grown();
    company.devices[1].protocol = 1;
    company.devices[1].reachable = true;
    company.settle();
    company.check_equal();
}
