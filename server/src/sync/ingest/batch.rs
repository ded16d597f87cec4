//! Judging one batch: what the gate needs is fetched, what it grants is collected.
//!
//! Nothing here is visible to anybody before the batch is committed; a batch that fails is
//! dropped, and with it everything that was thought.

use super::cache::{Cache, Key};
use super::{Submission, head};
use crate::projection;
use crate::store::changes::{ActorOwner, Append, LogHead, LoggedChange};
use crate::store::{Store, StoreError, StoreResult};
use crate::sync::hub::{ConnectionId, Publication, Published};
use huike_shared::document::{self, Actor, ChangeHash, FlatChange, Registers};
use huike_shared::id::RecordId;
use huike_shared::note::{NOTE, NoteState};
use huike_shared::record::{KindDef, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::registry;
use huike_shared::row::Stamp;
use huike_shared::sync::gate;
use huike_shared::sync::message::{DocumentState, Entry, PushedChange, Verdict};
use huike_shared::time::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Actors whose owner is remembered.
const ACTORS_MAX: usize = 50_000;

/// What a batch has come to.
pub struct Batch {
    now: Timestamp,
    logs: BTreeMap<RecordId, Log>,
    working: HashMap<Key, Working>,
    /// For each submission its verdicts, in order.
    pub verdicts: Vec<Vec<Verdict>>,
    /// What was committed.
    pub committed: Vec<Append>,
}

struct Log {
    /// Before the batch.
    head: u64,
    accepted: Vec<(LoggedChange, usize)>,
    by_hash: HashMap<(RecordRef, ChangeHash), u64>,
}

/// A document while the batch is judged.
struct Working {
    /// `None` before its first change.
    state: Option<DocumentState>,
    /// Position of its last change in this batch.
    position: Option<u64>,
    /// Every change in order, decoded; fetched when an author did not know the latest state.
    history: Option<Vec<FlatChange>>,
    /// Changes of this batch that are not in `history`.
    fresh: Vec<FlatChange>,
    /// States of authors who did not know the latest, by their heads: a day's offline edits of
    /// one record cost one replay and not one each.
    branches: Vec<Registers>,
}

impl Batch {
    pub fn new(now: Timestamp) -> Self {
        Batch {
            now,
            logs: BTreeMap::new(),
            working: HashMap::new(),
            verdicts: Vec::new(),
            committed: Vec::new(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether a position was given in this batch to a change of this submission; true once for
    /// each, so that a change that came twice is answered twice.
    pub fn take_place(
        &mut self,
        workspace_id: RecordId,
        position: u64,
        submission: usize,
    ) -> bool {
        let Some(log) = self.logs.get_mut(&workspace_id) else {
            return false;
        };
        let index = position.checked_sub(log.head + 1).and_then(|it| usize::try_from(it).ok());
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

/// What is remembered between batches.
pub struct Judge {
    store: Arc<dyn Store>,
    cache: Cache,
    heads: HashMap<RecordId, LogHead>,
    actors: HashMap<Actor, ActorOwner>,
}

impl Judge {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Judge {
            store,
            cache: Cache::default(),
            heads: HashMap::new(),
            actors: HashMap::new(),
        }
    }

    /// Forgets what another writer may have changed. Actors never change hands.
    pub fn forget(&mut self) {
        self.cache.clear();
        self.heads.clear();
    }

    /// Remembers what was committed.
    pub fn keep(&mut self, batch: &mut Batch, appends: &[Append]) {
        for append in appends {
            if let Some(head) = self.heads.get_mut(&append.workspace_id) {
                head.position = append.after + append.changes.len() as u64;
            }
            for document in &append.documents {
                let key = (append.workspace_id, document.record);
                if let Some(state) = batch.working.get_mut(&key).and_then(|it| it.state.take()) {
                    self.cache.put(key, state, document.state.len());
                }
            }
        }
    }

    /// Fetches heads and documents that the submissions name, in as few questions as possible.
    pub async fn prepare(
        &mut self,
        batch: &mut Batch,
        submissions: &[Submission],
    ) -> StoreResult<()> {
        let mut missing: HashMap<RecordId, HashSet<RecordRef>> = HashMap::new();
        for submission in submissions {
            let workspace_id = submission.workspace_id;
            let found = match self.heads.get(&workspace_id) {
                Some(found) => *found,
                None => {
                    let found = head(&*self.store, workspace_id).await?;
                    self.heads.insert(workspace_id, found);
                    found
                }
            };
            batch.logs.entry(workspace_id).or_insert_with(|| Log {
                head: found.position,
                accepted: Vec::new(),
                by_hash: HashMap::new(),
            });
            for change in &submission.changes {
                let key = (workspace_id, change.record);
                if batch.working.contains_key(&key) {
                    continue;
                }
                match self.cache.get(&key) {
                    Some(state) => drop(batch.working.insert(key, Working::new(Some(state)))),
                    None => drop(
                        missing
                            .entry(workspace_id)
                            .or_default()
                            .insert(change.record),
                    ),
                }
            }
        }
        for (workspace_id, records) in missing {
            let records: Vec<RecordRef> = records.into_iter().collect();
            for record in &records {
                batch
                    .working
                    .insert((workspace_id, *record), Working::new(None));
            }
            for stored in self.store.documents(workspace_id, &records).await? {
                let state = projection::read_state(&stored.state).map_err(|it| broken(&it))?;
                batch
                    .working
                    .insert((workspace_id, stored.record), Working::new(Some(state)));
            }
        }
        Ok(())
    }

    /// Judges one change. An error means that the memory failed.
    pub async fn judge(
        &mut self,
        batch: &mut Batch,
        submission: &Submission,
        change: &PushedChange,
    ) -> StoreResult<Verdict> {
        let Some(def) = registry::def(change.record.kind) else {
            return Ok(Verdict::Refused(Refusal::UnknownKind));
        };
        let judged = if def.kind == NOTE.kind {
            self.judge_note(batch, submission, change).await?
        } else {
            self.judge_flat(batch, submission, change, def).await?
        };
        let (actor, seq) = match judged {
            Judged::Granted { actor, seq } => (actor, seq),
            Judged::Known { position, at } => return Ok(Verdict::Accepted { position, at }),
            Judged::Refused(refusal) => return Ok(Verdict::Refused(refusal)),
        };
        let index = batch.verdicts.len();
        let at = batch.now;
        let Some(log) = batch.logs.get_mut(&submission.workspace_id) else {
            return Ok(Verdict::Refused(Refusal::Unavailable));
        };
        let position = log.head + log.accepted.len() as u64 + 1;
        log.by_hash.insert((change.record, change.hash), position);
        let logged = LoggedChange {
            position,
            record: change.record,
            note_of: change.of.clone(),
            hash: change.hash,
            actor,
            seq,
            member_id: submission.author.member_id,
            at,
            body: change.body.clone(),
        };
        log.accepted.push((logged, index));
        if let Some(it) = batch
            .working
            .get_mut(&(submission.workspace_id, change.record))
        {
            it.position = Some(position);
        }
        Ok(Verdict::Accepted { position, at })
    }

    async fn judge_flat(
        &mut self,
        batch: &mut Batch,
        submission: &Submission,
        change: &PushedChange,
        def: &'static KindDef,
    ) -> StoreResult<Judged> {
        let flat = match gate::parse(&change.body) {
            Ok(flat) if flat.hash == change.hash && change.of.is_none() => flat,
            Ok(_) => return Ok(Judged::Refused(Refusal::Malformed)),
            Err(refusal) => return Ok(Judged::Refused(refusal)),
        };
        let key = (submission.workspace_id, change.record);
        let is_in = batch.working.get(&key).is_some_and(|it| it.contains(&flat));
        if is_in && let Some(known) = self.known(batch, &key, flat.hash).await? {
            return Ok(known);
        }
        if self.owner(flat.actor).await? != Some(owner(submission)) {
            return Ok(Judged::Refused(Refusal::ForeignActor));
        }
        let Some(working) = batch.working.get_mut(&key) else {
            return Ok(Judged::Refused(Refusal::Unavailable));
        };
        let stamp = Stamp {
            at: batch.now,
            by: submission.author.member_id,
        };
        let mut current = working.take_registers();
        let branch = match working.branch(&*self.store, &key, &flat, &current).await? {
            Branch::Latest => None,
            Branch::Earlier(branch) => Some(branch),
            Branch::Unknown => {
                working.state = Some(DocumentState::Flat(current));
                return Ok(Judged::Refused(Refusal::UnknownDependency));
            }
        };
        let at_deps = branch.as_ref().unwrap_or(&current);
        let verdict = gate::judge(&flat, def, at_deps, &current, submission.author.role);
        if verdict.is_ok() {
            current.apply(&flat, stamp);
        }
        working.state = Some(DocumentState::Flat(current));
        if let Some(mut branch) = branch {
            if verdict.is_ok() {
                branch.apply(&flat, stamp);
            }
            working.branches.push(branch);
        }
        if let Err(refusal) = verdict {
            return Ok(Judged::Refused(refusal));
        }
        let (actor, seq) = (flat.actor, flat.seq);
        working
            .history
            .as_mut()
            .unwrap_or(&mut working.fresh)
            .push(flat);
        Ok(Judged::Granted { actor, seq })
    }

    async fn judge_note(
        &mut self,
        batch: &mut Batch,
        submission: &Submission,
        change: &PushedChange,
    ) -> StoreResult<Judged> {
        let key = (submission.workspace_id, change.record);
        if let Some(known) = self.known(batch, &key, change.hash).await? {
            return Ok(known);
        }
        let (Some(of), Some(working)) = (change.of.clone(), batch.working.get_mut(&key)) else {
            return Ok(Judged::Refused(Refusal::UnknownKind));
        };
        let stamp = Stamp {
            at: batch.now,
            by: submission.author.member_id,
        };
        let role = submission.author.role;
        let (record, body) = (change.record, change.body.clone());
        let state = working.note();
        // Opening and saving a long text takes milliseconds; others go on meanwhile.
        let judged = tokio::task::spawn_blocking(move || {
            gate::judge_note(record, &of, state.as_ref(), &body, role, stamp)
        });
        let (hash, actor, state) = match judged.await.map_err(|it| broken(&it))? {
            Ok(judged) => judged,
            Err(refusal) => return Ok(Judged::Refused(refusal)),
        };
        if hash != change.hash {
            return Ok(Judged::Refused(Refusal::Malformed));
        }
        if self.owner(actor).await? != Some(owner(submission)) {
            return Ok(Judged::Refused(Refusal::ForeignActor));
        }
        let seq = automerge::Change::try_from(&change.body[..])
            .map_err(|it| broken(&it))?
            .seq();
        working.state = Some(DocumentState::Note(state));
        Ok(Judged::Granted { actor, seq })
    }

    /// Where a change was accepted before, if it was.
    async fn known(
        &self,
        batch: &Batch,
        (workspace_id, record): &Key,
        hash: ChangeHash,
    ) -> StoreResult<Option<Judged>> {
        let log = batch.logs.get(workspace_id);
        if let Some(position) = log.and_then(|it| it.by_hash.get(&(*record, hash))) {
            return Ok(Some(Judged::Known {
                position: *position,
                at: batch.now,
            }));
        }
        let found = self.store.change_of(*workspace_id, *record, hash).await?;
        Ok(found.map(|(position, at)| Judged::Known { position, at }))
    }

    async fn owner(&mut self, actor: Actor) -> StoreResult<Option<ActorOwner>> {
        if let Some(found) = self.actors.get(&actor) {
            return Ok(Some(*found));
        }
        let found = self.store.actor_owner(actor).await?;
        if let Some(found) = found {
            if self.actors.len() >= ACTORS_MAX {
                self.actors.clear();
            }
            self.actors.insert(actor, found);
        }
        Ok(found)
    }
}

/// The verdict on a change before it has its place.
enum Judged {
    Granted { actor: Actor, seq: u64 },
    Known { position: u64, at: Timestamp },
    Refused(Refusal),
}

impl Working {
    fn new(state: Option<DocumentState>) -> Self {
        Working {
            state,
            position: None,
            history: None,
            fresh: Vec::new(),
            branches: Vec::new(),
        }
    }

    fn contains(&self, change: &FlatChange) -> bool {
        match &self.state {
            Some(DocumentState::Flat(registers)) => registers.contains(change),
            Some(DocumentState::Note(_)) | None => false,
        }
    }

    fn take_registers(&mut self) -> Registers {
        match self.state.take() {
            Some(DocumentState::Flat(registers)) => registers,
            Some(DocumentState::Note(_)) | None => Registers::default(),
        }
    }

    fn note(&self) -> Option<NoteState> {
        match &self.state {
            Some(DocumentState::Note(state)) => Some(state.clone()),
            Some(DocumentState::Flat(_)) | None => None,
        }
    }

    /// Takes the state that the author of a change knew.
    async fn branch(
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
enum Branch {
    /// The latest state.
    Latest,
    /// An earlier one.
    Earlier(Registers),
    /// Something that is not in the log.
    Unknown,
}

fn owner(submission: &Submission) -> ActorOwner {
    ActorOwner {
        workspace_id: submission.workspace_id,
        member_id: submission.author.member_id,
        device_id: submission.author.device_id,
    }
}

fn broken(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken(error.to_string())
}
