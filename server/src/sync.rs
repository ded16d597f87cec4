//! Sync on the server: one door in, one order, everybody told.
//!
//! [`ingest`] is the only place that appends a change; [`hub`] tells the others; [`socket`] is a
//! member's live connection and [`catch_up`] what a replica missed; [`writer`] makes the server
//! itself a replica, for imports and the like. Invariant: commit first, then memory, then tell.

pub mod catch_up;
pub mod hub;
pub mod ingest;
pub mod records;
pub mod socket;
pub mod writer;

pub use hub::Hub;
pub use ingest::{Author, Ingest};
pub use writer::ServerReplica;
