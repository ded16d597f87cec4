//! The line between a device and the server over simulated time.
//!
//! Frames of one WebSocket never change places: the transport keeps their order, and so does this. What does
//! change places in truth, and here: frames of an older connection arrive after the newer one has begun, and
//! their answers find nobody; a page of states comes by HTTP beside the socket, before or after what was said there; and
//! what a device says again after an unknown fate comes twice.

use std::collections::VecDeque;

use huike_shared::sync::backoff::{Backoff, GOOD_MS, TRY_MS};
use huike_shared::sync::message::{self, ClientMessage, HEARTBEAT_MS, PushedChange, ServerMessage};
use huike_shared::sync::replica::{Event, FetchError};
use huike_shared::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::device::{Device, pushed};
use super::server::Submission;
use super::{Company, tally};

/// A peer that is silent for so long is gone.
const SILENCE_MS: i64 = 3 * HEARTBEAT_MS as i64;
/// The longest that a line holds what is on it.
const HELD_MS: i64 = 8_000;

/// What a device asks for beside the socket.
#[derive(Clone, Copy, Debug)]
pub enum Fetch {
    States(u64),
    Snapshot,
    Part(u64, u32),
}

impl Fetch {
    fn failed(self) -> Event {
        let error = FetchError::Unreachable;
        match self {
            Fetch::States(_) => Event::Fetched(Err(error)),
            Fetch::Snapshot => Event::Snapshot(Err(error)),
            Fetch::Part(position, number) => Event::Part {
                position,
                number,
                part: Err(error),
            },
        }
    }
}

/// What belongs to the connection of a device and outlives single ones.
pub struct Line {
    /// The simulation keeps time. Without it everything happens at once.
    pub is_timed: bool,
    pub now: Timestamp,
    pub rng: StdRng,
    /// Names the connection.
    pub number: u64,
    pub backoff: Backoff,
    pub try_at: Timestamp,
    pub since: Timestamp,
    pub held_until: Timestamp,
    /// What the server says does not get through for now; what it hears does.
    pub is_deaf: bool,
    /// When the device notices that the server has forgotten the connection.
    pub gone_at: Option<Timestamp>,
    /// States and snapshots that were asked for, and those that were answered and not read.
    pub fetches: VecDeque<Fetch>,
    pub pages: VecDeque<Event>,
    /// Frames of connections that are gone, on their way all the same.
    pub late: VecDeque<Vec<u8>>,
    /// When the replica wants to be woken.
    pub wakes: Vec<Timestamp>,
    /// Why pages did not come.
    pub failed_fetches: u64,
}

impl Line {
    pub fn new(seed: u64) -> Line {
        let start = Timestamp::from_millis(0);
        Line {
            is_timed: false,
            now: start,
            rng: StdRng::seed_from_u64(seed),
            number: 0,
            backoff: Backoff::default(),
            try_at: start,
            since: start,
            held_until: start,
            is_deaf: false,
            gone_at: None,
            fetches: VecDeque::new(),
            pages: VecDeque::new(),
            late: VecDeque::new(),
            wakes: Vec::new(),
            failed_fetches: 0,
        }
    }

    pub fn later(&self, ms: i64) -> Timestamp {
        Timestamp::from_millis(self.now.millis() + ms)
    }

    /// Waits before the next try, as a device's socket does.
    pub fn rest(&mut self, was_up: bool) {
        if was_up && (self.now.millis() - self.since.millis()) as f64 > GOOD_MS {
            self.backoff.reset();
        }
        let random = self.rng.random_range(0.0..1.0);
        let wait = i64::from(self.backoff.next_ms(random));
        self.try_at = self.later(wait);
    }

    /// Tries at once.
    pub fn hurry(&mut self) {
        self.backoff.reset();
        self.try_at = self.now;
    }

    /// What belongs to the program that died.
    pub fn forget(&mut self) {
        self.fetches.clear();
        self.pages.clear();
        self.wakes.clear();
    }

    fn due_wakes(&mut self) -> usize {
        let before = self.wakes.len();
        let now = self.now;
        self.wakes.retain(|it| *it > now);
        before - self.wakes.len()
    }
}

