//! What one connection may ask of the server.
//!
//! A flood of frames ends the connection. A flood of changes only slows it down: to refuse one
//! change of a chain would orphan those behind it.

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::time::Duration;

/// Frames a second, and as many more at once.
const FRAMES: (u32, u32) = (500, 2_000);
/// Changes a second, and as many more at once: a week of offline edits goes in without a stop.
const CHANGES: (u32, u32) = (2_000, 20_000);

/// How long the first frame may take.
pub const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a frame may take to leave; a peer that reads nothing for so long is gone.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How often is asked whether sessions still hold, beside being told: a member who was shut out by the console is
/// gone within this time.
pub const SESSION_EVERY: Duration = Duration::from_secs(2);
/// Presence is told at most this often.
pub const PRESENCE_EVERY: Duration = Duration::from_millis(300);
/// Deliveries that leave together; then the peer is heard.
pub const DELIVERIES_AT_ONCE: usize = 64;
/// Actors in one frame.
pub const ACTORS_MAX: usize = 5_000;
/// Changes on their way to a verdict; the connection is not read while there are more.
pub const UNANSWERED_MAX: usize = 4_096;

/// The meters of one connection.
pub struct Limits {
    frames: DefaultDirectRateLimiter,
    changes: DefaultDirectRateLimiter,
}

impl Limits {
    /// Unused.
    pub fn new() -> Self {
        let limiter = |(rate, burst): (u32, u32)| {
            let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            RateLimiter::direct(Quota::per_second(rate).allow_burst(burst))
        };
        Limits {
            frames: limiter(FRAMES),
            changes: limiter(CHANGES),
        }
    }

    /// Whether one more frame may come.
    pub fn frame(&self) -> bool {
        self.frames.check().is_ok()
    }

    /// Waits until so many changes may go in.
    pub async fn changes(&self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if let Some(count) = NonZeroU32::new(count) {
            // A push is smaller than the burst, so this cannot fail.
            let _ = self.changes.until_n_ready(count).await;
        }
    }
}
