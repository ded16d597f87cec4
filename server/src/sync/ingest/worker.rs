//! The task behind the door: takes what waits, commits it, tells everybody.

use super::batch::Batch;
use super::follow::Follower;
use super::judge::Judge;
use super::owners::Owners;
use super::{Erase, Job, Reply, Submission, head};
use crate::clock::Clock;
use crate::erasure::Asked;
use crate::failpoint;
use crate::history;
use crate::store::changes::{Appended, LogHead};
use crate::store::erasures::{EmptyPlace, Erasure, blank_hash};
use crate::store::{Store, StoreError, StoreResult};
use crate::sync::hub::{ConnectionId, Hub};
use crate::sync::publication::{Publication, Published};
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{Answer, Entry, PushedChange, Verdict};
use huike_shared::time::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// Changes in one transaction, unless one submission has more.
const BATCH_CHANGES_MAX: usize = 1_000;
/// Bytes of bodies in one transaction, unless one submission has more.
const BATCH_BYTES_MAX: usize = 8 << 20;
/// How often a batch is judged again because another process was quicker. The loser must read what
/// the winner still knows, so it may lose several times in a row.
const ATTEMPTS_MAX: usize = 100;
/// For so long after a failure, a change that builds on one that could not be stored is asked to
/// come again like that one, instead of being refused for good.
const STALL_MS: i64 = 15_000;

/// The task behind the door.
pub struct Worker {
    judge: Judge,
    follower: Follower,
    store: Arc<dyn Store>,
    hub: Hub,
    clock: Clock,
    /// Records with changes that could not be stored, by device.
    stalled: HashMap<(RecordId, RecordRef), Timestamp>,
    is_failing: bool,
}

impl Worker {
    /// Knows nothing yet.
    pub fn new(store: Arc<dyn Store>, hub: Hub, clock: Clock, owners: Owners) -> Self {
        Worker {
            judge: Judge::new(store.clone(), owners),
            follower: Follower::new(store.clone(), hub.clone()),
            store,
            hub,
            clock,
            stalled: HashMap::new(),
            is_failing: false,
        }
    }

