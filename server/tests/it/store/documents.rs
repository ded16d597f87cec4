//! Documents and rows.

use super::changes::{append, record};
use super::{Fresh, Place, WORKSPACE, on_every_store};
use huike_server::store::StoreError;
use huike_server::store::documents::{RecordRow, RowsAsked};
use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::record::Record as _;

on_every_store!(
    documents_come_by_their_last_change_in_pages,
    every_document_is_visited_with_its_last_change,
    no_character_breaks_the_views,
    rows_come_by_id_and_kinds_have_views,
);

async fn documents_come_by_their_last_change_in_pages(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
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

async fn every_document_is_visited_with_its_last_change(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    store.append(&[append(0, &[1, 2, 3])]).await.unwrap();
    store.append(&[append(3, &[2])]).await.unwrap();
    let mut visited = Vec::new();
    let (log, head) = store
        .visit_documents(WORKSPACE, &mut |it| {
            visited.push(it);
            Ok(())
        })
        .await
        .unwrap();
    let page = store.documents_after(WORKSPACE, 0, 9, 9_000).await.unwrap();
    assert_eq!((log, head), (page.log, 4));
    let documents = visited.iter().map(|it| &it.document);
    assert!(documents.eq(page.documents.iter().rev()));
    for it in &visited {
        let changes = store
            .changes_of(WORKSPACE, it.document.record)
            .await
            .unwrap();
        let last = changes.last().map(|it| it.body.clone());
        assert_eq!(it.last_change, last);
    }
    let nobody = RecordId([0xEE; 16]);
    let place = store
        .visit_documents(nobody, &mut |_| Ok(()))
        .await
        .unwrap();
    assert_eq!(place, (RecordId::default(), 0));
    // Whoever visits may stop it.
    let stopped = store
        .visit_documents(WORKSPACE, &mut |_| Err(StoreError::Busy))
        .await;
    assert!(matches!(stopped, Err(StoreError::Busy)));
}

async fn rows_come_by_id_and_kinds_have_views(fresh: Fresh) {
    let Fresh { store, place } = fresh.opened().await;
    store.make_views().await.unwrap();
    store.make_views().await.unwrap();
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

    let sql = "select name from customer where not is_deleted order by name";
    assert_eq!(place.texts(sql).await, ["11", "12"]);
}

async fn no_character_breaks_the_views(fresh: Fresh) {
    let Fresh { store, place } = fresh.opened().await;
    store.make_views().await.unwrap();
    let mut some = append(0, &[1, 2]);
    some.rows[0].fields = r#"{"name":"a \\u0000 \"云\" \\"}"#.to_owned();
    some.rows[1].fields = r#"{"name":"b","remark":"\u0000 \\\u0000"}"#.to_owned();
    store.append(&[some.clone()]).await.unwrap();
    // The row itself comes back as it is.
    let row = store.row(WORKSPACE, record(2)).await.unwrap().unwrap();
    assert_eq!(row, some.rows[1]);
    let sql = "select name from customer where coalesce(remark, '') <> 'x' order by name";
    assert_eq!(place.texts(sql).await, [r#"a \u0000 "云" \"#, "b"]);
}

impl Place {
    /// One column of texts, as somebody with a tool for SQL reads them.
    async fn texts(&self, sql: &'static str) -> Vec<String> {
        use sqlx::{ConnectOptions as _, Connection as _};
        match self {
            Place::Sqlite(folder) => {
                let file = folder.path().join("huike.sqlite");
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
                let mut connection = options.connect().await.unwrap();
                let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await;
                connection.close().await.unwrap();
                texts.unwrap()
            }
            Place::Postgres(database) => {
                let mut connection = database.connect().await;
                let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await;
                connection.close().await.unwrap();
                texts.unwrap()
            }
        }
    }
}
