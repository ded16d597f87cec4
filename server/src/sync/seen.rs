//! How far each device is, and so who has seen what.
//!
//! A device says its cursor when it greets. After that it says nothing of the kind, but it is sent everything in
//! order, pings every few seconds, and breaks the connection if it could not keep something: so it counts as
//! having what was sent before the ping before this one. Remembered in this process only: a device counts
//! from the first time that it was connected here since the server began, and the answer says since when that
//! is. Of several servers each knows the devices that are connected to it.

use crate::api::error::ApiError;
use crate::api::record::named;
use crate::app::AppState;
use crate::auth::Caller;
use crate::error::Failure;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huike_shared::access::{Action, allows};
use huike_shared::history::{SeenBy, encode_seen};
use huike_shared::id::RecordId;
use huike_shared::note::note_ref;
use huike_shared::record::FieldKind;
use huike_shared::time::Timestamp;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Devices that are remembered; those that were silent longest are forgotten first.
const DEVICES_MAX: usize = 20_000;

/// Names a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceOf {
    /// The workspace.
    pub workspace_id: RecordId,
    /// The member whose device it is.
    pub member_id: RecordId,
    /// The device.
    pub device_id: RecordId,
}

/// How far each device is.
#[derive(Clone, Debug)]
pub struct Positions {
    since: Timestamp,
    devices: Arc<Mutex<HashMap<DeviceOf, Noted>>>,
}

#[derive(Clone, Copy, Debug)]
struct Noted {
    position: u64,
    at: Timestamp,
}

impl Positions {
    /// Knows of nobody yet.
    pub fn new(now: Timestamp) -> Self {
        Positions {
            since: now,
            devices: Arc::default(),
        }
    }

    /// A device has everything up to here.
    pub fn note(&self, device: DeviceOf, position: u64, at: Timestamp) {
        let mut devices = self.devices();
        devices.insert(device, Noted { position, at });
        if devices.len() > DEVICES_MAX {
            let silent = devices.iter().min_by_key(|it| it.1.at).map(|it| *it.0);
            silent.map(|it| devices.remove(&it));
        }
    }

    /// The members of whom a device has everything up to here.
    fn members(&self, workspace_id: RecordId, position: u64) -> BTreeSet<RecordId> {
        let devices = self.devices();
        let here = devices.iter().filter(|(device, noted)| {
            device.workspace_id == workspace_id && noted.position >= position
        });
        here.map(|it| it.0.member_id).collect()
    }

    fn devices(&self) -> MutexGuard<'_, HashMap<DeviceOf, Noted>> {
        // Nothing panics half-way through a change of the map.
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /api/v1/sync/seen/{kind}/{id}`: whose devices have the record as it stands, for the data core.
pub async fn show(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    caller.may(Action::View)?;
    let (def, record) = named(&kind, &id)?;
    let workspace_id = caller.workspace.id;
    let mut asked = vec![record];
    let notes = def.fields.iter().filter(|it| it.kind == FieldKind::Note);
    asked.extend(notes.map(|it| note_ref(record, it.name)));
    let stored = state.store.documents(workspace_id, &asked).await?;
    let last = stored.iter().map(|it| it.position).max();
    let last = last.ok_or(ApiError::NoRecord)?;
    let mut seen = state.positions.members(workspace_id, last);
    seen.remove(&caller.member.id);
    let members = state.store.members(workspace_id).await?;
    let may_see = members
        .iter()
        .filter(|it| it.is_active && allows(it.role, Action::View) && seen.contains(&it.id));
    let answer = SeenBy {
        members: may_see.map(|it| it.id).collect(),
        known_since: state.positions.since,
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, encode_seen(&answer)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(workspace: u8, member: u8, device: u32) -> DeviceOf {
        let mut device_id = RecordId([9; 16]);
        device_id.0[..4].copy_from_slice(&device.to_be_bytes());
        DeviceOf {
            workspace_id: RecordId([workspace; 16]),
            member_id: RecordId([member; 16]),
            device_id,
        }
    }

    #[test]
    fn a_member_has_seen_what_one_of_the_devices_has() {
        let positions = Positions::new(Timestamp::from_millis(5));
        let at = Timestamp::from_millis(6);
        positions.note(device(1, 1, 1), 10, at);
        positions.note(device(1, 1, 2), 3, at);
        positions.note(device(1, 2, 3), 9, at);
        positions.note(device(2, 3, 4), 50, at);
        let seen = |position| -> Vec<u8> {
            let members = positions.members(RecordId([1; 16]), position);
            members.into_iter().map(|it| it.0[0]).collect()
        };
        assert_eq!(seen(9), [1, 2]);
        assert_eq!(seen(10), [1]);
        assert!(seen(11).is_empty());
        // A device that was set back says so.
        positions.note(device(1, 1, 1), 8, at);
        assert!(seen(10).is_empty());
    }

    #[test]
    fn the_device_that_was_silent_longest_is_forgotten_first() {
        let positions = Positions::new(Timestamp::default());
        for index in 0..=DEVICES_MAX as u32 {
            let member = if index == 7 { 2 } else { 1 };
            let at = Timestamp::from_millis(if index == 7 { 0 } else { 1 + i64::from(index) });
            positions.note(device(1, member, index), 1, at);
        }
        assert_eq!(positions.devices().len(), DEVICES_MAX);
        let seen = positions.members(RecordId([1; 16]), 1);
        assert_eq!(seen, BTreeSet::from([RecordId([1; 16])]));
    }
}
