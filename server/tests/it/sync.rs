//! The sync connection from outside: a Rust client on a real socket.

mod catch_up;
pub mod device;
mod epochs;
mod equality;
mod export;
mod greeting;
mod javascript;
mod order;
mod ranks;
mod refusals;
mod seen;
mod snapshot;
mod survive;
