//! Sync: positions and cursors, pushes and acknowledgements. Generic over records.
//!
//! [`message`] is the wire on one page, [`gate`] the server's verdict, [`replica`] the client half, [`backoff`] when it tries to connect again.
//! All of it is pure: shells perform effects and report events.

pub mod backoff;
pub mod block;
pub mod gate;
pub mod message;
pub mod outbox;
pub mod replica;
