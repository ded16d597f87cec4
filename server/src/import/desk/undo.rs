//! Taking an import back.
//!
//! A record that nobody has changed since and that nothing points at is deleted (and can be
//! restored like any other). One that somebody works with is kept and named.

use super::{Desk, ImportFailure, ROWS_PAGE};
use crate::error::{Failure, Refused};
use crate::import::{ImportError, columns};
use crate::projection;
use crate::store::documents::RowsAsked;
use crate::store::imports::{Ending, ImportRow, ImportState};
use crate::store::people::Member;
use crate::sync::writer::{RecordEdit, ServerReplica};
use huike_shared::access::{Action, allows};
use huike_shared::document::{Actor, DELETED, Registers};
use huike_shared::id::RecordId;
use huike_shared::record::{FieldKind, KindDef, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::registry::RECORDS;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{DocumentState, Verdict};
use std::collections::HashSet;

/// Records that are looked at together.
const LOOKED_AT_ONCE: usize = 2_000;

/// A record that an undo leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which one.
    pub id: RecordId,
    /// What it is called now.
    pub name: String,
}

/// What an undo did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Records that are deleted now.
    pub removed: u64,
    /// Records that somebody has changed or works with.
    pub kept: Vec<Kept>,
}

impl Desk {
    /// Takes an import back. Interrupted by a crash it can be asked for again.
    pub async fn undo(&self, member: &Member, id: RecordId) -> Result<Undone, ImportFailure> {
        let import = self.own(member, id).await?;
        if !allows(member.role, Action::Delete) {
            return Err(Refused::NotPermitted.into());
        }
        if import.state != ImportState::Done {
            return Err(ImportError::WrongStep.into());
        }
        // Goes on if the person who asked is gone.
        let (desk, member) = (self.clone(), member.clone());
        let undoing = tokio::spawn(async move { desk.take_back(&member, &import).await });
        undoing.await.map_err(Failure::broken)?
    }

    async fn take_back(
        &self,
        member: &Member,
        import: &ImportRow,
    ) -> Result<Undone, ImportFailure> {
        let store = self.ingest.store();
        let def = columns::kind(import.kind.as_deref().unwrap_or_default())?;
        let actor = import.actor.ok_or(ImportError::WrongStep)?;
        let ids = store.import_records(import.id).await?;
        let in_use = self.in_use(import.workspace_id, def, &ids).await?;
        let mut undone = Undone::default();
        let mut edits = Vec::new();
        for ids in ids.chunks(LOOKED_AT_ONCE) {
            let records: Vec<RecordRef> = ids
                .iter()
                .map(|id| RecordRef {
                    kind: def.kind,
                    id: *id,
                })
                .collect();
            for stored in store.documents(import.workspace_id, &records).await? {
                let state = projection::read_state(&stored.state).map_err(Failure::broken)?;
                let DocumentState::Flat(registers) = state else {
                    continue;
                };
                let id = stored.record.id;
                if registers.is_deleted() {
                    undone.removed += 1;
                } else if is_untouched(&registers, actor) && !in_use.contains(&id) {
                    let values = vec![(DELETED.into(), Scalar::Bool(true))];
                    edits.push(RecordEdit {
                        record: stored.record,
                        values,
                    });
                } else {
                    let name = registers
                        .value("name")
                        .as_text()
                        .unwrap_or_default()
                        .to_owned();
                    undone.kept.push(Kept { id, name });
                }
            }
        }
        let replica = ServerReplica::start(&self.ingest, import.workspace_id, member.id).await?;
        for answer in replica.write_whole(&edits).await? {
            if answer.verdict == Verdict::Refused(Refusal::NotPermitted) {
                return Err(Refused::NotPermitted.into());
            }
            if let Verdict::Refused(refusal) = answer.verdict {
                return Err(Failure::Broken(format!("ingest refused: {refusal}")).into());
            }
        }
        undone.removed += edits.len() as u64;
        let ending = Ending {
            state: ImportState::Undone,
            at: self.ingest.now(),
            problem: None,
        };
        store.end_import(import.id, ending).await?;
        Ok(undone)
    }

    /// Which of the records something points at that was not imported with them.
    async fn in_use(
        &self,
        workspace_id: RecordId,
        def: &'static KindDef,
        ids: &[RecordId],
    ) -> Result<HashSet<RecordId>, Failure> {
        let imported: HashSet<RecordId> = ids.iter().copied().collect();
        let mut found = HashSet::new();
        for kind in RECORDS {
            let links: Vec<&str> = kind
                .fields
                .iter()
                .filter(|it| it.kind == FieldKind::Link(def.name))
                .map(|it| it.name)
                .collect();
            if links.is_empty() {
                continue;
            }
            let mut asked = RowsAsked {
                workspace_id,
                kind: kind.kind,
                after: None,
                with_deleted: false,
                count: ROWS_PAGE,
            };
            loop {
                let rows = self.ingest.store().rows(asked).await?;
                for row in &rows {
                    let fields: serde_json::Map<String, serde_json::Value> =
                        serde_json::from_str(&row.fields).map_err(Failure::broken)?;
                    let ids = links.iter().filter_map(|it| fields.get(*it)?.as_str());
                    found.extend(
                        ids.filter_map(|it| RecordId::parse(it).ok())
                            .filter(|it| imported.contains(it)),
                    );
                }
                match rows.last() {
                    Some(last) => asked.after = Some(last.record.id),
                    None => break,
                }
            }
        }
        Ok(found)
    }
}

/// Whether the record is as the import wrote it: one change, by the import's own actor.
fn is_untouched(registers: &Registers, actor: Actor) -> bool {
    registers.actors() == [(actor, 1)]
}
