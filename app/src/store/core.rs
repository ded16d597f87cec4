//! The store's end of the talk with the data core: what it tells, what is repeated, what is kept.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use gloo_timers::callback::Timeout;
use huike_shared::id::RecordId;
use huike_shared::local::{
    Connection, Failure, Intent, Report, Request, Status, keep_intents, kept_intents,
};
use huike_shared::packed;
use huike_shared::record::RecordRef;
use huike_shared::registry;
use leptos::prelude::*;

use super::device::{now, remember, remembered};
use super::notes::Told as NoteTold;
use super::tables::Tables;
use super::{Inner, LocalStore, News, StorageState, WaitingList};
use crate::transport::{Install, Listener, Transport, Updates};

/// The pages whose rows come first when they are opened.
const CUSTOMERS: &str = "/app/customers";
const DEALS: &str = "/app/deals";
/// Milliseconds until rows that stream in are shown, at first and at last: twice as long each time.
const FLUSH_MS_MIN: u32 = 30;
const FLUSH_MS_MAX: u32 = 960;

impl LocalStore {
    pub(super) fn open(transport: Transport) -> Self {
        let inner = Rc::new(Inner {
            transport,
            tables: RefCell::new(Tables::new()),
            edits: RefCell::default(),
            notes: RefCell::default(),
            asked: RefCell::default(),
            hear: RefCell::default(),
            is_flush_planned: std::cell::Cell::new(false),
            flush_ms: std::cell::Cell::new(FLUSH_MS_MIN),
            held: RefCell::default(),
        });
        let store = LocalStore {
            inner: StoredValue::new_local(Rc::clone(&inner)),
            me: RwSignal::new(RecordId::default()),
            status: RwSignal::new(Status::default()),
            members: RwSignal::new(Arc::default()),
            presence: RwSignal::new(Arc::default()),
            is_complete: RwSignal::new(false),
            is_open: RwSignal::new(false),
            storage: RwSignal::new(StorageState::Fine),
            broken: RwSignal::new(None),
            waiting_list: RwSignal::new(Arc::default()),
            watching: RwSignal::new(None),
            has_edited: RwSignal::new(false),
        };
        store.open_snapshot();
        store.take_unstored();
        inner.transport.listen(Listener {
            report: Box::new(move |report| store.take(report)),
            core: Box::new(move || store.greet()),
            failed: Box::new(move |text| store.broken.set(Some(text))),
        });
        let leave = gloo_events::EventListener::new(&window(), "pagehide", move |_| {
            store.keep_unstored();
            store.send(&Request::Leave);
        });
        let back = gloo_events::EventListener::new(&window(), "pageshow", move |ev| {
            use wasm_bindgen::JsCast;
            // Only a page that comes back from the browser's own cache has said goodbye.
            let is_kept = js_sys::Reflect::get(ev.unchecked_ref(), &"persisted".into());
            if is_kept.is_ok_and(|it| it.is_truthy()) {
                store.greet();
            }
        });
        leave.forget();
        back.forget();
        store
    }

    /// Hears what the person should know; the frame shows it.
    pub fn on_news(self, hear: impl Fn(News) + 'static) {
        self.with(|inner| *inner.hear.borrow_mut() = Some(Rc::new(hear)));
    }

    /// New versions of the program.
    pub fn updates(self) -> Updates {
        self.with(|inner| inner.transport.updates())
    }

    /// The browser's offer to install.
    pub fn install(self) -> Install {
        self.with(|inner| inner.transport.install())
    }

    /// Which replica this page shows: `<workspace>-<member>`, or `none`.
    pub fn replica(self) -> String {
        self.with(|inner| inner.transport.replica())
    }

    /// Starts the data core of this tab anew.
    pub fn restart(self) {
        self.broken.set(None);
        self.with(|inner| inner.transport.restart());
    }

    pub(super) fn with<T>(self, read: impl FnOnce(&Rc<Inner>) -> T) -> T {
        // The handle is cloned out so that nothing is held while signals run.
        let inner = self.inner.with_value(Rc::clone);
        read(&inner)
    }

    pub(super) fn send(self, request: &Request) {
        self.with(|inner| inner.transport.send(request));
    }

    pub(super) fn tell(self, news: News) {
        if let Some(hear) = self.with(|inner| inner.hear.borrow().clone()) {
            hear(news);
        }
    }

