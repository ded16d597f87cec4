//! Epochs that have ended: out of the log, and still there.

use super::changes::{append, record};
use super::{Fresh, LOG, MEMBER, WORKSPACE, on_every_store};
use huike_server::store::changes::{Append, Appended, LogHead};
use huike_server::store::histories::StoredHistory;

on_every_store!(an_epoch_that_ends_leaves_the_log_and_is_kept);

fn ended(number: u8, epoch: u32, first: u64, last: u64) -> StoredHistory {
    StoredHistory {
        record: record(number),
        epoch,
        first,
        last,
        changes: vec![number, 0, 255],
    }
}

async fn an_epoch_that_ends_leaves_the_log_and_is_kept(fresh: Fresh) {
    let Fresh { store, place } = fresh.opened().await;
    // One change of a record at a time, since the last one names its place.
    for (after, number) in (0..).zip([7, 8, 7, 8, 7]) {
        let done = store.append(&[append(after, &[number])]).await.unwrap();
        assert_eq!(done, Appended::Done);
    }
    let crowded = store.crowded(WORKSPACE, 2).await.unwrap();
    assert_eq!(crowded, [record(7)]);
    assert_eq!(store.crowded(WORKSPACE, 3).await.unwrap(), []);
    assert_eq!(store.crowded(MEMBER, 1).await.unwrap(), []);
    let renewal = Append {
        histories: vec![ended(7, 0, 1, 5)],
        ..append(5, &[7])
    };
    assert_eq!(store.append(&[renewal]).await.unwrap(), Appended::Done);
    let head = LogHead {
        log: LOG,
        position: 6,
        floor: 6,
    };
    let elsewhere = place.open().await;
    assert_eq!(elsewhere.log_head(WORKSPACE).await.unwrap(), Some(head));
    let positions = |changes: Vec<huike_server::store::changes::LoggedChange>| {
        changes.iter().map(|it| it.position).collect::<Vec<_>>()
    };
    let left = store.changes_after(WORKSPACE, 0, 100).await.unwrap();
    assert_eq!(positions(left), [2, 4, 6]);
    let left = store.changes_of(WORKSPACE, record(7)).await.unwrap();
    assert_eq!(positions(left), [6]);
    assert_eq!(store.crowded(WORKSPACE, 1).await.unwrap(), [record(8)]);

    // A second epoch ends, and the first of another record.
    let renewal = Append {
        histories: vec![ended(7, 1, 6, 6), ended(8, 0, 2, 4)],
        ..append(6, &[7, 8])
    };
    assert_eq!(store.append(&[renewal]).await.unwrap(), Appended::Done);
    let kept = store.history(WORKSPACE, record(7)).await.unwrap();
    assert_eq!(kept, [ended(7, 0, 1, 5), ended(7, 1, 6, 6)]);
    assert_eq!(store.history(MEMBER, record(7)).await.unwrap(), []);
    let between = |after, to, count| store.histories_between(WORKSPACE, after, to, count);
    let all = between(0, 8, 10).await.unwrap();
    assert_eq!(
        all,
        [ended(8, 0, 2, 4), ended(7, 0, 1, 5), ended(7, 1, 6, 6)]
    );
    assert_eq!(between(4, 5, 10).await.unwrap(), [ended(7, 0, 1, 5)]);
    assert_eq!(between(0, 1, 10).await.unwrap(), [ended(7, 0, 1, 5)]);
    assert_eq!(between(0, 8, 1).await.unwrap(), [ended(8, 0, 2, 4)]);
    assert_eq!(between(6, 8, 10).await.unwrap(), []);

    // A writer that was slower ends nothing.
    let late = Append {
        histories: vec![ended(8, 1, 8, 8)],
        ..append(7, &[8])
    };
    assert_eq!(store.append(&[late]).await.unwrap(), Appended::Moved);
    let kept = store.history(WORKSPACE, record(8)).await.unwrap();
    assert_eq!(kept, [ended(8, 0, 2, 4)]);
}
