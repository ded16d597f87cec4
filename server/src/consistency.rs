//! The part of `huike check` that knows what the tables mean: everything derived is made again
//! from the log and must be equal to what is stored.

use crate::history;
use crate::projection;
use crate::store::Store;
use crate::store::changes::LoggedChange;
use crate::store::documents::{RowsAsked, StoredDocument};
use huike_shared::document::{self, Registers};
use huike_shared::id::RecordId;
use huike_shared::note::{Note, NoteDocument, owner_of};
use huike_shared::record::RecordRef;
use huike_shared::registry::RECORDS;
use huike_shared::row::Stamp;
use huike_shared::sync::gate;
use huike_shared::sync::message::DocumentState;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Changes read at a time.
const PAGE: u64 = 1_000;
/// Packed epochs read at a time.
const HISTORIES_PAGE: u64 = 16;
/// Documents read at a time, and their bytes.
const DOCUMENTS_PAGE: (u64, usize) = (500, 8 << 20);
/// Faults that are told; the first ones say enough.
const FAULTS_MAX: usize = 100;

/// Everything that does not follow from the log; empty when all does.
pub async fn faults(store: &dyn Store) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for workspace in store.workspaces().await? {
        let mut unmade = logged_records(store, workspace.id, &mut faults).await?;
        let known = check_documents(store, workspace.id, &mut unmade, &mut faults).await?;
        let missing = unmade
            .iter()
            .map(|it| format!("record {} has changes but no state", it.id));
        faults.extend(missing);
        check_rows(store, workspace.id, &known, &mut faults).await?;
        if faults.len() > FAULTS_MAX {
            faults.truncate(FAULTS_MAX);
            break;
        }
    }
    Ok(faults)
}

/// Walks through the log and what has left it; positions must have no gap. Answers every record that is
/// named.
async fn logged_records(
    store: &dyn Store,
    workspace_id: RecordId,
    faults: &mut Vec<String>,
) -> anyhow::Result<HashSet<RecordRef>> {
    let head = store
        .log_head(workspace_id)
        .await?
        .map_or(0, |it| it.position);
    let (mut records, moved) = ended_epochs(store, workspace_id, head).await?;
    let mut moved = moved.into_iter().peekable();
    let mut position = 0;
    loop {
        let page = store.changes_after(workspace_id, position, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for change in page {
            while moved.next_if_eq(&(position + 1)).is_some() {
                position += 1;
            }
            if change.position != position + 1 && faults.len() < FAULTS_MAX {
                faults.push(format!(
                    "the log jumps from {position} to {}",
                    change.position
                ));
            }
            position = change.position;
            records.insert(change.record);
        }
    }
    // A server that runs may have gone on meanwhile.
    if position < head {
        faults.push(format!("the log ends at {position}, its head is {head}"));
    }
    Ok(records)
}

/// The records with epochs that have ended, and the positions of their changes, in order.
async fn ended_epochs(
    store: &dyn Store,
    workspace_id: RecordId,
    head: u64,
) -> anyhow::Result<(HashSet<RecordRef>, Vec<u64>)> {
    let mut records = HashSet::new();
    let mut positions = Vec::new();
    let mut after = 0;
    loop {
        let rows = store
            .histories_between(workspace_id, after, head, HISTORIES_PAGE)
            .await?;
        let Some(last) = rows.last() else { break };
        after = last.last;
        for row in &rows {
            records.insert(row.record);
            let changes = history::unpack(row)?;
            positions.extend(changes.iter().map(|it| it.position));
        }
    }
    positions.sort_unstable();
    Ok((records, positions))
}

/// Makes each document again and compares. Answers every record that has a document.
async fn check_documents(
    store: &dyn Store,
    workspace_id: RecordId,
    unmade: &mut HashSet<RecordRef>,
    faults: &mut Vec<String>,
) -> anyhow::Result<HashSet<RecordRef>> {
    let (count, bytes) = DOCUMENTS_PAGE;
    let mut known = HashSet::new();
    let mut after = 0;
    loop {
        let page = store
            .documents_after(workspace_id, after, count, bytes)
            .await?;
        for stored in &page.documents {
            after = stored.position;
            unmade.remove(&stored.record);
            if projection::is_erased(&stored.state) {
                check_erased(store, workspace_id, stored.record, faults).await?;
                continue;
            }
            known.insert(stored.record);
            let mut changes = history::changes_of(store, workspace_id, stored.record).await?;
            changes.retain(|it| it.position <= stored.position);
            let row = store.row(workspace_id, stored.record).await?;
            if let Err(fault) = check_document(stored, &changes) {
                faults.push(format!("record {} {fault}", stored.record.id));
            } else if let Some(row) = row.filter(|it| it.position == stored.position) {
                let state = projection::read_state(&stored.state)?;
                if projection::project(stored.record, stored.position, &state)?.1 != row {
                    faults.push(format!(
                        "the row of {} differs from its state",
                        row.record.id
                    ));
                }
            }
        }
        if page.remaining == 0 || faults.len() > FAULTS_MAX {
            return Ok(known);
        }
    }
}

/// Nothing may be left of what was erased.
async fn check_erased(
    store: &dyn Store,
    workspace_id: RecordId,
    record: RecordRef,
    faults: &mut Vec<String>,
) -> anyhow::Result<()> {
    let has_row = store.row(workspace_id, record).await?.is_some();
    if has_row
        || !history::changes_of(store, workspace_id, record)
            .await?
            .is_empty()
    {
        faults.push(format!(
            "record {} was erased and is still there",
            record.id
        ));
    }
    Ok(())
}

fn check_document(stored: &StoredDocument, changes: &[LoggedChange]) -> Result<(), &'static str> {
    if changes.last().map(|it| it.position) != Some(stored.position) {
        return Err("has a state of another position than its last change");
    }
    let state = projection::read_state(&stored.state).map_err(|_| "has a state nobody can read")?;
    // What lies in the log has passed the gate; bytes that rotted may still surprise Automerge.
    let made = catch_unwind(AssertUnwindSafe(|| match &state {
        DocumentState::Erased => Ok(false),
        DocumentState::Flat(registers) => Ok(make_flat(stored.record, changes)? == *registers),
        DocumentState::Note(note) => {
            let mut stored = NoteDocument::load(&note.saved).map_err(|_| "cannot be loaded")?;
            let mut made = make_note(stored_record(changes), changes)?;
            let first = changes.first().map(stamp_of);
            Ok(made.heads() == stored.heads()
                && made.text() == stored.text()
                && first == Some(note.created)
                && changes.last().map(stamp_of) == Some(note.updated))
        }
    }));
    match made {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err("has a state that does not follow from its changes"),
        Ok(Err(fault)) => Err(fault),
        Err(_) => Err("has changes that cannot be read"),
    }
}

