//! The board of one pipeline: columns, dragging, drop zones, the question why a deal was lost.

use std::collections::HashMap;
use std::sync::Arc;

use gloo_timers::callback::Timeout;
use huike_shared::id::RecordId;
use huike_shared::place::PartId;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::board_context::{BoardContext, LOST, WON};
use super::book::{DealBook, PipelineFacts};
use super::bulk_bar::BulkBar;
use super::column::StageColumnView;
use super::facts::DealFacts;
use super::first_cards::keep_first_cards;
use super::layout::{Layout, lay_out};
use super::lost_reason::LostReason;
use super::sums::Totals;
use super::words::sums_short;
use crate::i18n::use_i18n;
use crate::shell::use_shell;
use crate::ui::{Board, DragNews, For, Glyph, Icon, Show, Tab, Tabs, Width, use_drag};

/// Cards of a column drawn with the first paint, and in each frame after it.
const DRAWN_AT_FIRST: usize = 6;
const DRAWN_EACH_FRAME: usize = 3;

/// The board of one pipeline.
#[component]
pub fn BoardView(
    /// Deals and pipelines.
    book: DealBook,
    /// Which pipeline.
    #[prop(into)]
    pipeline: Signal<Option<PipelineFacts>>,
    /// The open deals that pass the filters, unordered.
    #[prop(into)]
    deals: Signal<Arc<Vec<Arc<DealFacts>>>>,
    /// Opens a deal.
    open: Callback<RecordId>,
    /// The deal in the side panel.
    #[prop(into)]
    opened: Signal<Option<RecordId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let board_ref = NodeRef::<html::Div>::new();
    let shell = use_shell();
    let (announcer, width) = (shell.announcer, shell.width);
    let selected = RwSignal::new(Vec::new());

    // The drag needs the board and the board needs the drag; this knot ties them.
    let context = StoredValue::new(None::<BoardContext>);
    let drop = Callback::new(move |result| {
        context.with_value(|it| it.inspect(|it| it.take_drop(&result)));
    });
    let say = Callback::new(move |news| {
        context.with_value(|it| it.inspect(|it| announce(*it, &news)));
    });
    let drag = use_drag(board_ref, selected.into(), drop, say);

    // What somebody else moves meanwhile waits until the card is down.
    let layout = Memo::new(move |before: Option<&Arc<Layout>>| {
        if let Some(before) = before.filter(|_| drag.lifted.with(|it| !it.is_empty())) {
            return Arc::clone(before);
        }
        let stages = pipeline.with(|it| it.as_ref().map(|it| Arc::clone(&it.stages)));
        deals.with(|it| Arc::new(lay_out(&stages.unwrap_or_default(), it.iter())))
    });
    let totals = Memo::new(move |_| {
        let lifted: Vec<RecordId> = drag.lifted.with(|it| {
            it.iter()
                .filter_map(|it| RecordId::parse(it).ok())
                .collect()
        });
        let over = drag
            .over
            .with(|it| it.as_ref().and_then(|it| PartId::parse(&it.column)));
        layout.with(|it| Arc::new(it.totals_while(&lifted, over)))
    });
    let board = BoardContext {
        book,
        i18n,
        pipeline,
        layout: layout.into(),
        at_lift: StoredValue::new(None),
        totals: totals.into(),
        selected,
        losing: RwSignal::new(Vec::new()),
        open,
        announcer,
        opened,
    };
    context.set_value(Some(board));

    let columns = Memo::new(move |_| {
        layout.with(|it| {
            it.columns
                .iter()
                .map(|it| (it.id, it.is_archived()))
                .collect::<Vec<_>>()
        })
    });
    keep_first_cards(board, DRAWN_AT_FIRST);
    let drawn_max = grow(layout.into(), book.store.is_complete());
    let label = Signal::derive(move || {
        pipeline.with(|it| it.as_ref().map(|it| it.name.clone()).unwrap_or_default())
    });
    view! {
        <Show when=move || width.get() == Width::Phone>
            <StageTabs board board_ref columns=Signal::derive(move || columns.get()) totals/>
        </Show>
        <Board node_ref=board_ref label=label>
            <For each=move || columns.get() key=|it| *it let:column>
                <StageColumnView stage=column.0 board drawn_max/>
            </For>
            <div class="drop-zones">
                <div class="drop-zone tone-good" data-column=WON>
                    <Icon glyph=Glyph::Won/> {i18n.text(|it| it.deals_won())}
                </div>
                <div class="drop-zone tone-bad" data-column=LOST>
                    <Icon glyph=Glyph::Lost/> {i18n.text(|it| it.deals_lost())}
                </div>
            </div>
        </Board>
        <BulkBar board/>
        <LostReason book losing=board.losing/>
    }
    .into_any()
}

