//! The store of the browser: IndexedDB, directly on web-sys.
//!
//! Every request of a transaction is issued in one synchronous burst and only its end is awaited:
//! a transaction does not survive a wait for anything else. What only this device has is written with
//! strict durability, which web-sys can only say behind an unstable flag, hence the import of our own.

use std::cell::Cell;
use std::rc::Rc;

use huike_shared::sync::replica::{Table, Write};
use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction,
    IdbTransactionMode, IdbVersionChangeEvent, WorkerGlobalScope,
};

use super::{Entry, Store, StoreError};

/// The layout of the database; only grows. Each step is written in [`upgrade`].
const SCHEMA: u32 = 2;
/// Holds the term of the leader, apart from the tables so that clearing them leaves it.
const LEADER: &str = "leader";
/// The tables of the first layout.
const FIRST_TABLES: [Table; 6] = [
    Table::Meta,
    Table::Rows,
    Table::States,
    Table::Log,
    Table::Outbox,
    Table::Tray,
];
const TERM: &str = "term";
/// On the disk when the transaction is complete.
const STRICT: &str = "strict";
/// With the operating system when the transaction is complete, so a lost tab or browser loses nothing. A
/// loss of power may take the last ones away, each whole and none before an earlier one.
const RELAXED: &str = "relaxed";

#[wasm_bindgen]
extern "C" {
    type DurableDb;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &DurableDb,
        names: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}

/// One connection to the database of one replica.
pub struct IndexedDb {
    db: IdbDatabase,
    _on_version_change: Closure<dyn FnMut()>,
    _on_close: Closure<dyn FnMut()>,
}

/// Why a connection is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A newer build, or a sign-out that wipes the device, wants the database: it was let go.
    Yielded,
    /// The browser closed it: the site's storage was cleared.
    Cleared,
}

impl IndexedDb {
    /// Opens the database, and makes or upgrades it first if needed. Calls back if the connection
    /// is lost later.
    pub async fn open(
        name: &str,
        on_end: impl Fn(Ending) + 'static,
    ) -> Result<IndexedDb, StoreError> {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let factory = scope.indexed_db().map_err(told)?.ok_or_else(no_database)?;
        let request = factory.open_with_u32(name, SCHEMA).map_err(told)?;
        let upgrading = request.clone();
        let on_upgrade = Closure::<dyn FnMut(IdbVersionChangeEvent)>::new(move |event| {
            // A failing upgrade aborts the transaction, and with it the request that is awaited.
            let _ = upgrade(&upgrading, &event);
        });
        request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
        let db: IdbDatabase = answer(&request).await?.unchecked_into();

        let on_end = Rc::new(on_end);
        let (closing, yielded) = (db.clone(), on_end.clone());
        let on_version_change = Closure::<dyn FnMut()>::new(move || {
            // At once: whoever asks waits for it.
            closing.close();
            yielded(Ending::Yielded);
        });
        db.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        let on_close = Closure::<dyn FnMut()>::new(move || on_end(Ending::Cleared));
        db.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(IndexedDb {
            db,
            _on_version_change: on_version_change,
            _on_close: on_close,
        })
    }

    /// A transaction over everything.
    fn write(&self, durability: &str) -> Result<IdbTransaction, StoreError> {
        let names: Array = Table::ALL
            .iter()
            .map(|it| JsValue::from_str(it.name()))
            .collect();
        names.push(&JsValue::from_str(LEADER));
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &durability.into()).map_err(told)?;
        let db: &DurableDb = self.db.unchecked_ref();
        db.transaction(&names, "readwrite", &options).map_err(told)
    }
}

impl Drop for IndexedDb {
    fn drop(&mut self) {
        self.db.set_onversionchange(None);
        self.db.set_onclose(None);
        self.db.close();
    }
}

impl Store for IndexedDb {
    async fn take_term(&self, after: u64) -> Result<u64, StoreError> {
        let transaction = self.write(STRICT)?;
        let store = transaction.object_store(LEADER).map_err(told)?;
        let taken = Rc::new(Cell::new(0));
        let get = store.get(&TERM.into()).map_err(told)?;
        let (request, number) = (get.clone(), taken.clone());
        let on_success = Closure::once(move || {
            number.set(stored_term(&request).max(after) + 1);
            // Terms count tabs: far below what a double holds exactly. A failed put aborts.
            let _ = store.put_with_key(&JsValue::from_f64(number.get() as f64), &TERM.into());
        });
        get.set_onsuccess(Some(on_success.as_ref().unchecked_ref()));
        end(&transaction).await?;
        Ok(taken.get())
    }

