//! The sync connection from outside: a Rust client on a real socket.

mod catch_up;
pub mod device;
mod epochs;
mod equality;
mod export;
mod javascript;
mod order;
mod refusals;
mod seen;
mod survive;