/// How many cards of each column are drawn: a screenful at once, the others in the frames after
/// the first paint, so that the board can be used before it is complete.
fn grow(layout: Signal<Arc<Layout>>, is_complete: Signal<bool>) -> Signal<usize> {
    let drawn_max = RwSignal::new(DRAWN_AT_FIRST);
    fn next(drawn_max: RwSignal<usize>, layout: Signal<Arc<Layout>>, is_complete: Signal<bool>) {
        request_animation_frame(move || {
            let Some(drawn) = drawn_max.try_get_untracked() else {
                return;
            };
            let longest = layout
                .try_with_untracked(|it| it.columns.iter().map(|it| it.cards.len()).max())
                .flatten()
                .unwrap_or(0);
            // Rows still stream in at the start; only then nothing more can come in bulk.
            if drawn >= longest && is_complete.try_get_untracked() != Some(false) {
                drawn_max.try_set(usize::MAX);
                return;
            }
            if drawn < longest {
                drawn_max.try_set(drawn + DRAWN_EACH_FRAME);
            }
            next(drawn_max, layout, is_complete);
        });
    }
    // Rows may come later than the board; from the first ones on it grows.
    Effect::new(move |has_begun: Option<bool>| {
        let is_there = layout.with(|it| it.columns.iter().any(|it| !it.cards.is_empty()));
        if is_there && has_begun != Some(true) {
            // The frame to come paints the first screenful, and nothing beside it.
            request_animation_frame(move || {
                Timeout::new(0, move || next(drawn_max, layout, is_complete)).forget();
            });
        }
        is_there || has_begun == Some(true)
    });
    drawn_max.into()
}

/// On a phone: the stages as a strip above the one column that is shown.
#[component]
fn StageTabs(
    board: BoardContext,
    board_ref: NodeRef<html::Div>,
    columns: Signal<Vec<(PartId, bool)>>,
    totals: Memo<Arc<HashMap<PartId, Totals>>>,
) -> impl IntoView {
    let i18n = board.i18n;
    let at = RwSignal::new(0usize);
    let tabs = Signal::derive(move || {
        let totals = totals.get();
        let tab = |(id, _): (PartId, bool)| {
            let own = totals.get(&id).cloned().unwrap_or_default();
            Tab {
                id: id.to_string(),
                label: board.stage_name(id),
                count: Some(own.count),
                detail: Some(sums_short(i18n, &own.amount)),
            }
        };
        columns.get().into_iter().map(tab).collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || {
        columns
            .with(|it| it.get(at.get()).map(|it| it.0.to_string()))
            .unwrap_or_default()
    });
    board_ref.on_load(move |element| {
        let scrolled = element.clone();
        let listener = gloo_events::EventListener::new(&element, "scroll", move |_| {
            let width = f64::from(scrolled.client_width().max(1));
            let now = (f64::from(scrolled.scroll_left()) / width).round() as usize;
            if at.try_get_untracked().is_some_and(|it| it != now) {
                at.set(now);
            }
        });
        StoredValue::new_local(listener);
    });
    let choose = move |id: String| {
        let Some(element) = board_ref.get_untracked() else {
            return;
        };
        let column = element
            .query_selector(&format!("[data-column='{id}']"))
            .ok()
            .flatten();
        if let Some(column) = column.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
            element.set_scroll_left(column.offset_left() - element.offset_left());
        }
    };
    view! {
        <div class="stage-tabs">
            <Tabs label=i18n.text(|it| it.stages_title()) tabs chosen on_choose=choose/>
        </div>
    }
    .into_any()
}

/// Says what the eye sees.
fn announce(board: BoardContext, news: &DragNews) {
    let i18n = board.i18n;
    let title = |card: &str| {
        let deal = RecordId::parse(card).ok();
        let row = deal.and_then(|it| board.book.store.peek(super::book::deal_ref(it)));
        row.map(|it| it.get(huike_shared::deals::Deal::TITLE).to_string())
            .unwrap_or_default()
    };
    let column = |id: &str| match (id, PartId::parse(id)) {
        (WON, _) => i18n.t(|it| it.deals_won()),
        (LOST, _) => i18n.t(|it| it.deals_lost()),
        (_, Some(stage)) => board.stage_name(stage),
        (_, None) => String::new(),
    };
    let place = |index: usize| i64::try_from(index + 1).unwrap_or(0);
    if let DragNews::Lifted(_) = news {
        board.at_lift.set_value(Some(board.layout.get_untracked()));
    }
    let words = match news {
        DragNews::Lifted(card) => i18n.t(|it| it.board_lifted(&title(card))),
        DragNews::Over { target, others } => {
            let all = i64::try_from(others + target.cards.len()).unwrap_or(0);
            i18n.t(|it| it.board_over(&column(&target.column), all, place(target.index)))
        }
        DragNews::Dropped(result) => {
            let others = PartId::parse(&result.column)
                .and_then(|stage| {
                    board
                        .totals
                        .with_untracked(|it| it.get(&stage).map(|it| it.count))
                })
                .unwrap_or(result.cards.len());
            let all = i64::try_from(others).unwrap_or(0);
            i18n.t(|it| it.board_dropped(&column(&result.column), all, place(result.index)))
        }
        DragNews::Canceled(card) => {
            board.at_lift.set_value(None);
            i18n.t(|it| it.board_canceled(&title(card)))
        }
    };
    board.announcer.say(words);
}
