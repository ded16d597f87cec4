//! What the server holds with many documents and many idle sockets, and whether it grows while people work.

use crate::company::{Company, Size, state};
use crate::device::{Device, position};
use crate::figures::{Goal, handles, memory, say};
use huike_shared::scalar::Scalar;
use serde_json::json;
use std::time::{Duration, Instant};

const DOCUMENTS: usize = 150_000;
const SOCKETS: usize = 500;
/// Until everybody has heard who is here.
const SETTLE: Duration = Duration::from_secs(3);

/// Customers and people of the soak, and edits a second of all of them.
const CUSTOMERS: usize = 2_000;
const PEOPLE: usize = 20;
const EDITS: u64 = 200;
/// A person connects anew after so many edits.
const RECONNECT_AFTER: usize = 50;
/// What the first part of a soak is for: caches fill.
const WARM_SHARE: f64 = 0.25;

/// Measures memory with everything in the log and everybody connected.
pub async fn idle() -> anyhow::Result<()> {
    let size = Size {
        teams: 1,
        members: 1,
        customers: DOCUMENTS,
        is_known: false,
    };
    let company = Company::start(size, None).await?;
    let megabytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let without = megabytes(memory(company.pid(), "VmRSS")?);
    let mut devices = Vec::new();
    for _ in 0..SOCKETS {
        devices.push(company.device(0, 0, DOCUMENTS as u64).await);
    }
    // People who are here are told at intervals; nothing else happens.
    tokio::time::sleep(SETTLE).await;
    let with = megabytes(memory(company.pid(), "VmRSS")?);
    let context = json!({
        "documents": DOCUMENTS, "sockets": SOCKETS, "without_sockets": without, "database": "sqlite",
    });
    let goal = Goal::AtMost(150.0);
    say(
        "server_memory_150000_documents",
        with,
        Some(goal),
        "MiB",
        context,
    );
    Ok(())
}

/// People work for so long; memory and handles after the warm-up are compared with those at the end.
pub async fn soak(length: Duration) -> anyhow::Result<()> {
    let size = Size {
        teams: 1,
        members: PEOPLE,
        customers: CUSTOMERS,
        is_known: true,
    };
    let company = Company::start(size, None).await?;
    // Everybody knows everything before anybody begins.
    let mut devices = Vec::new();
    for number in 0..PEOPLE {
        let mut device = company.device(0, number, CUSTOMERS as u64).await;
        for (record, registers) in &company.teams[0].customers {
            device.states.insert(*record, state(registers));
        }
        devices.push(device);
    }
    let until = Instant::now() + length;
    let mut tasks = Vec::new();
    for (number, device) in devices.into_iter().enumerate() {
        tasks.push(tokio::spawn(work(device, number, until)));
    }
    tokio::time::sleep(length.mul_f64(WARM_SHARE)).await;
    let held = || {
        anyhow::Ok((
            memory(company.pid(), "VmRSS")? as f64,
            handles(company.pid())?,
        ))
    };
    let warm = held()?;
    let mut edits = 0;
    for task in tasks {
        edits += task.await?;
    }
    let last = held()?;
    let growth = |before: f64, after: f64| (after / before - 1.0) * 100.0;
    let goal = Some(Goal::AtMost(5.0));
    let minutes = length.as_secs_f64() / 60.0;
    let context = json!({
        "minutes": minutes, "edits": edits, "people": PEOPLE, "from_bytes": warm.0, "to_bytes": last.0,
    });
    say(
        "soak_memory_growth",
        growth(warm.0, last.0),
        goal,
        "%",
        context,
    );
    let context = json!({ "minutes": minutes, "from": warm.1, "to": last.1 });
    let handles = growth(warm.1 as f64, last.1 as f64);
    say("soak_handles_growth", handles, goal, "%", context);
    Ok(())
}

/// Edits one record after the other, reads what the others do, and connects anew now and then.
async fn work(mut device: Device, number: usize, until: Instant) -> usize {
    let every = Duration::from_micros(1_000_000 * PEOPLE as u64 / EDITS);
    let mut tick = tokio::time::interval(every);
    let mut records: Vec<_> = device.states.keys().copied().collect();
    records.sort_unstable();
    let mut edits = 0;
    while Instant::now() < until {
        tick.tick().await;
        let record = records[(number * 97 + edits * 13) % records.len()];
        let value = Scalar::text(format!("soak {number} {edits}"));
        let change = device.edit(record, &[("address", value)]);
        position(&device.push_one(change).await);
        edits += 1;
        if edits % RECONNECT_AFTER == 0 {
            device.reconnect().await;
        }
    }
    edits
}
