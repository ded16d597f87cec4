//! The stages of a deal's pipeline as a row of steps; a press moves it there.

use huike_messages::Messages;
use huike_shared::id::RecordId;
use huike_shared::place::PartId;
use leptos::prelude::*;

use super::acts::move_to_stage;
use super::book::DealBook;
use super::facts::DealFacts;
use crate::i18n::use_i18n;
use crate::ui::{For, MenuItem, listen, live};

/// The stages of a deal's pipeline.
#[component]
pub fn StagePath(
    /// Which deal.
    id: RecordId,
    /// Deals and pipelines.
    book: DealBook,
    /// The deal.
    facts: Memo<DealFacts>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = Memo::new(move |_| facts.with(|it| it.place.stage));
    let is_open = move || facts.with(|it| it.outcome.is_open());
    let stages = Memo::new(move |_| stages_of(book, facts));
    let reached = Memo::new(move |_| {
        let at = here.get();
        stages.with(|it| it.iter().position(|it| it.0 == at))
    });
    let step = move |(index, (stage, name)): (usize, (PartId, String))| {
        let is_here = move || here.get() == stage && is_open();
        view! {
            <button
                type="button"
                class:passed=live(move || reached.get().is_some_and(|it| index < it || (index == it && !is_open())))
                aria-current=live(move || is_here().then_some("step"))
                disabled=live(move || !is_open())
                on:click=listen(move |_| {
                    if here.get_untracked() != stage {
                        move_to_stage(book, id, stage);
                    }
                })
            >
                {name}
            </button>
        }
    };
    view! {
        <div class="stage-path" role="group" aria-label=i18n.text(Messages::stages_title)>
            <For each=move || stages.get().into_iter().enumerate() key=Clone::clone let:stage>
                {step(stage)}
            </For>
        </div>
    }
    .into_any()
}

/// The stages of a deal's pipeline as entries of a menu.
pub fn stage_items(id: RecordId, book: DealBook, facts: Memo<DealFacts>) -> AnyView {
    let item = move |(stage, name): (PartId, String)| {
        let is_here = move || facts.with(|it| it.place.stage == stage);
        let act = move |()| {
            if !untrack(is_here) {
                move_to_stage(book, id, stage);
            }
        };
        view! { <MenuItem label=name on_press=act checked=Signal::derive(is_here)/> }
    };
    untrack(|| stages_of(book, facts))
        .into_iter()
        .map(item)
        .collect_view()
        .into_any()
}

/// The stages that are offered, and the one it is in.
fn stages_of(book: DealBook, facts: Memo<DealFacts>) -> Vec<(PartId, String)> {
    let (home, at) = facts.with(|it| (it.place.pipeline, it.place.stage));
    let pipeline = book.home(home).and_then(|it| book.pipeline(it));
    let stages = pipeline.map(|it| it.stages).unwrap_or_default();
    stages
        .iter()
        .filter(|it| !it.1.removed || it.0 == at)
        .map(|it| (it.0, it.1.name.to_string()))
        .collect()
}
