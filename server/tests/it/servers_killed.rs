//! Several real processes on one Postgres: any of them may die at any moment.

use crate::app::{LOGIN, PASSWORD, huike};
use crate::killable::{Process, first_account};
use crate::postgres::{DATABASE_PASSWORD, Database};
use crate::sync::device::*;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{PushedChange, ServerMessage, Verdict};
use rand::Rng as _;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// Rounds of the kill test, unless the environment says otherwise.
const KILL_ROUNDS: usize = 9;

fn start(folder: &Path, database: &Database) -> Process {
    Process::start_with(folder, &[("HUIKE_DATABASE", &database.address)])
}

/// A member's device that pushes until it is told to stop, wherever it is sent.
struct Author {
    device: Device,
    record: RecordRef,
    sent: Vec<PushedChange>,
    places: HashMap<huike_shared::document::ChangeHash, u64>,
}

impl Author {
    async fn at(account: &Account) -> Author {
        Author {
            device: account.device().await,
            record: customer(),
            sent: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Pushes for a while; false if the server went away.
    async fn work(&mut self, until: Instant) -> bool {
        while Instant::now() < until {
            let name = format!("name {}", self.sent.len());
            let change = self.device.name(self.record, &name);
            self.sent.push(change.clone());
            self.device.push(vec![change]).await;
            match self.device.socket.hear().await {
                Some(message) => self.note(message),
                None => return false,
            }
        }
        true
    }

    fn note(&mut self, message: ServerMessage) {
        if let ServerMessage::Answers { answers } = message {
            for answer in answers {
                if let Verdict::Accepted { position, .. } = answer.verdict {
                    let before = self.places.insert(answer.hash, position);
                    assert!(before.is_none_or(|it| it == position), "two places");
                }
            }
        }
    }

    /// Goes to another server and sends everything again that may not have arrived.
    async fn go_to(&mut self, address: &str) {
        self.device.account.address = address.to_owned();
        self.device.reconnect().await;
        for some in self.sent.chunks(200) {
            for answer in self.device.push_all(some.to_vec()).await {
                let place = position(&answer.verdict);
                let before = self.places.insert(answer.hash, place);
                assert!(
                    before.is_none_or(|it| it == place),
                    "acknowledged, then elsewhere"
                );
            }
        }
    }
}

#[tokio::test]
async fn s_09_whichever_server_is_killed_nothing_acknowledged_is_lost() {
    let rounds = std::env::var("HUIKE_KILL_ROUNDS")
        .ok()
        .and_then(|it| it.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let first = start(folder.path(), &database);
    let account = first_account(&first).await;
    let mut processes = vec![first];
    for _ in 0..2 {
        processes.push(start(folder.path(), &database));
    }
    let mut authors = Vec::new();
    for process in &processes {
        let account = Account {
            address: process.address.clone(),
            ..account.clone()
        };
        authors.push(Author::at(&account).await);
    }
    for round in 0..rounds.unwrap_or(KILL_ROUNDS) {
        let until = Instant::now() + Duration::from_millis(300);
        let wait = Duration::from_millis(rand::rng().random_range(20..200));
        let victim = round % 3;
        let dying = processes.remove(victim);
        let dead = dying.address.clone();
        let mut working = Vec::new();
        for mut author in authors.drain(..) {
            working.push(tokio::spawn(async move {
                let stayed = author.work(until).await;
                (author, stayed)
            }));
        }
        tokio::time::sleep(wait).await;
        dying.kill();
        for (number, work) in working.into_iter().enumerate() {
            let (mut author, stayed) = work.await.unwrap();
            let is_orphan = author.device.account.address == dead;
            assert!(stayed || is_orphan, "a server went away that nobody killed");
            // Who has no server goes to a living one; so do the others, in turn.
            author.go_to(&processes[(number + round) % 2].address).await;
            authors.push(author);
        }
        processes.insert(victim, start(folder.path(), &database));
    }
    let mut all: Vec<u64> = authors
        .iter()
        .flat_map(|it| it.places.values())
        .copied()
        .collect();
    all.sort_unstable();
    let sent: usize = authors.iter().map(|it| it.sent.len()).sum();
    assert_eq!(all, (1..=sent as u64).collect::<Vec<u64>>());
    for author in &mut authors {
        author.device.hear_up_to(sent as u64).await;
        let expected = format!("name {}", author.sent.len() - 1);
        let record = author.record;
        assert_eq!(author.device.text(record, "name"), expected);
    }
    for process in processes {
        process.kill();
    }
    let output = huike(folder.path(), &["check", "--database", &database.address]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok");
}

#[tokio::test]
async fn a_log_never_holds_the_password_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let variables = [
        ("HUIKE_DATABASE", &*database.address),
        ("HUIKE_LOG", "trace"),
    ];
    let process = Process::start_with(folder.path(), &variables);
    let account = first_account(&process).await;
    let mut device = account.device().await;
    let change = device.name(customer(), "云仓");
    position(&device.push_one(change).await);
    database.cut_connections().await;
    database.allow_connections(false).await;
    database.cut_connections().await;
    let status = account.get("/api/v1/me").await.status().as_u16();
    assert!(status >= 500, "{status}");
    process.kill();
    let output = huike(folder.path(), &["check", "--database", &database.address]);
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("not currently accepting connections"));
    for text in [told, log] {
        assert!(!text.contains(DATABASE_PASSWORD));
    }
}

#[tokio::test]
async fn a_database_that_went_away_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let process = start(folder.path(), &database);
    let account = first_account(&process).await;
    let mut device = account.device().await;
    let record = customer();
    let change = device.name(record, "before");
    assert_eq!(position(&device.push_one(change).await), 1);
    database.allow_connections(false).await;
    database.cut_connections().await;
    let change = device.name(record, "meanwhile");
    device.push(vec![change.clone()]).await;
    // It is refused for now, or the server says good-bye because it cannot ask for the session.
    loop {
        match device.socket.hear().await {
            Some(ServerMessage::Answers { answers }) => {
                assert_refused(&answers[0].verdict, &Refusal::Unavailable);
                break;
            }
            Some(_) => {}
            None => break,
        }
    }
    database.allow_connections(true).await;
    device.reconnect().await;
    assert_eq!(position(&device.push_one(change).await), 2);
    let again = Account::sign_in(&process.address, LOGIN, PASSWORD).await;
    assert_eq!(again.device().await.text(record, "name"), "meanwhile");
    process.kill();
}
