//! What the server remembers of programs while it runs: how fast they ask, and the replica that
//! each of them writes as.

use super::error::ApiError;
use crate::auth::caller::Caller;
use crate::entropy::OsEntropy;
use crate::error::Failure;
use crate::sync::ingest::Author;
use crate::sync::{Ingest, ServerReplica};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use huike_shared::document::Actor;
use huike_shared::id::{Entropy as _, RecordId};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedMutexGuard, Semaphore};

/// Requests of one token a second, and as many more at once.
pub const REQUESTS: (u32, u32) = (10, 100);
/// Programs that are remembered; when there are more, all are forgotten and begin anew.
const REMEMBERED_MAX: usize = 10_000;
/// Requests that may wait for changes at the same time; the next ones are answered at once.
const WAITING_MAX: usize = 1_000;

/// What is remembered of programs.
#[derive(Debug)]
pub struct Programs {
    meters: Mutex<HashMap<RecordId, Arc<DefaultDirectRateLimiter>>>,
    replicas: Mutex<HashMap<RecordId, Writing>>,
    /// A permit for each request that waits for changes.
    pub waiting: Semaphore,
}

/// One writer at a time: two changes of one actor to one record must follow each other.
type Writing = Arc<tokio::sync::Mutex<Option<Identity>>>;

/// As whom a program writes until the server stops.
#[derive(Clone, Copy, Debug)]
struct Identity {
    actor: Actor,
    device_id: RecordId,
}

/// A program's replica; nobody else writes as it meanwhile.
#[derive(Debug)]
pub struct Turn {
    /// The replica.
    pub replica: ServerReplica,
    _turn: OwnedMutexGuard<Option<Identity>>,
}

impl Default for Programs {
    fn default() -> Self {
        Programs {
            meters: Mutex::default(),
            replicas: Mutex::default(),
            waiting: Semaphore::new(WAITING_MAX),
        }
    }
}

impl Programs {
    /// Counts a request of a token, or refuses it.
    pub fn meter(&self, token_id: RecordId) -> Result<(), ApiError> {
        let meter = remembered(&self.meters, token_id, || {
            let count = |it: u32| NonZeroU32::new(it).unwrap_or(NonZeroU32::MIN);
            let quota = Quota::per_second(count(REQUESTS.0)).allow_burst(count(REQUESTS.1));
            Arc::new(RateLimiter::direct(quota))
        });
        meter.check().map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            ApiError::TooFast {
                seconds: wait.as_secs() + 1,
            }
        })
    }

    /// Waits for the caller's turn to write.
    pub async fn turn(&self, ingest: &Ingest, caller: &Caller) -> Result<Turn, Failure> {
        let writing = remembered(&self.replicas, caller.replica(), Writing::default);
        let mut turn = writing.lock_owned().await;
        let workspace_id = caller.workspace.id;
        let author = |device_id: RecordId| Author {
            member_id: caller.member.id,
            device_id,
        };
        let identity = match *turn {
            Some(identity) => identity,
            None => {
                let identity = Identity {
                    actor: Actor::new(&mut OsEntropy),
                    device_id: OsEntropy.record_id(ingest.now()),
                };
                let author = author(identity.device_id);
                ingest
                    .register(workspace_id, author, &[identity.actor])
                    .await?;
                *turn = Some(identity);
                identity
            }
        };
        let author = author(identity.device_id);
        Ok(Turn {
            replica: ServerReplica::resume(ingest, workspace_id, author, identity.actor),
            _turn: turn,
        })
    }
}

fn remembered<T: Clone>(
    all: &Mutex<HashMap<RecordId, T>>,
    id: RecordId,
    new: impl FnOnce() -> T,
) -> T {
    let mut all: MutexGuard<'_, _> = all.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= REMEMBERED_MAX && !all.contains_key(&id) {
        all.clear();
    }
    all.entry(id).or_insert_with(new).clone()
}
