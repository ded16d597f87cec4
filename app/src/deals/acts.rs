//! What can be done to deals: move, win, lose, reopen. Each is one edit that can be taken back.

use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::local::IntentPart;
use huike_shared::place::{Outcome, PartId, Place};
use huike_shared::time::Date;
use leptos::prelude::*;

use super::book::{DealBook, deal_ref};
use super::layout::Layout;
use super::moves::{self, Placed, Target};
use crate::store::device::{DeviceEntropy, now};
use crate::store::{EditLabel, LocalStore, put};

/// Where in its new column a card goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// Before the card with this number among those that stay.
    Index(usize),
    /// Below all others.
    Bottom,
}

/// Moves deals into a stage of a pipeline. True if anything was written.
pub fn move_deals(
    book: DealBook,
    deals: &[RecordId],
    pipeline: RecordId,
    stage: PartId,
    layout: &Layout,
    spot: Spot,
) -> bool {
    let staying: Vec<Placed> = layout.column(stage).map_or_else(Vec::new, |column| {
        let stays = column.cards.iter().filter(|it| !deals.contains(&it.id));
        stays.map(|it| (it.id, it.place.clone())).collect()
    });
    let moved: Vec<Placed> = deals
        .iter()
        .filter_map(|id| Some((*id, place_of(book.store, *id)?)))
        .collect();
    let index = match spot {
        Spot::Index(index) => index,
        Spot::Bottom => staying.len(),
    };
    let target = Target {
        pipeline,
        stage,
        staying: &staying,
        index,
    };
    let places = moves::places(&moved, &target, now(), &mut DeviceEntropy);
    let part = |(id, place): Placed| IntentPart {
        record: deal_ref(id),
        values: vec![put(Deal::PLACE, &place)],
    };
    book.store
        .edit(EditLabel::Move, places.into_iter().map(part).collect())
        .is_some()
}

fn place_of(store: LocalStore, deal: RecordId) -> Option<Place> {
    store.peek(deal_ref(deal)).map(|it| it.get(Deal::PLACE))
}

/// Moves one deal into another stage of its own pipeline, on top.
pub fn move_to_stage(book: DealBook, deal: RecordId, stage: PartId) -> bool {
    let Some(place) = place_of(book.store, deal) else {
        return false;
    };
    let pipeline = book.home(place.pipeline).unwrap_or(place.pipeline);
    let stages = book
        .pipeline(pipeline)
        .map(|it| it.stages)
        .unwrap_or_default();
    let open = book.facts.get_untracked();
    let here = open
        .iter()
        .filter(|it| it.outcome.is_open() && it.place.pipeline == pipeline);
    let layout = super::layout::lay_out(&stages, here);
    move_deals(book, &[deal], pipeline, stage, &layout, Spot::Index(0))
}

/// Marks deals as won today.
pub fn win(book: DealBook, deals: &[RecordId]) {
    close(book, deals, EditLabel::Win, &Outcome::Won);
}

/// Marks deals as lost today, and why.
pub fn lose(book: DealBook, deals: &[RecordId], reason: &str) {
    close(
        book,
        deals,
        EditLabel::Lose,
        &Outcome::Lost {
            reason: reason.into(),
        },
    );
}

/// Opens deals again, in the stage where they were.
pub fn reopen(book: DealBook, deals: &[RecordId]) {
    write_outcome(book, deals, EditLabel::Reopen, &Outcome::Open, None);
}

fn close(book: DealBook, deals: &[RecordId], label: EditLabel, outcome: &Outcome) {
    let today = untrack(move || book.clock.today());
    write_outcome(book, deals, label, outcome, Some(today));
}

fn write_outcome(
    book: DealBook,
    deals: &[RecordId],
    label: EditLabel,
    outcome: &Outcome,
    closed_on: Option<Date>,
) {
    let part = |id: &RecordId| IntentPart {
        record: deal_ref(*id),
        values: vec![
            put(Deal::OUTCOME, outcome),
            put(Deal::CLOSED_ON, &closed_on),
        ],
    };
    book.store.edit(label, deals.iter().map(part).collect());
}
