//! Machines that fail under the real server: killed at any moment, at every named place, with a full disk, and with a
//! disk whose calls fail. What was acknowledged is there afterwards, and the rest is there or not, never half.

#[path = "../it/app.rs"]
#[allow(dead_code, reason = "the other tests of the server use the rest")]
mod app;
mod disk_calls;
mod failpoints;
mod full_disk;
#[path = "../it/killable.rs"]
mod killable;
mod kills;
mod load;
mod sync;

/// A number from the environment.
fn number(name: &str, usual: u64) -> u64 {
    let set = std::env::var(name).ok().and_then(|it| it.parse().ok());
    set.unwrap_or(usual)
}
