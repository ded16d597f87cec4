//! What is shown where there is nothing, not yet, or something wrong.

use std::time::Duration;

use leptos::children::ChildrenFn;
use leptos::prelude::*;

use super::live::{Show, live, part};

use super::chip::Tone;
use super::icon::{Glyph, icon};

/// Local data is nearly always there before this; a skeleton that flashes is worse than none.
const SKELETON_AFTER: Duration = Duration::from_millis(150);

/// One sentence what belongs here, one action, one keyboard hint.
#[component]
pub fn EmptyState(
    /// A shape.
    glyph: Glyph,
    /// What belongs here.
    #[prop(into)]
    title: Signal<String>,
    /// One more sentence.
    #[prop(optional, into)]
    text: Option<Signal<String>>,
    /// The action and the hint.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <div class="empty-shape">{icon(glyph, "icon")}</div>
            <p class="empty-title">{part(move || title.get())}</p>
            {text.map(|it| view! { <p class="empty-text">{part(move || it.get())}</p> })}
            {children.map(|it| view! { <div class="empty-actions">{it()}</div> })}
        </div>
    }
    .into_any()
}

/// A bar on the page: what happened, what is safe, what to do.
#[component]
pub fn Notice(
    /// What its color means.
    #[prop(default = Tone::Accent)]
    tone: Tone,
    /// A shape before the words.
    #[prop(default = Glyph::Info)]
    glyph: Glyph,
    /// Words and actions.
    children: Children,
) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=format!("notice {}", tone.class()) role=role>
            {icon(glyph, "icon")}
            <div class="notice-words">{children()}</div>
        </div>
    }
    .into_any()
}

/// Which layout a skeleton takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkeletonShape {
    /// Rows of a table or list.
    Rows,
    /// Columns of cards.
    Board,
    /// A record page.
    Record,
}

/// The outline of what will be there, shown only if it takes a while.
#[component]
pub fn Skeleton(
    /// The layout.
    shape: SkeletonShape,
    /// What is said meanwhile to those who do not see it.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let is_late = RwSignal::new(false);
    let timer = set_timeout_with_handle(
        move || {
            is_late.try_set(true);
        },
        SKELETON_AFTER,
    );
    on_cleanup(move || {
        let _ = timer.map(|it| it.clear());
    });
    let (class, bars) = match shape {
        SkeletonShape::Rows => ("skeleton rows", 12),
        SkeletonShape::Board => ("skeleton columns", 12),
        SkeletonShape::Record => ("skeleton record", 9),
    };
    view! {
        <Show when=move || is_late.get()>
            <div class=class role="status" aria-label=live(move || label.get())>
                {(0..bars).map(|_| view! { <span class="bone"></span> }).collect_view()}
            </div>
        </Show>
    }
    .into_any()
}
