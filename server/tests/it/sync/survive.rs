//! Kill the server, fill the disk: what was acknowledged is there afterwards.

use super::device::*;
use crate::app::{LOGIN, PASSWORD, TestApp, huike};
use crate::killable::{Process, first_account};
use huike_server::config::Settings;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{PushedChange, ServerMessage, Verdict};
use rand::Rng as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Rounds of the kill test, unless the environment says otherwise.
const KILL_ROUNDS: usize = 20;

#[tokio::test]
async fn s_09_a_killed_server_has_every_change_it_acknowledged() {
    let rounds = std::env::var("HUIKE_KILL_ROUNDS")
        .ok()
        .and_then(|it| it.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path());
    let account = first_account(&process).await;
    let mut device = account.device().await;
    let records: Vec<_> = (0..5).map(|_| customer()).collect();
    let mut acknowledged = 0;
    let mut again: Vec<PushedChange> = Vec::new();
    for round in 0..rounds.unwrap_or(KILL_ROUNDS) {
        // What was sent before the last kill, acknowledged or not, goes in once.
        let mut places = Vec::new();
        for some in again.chunks(256) {
            for answer in device.push_all(some.to_vec()).await {
                places.push((answer.hash, position(&answer.verdict)));
            }
        }
        let until =
            tokio::time::Instant::now() + Duration::from_millis(rand::rng().random_range(20..250));
        let mut sent = Vec::new();
        let mut answers = Vec::new();
        let mut number = 0;
        while tokio::time::Instant::now() < until {
            let some: Vec<PushedChange> = (0..3)
                .map(|it| {
                    number += 1;
                    device.name(records[it], &format!("round {round} change {number}"))
                })
                .collect();
            sent.extend(some.clone());
            device.push(some).await;
            if number % 15 == 0 {
                answers.extend(device.hear_verdicts(3).await);
            }
        }
        process.kill();
        // What the server said before it died still counts.
        while let Some(message) = device.socket.hear().await {
            if let ServerMessage::Answers { answers: more } = message {
                answers.extend(more);
            }
        }
        process = Process::start(folder.path());
        device.account = Account {
            address: process.address.clone(),
            ..account.clone()
        };
        device.reconnect().await;
        // Sent again, an acknowledged change has the place that was promised.
        for answer in &answers {
            let change = sent
                .iter()
                .find(|it| it.hash == answer.hash)
                .unwrap()
                .clone();
            let promised = position(&answer.verdict);
            assert_eq!(
                position(&device.push_one(change).await),
                promised,
                "round {round}"
            );
            acknowledged += 1;
        }
        again = sent;
    }
    process.kill();
    println!("{acknowledged} acknowledged changes survived");
    assert!(acknowledged > 0);
    let output = huike(folder.path(), &["check"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok");
}

/// A small file system of its own.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted
            .is_ok_and(|it| it.success())
            .then_some(SmallDisk(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_changes_loses_nothing_and_recovers_without_a_restart() {
    // Who may not mount one cannot say that this was tested.
    let disk = SmallDisk::mount("4m").expect("a small disk must be mounted, which takes root");
    let folder = tempfile::tempdir_in(disk.0.path()).unwrap();
    let app = TestApp::start_in(folder, Settings::default()).await;
    app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let record = customer();
    let change = device.name(record, "before");
    assert_eq!(position(&device.push_one(change).await), 1);

    let filler = disk.0.path().join("filler");
    let mut kept = Vec::new();
    fill(&filler);
    // The log of the database may have room for a few more.
    let refused = loop {
        let change = device.name(record, &format!("{} {}", kept.len(), "x".repeat(150)));
        match device.push_one(change.clone()).await {
            Verdict::Accepted { .. } => kept.push(change),
            refused => {
                assert_refused(&refused, &Refusal::Unavailable);
                break change;
            }
        }
        assert!(kept.len() < 5_000, "the disk is never full");
    };
    // What builds on it is asked to come again as well, not refused for good.
    let next = device.name(record, "next");
    assert_refused(&device.push_one(next.clone()).await, &Refusal::Unavailable);
    // Reading goes on.
    let page = account.states(0).await;
    assert_eq!(page.next, 1 + kept.len() as u64);
    assert_eq!(account.get("/api/v1/me").await.status(), 200);

    std::fs::remove_file(&filler).unwrap();
    let place = 2 + kept.len() as u64;
    let answers = device.push_all(vec![refused, next]).await;
    let places: Vec<u64> = answers.iter().map(|it| position(&it.verdict)).collect();
    assert_eq!(places, [place, place + 1]);
    app.stop().await;
}

/// Writes until there is no room.
fn fill(file: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(file).unwrap();
    for size in [64 << 10, 4 << 10, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

#[tokio::test]
async fn a_second_server_refuses_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path());
    let output = huike(folder.path(), &["serve", "--port", "0", "--data", "data"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("in use by another huike server"));
    process.kill();
    Process::start(folder.path()).kill();
}
