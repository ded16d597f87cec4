//! One connection, from hello to good-bye.

use super::frames::next_message;
use super::limits::*;
use super::parting::Parting;
use crate::app::{AppState, Ended};
use crate::auth::SignedIn;
use crate::store::changes::LogHead;
use crate::store::people::Device;
use crate::store::{StoreError, StoreResult};
use crate::sync::catch_up::{self, Way};
use crate::sync::hub::{Delivery, Subscription};
use crate::sync::ingest::Author;
use crate::sync::seen::DeviceOf;
use axum::extract::ws::{Message, WebSocket};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use huike_shared::document::Actor;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{
    self, Answer, ClientMessage, HEARTBEAT_MS, Hello, MemberInfo, PROTOCOL_FIRST, PROTOCOL_MIN,
    PROTOCOL_OF_ERASURES, PUSH_CHANGES_MAX, PushedChange, ServerMessage, Verdict, Welcome, agreed,
    told_role,
};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::{Instant, sleep_until, timeout};

/// A peer that says nothing for three heartbeats is gone.
const SILENCE: Duration = Duration::from_millis(3 * HEARTBEAT_MS as u64);

/// Why a connection ends.
pub enum End {
    /// The peer went away or was cut off; nobody to tell.
    Gone,
    /// The peer hears why.
    Told(Refusal),
    /// The server failed; the peer tries again.
    Broken(StoreError),
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        End::Broken(error)
    }
}

/// Whether the connection goes on.
pub type Step = Result<(), End>;

/// A connection that is about to be served.
pub struct Connection {
    state: AppState,
    who: SignedIn,
    ended: Receiver<Ended>,
}

/// A connection whose device has said hello.
pub struct Live {
    pub(super) state: AppState,
    pub(super) who: SignedIn,
    pub(super) sink: SplitSink<WebSocket, Message>,
    limits: Limits,
    author: Author,
    pub(super) line: Subscription,
    /// What both sides speak.
    pub(super) protocol: u8,
    /// The client is too old, and goes once it was heard.
    pub(super) parting: Option<Parting>,
    /// Whether changes follow, or the replica fetches states first.
    pub(super) is_following: bool,
    /// The replica has everything up to here.
    pub(super) sent: u64,
    /// What had been sent when the peer last pinged.
    pinged: u64,
    /// Whether something was sent that may not have left.
    pub(super) is_unsent: bool,
    /// Pushed changes without a verdict.
    pub(super) unanswered: usize,
    /// Actors that could not be registered yet because the memory could not be written.
    unregistered: Vec<Actor>,
}

impl Connection {
    /// Begins to listen for what may end it.
    pub fn new(state: AppState, who: SignedIn) -> Self {
        let ended = state.hear_ended();
        Connection { state, who, ended }
    }

    /// Serves it to the end.
    pub async fn run(self, socket: WebSocket) {
        let (sink, mut stream) = socket.split();
        let Connection {
            state,
            who,
            mut ended,
        } = self;
        let first = timeout(HELLO_TIMEOUT, next_message(&mut stream)).await;
        let hello = match first {
            Ok(Ok(ClientMessage::Hello(hello))) => Ok(hello),
            Ok(Ok(_)) | Err(_) => Err(End::Told(Refusal::Malformed)),
            Ok(Err(end)) => Err(end),
        };
        let hello = match hello {
            Ok(hello) => hello,
            Err(end) => return part(sink, PROTOCOL_FIRST, end).await,
        };
        let author = Author {
            member_id: who.member.id,
            device_id: hello.device,
        };
        let line = state.hub.join(who.workspace.id, who.member.id, who.session);
        let mut live = Live {
            state,
            who,
            sink,
            limits: Limits::new(),
            author,
            line,
            protocol: PROTOCOL_FIRST,
            parting: None,
            is_following: false,
            sent: 0,
            pinged: 0,
            is_unsent: false,
            unanswered: 0,
            unregistered: Vec::new(),
        };
        // From here on it comes by the line; what came before was heard here.
        let mut heard = Ok(());
        while heard.is_ok() {
            heard = match ended.try_recv() {
                Ok(ended) => live.session_news(&ended),
                Err(TryRecvError::Lagged(_)) => live.session_still_holds().await,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            };
        }
        drop(ended);
        let end = match heard {
            Ok(()) => match live.greet(hello).await {
                Ok(()) => live.serve(stream).await,
                Err(end) => end,
            },
            Err(end) => end,
        };
        part(live.sink, live.protocol, end).await;
    }
}

/// Says why, if there is somebody to hear it, and closes.
async fn part(mut sink: SplitSink<WebSocket, Message>, protocol: u8, end: End) {
    match end {
        End::Gone => {}
        End::Told(refusal) => {
            tracing::debug!(refusal = refusal.code(), "connection ended");
            let frame = message::encode(protocol, &ServerMessage::Closed { refusal });
            let _ = timeout(SEND_TIMEOUT, sink.send(Message::Binary(frame.into()))).await;
        }
        End::Broken(error) => tracing::error!(%error, "connection failed"),
    }
    let _ = timeout(SEND_TIMEOUT, sink.close()).await;
}

