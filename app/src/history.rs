//! What happened to the record that is looked at, and how it stood at any time.
//!
//! [`RecordHistory`] is what a record's page holds: whether the panel is open, of which field, and the moment
//! that is shown. Everything else comes with the first use.

mod changes;
mod controls;
mod feed;
mod known;
mod lines;
mod panel;
mod standing;
mod then;
mod words;

use huike_messages::Messages;
use huike_shared::local::IntentPart;
use huike_shared::record::RecordRef;
use huike_shared::scalar::Scalar;
use huike_shared::time::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::i18n::use_i18n;
use crate::lazy::Screen;
use crate::store::{EditLabel, LocalStore};
use crate::ui::{Glyph, IconButton, MenuItem};

pub use panel::HistoryPlace;

/// What is looked at of a record's history.
#[derive(Clone, Copy, Debug)]
pub struct RecordHistory {
    record: RecordRef,
    is_open: RwSignal<bool>,
    /// The register that is shown alone; all if none.
    only: RwSignal<Option<Box<str>>>,
    /// The moment that is shown instead of now.
    at: RwSignal<Option<Timestamp>>,
}

/// Puts the history of a record into the context of its page.
pub fn provide_history(record: RecordRef) -> RecordHistory {
    let history = RecordHistory {
        record,
        is_open: RwSignal::new(false),
        only: RwSignal::new(None),
        at: RwSignal::new(None),
    };
    provide_context(history);
    history
}

/// The history of the record around, if it has a page.
pub fn find_history() -> Option<RecordHistory> {
    use_context()
}

impl RecordHistory {
    /// Opens the panel, with one field or all.
    pub fn open(self, only: Option<&str>) {
        self.only.set(only.map(Box::from));
        self.is_open.set(true);
    }

    /// Whether the record is shown as it was; followed.
    pub fn is_then(self) -> bool {
        self.at.with(Option::is_some)
    }

    /// Where panel and past appear, inside the record.
    pub fn place(self) -> AnyView {
        Screen::History.once(move || self.is_wanted())
    }

    fn is_wanted(self) -> bool {
        self.is_open.get() || self.is_then()
    }

    /// Gives registers back what they held, as one edit that can be taken back.
    fn revert(self, store: LocalStore, values: Vec<(Box<str>, Scalar)>) {
        let record = self.record;
        store.edit(EditLabel::Revert, vec![IntentPart { record, values }]);
        // The button goes with the difference; whoever pressed it by a key goes on where it was.
        request_animation_frame(|| {
            let is_lost = |it: web_sys::Element| it.tag_name() == "BODY";
            if document().active_element().is_none_or(is_lost) {
                let place = document().query_selector(".then-view, .history-panel");
                let place = place.ok().flatten();
                let place = place.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
                place.inspect(|it| drop(it.focus()));
            }
        });
    }
}

/// Opens the history, for a menu of actions.
#[component]
pub fn HistoryItem() -> impl IntoView {
    let i18n = use_i18n();
    find_history().map(|history| {
        view! {
            <MenuItem
                label=i18n.text(Messages::past_title)
                glyph=Glyph::History
                on_press=move |()| history.open(None)
            />
        }
    })
}

/// Opens the history, for a head without a menu.
#[component]
pub fn HistoryButton() -> impl IntoView {
    let i18n = use_i18n();
    find_history().map(|history| {
        view! {
            <IconButton
                glyph=Glyph::History
                label=i18n.text(Messages::past_title)
                on_press=move |()| history.open(None)
            />
        }
    })
}
