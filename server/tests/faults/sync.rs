//! The device of the other tests, where helpers look for it.

#[path = "../it/sync/device.rs"]
#[allow(dead_code, reason = "the other tests of the server use the rest")]
pub mod device;
