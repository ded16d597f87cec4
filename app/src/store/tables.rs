//! Every row the screen has, and who wants to hear of which.
//!
//! Invariant: what is shown of a record is its row from the data core with the edits under way laid
//! over it. The index of links follows what is shown, so a list of a customer's deals costs as much
//! as it is long.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use huike_shared::id::RecordId;
use huike_shared::record::{FieldKind, Kind, KindDef, RecordRef};
use huike_shared::registry;
use huike_shared::row::Row;
use leptos::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Rows in a list, in no particular order.
pub type Rows = Arc<Vec<Arc<Row>>>;

/// Names a list of linked rows: their kind, the index of the link field, and what it points at.
pub type LinkKey = (Kind, usize, RecordId);

/// Everything of one kind. Ids are random already, so hashing them well would be lost time: an edit
/// asks for all ten thousand several times.
struct Table {
    def: &'static KindDef,
    links: Arc<[usize]>,
    base: FxHashMap<RecordId, Arc<Row>>,
    overlay: FxHashMap<RecordId, Arc<Row>>,
    live: RwSignal<Rows>,
    is_stale: bool,
}

impl Table {
    /// Every row with the edits under way.
    fn shown(&self) -> impl Iterator<Item = &Arc<Row>> {
        let is_edited = |id: &RecordId| self.overlay.contains_key(id);
        let of_base = self.base.iter().filter(move |it| !is_edited(it.0));
        of_base.chain(&self.overlay).map(|it| it.1)
    }
}

/// Signals that exist while somebody reads them.
struct Watched<K, T: 'static>(FxHashMap<K, (ArcRwSignal<T>, usize)>);

impl<K: Eq + Hash, T: Clone + Send + Sync> Watched<K, T> {
    fn add(&mut self, key: K, value: impl FnOnce() -> T) -> ArcRwSignal<T> {
        let (signal, count) = self
            .0
            .entry(key)
            .or_insert_with(|| (ArcRwSignal::new(value()), 0));
        *count += 1;
        signal.clone()
    }

    fn has(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    fn remove(&mut self, key: &K) {
        if let Some((_, count)) = self.0.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(key);
            }
        }
    }
}

/// All tables.
pub struct Tables {
    all: Vec<Table>,
    linked: FxHashMap<LinkKey, Vec<RecordId>>,
    watched_rows: Watched<RecordRef, Option<Arc<Row>>>,
    watched_links: Watched<LinkKey, Rows>,
    watched_waiting: Watched<RecordRef, bool>,
    waiting: HashSet<RecordRef>,
    dirty_rows: FxHashSet<RecordRef>,
    dirty_links: FxHashSet<LinkKey>,
    /// Rows of the first-screen snapshot that the store has not confirmed yet.
    unconfirmed: FxHashSet<RecordRef>,
}

/// Signals to set once nothing is borrowed any more.
pub type News = Vec<Box<dyn FnOnce()>>;

