//! Check boxes and switches.

use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;

use super::live::{listen, live, part};

/// A box that is ticked or not.
#[component]
pub fn Checkbox(
    /// What it says.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is ticked.
    #[prop(into)]
    checked: Signal<bool>,
    /// Ticks or clears it.
    #[prop(into)]
    on_change: Callback<bool>,
    /// Shows the box only; the label is its name.
    #[prop(optional)]
    bare: bool,
    /// Round, for tasks.
    #[prop(optional)]
    round: bool,
) -> impl IntoView {
    view! {
        <label class="checkbox" class:round=round on:click=listen(|ev: MouseEvent| ev.stop_propagation())>
            <input
                type="checkbox"
                aria-label=live(move || bare.then(|| label.get()))
                prop:checked=live(move || checked.get())
                on:change=listen(move |ev: Event| on_change.run(event_target_checked(&ev)))
            />
            {(!bare).then(|| view! { <span>{part(move || label.get())}</span> })}
        </label>
    }
    .into_any()
}

/// Something that is on or off at once, without saving.
#[component]
pub fn Switch(
    /// What it turns on.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is on.
    #[prop(into)]
    checked: Signal<bool>,
    /// Turns it on or off.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="switch">
            <span>{part(move || label.get())}</span>
            <input
                type="checkbox"
                role="switch"
                prop:checked=live(move || checked.get())
                on:change=listen(move |ev: Event| on_change.run(event_target_checked(&ev)))
            />
        </label>
    }
    .into_any()
}
