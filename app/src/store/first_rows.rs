//! First rows: what a screen showed first when it came to rest is kept on the device and drawn at the next start,
//! before the data core has read anything.

use std::sync::Arc;

use gloo_timers::callback::Timeout;
use huike_shared::packed;
use huike_shared::record::Kind;
use huike_shared::row::Row;
use leptos::prelude::*;

use super::LocalStore;

/// Milliseconds that a page may take to draw the kept rows until the real ones are taken anyway.
const HOLD_MS: u32 = 400;
/// Bytes of the length before each batch.
const LENGTH: usize = size_of::<u32>();

impl LocalStore {
    /// Keeps rows, by kind, for the first paint of a screen in the next session. Screens are named in `tabs.js`.
    pub fn keep_snapshot(self, screen: &str, rows: &[(Kind, Vec<Arc<Row>>)]) {
        let mut bytes = Vec::new();
        for (kind, rows) in rows {
            let batch = packed::pack(*kind, rows.iter().map(|it| &**it));
            let Ok(length) = u32::try_from(batch.len()) else {
                return;
            };
            bytes.extend(length.to_le_bytes());
            bytes.extend(batch);
        }
        self.with(|inner| inner.transport.keep_snapshot(screen, &bytes));
    }

    /// Forgets them and what pages looked like, for a sign-out.
    pub fn drop_snapshot(self) {
        self.with(|inner| inner.transport.drop_snapshot(true));
    }

    pub(super) fn open_snapshot(self) {
        let Some(bytes) = self.with(|inner| inner.transport.snapshot()) else {
            return;
        };
        let Some(rows) = unpack(&bytes) else {
            return; // of another version: this start is a little slower
        };
        self.with(|inner| {
            let mut tables = inner.tables.borrow_mut();
            rows.into_iter().for_each(|it| tables.put_snapshot(it));
            *inner.held.borrow_mut() = Some(Vec::new());
            Timeout::new(HOLD_MS, move || self.release()).forget();
        });
        self.flush();
    }

    /// The screen shows its first rows. What the data core said meanwhile follows once they are painted:
    /// a thousand rows a message would come before the frame.
    pub fn first_rows_drawn(self) {
        if self.with(|inner| inner.held.borrow().is_some()) {
            request_animation_frame(move || {
                Timeout::new(0, move || self.release()).forget();
            });
        }
    }

    fn release(self) {
        let held = self.with(|inner| inner.held.take());
        held.into_iter().flatten().for_each(|it| self.take_now(it));
    }
}

fn unpack(mut bytes: &[u8]) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (batch, rest) = rest.split_at_checked(length)?;
        rows.extend(packed::unpack(batch).ok()?);
        bytes = rest;
    }
    Some(rows)
}
