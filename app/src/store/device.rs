//! What the device lends: its clock, its randomness and a small memory of its own.

use huike_shared::id::{Entropy, RecordId};
use huike_shared::time::Timestamp;
use leptos::prelude::window;

/// The browser's random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceEntropy;

impl Entropy for DeviceEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Zeros instead would give two records one id.
        window()
            .crypto()
            .and_then(|it| it.get_random_values_with_u8_array(bytes))
            .expect("a browser has a random source");
    }
}

/// The device's clock.
pub fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

/// A fresh id.
pub fn fresh_id() -> RecordId {
    DeviceEntropy.record_id(now())
}

/// Reads what this device remembers under a key.
pub fn remembered(key: &str) -> Option<String> {
    window()
        .local_storage()
        .ok()
        .flatten()?
        .get_item(key)
        .ok()
        .flatten()
}

/// Remembers a text, or forgets it. Where storage is forbidden nothing is kept.
pub fn remember(key: &str, value: Option<&str>) {
    let Ok(Some(storage)) = window().local_storage() else {
        return;
    };
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}

/// What somebody typed and did not save: kept per field, so that nothing typed is ever lost.
pub fn draft(name: &str) -> Option<String> {
    remembered(&format!("huike.draft.{name}"))
}

/// Keeps a draft, or drops it.
pub fn keep_draft(name: &str, text: Option<&str>) {
    remember(
        &format!("huike.draft.{name}"),
        text.filter(|it| !it.is_empty()),
    );
}
