//! A member's live connection: `GET /api/v1/sync`.
//!
//! Performs and reports, decides nothing about records. Everything the member may see arrives by
//! one line in the order of the log, so a replica never has to sort: its own changes come back as
//! answers at their place, everybody else's as changes. The line is joined before the log is read,
//! and what both have is sent once.

mod connection;
mod frames;
mod limits;
mod parting;

pub use self::limits::SESSION_EVERY;

use self::connection::Connection;
use crate::app::AppState;
use crate::auth::SignedIn;
use crate::error::{Failure, Refused};
use crate::http::origin;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use huike_shared::sync::message::FRAME_BYTES_MAX;

/// What is read from a socket at a time. The library clears as much before each look, and keeps it for each connection.
const READ_BUFFER_BYTES: usize = 4 << 10;

/// `GET /api/v1/sync`. A browser sends cookies with any handshake, whoever asks it to: so the
/// origin must be said, and be ours.
pub async fn connect(
    State(state): State<AppState>,
    signed_in: SignedIn,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Failure> {
    if !headers.contains_key(header::ORIGIN) || !origin::is_own(&state, &headers) {
        return Err(Refused::CrossSite.into());
    }
    // Listening begins before the session can end unheard.
    let connection = Connection::new(state, signed_in);
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| connection.run(socket)))
}
