//! Erasing: all of it or nothing, and the places in the log stay.

use super::changes::{append, record};
use super::{Fresh, MEMBER, WORKSPACE, at, on_every_store};
use huike_server::projection;
use huike_server::store::changes::Appended;
use huike_server::store::erasures::{ErasedRecord, Erasure, blank_hash};

on_every_store!(
    erasing_leaves_places_without_words,
    an_erasure_behind_another_head_changes_nothing,
);

fn erasure(after: u64, numbers: &[u8]) -> Erasure {
    Erasure {
        workspace_id: WORKSPACE,
        after,
        records: numbers.iter().map(|it| record(*it)).collect(),
        earlier: Vec::new(),
        member_id: MEMBER,
        at: at(9),
    }
}

async fn erasing_leaves_places_without_words(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    store.append(&[append(0, &[1, 2, 3])]).await.unwrap();
    assert_eq!(
        store.erase(&erasure(3, &[1, 3])).await.unwrap(),
        Appended::Done
    );
    store.wipe().await.unwrap();

    let log = store.changes_after(WORKSPACE, 0, 10).await.unwrap();
    let places: Vec<u64> = log.iter().map(|it| it.position).collect();
    assert_eq!(places, [1, 2, 3, 4, 5]);
    for it in &log {
        let is_blank = it.body.is_empty() && it.seq == 0 && it.hash == blank_hash(it.position);
        assert_eq!(is_blank, it.record != record(2));
    }
    assert!(
        store
            .changes_of(WORKSPACE, record(1))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store.changes_of(WORKSPACE, record(2)).await.unwrap().len(),
        1
    );
    assert!(store.row(WORKSPACE, record(1)).await.unwrap().is_none());
    let documents = store
        .documents_after(WORKSPACE, 3, 10, usize::MAX)
        .await
        .unwrap();
    assert!(
        documents
            .documents
            .iter()
            .all(|it| projection::is_erased(&it.state))
    );
    assert_eq!(documents.documents.len(), 2);
    let erased = |number| ErasedRecord {
        record: record(number),
        member_id: MEMBER,
        at: at(9),
    };
    assert_eq!(
        store.erased(WORKSPACE).await.unwrap(),
        [erased(1), erased(3)]
    );
    assert_eq!(
        store.log_head(WORKSPACE).await.unwrap().unwrap().position,
        5
    );
}

async fn an_erasure_behind_another_head_changes_nothing(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    store.append(&[append(0, &[1, 2])]).await.unwrap();
    assert_eq!(
        store.erase(&erasure(1, &[1])).await.unwrap(),
        Appended::Moved
    );
    assert_eq!(
        store.changes_of(WORKSPACE, record(1)).await.unwrap().len(),
        1
    );
    assert!(store.erased(WORKSPACE).await.unwrap().is_empty());
}
