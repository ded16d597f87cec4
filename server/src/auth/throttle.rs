//! Slowing down guesses without locking anybody out.
//!
//! Failed attempts are counted for a name *together with* the address they come from, so nobody
//! can lock a colleague out from elsewhere. Many attempts from one address, whatever the names,
//! are answered late but answered: an office behind one address goes on working.

use crate::app::AppState;
use crate::entropy::digest;
use crate::error::{Failure, Refused};
use crate::store::people::{Admission, Digest};
use huike_shared::time::Timestamp;
use std::net::IpAddr;
use std::time::Duration;

/// Failed attempts for one name from one address within the window.
pub const ATTEMPTS_MAX: i64 = 5;

/// Failed attempts within the window, wherever they come from.
pub const ANYWHERE_ATTEMPTS_MAX: i64 = 10;

/// How long a failed attempt counts.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Attempts from one address within the window before answers come late.
pub const ADDRESS_ATTEMPTS_MAX: i64 = 60;

/// How late.
const LATE: Duration = Duration::from_secs(2);

/// An attempt that was let through; say so when it succeeded.
#[derive(Debug)]
pub struct Attempt {
    key: Digest,
    /// False once so many come from its address that they are no longer noted one by one.
    pub is_noted: bool,
}

impl Attempt {
    /// Lets one more attempt through, or refuses it with the time to wait.
    pub async fn begin(state: &AppState, name: &str, address: IpAddr) -> Result<Self, Failure> {
        let now = state.clock.now();
        let window_ms = WINDOW.as_millis() as i64;
        let since = Timestamp::from_millis(now.millis() - window_ms);
        let place = place(address);

        let key = digest(format!("{place}\n{name}").as_bytes());
        if let Admission::Full { oldest } = state
            .store
            .admit_attempt(key, now, since, ATTEMPTS_MAX)
            .await?
        {
            let wait_ms = oldest.millis() + window_ms - now.millis();
            let seconds = u64::try_from(wait_ms / 1000 + 1).unwrap_or(1);
            return Err(Refused::Throttled { seconds }.into());
        }
        let crowd = digest(place.as_bytes());
        let admitted = state
            .store
            .admit_attempt(crowd, now, since, ADDRESS_ATTEMPTS_MAX);
        let is_noted = match admitted.await? {
            Admission::Granted => true,
            Admission::Full { .. } => {
                tokio::time::sleep(LATE).await;
                false
            }
        };
        Ok(Attempt { key, is_noted })
    }

    /// The same wherever it comes from, for what only the person themselves can come to.
    pub async fn begin_anywhere(state: &AppState, name: &str) -> Result<Self, Failure> {
        let now = state.clock.now();
        let window_ms = WINDOW.as_millis() as i64;
        let since = Timestamp::from_millis(now.millis() - window_ms);
        let key = digest(format!("anywhere\n{name}").as_bytes());
        let admitted = state
            .store
            .admit_attempt(key, now, since, ANYWHERE_ATTEMPTS_MAX);
        match admitted.await? {
            Admission::Granted => Ok(Attempt {
                key,
                is_noted: true,
            }),
            Admission::Full { oldest } => {
                let wait_ms = oldest.millis() + window_ms - now.millis();
                let seconds = u64::try_from(wait_ms / 1000 + 1).unwrap_or(1);
                Err(Refused::Throttled { seconds }.into())
            }
        }
    }

    /// It succeeded: the earlier failures no longer count.
    pub async fn succeed(self, state: &AppState) -> Result<(), Failure> {
        Ok(state.store.forget_attempts(self.key).await?)
    }
}

/// Where an attempt comes from. One IPv6 customer has a whole /64 to choose addresses from.
fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(it) => it.to_string(),
        IpAddr::V6(it) => format!("{:x}::/64", it.to_bits() >> 64),
    }
}
