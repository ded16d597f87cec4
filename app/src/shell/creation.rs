//! Making records from anywhere: what to make, then its dialog.

use huike_messages::Messages;
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::Task;
use huike_shared::id::RecordId;
use huike_shared::record::{Kind, Record};
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::record::{NewRecordForm, new_title};
use crate::ui::{Dialog, Glyph, MenuItem, MenuList, Sheet, follow, part};

/// A record that somebody wants to make, and what it already points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is.
    pub kind: Kind,
    /// Its links, by key.
    pub links: Vec<(&'static str, RecordId)>,
}

/// Opens the dialogs that make records.
#[derive(Clone, Copy)]
pub struct Creation {
    is_choosing: RwSignal<bool>,
    wanted: RwSignal<Option<Wanted>>,
}

/// Puts it into the context.
pub fn provide_creation() -> Creation {
    let creation = Creation {
        is_choosing: RwSignal::new(false),
        wanted: RwSignal::new(None),
    };
    provide_context(creation);
    creation
}

/// The dialogs that make records.
pub fn use_creation() -> Creation {
    expect_context::<Creation>()
}

impl Creation {
    /// Asks what to make.
    pub fn choose(self) {
        self.is_choosing.set(true);
    }

    /// Opens the dialog for a kind, with links filled in.
    pub fn open(self, kind: Kind, links: Vec<(&'static str, RecordId)>) {
        self.is_choosing.set(false);
        self.wanted.set(Some(Wanted { kind, links }));
    }

    /// Takes a letter while the sheet asks what to make; false if it means nothing here.
    pub fn take_letter(self, letter: &str) -> bool {
        let offer = OFFERED.iter().find(|it| it.2.eq_ignore_ascii_case(letter));
        match offer.filter(|_| self.is_choosing.get_untracked()) {
            Some(offer) => {
                self.open(offer.0, Vec::new());
                true
            }
            None => false,
        }
    }

    /// What is wanted now, followed; a dialog shows itself for its kind.
    pub fn wanted(self) -> Option<Wanted> {
        self.wanted.get()
    }

    /// Whether one of the dialogs is to be seen, followed.
    pub fn is_wanted(self) -> bool {
        self.is_choosing.get() || self.wanted.with(Option::is_some)
    }

    /// The dialog is done.
    pub fn close(self) {
        self.wanted.set(None);
    }
}

/// The kinds one makes from anywhere, with the letter that does it in the sheet.
const OFFERED: [(Kind, Glyph, &str, fn(&Messages) -> String); 4] = [
    (
        Customer::DEF.kind,
        Glyph::Customer,
        "C",
        Messages::kind_customer,
    ),
    (
        Contact::DEF.kind,
        Glyph::Contact,
        "P",
        Messages::kind_contact,
    ),
    (Deal::DEF.kind, Glyph::Deal, "D", Messages::kind_deal),
    (Task::DEF.kind, Glyph::Task, "T", Messages::kind_task),
];

/// The sheet that asks what to make, and the dialog that makes it.
#[component]
pub fn CreationDialogs() -> impl IntoView {
    let (i18n, creation) = (use_i18n(), use_creation());
    let items = move || {
        OFFERED
            .map(|(kind, glyph, key, words)| {
                view! {
                    <MenuItem
                        label=i18n.text(words)
                        glyph=glyph
                        shortcut=key
                        on_press=move |()| creation.open(kind, Vec::new())
                    />
                }
            })
            .into_iter()
            .collect_view()
    };
    let is_open = RwSignal::new(false);
    follow(move || is_open.set(creation.wanted.with(Option::is_some)));
    follow(move || {
        if !is_open.get() && creation.wanted.with_untracked(Option::is_some) {
            creation.close();
        }
    });
    let title = Signal::derive(move || {
        let kind = creation.wanted.with(|it| it.as_ref().map(|it| it.kind));
        let offer = OFFERED.iter().find(|it| Some(it.0) == kind);
        offer
            .map(|it| i18n.t(|m| new_title(m, &(it.3)(m))))
            .unwrap_or_default()
    });
    view! {
        <Sheet
            open=creation.is_choosing
            title=i18n.text(Messages::nav_quick_create)
            close_label=i18n.text(Messages::common_close)
        >
            <div class="create-sheet">
                <MenuList label=i18n.text(Messages::nav_quick_create)>{items()}</MenuList>
            </div>
        </Sheet>
        <Dialog open=is_open title close_label=i18n.text(Messages::common_close)>
            {part(move || {
                creation.wanted().map(|wanted| {
                    view! { <NewRecordForm wanted on_done=move |_| creation.close()/> }
                })
            })}
        </Dialog>
    }
    .into_any()
}