impl Device {
    /// The connection ends. What the device had said may arrive all the same.
    pub(super) fn break_line(&mut self) {
        let was_up = self.connected;
        self.connected = false;
        self.is_served = false;
        self.streamed = None;
        let said: Vec<Vec<u8>> = self.up.drain(..).collect();
        if was_up && self.line.gone_at.is_none() && self.line.rng.random_bool(0.5) {
            self.line.late.extend(said);
        }
        self.line.gone_at = None;
        self.down.clear();
        self.line.rest(was_up);
        if was_up {
            self.inbox.push_back(Event::Disconnected);
        }
    }

    /// The replica wants the connection to end: what it said is not heard any more.
    pub(super) fn close_line(&mut self) {
        self.inbox.retain(|it| {
            !matches!(
                it,
                Event::Received(_)
                    | Event::Connected
                    | Event::Disconnected
                    | Event::Fetched(_)
                    | Event::Snapshot(_)
                    | Event::Part { .. }
            )
        });
        self.break_line();
        if !matches!(self.inbox.back(), Some(Event::Disconnected)) {
            self.inbox.push_back(Event::Disconnected);
        }
    }

    /// Time has passed: what was to be woken wakes.
    pub(super) fn ring(&mut self) {
        for _ in 0..self.line.due_wakes() {
            self.inbox.push_back(Event::Woke);
        }
    }
}

impl Company {
    /// Time passes everywhere.
    pub fn pass(&mut self, ms: i64) {
        self.now = Timestamp::from_millis(self.now.millis() + ms);
        self.server.now = Timestamp::from_millis(self.server.now.millis() + ms);
        self.tally.simulated_ms += ms;
        for device in &mut self.devices {
            device.line.now = self.now;
        }
    }

    /// One thing moves between a device and the server: on the socket, or beside it.
    pub(super) fn network_over_time(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.replica.is_none() {
            return;
        }
        if !device.connected {
            if device.line.now >= device.line.try_at {
                self.try_to_connect(index);
            }
            return self.plain_request(index);
        }
        if let Some(at) = device.line.gone_at {
            device.up.clear();
            if device.line.now >= at {
                device.break_line();
            }
            return;
        }
        if device.line.now < device.line.held_until {
            if !(device.up.is_empty() && device.down.is_empty()) {
                self.tally.count(tally::DELAYED);
            }
            return;
        }
        let is_asking = !device.line.pages.is_empty() || !device.line.fetches.is_empty();
        if is_asking && device.line.rng.random_bool(0.5) {
            return self.plain_request(index);
        }
        let server = &mut self.server;
        if !device.is_mute
            && let Some(frame) = device.up.pop_front()
        {
            let message = message::decode(&frame).expect("a replica writes good frames");
            let is_push = matches!(
                message,
                ClientMessage::Push { .. } | ClientMessage::PushBodies { .. }
            );
            let is_refused = server.is_full && is_push;
            device.serve(server, message);
            if is_refused {
                self.tally.count(tally::SERVER_FULL);
            }
        }
        if !device.line.is_deaf
            && let Some(frame) = device.down.pop_front()
        {
            let message: ServerMessage = message::decode(&frame).expect("good frames");
            device.inbox.push_back(Event::Received(message));
        }
        device.stream(server);
    }

    fn try_to_connect(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.reachable {
            self.lines += 1;
            device.connected = true;
            device.has_greeted = false;
            device.is_served = false;
            device.line.number = self.lines;
            device.line.since = device.line.now;
            device.inbox.push_back(Event::Connected);
        } else {
            // It takes a while until a try is given up.
            let patience = device.line.rng.random_range(0..i64::from(TRY_MS));
            device.line.rest(false);
            device.line.try_at = Timestamp::from_millis(device.line.try_at.millis() + patience);
            device.inbox.push_back(Event::Disconnected);
        }
    }

    /// A page of states is asked for, or comes.
    fn plain_request(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if let Some(page) = device.line.pages.pop_front() {
            let is_heard = device
                .inbox
                .iter()
                .any(|it| matches!(it, Event::Received(_)));
            if is_heard || !(device.up.is_empty() && device.down.is_empty()) {
                self.tally.count(tally::PAGE_BESIDE_SOCKET);
            }
            device.inbox.push_back(page);
        } else if let Some(fetch) = device.line.fetches.pop_front() {
            if device.reachable && !device.is_mute && !device.line.is_deaf {
                let answer = match fetch {
                    Fetch::States(after) => device.states(&self.server, after),
                    Fetch::Snapshot => device.snapshot(&mut self.server),
                    Fetch::Part(position, number) => {
                        Device::snapshot_part(&self.server, position, number)
                    }
                };
                if matches!(answer, Event::Part { part: Ok(_), .. }) {
                    self.tally.count(tally::SNAPSHOT_PART);
                }
                device.line.pages.push_back(answer);
            } else {
                self.tally.count(tally::FETCH_FAILED);
                device.inbox.push_back(fetch.failed());
            }
        }
    }

