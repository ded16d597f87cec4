//! Earlier epochs of records: how their changes are packed, and how they are read together with the log.
//!
//! A packed epoch is a version byte and, compressed, its changes in order. Actor and sequence number stand
//! in the bodies. Only records have epochs; a note never has more than its log.

use crate::store::changes::LoggedChange;
use crate::store::histories::StoredHistory;
use crate::store::{Store, StoreError, StoreResult};
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use huike_shared::document::{self, ChangeHash};
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Read as _;

/// The form of packed epochs.
const VERSION: u8 = 1;
/// Packed epochs that are opened together while a stretch of the log is read.
const ROWS: u64 = 16;

#[derive(Serialize, Deserialize)]
struct Packed {
    position: u64,
    member: RecordId,
    at: Timestamp,
    hash: ChangeHash,
    body: Vec<u8>,
}

/// Packs the changes of an epoch that ends, or `None` if there are none.
pub fn pack(epoch: u32, changes: &[LoggedChange]) -> StoreResult<Option<StoredHistory>> {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
        return Ok(None);
    };
    let packed: Vec<Packed> = changes
        .iter()
        .map(|it| Packed {
            position: it.position,
            member: it.member_id,
            at: it.at,
            hash: it.hash,
            body: it.body.clone(),
        })
        .collect();
    let plain = postcard::to_allocvec(&packed).map_err(|it| broken(&it))?;
    let mut bytes = vec![VERSION];
    DeflateEncoder::new(&plain[..], Compression::default())
        .read_to_end(&mut bytes)
        .map_err(|it| broken(&it))?;
    Ok(Some(StoredHistory {
        record: first.record,
        epoch,
        first: first.position,
        last: last.position,
        changes: bytes,
    }))
}

/// Reads the changes of an epoch that has ended.
pub fn unpack(stored: &StoredHistory) -> StoreResult<Vec<LoggedChange>> {
    let Some((&VERSION, deflated)) = stored.changes.split_first() else {
        return Err(broken(&"an epoch is packed in a form that is not known"));
    };
    let mut plain = Vec::new();
    DeflateDecoder::new(deflated)
        .read_to_end(&mut plain)
        .map_err(|it| broken(&it))?;
    let packed: Vec<Packed> = postcard::from_bytes(&plain).map_err(|it| broken(&it))?;
    packed
        .into_iter()
        .map(|it| {
            let change = document::decode(&it.body).map_err(|it| broken(&it))?;
            Ok(LoggedChange {
                position: it.position,
                record: stored.record,
                note_of: None,
                hash: it.hash,
                actor: change.actor,
                seq: change.seq,
                member_id: it.member,
                at: it.at,
                body: it.body,
            })
        })
        .collect()
}

/// Every change of a record that was ever accepted, in order, renewals among them.
pub async fn changes_of(
    store: &dyn Store,
    workspace_id: RecordId,
    record: RecordRef,
) -> StoreResult<Vec<LoggedChange>> {
    // The log is read first: what moves out of it meanwhile is then seen twice, and not never.
    let logged = store.changes_of(workspace_id, record).await?;
    let mut changes = Vec::new();
    for stored in store.history(workspace_id, record).await? {
        changes.append(&mut unpack(&stored)?);
    }
    changes.extend(logged);
    changes.sort_by_key(|it| it.position);
    changes.dedup_by_key(|it| it.position);
    Ok(changes)
}

/// Where a change was accepted in an epoch that has ended.
pub async fn earlier_change(
    store: &dyn Store,
    workspace_id: RecordId,
    record: RecordRef,
    hash: ChangeHash,
) -> StoreResult<Option<(u64, Timestamp)>> {
    for stored in store.history(workspace_id, record).await?.iter().rev() {
        let changes = unpack(stored)?;
        if let Some(found) = changes.iter().find(|it| it.hash == hash) {
            return Ok(Some((found.position, found.at)));
        }
    }
    Ok(None)
}

/// Up to `count` changes behind a position, in order, whether they are in the log still or not.
pub async fn changes_after(
    store: &dyn Store,
    workspace_id: RecordId,
    position: u64,
    count: u64,
) -> StoreResult<Vec<LoggedChange>> {
    let mut page = store.changes_after(workspace_id, position, count).await?;
    let floor = store.log_head(workspace_id).await?.map_or(0, |it| it.floor);
    if position >= floor {
        return Ok(page);
    }
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let end = |page: &[LoggedChange]| match page.last() {
        Some(last) if page.len() >= most => last.position,
        Some(_) | None => floor,
    };
    let mut behind = position;
    loop {
        let to = end(&page);
        let rows = store
            .histories_between(workspace_id, behind, to, ROWS)
            .await?;
        let Some(last) = rows.last() else {
            return Ok(page);
        };
        behind = last.last;
        for stored in &rows {
            let changes = unpack(stored)?.into_iter();
            page.extend(changes.filter(|it| it.position > position));
            page.sort_by_key(|it| it.position);
            page.dedup_by_key(|it| it.position);
            page.truncate(most);
        }
    }
}

fn broken(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken(error.to_string())
}
