//! Finds sessions that were ended by another process, or by time, and cuts their connections off: one question for
//! all of them. A peer that was cut off connects again, perhaps with a cookie that was renewed.

use crate::app::AppState;
use crate::store::people::Digest;
use crate::sync::socket::SESSION_EVERY;
use std::collections::HashSet;
use tokio::time::{MissedTickBehavior, interval};

/// Asks for ever whether the sessions of all connections still hold.
pub async fn watch(state: AppState) {
    let mut every = interval(SESSION_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let sessions: Vec<Digest> = state.hub.sessions().into_iter().collect();
        if sessions.is_empty() {
            continue;
        }
        let now = state.clock.now();
        match state.store.living_sessions(&sessions, now).await {
            Ok(living) => {
                let living: HashSet<Digest> = living.into_iter().collect();
                let mut ended: HashSet<Digest> = sessions.into_iter().collect();
                ended.retain(|it| !living.contains(it));
                if !ended.is_empty() {
                    state.hub.cut(&ended);
                }
            }
            Err(error) => tracing::warn!(%error, "sessions could not be asked for"),
        }
    }
}