impl Live {
    /// Answers a hello: who this is, where the log stands, and what the replica missed.
    async fn greet(&mut self, hello: Hello) -> Step {
        if hello.device != self.author.device_id {
            return Err(End::Told(Refusal::Malformed));
        }
        self.protocol = agreed(hello.protocol);
        if hello.protocol < PROTOCOL_MIN {
            return self.greet_for_the_last_time(hello).await;
        }
        self.register(hello.actors.clone()).await?;
        let workspace_id = self.who.workspace.id;
        let head = self.head(&hello).await?;
        let members = self.members().await?;
        let way = catch_up::way(&hello, head);
        let fetch = way == Way::States;
        if fetch && self.protocol < PROTOCOL_OF_ERASURES {
            let erased = self.state.store.erased(workspace_id).await?;
            if !erased.is_empty() {
                return self.greet_for_the_last_time(hello).await;
            }
        }
        self.is_following = !fetch;
        self.send(&ServerMessage::Welcome(Welcome {
            protocol: self.protocol,
            log: head.log,
            head: head.position,
            fetch,
            now: self.state.clock.now(),
            member: self.who.member.id,
            members,
        }))
        .await?;
        if self.is_following {
            self.sent = hello.cursor;
            self.pinged = hello.cursor;
            self.note_position();
            self.send_log(head.position).await?;
        }
        Ok(())
    }

    /// Where the log stands. What comes behind it is delivered, so what others were told last will do, unless the
    /// device knows better.
    pub(super) async fn head(&self, hello: &Hello) -> StoreResult<LogHead> {
        let workspace_id = self.who.workspace.id;
        let told = self.state.hub.told(workspace_id);
        let is_enough =
            |it: &LogHead| hello.cursor <= it.position && hello.log.is_none_or(|log| log == it.log);
        match told.filter(is_enough) {
            Some(told) => Ok(told),
            None => {
                let head = self.state.ingest.head(workspace_id).await?;
                self.state.hub.stands_at(workspace_id, head);
                Ok(head)
            }
        }
    }

    /// Keeps the device and its actors. A memory that cannot be written does not stop reading.
    pub(super) async fn register(&mut self, actors: Vec<Actor>) -> Step {
        if actors.len() + self.unregistered.len() > ACTORS_MAX {
            return Err(End::Told(Refusal::TooLarge));
        }
        self.unregistered.extend(actors);
        match self.try_register().await {
            Ok(true) => Ok(()),
            // Another member's device, or one that was locked out: not this session's to speak for.
            Ok(false) => Err(End::Told(Refusal::SignedOut)),
            Err(error) => {
                tracing::warn!(%error, "a device could not be registered yet");
                Ok(())
            }
        }
    }

    async fn try_register(&mut self) -> StoreResult<bool> {
        let device = Device {
            id: self.author.device_id,
            member_id: self.author.member_id,
            label: String::new(),
            seen_at: self.state.clock.now(),
            revoked_at: None,
        };
        if !self.state.known.meet(&*self.state.store, device).await? {
            return Ok(false);
        }
        let workspace_id = self.who.workspace.id;
        self.state
            .ingest
            .register(workspace_id, self.author, &self.unregistered)
            .await?;
        self.unregistered.clear();
        Ok(true)
    }

