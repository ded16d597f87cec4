//! A document while a batch is judged.

use super::broken;
use super::cache::Key;
use crate::store::{Store, StoreResult};
use huike_shared::document::{self, FlatChange, Registers};
use huike_shared::note::NoteState;
use huike_shared::sync::message::DocumentState;

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
}

impl Working {
    /// As stored.
    pub fn new(state: Option<DocumentState>) -> Self {
        Working {
            state,
            position: None,
            history: None,
            fresh: Vec::new(),
            branches: Vec::new(),
        }
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
