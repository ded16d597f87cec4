//! Judging: what the gate needs is fetched, in as few questions as possible, and asked of it.

use super::batch::{Batch, Log};
use super::cache::{Cache, Key};
use super::erased::ErasedRecords;
use super::owners::Owners;
use super::rights::KnownRights;
use super::working::{Branch, Working};
use super::{Submission, broken, head};
use crate::projection;
use crate::store::changes::{ActorOwner, Append, LogHead, LoggedChange};
use crate::store::erasures::Erasure;
use crate::store::{Store, StoreResult};
use huike_shared::document::{Actor, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::note::{NOTE, owner_of};
use huike_shared::record::{KindDef, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::registry;
use huike_shared::row::Stamp;
use huike_shared::sync::gate;
use huike_shared::sync::message::{DocumentState, PushedChange, Verdict};
use huike_shared::time::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What is remembered between batches.
pub struct Judge {
    pub(super) store: Arc<dyn Store>,
    cache: Cache,
    heads: HashMap<RecordId, LogHead>,
    owners: Owners,
    erased: ErasedRecords,
    pub(super) rights: KnownRights,
}

impl Judge {
    pub fn new(store: Arc<dyn Store>, owners: Owners) -> Self {
        Judge {
            store,
            cache: Cache::default(),
            heads: HashMap::new(),
            owners,
            erased: ErasedRecords::default(),
            rights: KnownRights::default(),
        }
    }

    /// Forgets what another writer may have changed. Actors never change hands.
    pub fn forget(&mut self) {
        self.cache.clear();
        self.heads.clear();
        self.erased.forget();
    }

    /// Forgets what another writer may have changed in one workspace.
    pub fn forget_workspace(&mut self, workspace_id: RecordId) {
        self.erased.forget_workspace(workspace_id);
        if self.heads.remove(&workspace_id).is_some() {
            self.cache.remove_workspace(workspace_id);
        }
    }

    /// Takes note of what another writer added to a log; nothing between it and what was known.
    pub fn follow(&mut self, workspace_id: RecordId, changes: &[LoggedChange]) {
        for change in changes {
            self.cache.remove(&(workspace_id, change.record));
        }
        self.erased.follow(workspace_id, changes);
        let last = changes.last().map_or(0, |it| it.position);
        if let Some(head) = self.heads.get_mut(&workspace_id) {
            head.position = head.position.max(last);
        }
    }

    /// Takes note of what the worker has erased.
    pub fn erased(&mut self, erasure: &Erasure, head: LogHead) {
        let workspace_id = erasure.workspace_id;
        for record in &erasure.records {
            self.cache.remove(&(workspace_id, *record));
        }
        self.erased
            .add(workspace_id, erasure.records.iter().copied());
        self.heads.insert(workspace_id, head);
    }

    /// A state as last committed, if it is remembered.
    pub(super) fn cached(&self, key: &Key) -> Option<DocumentState> {
        self.cache.peek(key)
    }

    /// Where the log stands as far as is known.
    pub fn known_head(&self, workspace_id: RecordId) -> Option<LogHead> {
        self.heads.get(&workspace_id).copied()
    }

    /// Remembers what was committed.
    pub fn keep(&mut self, batch: &mut Batch, appends: &[Append]) {
        for append in appends {
            if let Some(head) = self.heads.get_mut(&append.workspace_id) {
                head.position = append.after + append.changes.len() as u64;
                if !append.histories.is_empty() {
                    head.floor = head.position;
                }
            }
            for document in &append.documents {
                let key = (append.workspace_id, document.record);
                let Some(working) = batch.working.get_mut(&key) else {
                    continue;
                };
                let mut recent = std::mem::take(&mut working.recent);
                working.branches.iter().for_each(|it| recent.add(it));
                if let Some(state) = working.state.take() {
                    self.cache.put(key, state, recent, document.state.len());
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
        self.rights.make_room();
        let mut known_rights = HashSet::new();
        for submission in submissions {
            let workspace_id = submission.workspace_id;
            self.erased.know(&*self.store, workspace_id).await?;
            if known_rights.insert(workspace_id) {
                self.rights.know(&*self.store, workspace_id).await?;
            }
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
                    Some((state, recent)) => {
                        drop(
                            batch
                                .working
                                .insert(key, Working::with(Some(state), recent)),
                        );
                    }
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
        if self.erased.concerns(submission.workspace_id, change) {
            return Ok(Verdict::Refused(Refusal::Erased));
        }
        if let Some(when) = submission.terms.renewal {
            let key = (submission.workspace_id, change.record);
            return Ok(match self.renew(batch, &key, when).await? {
                Ok(genesis) => self.place(batch, submission, &genesis.0, genesis.1, 1),
                Err(refusal) => Verdict::Refused(refusal),
            });
        }
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
        Ok(self.place(batch, submission, change, actor, seq))
    }

    /// Gives a granted change its place in the log.
    fn place(
        &self,
        batch: &mut Batch,
        submission: &Submission,
        change: &PushedChange,
        actor: Actor,
        seq: u64,
    ) -> Verdict {
        let index = batch.verdicts.len();
        let at = batch.now;
        let Some(log) = batch.logs.get_mut(&submission.workspace_id) else {
            return Verdict::Refused(Refusal::Unavailable);
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
        Verdict::Accepted { position, at }
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
        if self.erased.is_tied(submission.workspace_id, def, &flat) {
            return Ok(Judged::Refused(Refusal::Erased));
        }
        let key = (submission.workspace_id, change.record);
        let is_in = batch.working.get(&key).is_some_and(|it| it.contains(&flat));
        if is_in && let Some(known) = self.known(batch, &key, flat.hash).await? {
            return Ok(known);
        }
        if let Some(working) = batch.working.get_mut(&key)
            && let Some((position, at)) = working.earlier(&*self.store, &key, &flat).await?
        {
            return Ok(Judged::Known { position, at });
        }
        if self.owner(flat.actor).await? != Some(owner(submission)) {
            return Ok(Judged::Refused(Refusal::ForeignActor));
        }
        let Some(role) = self.role(submission) else {
            return Ok(Judged::Refused(Refusal::NotPermitted));
        };
        let Some(working) = batch.working.get_mut(&key) else {
            return Ok(Judged::Refused(Refusal::Unavailable));
        };
        let stamp = Stamp {
            at: batch.now,
            by: submission.author.member_id,
        };
        let mut current = working.take_registers();
        if submission.terms.latest && flat.deps != current.heads() {
            working.state = Some(DocumentState::Flat(current));
            return Ok(Judged::Refused(Refusal::UnknownDependency));
        }
        let branch = match working.branch(&*self.store, &key, &flat, &current).await? {
            Branch::Latest => None,
            Branch::Earlier(branch) => Some(branch),
            Branch::Unknown => {
                working.state = Some(DocumentState::Flat(current));
                return Ok(Judged::Refused(Refusal::UnknownDependency));
            }
        };
        let at_deps = branch.as_ref().unwrap_or(&current);
        let mut verdict = gate::judge(&flat, &change.record, def, at_deps, &current, role);
        if verdict.is_ok() {
            let record = (change.record, def);
            let permits = self.permits(batch, submission, record, &flat, &current);
            if !permits.await? {
                verdict = Err(Refusal::NotPermitted);
            }
        }
        let Some(working) = batch.working.get_mut(&key) else {
            return Ok(Judged::Refused(Refusal::Unavailable));
        };
        if verdict.is_ok() {
            working.recent.add(&current);
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
        let Some(of) = change.of.clone() else {
            return Ok(Judged::Refused(Refusal::UnknownKind));
        };
        let Some((owner_record, _)) = owner_of(&of) else {
            return Ok(Judged::Refused(Refusal::UnknownKind));
        };
        let permits = self.permits_note(batch, submission, owner_record).await?;
        let (Some(role), true) = (self.role(submission), permits) else {
            return Ok(Judged::Refused(Refusal::NotPermitted));
        };
        let Some(working) = batch.working.get_mut(&key) else {
            return Ok(Judged::Refused(Refusal::UnknownKind));
        };
        let stamp = Stamp {
            at: batch.now,
            by: submission.author.member_id,
        };
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
        if let Some(found) = self.owners.get(actor) {
            return Ok(Some(found));
        }
        let found = self.store.actor_owner(actor).await?;
        if let Some(found) = found {
            self.owners.note(actor, found);
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

fn owner(submission: &Submission) -> ActorOwner {
    ActorOwner {
        workspace_id: submission.workspace_id,
        member_id: submission.author.member_id,
        device_id: submission.author.device_id,
    }
}
