//! A device of the company: a disk, a replica while it runs, a connection while there is one, and what its
//! screens show.

use std::collections::{BTreeMap, VecDeque};

use huike_shared::document::ChangeHash;
use huike_shared::id::RecordId;
use huike_shared::local::{Report, Request};
use huike_shared::note::NoteEngine;
use huike_shared::packed;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::row::Row;
use huike_shared::sync::message::{
    self, Answer, ClientMessage, Entry, PROTOCOL, PROTOCOL_EPOCHS, PROTOCOL_FIRST, PushedChange,
    ServerMessage, Welcome, agreed,
};
use huike_shared::sync::replica::{Effect, Event, FetchError, Replica, Step, Table, Write};
use huike_shared::time::Timestamp;

use super::line::{Fetch, Line};
use super::server::{Server, Submission};

/// The disk of a device: what was committed, and nothing else, is there after a crash.
#[derive(Default, Clone)]
pub struct Disk {
    values: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
    /// Of the last leader; an older one writes nothing.
    term: u64,
}

impl Disk {
    /// Whether it was written.
    pub fn commit(&mut self, term: u64, writes: Vec<Write>) -> bool {
        if term < self.term {
            return false;
        }
        for write in writes {
            match write {
                Write::Put { table, key, value } => {
                    self.values.insert((table, key), value);
                }
                Write::Delete { table, key } => {
                    self.values.remove(&(table, key));
                }
                Write::DeleteBelow { table, key } => {
                    self.values.retain(|it, _| it.0 != table || it.1 >= key);
                }
                Write::Clear { table } => self.values.retain(|it, _| it.0 != table),
            }
        }
        true
    }

    pub(super) fn take_term(&mut self) -> u64 {
        self.term += 1;
        self.term
    }

    /// Whether a word is in any value.
    #[allow(dead_code, reason = "only the tests of erasing ask")]
    pub fn holds_word(&self, word: &str) -> bool {
        !self.tables_with(word).is_empty()
    }

    /// Where a word is in any value.
    pub fn tables_with(&self, word: &str) -> Vec<Table> {
        let held = self.values.iter();
        held.filter(|it| super::server::holds_word(it.1, word))
            .map(|it| it.0.0)
            .collect()
    }

    pub(super) fn table(&self, table: Table) -> Vec<(Vec<u8>, Vec<u8>)> {
        let all = self.values.iter().filter(|it| it.0.0 == table);
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
    /// What a second tab shows, while there is one.
    pub tab: BTreeMap<RecordRef, Row>,
    pub has_tab: bool,
    pub notes: BTreeMap<RecordId, (Vec<ChangeHash>, String)>,
    /// What the notes were before that: a screen may not have heard yet.
    pub older: BTreeMap<RecordId, (Vec<ChangeHash>, String)>,
    pub stored: Vec<RecordId>,
    /// So many of them were stored when the browser last threw the store away.
    pub evicted: usize,
    pub status: huike_shared::local::Status,
    pub reports: Vec<Report>,
    pub reachable: bool,
    /// What it says does not get through for now; what it hears does.
    pub is_mute: bool,
    /// How wrong its clock is, in milliseconds.
    pub skew: i64,
    /// The browser remembers that the store was filled.
    pub had_data: bool,
    pub(super) inbox: VecDeque<Event>,
    pub(super) up: VecDeque<Vec<u8>>,
    pub(super) down: VecDeque<Vec<u8>>,
    pub(super) connected: bool,
    pub(super) streamed: Option<u64>,
    pub(super) wants_connection: bool,
    /// The server listens: it has greeted the connection and not closed it.
    pub(super) is_served: bool,
    /// The connection has begun with a greeting.
    pub(super) has_greeted: bool,
    /// What its program speaks.
    pub protocol: u8,
    pub line: Line,
    /// As which leader its program writes.
    pub(super) term: u64,
    /// A step that its disk has not finished.
    pub(super) writing: Option<Step>,
    /// What screens have no answer to, in order.
    pub(super) unanswered: BTreeMap<(usize, RecordId), Request>,
}

impl Device {
    pub(super) fn new(member: RecordId, seed: u64) -> Self {
        Device {
            member,
            disk: Disk::default(),
            replica: None,
            screen: BTreeMap::new(),
            tab: BTreeMap::new(),
            has_tab: false,
            notes: BTreeMap::new(),
            older: BTreeMap::new(),
            stored: Vec::new(),
            evicted: 0,
            status: huike_shared::local::Status::default(),
            reports: Vec::new(),
            reachable: true,
            is_mute: false,
            skew: 0,
            had_data: false,
            inbox: VecDeque::new(),
            up: VecDeque::new(),
            down: VecDeque::new(),
            connected: false,
            streamed: None,
            wants_connection: false,
            is_served: false,
            has_greeted: false,
            protocol: PROTOCOL,
            line: Line::new(seed),
            term: 0,
            writing: None,
            unanswered: BTreeMap::new(),
        }
    }

