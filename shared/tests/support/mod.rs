//! A company in memory: a server with the real gate, devices with real replicas, and a network that
//! fails. Time and randomness come from a seed.

#[allow(
    dead_code,
    reason = "only the tests of the protocol's rules play the server by hand"
)]
mod scripted;

mod device;
#[allow(dead_code, reason = "only the convergence test has faulty disks")]
mod disks;
#[allow(dead_code, reason = "only the convergence test keeps time")]
pub mod heal;
#[allow(dead_code, reason = "only the convergence test keeps time")]
mod line;
#[allow(dead_code, reason = "only the convergence test looks for repetitions")]
mod oracle;
mod server;
#[allow(dead_code, reason = "only the convergence test counts faults")]
pub mod tally;

use std::collections::{BTreeMap, VecDeque};

use huike_shared::document::DELETED;
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::{Connection, Request};
use huike_shared::packed;
use huike_shared::record::RecordRef;
use huike_shared::row::Row;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message;
use huike_shared::sync::replica::{Event, Identity, Replica, Stored, Table};
use huike_shared::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use device::{Device, Disk, TAB};
pub use server::Server;
use tally::Tally;

/// Randomness from a seed.
pub struct Seeded(pub StdRng);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Seeded(StdRng::seed_from_u64(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// The company.
pub struct Company {
    pub server: Server,
    pub devices: Vec<Device>,
    pub entropy: Seeded,
    pub now: Timestamp,
    /// The word that an intent puts somewhere, if it is like no other.
    pub texts: BTreeMap<RecordId, String>,
    /// What an intent was about.
    pub about: BTreeMap<RecordId, RecordRef>,
    /// Words made so far.
    pub words: usize,
    /// The server as it was when it was last copied.
    backup: Option<Server>,
    /// Steps that replicas made.
    pub steps: u64,
    pub was_put_back: bool,
    pub tally: Tally,
    /// Connections so far.
    lines: u64,
    is_timed: bool,
}

impl Company {
    pub fn new(seed: u64, devices: usize) -> Self {
        let mut entropy = Seeded::new(seed);
        let now = Timestamp::from_millis(1_763_700_000_000);
        let members: Vec<RecordId> = (0..devices).map(|_| entropy.record_id(now)).collect();
        let server = Server::new(&members);
        let devices = (0_u64..)
            .zip(&members)
            .map(|(number, it)| Device::new(*it, seed << 8 | number))
            .collect();
        let mut company = Company {
            server,
            devices,
            entropy,
            now,
            texts: BTreeMap::new(),
            about: BTreeMap::new(),
            words: 0,
            backup: None,
            steps: 0,
            was_put_back: false,
            tally: Tally::default(),
            lines: 0,
            is_timed: false,
        };
        for index in 0..company.devices.len() {
            company.start(index);
        }
        company
    }

    /// From now on everything takes its time.
    pub fn keep_time(&mut self) {
        self.is_timed = true;
        self.server.now = self.now;
        for device in &mut self.devices {
            device.disconnect();
            device.line.is_timed = true;
            device.line.now = self.now;
        }
    }

    /// Opens the replica of a device on its disk.
    pub fn start(&mut self, index: usize) {
        let device = &mut self.devices[index];
        device.disconnect();
        device.inbox.clear();
        device.line.forget();
        device.writing = None;
        device.screen.clear();
        device.has_tab = false;
        device.notes.clear();
        device.older.clear();
        let disk = &device.disk;
        let stored = Stored {
            meta: disk.table(Table::Meta),
            rows: disk.table(Table::Rows),
            log: disk.table(Table::Log),
            outbox: disk.table(Table::Outbox),
            tray: disk.table(Table::Tray),
        };
        let states = disk.table(Table::States);
        device.term = device.disk.take_term();
        let identity = Identity {
            member: device.member,
            term: device.term,
            had_data: device.had_data,
        };
        let now = device.clock(self.now);
        let (replica, step) = Replica::open(stored, identity, now, &mut self.entropy);
        device.replica = Some(replica);
        device.perform(step.writes, step.effects);
        device.inbox.push_back(Event::Request {
            screen: 1,
            request: Request::Open { first: vec![] },
        });
        device.inbox.push_back(Event::Loaded { states });
        if self.is_timed {
            self.repeat_intents(index);
        }
        self.turn(index, usize::MAX, false);
    }

    /// The process dies: what was not committed is gone.
    pub fn crash(&mut self, index: usize) {
        self.devices[index].replica = None;
        self.devices[index].disconnect();
        self.devices[index].inbox.clear();
        self.devices[index].line.forget();
        self.devices[index].writing = None;
    }

    /// The process dies before what it was doing is on the disk.
    pub fn lose_step(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let Some(replica) = device.replica.as_mut() else {
            return;
        };
        if device.writing.is_none() {
            let events: Vec<Event> = device.inbox.drain(..).collect();
            let now = Timestamp::from_millis(self.now.millis() + device.skew);
            replica.handle(now, &mut self.entropy, events);
        }
        self.tally.count(tally::CRASHED_BEFORE_COMMIT);
        self.crash(index);
        self.start(index);
    }

    /// The server's program ends and begins again: every connection is gone.
    pub fn restart_server(&mut self) {
        self.server.waiting.clear();
        for device in &mut self.devices {
            device.disconnect();
            device.line.late.clear();
        }
    }

    /// The network says something a second time, either way.
    pub fn repeat(&mut self, index: usize) {
        let device = &mut self.devices[index];
        for frames in [&mut device.up, &mut device.down] {
            if let Some(again) = frames.front().cloned() {
                self.tally.count(tally::SAID_TWICE);
                frames.push_front(again);
            }
        }
    }

    /// A backup is made.
    pub fn back_up(&mut self) {
        self.backup = Some(self.server.clone());
    }

    /// The last backup is put back. What devices had been told of, and lost by an eviction since, is lost.
    pub fn put_back(&mut self) {
        let Some(backup) = &self.backup else { return };
        self.tally.count(tally::BACKUP_PUT_BACK);
        let erased = std::mem::take(&mut self.server.erased);
        self.server = Server {
            log_id: self.entropy.record_id(self.now),
            now: self.server.now,
            snapshot: None,
            is_slow: false,
            is_full: false,
            waiting: VecDeque::new(),
            stalled: BTreeMap::new(),
            refused: std::mem::take(&mut self.server.refused),
            ..backup.clone()
        };
        // Before anybody is served, what was erased since is erased again.
        for record in erased {
            if !self.server.erased.contains(&record) {
                self.server.erase(record);
            }
        }
        self.was_put_back = true;
        for device in &self.devices {
            for intent in &device.stored[..device.evicted] {
                if self
                    .texts
                    .get(intent)
                    .is_some_and(|it| !self.server.holds(it))
                {
                    self.texts.remove(intent);
                }
            }
        }
        self.restart_server();
    }

    /// Another tab opens; its screen must show what the first one shows.
    pub fn open_tab(&mut self, index: usize) {
        if self.devices[index].replica.is_some() {
            self.devices[index].tab.clear();
            self.devices[index].inbox.push_back(Event::Request {
                screen: TAB,
                request: Request::Open { first: vec![] },
            });
            self.devices[index].has_tab = true;
            self.turn(index, usize::MAX, false);
        }
    }

    /// The browser throws the store away. What waited there would be gone, so it must be empty of that.
    pub fn evict(&mut self, index: usize) {
        let disk = &self.devices[index].disk;
        let waits = [Table::Outbox, Table::Tray].map(|it| disk.table(it).len());
        let device = &self.devices[index];
        let is_asking = device.writing.is_some() || !device.unanswered.is_empty();
        // After a restore the only copy of what was acknowledged may be here.
        let mut stored = device.stored.iter().filter_map(|it| self.texts.get(it));
        let is_only_copy = self.is_timed && !stored.all(|it| self.server.holds(it));
        if waits == [0, 0] && !is_asking && !is_only_copy {
            self.tally.count(tally::EVICTED);
            self.crash(index);
            self.devices[index].disk = Disk::default();
            self.devices[index].evicted = self.devices[index].stored.len();
            self.devices[index].had_data = true;
            self.start(index);
        }
    }

    pub fn request(&mut self, index: usize, request: Request) {
        if self.devices[index].replica.is_some() {
            self.remember_intent(index, &request);
            self.devices[index]
                .inbox
                .push_back(Event::Request { screen: 1, request });
            self.turn(index, usize::MAX, false);
        }
    }

    /// Hands up to `most` waiting events to a replica. With `dies`, it dies after the commit and before
    /// any effect.
    pub fn turn(&mut self, index: usize, most: usize, dies: bool) {
        self.now = Timestamp::from_millis(self.now.millis() + 7);
        let device = &mut self.devices[index];
        if device.writing.is_some() {
            // Nothing is handled before the disk has the step before.
            return;
        }
        device.ring();
        let Some(replica) = device.replica.as_mut() else {
            return;
        };
        let count = device.inbox.len().min(most);
        let events: Vec<Event> = device.inbox.drain(..count).collect();
        let now = Timestamp::from_millis(self.now.millis() + device.skew);
        let step = replica.handle(now, &mut self.entropy, events);
        self.steps += 1;
        if dies {
            self.tally.count(tally::CRASHED_AFTER_COMMIT);
            device.disk.commit(device.term, step.writes);
            self.crash(index);
            self.start(index);
            return;
        }
        device.perform(step.writes, step.effects);
    }

    /// Moves one thing on one connection.
    pub fn network(&mut self, index: usize) {
        if self.is_timed {
            return self.network_over_time(index);
        }
        self.server.now = Timestamp::from_millis(self.server.now.millis() + 3);
        let server = &mut self.server;
        let device = &mut self.devices[index];
        if device.replica.is_none() {
            return;
        }
        if device.wants_connection && device.reachable && !device.connected {
            device.connected = true;
            device.wants_connection = false;
            device.inbox.push_back(Event::Connected);
            return;
        }
        if !device.is_mute
            && let Some(frame) = device.up.pop_front()
        {
            let message = message::decode(&frame).expect("a replica writes good frames");
            device.serve(server, message);
        }
        if let Some(frame) = device.down.pop_front() {
            let message = message::decode(&frame).expect("a server writes good frames");
            device.inbox.push_back(Event::Received(message));
        }
        device.stream(server);
    }

    /// Heals everything and runs until nothing moves.
    pub fn settle(&mut self) {
        if self.is_timed {
            return self.settle_over_time();
        }
        for index in 0..self.devices.len() {
            if self.devices[index].replica.is_none() {
                self.start(index);
            }
            self.devices[index].reachable = true;
            self.devices[index].is_mute = false;
        }
        for _ in 0..20_000 {
            let mut busy = false;
            let head = self.server.head();
            for index in 0..self.devices.len() {
                if !self.devices[index].connected {
                    self.request(index, Request::SyncNow);
                    self.devices[index].wants_connection = true;
                }
                self.network(index);
                self.turn(index, usize::MAX, false);
                let device = &self.devices[index];
                busy |= device.status.connection != Connection::Online
                    || device.status.waiting > 0
                    || !device.up.is_empty()
                    || !device.down.is_empty()
                    || device.streamed != Some(self.server.head())
                    || device
                        .inbox
                        .iter()
                        .any(|it| matches!(it, Event::NotesReady(_)));
            }
            if !busy && head == self.server.head() {
                return;
            }
        }
        let stuck: Vec<_> = self
            .devices
            .iter()
            .map(|it| (&it.status, it.up.len(), it.down.len()))
            .collect();
        panic!("the company does not come to rest: {stuck:?}");
    }

    /// What was said of erased records is nowhere: no bytes of it on any disk. Nobody misses it.
    pub fn forget_erased(&mut self) {
        let erased = &self.server.erased;
        let is_erased =
            |intent: &RecordId| self.about.get(intent).is_some_and(|it| erased.contains(it));
        let (gone, texts): (BTreeMap<_, _>, _) = std::mem::take(&mut self.texts)
            .into_iter()
            .partition(|it| is_erased(&it.0));
        self.texts = texts;
        // People write into the middle of each other's words: what is left of one, now or in a chunk that is not
        // written again yet, may read like another that was erased elsewhere.
        let mut rows: Vec<Row> = self.server.rows().into_values().collect();
        for device in &self.devices {
            let chunks = device.disk.table(Table::Rows).into_iter();
            rows.extend(chunks.flat_map(|it| packed::unpack(&it.1).expect("good rows")));
        }
        rows.retain(|it| !erased.contains(&it.record_ref()));
        let values = rows.iter().flat_map(|it| &it.values);
        let left: Vec<&str> = values.filter_map(Scalar::as_text).collect();
        let is_left = |word: &str| {
            let mut texts = left.iter().map(|it| it.as_bytes());
            texts.any(|it| server::holds_word(it, word))
        };
        for text in gone.values().filter(|it| !is_left(it)) {
            assert!(
                !self.server.holds_word(text),
                "the server still holds {text}"
            );
            for device in &self.devices {
                let tables = device.disk.tables_with(text);
                assert!(
                    tables.is_empty(),
                    "a device still holds {text} in {tables:?}"
                );
            }
        }
    }

    /// Every screen, every disk and the server show the same.
    pub fn check_equal(&mut self) {
        let expected = self.server.rows();
        for index in 0..self.devices.len() {
            if self.devices[index].has_tab {
                let seen = self.devices[index].tab.clone();
                compare(&seen, &expected, &format!("tab of device {index}"));
            }
            let seen = self.devices[index].screen.clone();
            compare(&seen, &expected, &format!("screen of device {index}"));
            self.crash(index);
            self.start(index);
            // What opens notes comes after the first turn.
            self.turn(index, usize::MAX, false);
            let reopened = self.devices[index].screen.clone();
            compare(&reopened, &expected, &format!("disk of device {index}"));
        }
    }

    pub fn pick(&mut self, below: usize) -> usize {
        self.entropy.0.random_range(0..below)
    }
}

fn compare(seen: &BTreeMap<RecordRef, Row>, expected: &BTreeMap<RecordRef, Row>, whose: &str) {
    let keys = |it: &BTreeMap<RecordRef, Row>| it.keys().copied().collect::<Vec<_>>();
    assert_eq!(keys(seen), keys(expected), "{whose}");
    for (record, row) in expected {
        assert_eq!(seen.get(record), Some(row), "{whose}");
    }
}

/// The register that says a record was deleted.
pub fn deleted() -> Box<str> {
    DELETED.into()
}
