//! Who is here at other servers of one database.
//!
//! Each server says who is connected to it whenever that changes, at most once in [`TELL_EVERY`], and again now and then;
//! what a server said counts for [`HOLDS`], so people of one that died go. Nothing of it is stored, and nothing
//! depends on it: a notice that is lost is made up by the next one.

use crate::app::AppState;
use crate::store::notices::{Notice, Present};
use huike_shared::id::RecordId;
use huike_shared::sync::message::PresenceInfo;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval};

/// How often a change is told at most.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// When it is told again although nothing changed.
const TELL_AGAIN: Duration = Duration::from_secs(30);
/// How long it counts.
const HOLDS: Duration = Duration::from_secs(90);
/// Workspaces that are told of in one round; the others follow in the next.
const WORKSPACES_MAX: usize = 100;
/// Workspaces and servers of which is remembered who is there.
const ELSEWHERE_MAX: usize = 10_000;

/// Who is at other servers, by workspace and server.
#[derive(Debug, Default)]
pub struct Elsewhere(HashMap<(RecordId, RecordId), Told>);

#[derive(Debug)]
struct Told {
    at: Instant,
    people: Vec<PresenceInfo>,
}

impl Elsewhere {
    /// Takes note of what a server said.
    pub fn note(&mut self, present: Present) {
        let key = (present.workspace_id, present.server);
        if present.people.is_empty() {
            self.0.remove(&key);
        } else if self.0.len() < ELSEWHERE_MAX || self.0.contains_key(&key) {
            let told = Told {
                at: Instant::now(),
                people: present.people,
            };
            self.0.insert(key, told);
        }
    }

    /// Forgets what counts no longer, and answers of which workspaces that was.
    pub fn forget_old(&mut self) -> Vec<RecordId> {
        let mut workspaces = Vec::new();
        self.0.retain(|key, told| {
            let holds = told.at.elapsed() < HOLDS;
            if !holds {
                workspaces.push(key.0);
            }
            holds
        });
        workspaces
    }

    /// Everybody of a workspace.
    pub fn of(&self, workspace_id: RecordId) -> impl Iterator<Item = PresenceInfo> {
        let there = self.0.iter().filter(move |it| it.0.0 == workspace_id);
        there.flat_map(|it| it.1.people.iter().copied())
    }
}

/// Says who is here, for as long as the server runs and if there can be others.
pub async fn share(state: AppState) {
    if state.store.notices().is_none() {
        return;
    }
    let mut every = interval(TELL_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told: HashMap<RecordId, Told> = HashMap::new();
    loop {
        every.tick().await;
        state.hub.forget_elsewhere();
        let mut here = state.hub.here();
        for workspace_id in told.keys() {
            // Who was told of and is not here any more is told of as nobody.
            here.entry(*workspace_id).or_default();
        }
        let is_news = |it: &(RecordId, Vec<PresenceInfo>)| match told.get(&it.0) {
            Some(told) => told.people != it.1 || told.at.elapsed() >= TELL_AGAIN,
            None => !it.1.is_empty(),
        };
        let news: Vec<_> = here.into_iter().filter(is_news).collect();
        for (workspace_id, people) in news.into_iter().take(WORKSPACES_MAX) {
            let present = Present {
                server: state.server_id,
                workspace_id,
                people: people.clone(),
            };
            if let Err(error) = state.store.tell(&Notice::Present(present)).await {
                tracing::debug!(%error, "who is here could not be told");
                break;
            }
            if people.is_empty() {
                told.remove(&workspace_id);
            } else {
                let at = Instant::now();
                told.insert(workspace_id, Told { at, people });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(server: u8, members: &[u8]) -> Present {
        let people = members.iter().map(|it| PresenceInfo {
            member: RecordId([*it; 16]),
            record: None,
        });
        Present {
            server: RecordId([server; 16]),
            workspace_id: RecordId([7; 16]),
            people: people.collect(),
        }
    }

    #[test]
    fn what_a_server_says_takes_the_place_of_what_it_said_before() {
        let mut elsewhere = Elsewhere::default();
        elsewhere.note(present(1, &[1, 2]));
        elsewhere.note(present(2, &[3]));
        elsewhere.note(present(1, &[2]));
        let mut there: Vec<u8> = elsewhere
            .of(RecordId([7; 16]))
            .map(|it| it.member.0[0])
            .collect();
        there.sort_unstable();
        assert_eq!(there, [2, 3]);
        assert!(elsewhere.forget_old().is_empty());
        assert_eq!(elsewhere.of(RecordId([8; 16])).count(), 0);
        elsewhere.note(present(1, &[]));
        elsewhere.note(present(2, &[]));
        assert_eq!(elsewhere.of(RecordId([7; 16])).count(), 0);
    }
}
