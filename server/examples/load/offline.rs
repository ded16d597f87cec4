//! Five devices come back after 90 days, each with edits of its own to the same large workspace.

use crate::company::{Company, Size, state};
use crate::device::{Device, Socket};
use crate::figures::{Goal, memory, say};
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{
    ClientMessage, PUSH_CHANGES_MAX, PushedChange, ServerMessage, Verdict,
};
use serde_json::json;
use std::time::Instant;

const DEVICES: usize = 5;
const EDITS: usize = 5_000;
const RECORDS: usize = 50_000;
/// Every so many records one is edited; each device begins at another one, so that some meet.
const STRIDE: usize = 7;

/// Measures until everything is accepted and everybody has it.
pub async fn come_back() -> anyhow::Result<()> {
    let size = Size {
        teams: 1,
        members: 1,
        customers: RECORDS,
        is_known: true,
    };
    let company = Company::start(size, None).await?;
    let customers = &company.teams[0].customers;
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        let mut device = company.device(0, 0, RECORDS as u64).await;
        let mut waiting = Vec::with_capacity(EDITS);
        for edit in 0..EDITS {
            let (record, registers) = &customers[(number * EDITS + edit * STRIDE) % RECORDS];
            device
                .states
                .entry(*record)
                .or_insert_with(|| state(registers));
            let value = Scalar::text(format!("offline {number} {edit}"));
            waiting.push(device.edit(*record, &[("address", value)]));
        }
        devices.push((device, waiting));
    }
    let head = (RECORDS + DEVICES * EDITS) as u64;
    let started = Instant::now();
    let mut tasks = Vec::new();
    for (device, waiting) in devices {
        tasks.push(tokio::spawn(merge(device, waiting, head)));
    }
    for task in tasks {
        task.await??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let context = json!({
        "devices": DEVICES, "edits_each": EDITS, "records": RECORDS, "database": "sqlite",
    });
    let figure = "offline_90_days_seconds";
    say(figure, seconds, Some(Goal::AtMost(10.0)), "s", context);
    let most = memory(company.pid(), "VmHWM")? as f64 / f64::from(1 << 20);
    let goal = Goal::AtMost(512.0);
    say(
        "offline_90_days_server_memory",
        most,
        Some(goal),
        "MiB",
        json!({}),
    );
    Ok(())
}

/// Connects anew, pushes everything, and hears of everything.
async fn merge(mut device: Device, waiting: Vec<PushedChange>, head: u64) -> anyhow::Result<()> {
    device.reconnect().await;
    let mut frames: Vec<Vec<PushedChange>> = Vec::new();
    for some in waiting.chunks(PUSH_CHANGES_MAX) {
        frames.push(some.to_vec());
    }
    let (mut accepted, mut cursor) = (0, device.cursor);
    for changes in frames {
        device.socket.say(&ClientMessage::Push { changes }).await;
    }
    while accepted < waiting.len() || cursor < head {
        accepted += hear(&mut device.socket, &mut cursor).await?;
    }
    Ok(())
}

/// Hears one message: how many were accepted, and how far the log has come.
async fn hear(socket: &mut Socket, cursor: &mut u64) -> anyhow::Result<usize> {
    match socket.hear().await {
        Some(ServerMessage::Changes { to, .. }) => {
            *cursor = to;
            Ok(0)
        }
        Some(ServerMessage::Answers { answers }) => {
            for answer in &answers {
                match answer.verdict {
                    Verdict::Accepted { position, .. } => *cursor = position.max(*cursor),
                    Verdict::Refused(_) => anyhow::bail!("refused: {answer:?}"),
                }
            }
            Ok(answers.len())
        }
        Some(_) => Ok(0),
        None => anyhow::bail!("the server closed the connection"),
    }
}
