//! Buttons: a verb, perhaps an icon, perhaps the key that does the same.

use leptos::prelude::*;

use super::live::{listen, live, part};

use super::icon::{Glyph, icon};

/// How loud a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one main action of a page.
    Primary,
    /// An action with an outline.
    #[default]
    Plain,
    /// An action without an outline, in bars and rows.
    Ghost,
    /// An action that cannot be undone.
    Danger,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            ButtonKind::Primary => "button primary",
            ButtonKind::Plain => "button",
            ButtonKind::Ghost => "button ghost",
            ButtonKind::Danger => "button danger",
        }
    }
}

/// A button with a word.
#[component]
pub fn Button(
    /// The verb.
    #[prop(into)]
    label: Signal<String>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
    /// How loud it is.
    #[prop(optional)]
    kind: ButtonKind,
    /// A shape before the word.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// Whether it can be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The key that does the same, shown after the word.
    #[prop(optional)]
    shortcut: &'static str,
    /// Submits the form around it instead of being a plain button.
    #[prop(optional)]
    submits: bool,
) -> impl IntoView {
    view! {
        <button
            type=if submits { "submit" } else { "button" }
            class=kind.class()
            disabled=live(move || disabled.get())
            aria-keyshortcuts=(!shortcut.is_empty()).then_some(shortcut)
            on:click=listen(move |_| on_press.run(()))
        >
            {glyph.map(|it| icon(it, "icon"))}
            <span>{part(move || label.get())}</span>
            {(!shortcut.is_empty()).then(|| view! { <kbd>{shortcut}</kbd> })}
        </button>
    }
    .into_any()
}

/// A square button with a shape only; the label is its name and its tooltip.
#[component]
pub fn IconButton(
    /// The shape.
    glyph: Glyph,
    /// What it is called for those who cannot see the shape.
    #[prop(into)]
    label: Signal<String>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
    /// For a button that stays down.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// Whether it can be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The key that does the same, named in the tooltip.
    #[prop(optional)]
    shortcut: &'static str,
) -> impl IntoView {
    let title = move || {
        if shortcut.is_empty() {
            label.get()
        } else {
            format!("{} ({shortcut})", label.get())
        }
    };
    view! {
        <button
            type="button"
            class="button ghost square"
            disabled=live(move || disabled.get())
            aria-label=live(move || label.get())
            aria-pressed=live(move || pressed.map(|it| it.get().to_string()))
            aria-keyshortcuts=(!shortcut.is_empty()).then_some(shortcut)
            title=live(title)
            on:click=listen(move |_| on_press.run(()))
        >
            {icon(glyph, "icon")}
        </button>
    }
    .into_any()
}
