//! The security log: one chain, in the transactions of what it is about, and every break is found.

use super::changes::{append, record};
use super::{Fresh, MEMBER, Place, WORKSPACE, at, entry, on_every_store};
use futures::future::join_all;
use huike_server::journal::{Fault, verify};
use huike_server::store::Store;
use huike_server::store::erasures::Erasure;
use huike_server::store::journal::{Chain, Entry, Filter, Mark, NewEntry, What};
use huike_shared::id::RecordId;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

on_every_store!(
    entries_that_meet_stand_in_one_chain,
    each_change_removal_swap_and_insertion_is_found,
    a_record_is_erased_and_the_chain_stays_whole,
    what_is_old_is_dropped_and_signed_off,
    what_was_not_done_is_not_noted,
    questions_are_answered_newest_first,
);

impl Place {
    /// Changes the database behind the back of the program.
    async fn tamper(&self, sql: &str) {
        match self {
            Place::Sqlite(folder) => {
                let file = folder.path().join("huike.sqlite");
                let options = SqliteConnectOptions::new().filename(&file);
                let mut outside = options.connect().await.unwrap();
                let sql = AssertSqlSafe(sql.to_owned());
                sqlx::raw_sql(sql).execute(&mut outside).await.unwrap();
            }
            Place::Postgres(database) => {
                for statement in sql.split(';').filter(|it| !it.trim().is_empty()) {
                    database.execute(statement).await;
                }
            }
        }
    }
}

async fn all(store: &dyn Store) -> Vec<Entry> {
    store.journal_after(0, 1_000).await.unwrap()
}

async fn entries_that_meet_stand_in_one_chain(fresh: Fresh) {
    let Fresh { store, place } = fresh;
    let empty = Chain {
        start: Mark::GENESIS,
        head: Mark::GENESIS,
    };
    assert_eq!(store.journal_chain().await.unwrap(), empty);
    assert_eq!(verify(&*store, None).await.unwrap().unwrap().count, 0);
    let other = place.open().await;
    let store = &store;
    let notes = (0..40).map(|number| {
        let store = if number % 2 == 0 { store } else { &other };
        async move { store.note(entry(number)).await.unwrap() }
    });
    join_all(notes).await;
    let proved = verify(&**store, None).await.unwrap().unwrap();
    assert_eq!(proved.count, 40);
    assert_eq!(proved.head, all(&**store).await[39].mark());
    assert_eq!(other.journal_chain().await.unwrap().head, proved.head);
    let copied = all(&**store).await[7].mark();
    assert!(verify(&**store, Some(copied)).await.unwrap().is_ok());
    let forged = Mark {
        number: 8,
        hash: [8; 32],
    };
    let found = verify(&**store, Some(forged)).await.unwrap();
    assert_eq!(found, Err(Fault::OtherHead(8)));
}