    /// Introduces this screen to a data core and repeats what none has acknowledged.
    pub(super) fn greet(self) {
        let kind = |name: &str| registry::def_by_name(name).map(|it| it.kind);
        let path = window().location().pathname().unwrap_or_default();
        let first = if path.starts_with(DEALS) {
            [kind("pipeline"), kind("deal")]
        } else if path.starts_with(CUSTOMERS) {
            [kind("customer"), None]
        } else {
            [kind("task"), kind("deal")]
        };
        self.send(&Request::Open {
            first: first.into_iter().flatten().collect(),
        });
        self.send(&Request::Presence {
            record: self.watching.get_untracked(),
        });
        self.repeat_edits();
        self.open_notes_again();
        self.ask_again();
    }

    pub(super) fn repeat_edits(self) {
        let requests: Vec<Request> = self.with(|inner| {
            let edits = inner.edits.borrow();
            edits
                .pending
                .iter()
                .map(|it| Request::Edit(it.intent.clone()))
                .collect()
        });
        requests.iter().for_each(|it| self.send(it));
    }

    pub(super) fn take(self, report: Report) {
        let report = self.with(|inner| match &mut *inner.held.borrow_mut() {
            Some(held) => {
                held.push(report);
                None
            }
            None => Some(report),
        });
        if let Some(report) = report {
            self.take_now(report);
        }
    }

    pub(super) fn take_now(self, report: Report) {
        match report {
            Report::Opened(opened) => {
                self.me.set(opened.member);
                self.members.set(Arc::new(opened.members));
                self.take_status(opened.status);
                self.is_open.set(true);
            }
            Report::Rows { batch } => self.take_rows(&batch),
            Report::Gone { records } => {
                // Pictures and first rows may show them. The next ones are taken of what shows no more of
                // them, so that is told at once.
                self.with(|inner| inner.transport.drop_snapshot(false));
                self.with(|inner| inner.tables.borrow_mut().take_base(&records));
                self.flush();
            }
            Report::Complete => {
                self.with(|inner| inner.tables.borrow_mut().drop_unconfirmed());
                self.flush();
                self.is_complete.set(true);
            }
            Report::Stored { intent } => self.end_edit(intent),
            Report::Failed { intent, failure } => self.fail_edit(intent, failure),
            Report::Status(status) => self.take_status(status),
            Report::Waiting { waiting, refused } => {
                self.waiting_list
                    .set(Arc::new(WaitingList { waiting, refused }));
            }
            Report::Note {
                owner,
                field,
                heads,
                text,
                intent,
            } => {
                self.take_note(
                    owner,
                    &field,
                    &NoteTold {
                        heads,
                        text,
                        intent,
                    },
                );
            }
            Report::Members { members } => self.members.set(Arc::new(members)),
            Report::Presence { people } => self.presence.set(Arc::new(people)),
            Report::Answered { ask, answer } => self.take_answer(ask, &answer),
            Report::Unkept { failure } => self.storage.set(match failure {
                Failure::StorageFull => StorageState::Full,
                _ => StorageState::Failed,
            }),
        }
    }

    pub(super) fn take_rows(self, batch: &[u8]) {
        let Ok(rows) = packed::unpack(batch) else {
            return;
        };
        let records: Vec<RecordRef> = self.with(|inner| {
            let mut tables = inner.tables.borrow_mut();
            rows.into_iter().map(|it| tables.put_base(it)).collect()
        });
        if self.with(|inner| !inner.edits.borrow().pending.is_empty()) {
            self.lay_over(&records);
        }
        self.flush_soon();
    }

    pub(super) fn take_status(self, status: Status) {
        // Being online is told once what the server said first is kept.
        if status.connection == Connection::Online && self.is_catching_up() {
            self.flush();
        }
        if status.connection == Connection::Online && self.unstored_count() == 0 {
            self.storage.set(StorageState::Fine);
        }
        self.status.set(status);
        self.mark_waiting();
    }

    fn is_catching_up(self) -> bool {
        self.status
            .with_untracked(|it| matches!(it.connection, Connection::CatchingUp { .. }))
    }

    pub(super) fn end_edit(self, intent: RecordId) {
        let ended = self.with(|inner| inner.edits.borrow_mut().end(intent));
        self.lay_over(&ended);
        self.flush();
        if self.unstored_count() == 0 {
            self.storage.set(StorageState::Fine);
        }
    }

