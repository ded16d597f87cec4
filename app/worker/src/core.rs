//! The loop around the replica: events in, one transaction, effects out.
//!
//! Invariant: an effect is performed only after the transaction of its step is durable. If a
//! transaction fails, the replica in memory is ahead of the disk: it is thrown away and opened again from
//! the store, the connection with it, and whoever waits for an intent hears that it was not kept.
//! Nothing here knows the browser: [`Outside`] performs effects, [`Store`] keeps bytes.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::collections::BTreeMap;
use std::mem;

use huike_shared::document::{self, Actor, Registers};
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::{Failure, Report, Request};
use huike_shared::note::NoteEngine;
use huike_shared::record::RecordRef;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::replica::{Effect, Event, Identity, Replica, Step, Stored, Table, Write};
use huike_shared::time::Timestamp;

use crate::store::{Store, StoreError};

/// The term of a core that could not take the lead yet; stores count from one.
const NO_TERM: u64 = 0;

/// The world around the core.
pub trait Outside {
    /// The device's clock.
    fn now(&self) -> Timestamp;

    /// The device's random source.
    fn entropy(&mut self) -> &mut dyn Entropy;

    /// Performs one effect.
    fn perform(&mut self, effect: Effect);

    /// Closes the connection, forgets what it said, and tries again later.
    fn disconnect(&mut self);
}

/// Why the core cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// Another tab leads.
    #[error("another tab leads")]
    Robbed,
    /// The store's connection is gone.
    #[error("the device's storage was closed")]
    Closed,
    /// The store cannot be read.
    #[error(transparent)]
    Broken(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotLeading { .. } => Stop::Robbed,
            StoreError::Closed => Stop::Closed,
            StoreError::Full | StoreError::Newer | StoreError::Other(_) => Stop::Broken(error),
        }
    }
}

/// The replica with its store.
pub struct Core<S, O> {
    store: S,
    outside: O,
    identity: Identity,
    replica: Replica,
    /// What opening the replica wants to be done; joins the next step.
    opening: Step,
    /// Intents that were asked for and not yet answered, with the screen that asked.
    unanswered: BTreeMap<RecordId, u64>,
    /// Notes that screens have open, to open them again in a replica that was opened again.
    notes: Vec<OpenNote>,
    /// What opens notes, once it came.
    engine: Option<NoteEngine>,
    is_loaded: bool,
    /// The replica asked for what the server has acknowledged.
    wants_kept: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct OpenNote {
    screen: u64,
    owner: RecordRef,
    field: Box<str>,
}

impl<S: Store, O: Outside> Core<S, O> {
    /// Takes the lead and reads what a first screen needs.
    pub async fn open(
        store: S,
        mut outside: O,
        member: RecordId,
        had_data: bool,
    ) -> Result<Self, Stop> {
        // A full device can still be read; the lead is taken with the first edit that fits.
        let term = match store.take_term(NO_TERM).await {
            Err(StoreError::Full) => NO_TERM,
            term => term?,
        };
        let stored = read(&store).await?;
        let identity = Identity {
            member,
            term,
            had_data,
        };
        let now = outside.now();
        let (replica, opening) = Replica::open(stored, identity, now, outside.entropy());
        Ok(Core {
            store,
            outside,
            identity,
            replica,
            opening,
            unanswered: BTreeMap::new(),
            notes: Vec::new(),
            engine: None,
            is_loaded: false,
            wants_kept: false,
        })
    }

    /// The world around it.
    pub fn outside(&self) -> &O {
        &self.outside
    }

    /// Handles a batch of events.
    pub async fn handle(&mut self, events: Vec<Event>) -> Result<(), Stop> {
        self.remember(&events);
        let now = self.outside.now();
        let step = self.replica.handle(now, self.outside.entropy(), events);
        self.settle(step).await?;
        if mem::take(&mut self.wants_kept) {
            let [changes] = self.store.load([Table::Kept]).await?;
            let events = vec![Event::Kept { changes }];
            let now = self.outside.now();
            let step = self.replica.handle(now, self.outside.entropy(), events);
            self.settle(step).await?;
        }
        Ok(())
    }

    /// Reads the states, without which rows can be shown but nothing edited.
    pub async fn load_states(&mut self) -> Result<(), Stop> {
        if self.is_loaded {
            return Ok(());
        }
        self.is_loaded = true;
        let [states] = self.store.load([Table::States]).await?;
        self.handle(vec![Event::Loaded { states }]).await
    }

    /// Runs the code of a first edit once, for nothing: compiling it would take a tenth of a second
    /// while somebody waits for a keystroke to be kept.
    pub fn warm_up(&mut self) {
        let now = self.outside.now();
        let actor = Actor::new(self.outside.entropy());
        let mut registers = Registers::default();
        for text in ["a", "b"] {
            let edit = [(Box::from("name"), Scalar::text(text))];
            let change = registers
                .author(&edit, actor, now)
                .map(|body| document::decode(&body));
            if let Some(Ok(change)) = change {
                registers.apply(
                    &change,
                    Stamp {
                        at: now,
                        by: self.identity.member,
                    },
                );
            }
        }
    }

