//! What every store must do, run on each of them.

use huike_shared::sync::replica::{Table, Write};

use super::{Entry, Store, StoreError};

/// Runs a future that never waits for anything outside.
#[cfg(not(target_arch = "wasm32"))]
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

fn put(table: Table, key: &[u8], value: &[u8]) -> Write {
    Write::Put {
        table,
        key: key.to_vec(),
        value: value.to_vec(),
    }
}

fn entry(key: &[u8], value: &[u8]) -> Entry {
    (key.to_vec(), value.to_vec())
}

async fn all<S: Store>(store: &S, table: Table) -> Vec<Entry> {
    let [entries] = store.load([table]).await.expect("it loads");
    entries
}

/// Keys are compared byte by byte, as unsigned numbers; a shorter key comes before its extensions.
pub async fn order<S: Store>(store: &S) {
    let term = store.take_term(0).await.expect("a term");
    let keys: [&[u8]; 6] = [&[0xff], &[0, 1], &[], &[0x80], &[0], &[0x7f, 0xff]];
    let writes: Vec<Write> = keys.iter().map(|key| put(Table::Rows, key, b"v")).collect();
    assert_eq!(store.commit(term, &writes).await, Ok(()));
    let found: Vec<Vec<u8>> = all(store, Table::Rows)
        .await
        .into_iter()
        .map(|it| it.0)
        .collect();
    let mut sorted: Vec<Vec<u8>> = keys.iter().map(|it| it.to_vec()).collect();
    sorted.sort();
    assert_eq!(found, sorted);
}

/// A later write of one commit sees what an earlier one did.
pub async fn sequence<S: Store>(store: &S) {
    let term = store.take_term(0).await.expect("a term");
    let writes = [
        put(Table::Log, b"a", b"1"),
        put(Table::Log, b"b", b"1"),
        Write::Clear { table: Table::Log },
        put(Table::Log, b"c", b"1"),
        put(Table::Log, b"c", b"2"),
        put(Table::Log, b"d", b"1"),
        Write::Delete {
            table: Table::Log,
            key: b"d".to_vec(),
        },
        Write::Delete {
            table: Table::Log,
            key: b"never there".to_vec(),
        },
        put(Table::Kept, &[1, 0], b"1"),
        put(Table::Kept, &[1, 9], b"1"),
        put(Table::Kept, &[2, 0], b"1"),
        Write::DeleteBelow {
            table: Table::Kept,
            key: vec![1, 9],
        },
    ];
    assert_eq!(store.commit(term, &writes).await, Ok(()));
    assert_eq!(all(store, Table::Log).await, [entry(b"c", b"2")]);
    let stayed = [entry(&[1, 9], b"1"), entry(&[2, 0], b"1")];
    assert_eq!(all(store, Table::Kept).await, stayed);
}

/// Several tables are read at one moment and come back in the order they were asked for.
pub async fn several_tables<S: Store>(store: &S) {
    let term = store.take_term(0).await.expect("a term");
    let writes = [put(Table::Outbox, b"o", b"1"), put(Table::Meta, b"m", b"2")];
    assert_eq!(store.commit(term, &writes).await, Ok(()));
    let found = store.load([Table::Meta, Table::Tray, Table::Outbox]).await;
    assert_eq!(
        found,
        Ok([vec![entry(b"m", b"2")], vec![], vec![entry(b"o", b"1")]])
    );
}

/// A commit that is refused leaves nothing of itself in any table.
pub async fn atomicity<S: Store>(old: &S, new: &S) {
    let term = old.take_term(0).await.expect("a term");
    for table in Table::ALL {
        assert_eq!(old.commit(term, &[put(table, b"kept", b"1")]).await, Ok(()));
    }
    new.take_term(0).await.expect("a later term");
    let mut writes: Vec<Write> = Table::ALL
        .iter()
        .map(|it| put(*it, b"lost", b"2"))
        .collect();
    writes.push(put(Table::Rows, b"kept", b"2"));
    writes.push(Write::Clear {
        table: Table::Outbox,
    });
    assert!(old.commit(term, &writes).await.is_err());
    for table in Table::ALL {
        assert_eq!(all(new, table).await, [entry(b"kept", b"1")], "{table:?}");
    }
}

/// Terms grow, the last leader may write, all others may not.
pub async fn terms<S: Store>(old: &S, new: &S) {
    let first = old.take_term(0).await.expect("a term");
    assert_eq!(
        old.commit(first, &[put(Table::Meta, b"k", b"old")]).await,
        Ok(())
    );
    let second = new.take_term(0).await.expect("a later term");
    assert!(second > first);
    let third = new.take_term(second + 10).await.expect("a much later term");
    assert!(third > second + 10);
    let second = third;
    let refused = old.commit(first, &[put(Table::Meta, b"k", b"late")]).await;
    assert_eq!(refused, Err(StoreError::NotLeading { term: second }));
    assert_eq!(
        old.commit(first, &[]).await,
        Err(StoreError::NotLeading { term: second })
    );
    assert_eq!(all(old, Table::Meta).await, [entry(b"k", b"old")]);
    assert_eq!(
        new.commit(second, &[put(Table::Meta, b"k", b"new")]).await,
        Ok(())
    );
    assert_eq!(all(old, Table::Meta).await, [entry(b"k", b"new")]);
}

/// The term is not part of any table.
pub async fn terms_outlive_clear<S: Store>(old: &S, new: &S) {
    let first = old.take_term(0).await.expect("a term");
    let second = new.take_term(0).await.expect("a later term");
    let clear: Vec<Write> = Table::ALL
        .iter()
        .map(|it| Write::Clear { table: *it })
        .collect();
    assert_eq!(new.commit(second, &clear).await, Ok(()));
    for table in Table::ALL {
        assert_eq!(all(new, table).await, [], "{table:?}");
    }
    let refused = old.commit(first, &[put(Table::Meta, b"k", b"late")]).await;
    assert_eq!(refused, Err(StoreError::NotLeading { term: second }));
}

/// Larger than a chunk is ever meant to be.
pub async fn big_values<S: Store>(store: &S) {
    let term = store.take_term(0).await.expect("a term");
    let value: Vec<u8> = (0..3_000_000u32).map(|it| (it * 31 % 251) as u8).collect();
    assert_eq!(
        store
            .commit(term, &[put(Table::Rows, b"big", &value)])
            .await,
        Ok(())
    );
    let found = all(store, Table::Rows).await;
    assert!(found.len() == 1 && found[0].1 == value);
}

/// Writes what [`is_filled`] looks for.
pub async fn fill<S: Store>(store: &S) {
    let term = store.take_term(0).await.expect("a term");
    let writes: Vec<Write> = Table::ALL
        .iter()
        .map(|it| put(*it, b"key", b"value"))
        .collect();
    assert_eq!(store.commit(term, &writes).await, Ok(()));
}

/// What [`fill`] wrote is there, and terms go on from where they were.
pub async fn is_filled<S: Store>(store: &S) {
    for table in Table::ALL {
        assert_eq!(
            all(store, table).await,
            [entry(b"key", b"value")],
            "{table:?}"
        );
    }
    assert!(store.take_term(0).await.expect("a term") > 1);
}
