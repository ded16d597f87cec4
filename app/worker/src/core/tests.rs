use std::cell::RefCell;
use std::rc::Rc;

use huike_shared::access::Role;
use huike_shared::customers::Customer;
use huike_shared::local::{Intent, IntentPart};
use huike_shared::packed;
use huike_shared::record::Record;
use huike_shared::sync::message::{MemberInfo, ServerMessage};

use super::*;
use crate::store::contract::block_on;
use crate::store::memory::MemoryStore;

mod asked;
mod notes;
mod restored;

const MEMBER: RecordId = RecordId([7; 16]);
const SCREEN: u64 = 1;

/// Numbers, so that a failing test can be run again.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 = self.0.wrapping_add(1);
        bytes.fill(self.0);
    }
}

/// Writes down what is done, and how many transactions were durable by then.
struct Paper {
    store: MemoryStore,
    entropy: Counting,
    done: Rc<RefCell<Vec<(usize, Effect)>>>,
    disconnects: usize,
}

impl Outside for Paper {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_000)
    }

    fn entropy(&mut self) -> &mut dyn Entropy {
        &mut self.entropy
    }

    fn perform(&mut self, effect: Effect) {
        self.done.borrow_mut().push((self.store.commits(), effect));
    }

    fn disconnect(&mut self) {
        self.disconnects += 1;
    }
}

/// A core whose first screen is open.
fn open(store: &MemoryStore, seed: u8) -> Core<MemoryStore, Paper> {
    let mut core = open_silently(store, seed);
    let request = Request::Open {
        first: vec![Customer::DEF.kind],
    };
    assert_eq!(block_on(core.handle(vec![asked(request)])), Ok(()));
    assert_eq!(block_on(core.load_states()), Ok(()));
    core
}

fn open_silently(store: &MemoryStore, seed: u8) -> Core<MemoryStore, Paper> {
    open_again(store, seed, false)
}

fn open_again(store: &MemoryStore, seed: u8, had_data: bool) -> Core<MemoryStore, Paper> {
    let outside = Paper {
        store: store.clone(),
        entropy: Counting(seed),
        done: Rc::default(),
        disconnects: 0,
    };
    block_on(Core::open(store.clone(), outside, MEMBER, had_data)).expect("it opens")
}

fn asked(request: Request) -> Event {
    Event::Request {
        screen: SCREEN,
        request,
    }
}

fn edit(intent: u8, name: &str) -> Event {
    let record = RecordRef {
        kind: Customer::DEF.kind,
        id: RecordId([intent; 16]),
    };
    let values = vec![("name".into(), Scalar::text(name))];
    let parts = vec![IntentPart { record, values }];
    asked(Request::Edit(Intent {
        id: RecordId([100 + intent; 16]),
        parts,
    }))
}

fn stored(intent: u8) -> Report {
    Report::Stored {
        intent: RecordId([100 + intent; 16]),
    }
}

fn failed(intent: u8, failure: Failure) -> Report {
    Report::Failed {
        intent: RecordId([100 + intent; 16]),
        failure,
    }
}

/// What screens heard, with the number of transactions that were durable by then.
fn reports(core: &Core<MemoryStore, Paper>) -> Vec<(usize, Report)> {
    let done = core.outside().done.borrow();
    let reports = done.iter().filter_map(|(commits, effect)| match effect {
        Effect::Report { report, .. } => Some((*commits, report.clone())),
        _ => None,
    });
    reports.collect()
}

fn answers(core: &Core<MemoryStore, Paper>) -> Vec<Report> {
    let reports = reports(core).into_iter().map(|it| it.1);
    reports
        .filter(|it| matches!(it, Report::Stored { .. } | Report::Failed { .. }))
        .collect()
}

/// The names that a screen learns when it opens.
fn names(store: &MemoryStore) -> Vec<String> {
    let core = open(store, 90);
    let mut names = Vec::new();
    for (_, report) in reports(&core) {
        let Report::Rows { batch } = report else {
            continue;
        };
        let rows = packed::unpack(&batch).expect("a batch");
        names.extend(rows.iter().map(|it| it.get(Customer::NAME).to_string()));
    }
    names
}

#[test]
fn what_a_screen_hears_is_on_the_disk() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    let before = store.commits();
    assert_eq!(block_on(core.handle(vec![edit(1, "云仓")])), Ok(()));
    let told = reports(&core).into_iter().find(|it| it.1 == stored(1));
    assert_eq!(told.map(|it| it.0), Some(before + 1));
    drop(core);
    assert_eq!(names(&store), ["云仓"]);
}

#[test]
fn rows_go_out_before_the_connection_is_made() {
    let store = MemoryStore::default();
    assert_eq!(
        block_on(open(&store, 1).handle(vec![edit(1, "云仓")])),
        Ok(())
    );
    let core = open(&store, 2);
    let done = core.outside().done.borrow();
    let place = |wanted: fn(&Effect) -> bool| done.iter().position(|it| wanted(&it.1));
    let rows = place(|it| {
        matches!(
            it,
            Effect::Report {
                report: Report::Rows { .. },
                ..
            }
        )
    });
    let connect = place(|it| matches!(it, Effect::Connect));
    assert!(rows.is_some() && rows < connect);
}

#[test]
fn a_burst_of_edits_is_one_transaction() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    let before = store.commits();
    let burst = (1..=50).map(|it| edit(it, "云仓")).collect();
    assert_eq!(block_on(core.handle(burst)), Ok(()));
    assert_eq!(store.commits(), before + 1);
    assert_eq!(answers(&core).len(), 50);
}

