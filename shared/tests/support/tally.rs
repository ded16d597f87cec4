//! How often each fault really happened, so that none can vanish from the runs unnoticed.

use std::collections::BTreeMap;

/// Faults that a run counts; the test demands every one of them.
pub const FAULTS: [&str; 25] = [
    ACKNOWLEDGED_LATE,
    BACKUP_PUT_BACK,
    CLOCK_JUMPED,
    CRASHED_AFTER_COMMIT,
    CRASHED_ANY_TIME,
    CRASHED_BEFORE_COMMIT,
    CRASHED_WHILE_WRITING,
    DELAYED,
    EVICTED,
    FETCH_FAILED,
    HALF_OPEN,
    HANDED_OVER,
    INTENT_REPEATED,
    LATE_FRAMES,
    LINE_BROKEN,
    MUTE_ONE_WAY,
    DEAF_ONE_WAY,
    OUTVOTED,
    PAGE_BESIDE_SOCKET,
    SAID_TWICE,
    SERVER_CRASHED_BEFORE_ACK,
    SERVER_CRASHED_BEFORE_COMMIT,
    SERVER_FULL,
    SLOW_DISK,
    SNAPSHOT_PART,
];

/// The server's disk finished after the connection that waits for the acknowledgement was gone.
pub const ACKNOWLEDGED_LATE: &str = "a commit finished after its connection was gone";
pub const BACKUP_PUT_BACK: &str = "a backup was put back";
pub const CLOCK_JUMPED: &str = "a clock jumped by more than a year";
pub const CRASHED_AFTER_COMMIT: &str = "a device died between commit and effects";
pub const CRASHED_ANY_TIME: &str = "a device died between two steps";
pub const CRASHED_BEFORE_COMMIT: &str = "a device died before the commit of a step";
pub const CRASHED_WHILE_WRITING: &str = "a device died while its disk was writing";
pub const DELAYED: &str = "a line held what was on it for seconds";
pub const EVICTED: &str = "a browser threw the store away";
pub const FETCH_FAILED: &str = "a page of states did not come";
pub const HALF_OPEN: &str = "the server had forgotten a line that the device believed in";
pub const HANDED_OVER: &str = "another tab took the lead";
pub const INTENT_REPEATED: &str = "a screen repeated an intent it had no answer to";
pub const LATE_FRAMES: &str = "a push of an older connection came after it was gone";
pub const LINE_BROKEN: &str = "a line broke";
pub const MUTE_ONE_WAY: &str = "what a device said did not get through";
pub const DEAF_ONE_WAY: &str = "what the server said did not get through";
/// A step of the former leader reached the store after the term had changed.
pub const OUTVOTED: &str = "the store refused a leader that was replaced";
pub const PAGE_BESIDE_SOCKET: &str = "a page of states came while frames waited on the socket";
pub const SAID_TWICE: &str = "a frame came twice";
pub const SERVER_CRASHED_BEFORE_ACK: &str = "the server died between commit and acknowledgement";
pub const SERVER_CRASHED_BEFORE_COMMIT: &str = "the server died before the commit of a push";
pub const SERVER_FULL: &str = "the server could not store a push";
pub const SLOW_DISK: &str = "a device's commit finished late";
/// No fault, but what all of them may meet.
pub const SNAPSHOT_PART: &str = "a part of a snapshot came";

/// Counts by name.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: BTreeMap<&'static str, u64>,
    /// The longest time from the network's return until every queue was empty.
    pub emptied_ms: i64,
    /// Simulated time.
    pub simulated_ms: i64,
}

impl Tally {
    pub fn count(&mut self, fault: &'static str) {
        *self.counts.entry(fault).or_default() += 1;
    }

    pub fn add(&mut self, other: &Tally) {
        for (fault, count) in &other.counts {
            *self.counts.entry(fault).or_default() += count;
        }
        self.emptied_ms = self.emptied_ms.max(other.emptied_ms);
        self.simulated_ms += other.simulated_ms;
    }

    pub fn of(&self, fault: &str) -> u64 {
        self.counts.get(fault).copied().unwrap_or(0)
    }
}
