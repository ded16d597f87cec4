//! Progress of something that takes over a second: counts, and a way to stop it.

use leptos::prelude::*;

use super::live::{listen, live, part};

/// A bar with counts.
#[component]
pub fn Progress(
    /// What is going on.
    #[prop(into)]
    label: Signal<String>,
    /// How much is done.
    #[prop(into)]
    done: Signal<u64>,
    /// How much there is; nothing while unknown.
    #[prop(into)]
    total: Signal<Option<u64>>,
    /// The counts in words.
    #[prop(into)]
    counts: Signal<String>,
    /// Stops it: its label and what it does.
    #[prop(optional)]
    cancel: Option<(Signal<String>, Callback<()>)>,
) -> impl IntoView {
    // Without a total the bar says that something moves and no more.
    let value = move || total.get().map(|_| done.get().to_string());
    view! {
        <div class="progress">
            <div class="progress-words">
                <span>{part(move || label.get())}</span>
                <span class="counts">{part(move || counts.get())}</span>
            </div>
            <progress
                aria-label=live(move || label.get())
                max=live(move || total.get().unwrap_or(1).to_string())
                value=live(value)
            ></progress>
            {cancel
                .map(|(label, act)| {
                    view! {
                        <button type="button" class="button ghost" on:click=listen(move |_| act.run(()))>
                            <span>{part(move || label.get())}</span>
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}
