//! The screen's end of a note: a long text that several people write at once.
//!
//! One splice is under way at a time, as of the heads the data core last told. What arrives
//! meanwhile is laid under what was typed, so the text at the caret is never taken away. While an
//! input method composes nothing is changed at all. A note that is closed with unsent words lives
//! on here until they are durable.

mod shadow;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use huike_shared::id::RecordId;
use huike_shared::local::Request;
use huike_shared::note::Splice;
use huike_shared::record::RecordRef;
use leptos::prelude::*;

use super::LocalStore;
use super::device::fresh_id;
use shadow::Shadow;
pub(super) use shadow::Told;

/// The least time between two splices: one change for a word, not for each letter.
const PAUSE: Duration = Duration::from_millis(120);
/// How long to wait after the device could not store a splice.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(3);

/// A note that some editor shows, or that still has words to send.
pub(super) struct Note {
    owner: RecordRef,
    field: &'static str,
    shadow: RefCell<Shadow>,
    text: ArcRwSignal<String>,
    remote: ArcRwSignal<Option<Splice>>,
    is_open: ArcRwSignal<bool>,
    is_resting: Cell<bool>,
    is_closing: Cell<bool>,
}

/// What an editor of a note holds. The note closes with the owner that opened it.
#[derive(Clone, Copy)]
pub struct NoteHandle {
    store: LocalStore,
    note: StoredValue<Rc<Note>, LocalStorage>,
    /// What the editor shows: what was typed and what others typed.
    pub text: Signal<String>,
    /// The latest change from elsewhere as a splice of the text shown before, so that an editor
    /// can move its caret along.
    pub remote: Signal<Option<Splice>>,
    /// Whether the data core has told the text.
    pub is_open: Signal<bool>,
}

impl NoteHandle {
    /// Takes what the editor shows now.
    pub fn type_text(self, text: &str) {
        self.note.with_value(|note| {
            note.shadow.borrow_mut().shown = text.to_owned();
            note.text.set(text.to_owned());
            note.send_next(self.store);
        });
    }

    /// Says that an input method began or ended composing.
    pub fn set_composing(self, is_composing: bool) {
        self.note.with_value(|note| {
            let held = note.shadow.borrow_mut().set_composing(is_composing);
            held.into_iter().for_each(|it| note.take(it, self.store));
            note.send_next(self.store);
        });
    }

    /// Whether everything typed is durable on this device.
    pub fn is_kept(self) -> bool {
        self.note.with_value(|note| note.shadow.borrow().is_kept())
    }
}

impl Note {
    fn is_same(&self, owner: RecordRef, field: &str) -> bool {
        self.owner == owner && self.field == field
    }

    /// Sends the next splice, unless one is under way or it is too soon.
    fn send_next(self: &Rc<Self>, store: LocalStore) {
        if self.is_resting.get() {
            return;
        }
        let has_next = self.shadow.borrow_mut().next(fresh_id).is_some();
        if has_next {
            self.repeat(store);
            self.rest(store, PAUSE);
        } else if self.is_closing.get() && self.shadow.borrow().is_kept() {
            store.drop_note(self);
        }
    }

    fn rest(self: &Rc<Self>, store: LocalStore, pause: Duration) {
        self.is_resting.set(true);
        let note = Rc::clone(self);
        gloo_timers::callback::Timeout::new(pause.as_millis() as u32, move || {
            note.is_resting.set(false);
            note.send_next(store);
        })
        .forget();
    }

    fn open(&self, store: LocalStore) {
        let (owner, field) = (self.owner, self.field);
        store.send(&Request::OpenNote {
            owner,
            field: field.into(),
        });
    }

    /// Sends the splice under way, perhaps not for the first time.
    fn repeat(&self, store: LocalStore) {
        if let Some(under_way) = self.shadow.borrow().under_way() {
            store.send(&Request::Splice {
                intent: under_way.intent,
                owner: self.owner,
                field: self.field.into(),
                heads: under_way.heads.clone(),
                splice: under_way.splice.clone(),
            });
        }
    }

    fn take(self: &Rc<Self>, told: Told, store: LocalStore) {
        let remote = self.shadow.borrow_mut().take(told);
        if let Some(remote) = remote {
            let shown = self.shadow.borrow().shown.clone();
            self.text.set(shown);
            self.remote.set(Some(remote));
        }
        if !self.is_open.get_untracked() {
            self.is_open.set(true);
        }
        self.send_next(store);
    }
}

impl LocalStore {
    /// Opens a note for an editor; it closes with the current owner.
    pub fn note(self, owner: RecordRef, field: &'static str) -> NoteHandle {
        let note = Rc::new(Note {
            owner,
            field,
            shadow: RefCell::default(),
            text: ArcRwSignal::default(),
            remote: ArcRwSignal::default(),
            is_open: ArcRwSignal::default(),
            is_resting: Cell::default(),
            is_closing: Cell::default(),
        });
        self.with(|inner| inner.notes.borrow_mut().push(Rc::clone(&note)));
        note.open(self);
        let handle = NoteHandle {
            store: self,
            text: note.text.clone().into(),
            remote: note.remote.clone().into(),
            is_open: note.is_open.clone().into(),
            note: StoredValue::new_local(note),
        };
        on_cleanup(move || {
            if let Some(note) = handle.note.try_with_value(Rc::clone) {
                note.is_closing.set(true);
                note.send_next(self);
            }
        });
        handle
    }

    /// Opens every note again at a data core that does not know this screen.
    pub(super) fn open_notes_again(self) {
        for note in self.with(|inner| inner.notes.borrow().clone()) {
            note.open(self);
            note.repeat(self);
        }
    }

    pub(super) fn take_note(self, owner: RecordRef, field: &str, told: &Told) {
        for note in self.with(|inner| inner.notes.borrow().clone()) {
            if note.is_same(owner, field) {
                note.take(told.clone(), self);
            }
        }
    }

    /// A splice could not be stored; it is tried again a little later. False if it was no splice.
    pub(super) fn fail_splice(self, intent: RecordId) -> bool {
        let notes = self.with(|inner| inner.notes.borrow().clone());
        let failed = notes
            .iter()
            .find(|it| it.shadow.borrow_mut().drop_under_way(intent));
        if let Some(note) = failed {
            note.rest(self, PAUSE_AFTER_FAILURE);
        }
        failed.is_some()
    }

    fn drop_note(self, gone: &Rc<Note>) {
        let is_last = self.with(|inner| {
            let mut notes = inner.notes.borrow_mut();
            notes.retain(|it| !Rc::ptr_eq(it, gone));
            !notes.iter().any(|it| it.is_same(gone.owner, gone.field))
        });
        if is_last {
            let (owner, field) = (gone.owner, gone.field);
            self.send(&Request::CloseNote {
                owner,
                field: field.into(),
            });
        }
    }
}
