//! A company in memory: a server with the real gate, devices with real replicas, and a network that
//! fails. Time and randomness come from a seed.

#[allow(
    dead_code,
    reason = "only the tests of the protocol's rules play the server by hand"
)]
mod scripted;

mod server;

use std::collections::{BTreeMap, VecDeque};

use huike_shared::document::{ChangeHash, DELETED};
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::{Connection, Report, Request};
use huike_shared::note::NoteEngine;
use huike_shared::packed;
use huike_shared::record::RecordRef;
use huike_shared::row::Row;
use huike_shared::sync::message::{self, Answer, ClientMessage, ServerMessage, Welcome};
use huike_shared::sync::replica::{Effect, Event, Identity, Replica, Stored, Table, Write};
use huike_shared::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

pub use server::Server;

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

/// The disk of a device: what was committed, and nothing else, is there after a crash.
#[derive(Default, Clone)]
pub struct Disk(BTreeMap<(Table, Vec<u8>), Vec<u8>>);

impl Disk {
    pub fn commit(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Put { table, key, value } => {
                    self.0.insert((table, key), value);
                }
                Write::Delete { table, key } => {
                    self.0.remove(&(table, key));
                }
                Write::Clear { table } => self.0.retain(|it, _| it.0 != table),
            }
        }
    }

    fn table(&self, table: Table) -> Vec<(Vec<u8>, Vec<u8>)> {
        let all = self.0.iter().filter(|it| it.0.0 == table);
        all.map(|(key, value)| (key.1.clone(), value.clone()))
            .collect()
    }
}

/// A device: a disk, a replica while it runs, and a connection while there is one.
pub struct Device {
    pub member: RecordId,
    pub disk: Disk,
    pub replica: Option<Replica>,
    pub screen: BTreeMap<RecordRef, Row>,
    pub notes: BTreeMap<RecordId, (Vec<ChangeHash>, String)>,
    /// What the notes were before that: a screen may not have heard yet.
    pub older: BTreeMap<RecordId, (Vec<ChangeHash>, String)>,
    pub stored: Vec<RecordId>,
    pub status: huike_shared::local::Status,
    pub reports: Vec<Report>,
    pub reachable: bool,
    /// How wrong its clock is, in milliseconds.
    pub skew: i64,
    /// The browser remembers that the store was filled.
    pub had_data: bool,
    inbox: VecDeque<Event>,
    up: VecDeque<Vec<u8>>,
    down: VecDeque<Vec<u8>>,
    connected: bool,
    streamed: Option<u64>,
    wants_connection: bool,
}

/// The company.
pub struct Company {
    pub server: Server,
    pub devices: Vec<Device>,
    pub entropy: Seeded,
    pub now: Timestamp,
    /// The word that an intent puts somewhere, if it is like no other.
    pub texts: BTreeMap<RecordId, String>,
    /// Words made so far.
    pub words: usize,
}

impl Company {
    pub fn new(seed: u64, devices: usize) -> Self {
        let mut entropy = Seeded::new(seed);
        let now = Timestamp::from_millis(1_763_700_000_000);
        let members: Vec<RecordId> = (0..devices).map(|_| entropy.record_id(now)).collect();
        let server = Server::new(&members);
        let devices = members.iter().map(|it| Device::new(*it)).collect();
        let mut company = Company {
            server,
            devices,
            entropy,
            now,
            texts: BTreeMap::new(),
            words: 0,
        };
        for index in 0..company.devices.len() {
            company.start(index);
        }
        company
    }

