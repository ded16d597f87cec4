//! The cards in sight when a board came to rest, kept for the first frame of the next start.

use std::sync::Arc;

use gloo_timers::callback::Timeout;
use huike_shared::customers::Customer;
use huike_shared::deals::{Deal, Pipeline};
use huike_shared::followups::Task;
use huike_shared::id::RecordId;
use huike_shared::record::{Kind, Record, RecordRef};
use huike_shared::row::Row;
use leptos::prelude::*;

use super::board_context::BoardContext;
use super::facts::DealFacts;
use crate::routes::{Nav, use_nav};
use crate::ui::follow;

/// Milliseconds without a change until the cards are kept.
const REST_MS: u32 = 2_000;
/// Columns whose cards are kept: more than are in sight at once.
const COLUMNS_MAX: usize = 12;

/// Tells the store when the first cards are drawn, and keeps the first `cards_max` of each column whenever the
/// board rests.
pub fn keep_first_cards(board: BoardContext, cards_max: usize) {
    let (store, nav) = (board.book.store, use_nav());
    let is_drawn = Memo::new(move |_| {
        board
            .layout
            .with(|it| it.columns.iter().any(|it| !it.cards.is_empty()))
    });
    follow(move || {
        if is_drawn.get() {
            store.first_rows_drawn();
        }
    });
    let timer = StoredValue::new_local(None::<Timeout>);
    follow(move || {
        board.layout.track();
        board.book.steps.track();
        if store.is_complete().get() {
            let keep = move || keep(board, nav, cards_max);
            timer.set_value(Some(Timeout::new(REST_MS, keep)));
        }
    });
}

fn keep(board: BoardContext, nav: Nav, cards_max: usize) {
    let pipeline = board
        .pipeline
        .with_untracked(|it| it.as_ref().map(|it| it.id));
    // What a filter leaves is not what the bare address shows.
    let (Some(pipeline), None) = (pipeline, nav.query_now("filter")) else {
        return;
    };
    let cards: Vec<Arc<DealFacts>> = board.layout.with_untracked(|it| {
        let columns = it.columns.iter().take(COLUMNS_MAX);
        columns
            .flat_map(|it| it.cards.iter().take(cards_max).cloned())
            .collect()
    });
    let mut customers: Vec<RecordId> = cards.iter().filter_map(|it| it.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let tasks = board.book.steps.with_untracked(|it| {
        cards
            .iter()
            .filter_map(|card| it.get(&card.id))
            .map(|it| it.task)
            .collect()
    });
    let pipelines = board
        .book
        .pipelines
        .with_untracked(|it| it.iter().map(|it| it.id).collect());
    let rows = |kind: Kind, ids: Vec<RecordId>| {
        let row = |id| board.book.store.peek(RecordRef { kind, id });
        (
            kind,
            ids.into_iter().filter_map(row).collect::<Vec<Arc<Row>>>(),
        )
    };
    board.book.store.keep_snapshot(
        &format!("deals/{pipeline}"),
        &[
            rows(Pipeline::DEF.kind, pipelines),
            rows(Deal::DEF.kind, cards.iter().map(|it| it.id).collect()),
            rows(Customer::DEF.kind, customers),
            rows(Task::DEF.kind, tasks),
        ],
    );
}
