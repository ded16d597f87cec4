//! The log and its authors.

use super::{Fresh, LOG, MEMBER, WORKSPACE, at, on_every_store};
use huike_server::clock::Clock;
use huike_server::store::changes::{ActorOwner, Append, Appended, LoggedChange};
use huike_server::store::documents::{RecordRow, StoredDocument};
use huike_server::sync::hub::Hub;
use huike_server::sync::writer::{RecordEdit, ServerReplica};
use huike_server::sync::{Author, Ingest};
use huike_shared::customers::Customer;
use huike_shared::document::{Actor, ChangeHash, Registers, decode};
use huike_shared::id::RecordId;
use huike_shared::record::{Record as _, RecordRef};
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{PushedChange, Verdict};

on_every_store!(
    a_log_begins_once_and_can_be_renamed,
    an_append_goes_in_behind_the_head_it_names_or_not_at_all,
    appends_at_the_same_moment_leave_no_gap,
    every_part_of_a_change_comes_back,
    s_13_an_actor_belongs_to_whom_it_came_with_for_ever,
    an_author_who_goes_from_server_to_server_is_never_refused,
    two_servers_on_one_database_keep_one_log_without_gaps,
    what_is_asked_for_each_change_does_not_slow_down_with_the_log,
);

pub fn record(number: u8) -> RecordRef {
    RecordRef {
        kind: Customer::DEF.kind,
        id: RecordId([number; 16]),
    }
}

/// One change of one record at each position.
pub fn append(after: u64, numbers: &[u8]) -> Append {
    let placed = || (after + 1..).zip(numbers);
    let stamp = Stamp {
        at: at(0),
        by: MEMBER,
    };
    Append {
        workspace_id: WORKSPACE,
        after,
        histories: Vec::new(),
        changes: placed()
            .map(|(position, number)| LoggedChange {
                position,
                record: record(*number),
                note_of: None,
                hash: ChangeHash([position as u8; 32]),
                actor: Actor([4; 16]),
                seq: position,
                member_id: MEMBER,
                at: at(0),
                body: vec![*number; 10],
            })
            .collect(),
        documents: placed()
            .map(|(position, number)| StoredDocument {
                record: record(*number),
                position,
                state: vec![*number; 100],
            })
            .collect(),
        rows: placed()
            .map(|(position, number)| RecordRow {
                record: record(*number),
                position,
                is_deleted: *number == 13,
                created: stamp,
                updated: stamp,
                fields: format!("{{\"name\":\"{number}\"}}"),
                problems: "[]".to_owned(),
            })
            .collect(),
    }
}

async fn an_append_goes_in_behind_the_head_it_names_or_not_at_all(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    assert_eq!(
        store.append(&[append(0, &[1, 2, 3])]).await.unwrap(),
        Appended::Done
    );
    // A writer that had not heard of it.
    assert_eq!(
        store.append(&[append(0, &[7])]).await.unwrap(),
        Appended::Moved
    );
    assert_eq!(
        store.append(&[append(5, &[7])]).await.unwrap(),
        Appended::Moved
    );
    // The second of two appends fails: the first is taken back with it.
    let both = [append(3, &[8]), append(3, &[9])];
    assert_eq!(store.append(&both).await.unwrap(), Appended::Moved);
    let head = store.log_head(WORKSPACE).await.unwrap().unwrap();
    assert_eq!((head.log, head.position), (LOG, 3));
    assert!(
        store
            .documents(WORKSPACE, &[record(7), record(8)])
            .await
            .unwrap()
            .is_empty()
    );
    // The same change twice for one record breaks the append, and nothing of it stays.
    let mut twice = append(3, &[1, 4]);
    twice.changes[0].hash = ChangeHash([1; 32]);
    assert!(store.append(&[twice]).await.is_err());
    assert_eq!(
        store.append(&[append(3, &[1, 4])]).await.unwrap(),
        Appended::Done
    );
    let log = store.changes_after(WORKSPACE, 1, 3).await.unwrap();
    let places: Vec<u64> = log.iter().map(|it| it.position).collect();
    assert_eq!(places, [2, 3, 4]);
    let of_one: Vec<u64> = store
        .changes_of(WORKSPACE, record(1))
        .await
        .unwrap()
        .iter()
        .map(|it| it.position)
        .collect();
    assert_eq!(of_one, [1, 4]);
    let known = store
        .change_of(WORKSPACE, record(2), ChangeHash([2; 32]))
        .await
        .unwrap();
    assert_eq!(known.map(|it| it.0), Some(2));
    assert_eq!(
        store
            .change_of(WORKSPACE, record(1), ChangeHash([2; 32]))
            .await
            .unwrap(),
        None
    );
}