    /// A frame of a connection that is gone reaches the server; nobody hears the answer.
    pub fn deliver_late(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let Some(frame) = device.line.late.pop_front() else {
            return;
        };
        match message::decode(&frame).expect("a replica writes good frames") {
            message @ (ClientMessage::Push { .. } | ClientMessage::PushBodies { .. }) => {
                self.tally.count(tally::LATE_FRAMES);
                let member = device.member;
                self.submit(Submission {
                    line: 0,
                    member,
                    changes: pushed(message),
                });
            }
            ClientMessage::Register { actors } => {
                for actor in actors {
                    self.server.actors.entry(actor).or_insert(device.member);
                }
            }
            ClientMessage::Hello(_) | ClientMessage::Presence { .. } | ClientMessage::Ping => {}
        }
    }

    /// Hands changes to the server's disk, which may take its time.
    fn submit(&mut self, submission: Submission) {
        if self.server.is_slow || !self.server.waiting.is_empty() {
            self.server.waiting.push_back(submission);
        } else {
            let Submission {
                member, changes, ..
            } = submission;
            self.ingest_unheard(member, &changes);
        }
    }

    fn ingest_unheard(&mut self, member: huike_shared::id::RecordId, changes: &[PushedChange]) {
        for change in changes {
            self.server.ingest(member, change);
        }
    }

    /// The server's disk finishes what it was given first. Only then does anybody hear of it.
    pub fn finish_commit(&mut self) {
        let Some(submission) = self.server.waiting.pop_front() else {
            return;
        };
        let server = &mut self.server;
        let origin = self.devices.iter_mut().find(|it| {
            it.connected
                && it.is_served
                && it.line.gone_at.is_none()
                && it.line.number == submission.line
        });
        if let Some(device) = origin {
            device.commit(server, submission.changes);
            return;
        }
        self.tally.count(tally::ACKNOWLEDGED_LATE);
        self.ingest_unheard(submission.member, &submission.changes);
    }

    /// The server dies: what its disk had not finished is gone, and so is what was on its way to it. With
    /// `has_committed`, it dies between a commit and its acknowledgement.
    pub fn kill_server(&mut self, has_committed: bool) {
        if has_committed {
            let pushed = self.server.waiting.pop_front().or_else(|| self.next_push());
            if let Some(submission) = pushed {
                self.tally.count(tally::SERVER_CRASHED_BEFORE_ACK);
                self.ingest_unheard(submission.member, &submission.changes);
            }
        } else if !self.server.waiting.is_empty() {
            self.tally.count(tally::SERVER_CRASHED_BEFORE_COMMIT);
        }
        self.restart_server();
    }

    /// The first push that is next on some line.
    fn next_push(&mut self) -> Option<Submission> {
        let devices = self.devices.iter_mut();
        let mut served = devices.filter(|it| it.is_served && it.line.gone_at.is_none());
        served.find_map(|device| {
            let frame = device.up.front()?;
            match message::decode(frame).ok()? {
                message @ (ClientMessage::Push { .. } | ClientMessage::PushBodies { .. }) => {
                    device.up.pop_front();
                    Some(Submission {
                        line: 0,
                        member: device.member,
                        changes: pushed(message),
                    })
                }
                _ => None,
            }
        })
    }

    /// The server forgets a connection, and the device does not hear of it for a while.
    pub fn half_open(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.connected && device.line.gone_at.is_none() {
            self.tally.count(tally::HALF_OPEN);
            device.streamed = None;
            device.is_served = false;
            device.down.clear();
            device.line.gone_at = Some(device.line.later(SILENCE_MS));
        }
    }

    /// A line holds what is on it.
    pub fn hold(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.connected {
            let ms = device.line.rng.random_range(1_000..HELD_MS);
            device.line.held_until = device.line.later(ms);
        }
    }
}
