//! The socket: tries, tries again, and knows when a silent peer is gone.
//!
//! Each try asks two things at once: the socket itself, and who is signed in, because a browser does
//! not say why a socket was refused, and because an outbox belongs to one member: nothing, not even a
//! greeting, is sent in another's name. Only if both answers are good is the replica told.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::{Interval, Timeout};
use huike_shared::id::RecordId;
use huike_shared::sync::backoff::{Backoff, GOOD_MS, TRY_MS};
use huike_shared::sync::message::{
    self, ClientMessage, HEARTBEAT_MS, PROTOCOL_FIRST, ServerMessage, agreed,
};
use huike_shared::sync::replica::{Event, FetchError};
use js_sys::{ArrayBuffer, Date, Math, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BinaryType, MessageEvent, WebSocket, WorkerGlobalScope};

use crate::fetch;
use crate::mailbox::Mailbox;

/// How long a peer may take to answer when the device thinks that the network is gone.
const PROBE_MS: u32 = 3_000;

/// The line to the server. Clones share it.
#[derive(Clone)]
pub struct Socket {
    inner: Rc<Inner>,
}

struct Inner {
    mailbox: Mailbox,
    member: RecordId,
    state: RefCell<State>,
    backoff: RefCell<Backoff>,
    /// Numbers tries, so that a late answer to an older one is recognized.
    round: Cell<u32>,
    /// What was agreed with the server on this line.
    protocol: Cell<u8>,
}

enum State {
    /// Not wanted, or not any more.
    Idle,
    /// Waits for the next try.
    Resting { _until: Timeout },
    /// Waits for both answers.
    Trying {
        wire: Wire,
        is_open: bool,
        is_known: bool,
        _patience: Timeout,
    },
    /// Up.
    Open {
        wire: Wire,
        since: f64,
        last_heard: f64,
        _heartbeat: Interval,
    },
}

impl Socket {
    /// A line for one member's replica.
    pub fn new(mailbox: Mailbox, member: RecordId) -> Socket {
        let inner = Rc::new(Inner {
            mailbox,
            member,
            state: RefCell::new(State::Idle),
            backoff: RefCell::default(),
            round: Cell::new(0),
            protocol: Cell::new(PROTOCOL_FIRST),
        });
        let (online, offline) = (inner.clone(), inner.clone());
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let on_online = Closure::<dyn FnMut()>::new(move || online.hurry());
        let on_offline = Closure::<dyn FnMut()>::new(move || offline.probe());
        // Both live as long as the worker.
        scope.set_ononline(Some(on_online.into_js_value().unchecked_ref()));
        scope.set_onoffline(Some(on_offline.into_js_value().unchecked_ref()));
        Socket { inner }
    }

    /// Connects, now if it is waiting to try again.
    pub fn connect(&self) {
        if matches!(
            &*self.inner.state.borrow(),
            State::Idle | State::Resting { .. }
        ) {
            self.inner.backoff.borrow_mut().reset();
            self.inner.attempt();
        }
    }

    /// The network may be back: tries now if it is waiting, asks for a sign of life if it is not.
    pub fn hurry(&self) {
        self.inner.hurry();
    }

    /// Sends a message; a line that is not up has lost it anyway.
    pub fn send(&self, message: &ClientMessage) {
        if let State::Open { wire, .. } = &*self.inner.state.borrow() {
            wire.send(self.inner.protocol.get(), message);
        }
    }

    /// Closes the line and tries again later.
    pub fn close(&self) {
        self.inner.lose();
    }

    /// Closes the line for good.
    pub fn stop(&self) {
        self.inner.set(State::Idle);
    }
}

impl Inner {
    fn set(&self, state: State) {
        // Every answer to what was before is late from now on.
        self.round.set(self.round.get().wrapping_add(1));
        let _before = self.state.replace(state);
    }

    fn attempt(self: &Rc<Self>) {
        let round = self.round.get().wrapping_add(1);
        let Some(wire) = Wire::open(self, round) else {
            return self.lose();
        };
        let patient = self.clone();
        let patience = Timeout::new(TRY_MS, move || patient.if_current(round, Inner::lose));
        self.set(State::Trying {
            wire,
            is_open: false,
            is_known: false,
            _patience: patience,
        });
        let asking = self.clone();
        spawn_local(async move {
            let answer = fetch::me().await;
            asking.if_current(round, |inner| inner.identified(&answer));
        });
    }

    fn if_current(self: &Rc<Self>, round: u32, then: impl FnOnce(&Rc<Self>)) {
        if self.round.get() == round {
            then(self);
        }
    }

    fn identified(self: &Rc<Self>, answer: &Result<RecordId, FetchError>) {
        match answer {
            Ok(member) if *member == self.member => {
                if let State::Trying { is_known, .. } = &mut *self.state.borrow_mut() {
                    *is_known = true;
                }
                self.proceed();
            }
            // Nobody, or somebody else.
            Ok(_) | Err(FetchError::SignedOut) => {
                self.rest();
                self.mailbox.event(Event::SignedOut);
            }
            Err(FetchError::Unreachable | FetchError::Gone | FetchError::ClientTooOld) => {
                self.lose()
            }
        }
    }

