//! The one door for changes.
//!
//! Whoever wants to add to a log submits here: connections, imports, the interface of version 1,
//! the server's own replicas. One task takes whatever waits, judges it in order and commits it in
//! one transaction, so that a change costs a share of a sync to disk, and only then tells anybody.
//! If the memory cannot be written, everything is answered [`Refusal::Unavailable`], nothing has
//! happened, reading goes on, and the next batch tries again.

mod batch;
mod cache;
mod erased;
mod follow;
mod judge;
mod owners;
mod recent;
mod renewal;
mod rights;
mod worker;
mod working;

use self::owners::Owners;
use self::worker::Worker;
use crate::clock::Clock;
use crate::erasure::Asked;
use crate::store::changes::{ActorOwner, LogHead};
use crate::store::{Store, StoreError, StoreResult};
use crate::sync::epochs::When;
use crate::sync::hub::{ConnectionId, Hub};
use huike_shared::document::{Actor, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{Answer, PushedChange, Verdict};
use huike_shared::time::Timestamp;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Submissions that may wait; whoever comes later waits outside.
const QUEUE_MAX: usize = 256;
/// Who submits, as the change's actor must be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// The member.
    pub member_id: RecordId,
    /// The device.
    pub device_id: RecordId,
}

/// What a submission insists on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// All of it or nothing. If one change is refused for a reason of its own, the others are
    /// answered [`Refusal::UnknownDependency`].
    pub whole: bool,
    /// Only onto the states its author knew: a record that has moved on since is not merged with,
    /// its change is answered [`Refusal::UnknownDependency`].
    pub latest: bool,
    /// The changes only name records whose documents are to be renewed, by the server itself.
    pub renewal: Option<When>,
    /// The server itself tidies up in the name of whoever did something before, whatever they may do by now.
    pub upkeep: bool,
}

impl Terms {
    /// Whether it is committed without others.
    fn stands_alone(self) -> bool {
        self.whole || self.renewal.is_some()
    }
}

/// The door, cheap to clone.
#[derive(Clone, Debug)]
pub struct Ingest {
    queue: mpsc::Sender<Job>,
    store: Arc<dyn Store>,
    clock: Clock,
    owners: Owners,
}

/// What the task behind the door does, one after the other.
#[derive(Debug)]
enum Job {
    Changes(Submission),
    Erase(Erase),
}

/// Records to erase.
#[derive(Debug)]
struct Erase {
    asked: Asked,
    records: Vec<RecordRef>,
    reply: oneshot::Sender<StoreResult<Vec<RecordRef>>>,
}

/// Changes of one author.
#[derive(Debug)]
struct Submission {
    workspace_id: RecordId,
    author: Author,
    changes: Vec<PushedChange>,
    terms: Terms,
    reply: Reply,
}

#[derive(Debug)]
enum Reply {
    Connection(ConnectionId),
    Caller(oneshot::Sender<Vec<Answer>>),
}

