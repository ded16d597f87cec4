//! `huike export`: everything that members wrote, in forms that outlive this program.
//!
//! `<workspace>/workspace.json` says who works there; `rows/<kind>.jsonl` holds one JSON object a
//! line for each record; `documents/<kind>/<id>.automerge` is its saved Automerge document with the
//! whole history. Row and document of a record are of the same moment, also while a server runs.

use crate::projection::{fields, is_erased, read_state, row_of};
use crate::store::Store;
use crate::store::documents::{RowsAsked, StoredDocument};
use crate::store::people::Workspace;
use crate::sync::records::replay;
use anyhow::{Context as _, bail};
use huike_shared::record::{KindDef, RecordRef};
use huike_shared::registry::RECORDS;
use huike_shared::row::Stamp;
use huike_shared::sync::message::DocumentState;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Records read at a time.
const PAGE: u64 = 500;

/// Writes all workspaces into a folder that is empty or not there yet. Answers how many records.
pub async fn export(store: &dyn Store, folder: &Path) -> anyhow::Result<u64> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty", folder.display());
    }
    let mut count = 0;
    for workspace in store.workspaces().await? {
        let folder = folder.join(workspace.id.to_string());
        fs::create_dir_all(folder.join("rows"))?;
        export_people(store, &workspace, &folder).await?;
        for def in RECORDS {
            count += export_kind(store, &workspace, def, &folder)
                .await
                .with_context(|| format!("cannot export the records {}", def.name))?;
        }
    }
    Ok(count)
}

async fn export_people(
    store: &dyn Store,
    workspace: &Workspace,
    folder: &Path,
) -> anyhow::Result<()> {
    let members: Vec<Value> = store
        .members(workspace.id)
        .await?
        .iter()
        .map(|it| {
            json!({
                "id": it.id.to_string(),
                "name": it.name,
                "login": it.login,
                "role": it.role.word(),
                "active": it.is_active,
            })
        })
        .collect();
    let text =
        json!({ "id": workspace.id.to_string(), "name": workspace.name, "members": members });
    fs::write(folder.join("workspace.json"), format!("{text:#}\n"))?;
    Ok(())
}

async fn export_kind(
    store: &dyn Store,
    workspace: &Workspace,
    def: &KindDef,
    folder: &Path,
) -> anyhow::Result<u64> {
    let documents = folder.join("documents").join(def.name);
    fs::create_dir_all(&documents)?;
    let rows = File::create(folder.join("rows").join(format!("{}.jsonl", def.name)))?;
    let mut rows = BufWriter::new(rows);
    let mut asked = RowsAsked {
        workspace_id: workspace.id,
        kind: def.kind,
        after: None,
        with_deleted: true,
        count: PAGE,
    };
    let mut count = 0;
    loop {
        let page = store.rows(asked).await?;
        let Some(last) = page.last() else { break };
        asked.after = Some(last.record.id);
        let records: Vec<RecordRef> = page.iter().map(|it| it.record).collect();
        for stored in store.documents(workspace.id, &records).await? {
            // Erased since its row was read.
            if is_erased(&stored.state) {
                continue;
            }
            let state = read_state(&stored.state)?;
            writeln!(rows, "{}", row_line(&stored, &state)?)?;
            let saved = saved(store, workspace, &stored, state).await?;
            fs::write(
                documents.join(format!("{}.automerge", stored.record.id)),
                saved,
            )?;
            count += 1;
        }
    }
    rows.into_inner()?.sync_all()?;
    Ok(count)
}

async fn saved(
    store: &dyn Store,
    workspace: &Workspace,
    stored: &StoredDocument,
    state: DocumentState,
) -> anyhow::Result<Vec<u8>> {
    match state {
        DocumentState::Note(state) => Ok(state.saved),
        DocumentState::Flat(_) | DocumentState::Erased => {
            let mut changes = store.changes_of(workspace.id, stored.record).await?;
            // A running server may have accepted more since the state was read.
            changes.retain(|it| it.position <= stored.position);
            Ok(replay(&changes)?.save())
        }
    }
}

fn row_line(stored: &StoredDocument, state: &DocumentState) -> anyhow::Result<Value> {
    let row = row_of(stored.record, state)?;
    let stamp = |it: Stamp| json!({ "at": it.at.millis(), "by": it.by.to_string() });
    Ok(json!({
        "id": row.id.to_string(),
        "position": stored.position,
        "deleted": row.deleted,
        "created": stamp(row.created),
        "updated": stamp(row.updated),
        "fields": fields(&row),
    }))
}