    async fn load<const N: usize>(
        &self,
        tables: [Table; N],
    ) -> Result<[Vec<Entry>; N], StoreError> {
        let names: Array = tables
            .iter()
            .map(|it| JsValue::from_str(it.name()))
            .collect();
        let mode = IdbTransactionMode::Readonly;
        let transaction = self
            .db
            .transaction_with_str_sequence_and_mode(&names, mode)
            .map_err(told)?;
        let mut requests = Vec::with_capacity(N);
        for table in tables {
            let store = transaction.object_store(table.name()).map_err(told)?;
            requests.push((
                store.get_all_keys().map_err(told)?,
                store.get_all().map_err(told)?,
            ));
        }
        end(&transaction).await?;
        let mut found = [const { Vec::new() }; N];
        for (entries, (keys, values)) in found.iter_mut().zip(requests) {
            let keys: Array = keys.result().map_err(told)?.unchecked_into();
            let values: Array = values.result().map_err(told)?.unchecked_into();
            entries.extend(keys.iter().zip(values.iter()).map(|(key, value)| {
                let key = Uint8Array::new(key.unchecked_ref::<ArrayBuffer>());
                (key.to_vec(), value.unchecked_ref::<Uint8Array>().to_vec())
            }));
        }
        Ok(found)
    }

    async fn commit(&self, term: u64, writes: &[Write]) -> Result<(), StoreError> {
        let is_own = writes.iter().any(Write::is_own);
        let transaction = self.write(if is_own { STRICT } else { RELAXED })?;
        let leader = transaction.object_store(LEADER).map_err(told)?;
        let get = leader.get(&TERM.into()).map_err(told)?;
        let later = Rc::new(Cell::new(None));
        let (request, aborting, found) = (get.clone(), transaction.clone(), later.clone());
        // Requests are carried out in order, so a later leader's term is seen, and everything
        // below rolled back, before any of it could become durable.
        let on_success = Closure::once(move || {
            let stored = stored_term(&request);
            if stored > term {
                found.set(Some(stored));
                let _ = aborting.abort();
            }
        });
        get.set_onsuccess(Some(on_success.as_ref().unchecked_ref()));
        if let Err(error) = issue(&transaction, writes) {
            let _ = transaction.abort();
            return Err(error);
        }
        let ended = end(&transaction).await;
        match later.get() {
            Some(term) => Err(StoreError::NotLeading { term }),
            None => ended,
        }
    }
}

/// Issues every request of a commit.
fn issue(transaction: &IdbTransaction, writes: &[Write]) -> Result<(), StoreError> {
    let mut stores: [Option<IdbObjectStore>; Table::ALL.len()] = Default::default();
    for write in writes {
        let table = match write {
            Write::Put { table, .. }
            | Write::Delete { table, .. }
            | Write::DeleteBelow { table, .. }
            | Write::Clear { table } => *table,
        };
        let slot = &mut stores[table as usize];
        let store = match slot {
            Some(store) => store,
            None => slot.insert(transaction.object_store(table.name()).map_err(told)?),
        };
        match write {
            Write::Put { key, value, .. } => {
                let (key, value) = (Uint8Array::from(&key[..]), Uint8Array::from(&value[..]));
                store.put_with_key(&value, &key).map_err(told)?;
            }
            Write::Delete { key, .. } => {
                store.delete(&Uint8Array::from(&key[..])).map_err(told)?;
            }
            Write::DeleteBelow { key, .. } => {
                let below = IdbKeyRange::upper_bound_with_open(&Uint8Array::from(&key[..]), true)
                    .map_err(told)?;
                store.delete(&below).map_err(told)?;
            }
            Write::Clear { .. } => {
                store.clear().map_err(told)?;
            }
        }
    }
    Ok(())
}

fn upgrade(request: &IdbRequest, event: &IdbVersionChangeEvent) -> Result<(), JsValue> {
    let db: IdbDatabase = request.result()?.unchecked_into();
    if event.old_version() < 1.0 {
        for table in FIRST_TABLES {
            db.create_object_store(table.name())?;
        }
        db.create_object_store(LEADER)?;
    }
    if event.old_version() < 2.0 {
        db.create_object_store(Table::Kept.name())?;
    }
    Ok(())
}

fn stored_term(request: &IdbRequest) -> u64 {
    request
        .result()
        .ok()
        .and_then(|it| it.as_f64())
        .map_or(0, |it| it as u64)
}

/// The result of a single request.
async fn answer(request: &IdbRequest) -> Result<JsValue, StoreError> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(promise).await {
        Ok(_) => request.result().map_err(told),
        Err(event) => Err(request
            .error()
            .ok()
            .flatten()
            .map_or_else(|| told(event), said)),
    }
}

