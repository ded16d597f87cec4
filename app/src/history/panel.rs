//! Where the history lies: a panel beside the record where there is room, else a sheet.

use huike_messages::Messages;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::changes::Changes;
use super::controls::{Moment, OneField};
use super::feed::Feed;
use super::known::Known;
use super::standing::Standing;
use super::then::Then;
use super::{RecordHistory, find_history};
use crate::i18n::use_i18n;
use crate::shell::use_shell;
use crate::ui::{Glyph, IconButton, Sheet, Show, Width, follow, is_composing, listen, live, part};

/// The history of the record around: the panel while it is open, the record as it was while a moment is
/// chosen.
#[component]
pub fn HistoryPlace() -> impl IntoView {
    find_history().map(|history| view! { <Place history/> })
}

#[component]
fn Place(history: RecordHistory) -> impl IntoView {
    let (i18n, shell) = (use_i18n(), use_shell());
    let feed = Feed::open(history);
    let is_beside = Memo::new(move |_| shell.width.get() == Width::Desktop);
    view! {
        <Show when=move || history.is_then()>
            <Then feed/>
        </Show>
        {part(move || {
            if is_beside.get() {
                view! {
                    <Show when=move || history.is_open.get()>
                        <Beside feed/>
                    </Show>
                }
                .into_any()
            } else {
                view! {
                    <Sheet
                        open=history.is_open
                        title=i18n.text(Messages::past_title)
                        close_label=i18n.text(Messages::common_close)
                    >
                        <Inside feed/>
                    </Sheet>
                }
                .into_any()
            }
        })}
    }
    .into_any()
}

/// Beside the record, which goes on working.
#[component]
fn Beside(feed: Feed) -> impl IntoView {
    let i18n = use_i18n();
    let is_open = feed.history.is_open;
    let panel_ref = NodeRef::<html::Aside>::new();
    // The focus goes in, and back to where it was.
    let before = StoredValue::new_local(focused());
    // In the top layer, or the record would be what it is placed in.
    panel_ref.on_load(|panel| {
        request_animation_frame(move || {
            let _ = panel.show_popover();
            let _ = panel.focus();
        });
    });
    on_cleanup(move || {
        let before = before.try_update_value(Option::take).flatten();
        request_animation_frame(move || {
            let is_lost = document()
                .active_element()
                .is_none_or(|it| it.tag_name() == "BODY");
            if let Some(before) = before.filter(|it| is_lost && it.is_connected()) {
                let _ = before.focus();
            }
        });
    });
    let press = move |ev: KeyboardEvent| {
        if ev.key() == "Escape" && !is_composing(&ev) && !ev.default_prevented() {
            ev.prevent_default();
            ev.stop_propagation();
            is_open.set(false);
        }
    };
    view! {
        <aside
            node_ref=panel_ref
            class="history-panel"
            popover="manual"
            tabindex="-1"
            aria-label=live(move || i18n.t(Messages::past_title))
            on:keydown=listen(press)
        >
            <header class="dialog-head">
                <h2>{i18n.text(Messages::past_title)}</h2>
                <IconButton
                    glyph=Glyph::Close
                    label=i18n.text(Messages::common_close)
                    on_press=move |()| is_open.set(false)
                />
            </header>
            <div class="history-body">
                <Inside feed/>
            </div>
        </aside>
    }
    .into_any()
}

fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

#[component]
fn Inside(feed: Feed) -> impl IntoView {
    // A sheet lies above the record: whoever chooses a moment wants to see it.
    let shell = use_shell();
    let history = feed.history;
    let before = history.at.get_untracked();
    follow(move || {
        let at = history.at.get();
        let is_chosen = at.is_some() && at != before;
        if is_chosen && shell.width.get_untracked() != Width::Desktop {
            history.is_open.set(false);
        }
    });
    view! {
        <div class="history">
            <Standing feed/>
            <div class="history-controls">
                <OneField feed/>
                <Moment feed/>
            </div>
            <Known feed/>
            <Changes feed/>
        </div>
    }
    .into_any()
}
