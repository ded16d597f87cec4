//! What goes wrong in Postgres is told in the words of the store. SQLite's own troubles are tested
//! beside its code and in `sync::survive`.

use super::changes::append;
use super::{Fresh, Place, WORKSPACE, on_every_store};
use crate::postgres::{DATABASE_PASSWORD, Database};
use huike_server::store::postgres::{PostgresStore, SCHEMA_VERSION};
use huike_server::store::{Store, StoreError};
use std::sync::Arc;

on_every_store!(
    a_sound_database_has_no_damages,
    a_database_answers_until_it_is_closed
);

async fn a_sound_database_has_no_damages(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    store.append(&[append(0, &[1, 2])]).await.unwrap();
    assert_eq!(store.damages().await.unwrap(), Vec::<String>::new());
}

async fn a_database_answers_until_it_is_closed(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh;
    store.ping().await.unwrap();
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unreachable)));
}

/// A Postgres store in which every append fails with this SQLSTATE.
async fn failing(code: &str) -> (Arc<dyn Store>, Database) {
    let Fresh { store, place } = Fresh::postgres().await.opened().await;
    let Place::Postgres(database) = place else {
        unreachable!("it was asked for");
    };
    let body = format!("begin raise exception using errcode = '{code}'; end");
    database
        .execute(&format!(
            "create function fail() returns trigger language plpgsql as $$ {body} $$"
        ))
        .await;
    database
        .execute("create trigger fail before insert on change for each row execute function fail()")
        .await;
    (store, database)
}

async fn trouble(code: &str) -> String {
    let (store, database) = failing(code).await;
    let error = store.append(&[append(0, &[1])]).await.unwrap_err();
    // Nothing was written, reading goes on, and room again means writing again.
    assert_eq!(store.changes_after(WORKSPACE, 0, 9).await.unwrap(), []);
    assert_eq!(
        store.log_head(WORKSPACE).await.unwrap().unwrap().position,
        0
    );
    database.execute("drop trigger fail on change").await;
    store.append(&[append(0, &[1])]).await.unwrap();
    format!("{error:?}")
}

#[tokio::test]
async fn errors_of_postgres_have_names() {
    assert_eq!(trouble("53100").await, "Full");
    assert_eq!(trouble("25006").await, "ReadOnly");
    assert_eq!(trouble("55P03").await, "Busy");
    assert_eq!(trouble("40P01").await, "Busy");
    assert_eq!(trouble("XX001").await, "Damaged");
    assert_eq!(trouble("57P01").await, "Unreachable");
    assert!(trouble("22012").await.starts_with("Broken"));
}

#[tokio::test]
async fn a_read_only_postgres_is_named_so() {
    let Fresh { store, place } = Fresh::postgres().await.opened().await;
    let Place::Postgres(database) = place else {
        unreachable!("it was asked for");
    };
    let name = &database.name;
    database
        .execute(&format!(
            "alter database {name} set default_transaction_read_only = on"
        ))
        .await;
    database.cut_connections().await;
    let error = store.append(&[append(0, &[1])]).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
    store.log_head(WORKSPACE).await.unwrap();
}

#[tokio::test]
async fn a_newer_postgres_schema_is_left_alone() {
    let Fresh { store, place } = Fresh::postgres().await;
    store.close().await;
    let Place::Postgres(database) = place else {
        unreachable!("it was asked for");
    };
    let newer = SCHEMA_VERSION + 1;
    database
        .execute(&format!(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values ({newer}, 'newer', true, '', 0)"
        ))
        .await;
    let error = PostgresStore::open(&database.address).await.unwrap_err();
    let is_named = matches!(error, StoreError::Newer { found, known }
        if (found, known) == (newer, SCHEMA_VERSION));
    assert!(is_named, "{error:?}");
}

#[tokio::test]
async fn several_servers_may_begin_on_an_empty_database_at_once() {
    let database = Database::new().await;
    let open = || async {
        let store = PostgresStore::open(&database.address).await.unwrap();
        huike_server::store::Documents::make_views(&store)
            .await
            .unwrap();
    };
    tokio::join!(open(), open(), open());
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_not_repeated() {
    for address in [
        format!("postgres://huike:{DATABASE_PASSWORD}@localhost/x?host=/nowhere"),
        format!("postgres://huike:{DATABASE_PASSWORD}@127.0.0.1:1/x"),
        format!("postgres://huike:{DATABASE_PASSWORD}@127.0.0.1:99999/x"),
    ] {
        let error = PostgresStore::open(&address).await.unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains(DATABASE_PASSWORD), "{told}");
    }
}
