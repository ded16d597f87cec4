//! Measures sync: `cargo run --release -p huike-server --example load [part]`. One JSON line a figure.
//!
//! `sqlite` and `postgres`: a server inside this process on a temporary folder, and another on a Postgres of its own, both
//! with every commit on the disk, and real sockets on loopback; the clients share the machine with them, so the figures
//! are what a small machine does with both. `teams`, `offline`, `idle`: a server in a process of its own. Without a part
//! all of these. `soak [minutes]`: whether such a server grows.

mod company;
mod figures;
mod memory;
mod offline;
mod teams;

#[path = "../../tests/it/sync/device.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod device;
#[path = "../../tests/it/postgres.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod postgres;

use anyhow::Context as _;
use device::{Account, Device, customer, position};
use figures::Goal;
use huike_server::app::AppState;
use huike_server::clock::Clock;
use huike_server::config::{Config, Settings};
use huike_server::entropy::OsEntropy;
use huike_server::serve::Server;
use huike_server::sync::Author;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::id::RecordId;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{PUSH_CHANGES_MAX, PushedChange};
use serde_json::json;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const LOGIN: &str = "load@example.com";
const PASSWORD: &str = "correct horse battery";
/// Readers and writers in the scenarios with many.
const CLIENTS: usize = 50;
/// How long a scenario runs.
const SECONDS: u64 = 5;

/// Writers that submit inside the server, and changes in each of their submissions.
const WRITERS: usize = 4;
const SUBMISSION: usize = 250;
/// Changes a second that come at a steady rate.
const PACE: u64 = 2_000;
/// Durable changes a second that each database is to take.
const DURABLE: [(&str, f64); 2] = [("sqlite", 10_000.0), ("postgres", 20_000.0)];
/// How long a soak is unless it is said.
const SOAK_MINUTES: u64 = 120;

/// A server with one account.
struct Run {
    database: &'static str,
    state: AppState,
    account: Account,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let asked = args.next();
    match asked.as_deref() {
        // What this program starts itself.
        Some("serve") => {
            let folder = args.next().context("which folder?")?;
            return company::serve(Path::new(&folder)).await;
        }
        Some("soak") => {
            let minutes = args.next().map_or(Ok(SOAK_MINUTES), |it| it.parse())?;
            return memory::soak(Duration::from_secs(60 * minutes)).await;
        }
        Some(_) | None => {}
    }
    let is_asked = |part: &str| asked.as_deref().is_none_or(|it| it == part);
    for database in ["sqlite", "postgres"] {
        if !is_asked(database) {
            continue;
        }
        let folder = tempfile::tempdir()?;
        let run = Run::start(folder.path(), database).await?;
        run.edit_to_peer(2).await;
        run.edit_to_peer(CLIENTS).await;
        run.paced(CLIENTS, PACE).await;
        run.accept(PACE).await?;
        run.flat_out().await;
        run.durable(1, 400).await?;
        run.durable(SUBMISSION, 60).await?;
        run.offline_day().await;
        run.first_contact().await;
    }
    if is_asked("offline") {
        offline::come_back().await?;
    }
    if is_asked("idle") {
        memory::idle().await?;
    }
    // The last one: it pins this process to one core.
    if is_asked("teams") {
        teams::edit_to_peer().await?;
    }
    Ok(())
}

impl Run {
    async fn start(folder: &Path, database: &'static str) -> anyhow::Result<Run> {
        postgres::FSYNC.store(true, Ordering::Relaxed);
        let address = match database {
            "postgres" => Some(postgres::Database::new().await.address.parse()?),
            _ => None,
        };
        let settings = Settings {
            port: Some(0),
            data: Some(folder.join("data")),
            database: address,
            site: Some(folder.join("site")),
            ..Settings::default()
        };
        let server = Server::open(Config::try_from(settings)?, Clock::system()).await?;
        let address = format!("http://{}", server.address);
        let state = server.state.clone();
        tokio::spawn(server.run(std::future::pending()));
        let form = [
            ("code", state.set_up_code.as_str()),
            ("workspace", "Load"),
            ("name", "Load"),
            ("login", LOGIN),
            ("password", PASSWORD),
        ];
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let request = client
            .post(format!("{address}/setup"))
            .header("origin", &address);
        let account = Account::of(&address, &request.form(&form).send().await?);
        Ok(Run {
            database,
            state,
            account,
        })
    }

