//! Measures sync: `cargo run --release -p huike-server --example load`. One JSON line a figure.
//!
//! Runs a server of its own on a temporary folder and real sockets on loopback; the clients share
//! the machine with it, so the figures are what a small machine does with both.

#[path = "../tests/it/sync/device.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod device;

use device::{Account, Device, customer, position};
use huike_server::clock::Clock;
use huike_server::config::{Config, Settings};
use huike_server::serve::Server;
use huike_shared::sync::message::{PUSH_CHANGES_MAX, PushedChange};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

const LOGIN: &str = "load@example.com";
const PASSWORD: &str = "correct horse battery";
/// Readers and writers in the scenarios with many.
const CLIENTS: usize = 50;
/// How long a scenario runs.
const SECONDS: u64 = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (address, code) = serve(folder.path()).await?;
    let form = [
        ("code", code.as_str()),
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

    edit_to_peer(&account, 2).await;
    edit_to_peer(&account, CLIENTS).await;
    paced(&account, CLIENTS, 2_000).await;
    flat_out(&account).await;
    offline_day(&account).await;
    first_contact(&account).await;
    Ok(())
}

async fn serve(folder: &Path) -> anyhow::Result<(String, String)> {
    let settings = Settings {
        port: Some(0),
        data: Some(folder.join("data")),
        site: Some(folder.join("site")),
        ..Settings::default()
    };
    let server = Server::open(Config::try_from(settings)?, Clock::system()).await?;
    let found = (
        format!("http://{}", server.address),
        server.state.set_up_code.clone(),
    );
    tokio::spawn(server.run(std::future::pending()));
    Ok(found)
}

/// One edit at a time; everybody else hears of it.
async fn edit_to_peer(account: &Account, clients: usize) {
    let mut writer = account.device().await;
    let mut readers = Vec::new();
    for _ in 1..clients {
        readers.push(account.device().await);
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
    tell(&format!("accept_{clients}_clients_ms"), accepted);
    tell(&format!("edit_to_last_peer_{clients}_clients_ms"), heard);
}

/// Many writers at a steady rate.
async fn paced(account: &Account, clients: usize, per_second: u64) {
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let mut device = account.device().await;
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
    println!(
        "{}",
        json!({
            "figure": "paced_changes_per_second", "asked": per_second,
            "value": all.len() as u64 / SECONDS, "clients": clients,
        })
    );
    tell("accept_paced_ms", all);
}

/// Two writers with full frames and no pause.
async fn flat_out(account: &Account) {
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let mut device = account.device().await;
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
    println!(
        "{}",
        json!({ "figure": "flat_out_changes_per_second", "value": sum.round() })
    );
}

/// A thousand edits made offline while somebody else edited the same records.
async fn offline_day(account: &Account) {
    let mut away = account.device().await;
    let mut here = account.device().await;
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
    tell("offline_1000_edits_merged_ms", vec![started.elapsed()]);
}

/// A new device fetches everything.
async fn first_contact(account: &Account) {
    let started = Instant::now();
    let device: Device = account.device().await;
    let count = device.states.len();
    println!(
        "{}",
        json!({
            "figure": "first_contact_ms", "records": count,
            "value": started.elapsed().as_secs_f64() * 1_000.0,
        })
    );
}

fn tell(figure: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| {
        let index = ((times.len() as f64 - 1.0) * share).round() as usize;
        times
            .get(index)
            .map_or(0.0, |it| (it.as_secs_f64() * 1_000_000.0).round() / 1_000.0)
    };
    println!(
        "{}",
        json!({
            "figure": figure, "p50": at(0.5), "p99": at(0.99), "count": times.len(),
        })
    );
}
