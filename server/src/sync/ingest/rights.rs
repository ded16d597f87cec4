//! Whether a change is the author's to make: what the decision reads is fetched, and the decision asked.
//!
//! The rights of a workspace are read anew as soon as their version has grown, so a right that was withdrawn is
//! withdrawn for every change judged later, whatever its connection was told. A record is looked at only where the scope
//! lies between nobody's and everybody's.

use super::batch::Batch;
use super::cache::Key;
use super::judge::Judge;
use super::{Submission, broken};
use crate::projection;
use crate::store::Store;
use crate::store::StoreResult;
use huike_shared::access::{Action, Role};
use huike_shared::document::{FlatChange, Registers};
use huike_shared::id::RecordId;
use huike_shared::record::{KindDef, RecordRef};
use huike_shared::registry;
use huike_shared::rights::{Asker, Company, Responsible, Scope, Standing, actions_of, tied_to};
use huike_shared::sync::message::DocumentState;
use std::collections::HashMap;
use std::sync::Arc;

/// Workspaces whose rights are remembered, and those of one batch besides.
const WORKSPACES_MAX: usize = 1_000;

/// The rights of workspaces, as far as they were asked for.
#[derive(Debug, Default)]
pub struct KnownRights(HashMap<RecordId, (u64, Arc<Company>)>);

impl KnownRights {
    /// Forgets them all when they are too many. Between batches only: a batch asks for all of its workspaces before
    /// it judges the first change.
    pub fn make_room(&mut self) {
        if self.0.len() >= WORKSPACES_MAX {
            self.0.clear();
        }
    }

    /// Sees to it that what is known of a workspace is current.
    pub async fn know(&mut self, store: &dyn Store, workspace_id: RecordId) -> StoreResult<()> {
        let version = store.rights_version(workspace_id).await?;
        if self.0.get(&workspace_id).is_some_and(|it| it.0 == version) {
            return Ok(());
        }
        let rights = store.rights(workspace_id).await?;
        let company = Arc::new(rights.company());
        self.0.insert(workspace_id, (rights.version, company));
        Ok(())
    }

    fn company(&self, workspace_id: RecordId) -> Arc<Company> {
        let known = self.0.get(&workspace_id);
        known.map(|it| it.1.clone()).unwrap_or_default()
    }
}

impl Judge {
    /// What the author of a submission is now; nothing for whoever is no member or has left.
    pub(super) fn role(&self, submission: &Submission) -> Option<Role> {
        if submission.terms.upkeep {
            return Some(Role::Administrator);
        }
        let company = self.rights.company(submission.workspace_id);
        company.role(submission.author.member_id)
    }

    /// Whether a change of a record is its author's to make.
    pub(super) async fn permits(
        &mut self,
        batch: &Batch,
        submission: &Submission,
        (record, def): (RecordRef, &'static KindDef),
        change: &FlatChange,
        current: &Registers,
    ) -> StoreResult<bool> {
        let author = submission.author.member_id;
        let values = change.ops.iter().map(|it| (&*it.key, &it.value));
        let actions = actions_of(def, values, current, author);
        self.permits_all(batch, submission, (record, def), &actions, current)
            .await
    }

    /// Whether a note may be edited: whether its record may.
    pub(super) async fn permits_note(
        &mut self,
        batch: &Batch,
        submission: &Submission,
        owner: RecordRef,
    ) -> StoreResult<bool> {
        let Some(def) = registry::def(owner.kind) else {
            return Ok(false);
        };
        let key = (submission.workspace_id, owner);
        let current = self.registers(batch, &key).await?.unwrap_or_default();
        let actions = [Action::Edit];
        self.permits_all(batch, submission, (owner, def), &actions, &current)
            .await
    }

    async fn permits_all(
        &mut self,
        batch: &Batch,
        submission: &Submission,
        (record, def): (RecordRef, &'static KindDef),
        actions: &[Action],
        current: &Registers,
    ) -> StoreResult<bool> {
        if submission.terms.upkeep {
            return Ok(true);
        }
        let (workspace_id, author) = (submission.workspace_id, submission.author.member_id);
        let company = self.rights.company(workspace_id);
        let Some(asker) = Asker::of(&company, author) else {
            return Ok(false);
        };
        let is_all = |it: &Action| asker.scope(record.kind, *it) == Scope::All;
        if actions.iter().all(is_all) {
            return Ok(true);
        }
        let responsible = if current.is_empty() {
            Responsible::Creator(author)
        } else {
            Responsible::of(def, current)
        };
        let mut tied = Vec::new();
        for one in tied_to(def, current) {
            let def = registry::def(one.kind);
            let registers = self.registers(batch, &(workspace_id, one)).await?;
            if let (Some(def), Some(registers)) = (def, registers) {
                tied.push(Responsible::of(def, &registers).member());
            }
        }
        let standing = Standing {
            responsible,
            tied: &tied,
        };
        let permits = |it: &Action| asker.decide(record.kind, *it, &standing).allows();
        Ok(actions.iter().all(permits))
    }

    /// A record as the batch has made it, or as stored; nothing if it is not there.
    async fn registers(&mut self, batch: &Batch, key: &Key) -> StoreResult<Option<Registers>> {
        let state = match batch.working.get(key) {
            Some(working) => working.state.clone(),
            None => match self.cached(key) {
                Some(state) => Some(state),
                None => {
                    let stored = self.store.documents(key.0, &[key.1]).await?;
                    let state = stored
                        .first()
                        .map(|it| projection::read_state(&it.state))
                        .transpose();
                    state.map_err(|it| broken(&it))?
                }
            },
        };
        Ok(match state {
            Some(DocumentState::Flat(registers)) => Some(registers),
            Some(DocumentState::Note(_) | DocumentState::Erased) | None => None,
        })
    }
}
