//! Writing an import into the log.
//!
//! Its records and their author are written down, then everything goes to `ingest` as one submission.
//! Whatever happens in between, the log is asked what became of it.

use super::{Desk, ImportFailure, blocking, header_digest};
use crate::entropy::OsEntropy;
use crate::error::{Failure, Refused};
use crate::import::check::Checked;
use crate::import::{ImportError, columns, words};
use crate::projection;
use crate::store::imports::{Choice, Ending, ImportRow, ImportState, KnownMapping};
use crate::store::people::Member;
use crate::sync::ingest::Author;
use huike_shared::document::{self, Actor, Registers};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::record::{KindDef, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{DocumentState, PushedChange, Verdict};
use huike_shared::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Records that are authored between two looks at the progress.
const AUTHORED_AT_ONCE: usize = 500;

impl Desk {
    /// Begins to write the records; the answer comes when all of them are known to be good. The
    /// rest goes on in the background.
    pub async fn commit(
        &self,
        member: &Member,
        id: RecordId,
        only_good: bool,
    ) -> Result<(), ImportFailure> {
        let import = self.own(member, id).await?;
        let (Some(kind), Some(mapping)) = (import.kind, import.mapping) else {
            return Err(ImportError::WrongStep.into());
        };
        let choice = Choice {
            encoding: import.encoding,
            kind,
            mapping,
        };
        let def = columns::kind(&choice.kind)?;
        let tried = self.try_mapping(member, id, &choice).await?;
        if tried.checked.rows_bad > 0 && !only_good {
            return Err(ImportError::BadRows.into());
        }
        if tried.checked.good.is_empty() {
            return Err(ImportError::NothingGood.into());
        }
        let now = self.ingest.now();
        let actor = Actor::new(&mut OsEntropy);
        let records: Vec<RecordId> = tried
            .checked
            .good
            .iter()
            .map(|_| OsEntropy.record_id(now))
            .collect();
        let store = self.ingest.store();
        if !store.begin_import(id, actor, &records).await? {
            return Err(ImportError::WrongStep.into());
        }
        let progress = Arc::new(AtomicU64::new(0));
        self.progress().insert(id, progress.clone());
        let writing = Writing {
            id,
            def,
            actor,
            records,
            checked: tried.checked,
            progress,
        };
        let (desk, member) = (self.clone(), member.clone());
        let fields = tried.header.iter().zip(&choice.mapping);
        let fields = fields
            .filter_map(|(word, field)| Some((words::plain(word), field.clone()?)))
            .collect();
        let remembered = KnownMapping {
            kind: choice.kind.clone(),
            fields,
        };
        let header = header_digest(&tried.header);
        tokio::spawn(async move {
            let store = desk.ingest.store();
            let kept = store
                .remember_mapping(member.workspace_id, header, &remembered, now)
                .await;
            if let Err(error) = kept {
                tracing::warn!(%error, "a mapping was not remembered");
            }
            desk.write(&member, writing).await;
        });
        Ok(())
    }

    /// Settles what a crash has left open: the log says whether the records are there.
    pub async fn recover(&self) -> Result<(), Failure> {
        for import in self.ingest.store().abandoned_imports().await? {
            if !self.progress().contains_key(&import.id) {
                self.settle(&import, None).await?;
            }
        }
        Ok(())
    }

    async fn write(&self, member: &Member, writing: Writing) {
        let id = writing.id;
        let refused = self.submit(member, writing).await;
        let problem = match &refused {
            Ok(()) => None,
            Err(ImportFailure::Failure(Failure::Refused(refused))) => Some(refused.code()),
            Err(ImportFailure::Failure(failure)) => {
                tracing::error!(import.id = %id, error = %failure, "an import failed");
                Some(failure.code())
            }
            Err(ImportFailure::Import(error)) => Some(error.code()),
        };
        let settled = async {
            let import = self.ingest.store().import(member.workspace_id, id).await?;
            match import {
                Some(import) => self.settle(&import, problem).await,
                None => Ok(()),
            }
        };
        if let Err(error) = settled.await {
            // It stays `running`; the next start settles it.
            tracing::error!(import.id = %id, %error, "what became of an import was not noted");
        }
        self.progress().remove(&id);
    }

    async fn submit(&self, member: &Member, writing: Writing) -> Result<(), ImportFailure> {
        let now = self.ingest.now();
        let Writing {
            def,
            actor,
            records,
            checked,
            progress,
            ..
        } = writing;
        let author = Author {
            member_id: member.id,
            device_id: OsEntropy.record_id(now),
        };
        self.ingest
            .register(member.workspace_id, author, &[actor])
            .await?;
        let changes = blocking(move || author_all(def, actor, &records, &checked, now, &progress))
            .await?
            .map_err(Failure::broken)?;
        let answers = self
            .ingest
            .submit_whole(member.workspace_id, author, changes)
            .await;
        let refusal = answers.into_iter().find_map(|it| match it.verdict {
            Verdict::Accepted { .. } => None,
            Verdict::Refused(refusal) => Some(refusal),
        });
        match refusal {
            None => Ok(()),
            Some(Refusal::NotPermitted) => Err(Refused::NotPermitted.into()),
            Some(refusal) => Err(Failure::Broken(format!("ingest refused: {refusal}")).into()),
        }
    }

    /// Writes down what the log says of an import.
    async fn settle(&self, import: &ImportRow, problem: Option<&str>) -> Result<(), Failure> {
        let is_there = self.is_written(import).await?;
        let state = match (is_there, problem) {
            (true, _) => ImportState::Done,
            (false, None) => ImportState::Checked,
            (false, Some(_)) => ImportState::Failed,
        };
        let problem = problem.filter(|_| !is_there);
        let ending = Ending {
            state,
            at: self.ingest.now(),
            problem,
        };
        self.ingest.store().end_import(import.id, ending).await?;
        if is_there {
            self.forget_file(import.id).await;
        }
        Ok(())
    }

    /// Whether the records of an import are in the log: all are, if the first is.
    async fn is_written(&self, import: &ImportRow) -> Result<bool, Failure> {
        let store = self.ingest.store();
        let def = import.kind.as_deref().and_then(|it| columns::kind(it).ok());
        let first = store.import_records(import.id).await?.first().copied();
        let (Some(def), Some(actor), Some(id)) = (def, import.actor, first) else {
            return Ok(false);
        };
        let record = RecordRef { kind: def.kind, id };
        for stored in store.documents(import.workspace_id, &[record]).await? {
            if let Ok(DocumentState::Flat(it)) = projection::read_state(&stored.state) {
                return Ok(it.seq(actor) > 0);
            }
        }
        Ok(false)
    }
}

/// An import on its way into the log.
struct Writing {
    id: RecordId,
    def: &'static KindDef,
    actor: Actor,
    records: Vec<RecordId>,
    checked: Checked,
    progress: Arc<AtomicU64>,
}

/// One change for each record: the first of its document, so it depends on nothing.
fn author_all(
    def: &'static KindDef,
    actor: Actor,
    records: &[RecordId],
    checked: &Checked,
    now: Timestamp,
    progress: &AtomicU64,
) -> Result<Vec<PushedChange>, document::NotFlat> {
    let empty = Registers::default();
    let mut changes = Vec::with_capacity(records.len());
    for (draft, id) in checked.good.iter().zip(records) {
        let values: Vec<_> = draft
            .values
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()))
            .collect();
        let Some(body) = empty.author(&values, actor, now) else {
            continue;
        };
        let hash = document::decode(&body)?.hash;
        let record = RecordRef {
            kind: def.kind,
            id: *id,
        };
        changes.push(PushedChange {
            record,
            of: None,
            hash,
            body,
        });
        if changes.len() % AUTHORED_AT_ONCE == 0 {
            progress.store(changes.len() as u64, Ordering::Relaxed);
        }
    }
    progress.store(changes.len() as u64, Ordering::Relaxed);
    Ok(changes)
}
