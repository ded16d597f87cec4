//! Many people at once: 500 teams of three, each team a workspace of its own, and the server on one core.

use crate::company::{Company, Size, state};
use crate::device::Device;
use crate::figures::{Goal, quantile, say};
use futures::StreamExt as _;
use huike_shared::document::ChangeHash;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{ClientMessage, ServerMessage};
use serde_json::json;
use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval_at, sleep_until};

const TEAMS: usize = 500;
const MEMBERS: usize = 3;
/// Edits a second of all people together.
const EDITS: u64 = 500;
/// Connections that are opened at the same time.
const OPENING: usize = 8;
const WARM: Duration = Duration::from_secs(5);
const RUN: Duration = Duration::from_secs(20);
const DRAIN: Duration = Duration::from_secs(3);
/// The core of the server; everything else stays on the other one.
const SERVER_CORE: usize = 0;
const CLIENTS_CORE: usize = 1;

/// When each edit was sent, and how long it took to each reader.
#[derive(Default)]
struct Seen {
    sent: HashMap<ChangeHash, Instant>,
    times: Vec<Duration>,
    drops: usize,
}

type Shared = Arc<Mutex<Seen>>;

/// Measures from edit to peer.
pub async fn edit_to_peer() -> anyhow::Result<()> {
    let size = Size {
        teams: TEAMS,
        members: MEMBERS,
        customers: MEMBERS,
        is_known: true,
    };
    let company = Company::start(size, Some(SERVER_CORE)).await?;
    let own = std::process::id().to_string();
    let core = CLIENTS_CORE.to_string();
    let pinned = Command::new("taskset")
        .args(["-a", "-p", "-c", &core, &own])
        .output()?;
    anyhow::ensure!(
        pinned.status.success(),
        "this process cannot be pinned to a core"
    );

    let places = (0..TEAMS).flat_map(|team| (0..MEMBERS).map(move |member| (team, member)));
    let opening = places.map(|(team, member)| {
        let company = &company;
        async move {
            let mut device = company.device(team, member, MEMBERS as u64).await;
            for (record, registers) in &company.teams[team].customers {
                device.states.insert(*record, state(registers));
            }
            (team, member, device)
        }
    });
    let devices: Vec<(usize, usize, Device)> = futures::stream::iter(opening)
        .buffer_unordered(OPENING)
        .collect()
        .await;
    let seen = Shared::default();
    let begin = tokio::time::Instant::now();
    let every = Duration::from_micros(1_000_000 * (TEAMS * MEMBERS) as u64 / EDITS);
    let mut tasks = Vec::new();
    for (index, (team, member, device)) in devices.into_iter().enumerate() {
        let record = company.teams[team].customers[member].0;
        let first = begin + every.mul_f64(index as f64 / (TEAMS * MEMBERS) as f64);
        let person = Person {
            device,
            seen: seen.clone(),
            begin,
        };
        tasks.push(tokio::spawn(person.work(record, first, every)));
    }
    for task in tasks {
        task.await?;
    }
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let (edits, drops) = (seen.sent.len(), seen.drops);
    let missed = (edits * (MEMBERS - 1)).saturating_sub(seen.times.len());
    let p99 = quantile(&mut seen.times, 0.99);
    let p50 = quantile(&mut seen.times, 0.5);
    let context = json!({
        "clients": TEAMS * MEMBERS, "workspaces": TEAMS, "edits": edits, "edits_per_second": EDITS,
        "p50": p50, "missed": missed, "database": "sqlite", "server": "one core",
    });
    let goal = Goal::AtMost(50.0);
    say(
        "edit_to_peer_1500_clients_p99",
        p99,
        Some(goal),
        "ms",
        context,
    );
    let lost = (drops + missed) as f64;
    say(
        "drops_1500_clients",
        lost,
        Some(Goal::AtMost(0.0)),
        "connections and edits",
        json!({}),
    );
    Ok(())
}

struct Person {
    device: Device,
    seen: Shared,
    begin: tokio::time::Instant,
}

impl Person {
    async fn work(
        mut self,
        record: huike_shared::record::RecordRef,
        first: tokio::time::Instant,
        every: Duration,
    ) {
        let mut tick = interval_at(first, every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (counts_from, until) = (self.begin + WARM, self.begin + WARM + RUN);
        let mut number = 0;
        loop {
            tokio::select! {
                _ = tick.tick(), if tokio::time::Instant::now() < until => {
                    number += 1;
                    let name = Scalar::text(format!("edit {number}"));
                    let change = self.device.edit(record, &[("name", name)]);
                    if tokio::time::Instant::now() >= counts_from {
                        self.note(|it| {
                            it.sent.insert(change.hash, Instant::now());
                        });
                    }
                    let changes = vec![change];
                    self.device.socket.say(&ClientMessage::Push { changes }).await;
                }
                message = self.device.socket.hear() => match message {
                    Some(message) => self.heard(message),
                    None => return self.note(|it| it.drops += 1),
                },
                () = sleep_until(until + DRAIN) => return,
            }
        }
    }

    fn heard(&mut self, message: ServerMessage) {
        if let ServerMessage::Changes { entries, .. } = &message {
            let now = Instant::now();
            self.note(|seen| {
                for entry in entries {
                    if let Some(sent) = seen.sent.get(&ChangeHash::of(&entry.body)) {
                        seen.times.push(now - *sent);
                    }
                }
            });
        }
        for answer in self.device.take(message) {
            crate::device::position(&answer.verdict);
        }
    }

    fn note(&self, work: impl FnOnce(&mut Seen)) {
        work(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
