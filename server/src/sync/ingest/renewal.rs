//! Renewing a document behind the door: the change is the server's own, and its epoch leaves the log.

use super::batch::Batch;
use super::broken;
use super::cache::Key;
use super::judge::Judge;
use crate::history;
use crate::store::StoreResult;
use crate::sync::epochs::{When, is_due};
use huike_shared::document::{Actor, decode};
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{DocumentState, PushedChange};

impl Judge {
    /// Begins a new epoch of a record, if it is due. Gives its genesis and who makes it.
    pub(super) async fn renew(
        &mut self,
        batch: &mut Batch,
        key: &Key,
        when: When,
    ) -> StoreResult<Result<(PushedChange, Actor), Refusal>> {
        let (workspace_id, record) = *key;
        let Some(working) = batch.working.get_mut(key) else {
            return Ok(Err(Refusal::Unavailable));
        };
        let Some(DocumentState::Flat(current)) = &working.state else {
            return Ok(Err(Refusal::UnknownKind));
        };
        if !is_due(current, when, batch.now) {
            return Ok(Err(Refusal::NotPermitted));
        }
        let Some((renewed, body)) = current.renew(&record) else {
            return Ok(Err(Refusal::TooLarge));
        };
        let genesis = decode(&body).map_err(|it| broken(&it))?;
        let changes = self.store.changes_of(workspace_id, record).await?;
        let packed = history::pack(current.epoch(&record), &changes)?;
        batch.histories.extend(packed.map(|it| (workspace_id, it)));
        let actor = genesis.actor;
        let change = PushedChange {
            record,
            of: None,
            hash: genesis.hash,
            body,
        };
        working.state = Some(DocumentState::Flat(renewed));
        working.history = None;
        working.branches.clear();
        working.recent.clear();
        working.fresh = vec![genesis];
        Ok(Ok((change, actor)))
    }
}
