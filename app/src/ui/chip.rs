//! Chips and badges: a word in a soft box.

use leptos::prelude::*;

use super::live::{listen, live, part};

use super::icon::{Glyph, icon};

/// What a color means; a word or an icon always stands beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// The accent.
    Accent,
    /// Won, fine, done.
    Good,
    /// Due, missing a next step.
    Due,
    /// Overdue, lost, refused.
    Bad,
    /// Waits to be synced.
    Waiting,
}

impl Tone {
    /// The class that carries the color.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "tone-neutral",
            Tone::Accent => "tone-accent",
            Tone::Good => "tone-good",
            Tone::Due => "tone-due",
            Tone::Bad => "tone-bad",
            Tone::Waiting => "tone-waiting",
        }
    }
}

/// A word in a soft box, not for pressing.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    label: Signal<String>,
    /// What its color means.
    #[prop(optional, into)]
    tone: Signal<Tone>,
    /// A shape before the word.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
) -> impl IntoView {
    view! {
        <span class=live(move || format!("badge {}", tone.get().class()))>
            {glyph.map(|it| icon(it, "icon"))} <span>{part(move || label.get())}</span>
        </span>
    }
    .into_any()
}

/// A removable value: a tag, a chosen filter.
#[component]
pub fn Chip(
    /// The word.
    #[prop(into)]
    label: Signal<String>,
    /// What the cross is called.
    #[prop(into)]
    remove_label: Signal<String>,
    /// Takes it away.
    #[prop(into)]
    on_remove: Callback<()>,
) -> impl IntoView {
    view! {
        <span class="chip">
            <span>{part(move || label.get())}</span>
            <button
                type="button"
                class="chip-remove"
                aria-label=live(move || remove_label.get())
                on:click=listen(move |_| on_remove.run(()))
            >
                {icon(Glyph::Close, "icon")}
            </button>
        </span>
    }
    .into_any()
}

/// A quick filter that is on or off, with the count of what it would show.
#[component]
pub fn FilterChip(
    /// The word.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is on.
    #[prop(into)]
    pressed: Signal<bool>,
    /// Turns it on or off.
    #[prop(into)]
    on_toggle: Callback<()>,
    /// How many records match, in digits.
    #[prop(optional, into)]
    count: Option<Signal<String>>,
    /// What its color means while it has matches.
    #[prop(optional, into)]
    tone: Signal<Tone>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=live(move || format!("filter-chip {}", tone.get().class()))
            aria-pressed=live(move || pressed.get().to_string())
            on:click=listen(move |_| on_toggle.run(()))
        >
            <span>{part(move || label.get())}</span>
            {count.map(|count| view! { <span class="count">{part(move || count.get())}</span> })}
        </button>
    }
    .into_any()
}
