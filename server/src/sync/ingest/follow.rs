//! What other servers add to the same logs.
//!
//! They say so, but only the log is believed: it is read from the position up to which the own
//! connections were told, so news that was lost, or came twice, or in another order changes nothing.
//! This runs between two batches of the worker. Therefore a connection never hears of its own change
//! as somebody else's before it hears the answer.

use super::broken;
use super::judge::Judge;
use crate::store::changes::{LogHead, LoggedChange};
use crate::store::notices::Notice;
use crate::store::{Store, StoreResult};
use crate::sync::catch_up;
use crate::sync::hub::Hub;
use crate::sync::publication::{Publication, Published};
use huike_shared::id::RecordId;
use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::sleep;

/// Changes that are read at once and passed on to every connection.
const FOLLOW_MAX: u64 = 1_000;
/// Changes of one question.
const PAGE: u64 = 250;
/// When a log is looked at again that could not be read.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Logs that have probably grown.
#[derive(Debug, PartialEq, Eq)]
pub enum Grown {
    /// These, up to there at least.
    Some(HashMap<RecordId, u64>),
    /// Nobody knows which.
    Unknown,
}

/// How far the connections of this process were told.
pub struct Follower {
    store: Arc<dyn Store>,
    hub: Hub,
    notices: Option<Receiver<Notice>>,
    told: HashMap<RecordId, LogHead>,
    again: HashMap<RecordId, u64>,
}

impl Follower {
    /// Begins to listen.
    pub fn new(store: Arc<dyn Store>, hub: Hub) -> Self {
        Follower {
            notices: store.notices(),
            store,
            hub,
            told: HashMap::new(),
            again: HashMap::new(),
        }
    }

    /// Waits until logs have grown. Safe to drop half-way.
    pub async fn news(&mut self) -> Grown {
        let Follower { notices, again, .. } = self;
        loop {
            let notice = async {
                match notices {
                    Some(notices) => notices.recv().await,
                    None => pending().await,
                }
            };
            let notice = tokio::select! {
                notice = notice => notice,
                () = sleep(AGAIN_AFTER), if !again.is_empty() => {
                    return Grown::Some(std::mem::take(again));
                }
            };
            match notice {
                Ok(Notice::Log { workspace_id, head }) => {
                    let mut grown = std::mem::take(again);
                    raise(&mut grown, workspace_id, head);
                    return gather(notices.as_mut(), grown);
                }
                Ok(Notice::Missed) | Err(RecvError::Lagged(_)) => return Grown::Unknown,
                Ok(_) => {}
                // The store is closed: nothing comes any more.
                Err(RecvError::Closed) => *notices = None,
            }
        }
    }

    /// Catches up with all of them. What cannot be read is looked at again later.
    pub async fn catch_up(&mut self, grown: Grown, judge: &mut Judge) {
        let workspaces = match grown {
            Grown::Some(workspaces) => workspaces,
            Grown::Unknown => {
                judge.forget();
                let all = self.hub.workspaces().into_iter();
                all.map(|it| (it, u64::MAX)).collect()
            }
        };
        for (workspace_id, head) in workspaces {
            // Mostly what the own worker has committed.
            let told = self.told.get(&workspace_id);
            if told.is_some_and(|it| it.position >= head) {
                continue;
            }
            if let Err(error) = self.follow(workspace_id, judge).await {
                tracing::debug!(%error, "a log could not be followed yet");
                raise(&mut self.again, workspace_id, head);
            }
        }
    }

    /// Brings connections and memory to where the log stands.
    pub async fn follow(&mut self, workspace_id: RecordId, judge: &mut Judge) -> StoreResult<()> {
        if !self.hub.has(workspace_id) {
            // Nobody to tell; whoever comes reads the log first.
            self.told.remove(&workspace_id);
            judge.forget_workspace(workspace_id);
            return Ok(());
        }
        let Some(head) = self.store.log_head(workspace_id).await? else {
            return Ok(());
        };
        let told = self.told.get(&workspace_id).copied();
        let told = told.filter(|it| it.log == head.log && it.position <= head.position);
        // Before the floor the log may have holes: each connection looks for itself, and ends if so.
        let is_near =
            |it: &LogHead| it.position >= head.floor && head.position - it.position <= FOLLOW_MAX;
        match told {
            Some(told) if is_near(&told) => self.pass_on(workspace_id, told, head, judge).await,
            Some(_) | None => {
                judge.forget_workspace(workspace_id);
                self.hub.publish_head(workspace_id, head);
                self.told.insert(workspace_id, head);
                Ok(())
            }
        }
    }

    async fn pass_on(
        &mut self,
        workspace_id: RecordId,
        mut told: LogHead,
        head: LogHead,
        judge: &mut Judge,
    ) -> StoreResult<()> {
        // No renewal is among what follows.
        told.floor = head.floor;
        while told.position < head.position {
            let count = PAGE.min(head.position - told.position);
            let page = self
                .store
                .changes_after(workspace_id, told.position, count)
                .await?;
            let last = page.last().map(|it| it.position);
            told.position = last.ok_or_else(|| broken(&"the log has a gap"))?;
            judge.follow(workspace_id, &page);
            let entries = page.into_iter().map(published).collect();
            self.hub
                .publish(workspace_id, Publication::new(entries), told);
            self.told.insert(workspace_id, told);
        }
        Ok(())
    }

    /// What the own worker wanted to write may be in the log or not: that is looked up soon, although nobody
    /// says that it has grown.
    pub fn look_again(&mut self, workspaces: impl IntoIterator<Item = RecordId>) {
        for workspace_id in workspaces {
            raise(&mut self.again, workspace_id, u64::MAX);
        }
    }

    /// The own worker has committed up to here and tells it itself.
    pub fn committed(&mut self, workspace_id: RecordId, head: LogHead) {
        self.told.insert(workspace_id, head);
    }
}

fn published(change: LoggedChange) -> Published {
    Published {
        hash: change.hash,
        origin: None,
        entry: catch_up::entry(change),
    }
}

fn raise(grown: &mut HashMap<RecordId, u64>, workspace_id: RecordId, head: u64) {
    let known = grown.entry(workspace_id).or_default();
    *known = head.max(*known);
}

/// Takes in what else has come meanwhile.
fn gather(notices: Option<&mut Receiver<Notice>>, mut grown: HashMap<RecordId, u64>) -> Grown {
    let Some(notices) = notices else {
        return Grown::Some(grown);
    };
    loop {
        match notices.try_recv() {
            Ok(Notice::Log { workspace_id, head }) => raise(&mut grown, workspace_id, head),
            Ok(Notice::Missed) | Err(TryRecvError::Lagged(_)) => return Grown::Unknown,
            Ok(_) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Grown::Some(grown),
        }
    }
}
