//! What the board hands to its columns and cards.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::id::RecordId;
use huike_shared::place::PartId;
use leptos::prelude::*;

use super::acts::{self, Spot};
use super::book::{DealBook, PipelineFacts};
use super::layout::Layout;
use super::sums::Totals;
use crate::i18n::I18n;
use crate::ui::{Announcer, DropResult};

/// Drop zones stand in the place of a column's id.
pub const WON: &str = "won";
/// See [`WON`].
pub const LOST: &str = "lost";

/// What the board hands to its columns and cards.
#[derive(Clone, Copy)]
pub struct BoardContext {
    /// Deals and pipelines.
    pub book: DealBook,
    /// Words.
    pub i18n: I18n,
    /// The pipeline on the board.
    pub pipeline: Signal<Option<PipelineFacts>>,
    /// Which card lies where; stands still while a card is in the air.
    pub layout: Signal<Arc<Layout>>,
    /// The layout as it was when a card was taken up: what a drop's place counts in.
    pub at_lift: StoredValue<Option<Arc<Layout>>>,
    /// Totals of each column, following the drag.
    pub totals: Signal<Arc<HashMap<PartId, Totals>>>,
    /// Selected cards, by their id as text.
    pub selected: RwSignal<Vec<String>>,
    /// Deals that are being lost while the reason is asked.
    pub losing: RwSignal<Vec<RecordId>>,
    /// Opens a deal.
    pub open: Callback<RecordId>,
    /// Says what happened.
    pub announcer: Announcer,
    /// The deal in the side panel.
    pub opened: Signal<Option<RecordId>>,
}

impl BoardContext {
    /// The cards that move together with this one: the selection if it is part of it.
    pub fn with_selected(self, deal: RecordId) -> Vec<RecordId> {
        let selected = self.selected.get_untracked();
        if selected.contains(&deal.to_string()) {
            // In the order in which they lie, whatever the order of selection.
            let layout = self.layout.get_untracked();
            let all = layout
                .columns
                .iter()
                .flat_map(|it| &it.cards)
                .map(|it| it.id);
            all.filter(|it| selected.contains(&it.to_string()))
                .collect()
        } else {
            vec![deal]
        }
    }

    /// Does what a drop means.
    pub fn take_drop(self, drop: &DropResult) {
        let deals: Vec<RecordId> = drop
            .cards
            .iter()
            .filter_map(|it| RecordId::parse(it).ok())
            .collect();
        match (drop.column.as_str(), PartId::parse(&drop.column)) {
            (WON, _) => self.win(&deals),
            (LOST, _) => self.losing.set(deals),
            (_, Some(stage)) => {
                // What arrived during the drag must not shift the place that was aimed at.
                let seen = self.at_lift.try_update_value(Option::take).flatten();
                let layout = seen.unwrap_or_else(|| self.layout.get_untracked());
                self.move_on(&layout, &deals, stage, Spot::Index(drop.index));
            }
            (_, None) => {}
        }
    }

    /// Moves deals on this board.
    pub fn move_to(self, deals: &[RecordId], stage: PartId, spot: Spot) {
        self.move_on(&self.layout.get_untracked(), deals, stage, spot);
    }

    fn move_on(self, layout: &Layout, deals: &[RecordId], stage: PartId, spot: Spot) {
        let Some(pipeline) = self.pipeline.get_untracked() else {
            return;
        };
        let is_closed = pipeline.stage(stage).is_none_or(|it| it.removed);
        let lies_there = |id: &RecordId| {
            layout
                .column(stage)
                .is_some_and(|it| it.cards.iter().any(|card| card.id == *id))
        };
        if is_closed && !deals.iter().all(lies_there) {
            self.announcer
                .say(untrack(move || self.i18n.t(|it| it.board_stage_closed())));
            return;
        }
        acts::move_deals(self.book, deals, pipeline.id, stage, layout, spot);
    }

    /// Marks deals as won.
    pub fn win(self, deals: &[RecordId]) {
        acts::win(self.book, deals);
        self.selected.set(Vec::new());
    }

    /// The name of a stage.
    pub fn stage_name(self, stage: PartId) -> String {
        self.pipeline
            .with(|it| {
                let stage = it.as_ref().and_then(|it| it.stage(stage));
                stage.map(|it| it.name.as_str().to_owned())
            })
            .unwrap_or_else(|| self.i18n.t(|it| it.stages_unknown()))
    }
}
