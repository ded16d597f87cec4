//! What was erased of the workspaces that are written to, so that nothing of it, and nothing that belongs to
//! it, comes back.

use crate::store::changes::LoggedChange;
use crate::store::{Store, StoreResult};
use huike_shared::document::FlatChange;
use huike_shared::id::RecordId;
use huike_shared::note::owner_of;
use huike_shared::record::{FieldKind, KindDef, RecordRef};
use huike_shared::registry;
use huike_shared::sync::message::PushedChange;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Erased records by workspace.
#[derive(Debug, Default)]
pub struct ErasedRecords(HashMap<RecordId, HashSet<RecordRef>>);

impl ErasedRecords {
    /// Reads what was erased of a workspace, unless it is known.
    pub async fn know(&mut self, store: &dyn Store, workspace_id: RecordId) -> StoreResult<()> {
        if let Entry::Vacant(unknown) = self.0.entry(workspace_id) {
            let erased = store.erased(workspace_id).await?;
            unknown.insert(erased.into_iter().map(|it| it.record).collect());
        }
        Ok(())
    }

    /// Takes note of records that were erased.
    pub fn add(&mut self, workspace_id: RecordId, records: impl IntoIterator<Item = RecordRef>) {
        if let Some(known) = self.0.get_mut(&workspace_id) {
            known.extend(records);
        }
    }

    /// Takes note of what another server added to a log.
    pub fn follow(&mut self, workspace_id: RecordId, changes: &[LoggedChange]) {
        let erased = changes.iter().filter(|it| it.body.is_empty());
        self.add(workspace_id, erased.map(|it| it.record));
    }

    /// Forgets what another writer may have added.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Forgets one workspace.
    pub fn forget_workspace(&mut self, workspace_id: RecordId) {
        self.0.remove(&workspace_id);
    }

    /// Whether a change is about a record that was erased, or about a note in one.
    pub fn concerns(&self, workspace_id: RecordId, change: &PushedChange) -> bool {
        self.0.get(&workspace_id).is_some_and(|erased| {
            let owner = change.of.as_deref().and_then(owner_of);
            erased.contains(&change.record) || owner.is_some_and(|it| erased.contains(&it.0))
        })
    }

    /// Whether a change would tie its record to one that was erased.
    pub fn is_tied(
        &self,
        workspace_id: RecordId,
        def: &'static KindDef,
        change: &FlatChange,
    ) -> bool {
        let Some(erased) = self.0.get(&workspace_id).filter(|it| !it.is_empty()) else {
            return false;
        };
        change.ops.iter().any(|op| {
            let field = registry::field(def, &op.key).map(|it| it.kind);
            let Some(FieldKind::Link(kind)) = field else {
                return false;
            };
            let id = op.value.as_text().and_then(|it| RecordId::parse(it).ok());
            let record = registry::def_by_name(kind)
                .zip(id)
                .map(|(def, id)| RecordRef { kind: def.kind, id });
            record.is_some_and(|it| erased.contains(&it))
        })
    }
}
