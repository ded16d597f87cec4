//! The store of native tests: maps behind a shared handle, with faults on demand.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use huike_shared::sync::replica::{Table, Write};

use super::{Entry, Store, StoreError};

/// A store in memory. Clones share what they hold, like two connections to one database.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    term: u64,
    tables: BTreeMap<Table, BTreeMap<Vec<u8>, Vec<u8>>>,
    faults: VecDeque<StoreError>,
    commits: usize,
}

impl MemoryStore {
    /// Lets the next transaction fail, be it a commit or the taking of a term.
    pub fn fail_next(&self, fault: StoreError) {
        self.inner.borrow_mut().faults.push_back(fault);
    }

    /// How many transactions were committed.
    pub fn commits(&self) -> usize {
        self.inner.borrow().commits
    }
}

impl Store for MemoryStore {
    async fn take_term(&self, after: u64) -> Result<u64, StoreError> {
        let mut inner = self.inner.borrow_mut();
        if let Some(fault) = inner.faults.pop_front() {
            return Err(fault);
        }
        inner.term = inner.term.max(after) + 1;
        Ok(inner.term)
    }

    async fn load<const N: usize>(
        &self,
        tables: [Table; N],
    ) -> Result<[Vec<Entry>; N], StoreError> {
        let inner = self.inner.borrow();
        Ok(tables.map(|table| {
            let entries = inner.tables.get(&table).into_iter().flatten();
            entries
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        }))
    }

    async fn commit(&self, term: u64, writes: &[Write]) -> Result<(), StoreError> {
        let mut inner = self.inner.borrow_mut();
        if let Some(fault) = inner.faults.pop_front() {
            return Err(fault);
        }
        if inner.term > term {
            return Err(StoreError::NotLeading { term: inner.term });
        }
        for write in writes {
            match write {
                Write::Put { table, key, value } => {
                    let entries = inner.tables.entry(*table).or_default();
                    entries.insert(key.clone(), value.clone());
                }
                Write::Delete { table, key } => {
                    inner.tables.entry(*table).or_default().remove(key);
                }
                Write::DeleteBelow { table, key } => {
                    let entries = inner.tables.entry(*table).or_default();
                    *entries = entries.split_off(key);
                }
                Write::Clear { table } => {
                    inner.tables.remove(table);
                }
            }
        }
        inner.commits += 1;
        Ok(())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::store::contract;

    fn check<T: AsyncFnOnce(Box<dyn Fn() -> MemoryStore>)>(test: T) {
        let shared = MemoryStore::default();
        contract::block_on(test(Box::new(move || shared.clone())));
    }

    #[test]
    fn entries_come_back_in_the_order_of_their_keys() {
        check(async |open| contract::order(&open()).await);
    }

    #[test]
    fn writes_of_one_commit_happen_in_order() {
        check(async |open| contract::sequence(&open()).await);
    }

    #[test]
    fn tables_are_read_together() {
        check(async |open| contract::several_tables(&open()).await);
    }

    #[test]
    fn a_refused_commit_leaves_nothing() {
        check(async |open| contract::atomicity(&open(), &open()).await);
    }

    #[test]
    fn an_older_leader_writes_nothing_more() {
        check(async |open| contract::terms(&open(), &open()).await);
    }

    #[test]
    fn clearing_a_table_does_not_give_an_old_leader_its_place_back() {
        check(async |open| contract::terms_outlive_clear(&open(), &open()).await);
    }

    #[test]
    fn big_values_come_back_whole() {
        check(async |open| contract::big_values(&open()).await);
    }

    #[test]
    fn what_was_committed_is_there_after_reopening() {
        check(async |open| {
            contract::fill(&open()).await;
            contract::is_filled(&open()).await;
        });
    }
}
