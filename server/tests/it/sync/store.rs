//! What every database must do for sync. A second one runs the same functions.

use super::device::now;
use huike_server::clock::Clock;
use huike_server::store::changes::{ActorOwner, Append, Appended, LoggedChange};
use huike_server::store::documents::{RecordRow, RowsAsked, StoredDocument};
use huike_server::store::people::{Opened, Opening, User, Workspace};
use huike_server::store::sqlite::SqliteStore;
use huike_server::store::{Documents as _, Store};
use huike_server::sync::Ingest;
use huike_server::sync::hub::Hub;
use huike_server::sync::writer::{RecordEdit, ServerReplica};
use huike_shared::access::Role;
use huike_shared::customers::Customer;
use huike_shared::document::{Actor, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::record::{Record as _, RecordRef};
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::Verdict;
use std::sync::Arc;
use tempfile::TempDir;

const WORKSPACE: RecordId = RecordId([1; 16]);
const MEMBER: RecordId = RecordId([2; 16]);

async fn sqlite() -> (TempDir, Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("huike.sqlite"))
        .await
        .unwrap();
    store.make_views().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let opened = store.open_workspace(Opening {
        workspace: Workspace {
            id: WORKSPACE,
            name: "云仓".to_owned(),
        },
        user: User {
            id: RecordId([3; 16]),
            login: "a@b".to_owned(),
            password_hash: "-".to_owned(),
        },
        member_id: MEMBER,
        member_name: "王伟".to_owned(),
        must_be_first: true,
        now: now(),
    });
    assert_eq!(opened.await.unwrap(), Opened::Done);
    store.open_log(WORKSPACE, RecordId([9; 16])).await.unwrap();
    (folder, store)
}

fn record(number: u8) -> RecordRef {
    RecordRef {
        kind: Customer::DEF.kind,
        id: RecordId([number; 16]),
    }
}

/// One change of one record at each position.
fn append(after: u64, numbers: &[u8]) -> Append {
    let placed = || (after + 1..).zip(numbers);
    let stamp = Stamp {
        at: now(),
        by: MEMBER,
    };
    Append {
        workspace_id: WORKSPACE,
        after,
        changes: placed()
            .map(|(position, number)| LoggedChange {
                position,
                record: record(*number),
                note_of: None,
                hash: ChangeHash([position as u8; 32]),
                actor: Actor([4; 16]),
                seq: position,
                member_id: MEMBER,
                at: now(),
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

#[tokio::test]
async fn an_append_goes_in_behind_the_head_it_names_or_not_at_all() {
    let (_folder, store) = sqlite().await;
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
    assert_eq!((head.log, head.position), (RecordId([9; 16]), 3));
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

#[tokio::test]
async fn s_13_an_actor_belongs_to_whom_it_came_with_for_ever() {
    let (_folder, store) = sqlite().await;
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
        store.register_actors(mine, &[one], now()).await.unwrap(),
        [mine]
    );
    let owners = store
        .register_actors(elsewhere, &[one, two], now())
        .await
        .unwrap();
    assert_eq!(owners, [mine, elsewhere]);
    assert_eq!(store.actor_owner(one).await.unwrap(), Some(mine));
    assert_eq!(store.actor_owner(Actor([3; 16])).await.unwrap(), None);
}

#[tokio::test]
async fn documents_come_by_their_last_change_in_pages() {
    let (_folder, store) = sqlite().await;
    store.append(&[append(0, &[1, 2, 3, 4, 5])]).await.unwrap();
    store.append(&[append(5, &[2])]).await.unwrap();
    let page = store.documents_after(WORKSPACE, 0, 3, 1_000).await.unwrap();
    let places: Vec<u64> = page.documents.iter().map(|it| it.position).collect();
    assert_eq!((places, page.remaining, page.head), (vec![1, 3, 4], 2, 6));
    // By bytes: a page has at least one, and stops once it holds enough.
    let page = store.documents_after(WORKSPACE, 0, 100, 150).await.unwrap();
    assert_eq!((page.documents.len(), page.remaining), (2, 3));
    let page = store.documents_after(WORKSPACE, 0, 100, 1).await.unwrap();
    assert_eq!(page.documents.len(), 1);
    let page = store
        .documents_after(WORKSPACE, 6, 100, 1_000)
        .await
        .unwrap();
    assert_eq!((page.documents.len(), page.remaining, page.head), (0, 0, 6));
}

#[tokio::test]
async fn rows_come_by_id_and_kinds_have_views() {
    let (folder, store) = sqlite().await;
    store.append(&[append(0, &[12, 11, 13])]).await.unwrap();
    let asked = RowsAsked {
        workspace_id: WORKSPACE,
        kind: Customer::DEF.kind,
        after: None,
        with_deleted: false,
        count: 10,
    };
    let ids = |rows: Vec<RecordRow>| rows.iter().map(|it| it.record).collect::<Vec<_>>();
    assert_eq!(
        ids(store.rows(asked).await.unwrap()),
        [record(11), record(12)]
    );
    let all = RowsAsked {
        with_deleted: true,
        after: Some(record(11).id),
        ..asked
    };
    assert_eq!(
        ids(store.rows(all).await.unwrap()),
        [record(12), record(13)]
    );
    assert_eq!(
        store
            .row(WORKSPACE, record(12))
            .await
            .unwrap()
            .unwrap()
            .position,
        1
    );

    use sqlx::{ConnectOptions as _, Connection as _};
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("huike.sqlite"));
    let mut connection = options.connect().await.unwrap();
    let names: Vec<String> =
        sqlx::query_scalar("select name from customer where not is_deleted order by name")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert_eq!(names, ["11", "12"]);
    connection.close().await.unwrap();
}

#[tokio::test]
async fn two_servers_on_one_database_keep_one_log_without_gaps() {
    let (_folder, store) = sqlite().await;
    let mut writers = Vec::new();
    for _ in 0..2 {
        let ingest = Ingest::start(store.clone(), Hub::default(), Clock::system());
        let replica = ServerReplica::start(&ingest, WORKSPACE, MEMBER, Role::Salesperson);
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

#[tokio::test]
async fn what_is_asked_for_each_change_does_not_slow_down_with_the_log() {
    let (_folder, store) = sqlite().await;
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