impl Ingest {
    /// Opens the door.
    pub fn start(store: Arc<dyn Store>, hub: Hub, clock: Clock) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let owners = Owners::default();
        let worker = Worker::new(store.clone(), hub, clock.clone(), owners.clone());
        tokio::spawn(worker.run(receiver));
        Ingest {
            queue: sender,
            store,
            clock,
            owners,
        }
    }

    /// The memory behind the door.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The time by which changes are stamped.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Submits changes and answers what became of each, in their order.
    pub async fn submit(
        &self,
        workspace_id: RecordId,
        author: Author,
        changes: Vec<PushedChange>,
    ) -> Vec<Answer> {
        self.submit_on(workspace_id, author, changes, Terms::default())
            .await
    }

    /// Submits changes of which all are accepted, in one transaction, or none.
    pub async fn submit_whole(
        &self,
        workspace_id: RecordId,
        author: Author,
        changes: Vec<PushedChange>,
    ) -> Vec<Answer> {
        let terms = Terms {
            whole: true,
            ..Terms::default()
        };
        self.submit_on(workspace_id, author, changes, terms).await
    }

    /// Submits changes on terms and answers what became of each, in their order.
    pub async fn submit_on(
        &self,
        workspace_id: RecordId,
        author: Author,
        changes: Vec<PushedChange>,
        terms: Terms,
    ) -> Vec<Answer> {
        let names: Vec<_> = changes.iter().map(|it| (it.record, it.hash)).collect();
        let (sender, receiver) = oneshot::channel();
        let reply = Reply::Caller(sender);
        let submission = Submission {
            workspace_id,
            author,
            changes,
            terms,
            reply,
        };
        if self.queue.send(Job::Changes(submission)).await.is_ok()
            && let Ok(answers) = receiver.await
        {
            return answers;
        }
        // The server is stopping.
        let verdict = Verdict::Refused(Refusal::Unavailable);
        names
            .into_iter()
            .map(|(record, hash)| Answer {
                record,
                hash,
                verdict: verdict.clone(),
            })
            .collect()
    }

    /// Renews the documents of records that are due for it. Refused is who is not: nothing was done.
    pub async fn renew(
        &self,
        workspace_id: RecordId,
        records: &[RecordRef],
        when: When,
    ) -> Vec<Answer> {
        let named = records.iter().map(|record| PushedChange {
            record: *record,
            of: None,
            hash: ChangeHash::default(),
            body: Vec::new(),
        });
        let server = Author {
            member_id: RecordId::default(),
            device_id: RecordId::default(),
        };
        let terms = Terms {
            renewal: Some(when),
            ..Terms::default()
        };
        self.submit_on(workspace_id, server, named.collect(), terms)
            .await
    }

    /// Submits what a connection pushed; the answers come by its line, each in its place.
    /// Waits while too much is waiting. False if the server is stopping.
    pub(super) async fn push(
        &self,
        workspace_id: RecordId,
        author: Author,
        changes: Vec<PushedChange>,
        connection: ConnectionId,
    ) -> bool {
        let reply = Reply::Connection(connection);
        let submission = Submission {
            workspace_id,
            author,
            changes,
            terms: Terms::default(),
            reply,
        };
        self.queue.send(Job::Changes(submission)).await.is_ok()
    }

    /// Registers actors for an author. Those that are somebody else's stay so; their changes are
    /// refused one by one.
    pub async fn register(
        &self,
        workspace_id: RecordId,
        author: Author,
        actors: &[Actor],
    ) -> StoreResult<()> {
        let owner = ActorOwner {
            workspace_id,
            member_id: author.member_id,
            device_id: author.device_id,
        };
        let unknown = self.owners.unknown(owner, actors);
        if unknown.is_empty() {
            return Ok(());
        }
        let owners = self
            .store
            .register_actors(owner, &unknown, self.clock.now())
            .await?;
        for (actor, owner) in unknown.iter().zip(&owners) {
            self.owners.note(*actor, *owner);
        }
        let foreign = owners.iter().filter(|it| **it != owner).count();
        if foreign > 0 {
            tracing::warn!(member.id = %author.member_id, actor.count = foreign,
                           "actors of somebody else were presented");
        }
        Ok(())
    }

    /// Erases records for good and answers which of them were still there. Waits for its turn like every change.
    pub async fn erase(
        &self,
        asked: Asked,
        records: Vec<RecordRef>,
    ) -> StoreResult<Vec<RecordRef>> {
        let (reply, receiver) = oneshot::channel();
        let job = Job::Erase(Erase {
            asked,
            records,
            reply,
        });
        if self.queue.send(job).await.is_ok()
            && let Ok(erased) = receiver.await
        {
            return erased;
        }
        // The server is stopping; the list of what was erased finishes it at the next start.
        Err(StoreError::Busy)
    }

    /// Where a workspace's log stands; begins it if it is the first time.
    pub async fn head(&self, workspace_id: RecordId) -> StoreResult<LogHead> {
        head(&*self.store, workspace_id).await
    }
}

async fn head(store: &dyn Store, workspace_id: RecordId) -> StoreResult<LogHead> {
    match store.log_head(workspace_id).await? {
        Some(head) => Ok(head),
        None => store.open_log(workspace_id, crate::sync::new_log()).await,
    }
}

fn broken(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken(error.to_string())
}
