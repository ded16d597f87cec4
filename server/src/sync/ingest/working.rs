//! A document while a batch is judged.

use super::broken;
use super::cache::Key;
use super::recent::Recent;
use crate::history;
use crate::store::{Store, StoreResult};
use huike_shared::document::{self, ChangeHash, FlatChange, Registers};
use huike_shared::note::NoteState;
use huike_shared::sync::message::DocumentState;
use huike_shared::time::Timestamp;
use std::collections::HashMap;

/// A document while the batch is judged.
pub struct Working {
    /// `None` before its first change.
    pub state: Option<DocumentState>,
    /// Position of its last change in this batch.
    pub position: Option<u64>,
    /// Every change in order, decoded; fetched when an author did not know the latest state.
    pub history: Option<Vec<FlatChange>>,
    /// Changes of this batch that are not in `history`.
    pub fresh: Vec<FlatChange>,
    /// States of authors who did not know the latest, by their heads: a day's offline edits of
    /// one record cost one replay and not one each.
    pub branches: Vec<Registers>,
    /// The same of earlier batches, and what this one began with.
    pub recent: Recent,
    /// Where the changes of earlier epochs were accepted; fetched when one is pushed again.
    pub earlier: Option<HashMap<ChangeHash, (u64, Timestamp)>>,
}

impl Working {
    /// As stored.
    pub fn new(state: Option<DocumentState>) -> Self {
        Working::with(state, Recent::default())
    }

    /// As last committed, with what authors knew lately.
    pub fn with(state: Option<DocumentState>, recent: Recent) -> Self {
        Working {
            recent,
            state,
            position: None,
            history: None,
            fresh: Vec::new(),
            branches: Vec::new(),
            earlier: None,
        }
    }

    /// Where a change was accepted in an earlier epoch. One that builds on the latest state is new.
    pub async fn earlier(
        &mut self,
        store: &dyn Store,
        (workspace_id, record): &Key,
        change: &FlatChange,
    ) -> StoreResult<Option<(u64, Timestamp)>> {
        let Some(DocumentState::Flat(current)) = &self.state else {
            return Ok(None);
        };
        if current.epoch(record) == 0 || change.deps == current.heads() {
            return Ok(None);
        }
        if self.earlier.is_none() {
            let mut known = HashMap::new();
            for stored in store.history(*workspace_id, *record).await? {
                let changes = history::unpack(&stored)?;
                known.extend(changes.iter().map(|it| (it.hash, (it.position, it.at))));
            }
            self.earlier = Some(known);
        }
        let known = self.earlier.as_ref();
        Ok(known.and_then(|it| it.get(&change.hash).copied()))
    }

    /// Whether a change is in.
    pub fn contains(&self, change: &FlatChange) -> bool {
        match &self.state {
            Some(DocumentState::Flat(registers)) => registers.contains(change),
            Some(DocumentState::Note(_) | DocumentState::Erased) | None => false,
        }
    }

    /// Takes the state out, to be put back changed.
    pub fn take_registers(&mut self) -> Registers {
        match self.state.take() {
            Some(DocumentState::Flat(registers)) => registers,
            Some(DocumentState::Note(_) | DocumentState::Erased) | None => Registers::default(),
        }
    }

    /// The note, if anybody has written in it.
    pub fn note(&self) -> Option<NoteState> {
        match &self.state {
            Some(DocumentState::Note(state)) => Some(state.clone()),
            Some(DocumentState::Flat(_) | DocumentState::Erased) | None => None,
        }
    }

    /// Takes the state that the author of a change knew.
    pub async fn branch(
        &mut self,
        store: &dyn Store,
        (workspace_id, record): &Key,
        change: &FlatChange,
        current: &Registers,
    ) -> StoreResult<Branch> {
        if change.deps == current.heads() {
            return Ok(Branch::Latest);
        }
        if let Some(index) = self
            .branches
            .iter()
            .position(|it| it.heads() == change.deps)
        {
            return Ok(Branch::Earlier(self.branches.swap_remove(index)));
        }
        if let Some(state) = self.recent.find(&change.deps) {
            return Ok(Branch::Earlier(state));
        }
        self.recent.want();
        if self.history.is_none() {
            let logged = store.changes_of(*workspace_id, *record).await?;
            let mut history = Vec::with_capacity(logged.len() + self.fresh.len());
            for change in &logged {
                history.push(document::decode(&change.body).map_err(|it| broken(&it))?);
            }
            history.append(&mut self.fresh);
            self.history = Some(history);
        }
        let history = self.history.as_deref().unwrap_or_default();
        Ok(match Registers::at(&change.deps, history) {
            Some(branch) => Branch::Earlier(branch),
            None => Branch::Unknown,
        })
    }
}

/// What the author of a change knew.
pub enum Branch {
    /// The latest state.
    Latest,
    /// An earlier one.
    Earlier(Registers),
    /// Something that is not in the log.
    Unknown,
}
