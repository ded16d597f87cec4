//! The time, passed to whoever needs it so that tests can move it.

use huike_shared::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the server reads the time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds by which the time shown is ahead of the machine's.
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Clock::default()
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let millis = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX / 2);
        Timestamp::from_millis(millis + self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Moves the time forward, for everybody who holds this clock.
    pub fn advance(&self, by: std::time::Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(0);
        self.ahead_ms.fetch_add(by_ms, Ordering::Relaxed);
    }
}
