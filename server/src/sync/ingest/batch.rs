//! What a batch has come to.
//!
//! Nothing here is visible to anybody before the batch is committed; a batch that fails is
//! dropped, and with it everything that was thought.

use super::cache::Key;
use super::working::Working;
use super::{Submission, broken};
use crate::projection;
use crate::store::StoreResult;
use crate::store::changes::{Append, LoggedChange};
use crate::store::histories::StoredHistory;
use crate::sync::hub::ConnectionId;
use crate::sync::publication::{Publication, Published};
use huike_shared::document::ChangeHash;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{Entry, Verdict};
use huike_shared::time::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// What a batch has come to.
pub struct Batch {
    /// When its changes are accepted.
    pub now: Timestamp,
    pub(super) logs: BTreeMap<RecordId, Log>,
    pub(super) working: HashMap<Key, Working>,
    /// For each submission its verdicts, in order.
    pub verdicts: Vec<Vec<Verdict>>,
    /// Epochs that end with it, by workspace.
    pub(super) histories: Vec<(RecordId, StoredHistory)>,
    /// What was committed.
    pub committed: Vec<Append>,
}

/// What a batch adds to one log.
pub(super) struct Log {
    /// Before the batch.
    pub(super) head: u64,
    /// Each with the number of its submission.
    pub(super) accepted: Vec<(LoggedChange, usize)>,
    pub(super) by_hash: HashMap<(RecordRef, ChangeHash), u64>,
}

impl Batch {
    pub fn new(now: Timestamp) -> Self {
        Batch {
            now,
            logs: BTreeMap::new(),
            working: HashMap::new(),
            verdicts: Vec::new(),
            histories: Vec::new(),
            committed: Vec::new(),
        }
    }

    /// Whether a position was given in this batch to a change of this submission; true once for
    /// each, so that a change that came twice is answered twice.
    pub fn take_place(&mut self, workspace_id: RecordId, position: u64, submission: usize) -> bool {
        let Some(log) = self.logs.get_mut(&workspace_id) else {
            return false;
        };
        let index = position
            .checked_sub(log.head + 1)
            .and_then(|it| usize::try_from(it).ok());
        let Some((_, of)) = index.and_then(|it| log.accepted.get_mut(it)) else {
            return false;
        };
        if *of == submission {
            *of = usize::MAX;
            return true;
        }
        false
    }

    /// Nothing of it is accepted after all.
    pub fn take_back(&mut self) {
        for verdict in self.verdicts.iter_mut().flatten() {
            let is_new = |it: &Log, position: u64| position > it.head;
            if let Verdict::Accepted { position, .. } = *verdict
                && self.logs.values().any(|it| is_new(it, position))
            {
                *verdict = Verdict::Refused(Refusal::UnknownDependency);
            }
        }
        self.working.clear();
        for log in self.logs.values_mut() {
            log.accepted.clear();
            log.by_hash.clear();
        }
    }

    /// Logs to which nothing is added although something was refused, with the heads on which that
    /// was judged.
    pub fn refusing<'a>(
        &'a self,
        submissions: &'a [Submission],
    ) -> impl Iterator<Item = (RecordId, u64)> + 'a {
        let is_refused = |workspace_id: RecordId| {
            let mut judged = submissions.iter().zip(&self.verdicts);
            judged.any(|(it, verdicts)| {
                it.workspace_id == workspace_id
                    && verdicts.iter().any(|it| matches!(it, Verdict::Refused(_)))
            })
        };
        let logs = self.logs.iter().filter(|it| it.1.accepted.is_empty());
        logs.filter(move |it| is_refused(*it.0))
            .map(|(workspace_id, log)| (*workspace_id, log.head))
    }

    /// The logs that the batch speaks of.
    pub fn workspaces(&self) -> Vec<RecordId> {
        self.logs.keys().copied().collect()
    }

    /// What is to be written.
    pub fn appends(&mut self) -> StoreResult<Vec<Append>> {
        let mut appends: BTreeMap<RecordId, Append> = BTreeMap::new();
        for (workspace_id, log) in &mut self.logs {
            if log.accepted.is_empty() {
                continue;
            }
            let append = Append {
                workspace_id: *workspace_id,
                after: log.head,
                changes: log.accepted.iter().map(|it| it.0.clone()).collect(),
                documents: Vec::new(),
                rows: Vec::new(),
                histories: Vec::new(),
            };
            appends.insert(*workspace_id, append);
        }
        for ((workspace_id, record), working) in &self.working {
            let (Some(state), Some(position)) = (&working.state, working.position) else {
                continue;
            };
            let projected = projection::project(*record, position, state);
            let (document, row) = projected.map_err(|error| broken(&error))?;
            if let Some(append) = appends.get_mut(workspace_id) {
                append.documents.push(document);
                append.rows.push(row);
            }
        }
        for (workspace_id, history) in std::mem::take(&mut self.histories) {
            if let Some(append) = appends.get_mut(&workspace_id) {
                append.histories.push(history);
            }
        }
        Ok(appends.into_values().collect())
    }

    /// What was committed, for everybody. `origins` are the connections of the submissions.
    pub fn publications(
        &mut self,
        origins: &[Option<ConnectionId>],
    ) -> Vec<(RecordId, Publication)> {
        let mut publications = Vec::new();
        for append in std::mem::take(&mut self.committed) {
            let Some(log) = self.logs.get(&append.workspace_id) else {
                continue;
            };
            let of: Vec<usize> = log.accepted.iter().map(|it| it.1).collect();
            let entries = append
                .changes
                .into_iter()
                .zip(of)
                .map(|(change, submission)| Published {
                    hash: change.hash,
                    origin: origins.get(submission).copied().flatten(),
                    entry: Entry {
                        position: change.position,
                        record: change.record,
                        of: change.note_of,
                        member: change.member_id,
                        at: change.at,
                        body: change.body,
                    },
                });
            publications.push((append.workspace_id, Publication::new(entries.collect())));
        }
        publications
    }
}