async fn each_change_removal_swap_and_insertion_is_found(fresh: Fresh) {
    let Fresh { store, place } = fresh.opened().await;
    for number in 0..6 {
        let said = NewEntry::by(
            &store.member(MEMBER).await.unwrap().unwrap(),
            What::Refused,
            at(number),
        );
        store.note(said.with_detail("GET /x")).await.unwrap();
    }
    let count = all(&*store).await.len() as u64;
    assert_eq!(count, 7);
    // Each break, and the first entry that cannot be trusted. It is mended before the next.
    place.tamper("create table copy as select * from journal; create table chain as select * from journal_chain").await;
    let breaks = [
        ("update journal set at = at + 1 where number = 3", Fault::Broken(3)),
        ("update journal set what = 'signed-in' where number = 1", Fault::Broken(1)),
        ("update journal set detail = '' where number = 7", Fault::Broken(7)),
        ("update journal set member_id = null where number = 4", Fault::Broken(4)),
        ("update journal set workspace_id = member_id where number = 4", Fault::Broken(4)),
        ("update journal set about = member_id where number = 4", Fault::Broken(4)),
        ("update journal set record_id = member_id, kind = 1 where number = 4", Fault::Broken(4)),
        ("update journal set hash = member_id where number = 0", Fault::Missing(8)),
        ("delete from journal where number = 1", Fault::Missing(1)),
        ("delete from journal where number = 5", Fault::Missing(5)),
        ("delete from journal where number = 7", Fault::Missing(7)),
        ("delete from journal where number > 0", Fault::Missing(1)),
        ("update journal set number = 99 where number = 2; update journal set number = 2 where number = 6;
          update journal set number = 6 where number = 99", Fault::Broken(2)),
        ("update journal set number = number + 100 where number >= 4;
          update journal set number = number - 99 where number > 100;
          insert into journal select 4, at, workspace_id, what, member_id, about, kind, record_id, detail, hash
          from copy where number = 4", Fault::Broken(5)),
        ("update journal_chain set head_number = 5, head_hash = (select hash from journal where number = 5);
          delete from journal where number = 6", Fault::Missing(6)),
        ("update journal_chain set head_number = 5, head_hash = (select hash from journal where number = 5)",
         Fault::BehindHead(6)),
        ("update journal_chain set start_number = 3, start_hash = (select hash from journal where number = 3);
          delete from journal where number <= 3", Fault::StartNotSigned(3)),
    ];
    for (sql, expected) in breaks {
        place.tamper(sql).await;
        let found = verify(&*store, None).await.unwrap();
        match expected {
            // Nothing was touched by it: the chain is whole.
            Fault::Missing(8) => assert!(found.is_ok(), "{sql}"),
            expected => assert_eq!(found, Err(expected), "{sql}"),
        }
        place.tamper("delete from journal; insert into journal select * from copy; delete from journal_chain; insert into journal_chain select * from chain").await;
        assert!(
            verify(&*store, None).await.unwrap().is_ok(),
            "mended after {sql}"
        );
    }
}

async fn a_record_is_erased_and_the_chain_stays_whole(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    store.append(&[append(0, &[1, 2])]).await.unwrap();
    let erasure = Erasure {
        workspace_id: WORKSPACE,
        after: 2,
        records: vec![record(1), record(2)],
        earlier: Vec::new(),
        member_id: MEMBER,
        at: at(9),
    };
    store.erase(&erasure).await.unwrap();
    // Behind another head nothing is erased, and nothing noted.
    store.erase(&erasure).await.unwrap();
    let entries = all(&*store).await;
    let erased: Vec<_> = entries.iter().filter(|it| it.what == "erased").collect();
    let records: Vec<_> = erased.iter().map(|it| it.record).collect();
    assert_eq!(records, [Some(record(1)), Some(record(2))]);
    assert!(
        erased
            .iter()
            .all(|it| it.member_id == Some(MEMBER) && it.at == at(9))
    );
    assert!(verify(&*store, None).await.unwrap().is_ok());
}

async fn what_is_old_is_dropped_and_signed_off(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh;
    for number in 0..10 {
        store.note(entry(number)).await.unwrap();
    }
    let before = all(&*store).await;
    assert_eq!(store.trim_journal(at(0), at(20)).await.unwrap(), 0);
    assert_eq!(store.trim_journal(at(4), at(20)).await.unwrap(), 4);
    let after = all(&*store).await;
    assert_eq!(after[..6], before[4..]);
    assert_eq!(after[6].what, "trimmed");
    assert_eq!(after[6].detail, before[3].mark().to_string());
    assert!(verify(&*store, None).await.unwrap().is_ok());
    assert!(
        verify(&*store, Some(before[3].mark()))
            .await
            .unwrap()
            .is_ok()
    );
    let old = verify(&*store, Some(before[2].mark())).await.unwrap();
    assert_eq!(old, Err(Fault::HeadTooOld(3)));
    // Once more, everything but what says so.
    assert_eq!(store.trim_journal(at(100), at(101)).await.unwrap(), 7);
    let proved = verify(&*store, None).await.unwrap().unwrap();
    assert_eq!((proved.count, proved.head.number), (1, 12));
    store.note(entry(102)).await.unwrap();
    assert_eq!(verify(&*store, None).await.unwrap().unwrap().count, 2);
}

async fn what_was_not_done_is_not_noted(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let count = all(&*store).await.len();
    let nobody = RecordId([6; 16]);
    assert!(
        !store
            .revoke_invitation(WORKSPACE, nobody, entry(1))
            .await
            .unwrap()
    );
    assert!(!store.remove_token(MEMBER, nobody, entry(1)).await.unwrap());
    assert_eq!(all(&*store).await.len(), count);
}

async fn questions_are_answered_newest_first(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let member = store.member(MEMBER).await.unwrap().unwrap();
    let token = RecordId([7; 16]);
    let made = NewEntry::by(&member, What::TokenMade, at(10)).about(token);
    let mut seen = NewEntry::by(&member, What::Refused, at(20));
    seen.record = Some(record(1));
    let mut elsewhere = NewEntry::new(What::Refused, at(30));
    elsewhere.workspace_id = Some(RecordId([5; 16]));
    for one in [made, seen, elsewhere, entry(40)] {
        store.note(one).await.unwrap();
    }
    let numbers = async |filter: Filter, max: u32| {
        let entries = store.journal_of(WORKSPACE, &filter, max).await.unwrap();
        entries.iter().map(|it| it.number).collect::<Vec<_>>()
    };
    let any = Filter::default();
    assert_eq!(numbers(any.clone(), 9).await, [3, 2, 1]);
    assert_eq!(numbers(any.clone(), 2).await, [3, 2]);
    let before = Filter {
        before: Some(3),
        ..any.clone()
    };
    assert_eq!(numbers(before, 9).await, [2, 1]);
    let person = Filter {
        person: Some(token),
        ..any.clone()
    };
    assert_eq!(numbers(person, 9).await, [2]);
    let person = Filter {
        person: Some(MEMBER),
        ..any.clone()
    };
    assert_eq!(numbers(person, 9).await, [3, 2, 1]);
    let of_record = Filter {
        record: Some(record(1).id),
        ..any.clone()
    };
    assert_eq!(numbers(of_record, 9).await, [3]);
    let what = Filter {
        what: Some("token-made".into()),
        ..any.clone()
    };
    assert_eq!(numbers(what, 9).await, [2]);
    let times = Filter {
        from: Some(at(10)),
        until: Some(at(20)),
        ..any
    };
    assert_eq!(numbers(times, 9).await, [2]);
}
