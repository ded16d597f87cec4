//! Keys that work everywhere, and the sheet that lists them.
//!
//! Single letters never act while somebody types, while an input method composes, or above an open
//! dialog, and can be turned off (WCAG 2.1.4).

use huike_messages::Messages;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::{Shell, use_creation, use_shell};
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::store::use_store;
use crate::ui::{Dialog, is_composing, is_typing, part, watch_keys};

/// How long the second letter of `g t` may take.
const PAIR_MS: f64 = 1_200.0;

/// One shortcut in the sheet of keys.
pub struct Shortcuts;

impl Shortcuts {
    /// Keys and what they do.
    #[allow(
        clippy::type_complexity,
        reason = "a table reads better than a type for it"
    )]
    pub const ALL: &'static [(&'static [&'static str], fn(&Messages) -> String)] = &[
        (&["Ctrl", "K"], Messages::keys_palette),
        (&["/"], Messages::common_search),
        (&["C"], Messages::nav_quick_create),
        (&["G", "T"], Messages::nav_today),
        (&["G", "C"], Messages::nav_customers),
        (&["G", "B"], Messages::nav_deals),
        (&["G", "A"], Messages::nav_tasks),
        (&["J"], Messages::keys_next),
        (&["K"], Messages::keys_previous),
        (&["Enter"], Messages::common_open),
        (&["X"], Messages::keys_select),
        (&["E"], Messages::common_edit),
        (&["F2"], Messages::keys_edit_cell),
        (&["Esc"], Messages::common_back),
        (&["Ctrl", "Z"], Messages::common_undo),
        (&["?"], Messages::common_keyboard_shortcuts),
    ];
}

/// Listens as long as the frame lives.
pub fn watch() {
    let (shell, nav, store, creation) = (use_shell(), use_nav(), use_store(), use_creation());
    let pair = StoredValue::new(None::<f64>);
    watch_keys(move |ev| {
        if is_composing(&ev) || ev.default_prevented() {
            return;
        }
        let is_command = ev.ctrl_key() || ev.meta_key();
        let key = ev.key().to_lowercase();
        if is_command && key == "k" && !ev.shift_key() {
            ev.prevent_default();
            shell.palette.update(|it| *it = !*it);
            return;
        }
        if is_typing(&ev) {
            return;
        }
        if !is_command && !ev.alt_key() && creation.take_letter(&key) {
            ev.prevent_default();
            return;
        }
        if is_dialog_open() {
            return;
        }
        if is_command && key == "z" && !ev.shift_key() {
            ev.prevent_default();
            store.undo();
            return;
        }
        if is_command || ev.alt_key() || !shell.has_letter_keys.get_untracked() {
            return;
        }
        let is_second = pair
            .get_value()
            .is_some_and(|at| js_sys::Date::now() - at < PAIR_MS);
        pair.set_value(None);
        let target = match key.as_str() {
            "t" if is_second => Some("/app/today"),
            "c" if is_second => Some("/app/customers"),
            "b" | "d" if is_second => Some("/app/deals"),
            "a" if is_second => Some("/app/tasks"),
            "s" if is_second => Some("/app/settings"),
            _ => None,
        };
        if let Some(target) = target {
            ev.prevent_default();
            nav.to(target);
            return;
        }
        match key.as_str() {
            "g" => pair.set_value(Some(js_sys::Date::now())),
            "c" => {
                ev.prevent_default();
                creation.choose();
            }
            "/" => search(&ev, shell),
            "?" => {
                ev.prevent_default();
                shell.keys.set(true);
            }
            _ => {}
        }
    });
}

/// To the search of the page, or to the palette where there is none.
fn search(ev: &KeyboardEvent, shell: Shell) {
    ev.prevent_default();
    let field = document()
        .query_selector("main .search-field input")
        .ok()
        .flatten();
    match field.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        Some(field) => {
            let _ = field.focus();
        }
        None => shell.palette.set(true),
    }
}

fn is_dialog_open() -> bool {
    document()
        .query_selector("dialog[open]")
        .ok()
        .flatten()
        .is_some()
}

/// The sheet of keys.
#[component]
pub fn KeysSheet() -> impl IntoView {
    let (shell, i18n) = (use_shell(), use_i18n());
    let row = move |(keys, words): &(&'static [&'static str], fn(&Messages) -> String)| {
        let (keys, words) = (*keys, *words);
        view! {
            <div>
                <dt>{part(move || i18n.t(words))}</dt>
                <dd>{keys.iter().map(|it| view! { <kbd>{*it}</kbd> }).collect_view()}</dd>
            </div>
        }
    };
    view! {
        <Dialog
            open=shell.keys
            title=i18n.text(Messages::common_keyboard_shortcuts)
            close_label=i18n.text(Messages::common_close)
            wide=true
        >
            <dl class="keys">{Shortcuts::ALL.iter().map(row).collect_view()}</dl>
        </Dialog>
    }
    .into_any()
}