    /// Serves until something ends it.
    async fn serve(&mut self, mut stream: SplitStream<WebSocket>) -> End {
        let mut people = self.line.people();
        let mut presence_from = Instant::now();
        let mut heard = Instant::now();
        let mut news = true;
        // One alarm for whatever is due next; it is set anew only if that is earlier.
        let mut alarm = pin!(sleep_until(heard));
        let mut is_armed = false;
        loop {
            let step = self.flush().await;
            if let Err(end) = step {
                return end;
            }
            let may_read = self.unanswered < UNANSWERED_MAX;
            let silent_at = may_read.then(|| heard + SILENCE);
            let parts_at = self.parting.as_ref().map(|it| it.end(self.unanswered));
            let due = [silent_at, parts_at, news.then_some(presence_from)];
            if let Some(first) = due.into_iter().flatten().min()
                && (!is_armed || first < alarm.deadline())
            {
                is_armed = true;
                alarm.as_mut().reset(first);
            }
            let step = tokio::select! {
                message = next_message(&mut stream), if may_read => {
                    heard = Instant::now();
                    match message {
                        Ok(message) => self.received(message).await,
                        Err(end) => Err(end),
                    }
                }
                delivery = self.line.next() => self.deliver(delivery).await,
                changed = people.changed(), if !news => {
                    news = changed.is_ok();
                    Ok(())
                }
                () = &mut alarm, if is_armed => {
                    is_armed = false;
                    let now = Instant::now();
                    let is_due = |at: Option<Instant>| at.is_some_and(|it| it <= now);
                    if is_due(silent_at) {
                        Err(End::Gone)
                    } else if is_due(parts_at) {
                        Err(End::Told(Refusal::ClientTooOld))
                    } else if news && presence_from <= now {
                        news = false;
                        presence_from = now + PRESENCE_EVERY;
                        let people = self.line.others(&mut people);
                        self.send(&ServerMessage::Presence { people }).await
                    } else {
                        Ok(())
                    }
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Passes on what came by the line, and what waits behind it: all of it leaves at once.
    async fn deliver(&mut self, first: Option<Delivery>) -> Step {
        let mut delivery = first.ok_or(End::Gone)?;
        for _ in 1..DELIVERIES_AT_ONCE {
            self.pass_on(delivery).await?;
            match self.line.waiting() {
                Some(next) => delivery = next,
                None => return Ok(()),
            }
        }
        self.pass_on(delivery).await
    }

    async fn pass_on(&mut self, delivery: Delivery) -> Step {
        match delivery {
            Delivery::Log(publication) => self.publish(publication).await?,
            Delivery::Answers(answers) => self.answer(answers).await?,
            Delivery::Head(to) if self.is_following => self.send_log(to).await?,
            Delivery::Head(_) => {}
            Delivery::Members => {
                let members = self.members().await?;
                self.send(&ServerMessage::Members { members }).await?;
            }
            Delivery::Ended(ended) => self.session_news(&ended)?,
        }
        Ok(())
    }

    async fn received(&mut self, message: ClientMessage) -> Step {
        if !self.limits.frame() {
            return Err(End::Told(Refusal::TooFast));
        }
        match message {
            ClientMessage::Hello(hello) => self.greet(hello).await,
            ClientMessage::Push { changes } => self.push(changes).await,
            ClientMessage::PushBodies { changes } => {
                if changes.len() > PUSH_CHANGES_MAX {
                    return Err(End::Told(Refusal::TooLarge));
                }
                self.push(changes.into_iter().map(Into::into).collect())
                    .await
            }
            ClientMessage::Register { actors } => self.register(actors).await,
            ClientMessage::Presence { record } => {
                self.look(record);
                Ok(())
            }
            ClientMessage::Ping => {
                if self.is_following {
                    self.note_position();
                    self.pinged = self.sent;
                }
                self.send(&ServerMessage::Pong).await
            }
        }
    }

    /// The device has what was sent before its ping before this one ([`crate::sync::seen`]).
    fn note_position(&self) {
        let device = DeviceOf {
            workspace_id: self.who.workspace.id,
            member_id: self.author.member_id,
            device_id: self.author.device_id,
        };
        let now = self.state.clock.now();
        self.state.positions.note(device, self.pinged, now);
    }

    fn look(&self, record: Option<RecordRef>) {
        self.line.look(record);
    }

    async fn push(&mut self, changes: Vec<PushedChange>) -> Step {
        if changes.len() > PUSH_CHANGES_MAX {
            return Err(End::Told(Refusal::TooLarge));
        }
        self.limits.changes(changes.len()).await;
        if !self.unregistered.is_empty() {
            match self.try_register().await {
                Ok(true) => {}
                Ok(false) => return Err(End::Told(Refusal::SignedOut)),
                Err(_) => {
                    let verdict = Verdict::Refused(Refusal::Unavailable);
                    let answers = changes
                        .iter()
                        .map(|it| Answer {
                            record: it.record,
                            hash: it.hash,
                            verdict: verdict.clone(),
                        })
                        .collect();
                    return self.send(&ServerMessage::Answers { answers }).await;
                }
            }
        }
        self.unanswered += changes.len();
        if let Some(parting) = &mut self.parting {
            parting.go_on();
        }
        let workspace_id = self.who.workspace.id;
        let (ingest, id) = (&self.state.ingest, self.line.id());
        if ingest.push(workspace_id, self.author, changes, id).await {
            Ok(())
        } else {
            Err(End::Gone)
        }
    }

    pub(super) async fn members(&mut self) -> Result<Vec<MemberInfo>, End> {
        let (store, workspace_id) = (&*self.state.store, self.who.workspace.id);
        let members = self.state.known.members(store, workspace_id).await?;
        let me = members
            .iter()
            .find(|it| it.id == self.who.member.id && it.is_active);
        me.ok_or(End::Told(Refusal::SignedOut))?;
        let info = members.iter().map(|it| MemberInfo {
            id: it.id,
            name: it.name.as_str().into(),
            role: told_role(it.role, self.protocol),
            active: it.is_active,
        });
        Ok(info.collect())
    }

    fn session_news(&self, ended: &Ended) -> Step {
        let is_over = match ended {
            Ended::Session(session) => *session == self.who.session,
            Ended::User { user_id, except } => {
                *user_id == self.who.member.user_id && *except != Some(self.who.session)
            }
        };
        if is_over {
            Err(End::Told(Refusal::SignedOut))
        } else {
            Ok(())
        }
    }

    /// Asks after too much news. The peer connects again, perhaps with a cookie that was renewed.
    async fn session_still_holds(&mut self) -> Step {
        let now = self.state.clock.now();
        match self.state.store.session(self.who.session, now).await? {
            Some(_) => Ok(()),
            None => Err(End::Gone),
        }
    }
}