/// Replays every epoch; each must begin with what the one before it showed.
fn make_flat(record: RecordRef, changes: &[LoggedChange]) -> Result<Registers, &'static str> {
    let mut registers = Registers::default();
    for logged in changes {
        let unreadable = "has changes that cannot be read";
        let change = if logged.actor.epoch_of(&record).is_some() {
            // The server's own may be longer than those of others.
            document::decode(&logged.body).map_err(|_| unreadable)?
        } else {
            gate::parse(&logged.body).map_err(|_| unreadable)?
        };
        if change.hash != logged.hash {
            return Err("has a change whose hash differs");
        }
        if change.actor.epoch_of(&record).is_some() {
            let renewed = registers.renew(&record);
            let (renewed, _) = renewed
                .filter(|it| it.1 == logged.body)
                .ok_or("has an epoch that does not follow from the one before it")?;
            registers = renewed;
        } else {
            registers.apply(&change, stamp_of(logged));
        }
    }
    Ok(registers)
}

fn stored_record(changes: &[LoggedChange]) -> Option<&str> {
    changes.first().and_then(|it| it.note_of.as_deref())
}

fn make_note(of: Option<&str>, changes: &[LoggedChange]) -> Result<NoteDocument, &'static str> {
    let (owner, field) = of.and_then(owner_of).ok_or("is a note of nothing")?;
    let mut note = NoteDocument::genesis(owner, field);
    let bodies: Vec<&[u8]> = changes.iter().map(|it| &it.body[..]).collect();
    note.apply(&bodies)
        .map_err(|_| "has changes that cannot be read")?;
    Ok(note)
}

fn stamp_of(change: &LoggedChange) -> Stamp {
    Stamp {
        at: change.at,
        by: change.member_id,
    }
}

/// Each document has a row and each row a document.
async fn check_rows(
    store: &dyn Store,
    workspace_id: RecordId,
    documents: &HashSet<RecordRef>,
    faults: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut without: HashSet<RecordRef> = documents.clone();
    for def in RECORDS {
        let mut asked = RowsAsked {
            workspace_id,
            kind: def.kind,
            after: None,
            with_deleted: true,
            count: PAGE,
        };
        loop {
            let page = store.rows(asked).await?;
            let Some(last) = page.last() else { break };
            asked.after = Some(last.record.id);
            for row in &page {
                let is_known = without.remove(&row.record) || documents.contains(&row.record);
                // It may have come while we were reading.
                if !is_known
                    && store
                        .documents(workspace_id, &[row.record])
                        .await?
                        .is_empty()
                {
                    faults.push(format!("the row of {} has no document", row.record.id));
                }
            }
        }
    }
    faults.extend(
        without
            .iter()
            .map(|it| format!("record {} has no row", it.id)),
    );
    Ok(())
}