    /// Writers inside the server, each with the next submission as soon as the last is on the disk:
    /// judging, writing and syncing, without sockets.
    async fn durable(&self, submission: usize, rounds: usize) -> anyhow::Result<()> {
        let mut writers = Vec::new();
        let mut workspace_id = RecordId::default();
        for _ in 0..WRITERS {
            let (of, author) = self.author().await?;
            workspace_id = of;
            let actor = Actor::new(&mut OsEntropy);
            self.state
                .ingest
                .register(workspace_id, author, &[actor])
                .await?;
            // Made beforehand: the figure is the server's.
            writers.push((author, submissions(actor, submission, rounds)));
        }
        let started = Instant::now();
        let mut tasks = Vec::new();
        for (author, submissions) in writers {
            let ingest = self.state.ingest.clone();
            tasks.push(tokio::spawn(async move {
                for changes in submissions {
                    for answer in ingest.submit(workspace_id, author, changes).await {
                        position(&answer.verdict);
                    }
                }
            }));
        }
        for task in tasks {
            task.await?;
        }
        let count = WRITERS * rounds * submission;
        let rate = (count as f64 / started.elapsed().as_secs_f64()).round();
        let goal = DURABLE.iter().find(|it| it.0 == self.database);
        let goal = goal.filter(|_| submission == SUBMISSION);
        let context = json!({
            "submission": submission, "writers": WRITERS, "count": count, "database": self.database,
        });
        let goal = goal.map(|it| Goal::AtLeast(it.1));
        figures::say(
            "durable_changes_per_second",
            rate,
            goal,
            "changes/s",
            context,
        );
        Ok(())
    }

    /// Changes one by one at a steady rate, whether those before were answered or not: from the bytes to the
    /// committed position, without sockets.
    async fn accept(&self, per_second: u64) -> anyhow::Result<()> {
        let (workspace_id, author) = self.author().await?;
        let actor = Actor::new(&mut OsEntropy);
        let ingest = &self.state.ingest;
        ingest.register(workspace_id, author, &[actor]).await?;
        let changes = submissions(actor, 1, (SECONDS * per_second) as usize);
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        let each = (per_second / 1_000) as usize;
        let mut tasks = Vec::with_capacity(changes.len());
        let mut changes = changes.into_iter();
        while changes.len() > 0 {
            tick.tick().await;
            for change in changes.by_ref().take(each) {
                let ingest = ingest.clone();
                tasks.push(tokio::spawn(async move {
                    let started = Instant::now();
                    let answers = ingest.submit(workspace_id, author, change).await;
                    let took = started.elapsed();
                    position(&answers[0].verdict);
                    took
                }));
            }
        }
        let mut times = Vec::with_capacity(tasks.len());
        for task in tasks {
            times.push(task.await?);
        }
        for (share, name, goal) in [(0.5, "p50", 0.5), (0.99, "p99", 5.0)] {
            let value = figures::quantile(&mut times, share);
            let goal = (self.database == "sqlite").then_some(Goal::AtMost(goal));
            let context = json!({
                "changes_per_second": per_second, "count": times.len(), "database": self.database,
            });
            figures::say(&format!("accept_{name}"), value, goal, "ms", context);
        }
        Ok(())
    }

    async fn author(&self) -> anyhow::Result<(RecordId, Author)> {
        let store = &self.state.store;
        let workspace_id = store.workspaces().await?[0].id;
        let member = store.members(workspace_id).await?.remove(0);
        let author = Author {
            member_id: member.id,
            device_id: customer().id,
        };
        Ok((workspace_id, author))
    }
}

/// Edits of a hundred records by one author.
fn submissions(actor: Actor, size: usize, rounds: usize) -> Vec<Vec<PushedChange>> {
    let mut records: Vec<_> = (0..100)
        .map(|_| (customer(), Registers::default()))
        .collect();
    let mut edit = |number: usize| {
        let (record, registers) = &mut records[number % 100];
        let name = Scalar::text(format!("edit {number}"));
        let body = registers.author(&[("name".into(), name)], actor, device::now());
        let body = body.expect("the edit changes something");
        let change = decode(&body).expect("the change is flat");
        registers.apply(&change, Stamp::default());
        PushedChange {
            record: *record,
            of: None,
            hash: change.hash,
            body,
        }
    };
    (0..rounds)
        .map(|round| (0..size).map(|it| edit(round * size + it)).collect())
        .collect()
}

