//! Importing a file of customers: choose, map, try, import, and take it back.
//!
//! The server parses and writes; nothing is half imported. This page shows what it says.

mod history;
mod mapping;
mod outcome;
mod upload;
mod wire;

use huike_messages::Messages;
use leptos::html;
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::session::http::HttpError;
use crate::ui::{Glyph, Notice, Tone, follow, live, part};
use wire::{Checked, Standing, Uploaded};

/// How far one import is.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// A file is to be chosen.
    File,
    /// Columns find their fields.
    Mapping(Uploaded),
    /// The dry run has spoken.
    Tried(Uploaded, Checked),
    /// It runs, or is done.
    Running(Standing),
}

impl Step {
    fn number(&self) -> usize {
        match self {
            Step::File => 0,
            Step::Mapping(_) => 1,
            Step::Tried(..) => 2,
            Step::Running(_) => 3,
        }
    }
}

/// What the steps share.
#[derive(Clone, Copy)]
struct Wizard {
    step: RwSignal<Step>,
    /// The chosen file, read again when another encoding is asked for.
    file: RwSignal<Option<web_sys::File>, LocalStorage>,
    /// The field of each column; empty for none.
    mapping: RwSignal<Vec<String>>,
    /// What is imported: customers or contacts.
    kind: RwSignal<String>,
    error: RwSignal<Option<HttpError>>,
    is_busy: RwSignal<bool>,
}

/// The page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let i18n = use_i18n();
    let wizard = Wizard {
        step: RwSignal::new(Step::File),
        file: RwSignal::new_local(None),
        mapping: RwSignal::new(Vec::new()),
        kind: RwSignal::new("customer".to_owned()),
        error: RwSignal::new(None),
        is_busy: RwSignal::new(false),
    };
    follow(move || {
        document().set_title(&format!(
            "{} · {}",
            i18n.t(Messages::import_title),
            i18n.t(Messages::app_title)
        ));
    });
    let names: [fn(&Messages) -> String; 4] = [
        Messages::import_step_file,
        Messages::import_step_mapping,
        Messages::import_step_check,
        Messages::import_step_done,
    ];
    let number = Memo::new(move |_| wizard.step.with(Step::number));
    let steps = names.into_iter().enumerate().map(|(index, words)| {
        let is_passed = move || index < number.get();
        view! {
            <li
                class:passed=live(is_passed)
                aria-current=live(move || (index == number.get()).then_some("step"))>
                <span class="step-number">{index + 1}</span>
                <span>{part(move || i18n.t(words))}</span>
            </li>
        }
    });
    // A step begins at its top.
    let body_ref = NodeRef::<html::Div>::new();
    follow(move || {
        number.track();
        if let Some(body) = body_ref.get() {
            body.set_scroll_top(0);
        }
    });
    let body = move || match wizard.step.get() {
        Step::File => view! { <upload::Upload wizard/> <history::History/> }.into_any(),
        Step::Mapping(uploaded) => view! { <mapping::Mapping wizard uploaded/> }.into_any(),
        Step::Tried(uploaded, checked) => {
            view! { <outcome::Tried wizard uploaded checked/> }.into_any()
        }
        Step::Running(standing) => view! { <outcome::Running wizard standing/> }.into_any(),
    };
    view! {
        <header class="page-head">
            <h1>{i18n.text(Messages::import_title)}</h1>
        </header>
        <div class="page-body" node_ref=body_ref>
            <div class="import">
                <ol class="steps">{steps.collect_view()}</ol>
                {part(move || {
                    wizard.error.get().map(|error| {
                        view! {
                            <Notice tone=Tone::Bad glyph=Glyph::Warning>
                                <span>{error.words(i18n)}</span>
                            </Notice>
                        }
                    })
                })}
                {part(body)}
            </div>
        </div>
    }
    .into_any()
}
