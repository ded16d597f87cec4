//! Everything the screens read and change: rows as signals, one door for every edit.
//!
//! An edit shows at once, goes to the data core as an intent, and is repeated until that says it is
//! durable. Nothing here knows how documents merge, and no screen speaks to the data core but
//! through this.

mod asked;
mod core;
pub mod device;
mod edits;
mod first_rows;
mod notes;
mod tables;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use huike_shared::access::{Action, Role, allows};
use huike_shared::document::DELETED;
use huike_shared::id::{Id, RecordId};
use huike_shared::local::{Intent, IntentPart, RefusedEdit, Report, Request, Status, WaitingEdit};
use huike_shared::record::{Field, FieldType, Kind, Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::registry;
use huike_shared::rights::RightsTable;
use huike_shared::row::Row;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{MemberInfo, PresenceInfo};
use leptos::prelude::*;

use crate::transport::{Tabs, Transport};
use asked::Asked;
use device::{fresh_id, now};
pub use edits::EditLabel;
use edits::Edits;
use notes::Note;
pub use notes::NoteHandle;
pub use tables::Rows;
use tables::Tables;

/// What the store wants a person to know.
#[derive(Clone, Debug)]
pub enum News {
    /// An edit was made that is worth a toast.
    Made {
        /// Names it, for [`LocalStore::undo_edit`].
        edit: RecordId,
        /// What it does.
        label: EditLabel,
        /// The records it concerns.
        records: Vec<RecordRef>,
    },
    /// An edit was taken back.
    Undone {
        /// Records that somebody changed since and that stay as they are.
        skipped: usize,
    },
    /// The rules would not allow the edit; it was not made.
    Refused(Refusal),
}

/// How the device's storage does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StorageState {
    /// Edits are kept.
    #[default]
    Fine,
    /// There is no room; edits are only on the screen.
    Full,
    /// It cannot be written; edits are only on the screen.
    Failed,
    /// Too many edits wait for the server.
    OutboxFull,
}

/// What waits and what was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitingList {
    /// What the server does not have yet, oldest first.
    pub waiting: Vec<WaitingEdit>,
    /// What it would not grant.
    pub refused: Vec<RefusedEdit>,
}

/// Everything the screens read and change.
#[derive(Clone, Copy)]
pub struct LocalStore {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
    me: RwSignal<RecordId>,
    status: RwSignal<Status>,
    members: RwSignal<Arc<Vec<MemberInfo>>>,
    presence: RwSignal<Arc<Vec<PresenceInfo>>>,
    is_complete: RwSignal<bool>,
    is_open: RwSignal<bool>,
    storage: RwSignal<StorageState>,
    broken: RwSignal<Option<String>>,
    waiting_list: RwSignal<Arc<WaitingList>>,
    watching: RwSignal<Option<RecordRef>>,
    has_edited: RwSignal<bool>,
}

struct Inner {
    transport: Transport,
    tables: RefCell<Tables>,
    edits: RefCell<Edits>,
    notes: RefCell<Vec<Rc<Note>>>,
    asked: RefCell<Vec<Asked>>,
    hear: RefCell<Option<Rc<dyn Fn(News)>>>,
    is_flush_planned: std::cell::Cell<bool>,
    /// Milliseconds between two flushes while rows stream in.
    flush_ms: std::cell::Cell<u32>,
    /// What the data core said before the rows of the snapshot were painted.
    held: RefCell<Option<Vec<Report>>>,
}

/// Puts the store into the context.
pub fn provide_store(tabs: Tabs) -> LocalStore {
    let store = LocalStore::open(Transport::new(tabs));
    provide_context(store);
    store
}

/// The store.
pub fn use_store() -> LocalStore {
    expect_context::<LocalStore>()
}

/// One key and its value, for [`LocalStore::create`] and [`IntentPart`]s.
pub fn put<R, T: FieldType>(field: Field<R, T>, value: &T) -> (Box<str>, Scalar) {
    (field.name.into(), value.write())
}

// --- Reading ---------------------------------------------------------------------------------

impl LocalStore {
    /// One record, with the edits under way.
    pub fn row(self, record: RecordRef) -> Signal<Option<Arc<Row>>> {
        let signal = self.with(|inner| inner.tables.borrow_mut().watch_row(record));
        on_cleanup(move || {
            self.with(|inner| inner.tables.borrow_mut().unwatch_row(record));
        });
        signal.into()
    }

