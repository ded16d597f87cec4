//! Document states that were used lately, within a number of bytes.

use super::recent::Recent;
use huike_shared::id::RecordId;
use huike_shared::record::RecordRef;
use huike_shared::sync::message::DocumentState;
use std::collections::{BTreeMap, HashMap};

/// Bytes of stored states that stay in memory; unpacked they take about three times as much.
pub const CACHE_BYTES_MAX: usize = 16 << 20;

/// A document of a workspace.
pub type Key = (RecordId, RecordRef);

/// States as last committed.
#[derive(Debug, Default)]
pub struct Cache {
    entries: HashMap<Key, Cached>,
    by_use: BTreeMap<u64, Key>,
    clock: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Cached {
    state: DocumentState,
    recent: Recent,
    bytes: usize,
    used: u64,
}

impl Cache {
    /// A copy of a state, and what authors knew lately; that is gone unless it is put back.
    pub fn get(&mut self, key: &Key) -> Option<(DocumentState, Recent)> {
        self.clock += 1;
        let cached = self.entries.get_mut(key)?;
        self.by_use.remove(&cached.used);
        cached.used = self.clock;
        self.by_use.insert(self.clock, *key);
        Some((cached.state.clone(), std::mem::take(&mut cached.recent)))
    }

    /// A copy of a state that is only looked at.
    pub fn peek(&self, key: &Key) -> Option<DocumentState> {
        self.entries.get(key).map(|it| it.state.clone())
    }

    /// Keeps a state whose stored form has so many bytes, and others of about its size.
    pub fn put(&mut self, key: Key, state: DocumentState, recent: Recent, bytes: usize) {
        self.remove(&key);
        let bytes = bytes * (1 + recent.len());
        self.clock += 1;
        self.bytes += bytes;
        self.by_use.insert(self.clock, key);
        self.entries.insert(
            key,
            Cached {
                state,
                recent,
                bytes,
                used: self.clock,
            },
        );
        while self.bytes > CACHE_BYTES_MAX {
            let Some((_, oldest)) = self.by_use.pop_first() else {
                return;
            };
            if let Some(cached) = self.entries.remove(&oldest) {
                self.bytes -= cached.bytes;
            }
        }
    }

    /// Forgets the states of a workspace.
    pub fn remove_workspace(&mut self, workspace_id: RecordId) {
        let keys = self.entries.keys().filter(|it| it.0 == workspace_id);
        for key in keys.copied().collect::<Vec<_>>() {
            self.remove(&key);
        }
    }

    /// Forgets everything: another writer was here, or a commit failed.
    pub fn clear(&mut self) {
        *self = Cache::default();
    }

    /// Forgets a state.
    pub fn remove(&mut self, key: &Key) {
        if let Some(cached) = self.entries.remove(key) {
            self.by_use.remove(&cached.used);
            self.bytes -= cached.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::document::Registers;
    use huike_shared::record::Kind;

    fn key(number: u8) -> Key {
        (
            RecordId([0; 16]),
            RecordRef {
                kind: Kind(1),
                id: RecordId([number; 16]),
            },
        )
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut cache = Cache::default();
        let state = DocumentState::Flat(Registers::default());
        for number in 0..4 {
            cache.put(
                key(number),
                state.clone(),
                Recent::default(),
                CACHE_BYTES_MAX / 4,
            );
        }
        assert!(cache.get(&key(0)).is_some());
        cache.put(key(4), state, Recent::default(), CACHE_BYTES_MAX / 4);
        assert!(cache.get(&key(0)).is_some() && cache.get(&key(4)).is_some());
        assert!(cache.get(&key(1)).is_none());
    }
}