#[test]
fn a_full_disk_fails_the_edit_and_keeps_what_was_there() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    assert_eq!(block_on(core.handle(vec![edit(1, "云仓")])), Ok(()));
    store.fail_next(StoreError::Full);
    assert_eq!(block_on(core.handle(vec![edit(2, "不存")])), Ok(()));
    assert_eq!(answers(&core), [stored(1), failed(2, Failure::StorageFull)]);
    assert_eq!(core.outside().disconnects, 1);
    // Once there is room again, the same screen goes on.
    assert_eq!(block_on(core.handle(vec![edit(3, "顺达")])), Ok(()));
    assert_eq!(answers(&core).last(), Some(&stored(3)));
    drop(core);
    assert_eq!(names(&store), ["云仓", "顺达"]);
}

#[test]
fn an_edit_that_waited_for_the_states_is_answered_when_its_transaction_fails() {
    let store = MemoryStore::default();
    let mut core = open_silently(&store, 1);
    assert_eq!(block_on(core.handle(vec![edit(1, "云仓")])), Ok(()));
    assert_eq!(answers(&core), []);
    store.fail_next(StoreError::Other("broken".into()));
    assert_eq!(block_on(core.load_states()), Ok(()));
    assert_eq!(answers(&core), [failed(1, Failure::Storage)]);
}

#[test]
fn an_eviction_is_told_until_the_person_has_read_it() {
    let store = MemoryStore::default();
    let told = |core: &mut Core<MemoryStore, Paper>| {
        let request = Request::Open { first: vec![] };
        assert_eq!(block_on(core.handle(vec![asked(request)])), Ok(()));
        reports(core).iter().any(|(_, it)| match it {
            Report::Opened(opened) => opened.status.evicted,
            _ => false,
        })
    };
    assert!(told(&mut open_again(&store, 1, true)));
    // The store has the replica again, so only what was kept tells the next page.
    let mut second = open_again(&store, 2, true);
    assert!(told(&mut second));
    let read = asked(Request::SettleEviction);
    assert_eq!(block_on(second.handle(vec![read])), Ok(()));
    assert!(!told(&mut open_again(&store, 3, true)));
}

#[test]
fn a_full_device_can_still_be_read() {
    let store = MemoryStore::default();
    assert_eq!(
        block_on(open(&store, 1).handle(vec![edit(1, "云仓")])),
        Ok(())
    );
    store.fail_next(StoreError::Full);
    assert_eq!(names(&store), ["云仓"]);
}

#[test]
fn a_device_that_was_full_at_the_start_goes_on_once_there_is_room() {
    let store = MemoryStore::default();
    let mut old = open(&store, 1);
    assert_eq!(block_on(old.handle(vec![edit(1, "云仓")])), Ok(()));
    store.fail_next(StoreError::Full);
    let mut core = open(&store, 2);
    store.fail_next(StoreError::Full);
    assert_eq!(block_on(core.handle(vec![edit(2, "顺达")])), Ok(()));
    assert_eq!(answers(&core), [failed(2, Failure::StorageFull)]);
    // Another tab may have written meanwhile: the lead is taken, and what is there is read again.
    assert_eq!(block_on(old.handle(vec![edit(3, "旧人")])), Ok(()));
    assert_eq!(block_on(core.handle(vec![edit(2, "顺达")])), Ok(()));
    assert_eq!(block_on(core.handle(vec![edit(2, "顺达")])), Ok(()));
    assert_eq!(answers(&core).last(), Some(&stored(2)));
    assert_eq!(
        block_on(old.handle(vec![edit(4, "太晚")])),
        Err(Stop::Robbed)
    );
    drop((old, core));
    assert_eq!(names(&store), ["云仓", "顺达", "旧人"]);
}

#[test]
fn a_leader_that_was_deposed_writes_and_tells_nothing_more() {
    let store = MemoryStore::default();
    let mut old = open(&store, 1);
    let mut new = open(&store, 2);
    assert_eq!(block_on(new.handle(vec![edit(1, "云仓")])), Ok(()));
    assert_eq!(
        block_on(old.handle(vec![edit(2, "旧人")])),
        Err(Stop::Robbed)
    );
    assert_eq!(answers(&old), [failed(2, Failure::NotLeading)]);
    drop((old, new));
    assert_eq!(names(&store), ["云仓"]);
}

#[test]
fn an_intent_that_is_repeated_to_the_next_leader_is_made_once() {
    let store = MemoryStore::default();
    assert_eq!(
        block_on(open(&store, 1).handle(vec![edit(1, "云仓")])),
        Ok(())
    );
    let before = store.commits();
    let mut next = open(&store, 2);
    assert_eq!(block_on(next.handle(vec![edit(1, "云仓")])), Ok(()));
    assert_eq!(answers(&next), [stored(1)]);
    assert_eq!(store.commits(), before);
}

#[test]
fn what_the_server_said_and_the_device_could_not_keep_is_told() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    store.fail_next(StoreError::Full);
    let members = ServerMessage::Members {
        members: vec![MemberInfo {
            id: MEMBER,
            name: "王芳".into(),
            role: Role::Salesperson,
            active: true,
        }],
    };
    let events = vec![Event::Connected, Event::Received(members)];
    assert_eq!(block_on(core.handle(events)), Ok(()));
    let told = reports(&core);
    let unkept = Report::Unkept {
        failure: Failure::StorageFull,
    };
    assert!(told.iter().any(|it| it.1 == unkept));
    assert!(!told.iter().any(|it| matches!(it.1, Report::Members { .. })));
    assert_eq!(core.outside().disconnects, 1);
}