impl Tables {
    /// One empty table for every kind.
    pub fn new() -> Self {
        let table = |def: &&'static KindDef| Table {
            def,
            links: (0..def.fields.len())
                .filter(|it| matches!(def.fields[*it].kind, FieldKind::Link(_)))
                .collect(),
            base: FxHashMap::default(),
            overlay: FxHashMap::default(),
            live: RwSignal::new(Arc::default()),
            is_stale: false,
        };
        Tables {
            all: registry::RECORDS.iter().map(table).collect(),
            linked: FxHashMap::default(),
            watched_rows: Watched(FxHashMap::default()),
            watched_links: Watched(FxHashMap::default()),
            watched_waiting: Watched(FxHashMap::default()),
            waiting: HashSet::new(),
            dirty_rows: FxHashSet::default(),
            dirty_links: FxHashSet::default(),
            unconfirmed: FxHashSet::default(),
        }
    }

    /// What is shown of a record.
    pub fn shown(&self, record: RecordRef) -> Option<&Arc<Row>> {
        let table = self.table(record.kind)?;
        table
            .overlay
            .get(&record.id)
            .or_else(|| table.base.get(&record.id))
    }

    /// What the data core told of a record.
    pub fn base(&self, record: RecordRef) -> Option<&Arc<Row>> {
        self.table(record.kind)?.base.get(&record.id)
    }

    /// The live rows of a kind.
    pub fn live(&self, kind: Kind) -> Option<RwSignal<Rows>> {
        self.table(kind).map(|it| it.live)
    }

    /// The deleted rows of a kind.
    pub fn deleted(&self, kind: Kind) -> Vec<Arc<Row>> {
        let shown = self.table(kind).into_iter().flat_map(Table::shown);
        shown.filter(|it| it.deleted).cloned().collect()
    }

    /// Takes a row from the data core.
    pub fn put_base(&mut self, row: Row) -> RecordRef {
        let record = row.record_ref();
        self.unconfirmed.remove(&record);
        self.change(record, |table| {
            table.base.insert(record.id, Arc::new(row));
        });
        record
    }

    /// Lets rows go that the data core no longer has.
    pub fn take_base(&mut self, records: &[RecordRef]) {
        for record in records {
            self.change(*record, |table| {
                table.base.remove(&record.id);
            });
        }
    }

    /// Takes a row of the first-screen snapshot, unless the real one is there already.
    pub fn put_snapshot(&mut self, row: Row) {
        let record = row.record_ref();
        if self.shown(record).is_none() {
            self.put_base(row);
            self.unconfirmed.insert(record);
        }
    }

    /// Drops what only the snapshot knew: the store has told everything it holds.
    pub fn drop_unconfirmed(&mut self) {
        for record in std::mem::take(&mut self.unconfirmed) {
            self.change(record, |table| {
                table.base.remove(&record.id);
            });
        }
    }

    /// Lays an edited row over what the data core told, or takes it away.
    pub fn put_overlay(&mut self, record: RecordRef, row: Option<Row>) {
        self.change(record, |table| {
            match row {
                Some(row) => table.overlay.insert(record.id, Arc::new(row)),
                None => table.overlay.remove(&record.id),
            };
        });
    }

    /// Follows one record; give it back with [`Tables::unwatch_row`].
    pub fn watch_row(&mut self, record: RecordRef) -> ArcRwSignal<Option<Arc<Row>>> {
        let now = self.shown(record).cloned();
        self.watched_rows.add(record, || now)
    }

    /// Ends [`Tables::watch_row`].
    pub fn unwatch_row(&mut self, record: RecordRef) {
        self.watched_rows.remove(&record);
    }

    /// Follows whether a record waits for the server; give it back with
    /// [`Tables::unwatch_waiting`].
    pub fn watch_waiting(&mut self, record: RecordRef) -> ArcRwSignal<bool> {
        let now = self.waiting.contains(&record);
        self.watched_waiting.add(record, || now)
    }

    /// Ends [`Tables::watch_waiting`].
    pub fn unwatch_waiting(&mut self, record: RecordRef) {
        self.watched_waiting.remove(&record);
    }

    /// Takes the records that wait, and gives what to tell of those that did not or no longer do. A
    /// board has hundreds of cards, and an edit concerns one.
    pub fn set_waiting(&mut self, waiting: HashSet<RecordRef>) -> News {
        let before = std::mem::replace(&mut self.waiting, waiting);
        let changed = before.symmetric_difference(&self.waiting);
        let told = changed.filter_map(|record| {
            let (signal, _) = self.watched_waiting.0.get(record)?;
            let (signal, now) = (signal.clone(), self.waiting.contains(record));
            Some(Box::new(move || signal.set(now)) as Box<dyn FnOnce()>)
        });
        told.collect()
    }

    /// Follows the live rows whose link holds an id; give it back with [`Tables::unwatch_link`].
    pub fn watch_link(&mut self, key: LinkKey) -> ArcRwSignal<Rows> {
        let now = self.collect(key);
        self.watched_links.add(key, || now)
    }

    /// Ends [`Tables::watch_link`].
    pub fn unwatch_link(&mut self, key: LinkKey) {
        self.watched_links.remove(&key);
    }

    /// What changed since the last call, to be told once nothing is borrowed.
    pub fn news(&mut self) -> News {
        let mut news: News = Vec::new();
        for table in self.all.iter_mut().filter(|it| it.is_stale) {
            table.is_stale = false;
            let mut rows = Vec::with_capacity(table.base.len() + table.overlay.len());
            rows.extend(table.shown().filter(|it| !it.deleted).cloned());
            let live = table.live;
            news.push(Box::new(move || live.set(Arc::new(rows))));
        }
        for record in std::mem::take(&mut self.dirty_rows) {
            if let Some((signal, _)) = self.watched_rows.0.get(&record) {
                let (signal, row) = (signal.clone(), self.shown(record).cloned());
                news.push(Box::new(move || signal.set(row)));
            }
        }
        for key in std::mem::take(&mut self.dirty_links) {
            if let Some((signal, _)) = self.watched_links.0.get(&key) {
                let (signal, rows) = (signal.clone(), self.collect(key));
                news.push(Box::new(move || signal.set(rows)));
            }
        }
        news
    }

    fn table(&self, kind: Kind) -> Option<&Table> {
        self.all.iter().find(|it| it.def.kind == kind)
    }

    fn collect(&self, key: LinkKey) -> Rows {
        let ids = self.linked.get(&key).map_or(&[][..], |it| it);
        let row = |id: &RecordId| {
            self.shown(RecordRef {
                kind: key.0,
                id: *id,
            })
            .cloned()
        };
        Arc::new(ids.iter().filter_map(row).collect())
    }

    /// Makes one change to a table and keeps index and marks true to it.
    fn change(&mut self, record: RecordRef, make: impl FnOnce(&mut Table)) {
        let Some(index) = self.all.iter().position(|it| it.def.kind == record.kind) else {
            return;
        };
        let before = self.shown(record).cloned();
        make(&mut self.all[index]);
        let after = self.shown(record).cloned();
        // What an edit showed already is told again by the data core, and once more by the server.
        if before == after {
            return;
        }
        let table = &mut self.all[index];
        table.is_stale = true;
        let links = Arc::clone(&table.links);
        // Nobody follows most of them: a start puts a hundred thousand.
        if self.watched_rows.has(&record) {
            self.dirty_rows.insert(record);
        }
        for &field in links.iter() {
            let points_at = |row: &Option<Arc<Row>>| {
                row.as_ref()
                    .filter(|it| !it.deleted)
                    .and_then(|it| it.value(field).as_id())
            };
            let (old, new) = (points_at(&before), points_at(&after));
            let key = |id| (record.kind, field, id);
            let followed = old.into_iter().chain(new).map(key);
            self.dirty_links
                .extend(followed.filter(|it| self.watched_links.has(it)));
            if old == new {
                continue;
            }
            if let Some(ids) = old.and_then(|it| self.linked.get_mut(&key(it))) {
                ids.retain(|it| *it != record.id);
            }
            if let Some(new) = new {
                self.linked.entry(key(new)).or_default().push(record.id);
            }
        }
    }
}