impl Run {
    /// One edit at a time; everybody else hears of it.
    async fn edit_to_peer(&self, clients: usize) {
        let mut writer = self.account.device().await;
        let mut readers = Vec::new();
        for _ in 1..clients {
            readers.push(self.account.device().await);
        }
        let (mut accepted, mut heard) = (Vec::new(), Vec::new());
        let record = customer();
        for round in 0..200 {
            let change = writer.name(record, &format!("edit {round}"));
            let started = Instant::now();
            let place = position(&writer.push_one(change).await);
            accepted.push(started.elapsed());
            for reader in &mut readers {
                reader.hear_up_to(place).await;
            }
            // The last of them; the others were earlier.
            heard.push(started.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.tell(&format!("accept_{clients}_clients_ms"), accepted);
        self.tell(&format!("edit_to_last_peer_{clients}_clients_ms"), heard);
    }

    /// Many writers at a steady rate.
    async fn paced(&self, clients: usize, per_second: u64) {
        let mut tasks = Vec::new();
        for _ in 0..clients {
            let mut device = self.account.device().await;
            tasks.push(tokio::spawn(async move {
                let mut times = Vec::new();
                let record = customer();
                let every = Duration::from_micros(1_000_000 * CLIENTS as u64 / per_second);
                let mut tick = tokio::time::interval(every);
                let until = Instant::now() + Duration::from_secs(SECONDS);
                while Instant::now() < until {
                    tick.tick().await;
                    let change = device.name(record, &format!("edit {}", times.len()));
                    let started = Instant::now();
                    position(&device.push_one(change).await);
                    times.push(started.elapsed());
                }
                times
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap_or_default());
        }
        self.say(json!({
            "figure": "paced_changes_per_second", "asked": per_second,
            "value": all.len() as u64 / SECONDS, "clients": clients,
        }));
        self.tell("accept_paced_ms", all);
    }

    /// Two writers with full frames and no pause.
    async fn flat_out(&self) {
        let mut tasks = Vec::new();
        for _ in 0..2 {
            let mut device = self.account.device().await;
            tasks.push(tokio::spawn(async move {
                let records: Vec<_> = (0..100).map(|_| customer()).collect();
                let (mut sent, mut answered) = (0, 0);
                // Made beforehand: the figure is the server's.
                let mut frames: Vec<Vec<PushedChange>> = Vec::new();
                for frame in 0..36 {
                    let change = |it| device.name(records[it % 100], &format!("edit {frame} {it}"));
                    frames.push((0..PUSH_CHANGES_MAX).map(change).collect());
                }
                let started = Instant::now();
                for frame in frames {
                    sent += frame.len();
                    device.push(frame).await;
                    while sent - answered > 4 * PUSH_CHANGES_MAX {
                        answered += device.hear_verdicts(1).await.len();
                    }
                }
                device.hear_verdicts(sent - answered).await;
                sent as f64 / started.elapsed().as_secs_f64()
            }));
        }
        let mut sum = 0.0;
        for task in tasks {
            sum += task.await.unwrap_or_default();
        }
        self.say(json!({ "figure": "flat_out_changes_per_second", "value": sum.round() }));
    }

    /// A thousand edits made offline while somebody else edited the same records.
    async fn offline_day(&self) {
        let mut away = self.account.device().await;
        let mut here = self.account.device().await;
        let records: Vec<_> = (0..100).map(|_| customer()).collect();
        let made: Vec<PushedChange> = records.iter().map(|it| away.name(*it, "made")).collect();
        away.push_all(made).await;
        here.hear_up_to(away.cursor).await;
        let waiting: Vec<PushedChange> = (0..1_000)
            .map(|it| away.name(records[it % 100], &format!("away {it}")))
            .collect();
        let theirs: Vec<PushedChange> = records.iter().map(|it| here.name(*it, "here")).collect();
        here.push_all(theirs).await;
        let started = Instant::now();
        away.reconnect().await;
        for some in waiting.chunks(PUSH_CHANGES_MAX) {
            away.push(some.to_vec()).await;
        }
        away.hear_verdicts(1_000).await;
        here.hear_up_to(away.cursor).await;
        self.tell("offline_1000_edits_merged_ms", vec![started.elapsed()]);
    }

    /// A new device fetches everything.
    async fn first_contact(&self) {
        let started = Instant::now();
        let device: Device = self.account.device().await;
        let count = device.states.len();
        self.say(json!({
            "figure": "first_contact_ms", "records": count,
            "value": started.elapsed().as_secs_f64() * 1_000.0,
        }));
    }

    fn tell(&self, figure: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        let at = |share: f64| {
            let index = ((times.len() as f64 - 1.0) * share).round() as usize;
            times
                .get(index)
                .map_or(0.0, |it| (it.as_secs_f64() * 1_000_000.0).round() / 1_000.0)
        };
        self.say(json!({
            "figure": figure, "p50": at(0.5), "p99": at(0.99), "count": times.len(),
        }));
    }

    /// Prints a figure with the name of the database.
    fn say(&self, mut figure: serde_json::Value) {
        figure["database"] = self.database.into();
        println!("{figure}");
    }
}
