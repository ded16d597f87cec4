//! Snapshots: how a device gets the whole of a large workspace.
//!
//! A snapshot is everything at one position, built once and kept compressed in memory for every device that
//! comes. Its parts may be fetched in any order and at any time while it is kept; a device that has all of
//! them stands at its position and gets what came later as it always does. So a snapshot never has to be
//! new, only whole. What was erased since makes it useless at once.

mod build;

use self::build::{Snapshot, build};
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::error::{Failure, Refused};
use crate::http::site::takes_brotli;
use crate::store::Store;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use huike_shared::id::RecordId;
use huike_shared::sync::message::{PROTOCOL, SnapshotManifest, SnapshotPartInfo, encode};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

/// Positions below which a workspace is sent state by state; as many records at most.
const SNAPSHOT_POSITIONS_MIN: u64 = 2_000;
/// Positions by which the log may be ahead of a snapshot that is handed out.
const SNAPSHOT_BEHIND_MAX: u64 = 20_000;
/// Bytes of all snapshots that are kept; those that nobody asked for longest go first.
const SNAPSHOTS_BYTES_MAX: usize = 64 << 20;
/// How often snapshots are made ready for devices to come.
const EVERY: Duration = Duration::from_secs(600);

/// The snapshots that are kept.
#[derive(Default)]
pub struct Snapshots {
    kept: Mutex<HashMap<RecordId, Kept>>,
    /// One is built at a time: each takes a core and memory.
    building: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Kept {
    snapshot: Arc<Snapshot>,
    /// Grows with each use.
    used: u64,
}

impl Snapshots {
    /// Forgets the snapshot of a workspace.
    pub fn forget(&self, workspace_id: RecordId) {
        self.lock().remove(&workspace_id);
    }

    /// A snapshot that may be handed out; a new one if `position` is not that of the one that is kept.
    /// `None` if the workspace is small.
    async fn ready(
        &self,
        store: &dyn Store,
        workspace_id: RecordId,
        head: (RecordId, u64),
    ) -> Result<Option<Arc<Snapshot>>, Failure> {
        if head.1 < SNAPSHOT_POSITIONS_MIN {
            return Ok(None);
        }
        let is_new = |it: &Snapshot| {
            it.log == head.0 && head.1.saturating_sub(it.position) <= SNAPSHOT_BEHIND_MAX
        };
        let erased = store.erased(workspace_id).await?.len();
        if let Some(found) = self.kept(workspace_id, erased).filter(|it| is_new(it)) {
            return Ok(Some(found));
        }
        let _building = self.building.lock().await;
        // Somebody else may have built it meanwhile.
        if let Some(found) = self.kept(workspace_id, erased).filter(|it| is_new(it)) {
            return Ok(Some(found));
        }
        let snapshot = Arc::new(build(store, workspace_id).await?);
        self.keep(workspace_id, snapshot.clone());
        Ok(Some(snapshot))
    }

    /// The snapshot that is kept, unless something was erased since.
    fn kept(&self, workspace_id: RecordId, erased: usize) -> Option<Arc<Snapshot>> {
        let mut kept = self.lock();
        let used = kept.values().map(|it| it.used).max().unwrap_or(0) + 1;
        let found = kept.get_mut(&workspace_id)?;
        if found.snapshot.erased != erased {
            kept.remove(&workspace_id);
            return None;
        }
        found.used = used;
        Some(found.snapshot.clone())
    }

    fn keep(&self, workspace_id: RecordId, snapshot: Arc<Snapshot>) {
        let mut kept = self.lock();
        let used = kept.values().map(|it| it.used).max().unwrap_or(0) + 1;
        kept.insert(workspace_id, Kept { snapshot, used });
        let mut bytes: usize = kept.values().map(|it| it.snapshot.bytes).sum();
        while bytes > SNAPSHOTS_BYTES_MAX && kept.len() > 1 {
            let oldest = kept.iter().min_by_key(|it| it.1.used);
            let Some(oldest) = oldest.map(|it| *it.0) else {
                break;
            };
            let gone = kept.remove(&oldest);
            bytes -= gone.map_or(0, |it| it.snapshot.bytes);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RecordId, Kept>> {
        // Nothing that can fail is done with it.
        self.kept.lock().unwrap_or_else(|it| it.into_inner())
    }
}

/// `GET /api/v1/sync/snapshot`: what a new device of this member fetches, in the frame of a
/// [`SnapshotManifest`]; without parts if the workspace is small, and is fetched state by state.
pub async fn show(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, Failure> {
    let workspace_id = signed_in.workspace.id;
    // The log must exist before its name is told.
    let head = state.ingest.head(workspace_id).await?;
    let head = (head.log, head.position);
    // A device that does not wait so long finds it when it asks again.
    let work = async move {
        let store = &*state.store;
        state.snapshots.ready(store, workspace_id, head).await
    };
    let snapshot = tokio::spawn(work).await.map_err(Failure::broken)??;
    let manifest = match &snapshot {
        Some(snapshot) => SnapshotManifest {
            log: snapshot.log,
            position: snapshot.position,
            parts: parts_for(snapshot, signed_in.member.id),
        },
        None => SnapshotManifest {
            log: head.0,
            ..SnapshotManifest::default()
        },
    };
    Ok((headers(), encode(PROTOCOL, &manifest)).into_response())
}

/// The parts in the order in which a member wants them: what belongs to nobody and to everybody, then the newest
/// of their own, then the rest of it, then everything else by its age.
fn parts_for(snapshot: &Snapshot, member: RecordId) -> Vec<SnapshotPartInfo> {
    let mut parts: Vec<(u32, &build::Part)> = (0..).zip(&snapshot.parts).collect();
    parts.sort_by_key(|(_, it)| {
        let class = match it.owner {
            None if it.is_head => 0,
            Some(owner) if owner == member => 1,
            Some(_) | None => 2,
        };
        (class, !it.is_head, std::cmp::Reverse(it.newest))
    });
    parts
        .into_iter()
        .map(|(number, it)| SnapshotPartInfo {
            number,
            records: it.records,
        })
        .collect()
}

/// `GET /api/v1/sync/snapshot/{position}/{number}`: one part, in the frame of a
/// [`huike_shared::sync::message::SnapshotPart`].
pub async fn part(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Path((position, number)): Path<(u64, usize)>,
    asked: HeaderMap,
) -> Result<Response, Failure> {
    let workspace_id = signed_in.workspace.id;
    let erased = state.store.erased(workspace_id).await?.len();
    let kept = state.snapshots.kept(workspace_id, erased);
    let snapshot = kept.filter(|it| it.position == position);
    let part = snapshot.as_ref().and_then(|it| it.parts.get(number));
    let body = part.ok_or(Refused::NotFound)?.body.clone();
    if takes_brotli(&asked) {
        let encoding = [(header::CONTENT_ENCODING, "br")];
        return Ok((headers(), encoding, body).into_response());
    }
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &body[..], &mut plain).map_err(Failure::broken)?;
    Ok((headers(), plain).into_response())
}

fn headers() -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}

/// Builds what a new device would wait for, again and again.
pub async fn keep_ready(state: AppState) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(error) = make_ready(&state).await {
            tracing::warn!(%error, "snapshots for new devices could not be made ready");
        }
    }
}

async fn make_ready(state: &AppState) -> Result<(), Failure> {
    for workspace in state.store.workspaces().await? {
        let head = state.ingest.head(workspace.id).await?;
        let head = (head.log, head.position);
        state
            .snapshots
            .ready(&*state.store, workspace.id, head)
            .await?;
    }
    Ok(())
}
