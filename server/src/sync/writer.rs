//! The server as a replica: imports, demo data and the interface of version 1 write through the
//! same door as everybody, with an actor of their own.

use super::ingest::{Author, Ingest, Terms};
use crate::entropy::OsEntropy;
use crate::error::Failure;
use crate::projection;
use huike_shared::document::{self, Actor, Registers};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::note::{self, Note, NoteDocument, Splice};
use huike_shared::record::RecordRef;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{Answer, DocumentState, PushedChange};
use std::collections::HashMap;

/// What is to be put into a record, by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordEdit {
    /// The record; made if it is not there.
    pub record: RecordRef,
    /// Values by the register's key.
    pub values: Vec<(Box<str>, Scalar)>,
}

/// A replica inside the server, for one writer. Writes in a member's name.
#[derive(Debug)]
pub struct ServerReplica {
    ingest: Ingest,
    workspace_id: RecordId,
    author: Author,
    actor: Actor,
}

impl ServerReplica {
    /// Starts a replica with an actor that nobody else has.
    pub async fn start(
        ingest: &Ingest,
        workspace_id: RecordId,
        member_id: RecordId,
    ) -> Result<Self, Failure> {
        let actor = Actor::new(&mut OsEntropy);
        let device_id = OsEntropy.record_id(ingest.now());
        let author = Author {
            member_id,
            device_id,
        };
        ingest.register(workspace_id, author, &[actor]).await?;
        Ok(ServerReplica {
            ingest: ingest.clone(),
            workspace_id,
            author,
            actor,
        })
    }

    /// Goes on as a replica that was started before, on the same device.
    pub fn resume(ingest: &Ingest, workspace_id: RecordId, author: Author, actor: Actor) -> Self {
        ServerReplica {
            ingest: ingest.clone(),
            workspace_id,
            author,
            actor,
        }
    }

    /// The change that puts these values into a record in this state, or nothing if all of them
    /// are there.
    pub fn prepare(
        &self,
        edit: &RecordEdit,
        registers: &Registers,
    ) -> Result<Option<PushedChange>, Failure> {
        let now = self.ingest.now();
        let Some(body) = registers.author(&edit.values, self.actor, now) else {
            return Ok(None);
        };
        let change = document::decode(&body).map_err(Failure::broken)?;
        Ok(Some(PushedChange {
            record: edit.record,
            of: None,
            hash: change.hash,
            body,
        }))
    }

    /// Submits prepared changes on terms.
    pub async fn submit(&self, changes: Vec<PushedChange>, terms: Terms) -> Vec<Answer> {
        self.ingest
            .submit_on(self.workspace_id, self.author, changes, terms)
            .await
    }

    /// Writes edits; each is accepted or refused by itself. Edits that change nothing are left out.
    pub async fn write(&self, edits: &[RecordEdit]) -> Result<Vec<Answer>, Failure> {
        self.write_on(edits, Terms::default()).await
    }

    /// Writes edits on terms.
    pub async fn write_on(
        &self,
        edits: &[RecordEdit],
        terms: Terms,
    ) -> Result<Vec<Answer>, Failure> {
        let changes = self.author(edits).await?;
        Ok(self.submit(changes, terms).await)
    }

    /// Writes all of the edits in one transaction, or none.
    pub async fn write_whole(&self, edits: &[RecordEdit]) -> Result<Vec<Answer>, Failure> {
        let changes = self.author(edits).await?;
        Ok(self
            .ingest
            .submit_whole(self.workspace_id, self.author, changes)
            .await)
    }

    /// Replaces the text of a note by another, by the one splice that does it.
    pub async fn write_note(
        &self,
        owner: RecordRef,
        field: &str,
        text: &str,
    ) -> Result<Option<Answer>, Failure> {
        let Some(change) = self.prepare_note(owner, field, text).await? else {
            return Ok(None);
        };
        let answers = self.submit(vec![change], Terms::default()).await;
        Ok(answers.into_iter().next())
    }

    /// The change that replaces the text of a note, or nothing if that is its text.
    pub async fn prepare_note(
        &self,
        owner: RecordRef,
        field: &str,
        text: &str,
    ) -> Result<Option<PushedChange>, Failure> {
        let record = note::note_ref(owner, field);
        let mut note = match self.states(&[record]).await?.remove(&record) {
            Some(DocumentState::Note(state)) => {
                NoteDocument::load(&state.saved).map_err(Failure::broken)?
            }
            Some(DocumentState::Flat(_) | DocumentState::Erased) | None => {
                NoteDocument::genesis(owner, field)
            }
        };
        let Some(splice) = Splice::between(&note.text(), text) else {
            return Ok(None);
        };
        // A fresh actor for each: what this one did in the note before is not looked up.
        let actor = Actor::new(&mut OsEntropy);
        self.ingest
            .register(self.workspace_id, self.author, &[actor])
            .await?;
        let heads = note.heads();
        let now = self.ingest.now();
        let body = note
            .splice(&heads, &splice, (actor, actor), now)
            .map_err(Failure::broken)?;
        let hash = note.heads().first().copied().unwrap_or_default();
        let of = Some(note::of(owner, field).into());
        Ok(Some(PushedChange {
            record,
            of,
            hash,
            body,
        }))
    }

    async fn author(&self, edits: &[RecordEdit]) -> Result<Vec<PushedChange>, Failure> {
        let now = self.ingest.now();
        let stamp = Stamp {
            at: now,
            by: self.author.member_id,
        };
        let records: Vec<RecordRef> = edits.iter().map(|it| it.record).collect();
        let mut states = self.states(&records).await?;
        let mut changes = Vec::with_capacity(edits.len());
        for edit in edits {
            let empty = || DocumentState::Flat(Registers::default());
            let state = states.entry(edit.record).or_insert_with(empty);
            let DocumentState::Flat(registers) = state else {
                continue;
            };
            let Some(change) = self.prepare(edit, registers)? else {
                continue;
            };
            let flat = document::decode(&change.body).map_err(Failure::broken)?;
            registers.apply(&flat, stamp);
            changes.push(change);
        }
        Ok(changes)
    }

    async fn states(
        &self,
        records: &[RecordRef],
    ) -> Result<HashMap<RecordRef, DocumentState>, Failure> {
        let mut states = HashMap::new();
        for stored in self
            .ingest
            .store()
            .documents(self.workspace_id, records)
            .await?
        {
            let state = projection::read_state(&stored.state).map_err(Failure::broken)?;
            states.insert(stored.record, state);
        }
        Ok(states)
    }
}
