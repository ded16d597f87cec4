//! One column of the board: head with sums, cards, quick add.

use std::sync::Arc;

use huike_shared::id::RecordId;
use huike_shared::place::PartId;
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;

use super::board_context::BoardContext;
use super::card::DealCard;
use super::new_deal::create_deal;
use super::sums::Totals;
use super::words::{sums_exact, sums_short};
use crate::store::device::{draft, keep_draft};
use crate::ui::{
    BoardColumn, Button, ButtonKind, For, Glyph, ProbabilityRing, Show, is_composing, listen, live,
    part,
};

/// One column of the board.
#[component]
pub fn StageColumnView(
    /// The stage.
    stage: PartId,
    /// The board.
    board: BoardContext,
    /// How many cards are drawn; grows frame by frame after the first paint.
    drawn_max: Signal<usize>,
) -> impl IntoView {
    // What it reads.
    let i18n = board.i18n;
    let cards = Memo::new(move |_| {
        board.layout.with(|it| {
            let cards = it
                .column(stage)
                .map(|it| it.cards.iter().map(|it| it.id).collect());
            Arc::new(cards.unwrap_or_else(Vec::<RecordId>::new))
        })
    });
    let is_archived = board
        .layout
        .with_untracked(|it| it.column(stage).is_none_or(|it| it.is_archived()));
    let totals = Memo::new(move |_| {
        board
            .totals
            .with(|it| it.get(&stage).cloned())
            .unwrap_or_default()
    });

    // What it derives.
    let drawn = move || {
        let drawn_max = drawn_max.get();
        cards.with(|it| it.iter().take(drawn_max).copied().collect::<Vec<_>>())
    };
    let is_over_limit = Memo::new(move |_| {
        let count = totals.with(|it| it.count);
        board
            .layout
            .with(|it| it.column(stage).is_some_and(|it| it.is_over_limit(count)))
    });

    // What it looks like.
    view! {
        <BoardColumn
            id=stage.to_string()
            label=Signal::derive(move || board.stage_name(stage))
            head=move || column_head(board, stage, totals, is_archived)
            is_archived
            is_over_limit=Signal::from(is_over_limit)
            foot=move || view! {
                {part(move || cards.with(|it| it.is_empty()).then(|| view! {
                    <p class="column-empty">{i18n.t(|it| it.board_column_empty())}</p>
                }))}
                {(!is_archived).then(|| view! { <QuickAdd stage board/> })}
            }
        >
            <For each=drawn key=|it| *it let:id>
                <DealCard id board/>
            </For>
        </BoardColumn>
    }
    .into_any()
}

fn column_head(
    board: BoardContext,
    stage: PartId,
    totals: Memo<Totals>,
    is_archived: bool,
) -> AnyView {
    let i18n = board.i18n;
    let probability = Signal::derive(move || {
        board
            .layout
            .with(|it| it.column(stage).map_or(0, |it| it.probability()))
    });
    let limit = move || {
        let limit = board.pipeline.with(|it| it.as_ref()?.stage(stage)?.limit);
        limit.map(|it| it.0).filter(|it| *it > 0)
    };
    let count = move || match limit() {
        Some(limit) => format!("{} / {limit}", totals.with(|it| it.count)),
        None => totals.with(|it| it.count).to_string(),
    };
    let weighted = move || {
        let sum = totals.with(|it| sums_short(i18n, &it.weighted));
        i18n.t(|it| it.deals_weighted(&sum))
    };
    view! {
        <div class="column-title">
            <h2>{part(move || board.stage_name(stage))}</h2>
            {if is_archived {
                view! { <span class="badge tone-neutral">{i18n.text(|it| it.stages_archived())}</span> }.into_any()
            } else {
                let percent = move || i64::from(probability.get());
                let label = Signal::derive(move || i18n.t(|it| it.deals_probability(percent())));
                view! { <ProbabilityRing percent=probability label=label/> }.into_any()
            }}
            <span class="count">{part(count)}</span>
        </div>
        <div class="column-sums">
            <span class="money" title=live(move || totals.with(|it| sums_exact(i18n, &it.amount)))>
                {part(move || totals.with(|it| sums_short(i18n, &it.amount)))}
            </span>
            <span class="weighted" title=live(move || totals.with(|it| sums_exact(i18n, &it.weighted)))>
                {part(weighted)}
            </span>
        </div>
    }
    .into_any()
}

/// A title and Enter: a deal in this stage. More is filled in on its page.
#[component]
fn QuickAdd(stage: PartId, board: BoardContext) -> impl IntoView {
    let i18n = board.i18n;
    let draft_name = format!("deal.quick.{stage}");
    let kept = draft(&draft_name);
    let is_open = RwSignal::new(kept.is_some());
    let title = RwSignal::new(kept.unwrap_or_default());
    let input_ref = NodeRef::<html::Input>::new();
    let draft_name = StoredValue::new(draft_name);
    let keep = move |text: Option<&str>| draft_name.with_value(|it| keep_draft(it, text));

    let open = move |()| {
        is_open.set(true);
        request_animation_frame(move || {
            if let Some(Some(input)) = input_ref.try_get_untracked() {
                let _ = input.focus();
            }
        });
    };
    let add = move || {
        let Some(pipeline) = board.pipeline.get_untracked() else {
            return;
        };
        let typed = title.get_untracked();
        let layout = board.layout.get_untracked();
        if create_deal(board.book, &typed, pipeline.id, stage, &layout).is_some() {
            board
                .announcer
                .say(untrack(|| i18n.t(|it| it.deals_created(typed.trim()))));
            title.set(String::new());
            keep(None);
        }
    };
    let press = move |ev: web_sys::KeyboardEvent| {
        if is_composing(&ev) {
            return;
        }
        match ev.key().as_str() {
            "Enter" => {
                ev.prevent_default();
                add();
            }
            "Escape" => {
                ev.stop_propagation();
                title.set(String::new());
                keep(None);
                is_open.set(false);
            }
            _ => {}
        }
    };
    let leave = move |_| {
        if title.with_untracked(|it| it.trim().is_empty()) {
            is_open.set(false);
        }
    };
    view! {
        <div class="card-quick" data-no-drag="">
            <Show
                when=move || is_open.get()
                fallback=move || view! {
                    <Button
                        label=i18n.text(|it| it.deals_new())
                        on_press=open
                        kind=ButtonKind::Ghost
                        glyph=Glyph::Plus
                    />
                }
            >
                <input
                    node_ref=input_ref
                    class="input"
                    aria-label=i18n.text(|it| it.deals_quick_add())
                    placeholder=i18n.text(|it| it.deals_quick_add())
                    autocomplete="off"
                    enterkeyhint="done"
                    prop:value=live(move || title.get())
                    on:input=listen(move |ev: Event| {
                        let text = event_target_value(&ev);
                        keep(Some(&text));
                        title.set(text);
                    })
                    on:keydown=listen(press)
                    on:blur=listen(leave)
                />
            </Show>
        </div>
    }
    .into_any()
}
