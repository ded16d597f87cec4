//! Where logs stand, for those who wait for more: no line, no presence, only a number.

use huike_shared::id::RecordId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The heads of the logs that somebody waits for.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    waited_for: Arc<Mutex<HashMap<RecordId, watch::Sender<u64>>>>,
}

impl Heads {
    /// Follows a workspace's log: changes with every commit from now on.
    pub fn follow(&self, workspace_id: RecordId) -> watch::Receiver<u64> {
        let mut all = self.all();
        let head = all
            .entry(workspace_id)
            .or_insert_with(|| watch::Sender::new(0));
        head.subscribe()
    }

    /// Tells who waits that a log has a new head.
    pub fn moved(&self, workspace_id: RecordId, position: u64) {
        let mut all = self.all();
        let Some(head) = all.get(&workspace_id) else {
            return;
        };
        if head.receiver_count() == 0 {
            all.remove(&workspace_id);
        } else {
            head.send_replace(position);
        }
    }

    /// Whether somebody follows the workspace.
    pub fn has(&self, workspace_id: RecordId) -> bool {
        self.all().contains_key(&workspace_id)
    }

    /// The workspaces that somebody follows.
    pub fn workspaces(&self) -> Vec<RecordId> {
        self.all().keys().copied().collect()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<RecordId, watch::Sender<u64>>> {
        // Nothing below panics half-way through a change of the map.
        self.waited_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_follows_hears_of_its_own_log_only_and_nothing_is_kept_for_nobody() {
        let heads = Heads::default();
        let (one, other) = (RecordId([1; 16]), RecordId([2; 16]));
        let mut follower = heads.follow(one);
        heads.moved(other, 9);
        assert!(!follower.has_changed().unwrap());
        heads.moved(one, 3);
        follower.changed().await.unwrap();
        assert_eq!(*follower.borrow_and_update(), 3);
        drop(follower);
        heads.moved(one, 4);
        assert!(heads.all().is_empty());
    }
}
