//! How long a device waits before it tries to connect again.

/// The first wait: a server that restarts is back soon.
const FIRST_MS: f64 = 300.0;
/// The longest: with a try that takes as long as one may, it leaves time to hand over what waits within
/// half a minute of the network's return (`shared/tests/convergence.rs`).
const LAST_MS: f64 = 15_000.0;
/// How much longer each wait is than the one before.
const GROWTH: f64 = 1.6;
/// A connection that held for so long was a good one.
pub const GOOD_MS: f64 = 10_000.0;
/// A try that has not succeeded by then has failed.
pub const TRY_MS: u32 = 10_000;

/// Waits that grow, spread so that a thousand clients do not come back in one moment.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    failures: i32,
}

impl Backoff {
    /// The next wait; `random` is from 0 to 1.
    pub fn next_ms(&mut self, random: f64) -> u32 {
        let ceiling = (FIRST_MS * GROWTH.powi(self.failures)).min(LAST_MS);
        self.failures = (self.failures + 1).min(32);
        (ceiling * (0.5 + random / 2.0)) as u32
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_a_third_of_a_second_to_a_quarter_of_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<u32> = (0..20).map(|_| backoff.next_ms(1.0)).collect();
        assert_eq!(waits[0], 300);
        assert!(waits.is_sorted());
        assert_eq!(waits[19], 15_000);
        backoff.reset();
        assert_eq!(backoff.next_ms(0.0), 150);
    }
}