    /// One record as its type.
    pub fn record<R: Record + Clone + Send + Sync + 'static>(self, id: Id<R>) -> Signal<Option<R>> {
        let row = self.row(RecordRef {
            kind: R::DEF.kind,
            id: id.raw(),
        });
        Signal::derive(move || row.with(|it| it.as_deref().map(R::from_row)))
    }

    /// One record as it is now, not followed.
    pub fn peek(self, record: RecordRef) -> Option<Arc<Row>> {
        self.with(|inner| inner.tables.borrow().shown(record).cloned())
    }

    /// Every live row of a kind, in no particular order.
    pub fn rows(self, kind: Kind) -> Signal<Rows> {
        match self.with(|inner| inner.tables.borrow().live(kind)) {
            Some(live) => live.into(),
            None => Signal::stored(Rows::default()),
        }
    }

    /// The deleted rows of a kind, in no particular order; followed.
    pub fn deleted(self, kind: Kind) -> Vec<Arc<Row>> {
        self.rows(kind).track();
        self.with(|inner| inner.tables.borrow().deleted(kind))
    }

    /// The live rows of a kind whose link `key` holds `id`, oldest link first.
    pub fn linked(self, kind: Kind, key: &'static str, id: RecordId) -> Signal<Rows> {
        let field =
            registry::def(kind).and_then(|it| it.fields.iter().position(|it| it.name == key));
        let Some(field) = field else {
            return Signal::stored(Rows::default());
        };
        let key = (kind, field, id);
        let signal = self.with(|inner| inner.tables.borrow_mut().watch_link(key));
        on_cleanup(move || {
            self.with(|inner| inner.tables.borrow_mut().unwatch_link(key));
        });
        signal.into()
    }

    /// How sync stands.
    pub fn status(self) -> Signal<Status> {
        self.status.into()
    }

    /// Whether the record holds edits that the server does not have yet.
    pub fn is_waiting(self, record: RecordRef) -> Signal<bool> {
        let signal = self.with(|inner| inner.tables.borrow_mut().watch_waiting(record));
        on_cleanup(move || {
            self.with(|inner| inner.tables.borrow_mut().unwatch_waiting(record));
        });
        signal.into()
    }

    /// Everybody in the workspace.
    pub fn members(self) -> Signal<Arc<Vec<MemberInfo>>> {
        self.members.into()
    }

    /// The member whose replica this is, followed.
    pub fn me(self) -> RecordId {
        self.me.get()
    }

    /// The name of a member, followed; empty if unknown.
    pub fn member_name(self, id: RecordId) -> String {
        self.members.with(|all| {
            all.iter()
                .find(|it| it.id == id)
                .map(|it| it.name.to_string())
                .unwrap_or_default()
        })
    }

    /// What this member may do, followed. Unknown members may look.
    pub fn role(self) -> Role {
        let me = self.me.get();
        self.members
            .with(|all| all.iter().find(|it| it.id == me).map(|it| it.role))
            .unwrap_or(Role::Salesperson)
    }

    /// Whether this member may do this, followed.
    pub fn may(self, action: Action) -> bool {
        allows(self.role(), action)
    }

    /// Whether this member's role may do this to some records of a kind, followed. Whose they are the server judges.
    pub fn may_on(self, kind: Kind, action: Action) -> bool {
        RightsTable::allows(self.role(), kind, action)
    }

    /// Who else looks at what.
    pub fn presence(self) -> Signal<Arc<Vec<PresenceInfo>>> {
        self.presence.into()
    }

    /// Tells the others what this screen looks at.
    pub fn set_presence(self, record: Option<RecordRef>) {
        if self.watching.get_untracked() != record {
            self.watching.set(record);
            self.send(&Request::Presence { record });
        }
    }

    /// Whether every row the device holds is here.
    pub fn is_complete(self) -> Signal<bool> {
        self.is_complete.into()
    }

    /// Whether the data core has opened its store.
    pub fn is_open(self) -> Signal<bool> {
        self.is_open.into()
    }

    /// The person has read that the browser threw the store away.
    pub fn settle_eviction(self) {
        self.send(&Request::SettleEviction);
    }

    /// How the device's storage does.
    pub fn storage(self) -> Signal<StorageState> {
        self.storage.into()
    }

    /// Why the data core broke, if it did.
    pub fn broken(self) -> Signal<Option<String>> {
        self.broken.into()
    }

    /// Whether an edit was made on this page.
    pub fn has_edited(self) -> Signal<bool> {
        self.has_edited.into()
    }
}

// --- Changing --------------------------------------------------------------------------------

impl LocalStore {
    /// Puts one field of one record.
    pub fn set<R: Record, T: FieldType>(self, id: Id<R>, field: Field<R, T>, value: T) {
        let record = RecordRef {
            kind: R::DEF.kind,
            id: id.raw(),
        };
        self.set_key(record, field.name, value.write());
    }

    /// Puts one register of one record.
    pub fn set_key(self, record: RecordRef, key: &str, value: Scalar) {
        let values = vec![(key.into(), value)];
        self.edit(EditLabel::Change, vec![IntentPart { record, values }]);
    }

