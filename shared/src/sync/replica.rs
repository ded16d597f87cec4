//! The client half of sync, as a pure machine.
//!
//! The shell (the worker of the leading tab, or a test) hands in events and gets back one [`Step`]: writes
//! that are one storage transaction, and effects to perform once it is durable. If the transaction
//! fails, the shell opens the replica again from its store; nothing was told to anybody. So a screen only
//! ever hears of what is on the disk, and the server too.
//!
//! Ground state on the device: the *confirmed* state of each record as the server last sent it, and
//! the outbox. What screens see is confirmed plus outbox.
//! Invariants: a row that screens were told of follows from the store; a change leaves the outbox
//! only by an acknowledgement, or for the tray; the cursor moves with the states it speaks for, in
//! one transaction.

mod answers;
mod arrival;
mod asked;
mod chunks;
mod deferred;
mod edits;
mod erased;
mod interface;
mod meta;
mod notes;
mod queue;
mod receive;
mod renewal;
mod restored;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use self::interface::{Effect, Event, FetchError, Identity, Step, Stored, Table, Write};
pub use self::restored::{KEPT_DAYS, KEPT_MAX};

use self::arrival::Arriving;
use self::chunks::{Records, Waiting};
use self::meta::Meta;
use self::notes::{Engine, OpenNotes};
use self::queue::{key, number};
use self::restored::Kept;
use super::message::{ClientMessage, HEARTBEAT_MS, Hello, PROTOCOL};
use super::outbox::{OutboxEntry, TrayEntry};
use crate::access::Role;
use crate::document::{Actor, ChangeHash, Registers};
use crate::id::{Entropy, RecordId};
use crate::local::{Connection, Failure, Opened, Report, Request, Status};
use crate::packed;
use crate::record::{Kind, RecordRef};
use crate::registry;
use crate::time::Timestamp;

/// Intents remembered after they were acknowledged.
const RECENT_MAX: usize = 256;
/// A refused-for-now push is tried again after this long.
const RETRY_MS: u32 = 5_000;
/// How long the replica rests before it tidies its log into chunks.
const TIDY_MS: u32 = 2_000;

/// The client half of sync.
pub struct Replica {
    identity: Identity,
    /// The browser threw the store away, and the person has not read so yet.
    evicted: bool,
    meta: Meta,
    meta_changed: bool,
    /// The actor of this session, new with each leader and after each refusal.
    actor: Actor,
    records: Records,
    /// Confirmed plus outbox, of records with waiting changes.
    live: HashMap<RecordId, Registers>,
    notes: OpenNotes,
    engine: Engine,
    kept: Kept,
    arrival: Arriving,
    outbox: BTreeMap<u64, OutboxEntry>,
    outbox_next: u64,
    by_hash: HashMap<(RecordId, ChangeHash), u64>,
    by_record: HashMap<RecordId, Vec<u64>>,
    tray: BTreeMap<u64, TrayEntry>,
    connection: Connection,
    greeted: bool,
    /// Those of edits that were made again because the server did not have what they built on: once.
    remade: BTreeSet<Actor>,
    /// Those that the server was told of on this connection.
    named: BTreeSet<Actor>,
    /// The next connection begins with states, whatever the server says.
    wants_states: bool,
    last_contact: Option<Timestamp>,
    /// The outbox number after which nothing was sent on this connection.
    sent: u64,
    /// The outbox numbers that were sent on this connection and not answered.
    in_flight: BTreeSet<u64>,
    /// Something was refused for now, and is to be sent again.
    wants_retry: bool,
    screens: BTreeSet<u64>,
    told: Status,
    loaded: bool,
    deferred: Vec<Event>,
    tidy_asked: bool,
    changed: BTreeSet<RecordRef>,
    step: Step,
    /// Effects that must follow the rows of this step.
    after_rows: Vec<Effect>,
}

