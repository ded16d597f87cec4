//! A device that pushes, remembers what it was promised, and holds the server to it.

use crate::sync::device::*;
use huike_server::consistency;
use huike_server::store::sqlite::SqliteStore;
use huike_server::store::{Changes as _, People as _, Upkeep as _};
use huike_shared::document::ChangeHash;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{ClientMessage, PushedChange, ServerMessage, Verdict};
use std::collections::HashMap;
use std::path::Path;

/// Changes in one push.
const PUSH: usize = 3;
/// Records that are written in turn.
const RECORDS: usize = 4;
/// Changes pushed again in one frame.
const AGAIN: usize = 200;

/// A device, what it has sent, and the positions it was promised.
pub struct Author {
    pub device: Device,
    records: Vec<RecordRef>,
    /// Everything that was made, in order.
    sent: Vec<PushedChange>,
    /// From here on it is not known everywhere.
    settled: usize,
    promised: HashMap<ChangeHash, u64>,
    number: usize,
    /// Pushed on this connection, and not answered.
    unanswered: usize,
}

impl Author {
    pub async fn of(account: &Account) -> Author {
        Author::with(account.device().await)
    }

    fn with(device: Device) -> Author {
        Author {
            device,
            records: (0..RECORDS).map(|_| customer()).collect(),
            sent: Vec::new(),
            settled: 0,
            promised: HashMap::new(),
            number: 0,
            unanswered: 0,
        }
    }

    /// With a server that may fail.
    pub async fn try_of(account: &Account) -> Option<Author> {
        let socket = account.socket(Some(&account.address)).await.ok()?;
        let device = Device::on(account, socket);
        let mut author = Author::with(device);
        author.try_to_greet().await.then_some(author)
    }

    /// Connects anew; false if the server cannot be spoken to.
    pub async fn try_connect(&mut self) -> bool {
        self.unanswered = 0;
        let account = &self.device.account;
        let Ok(socket) = account.socket(Some(&account.address)).await else {
            return false;
        };
        self.device.socket = socket;
        self.try_to_greet().await
    }

    async fn try_to_greet(&mut self) -> bool {
        let device = &mut self.device;
        let hello = ClientMessage::Hello(device.hello());
        device.socket.say(&hello).await;
        let Some(ServerMessage::Welcome(welcome)) = device.socket.hear().await else {
            return false;
        };
        device.log = Some(welcome.log);
        while device.cursor < welcome.head {
            let Some(message) = device.socket.hear().await else {
                return false;
            };
            device.take(message);
        }
        true
    }

    pub fn promised(&self) -> usize {
        self.promised.len()
    }

    /// Pushes a few changes; does not wait.
    pub async fn push(&mut self) {
        self.push_many(PUSH).await;
    }

    /// Pushes so many; does not wait.
    pub async fn push_many(&mut self, count: usize) {
        let mut some = Vec::with_capacity(count);
        for _ in 0..count {
            self.number += 1;
            let record = self.records[self.number % RECORDS];
            let name = format!("value {}.", self.number);
            some.push(self.device.name(record, &name));
        }
        self.sent.extend(some.clone());
        self.unanswered += some.len();
        self.device.push(some).await;
    }

    /// Hears until everything that was pushed has an answer, or the server is gone. Answers whether it is.
    pub async fn hear_answers(&mut self) -> bool {
        while self.unanswered > 0 {
            match self.device.socket.hear().await {
                Some(message) => {
                    self.note(message);
                }
                None => return true,
            }
        }
        false
    }

    /// Whether something that was sent has no place yet.
    pub fn is_refused(&self) -> bool {
        self.promised.len() < self.sent.len()
    }

    /// The last position that was promised.
    pub fn last_position(&self) -> u64 {
        self.promised.values().copied().max().unwrap_or(0)
    }

    /// Hears whatever was still said.
    pub async fn drain(&mut self) {
        while let Some(message) = self.device.socket.hear().await {
            self.note(message);
        }
    }

    /// A promise is kept in mind; a refusal must be one for now.
    #[track_caller]
    fn note(&mut self, message: ServerMessage) {
        let answers = self.device.take(message);
        self.unanswered = self.unanswered.saturating_sub(answers.len());
        for answer in &answers {
            match &answer.verdict {
                Verdict::Accepted { position, .. } => {
                    let before = self.promised.insert(answer.hash, *position);
                    assert!(before.is_none_or(|it| it == *position), "two places");
                }
                Verdict::Refused(refusal) => assert_eq!(*refusal, Refusal::Unavailable),
            }
        }
    }

    /// Goes to the server at an address and pushes again what may not have arrived: each promise is kept, and
    /// everything has one place.
    pub async fn settle(&mut self, address: &str) {
        self.device.account.address = address.to_owned();
        self.device.reconnect().await;
        self.unanswered = 0;
        self.push_again().await;
    }

    /// Like [`Author::settle`], as soon as the server can again.
    pub async fn settle_soon(&mut self, address: &str) {
        while !self.try_connect().await {
            tokio::task::yield_now().await;
        }
        self.settle(address).await;
    }

    /// What was promised is in a copy of the files, at its place.
    pub async fn check_promises_in(&self, data: &Path) {
        let store = SqliteStore::open(&data.join("huike.sqlite")).await.unwrap();
        let workspace = store.workspaces().await.unwrap().remove(0).id;
        for change in &self.sent {
            let Some(promised) = self.promised.get(&change.hash) else {
                continue;
            };
            let found = store.change_of(workspace, change.record, change.hash).await;
            assert_eq!(found.unwrap().map(|it| it.0), Some(*promised));
        }
        store.close().await;
    }

    /// Pushes again what may not have arrived.
    pub async fn push_again(&mut self) {
        let open = self.sent[self.settled..].to_vec();
        for some in open.chunks(AGAIN) {
            for answer in self.device.push_all(some.to_vec()).await {
                let place = position(&answer.verdict);
                let before = self.promised.insert(answer.hash, place);
                assert!(
                    before.is_none_or(|it| it == place),
                    "acknowledged, then elsewhere"
                );
            }
        }
        self.settled = self.sent.len();
    }

    /// Everything that was ever sent has a place of its own, without gaps, and a new device sees the last values.
    pub async fn check_all(&self) {
        let mut places: Vec<u64> = self.promised.values().copied().collect();
        places.sort_unstable();
        let first = places.first().copied().unwrap_or(1);
        let expected: Vec<u64> = (first..first + self.sent.len() as u64).collect();
        assert_eq!(places, expected, "a change has no place, or two have one");
        let mut fresh = self.device.account.device().await;
        for (number, record) in self.records.iter().enumerate() {
            let last = (1..=self.number).rev().find(|it| it % RECORDS == number);
            if let Some(last) = last {
                assert_eq!(fresh.text(*record, "name"), format!("value {last}."));
            }
        }
    }
}

/// The database of a server that does not run is whole; with `deep`, everything in it follows from the log.
pub async fn check_file(data: &Path, deep: bool) {
    let store = SqliteStore::open(&data.join("huike.sqlite")).await.unwrap();
    assert_eq!(store.damages().await.unwrap(), Vec::<String>::new());
    if deep {
        let faults = consistency::faults(&store).await.unwrap();
        assert_eq!(faults, Vec::<String>::new());
    }
    store.close().await;
}