    /// Makes a record.
    pub fn create(self, kind: Kind, values: Vec<(Box<str>, Scalar)>) -> RecordId {
        let id = fresh_id();
        let record = RecordRef { kind, id };
        let values = values.into_iter().filter(|it| !it.1.is_null()).collect();
        self.edit(EditLabel::Create, vec![IntentPart { record, values }]);
        id
    }

    /// Deletes records; they still merge and can be restored.
    pub fn delete(self, records: &[RecordRef]) {
        self.edit(EditLabel::Delete, marked(records, true));
    }

    /// Takes a deletion back.
    pub fn restore(self, records: &[RecordRef]) {
        self.edit(EditLabel::Restore, marked(records, false));
    }

    /// Changes records together: all of it is stored or nothing. Shows at once.
    pub fn edit(self, label: EditLabel, parts: Vec<IntentPart>) -> Option<RecordId> {
        if parts.is_empty() {
            return None;
        }
        let is_delete = matches!(label, EditLabel::Delete | EditLabel::Restore);
        let action = if is_delete {
            Action::Delete
        } else {
            Action::Edit
        };
        let is_allowed = |it: &IntentPart| untrack(move || self.may_on(it.record.kind, action));
        if !parts.iter().all(is_allowed) {
            self.tell(News::Refused(Refusal::NotPermitted));
            return None;
        }
        let intent = Intent {
            id: fresh_id(),
            parts,
        };
        let (id, records) = (intent.id, intent.parts.iter().map(|it| it.record).collect());
        self.with(|inner| {
            let tables = inner.tables.borrow();
            let shown = |record| tables.shown(record).map(|it| &**it);
            inner.edits.borrow_mut().remember(&intent, shown);
        });
        self.begin(intent);
        if label.is_told() {
            self.tell(News::Made {
                edit: id,
                label,
                records,
            });
        }
        Some(id)
    }

    /// Takes the newest edit of this page back. False if there is none.
    pub fn undo(self) -> bool {
        match self.with(|inner| inner.edits.borrow().newest()) {
            Some(id) => {
                self.undo_edit(id);
                true
            }
            None => false,
        }
    }

    /// Takes one edit back, where nobody has written over it since.
    pub fn undo_edit(self, id: RecordId) {
        let inverse = self.with(|inner| {
            let tables = inner.tables.borrow();
            let shown = |record| tables.shown(record).map(|it| &**it);
            inner.edits.borrow_mut().invert(id, shown)
        });
        let Some(inverse) = inverse else { return };
        if !inverse.parts.is_empty() {
            self.begin(Intent {
                id: fresh_id(),
                parts: inverse.parts,
            });
        }
        self.tell(News::Undone {
            skipped: inverse.skipped,
        });
    }

    /// Takes an edit in, shows it and sends it.
    fn begin(self, intent: Intent) {
        let records: Vec<RecordRef> = intent.parts.iter().map(|it| it.record).collect();
        let request = Request::Edit(intent.clone());
        self.with(|inner| inner.edits.borrow_mut().begin(intent, now()));
        self.lay_over(&records);
        self.flush();
        self.send(&request);
        self.has_edited.set(true);
    }
}

fn marked(records: &[RecordRef], deleted: bool) -> Vec<IntentPart> {
    let part = |record: &RecordRef| IntentPart {
        record: *record,
        values: vec![(DELETED.into(), Scalar::Bool(deleted))],
    };
    records.iter().map(part).collect()
}

// --- What waits ------------------------------------------------------------------------------

impl LocalStore {
    /// What waits and what was refused, as last listed.
    pub fn waiting(self) -> Signal<Arc<WaitingList>> {
        self.waiting_list.into()
    }

    /// Asks for [`LocalStore::waiting`] anew.
    pub fn list_waiting(self) {
        self.send(&Request::ListWaiting);
    }

    /// Tries a refused edit again.
    pub fn retry(self, intent: RecordId) {
        self.send(&Request::Retry { intent });
    }

    /// Takes a refused edit out of the tray.
    pub fn dismiss(self, intent: RecordId) {
        self.send(&Request::Dismiss { intent });
    }

    /// Connects now.
    pub fn sync_now(self) {
        self.send(&Request::SyncNow);
    }

    /// Tries again to store what could not be stored.
    pub fn retry_storage(self) {
        self.storage.set(StorageState::Fine);
        if self.is_open.get_untracked() {
            self.repeat_edits();
        } else {
            self.greet();
        }
        self.send(&Request::SyncNow);
    }

    /// Edits that are only on this page so far.
    pub fn unstored_count(self) -> usize {
        self.with(|inner| inner.edits.borrow().pending.len())
    }
}
