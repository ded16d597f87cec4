//! What the pages of deals share: every deal's facts, next steps and the pipelines, derived once.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::deals::{Deal, Pipeline, Stage};
use huike_shared::followups::Task;
use huike_shared::id::RecordId;
use huike_shared::local::{Connection, Status};
use huike_shared::place::PartId;
use huike_shared::record::{Record, RecordRef};
use huike_shared::row::Row;
use leptos::prelude::*;

use super::facts::{DealFacts, FactsCache};
use super::next_step::{NextStep, StepState, next_steps, state};
use crate::followups::{Clock, use_clock};
use crate::store::{LocalStore, use_store};

/// A pipeline as pages read it.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineFacts {
    /// Which one.
    pub id: RecordId,
    /// What it is called.
    pub name: String,
    /// Whether it is out of use.
    pub is_archived: bool,
    /// Its stages in order, removed ones last.
    pub stages: Arc<Vec<(PartId, Stage)>>,
}

impl PipelineFacts {
    /// The stages in use.
    pub fn stages_in_use(&self) -> impl Iterator<Item = &(PartId, Stage)> {
        self.stages.iter().filter(|it| !it.1.removed)
    }

    /// A stage by its id.
    pub fn stage(&self, id: PartId) -> Option<&Stage> {
        self.stages.iter().find(|it| it.0 == id).map(|it| &it.1)
    }
}

/// Facts of all deals, in no particular order.
pub type AllFacts = Arc<Vec<Arc<DealFacts>>>;

/// Everything the pages of deals share.
#[derive(Clone, Copy)]
pub struct DealBook {
    /// The rows behind it.
    pub store: LocalStore,
    /// The present.
    pub clock: Clock,
    /// Every live deal.
    pub facts: Memo<AllFacts>,
    /// The next step of each deal that has one.
    pub steps: Memo<Arc<HashMap<RecordId, NextStep>>>,
    /// Pipelines in their order, archived ones too.
    pub pipelines: Memo<Arc<Vec<PipelineFacts>>>,
    /// Whether nothing that was missed is on its way any more. Records arrive in the order of
    /// their last change, so before that a missing pipeline is not a deleted one.
    pub is_settled: Memo<bool>,
}

/// The book of this page, made on first use.
pub fn use_deal_book() -> DealBook {
    use_context().unwrap_or_else(|| {
        let store = use_store();
        let deals = store.rows(Deal::DEF.kind);
        let tasks = store.rows(Task::DEF.kind);
        let pipelines = store.rows(Pipeline::DEF.kind);
        let cache = StoredValue::new(FactsCache::default());
        let facts = Memo::new(move |_| {
            let rows = deals.get();
            cache
                .try_update_value(|it| Arc::new(it.read(&rows)))
                .unwrap_or_default()
        });
        let book = DealBook {
            store,
            clock: use_clock(),
            facts,
            steps: Memo::new(move |_| tasks.with(|it| Arc::new(next_steps(it)))),
            pipelines: Memo::new(move |_| pipelines.with(|it| Arc::new(in_order(it)))),
            is_settled: Memo::new(move |_| {
                store.is_complete().get() && store.status().with(has_caught_up)
            }),
        };
        provide_context(book);
        book
    })
}

/// Whether the replica has what the server knew at last contact.
fn has_caught_up(status: &Status) -> bool {
    match status.connection {
        Connection::CatchingUp { .. } => false,
        Connection::Connecting => status.last_contact.is_some(),
        Connection::Offline
        | Connection::Online
        | Connection::SignedOut
        | Connection::ClientTooOld => true,
    }
}

/// The pipelines of these rows by rank.
pub fn in_order(rows: &[Arc<Row>]) -> Vec<PipelineFacts> {
    let mut rows: Vec<&Arc<Row>> = rows.iter().collect();
    rows.sort_by_cached_key(|it| (it.get(Pipeline::RANK), it.id));
    rows.into_iter()
        .map(|row| PipelineFacts {
            id: row.id,
            name: row.get(Pipeline::NAME).as_str().to_owned(),
            is_archived: row.get(Pipeline::ARCHIVED),
            stages: Arc::new(Pipeline::stages(row)),
        })
        .collect()
}

/// Names a deal.
pub fn deal_ref(id: RecordId) -> RecordRef {
    RecordRef {
        kind: Deal::DEF.kind,
        id,
    }
}

impl DealBook {
    /// The pipelines that pages offer: those in use.
    pub fn offered(self) -> Vec<PipelineFacts> {
        self.pipelines
            .with(|all| all.iter().filter(|it| !it.is_archived).cloned().collect())
    }

    /// A pipeline by its id, followed.
    pub fn pipeline(self, id: RecordId) -> Option<PipelineFacts> {
        self.pipelines
            .with(|all| all.iter().find(|it| it.id == id).cloned())
    }

    /// The pipeline on whose board a deal is shown. A deal whose pipeline was deleted is shown on
    /// the first board, so that none is ever out of sight.
    pub fn home(self, of: RecordId) -> Option<RecordId> {
        self.homes()(of)
    }

    /// [`DealBook::home`] for many deals: what is followed is followed once.
    pub fn homes(self) -> impl Fn(RecordId) -> Option<RecordId> {
        let is_settled = self.is_settled.get();
        let (known, first) = self.pipelines.with(|all| {
            let known: Vec<RecordId> = all.iter().map(|it| it.id).collect();
            let first = all
                .iter()
                .find(|it| !it.is_archived)
                .or(all.first())
                .map(|it| it.id);
            (known, first.filter(|_| is_settled))
        });
        move |of| if known.contains(&of) { Some(of) } else { first }
    }

    /// How the next step of a deal stands, followed.
    pub fn step_state(self, deal: RecordId) -> StepState {
        self.step_states()(deal)
    }

    /// [`DealBook::step_state`] for many deals: what is followed is followed once.
    pub fn step_states(self) -> impl Fn(RecordId) -> StepState {
        let (steps, today) = (self.steps.get(), self.clock.today());
        move |deal| state(steps.get(&deal), today)
    }
}
