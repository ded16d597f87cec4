//! What greetings need and found lately, so that a device that comes back costs no question and no write.
//!
//! Devices and members count without being asked for as long as a session does ([`SESSION_EVERY`]). When a device was
//! here last is written for many devices at once, every [`WRITE_EVERY`] and when the server stops; a server that is
//! killed forgets the last of these times and nothing else: that a device or an actor is somebody's is written before
//! anything is taken from it.

use crate::app::AppState;
use crate::store::people::{Device, Member};
use crate::store::{Store, StoreResult};
use crate::sync::socket::SESSION_EVERY;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval};

/// Devices that are remembered.
const DEVICES_MAX: usize = 20_000;
/// Workspaces whose members are remembered.
const WORKSPACES_MAX: usize = 1_000;
/// How often the times at which devices were here are written.
const WRITE_EVERY: Duration = Duration::from_secs(60);

/// What greetings found.
#[derive(Debug, Default)]
pub struct Known {
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    devices: HashMap<RecordId, KnownDevice>,
    members: HashMap<RecordId, KnownMembers>,
    /// Counts what is forgotten about members, so that an answer from before is not kept.
    members_forgotten: u64,
}

#[derive(Clone, Copy, Debug)]
struct KnownDevice {
    member_id: RecordId,
    asked_at: Instant,
    seen_at: Timestamp,
    is_written: bool,
}

#[derive(Debug)]
struct KnownMembers {
    members: Arc<Vec<Member>>,
    asked_at: Instant,
}

impl Known {
    /// Notes that a device is here. False if it belongs to another member or is locked out.
    pub async fn meet(&self, store: &dyn Store, device: Device) -> StoreResult<bool> {
        if self.is_met_again(&device) {
            return Ok(true);
        }
        let known = store.device(device.id).await?;
        let is_new = known.is_none();
        let is_welcome = match known {
            Some(it) => it.member_id == device.member_id && it.revoked_at.is_none(),
            None => store.meet_device(device.clone()).await?,
        };
        if !is_welcome {
            self.found().devices.remove(&device.id);
            return Ok(false);
        }
        if !self.remember(&device, is_new) {
            store.note_devices(&[(device.id, device.seen_at)]).await?;
        }
        Ok(true)
    }

    fn is_met_again(&self, device: &Device) -> bool {
        let mut found = self.found();
        match found.devices.get_mut(&device.id) {
            Some(it)
                if it.member_id == device.member_id && it.asked_at.elapsed() < SESSION_EVERY =>
            {
                it.is_written &= it.seen_at == device.seen_at;
                it.seen_at = device.seen_at;
                true
            }
            Some(_) | None => false,
        }
    }

    /// False if there is no room.
    fn remember(&self, device: &Device, is_written: bool) -> bool {
        let mut found = self.found();
        let devices = &mut found.devices;
        if devices.len() >= DEVICES_MAX {
            devices.retain(|_, it| !it.is_written);
        }
        if devices.len() >= DEVICES_MAX && !devices.contains_key(&device.id) {
            return false;
        }
        let known = KnownDevice {
            member_id: device.member_id,
            asked_at: Instant::now(),
            seen_at: device.seen_at,
            is_written,
        };
        devices.insert(device.id, known);
        true
    }

    /// The members of a workspace.
    pub async fn members(
        &self,
        store: &dyn Store,
        workspace_id: RecordId,
    ) -> StoreResult<Arc<Vec<Member>>> {
        let before = {
            let found = self.found();
            if let Some(it) = found.members.get(&workspace_id)
                && it.asked_at.elapsed() < SESSION_EVERY
            {
                return Ok(it.members.clone());
            }
            found.members_forgotten
        };
        let asked_at = Instant::now();
        let members = Arc::new(store.members(workspace_id).await?);
        let mut found = self.found();
        if found.members_forgotten == before {
            if found.members.len() >= WORKSPACES_MAX {
                found.members.clear();
            }
            let known = KnownMembers {
                members: members.clone(),
                asked_at,
            };
            found.members.insert(workspace_id, known);
        }
        Ok(members)
    }

    /// The members of a workspace changed.
    pub fn forget_members(&self, workspace_id: RecordId) {
        let mut found = self.found();
        found.members_forgotten += 1;
        found.members.remove(&workspace_id);
    }

    /// Writes when devices were here last.
    pub async fn write(&self, store: &dyn Store) -> StoreResult<()> {
        let mut unwritten = Vec::new();
        for (id, device) in &mut self.found().devices {
            if !device.is_written {
                device.is_written = true;
                unwritten.push((*id, device.seen_at));
            }
        }
        if unwritten.is_empty() {
            return Ok(());
        }
        let written = store.note_devices(&unwritten).await;
        if written.is_err() {
            let mut found = self.found();
            for (id, _) in &unwritten {
                if let Some(device) = found.devices.get_mut(id) {
                    device.is_written = false;
                }
            }
        }
        written
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // Nothing panics half-way through a change of the maps.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes from time to time when devices were here last.
pub async fn keep_written(state: AppState) {
    let mut every = interval(WRITE_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(error) = state.known.write(&*state.store).await {
            tracing::warn!(%error, "when devices were here last could not be written yet");
        }
    }
}
