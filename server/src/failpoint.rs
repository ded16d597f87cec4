//! Named places where a test lets the server fail or die.
//!
//! They are there in builds for tests only (feature `failpoints`, which nothing but this crate's own tests turns on).
//! In every other build these functions are empty. A test says what happens where: `FAILPOINTS="written=return(die)"`,
//! or `return` for an error of the memory.

use crate::store::StoreResult;

/// Changes are judged, and nothing is written.
pub const JUDGED: &str = "judged";
/// Everything is written, and nothing is committed.
pub const WRITTEN: &str = "written";
/// The disk has it, and nobody was told.
pub const COMMITTED: &str = "committed";
/// The sender has heard of it.
pub const ACKNOWLEDGED: &str = "acknowledged";
/// Somebody else has heard of it.
pub const BROADCAST: &str = "broadcast";

/// The memory fails here, or the program dies as by a power cut, if a test wants it.
#[cfg(feature = "failpoints")]
pub fn may_fail(name: &'static str) -> StoreResult<()> {
    fail::fail_point!(name, |how| if how.as_deref() == Some("die") {
        std::process::abort()
    } else {
        Err(crate::store::StoreError::Unreachable)
    });
    Ok(())
}

/// The program dies here, if a test wants it.
#[cfg(feature = "failpoints")]
pub fn may_die(name: &'static str) {
    fail::fail_point!(name, |_| std::process::abort());
}

/// Reads from the environment what a test wants. Held until the program ends.
#[cfg(feature = "failpoints")]
pub fn from_environment() -> fail::FailScenario<'static> {
    fail::FailScenario::setup()
}

/// Nothing.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn may_fail(_name: &'static str) -> StoreResult<()> {
    Ok(())
}

/// Nothing.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn may_die(_name: &'static str) {}