    /// Works until the door is closed.
    pub async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut held = None;
        loop {
            let first = match held.take() {
                Some(first) => first,
                None => tokio::select! {
                    first = queue.recv() => match first {
                        Some(first) => first,
                        None => return,
                    },
                    grown = self.follower.news() => {
                        self.follower.catch_up(grown, &mut self.judge).await;
                        continue;
                    }
                },
            };
            let first = match first {
                Job::Changes(first) => first,
                Job::Erase(erase) => {
                    self.erase(erase).await;
                    continue;
                }
            };
            let mut submissions = vec![first];
            let (mut count, mut bytes) = size(&submissions[0]);
            while !submissions[0].terms.stands_alone()
                && count < BATCH_CHANGES_MAX
                && bytes < BATCH_BYTES_MAX
            {
                let Ok(next) = queue.try_recv() else { break };
                let next = match next {
                    Job::Changes(next) if !next.terms.stands_alone() => next,
                    other => {
                        held = Some(other);
                        break;
                    }
                };
                let (more, more_bytes) = size(&next);
                count += more;
                bytes += more_bytes;
                submissions.push(next);
            }
            metrics::histogram!("huike_ingest_batch_changes").record(count as f64);
            self.handle(submissions).await;
        }
    }

    /// Erases; answers whatever happens.
    async fn erase(&mut self, job: Erase) {
        let Erase {
            asked,
            records,
            reply,
        } = job;
        for _ in 0..ATTEMPTS_MAX {
            match self.try_to_erase(asked, &records).await {
                Ok(Some(erased)) => return drop(reply.send(Ok(erased))),
                Ok(None) => {}
                Err(error) => {
                    self.failed(&error, [asked.workspace_id]);
                    return drop(reply.send(Err(error)));
                }
            }
        }
        drop(reply.send(Err(StoreError::Busy)));
    }

    /// Nothing if another server was quicker.
    async fn try_to_erase(
        &mut self,
        asked: Asked,
        records: &[RecordRef],
    ) -> StoreResult<Option<Vec<RecordRef>>> {
        let workspace_id = asked.workspace_id;
        let known = self.store.erased(workspace_id).await?;
        let known: HashSet<RecordRef> = known.into_iter().map(|it| it.record).collect();
        let mut records = records.to_vec();
        records.retain(|it| !known.contains(it));
        if records.is_empty() {
            return Ok(Some(records));
        }
        let before = head(&*self.store, workspace_id).await?;
        let mut earlier = Vec::new();
        for record in &records {
            for stored in self.store.history(workspace_id, *record).await? {
                let changes = history::unpack(&stored)?;
                earlier.extend(changes.iter().map(|it| EmptyPlace {
                    record: *record,
                    position: it.position,
                    member_id: it.member_id,
                    at: it.at,
                }));
            }
        }
        let erasure = Erasure {
            workspace_id,
            after: before.position,
            records,
            earlier,
            member_id: asked.member_id,
            at: self.clock.now(),
        };
        if self.store.erase(&erasure).await? == Appended::Moved {
            self.follow(vec![workspace_id]).await?;
            return Ok(None);
        }
        let head = LogHead {
            position: before.position + erasure.records.len() as u64,
            ..before
        };
        self.judge.erased(&erasure, head);
        self.follower.committed(workspace_id, head);
        let entries = erasure.places().map(|it| Published {
            hash: blank_hash(it.position),
            origin: None,
            entry: Entry {
                position: it.position,
                record: it.record,
                of: None,
                member: it.member_id,
                at: it.at,
                body: Vec::new(),
            },
        });
        let publication = Publication::new(entries.collect());
        self.hub.publish(workspace_id, publication, head);
        Ok(Some(erasure.records))
    }

    /// Judges and commits; answers whatever happens.
    async fn handle(&mut self, submissions: Vec<Submission>) {
        for _ in 0..ATTEMPTS_MAX {
            let mut batch = Batch::new(self.clock.now());
            match self.judge_and_commit(&mut batch, &submissions).await {
                Ok(Appended::Done) => {
                    self.tell(batch, submissions);
                    return;
                }
                Ok(Appended::Moved) => {
                    metrics::counter!("huike_ingest_rejudged_total").increment(1);
                    if let Err(error) = self.follow(batch.workspaces()).await {
                        self.failed(&error, batch.workspaces());
                        self.refuse_all(submissions);
                        return;
                    }
                }
                Err(error) => {
                    self.failed(&error, batch.workspaces());
                    self.refuse_all(submissions);
                    return;
                }
            }
        }
        self.failed(&StoreError::Busy, []);
        self.refuse_all(submissions);
    }

    /// Another server was quicker: what it added is told first and known next time.
    async fn follow(&mut self, workspaces: Vec<RecordId>) -> StoreResult<()> {
        for workspace_id in workspaces {
            self.follower.follow(workspace_id, &mut self.judge).await?;
        }
        Ok(())
    }

    async fn judge_and_commit(
        &mut self,
        batch: &mut Batch,
        submissions: &[Submission],
    ) -> StoreResult<Appended> {
        self.judge.prepare(batch, submissions).await?;
        for submission in submissions {
            let mut verdicts = Vec::with_capacity(submission.changes.len());
            for change in &submission.changes {
                let verdict = self.judge.judge(batch, submission, change).await?;
                verdicts.push(self.softened(submission, change, verdict, batch.now));
            }
            batch.verdicts.push(verdicts);
        }
        if submissions[0].terms.whole && has_refusal(&batch.verdicts[0]) {
            batch.take_back();
        }
        // A refusal is final for whoever hears it, so it must not rest on what is known no longer.
        for (workspace_id, judged_at) in batch.refusing(submissions) {
            let head = self.store.log_head(workspace_id).await?;
            if head.map(|it| it.position) != Some(judged_at) {
                return Ok(Appended::Moved);
            }
        }
        let appends = batch.appends()?;
        if appends.is_empty() {
            return Ok(Appended::Done);
        }
        failpoint::may_fail(failpoint::JUDGED)?;
        let started = Instant::now();
        let appended = self.store.append(&appends).await?;
        metrics::histogram!("huike_ingest_commit_seconds").record(started.elapsed().as_secs_f64());
        if appended == Appended::Done {
            self.is_failing = false;
            self.judge.keep(batch, &appends);
            for append in &appends {
                if let Some(head) = self.judge.known_head(append.workspace_id) {
                    self.follower.committed(append.workspace_id, head);
                }
            }
            batch.committed = appends;
        }
        Ok(appended)
    }

    /// A change that builds on one the server could not store is not to blame.
    fn softened(
        &self,
        submission: &Submission,
        change: &PushedChange,
        verdict: Verdict,
        now: Timestamp,
    ) -> Verdict {
        let is_orphan = matches!(
            verdict,
            Verdict::Refused(Refusal::UnknownDependency | Refusal::BrokenHistory)
        );
        if !is_orphan || self.stalled.is_empty() {
            return verdict;
        }
        match self
            .stalled
            .get(&(submission.author.device_id, change.record))
        {
            Some(at) if now.millis() - at.millis() < STALL_MS => {
                Verdict::Refused(Refusal::Unavailable)
            }
            Some(_) | None => verdict,
        }
    }

    /// After the commit: tells everybody, in order.
    fn tell(&mut self, mut batch: Batch, submissions: Vec<Submission>) {
        let origins = submissions.iter().map(|it| match it.reply {
            Reply::Connection(connection) => Some(connection),
            Reply::Caller(_) => None,
        });
        let origins: Vec<Option<ConnectionId>> = origins.collect();
        for (workspace_id, publication) in batch.publications(&origins) {
            if let Some(head) = self.judge.known_head(workspace_id) {
                self.hub.publish(workspace_id, publication, head);
            }
        }
        let verdicts = std::mem::take(&mut batch.verdicts);
        let submissions = submissions.into_iter().zip(verdicts).enumerate();
        for (index, (submission, verdicts)) in submissions {
            count(&verdicts);
            let answers = submission
                .changes
                .iter()
                .zip(verdicts)
                .map(|(change, verdict)| {
                    if matches!(verdict, Verdict::Accepted { .. }) && !self.stalled.is_empty() {
                        self.stalled
                            .remove(&(submission.author.device_id, change.record));
                    }
                    Answer {
                        record: change.record,
                        hash: change.hash,
                        verdict,
                    }
                });
            let answers: Vec<Answer> = answers.collect();
            match submission.reply {
                // A caller that went away needs no answer.
                Reply::Caller(caller) => drop(caller.send(answers)),
                Reply::Connection(connection) => {
                    // What is in this commit is answered at its place in the log.
                    let mut others = answers;
                    others.retain(|it| match it.verdict {
                        Verdict::Accepted { position, .. } => {
                            !batch.take_place(submission.workspace_id, position, index)
                        }
                        Verdict::Refused(_) => true,
                    });
                    if !others.is_empty() {
                        self.hub.answer(submission.workspace_id, connection, others);
                    }
                }
            }
        }
    }

    fn refuse_all(&mut self, submissions: Vec<Submission>) {
        let now = self.clock.now();
        self.stalled
            .retain(|_, at| now.millis() - at.millis() < STALL_MS);
        for submission in submissions {
            let verdicts = vec![Verdict::Refused(Refusal::Unavailable); submission.changes.len()];
            count(&verdicts);
            let mut answers = Vec::with_capacity(verdicts.len());
            for (change, verdict) in submission.changes.iter().zip(verdicts) {
                self.stalled
                    .insert((submission.author.device_id, change.record), now);
                answers.push(Answer {
                    record: change.record,
                    hash: change.hash,
                    verdict,
                });
            }
            match submission.reply {
                Reply::Caller(caller) => drop(caller.send(answers)),
                Reply::Connection(connection) => {
                    self.hub
                        .answer(submission.workspace_id, connection, answers);
                }
            }
        }
    }

    fn failed(&mut self, error: &StoreError, workspaces: impl IntoIterator<Item = RecordId>) {
        // What memory holds may not be what the disk holds; a commit that failed may have come to pass.
        self.judge.forget();
        let doubted = workspaces.into_iter().inspect(|it| self.hub.doubt(*it));
        self.follower.look_again(doubted);
        metrics::counter!("huike_ingest_failures_total").increment(1);
        if !self.is_failing {
            self.is_failing = true;
            tracing::error!(%error, "changes cannot be stored; they are answered with a refusal");
        }
    }
}

fn size(submission: &Submission) -> (usize, usize) {
    let bytes = submission.changes.iter().map(|it| it.body.len()).sum();
    (submission.changes.len(), bytes)
}

fn has_refusal(verdicts: &[Verdict]) -> bool {
    verdicts.iter().any(|it| matches!(it, Verdict::Refused(_)))
}

fn count(verdicts: &[Verdict]) {
    let accepted = verdicts
        .iter()
        .filter(|it| matches!(it, Verdict::Accepted { .. }))
        .count();
    metrics::counter!("huike_changes_accepted_total").increment(accepted as u64);
    for verdict in verdicts {
        if let Verdict::Refused(refusal) = verdict {
            metrics::counter!("huike_changes_refused_total", "code" => refusal.code()).increment(1);
        }
    }
}