    pub(super) fn fail_edit(self, intent: RecordId, failure: Failure) {
        let state = match failure {
            // The next leader hears it again.
            Failure::NotLeading => return,
            Failure::StorageFull => StorageState::Full,
            Failure::Storage => StorageState::Failed,
            Failure::OutboxFull => StorageState::OutboxFull,
            Failure::Refused(refusal) => {
                self.with(|inner| inner.edits.borrow_mut().forget(intent));
                self.end_edit(intent);
                self.tell(News::Refused(refusal));
                return;
            }
        };
        self.storage.set(state);
        if self.fail_splice(intent) {
            return;
        }
        self.with(|inner| {
            if let Some(pending) = inner.edits.borrow_mut().find_mut(intent) {
                pending.failure = Some(failure);
            }
        });
        self.keep_unstored();
    }

    /// Lays the edits under way over these records.
    pub(super) fn lay_over(self, records: &[RecordRef]) {
        let me = self.me.get_untracked();
        self.with(|inner| {
            let mut tables = inner.tables.borrow_mut();
            let edits = inner.edits.borrow();
            for record in records {
                let row = edits.overlay(*record, tables.base(*record), me);
                tables.put_overlay(*record, row);
            }
        });
        self.mark_waiting();
    }

    pub(super) fn mark_waiting(self) {
        let mut all: HashSet<RecordRef> = self
            .status
            .with_untracked(|it| it.waiting_records.iter().copied().collect());
        self.with(|inner| {
            for pending in &inner.edits.borrow().pending {
                all.extend(pending.intent.parts.iter().map(|it| it.record));
            }
        });
        let news = self.with(|inner| inner.tables.borrow_mut().set_waiting(all));
        news.into_iter().for_each(|tell| tell());
    }

    /// Tells the screens what changed, now.
    pub(super) fn flush(self) {
        let news = self.with(|inner| inner.tables.borrow_mut().news());
        news.into_iter().for_each(|tell| tell());
    }

    /// Tells the screens what changed: soon, once for messages that come together. While the first
    /// rows stream in, lists are sorted a few times only and not for each batch.
    pub(super) fn flush_soon(self) {
        let is_planned = self.with(|inner| inner.is_flush_planned.replace(true));
        if is_planned {
            return;
        }
        let flush = move || {
            self.with(|inner| inner.is_flush_planned.set(false));
            self.flush();
        };
        let is_streaming = !self.is_complete.get_untracked() || self.is_catching_up();
        let pause = self.with(|inner| {
            let pause = inner.flush_ms.get();
            // A list of a hundred thousand is sorted a dozen times while it comes, and not for each part.
            let next = (pause * 2).min(FLUSH_MS_MAX);
            inner
                .flush_ms
                .set(if is_streaming { next } else { FLUSH_MS_MIN });
            pause
        });
        if is_streaming {
            Timeout::new(pause, flush).forget();
        } else {
            queue_microtask(flush);
        }
    }

    /// Keeps edits that no storage took, for the next start of this member.
    pub(super) fn keep_unstored(self) {
        let intents: Vec<Intent> = self.with(|inner| {
            inner
                .edits
                .borrow()
                .pending
                .iter()
                .map(|it| it.intent.clone())
                .collect()
        });
        // One character for each byte.
        let text = (!intents.is_empty()).then(|| {
            let bytes = keep_intents(&intents);
            bytes.into_iter().map(char::from).collect::<String>()
        });
        remember(&self.unstored_key(), text.as_deref());
    }

    pub(super) fn take_unstored(self) {
        let Some(text) = remembered(&self.unstored_key()) else {
            return;
        };
        let bytes: Option<Vec<u8>> = text.chars().map(|it| u8::try_from(it).ok()).collect();
        let Some(intents) = bytes.and_then(|it| kept_intents(&it)) else {
            return;
        };
        self.with(|inner| {
            let mut edits = inner.edits.borrow_mut();
            intents.into_iter().for_each(|it| edits.begin(it, now()));
        });
        remember(&self.unstored_key(), None);
    }

    pub(super) fn unstored_key(self) -> String {
        format!("huike.draft.unstored.{}", self.replica())
    }
}