impl Replica {
    /// Opens a replica on what its store holds. Hand in [`Event::Loaded`] as soon as the states are read.
    pub fn open(
        stored: Stored,
        identity: Identity,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> (Replica, Step) {
        let known = Meta::find(&stored.meta);
        let newly_evicted = identity.had_data && known.is_none();
        let evicted = newly_evicted || meta::is_evicted(&stored.meta);
        let meta_changed = known.is_none();
        let meta = known.unwrap_or_else(|| Meta {
            device: device(now, entropy),
            ..Meta::default()
        });
        let kept = Kept::open(&stored.meta);
        let mut replica = Replica {
            identity,
            evicted,
            meta,
            meta_changed,
            actor: Actor::new(entropy),
            records: Records::open(stored.rows, stored.log),
            live: HashMap::new(),
            notes: OpenNotes::default(),
            engine: Engine::Unwanted,
            kept,
            arrival: Arriving::open(&stored.meta),
            outbox: BTreeMap::new(),
            outbox_next: 1,
            by_hash: HashMap::new(),
            by_record: HashMap::new(),
            tray: BTreeMap::new(),
            connection: Connection::Offline,
            greeted: false,
            remade: BTreeSet::new(),
            named: BTreeSet::new(),
            wants_states: false,
            last_contact: None,
            sent: 0,
            in_flight: BTreeSet::new(),
            wants_retry: false,
            screens: BTreeSet::new(),
            told: Status::default(),
            loaded: false,
            deferred: Vec::new(),
            tidy_asked: false,
            changed: BTreeSet::new(),
            step: Step::default(),
            after_rows: Vec::new(),
        };
        replica.restore(stored.outbox, stored.tray);
        if replica.holds_loose_notes() {
            replica.want_engine();
        }
        if newly_evicted {
            replica.step.writes.push(meta::note_eviction());
        }
        if replica.kept.must_be_read() {
            replica.step.effects.push(Effect::ReadKept);
        }
        replica.connection = Connection::Connecting;
        replica.step.effects.push(Effect::Connect);
        let step = replica.finish(now);
        (replica, step)
    }

    /// Handles everything that has happened since the last step.
    pub fn handle(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        events: Vec<Event>,
    ) -> Step {
        for event in events {
            self.event(now, entropy, event);
        }
        self.push();
        self.finish(now)
    }

    fn event(&mut self, now: Timestamp, entropy: &mut dyn Entropy, event: Event) {
        if self.must_wait(&event) {
            self.deferred.push(event);
            return;
        }
        match event {
            Event::Loaded { states } => {
                self.records.load(states);
                self.loaded = true;
                self.resume(now, entropy);
            }
            Event::Request { screen, request } => self.request(now, entropy, screen, request),
            Event::Connected => self.hello(),
            Event::Disconnected => self.disconnected(),
            Event::Received(message) => {
                self.last_contact = Some(now);
                self.received(now, entropy, message);
            }
            Event::Fetched(result) => self.fetched(entropy, result),
            Event::Snapshot(result) => self.snapshot(result),
            Event::Part {
                position,
                number,
                part,
            } => self.part(entropy, position, number, part),
            Event::SignedOut => self.connection = Connection::SignedOut,
            Event::Woke => {
                self.tidy_asked = false;
                self.try_again();
                self.tidy();
            }
            Event::Kept { changes } => {
                let changes = self.kept.purge(changes, &mut self.step.writes);
                self.recall(changes);
            }
            Event::NotesReady(engine) => {
                self.engine = Engine::Ready(engine);
                self.resume(now, entropy);
            }
        }
    }

    fn request(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        screen: u64,
        request: Request,
    ) {
        match request {
            Request::Open { first } => self.open_screen(screen, &first),
            Request::Edit(intent) => self.edit(now, intent),
            Request::OpenNote { owner, field } => self.open_note(screen, owner, &field),
            Request::CloseNote { owner, field } => self.notes.close(screen, owner, &field),
            Request::Splice {
                intent,
                owner,
                field,
                heads,
                splice,
            } => {
                self.splice(now, entropy, (intent, owner, &field), &heads, splice);
            }
            Request::ListWaiting => self.tell_waiting(screen),
            Request::Retry { intent } => self.retry(now, intent),
            Request::Dismiss { intent } => self.dismiss(intent),
            Request::SettleEviction => {
                self.evicted = false;
                self.step.writes.push(meta::settle_eviction());
            }
            Request::Presence { record } => {
                if self.greeted {
                    self.send(ClientMessage::Presence { record });
                }
            }
            Request::SyncNow => {
                if !self.greeted {
                    self.step.effects.push(Effect::Connect);
                }
            }
            Request::Leave => {
                self.screens.remove(&screen);
                self.forget_requests(screen);
                self.notes.leave(screen);
            }
            Request::Ask { ask, question } => self.asked(screen, ask, question),
        }
    }

    fn open_screen(&mut self, screen: u64, first: &[Kind]) {
        self.screens.insert(screen);
        let opened = Report::Opened(Opened {
            member: self.identity.member,
            members: self.meta.members.clone(),
            term: self.identity.term,
            status: self.status(),
        });
        let rows = self.records.batches(first, &self.waiting());
        let rows = rows.into_iter().map(|batch| Report::Rows { batch });
        let reports = [opened].into_iter().chain(rows).chain([Report::Complete]);
        // Before the rows of this step, which are newer.
        self.step
            .effects
            .extend(reports.map(|report| Effect::Report {
                screen: Some(screen),
                report,
            }));
    }

    /// Confirmed plus outbox.
    fn current(&self, record: &RecordRef) -> Registers {
        match self.live.get(&record.id) {
            Some(it) => it.clone(),
            None => {
                let mut state = self.records.registers(record);
                let pending = self.pending(record);
                answers::apply_own(&mut state, &pending, self.identity.member);
                state
            }
        }
    }

    fn waiting(&self) -> Waiting<'_> {
        Waiting {
            outbox: &self.outbox,
            by_record: &self.by_record,
            member: self.identity.member,
            engine: self.engine.get(),
        }
    }