    async fn settle(&mut self, mut step: Step) -> Result<(), Stop> {
        let mut opening = mem::take(&mut self.opening);
        opening.writes.append(&mut step.writes);
        // What screens wait for goes before the connection.
        step.effects.append(&mut opening.effects);
        if !opening.writes.is_empty()
            && let Err(error) = self.commit(&opening.writes).await
        {
            return self.fail(error).await;
        }
        for effect in step.effects {
            self.perform(effect);
        }
        Ok(())
    }

    async fn commit(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        if self.identity.term == NO_TERM {
            self.identity.term = self.store.take_term(NO_TERM).await?;
            // Until now another tab could write: this step may stand on what is no longer so.
            return Err(StoreError::Full);
        }
        self.store.commit(self.identity.term, writes).await
    }

    fn perform(&mut self, effect: Effect) {
        if let Effect::Report {
            report:
                Report::Stored { intent }
                | Report::Failed { intent, .. }
                | Report::Note {
                    intent: Some(intent),
                    ..
                },
            ..
        } = &effect
        {
            self.unanswered.remove(intent);
        }
        if effect == Effect::ReadKept {
            self.wants_kept = true;
            return;
        }
        self.outside.perform(effect);
    }

    /// Remembers what must be answered or asked again if a transaction fails.
    fn remember(&mut self, events: &[Event]) {
        for event in events {
            if let Event::NotesReady(engine) = event {
                self.engine = Some(*engine);
            }
            let Event::Request { screen, request } = event else {
                continue;
            };
            let screen = *screen;
            match request {
                Request::Edit(intent) => {
                    self.unanswered.insert(intent.id, screen);
                }
                Request::Splice { intent, .. } => {
                    self.unanswered.insert(*intent, screen);
                }
                Request::OpenNote { owner, field } => {
                    let note = OpenNote {
                        screen,
                        owner: *owner,
                        field: field.clone(),
                    };
                    if !self.notes.contains(&note) {
                        self.notes.push(note);
                    }
                }
                Request::CloseNote { owner, field } => {
                    let note = OpenNote {
                        screen,
                        owner: *owner,
                        field: field.clone(),
                    };
                    self.notes.retain(|it| *it != note);
                }
                Request::Leave => self.notes.retain(|it| it.screen != screen),
                Request::Open { .. }
                | Request::ListWaiting
                | Request::Retry { .. }
                | Request::Dismiss { .. }
                | Request::SettleEviction
                | Request::Presence { .. }
                | Request::SyncNow
                | Request::Ask { .. } => {}
            }
        }
    }

    /// Answers whoever waits, and goes back to what is on the disk.
    async fn fail(&mut self, error: StoreError) -> Result<(), Stop> {
        let failure = match &error {
            StoreError::Full => Failure::StorageFull,
            StoreError::NotLeading { .. } => Failure::NotLeading,
            StoreError::Closed | StoreError::Newer | StoreError::Other(_) => Failure::Storage,
        };
        self.outside.disconnect();
        // A lost store is opened again by the next core, to which screens repeat their intents.
        if error == StoreError::Closed {
            return Err(Stop::Closed);
        }
        if self.unanswered.is_empty() && failure != Failure::NotLeading {
            self.outside.perform(Effect::Report {
                screen: None,
                report: Report::Unkept {
                    failure: failure.clone(),
                },
            });
        }
        for (intent, screen) in mem::take(&mut self.unanswered) {
            let report = Report::Failed {
                intent,
                failure: failure.clone(),
            };
            self.outside.perform(Effect::Report {
                screen: Some(screen),
                report,
            });
        }
        if matches!(error, StoreError::NotLeading { .. }) {
            return Err(Stop::Robbed);
        }
        self.reopen().await
    }

    async fn reopen(&mut self) -> Result<(), Stop> {
        let stored = read(&self.store).await?;
        let [states] = self.store.load([Table::States]).await?;
        self.is_loaded = true;
        let now = self.outside.now();
        let (replica, mut opening) =
            Replica::open(stored, self.identity, now, self.outside.entropy());
        // The connection comes back by itself, not at once: what could not be kept would come again.
        opening.effects.retain(|it| !matches!(it, Effect::Connect));
        self.replica = replica;
        let notes = self.notes.clone().into_iter().map(|note| Event::Request {
            screen: note.screen,
            request: Request::OpenNote {
                owner: note.owner,
                field: note.field,
            },
        });
        let engine = self.engine.map(Event::NotesReady);
        let events = engine
            .into_iter()
            .chain([Event::Loaded { states }, Event::Disconnected])
            .chain(notes);
        let mut step = self
            .replica
            .handle(now, self.outside.entropy(), events.collect());
        // Not committed now: if the disk is full, this would fail just as well. It joins the next
        // step, and what it tells is on the disk already.
        opening.writes.append(&mut step.writes);
        self.opening = opening;
        for effect in step.effects {
            self.perform(effect);
        }
        Ok(())
    }
}

async fn read<S: Store>(store: &S) -> Result<Stored, StoreError> {
    let tables = [
        Table::Meta,
        Table::Rows,
        Table::Log,
        Table::Outbox,
        Table::Tray,
    ];
    let [meta, rows, log, outbox, tray] = store.load(tables).await?;
    Ok(Stored {
        meta,
        rows,
        log,
        outbox,
        tray,
    })
}
