//! The control that edits one value, shared by forms and cells.
//!
//! A value is text here; the page parses it and says what is wrong. The draft belongs to the
//! control from the moment it opens: a value that arrives from elsewhere never replaces what
//! somebody is typing and never moves the caret.

use leptos::ev::Event;
use leptos::prelude::*;

use super::live::{listen, live, part};

/// One of the values to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// What kind of value is edited; it decides the control and the keyboard of a phone.
#[derive(Clone, Copy, Debug)]
pub enum Editor {
    /// One line.
    Text,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
    /// A web address.
    Url,
    /// A number.
    Number,
    /// An amount of money, aligned to the end.
    Money,
    /// A civil date, `2025-03-08`.
    Date,
    /// A civil date with a time, `2025-03-08T14:30`.
    DateTime,
    /// Never shown.
    Password,
    /// Several lines.
    LongText,
    /// One of a few values.
    OneOf(Signal<Vec<Choice>>),
}

impl Editor {
    /// Whether Enter belongs to the text and does not end the edit.
    pub(super) fn is_multiline(self) -> bool {
        matches!(self, Editor::LongText)
    }

    /// Whether a change is a whole decision, like picking from a list.
    pub(super) fn saves_on_change(self) -> bool {
        matches!(self, Editor::OneOf(_))
    }

    fn input(self) -> (&'static str, &'static str) {
        match self {
            Editor::Text | Editor::LongText | Editor::OneOf(_) => ("text", "text"),
            Editor::Phone => ("tel", "tel"),
            Editor::Email => ("email", "email"),
            Editor::Url => ("url", "url"),
            // Native number inputs swallow 1.2万 and change by the wheel; the page parses.
            Editor::Number | Editor::Money => ("text", "decimal"),
            Editor::Date => ("date", "none"),
            Editor::DateTime => ("datetime-local", "none"),
            Editor::Password => ("password", "text"),
        }
    }
}

/// What ties a control to the words around it.
#[derive(Clone)]
pub(super) struct Wiring {
    pub id: String,
    pub label: Option<Signal<String>>,
    pub described_by: String,
    pub is_invalid: Signal<bool>,
    pub is_disabled: Signal<bool>,
    pub is_required: bool,
    pub placeholder: Signal<String>,
    pub autocomplete: &'static str,
}

/// Draws the control over a draft.
pub(super) fn control(
    editor: Editor,
    draft: RwSignal<String>,
    wiring: Wiring,
    on_input: Callback<String>,
) -> AnyView {
    let Wiring {
        id,
        label,
        described_by,
        is_invalid,
        is_disabled,
        is_required,
        placeholder,
        autocomplete,
    } = wiring;
    let aria_label = move || label.map(|it| it.get());
    let aria_invalid = move || is_invalid.get().then_some("true");
    let take = move |value: String| {
        draft.set(value.clone());
        on_input.run(value);
    };
    match editor {
        Editor::LongText => view! {
            <textarea
                id=id
                class="input long-text"
                rows="3"
                aria-label=live(aria_label)
                aria-describedby=described_by
                aria-invalid=live(aria_invalid)
                placeholder=live(move || placeholder.get())
                required=is_required
                disabled=live(move || is_disabled.get())
                prop:value=live(move || draft.get())
                on:input=listen(move |ev: Event| take(event_target_value(&ev)))
            ></textarea>
        }
        .into_any(),
        Editor::OneOf(choices) => view! {
            <select
                id=id
                class="input select"
                aria-label=live(aria_label)
                aria-describedby=described_by
                aria-invalid=live(aria_invalid)
                required=is_required
                disabled=live(move || is_disabled.get())
                on:change=listen(move |ev: Event| take(event_target_value(&ev)))
            >
                {part(move || {
                    choices
                        .get()
                        .into_iter()
                        .map(|it| {
                            let is_chosen = draft.with(|now| *now == it.value);
                            view! { <option value=it.value selected=is_chosen>{it.label}</option> }
                        })
                        .collect_view()
                })}
            </select>
        }
        .into_any(),
        Editor::Text
        | Editor::Phone
        | Editor::Email
        | Editor::Url
        | Editor::Number
        | Editor::Money
        | Editor::Date
        | Editor::DateTime
        | Editor::Password => {
            let (kind, mode) = editor.input();
            let is_number = matches!(editor, Editor::Number | Editor::Money);
            view! {
                <input
                    id=id
                    class="input"
                    class:number=is_number
                    type=kind
                    inputmode=(mode != "none").then_some(mode)
                    autocomplete=if autocomplete.is_empty() { "off" } else { autocomplete }
                    aria-label=live(aria_label)
                    aria-describedby=described_by
                    aria-invalid=live(aria_invalid)
                    placeholder=live(move || placeholder.get())
                    required=is_required
                    disabled=live(move || is_disabled.get())
                    prop:value=live(move || draft.get())
                    on:input=listen(move |ev: Event| take(event_target_value(&ev)))
                />
            }
            .into_any()
        }
    }
}