    /// Moves the log into chunks, unless rows of notes in it cannot be made yet.
    fn tidy(&mut self) {
        if self.engine == Engine::Wanted && self.holds_loose_notes() {
            return;
        }
        let waiting = Waiting {
            outbox: &self.outbox,
            by_record: &self.by_record,
            member: self.identity.member,
            engine: self.engine.get(),
        };
        self.records.tidy(&mut self.step.writes, &waiting);
    }

    fn role(&self) -> Role {
        let me = self
            .meta
            .members
            .iter()
            .find(|it| it.id == self.identity.member);
        // Before the first contact nobody is known; the server judges anyway.
        me.map_or(Role::Salesperson, |it| it.role)
    }

    fn hello(&mut self) {
        let mut actors: BTreeSet<Actor> = self.outbox.values().map(|it| it.actor).collect();
        actors.insert(self.actor);
        self.named.clone_from(&actors);
        self.connection = Connection::Connecting;
        self.greeted = false;
        self.arrival.forget_asked();
        self.send(ClientMessage::Hello(Hello {
            protocol: PROTOCOL,
            device: self.meta.device,
            actors: actors.into_iter().collect(),
            log: self.meta.log,
            cursor: self.meta.cursor,
        }));
    }

    fn disconnected(&mut self) {
        self.greeted = false;
        self.sent = 0;
        self.in_flight.clear();
        self.wants_retry = false;
        self.forget_connection();
        self.kept.forget_greeting();
        self.arrival.forget_connection();
        if !matches!(
            self.connection,
            Connection::SignedOut | Connection::ClientTooOld
        ) {
            self.connection = Connection::Offline;
        }
        self.tell_all(Report::Presence { people: Vec::new() });
    }

    fn send(&mut self, message: ClientMessage) {
        self.after_rows.push(Effect::Send(message));
    }

    fn tell(&mut self, screen: u64, report: Report) {
        self.after_rows.push(Effect::Report {
            screen: Some(screen),
            report,
        });
    }

    fn tell_all(&mut self, report: Report) {
        self.after_rows.push(Effect::Report {
            screen: None,
            report,
        });
    }

    fn fail(&mut self, intent: RecordId, failure: Failure) {
        self.tell_all(Report::Failed { intent, failure });
    }

    fn status(&self) -> Status {
        let mut waiting_records: Vec<RecordRef> = self
            .by_record
            .values()
            .filter_map(|it| self.outbox.get(it.first()?))
            .map(|it| it.record)
            .collect();
        waiting_records.sort_unstable();
        Status {
            connection: self.connection.clone(),
            waiting: u32::try_from(self.outbox.len()).unwrap_or(u32::MAX),
            waiting_records,
            refused: u32::try_from(self.tray.len()).unwrap_or(u32::MAX),
            last_contact: self.last_contact,
            evicted: self.evicted,
        }
    }

    /// Rows of what changed, the meta value, the status; then what must follow them.
    fn finish(&mut self, now: Timestamp) -> Step {
        let changed = std::mem::take(&mut self.changed);
        let mut by_kind: BTreeMap<Kind, Vec<crate::row::Row>> = BTreeMap::new();
        for record in &changed {
            self.records.log(record, &mut self.step.writes);
            if let Some(row) = self.row(record) {
                by_kind.entry(record.kind).or_default().push(row);
            }
        }
        if self.loaded && self.records.must_tidy() {
            self.tidy();
        }
        for (kind, rows) in by_kind {
            let report = Report::Rows {
                batch: packed::pack(kind, &rows),
            };
            self.step.effects.push(Effect::Report {
                screen: None,
                report,
            });
        }
        if self.meta_changed {
            self.meta_changed = false;
            self.step.writes.push(self.meta.put());
        }
        let mut after = std::mem::take(&mut self.after_rows);
        self.step.effects.append(&mut after);
        let status = self.status();
        let quiet = Status {
            last_contact: self.told.last_contact,
            ..status.clone()
        } == self.told;
        let stale = now.millis()
            > self.told.last_contact.map_or(0, Timestamp::millis) + i64::from(HEARTBEAT_MS);
        if !quiet || (stale && status != self.told) {
            self.told = status.clone();
            self.step.effects.push(Effect::Report {
                screen: None,
                report: Report::Status(status),
            });
        }
        if self.loaded && self.records.wants_tidying() && !self.tidy_asked {
            self.tidy_asked = true;
            self.step.effects.push(Effect::Wake { after_ms: TIDY_MS });
        }
        std::mem::take(&mut self.step)
    }

    fn row(&mut self, record: &RecordRef) -> Option<crate::row::Row> {
        let def = registry::def(record.kind)?;
        if record.kind == crate::note::NOTE.kind {
            return self.note_row(record);
        }
        Some(self.current(record).to_row(def, record.id))
    }
}

fn device(now: Timestamp, entropy: &mut dyn Entropy) -> RecordId {
    let mut bytes = [0; 10];
    entropy.fill(&mut bytes);
    RecordId::new(now, bytes)
}
