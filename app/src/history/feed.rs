//! The pages of a record's history as they are asked for: the latest first, older ones as far as somebody looks
//! back.

use std::sync::Arc;

use huike_shared::history::{AskError, History, HistoryPage, LastWrite, decode_page};
use huike_shared::local::{self, Connection, Question};
use leptos::prelude::*;

use super::RecordHistory;
use crate::store::{LocalStore, use_store};
use crate::ui::follow;

/// How asking stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Nothing is under way.
    Rests,
    /// An answer is under way.
    Waits,
    /// The last question got none.
    Failed(AskError),
}

/// What was read of a record's history.
#[derive(Clone, Copy)]
pub struct Feed {
    /// What is looked at.
    pub history: RecordHistory,
    store: LocalStore,
    /// The changes; none before the first answer.
    pub pages: RwSignal<Option<Arc<History>>>,
    /// What the device knows by itself.
    pub known: RwSignal<Arc<Vec<LastWrite>>>,
    /// How asking stands.
    pub asking: RwSignal<Asking>,
}

impl Feed {
    /// Asks whenever there is something new to hear while the history is looked at.
    pub fn open(history: RecordHistory) -> Feed {
        let store = use_store();
        let feed = Feed {
            history,
            store,
            pages: RwSignal::new(None),
            known: RwSignal::new(Arc::default()),
            asking: RwSignal::new(Asking::Rests),
        };
        let row = store.row(history.record);
        let updated = Memo::new(move |_| row.with(|it| it.as_ref().map(|it| it.updated)));
        let is_waiting = store.is_waiting(history.record);
        let status = store.status();
        let is_online = Memo::new(move |_| status.with(|it| it.connection == Connection::Online));
        let is_wanted = Memo::new(move |_| history.is_wanted());
        follow(move || {
            updated.track();
            is_waiting.track();
            is_online.track();
            if is_wanted.get() {
                feed.ask_known();
                feed.ask_page(None);
            }
        });
        follow(move || {
            if feed.asking.get() == Asking::Rests && feed.must_go_back() {
                feed.ask_more();
            }
        });
        feed
    }

    /// Asks for the changes before those that are here.
    pub fn ask_more(self) {
        let next = self
            .pages
            .with_untracked(|it| it.as_ref().and_then(|it| it.next_before()));
        if next.is_some() {
            self.ask_page(next);
        }
    }

    /// Asks again after a failure.
    pub fn retry(self) {
        match self.pages.with_untracked(Option::is_some) {
            true => self.ask_more(),
            false => self.ask_page(None),
        }
    }

    /// Whether the pages do not reach the moment that is looked at, or the field that is shown alone has
    /// nothing in them; followed.
    fn must_go_back(self) -> bool {
        let (at, only) = (self.history.at.get(), self.history.only.get());
        self.pages.with(|pages| {
            let Some(pages) = pages else { return false };
            let is_short = at.is_some_and(|at| !pages.reaches(at));
            let is_empty = only.is_some_and(|key| !super::lines::touches(pages.entries(), &key));
            (is_short || is_empty) && pages.next_before().is_some()
        })
    }

    fn ask_known(self) {
        let record = self.history.record;
        self.store.ask(Question::Known { record }, move |answer| {
            if let Some(known) = local::decode(answer) {
                self.known.try_set(Arc::new(known));
            }
        });
    }

    fn ask_page(self, before: Option<u64>) {
        let record = self.history.record;
        self.asking.set(Asking::Waits);
        let question = Question::History { record, before };
        self.store.ask(question, move |answer| {
            let answer: Option<Result<Vec<u8>, AskError>> = local::decode(answer);
            let answer = answer.unwrap_or(Err(AskError::ClientTooOld));
            let state = match answer.and_then(|it| decode_page(&it)) {
                Ok(page) => {
                    self.pages.try_update(|it| take(it, page, before.is_none()));
                    Asking::Rests
                }
                Err(error) => Asking::Failed(error),
            };
            self.asking.try_set(state);
        });
    }
}

fn take(pages: &mut Option<Arc<History>>, page: HistoryPage, is_latest: bool) {
    let read = pages.take().map(Arc::unwrap_or_clone);
    let now = match read {
        None => History::from(page),
        Some(read) if is_latest => read.renew(page),
        Some(mut read) => {
            read.add(page);
            read
        }
    };
    *pages = Some(Arc::new(now));
}