/// Waits until a transaction is durable, or rolled back.
async fn end(transaction: &IdbTransaction) -> Result<(), StoreError> {
    let promise = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    match JsFuture::from(promise).await {
        Ok(_) => Ok(()),
        // No error: somebody called abort, or the connection was closed under it.
        Err(_) => Err(transaction.error().map_or(StoreError::Closed, said)),
    }
}

/// Reads an exception.
fn told(thrown: JsValue) -> StoreError {
    match thrown.dyn_into::<DomException>() {
        Ok(error) => said(error),
        Err(other) => StoreError::Other(format!("{other:?}")),
    }
}

fn said(error: DomException) -> StoreError {
    match error.name().as_str() {
        "QuotaExceededError" => StoreError::Full,
        "VersionError" => StoreError::Newer,
        // What a closed connection answers to every call.
        "InvalidStateError" | "AbortError" => StoreError::Closed,
        name => StoreError::Other(format!("{name}: {}", error.message())),
    }
}

fn no_database() -> StoreError {
    StoreError::Other("this browser has no IndexedDB".into())
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;
    use crate::store::contract;

    wasm_bindgen_test_configure!(run_in_dedicated_worker);

    thread_local! {
        static COUNT: Cell<u32> = const { Cell::new(0) };
    }

    /// Two connections to a fresh database.
    async fn pair() -> (IndexedDb, IndexedDb) {
        let number = COUNT.replace(COUNT.get() + 1);
        let name = format!("huike-test-{number}-{}", js_sys::Math::random());
        let first = IndexedDb::open(&name, |_| ()).await.expect("it opens");
        (
            first,
            IndexedDb::open(&name, |_| ())
                .await
                .expect("it opens twice"),
        )
    }

    #[wasm_bindgen_test]
    async fn entries_come_back_in_the_order_of_their_keys() {
        contract::order(&pair().await.0).await;
    }

    #[wasm_bindgen_test]
    async fn writes_of_one_commit_happen_in_order() {
        contract::sequence(&pair().await.0).await;
    }

    #[wasm_bindgen_test]
    async fn tables_are_read_together() {
        contract::several_tables(&pair().await.0).await;
    }

    #[wasm_bindgen_test]
    async fn a_refused_commit_leaves_nothing() {
        let (old, new) = pair().await;
        contract::atomicity(&old, &new).await;
    }

    #[wasm_bindgen_test]
    async fn an_older_leader_writes_nothing_more() {
        let (old, new) = pair().await;
        contract::terms(&old, &new).await;
    }

    #[wasm_bindgen_test]
    async fn clearing_a_table_does_not_give_an_old_leader_its_place_back() {
        let (old, new) = pair().await;
        contract::terms_outlive_clear(&old, &new).await;
    }

    #[wasm_bindgen_test]
    async fn big_values_come_back_whole() {
        contract::big_values(&pair().await.0).await;
    }

    #[wasm_bindgen_test]
    async fn what_was_committed_is_there_after_reopening() {
        let (first, second) = pair().await;
        let name = second.db.name();
        contract::fill(&first).await;
        drop((first, second));
        contract::is_filled(
            &IndexedDb::open(&name, |_| ())
                .await
                .expect("it opens again"),
        )
        .await;
    }

    #[wasm_bindgen_test]
    async fn a_database_of_a_newer_build_is_left_alone() {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let factory = scope.indexed_db().expect("no error").expect("a factory");
        let name = format!("huike-test-newer-{}", js_sys::Math::random());
        let newer = factory.open_with_u32(&name, SCHEMA + 1).expect("it opens");
        let newer: IdbDatabase = answer(&newer).await.expect("it opens").unchecked_into();
        newer.close();
        assert_eq!(
            IndexedDb::open(&name, |_| ()).await.err(),
            Some(StoreError::Newer)
        );
    }

    #[wasm_bindgen_test]
    async fn a_connection_gives_way_to_an_upgrade_and_says_so() {
        let name = format!("huike-test-yields-{}", js_sys::Math::random());
        let ended = Rc::new(Cell::new(None));
        let heard = ended.clone();
        let older = IndexedDb::open(&name, move |it| heard.set(Some(it))).await;
        let older = older.expect("it opens");
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let factory = scope.indexed_db().expect("no error").expect("a factory");
        let newer = factory
            .open_with_u32(&name, SCHEMA + 1)
            .expect("it is asked");
        answer(&newer).await.expect("the older connection let go");
        assert_eq!(ended.get(), Some(Ending::Yielded));
        assert_eq!(older.commit(1, &[]).await, Err(StoreError::Closed));
    }
}