    pub(super) fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.millis() + self.skew)
    }

    /// Whether it believes in a connection.
    pub fn connected(&self) -> bool {
        self.connected
    }

    /// The network fails: frames on their way are lost.
    pub fn disconnect(&mut self) {
        if self.line.is_timed {
            return self.break_line();
        }
        self.is_served = false;
        let was = self.connected;
        self.connected = false;
        self.streamed = None;
        self.up.clear();
        self.down.clear();
        self.inbox.retain(|it| {
            !matches!(
                it,
                Event::Received(_)
                    | Event::Connected
                    | Event::Fetched(_)
                    | Event::Snapshot(_)
                    | Event::Part { .. }
            )
        });
        if was {
            self.inbox.push_back(Event::Disconnected);
        }
        self.wants_connection = true;
    }

    pub(super) fn perform(&mut self, writes: Vec<Write>, effects: Vec<Effect>) {
        assert!(self.disk.commit(self.term, writes), "it leads");
        for effect in effects {
            match effect {
                Effect::Report { screen, report } => {
                    if self.has_tab && screen.is_none_or(|it| it == TAB) {
                        show(&mut self.tab, &report);
                    }
                    if screen != Some(TAB) {
                        self.report(report);
                    }
                }
                Effect::Connect if self.line.is_timed => {
                    if !self.connected {
                        self.line.hurry();
                    }
                }
                Effect::Connect => self.wants_connection = !self.connected,
                Effect::Send(mut message) => {
                    if let ClientMessage::Hello(hello) = &mut message {
                        hello.protocol = self.protocol;
                        // Its answer says what is to be fetched; an older page would come between.
                        self.line.fetches.clear();
                        self.line.pages.clear();
                    }
                    if self.connected {
                        let frame = message::encode_client(self.protocol, &message);
                        self.up.push_back(frame);
                    }
                }
                Effect::Fetch { after } if self.line.is_timed => {
                    self.line.fetches.push_back(Fetch::States(after));
                }
                Effect::FetchSnapshot if self.line.is_timed => {
                    self.line.fetches.push_back(Fetch::Snapshot);
                }
                Effect::FetchPart { position, number } if self.line.is_timed => {
                    self.line.fetches.push_back(Fetch::Part(position, number));
                }
                Effect::Fetch { after } => self.up.push_back(fetch_frame(FETCH, after, 0)),
                Effect::FetchSnapshot => self.up.push_back(fetch_frame(FETCH_SNAPSHOT, 0, 0)),
                Effect::FetchPart { position, number } => {
                    self.up.push_back(fetch_frame(FETCH_PART, position, number));
                }
                Effect::Close if self.line.is_timed => self.close_line(),
                Effect::Close => self.disconnect(),
                Effect::Wake { after_ms } if self.line.is_timed => {
                    let at = self.line.later(i64::from(after_ms));
                    self.line.wakes.push(at);
                }
                Effect::Wake { .. } => self.inbox.push_back(Event::Woke),
                Effect::ReadKept => {
                    let changes = self.disk.table(Table::Kept);
                    self.inbox.push_back(Event::Kept { changes });
                }
                // Nothing follows from the answer, so the simulation does without.
                Effect::Ask { .. } => {}
                Effect::LoadNotes => self
                    .inbox
                    .push_back(Event::NotesReady(NoteEngine::automerge())),
            }
        }
    }

    pub(super) fn report(&mut self, report: Report) {
        show(&mut self.screen, &report);
        if let Report::Stored { intent }
        | Report::Failed { intent, .. }
        | Report::Note {
            intent: Some(intent),
            ..
        } = &report
        {
            self.unanswered.retain(|it, _| it.1 != *intent);
        }
        match &report {
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

    pub(super) fn serve(&mut self, server: &mut Server, message: ClientMessage) {
        if self.line.is_timed && !self.has_greeted && !matches!(message, ClientMessage::Hello(_)) {
            // What was meant for the connection before: this one ends, as the server ends it.
            self.has_greeted = true;
            let refusal = Refusal::Malformed;
            return self.say(&ServerMessage::Closed { refusal });
        }
        match message {
            ClientMessage::Hello(hello) => {
                self.has_greeted = true;
                for actor in &hello.actors {
                    server.actors.entry(*actor).or_insert(self.member);
                }
                let is_known = hello
                    .log
                    .map_or(hello.cursor == 0, |it| it == server.log_id);
                let gap = server.head().checked_sub(hello.cursor);
                let is_behind = hello.cursor < server.floor;
                let is_far = gap.is_none_or(|it| it > server.catch_up_max);
                let fetch = !is_known || is_behind || is_far;
                self.is_served = true;
                self.streamed = (!fetch).then_some(hello.cursor);
                self.say(&ServerMessage::Welcome(Welcome {
                    protocol: agreed(hello.protocol),
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
            ClientMessage::Push { .. } | ClientMessage::PushBodies { .. } if !self.is_served => {}
            message @ (ClientMessage::Push { .. } | ClientMessage::PushBodies { .. }) => {
                let changes = pushed(message);
                if server.is_slow || !server.waiting.is_empty() {
                    server.waiting.push_back(Submission {
                        line: self.line.number,
                        member: self.member,
                        changes,
                    });
                } else {
                    self.commit(server, changes);
                }
            }
            ClientMessage::Presence {
                record: Some(record),
            } if record.kind.0 == FETCH => {
                let (after, _) = fetched(record.id);
                let answer = self.states(server, after);
                self.inbox.push_back(answer);
            }
            ClientMessage::Presence {
                record: Some(record),
            } if record.kind.0 == FETCH_SNAPSHOT => {
                let answer = self.snapshot(server);
                self.inbox.push_back(answer);
            }
            ClientMessage::Presence {
                record: Some(record),
            } if record.kind.0 == FETCH_PART => {
                let (position, number) = fetched(record.id);
                let answer = Device::snapshot_part(server, position, number);
                self.inbox.push_back(answer);
            }
            ClientMessage::Presence { .. } | ClientMessage::Ping => {}
        }
    }

    /// The server commits what this connection pushed, and answers it.
    pub(super) fn commit(&mut self, server: &mut Server, changes: Vec<PushedChange>) {
        for change in changes {
            self.stream(server);
            let before = server.head();
            let verdict = server.ingest(self.member, &change);
            if server.head() > before && self.streamed.is_some() {
                self.streamed = Some(server.head());
            }
            let answers = vec![Answer {
                record: change.record,
                hash: change.hash,
                verdict,
            }];
            // A connection that ended meanwhile is told nothing more.
            if self.is_served || !self.line.is_timed {
                self.say(&ServerMessage::Answers { answers });
            }
        }
    }

    /// A page of states, as it is read.
    pub(super) fn states(&self, server: &Server, after: u64) -> Event {
        let page = server.states(after, server.page_max);
        let page = message::decode_unlimited(&message::encode(self.protocol, &page));
        Event::Fetched(Ok(page.expect("a page reads back")))
    }

    /// What a new device is to fetch, which a server of the first version does not know.
    pub(super) fn snapshot(&self, server: &mut Server) -> Event {
        Event::Snapshot(match self.protocol {
            PROTOCOL_FIRST => Err(FetchError::Gone),
            _ => Ok(server.snapshot()),
        })
    }

    /// A part of a snapshot.
    pub(super) fn snapshot_part(server: &Server, position: u64, number: u32) -> Event {
        let part = server.snapshot_part(position, number);
        Event::Part {
            position,
            number,
            part: part.ok_or(FetchError::Gone),
        }
    }

    /// Sends what others have done since.
    pub(super) fn stream(&mut self, server: &Server) {
        let Some(from) = self.streamed else { return };
        if from < server.head() {
            let from = usize::try_from(from).expect("logs are short here");
            let entries = server.log[from..].to_vec();
            if self.protocol < PROTOCOL_EPOCHS && entries.iter().any(Entry::is_renewal) {
                // It cannot be told of this; greeted again, it fetches states.
                self.streamed = None;
                self.is_served = false;
                let refusal = Refusal::Unavailable;
                self.say(&ServerMessage::Closed { refusal });
                return;
            }
            self.streamed = Some(server.head());
            self.say(&ServerMessage::Changes {
                to: server.head(),
                entries,
            });
        }
    }

    pub(super) fn say(&mut self, message: &ServerMessage) {
        self.down.push_back(message::encode(self.protocol, message));
    }
}

/// The screen of the second tab.
pub const TAB: u64 = 2;

/// Puts what is told onto a screen.
fn show(screen: &mut BTreeMap<RecordRef, Row>, report: &Report) {
    match report {
        Report::Rows { batch } => {
            let rows = packed::unpack(batch).expect("a replica packs good rows");
            screen.extend(rows.into_iter().map(|it| (it.record_ref(), it)));
        }
        Report::Gone { records } => screen.retain(|it, _| !records.contains(it)),
        _ => {}
    }
}

/// Fetches travel in the same queue here, dressed as a presence of these kinds.
const FETCH: u8 = 255;
const FETCH_SNAPSHOT: u8 = 254;
const FETCH_PART: u8 = 253;

fn fetch_frame(kind: u8, position: u64, number: u32) -> Vec<u8> {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&position.to_be_bytes());
    id[8..12].copy_from_slice(&number.to_be_bytes());
    let record = RecordRef {
        kind: huike_shared::record::Kind(kind),
        id: RecordId(id),
    };
    message::encode(
        PROTOCOL_FIRST,
        &ClientMessage::Presence {
            record: Some(record),
        },
    )
}

/// What [`fetch_frame`] put into the id.
fn fetched(id: RecordId) -> (u64, u32) {
    let (mut position, mut number) = ([0; 8], [0; 4]);
    position.copy_from_slice(&id.0[..8]);
    number.copy_from_slice(&id.0[8..12]);
    (u64::from_be_bytes(position), u32::from_be_bytes(number))
}

/// The changes of a push, whatever its form.
pub(super) fn pushed(message: ClientMessage) -> Vec<PushedChange> {
    match message {
        ClientMessage::Push { changes } => changes,
        ClientMessage::PushBodies { changes } => changes.into_iter().map(Into::into).collect(),
        _ => Vec::new(),
    }
}
