//! A long text that several people write at once.
//!
//! The control belongs to the person: what others type is put in around the caret, and never while
//! an input method composes.

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::note::{NOTE_CHARS_MAX, Splice};
use huike_shared::record::RecordRef;
use leptos::html;
use leptos::prelude::*;

use crate::ui::{follow, listen, live};
use web_sys::HtmlTextAreaElement;

use crate::i18n::use_i18n;
use crate::store::use_store;

/// The editor of one note.
#[component]
pub fn NoteEditor(
    /// The record.
    owner: RecordRef,
    /// Its field.
    field: &'static str,
    /// What the note is called.
    #[prop(into)]
    label: Signal<String>,
    /// Shown while it is empty.
    #[prop(optional, into)]
    placeholder: Signal<String>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let note = store.note(owner, field);
    let area_ref = NodeRef::<html::Textarea>::new();
    let is_locked = move || !store.may_on(owner.kind, Action::Edit) || !note.is_open.get();

    // News reach the control by hand: setting its value through the view would move the caret.
    follow(move || {
        let text = note.text.get();
        let remote = note.remote.get_untracked();
        if let Some(area) = area_ref.get()
            && area.value() != text
        {
            put_under_caret(&area, &text, remote.as_ref());
        }
    });
    let read = move || area_ref.get_untracked().map(|it| it.value());
    let typed = move || {
        if let Some(text) = read() {
            note.type_text(&text);
        }
    };
    view! {
        <div class="note-editor">
            <textarea
                node_ref=area_ref
                class="input long-text note"
                aria-label=live(move || label.get())
                placeholder=live(move || {
                    let words = placeholder.get();
                    if words.is_empty() { i18n.t(Messages::note_placeholder) } else { words }
                })
                maxlength=NOTE_CHARS_MAX.to_string()
                readonly=is_locked
                on:input=listen(move |_| typed())
                on:compositionstart=listen(move |_| note.set_composing(true))
                on:compositionend=listen(move |_| {
                    typed();
                    note.set_composing(false);
                })
            ></textarea>
        </div>
    }
    .into_any()
}

/// Puts a text from elsewhere in and keeps the caret at the words it stood at.
fn put_under_caret(area: &HtmlTextAreaElement, text: &str, remote: Option<&Splice>) {
    let old = area.value();
    let place = |units: Option<u32>| units.map(|it| chars_of(&old, it)).unwrap_or(0);
    let (start, end) = (
        place(area.selection_start().ok().flatten()),
        place(area.selection_end().ok().flatten()),
    );
    let is_focused = leptos::prelude::document().active_element().as_ref() == Some(area.as_ref());
    let top = area.scroll_top();
    area.set_value(text);
    area.set_scroll_top(top);
    // Moving the selection of a control without the focus would scroll the page to it.
    if !is_focused {
        return;
    }
    let moved = |at: usize| match remote {
        Some(remote) => {
            Splice {
                at,
                remove: 0,
                insert: "".into(),
            }
            .after(remote)
            .at
        }
        None => at,
    };
    let _ = area.set_selection_range(units_of(text, moved(start)), units_of(text, moved(end)));
}

/// Characters before a place that the browser counts in UTF-16 units.
fn chars_of(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    text.chars()
        .take_while(|it| {
            let fits = left >= it.len_utf16();
            left = left.saturating_sub(it.len_utf16());
            fits
        })
        .count()
}

fn units_of(text: &str, chars: usize) -> u32 {
    text.chars().take(chars).map(char::len_utf16).sum::<usize>() as u32
}
