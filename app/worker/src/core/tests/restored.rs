//! A restored server asks for what the store has kept.

use huike_shared::sync::message::{Answer, ClientMessage, PushedChange, Verdict, Welcome};

use super::*;

fn welcome(log: u8, fetch: bool) -> Event {
    Event::Received(ServerMessage::Welcome(Welcome {
        protocol: 1,
        log: RecordId([log; 16]),
        head: 1,
        fetch,
        now: Timestamp::from_millis(1_000),
        member: MEMBER,
        members: Vec::new(),
    }))
}

fn pushed(core: &Core<MemoryStore, Paper>) -> Vec<PushedChange> {
    let done = core.outside().done.borrow();
    let pushes = done.iter().filter_map(|it| match &it.1 {
        Effect::Send(ClientMessage::Push { changes }) => Some(changes.clone()),
        _ => None,
    });
    pushes.flatten().collect()
}

#[test]
fn what_was_acknowledged_is_read_from_the_store_and_greeted_for_again() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    let events = vec![Event::Connected, welcome(1, false), edit(1, "云仓")];
    assert_eq!(block_on(core.handle(events)), Ok(()));
    let first = pushed(&core);
    let [change] = &first[..] else {
        panic!("one change is pushed, not {first:?}")
    };
    let answers = vec![Answer {
        record: change.record,
        hash: change.hash,
        verdict: Verdict::Accepted {
            position: 1,
            at: Timestamp::from_millis(2_000),
        },
    }];
    let events = vec![
        Event::Received(ServerMessage::Answers { answers }),
        Event::Disconnected,
        Event::Connected,
    ];
    assert_eq!(block_on(core.handle(events)), Ok(()));
    let [kept, outbox] = block_on(store.load([Table::Kept, Table::Outbox])).expect("it loads");
    assert_eq!((kept.len(), outbox.len()), (1, 0));

    assert_eq!(block_on(core.handle(vec![welcome(2, true)])), Ok(()));
    let [kept, outbox] = block_on(store.load([Table::Kept, Table::Outbox])).expect("it loads");
    assert_eq!((kept.len(), outbox.len()), (0, 1));
    let done = core.outside().done.borrow();
    let last = done.iter().rev().find(|it| matches!(it.1, Effect::Send(_)));
    assert!(matches!(
        last,
        Some((_, Effect::Send(ClientMessage::Hello(_))))
    ));
    // It is the core that has the store.
    assert!(!done.iter().any(|it| it.1 == Effect::ReadKept));
}