    /// Opens the replica of a device on its disk.
    pub fn start(&mut self, index: usize) {
        let device = &mut self.devices[index];
        device.disconnect();
        device.inbox.clear();
        device.screen.clear();
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
        let identity = Identity {
            member: device.member,
            term: 1,
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
        self.turn(index, usize::MAX, false);
    }

    /// The process dies: what was not committed is gone.
    pub fn crash(&mut self, index: usize) {
        self.devices[index].replica = None;
        self.devices[index].disconnect();
        self.devices[index].inbox.clear();
    }

    /// The browser throws the store away. What waited there would be gone, so it must be empty of that.
    pub fn evict(&mut self, index: usize) {
        let disk = &self.devices[index].disk;
        let waits = [Table::Outbox, Table::Tray].map(|it| disk.table(it).len());
        if waits == [0, 0] {
            self.crash(index);
            self.devices[index].disk = Disk::default();
            self.devices[index].had_data = true;
            self.start(index);
        }
    }

    pub fn request(&mut self, index: usize, request: Request) {
        if self.devices[index].replica.is_some() {
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
        let Some(replica) = device.replica.as_mut() else {
            return;
        };
        let count = device.inbox.len().min(most);
        let events: Vec<Event> = device.inbox.drain(..count).collect();
        let now = Timestamp::from_millis(self.now.millis() + device.skew);
        let step = replica.handle(now, &mut self.entropy, events);
        if dies {
            device.disk.commit(step.writes);
            self.crash(index);
            self.start(index);
            return;
        }
        device.perform(step.writes, step.effects);
    }

    /// Moves one thing on one connection.
    pub fn network(&mut self, index: usize) {
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
        if let Some(frame) = device.up.pop_front() {
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
        for index in 0..self.devices.len() {
            if self.devices[index].replica.is_none() {
                self.start(index);
            }
            self.devices[index].reachable = true;
        }
        for _ in 0..20_000 {
            let mut busy = false;
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
            if !busy {
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

    /// Every screen, every disk and the server show the same.
    pub fn check_equal(&mut self) {
        let expected = self.server.rows();
        for index in 0..self.devices.len() {
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

impl Device {
    fn new(member: RecordId) -> Self {
        Device {
            member,
            disk: Disk::default(),
            replica: None,
            screen: BTreeMap::new(),
            notes: BTreeMap::new(),
            older: BTreeMap::new(),
            stored: Vec::new(),
            status: huike_shared::local::Status::default(),
            reports: Vec::new(),
            reachable: true,
            skew: 0,
            had_data: false,
            inbox: VecDeque::new(),
            up: VecDeque::new(),
            down: VecDeque::new(),
            connected: false,
            streamed: None,
            wants_connection: false,
        }
    }

    fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.millis() + self.skew)
    }

    /// The network fails: frames on their way are lost.
    pub fn disconnect(&mut self) {
        let was = self.connected;
        self.connected = false;
        self.streamed = None;
        self.up.clear();
        self.down.clear();
        self.inbox.retain(|it| {
            !matches!(
                it,
                Event::Received(_) | Event::Connected | Event::Fetched(_)
            )
        });
        if was {
            self.inbox.push_back(Event::Disconnected);
        }
        self.wants_connection = true;
    }

    fn perform(&mut self, writes: Vec<Write>, effects: Vec<Effect>) {
        self.disk.commit(writes);
        for effect in effects {
            match effect {
                Effect::Report { report, .. } => self.report(report),
                Effect::Connect => self.wants_connection = !self.connected,
                Effect::Send(message) => {
                    if self.connected {
                        self.up.push_back(message::encode(&message));
                    }
                }
                Effect::Fetch { after } => self.up.push_back(fetch_frame(after)),
                Effect::Close => self.disconnect(),
                Effect::Wake { .. } => self.inbox.push_back(Event::Woke),
                Effect::LoadNotes => self
                    .inbox
                    .push_back(Event::NotesReady(NoteEngine::automerge())),
            }
        }
    }

    fn report(&mut self, report: Report) {
        match &report {
            Report::Rows { batch } => {
                for row in packed::unpack(batch).expect("a replica packs good rows") {
                    self.screen.insert(row.record_ref(), row);
                }
            }
            Report::Stored { intent } => self.stored.push(*intent),
            Report::Status(status) => self.status = status.clone(),
            Report::Opened(opened) => self.status = opened.status.clone(),
            Report::Note {
                owner,
                field,
                heads,
                text,
                ..
            } => {
                let id = huike_shared::note::note_ref(*owner, field).id;
                let told = (heads.clone(), text.to_string());
                if let Some(before) = self.notes.insert(id, told.clone())
                    && before != told
                {
                    self.older.insert(id, before);
                }
            }
            _ => {}
        }
        self.reports.push(report);
    }

    fn serve(&mut self, server: &mut Server, message: ClientMessage) {
        match message {
            ClientMessage::Hello(hello) => {
                for actor in &hello.actors {
                    server.actors.entry(*actor).or_insert(self.member);
                }
                let behind = server.head().saturating_sub(hello.cursor) > server.catch_up_max;
                let fetch = hello.log != Some(server.log_id) && server.head() > 0 || behind;
                self.streamed = (!fetch).then_some(hello.cursor);
                self.say(&ServerMessage::Welcome(Welcome {
                    protocol: 1,
                    log: server.log_id,
                    head: server.head(),
                    fetch,
                    now: server.now,
                    member: self.member,
                    members: server.members.clone(),
                }));
            }
            ClientMessage::Register { actors } => {
                for actor in actors {
                    server.actors.entry(actor).or_insert(self.member);
                }
            }
            ClientMessage::Push { changes } => {
                for change in changes {
                    self.stream(server);
                    let before = server.head();
                    let verdict = server.ingest(self.member, &change);
                    if server.head() > before {
                        self.streamed = Some(server.head());
                    }
                    let answers = vec![Answer {
                        record: change.record,
                        hash: change.hash,
                        verdict,
                    }];
                    self.say(&ServerMessage::Answers { answers });
                }
            }
            ClientMessage::Presence {
                record: Some(record),
            } if record.kind.0 == FETCH => {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(&record.id.0[..8]);
                let page = server.states(u64::from_be_bytes(bytes), server.page_max);
                let page = message::decode_unlimited(&message::encode(&page));
                self.inbox
                    .push_back(Event::Fetched(Ok(page.expect("a page reads back"))));
            }
            ClientMessage::Presence { .. } | ClientMessage::Ping => {}
        }
    }

    /// Sends what others have done since.
    fn stream(&mut self, server: &Server) {
        let Some(from) = self.streamed else { return };
        if from < server.head() {
            let from = usize::try_from(from).expect("logs are short here");
            let entries = server.log[from..].to_vec();
            self.streamed = Some(server.head());
            self.say(&ServerMessage::Changes {
                to: server.head(),
                entries,
            });
        }
    }

    fn say(&mut self, message: &ServerMessage) {
        self.down.push_back(message::encode(message));
    }
}

/// Fetches travel in the same queue here, dressed as a presence of this kind.
const FETCH: u8 = 255;

fn fetch_frame(after: u64) -> Vec<u8> {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&after.to_be_bytes());
    let record = RecordRef {
        kind: huike_shared::record::Kind(FETCH),
        id: RecordId(id),
    };
    message::encode(&ClientMessage::Presence {
        record: Some(record),
    })
}

/// The register that says a record was deleted.
pub fn deleted() -> Box<str> {
    DELETED.into()
}
