//! The board: columns side by side, heads with sums, and the places to drop on.

use leptos::children::ViewFn;
use leptos::html;
use leptos::prelude::*;

use super::live::live;

/// The scrolling row of columns. Make it draggable with [`super::use_drag`] on `node_ref`.
#[component]
pub fn Board(
    /// The element, for the drag.
    node_ref: NodeRef<html::Div>,
    /// What the board is called.
    #[prop(into)]
    label: Signal<String>,
    /// The columns, then the drop zones.
    children: Children,
) -> impl IntoView {
    view! {
        <div
            node_ref=node_ref
            class="board"
            role="group"
            tabindex="0"
            aria-label=live(move || label.get())>
            {children()}
        </div>
    }
    .into_any()
}

/// One column: a head told by the page, and the list of cards.
#[component]
pub fn BoardColumn(
    /// Given back by the drag.
    #[prop(into)]
    id: String,
    /// What the column is called.
    #[prop(into)]
    label: Signal<String>,
    /// The head: name, ring, count, sums.
    #[prop(into)]
    head: ViewFn,
    /// Closed stages that still hold cards are shown pale.
    #[prop(optional)]
    is_archived: bool,
    /// More cards than there should be.
    #[prop(optional, into)]
    is_over_limit: Signal<bool>,
    /// Stands below the cards: a button that adds one, a word that there are none.
    #[prop(optional, into)]
    foot: Option<ViewFn>,
    /// The cards and nothing else, each with `data-card` and `tabindex="-1"`.
    children: Children,
) -> impl IntoView {
    view! {
        <section
            class="board-column"
            class:archived=is_archived
            class:limit=live(move || is_over_limit.get())
            data-column=id
            aria-label=live(move || label.get())>
            <header class="column-head">{head.run()}</header>
            <div class="card-list" data-cards="" role="list">
                {children()}
            </div>
            {foot.map(|it| view! { <footer class="column-foot">{it.run()}</footer> })}
        </section>
    }
    .into_any()
}

/// A probability as a small ring that fills.
#[component]
pub fn ProbabilityRing(
    /// From 0 to 100.
    #[prop(into)]
    percent: Signal<u8>,
    /// What it says to those who do not see it, and as its tooltip.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    // The circle has a circumference of 100 (radius 15.915), so percent is the dash itself.
    view! {
        <span class="ring" role="img" aria-label=live(move || label.get()) title=live(move || label.get())>
            <svg viewBox="0 0 36 36" aria-hidden="true">
                <circle class="ring-track" cx="18" cy="18" r="15.915"></circle>
                <circle
                    class="ring-fill"
                    cx="18"
                    cy="18"
                    r="15.915"
                    stroke-dasharray=live(move || format!("{} 100", percent.get().min(100)))></circle>
            </svg>
        </span>
    }
    .into_any()
}