async fn s_13_an_actor_belongs_to_whom_it_came_with_for_ever(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let mine = ActorOwner {
        workspace_id: WORKSPACE,
        member_id: MEMBER,
        device_id: RecordId([5; 16]),
    };
    let elsewhere = ActorOwner {
        device_id: RecordId([6; 16]),
        ..mine
    };
    let (one, two) = (Actor([1; 16]), Actor([2; 16]));
    assert_eq!(
        store.register_actors(mine, &[one], at(0)).await.unwrap(),
        [mine]
    );
    let owners = store
        .register_actors(elsewhere, &[one, two], at(0))
        .await
        .unwrap();
    assert_eq!(owners, [mine, elsewhere]);
    assert_eq!(store.actor_owner(one).await.unwrap(), Some(mine));
    assert_eq!(store.actor_owner(Actor([3; 16])).await.unwrap(), None);
}

async fn two_servers_on_one_database_keep_one_log_without_gaps(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let mut writers = Vec::new();
    for _ in 0..2 {
        let ingest = Ingest::start(store.clone(), Hub::default(), Clock::system());
        let replica = ServerReplica::start(&ingest, WORKSPACE, MEMBER);
        let replica = replica.await.unwrap();
        writers.push(tokio::spawn(async move {
            for round in 0..60 {
                // Both write the same records, each without knowing of the other.
                let edit = RecordEdit {
                    record: record(round % 3),
                    values: vec![("name".into(), Scalar::text(format!("{round}")))],
                };
                for answer in replica.write(&[edit]).await.unwrap() {
                    assert!(
                        matches!(answer.verdict, Verdict::Accepted { .. }),
                        "{answer:?}"
                    );
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let log = store.changes_after(WORKSPACE, 0, 1_000).await.unwrap();
    assert!(
        log.iter()
            .zip(1..)
            .all(|(change, place)| change.position == place)
    );
    assert_eq!(
        huike_server::consistency::faults(&*store).await.unwrap(),
        Vec::<String>::new()
    );
}

async fn an_author_who_goes_from_server_to_server_is_never_refused(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let start = || Ingest::start(store.clone(), Hub::default(), Clock::system());
    let servers = [start(), start()];
    let author = Author {
        member_id: MEMBER,
        device_id: RecordId([5; 16]),
    };
    let actor = Actor([4; 16]);
    servers[0]
        .register(WORKSPACE, author, &[actor])
        .await
        .unwrap();
    let mut registers = Registers::default();
    for round in 0..12_usize {
        let values = [("name".into(), Scalar::text(format!("{round}")))];
        let body = registers.author(&values, actor, at(0)).unwrap();
        let change = decode(&body).unwrap();
        registers.apply(&change, Stamp::default());
        let pushed = PushedChange {
            record: record(1),
            of: None,
            hash: change.hash,
            body,
        };
        // What this server remembers of the record is older than the change it builds on.
        let answers = servers[round % 2]
            .submit(WORKSPACE, author, vec![pushed])
            .await;
        let is_accepted = matches!(answers[0].verdict, Verdict::Accepted { position, .. }
            if position == round as u64 + 1);
        assert!(is_accepted, "{answers:?}");
    }
}

async fn what_is_asked_for_each_change_does_not_slow_down_with_the_log(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let mut after = 0;
    while after < 20_000 {
        let some = append(after, &[1; 250]);
        // Each of another record, but for a few.
        let mut some = Append {
            documents: Vec::new(),
            rows: Vec::new(),
            ..some
        };
        for change in &mut some.changes {
            change.record.id.0[..8].copy_from_slice(&change.position.to_be_bytes());
            change.hash.0[..8].copy_from_slice(&change.position.to_be_bytes());
            some.documents.push(StoredDocument {
                record: change.record,
                position: change.position,
                state: vec![0; 50],
            });
        }
        after += 250;
        store.append(&[some]).await.unwrap();
    }
    let wanted = store
        .changes_after(WORKSPACE, 9_000, 1)
        .await
        .unwrap()
        .remove(0)
        .record;
    let mut asked = std::time::Duration::MAX;
    let mut walked = std::time::Duration::MAX;
    // The quickest of several: other programs share the machine.
    for _ in 0..20 {
        let started = std::time::Instant::now();
        let found = store.documents(WORKSPACE, &[wanted]).await.unwrap();
        assert_eq!(found.len(), 1);
        let changes = store.changes_of(WORKSPACE, wanted).await.unwrap();
        assert_eq!(changes.len(), 1);
        asked = asked.min(started.elapsed());
        let started = std::time::Instant::now();
        let page = store.documents_after(WORKSPACE, 0, 1, 1).await.unwrap();
        assert_eq!(page.remaining, 19_999);
        walked = walked.min(started.elapsed());
    }
    // Even counting the documents is a walk through all of them.
    assert!(asked * 2 < walked, "{asked:?} {walked:?}");
}

async fn a_log_begins_once_and_can_be_renamed(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh;
    store.open_workspace(super::opening(0)).await.unwrap();
    assert_eq!(store.log_head(WORKSPACE).await.unwrap(), None);
    let first = store.open_log(WORKSPACE, LOG).await.unwrap();
    assert_eq!((first.log, first.position), (LOG, 0));
    // Who comes second gets the first one's.
    let second = store.open_log(WORKSPACE, RecordId([8; 16])).await.unwrap();
    assert_eq!(second, first);
    store.append(&[append(0, &[1])]).await.unwrap();
    store
        .rename_log(WORKSPACE, RecordId([8; 16]))
        .await
        .unwrap();
    let renamed = store.log_head(WORKSPACE).await.unwrap().unwrap();
    assert_eq!((renamed.log, renamed.position), (RecordId([8; 16]), 1));
}

async fn appends_at_the_same_moment_leave_no_gap(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let mut writers = Vec::new();
    for number in 1..=4 {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            for _ in 0..10 {
                loop {
                    let head = store.log_head(WORKSPACE).await.unwrap().unwrap();
                    let some = append(head.position, &[number, number + 10]);
                    if store.append(&[some]).await.unwrap() == Appended::Done {
                        break;
                    }
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let log = store.changes_after(WORKSPACE, 0, 1_000).await.unwrap();
    let places: Vec<u64> = log.iter().map(|it| it.position).collect();
    assert_eq!(places, (1..=80).collect::<Vec<u64>>());
}

async fn every_part_of_a_change_comes_back(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let mut some = append(0, &[1, 2]);
    some.changes[0].note_of = Some("note of 王伟".into());
    some.changes[0].body = (0..=255).collect();
    some.changes[1].at = at(-5);
    store.append(std::slice::from_ref(&some)).await.unwrap();
    let log = store.changes_after(WORKSPACE, 0, 10).await.unwrap();
    assert_eq!(log, some.changes);
    let stored = store.documents(WORKSPACE, &[record(2)]).await.unwrap();
    assert_eq!(stored, [some.documents[1].clone()]);
    let row = store.row(WORKSPACE, record(1)).await.unwrap();
    assert_eq!(row, Some(some.rows[0].clone()));
    assert_eq!(store.append(&[]).await.unwrap(), Appended::Done);
}