    fn opened(self: &Rc<Self>) {
        if let State::Trying { is_open, .. } = &mut *self.state.borrow_mut() {
            *is_open = true;
        }
        self.proceed();
    }

    /// Goes on once both answers are there.
    fn proceed(self: &Rc<Self>) {
        let state = self.state.replace(State::Idle);
        let State::Trying {
            wire,
            is_open: true,
            is_known: true,
            ..
        } = state
        else {
            self.state.replace(state);
            return;
        };
        let (round, listening) = (self.round.get(), self.clone());
        let heartbeat = Interval::new(HEARTBEAT_MS, move || {
            listening.if_current(round, Inner::beat);
        });
        let now = Date::now();
        // Not `set`: the wire's callbacks belong to this very round.
        self.state.replace(State::Open {
            wire,
            since: now,
            last_heard: now,
            _heartbeat: heartbeat,
        });
        self.protocol.set(PROTOCOL_FIRST);
        self.mailbox.event(Event::Connected);
    }

    fn heard(self: &Rc<Self>, frame: &Uint8Array) {
        if let State::Open { last_heard, .. } = &mut *self.state.borrow_mut() {
            *last_heard = Date::now();
        }
        match message::decode(&frame.to_vec()) {
            Ok(message) => {
                if let ServerMessage::Welcome(welcome) = &message {
                    self.protocol.set(agreed(welcome.protocol));
                }
                self.mailbox.event(Event::Received(message));
            }
            // What follows a frame that is lost would leave a gap.
            Err(_) => self.lose(),
        }
    }

    fn beat(self: &Rc<Self>) {
        let is_gone = match &*self.state.borrow() {
            State::Open {
                wire, last_heard, ..
            } => {
                let is_gone = Date::now() - last_heard > 3.0 * f64::from(HEARTBEAT_MS);
                if !is_gone {
                    wire.send(self.protocol.get(), &ClientMessage::Ping);
                }
                is_gone
            }
            State::Idle | State::Resting { .. } | State::Trying { .. } => false,
        };
        if is_gone {
            self.lose();
        }
    }

    fn hurry(self: &Rc<Self>) {
        let is_resting = matches!(&*self.state.borrow(), State::Resting { .. });
        if is_resting {
            self.backoff.borrow_mut().reset();
            self.attempt();
        } else {
            self.probe();
        }
    }

    /// Asks for a sign of life, and gives up if there is none soon.
    fn probe(self: &Rc<Self>) {
        let asked_at = Date::now();
        match &*self.state.borrow() {
            State::Open { wire, .. } => wire.send(self.protocol.get(), &ClientMessage::Ping),
            State::Idle | State::Resting { .. } | State::Trying { .. } => return,
        }
        let (round, waiting) = (self.round.get(), self.clone());
        let check = Timeout::new(PROBE_MS, move || {
            waiting.if_current(round, |inner| {
                let is_silent = matches!(
                    &*inner.state.borrow(),
                    State::Open { last_heard, .. } if *last_heard < asked_at
                );
                if is_silent {
                    inner.lose();
                }
            });
        });
        check.forget();
    }

    /// The line is gone, or never came.
    fn lose(self: &Rc<Self>) {
        self.rest();
        self.mailbox.event(Event::Disconnected);
    }

    fn rest(self: &Rc<Self>) {
        if let State::Open { since, .. } = &*self.state.borrow()
            && Date::now() - since > GOOD_MS
        {
            self.backoff.borrow_mut().reset();
        }
        let wait = self.backoff.borrow_mut().next_ms(Math::random());
        let waking = self.clone();
        let until = Timeout::new(wait, move || waking.attempt());
        self.set(State::Resting { _until: until });
    }
}

/// A WebSocket with its callbacks; closed when dropped.
struct Wire {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

impl Wire {
    fn open(inner: &Rc<Inner>, round: u32) -> Option<Wire> {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let origin = scope.location().origin().replacen("http", "ws", 1);
        let socket = WebSocket::new(&format!("{origin}/api/v1/sync")).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (opened, heard, closed) = (inner.clone(), inner.clone(), inner.clone());
        let on_open = Closure::<dyn FnMut()>::new(move || {
            opened.if_current(round, Inner::opened);
        });
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |ev: MessageEvent| {
            let frame = Uint8Array::new(ev.data().unchecked_ref::<ArrayBuffer>());
            heard.if_current(round, |inner| inner.heard(&frame));
        });
        let on_close = Closure::<dyn FnMut()>::new(move || {
            closed.if_current(round, Inner::lose);
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Wire {
            socket,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        })
    }

    fn send(&self, protocol: u8, message: &ClientMessage) {
        let frame = message::encode_client(protocol, message);
        // A wire that cannot send is closed by the browser, and tells so.
        let _ = self.socket.send_with_u8_array(&frame);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}
