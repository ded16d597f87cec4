//! A device with one socket: what a browser's replica does, without the browser.

use futures::{SinkExt as _, StreamExt as _};
use huike_server::entropy::OsEntropy;
use huike_shared::customers::Customer;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::note::{Note, NoteDocument, NoteState};
use huike_shared::record::{Record as _, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{
    self, Answer, ClientMessage, DocumentState, Entry, Hello, PROTOCOL, PushedChange,
    ServerMessage, StatesPage, Verdict, Welcome,
};
use huike_shared::time::Timestamp;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use std::collections::HashMap;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A signed-in session.
#[derive(Clone)]
pub struct Account {
    pub address: String,
    pub cookie: String,
}

/// What a device knows.
pub struct Device {
    pub account: Account,
    pub id: RecordId,
    pub actor: Actor,
    pub welcome: Welcome,
    pub log: Option<RecordId>,
    pub cursor: u64,
    /// How far an unfinished fetch has come.
    pub fetched: u64,
    pub states: HashMap<RecordRef, DocumentState>,
    /// Every position in the order in which it was heard of.
    pub heard: Vec<u64>,
    pub socket: Socket,
    /// What its program speaks.
    pub protocol: u8,
}

pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Account {
    pub async fn sign_in(address: &str, login: &str, password: &str) -> Account {
        let answer = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
            .post(format!("{address}/sign-in"))
            .header(ORIGIN, address)
            .form(&[("login", login), ("password", password)])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303);
        Account::of(address, &answer)
    }

    /// The session that an answer begins.
    pub fn of(address: &str, answer: &reqwest::Response) -> Account {
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookie = cookies
            .filter_map(|it| it.to_str().ok()?.split(';').next())
            .find(|it| it.starts_with("huike="));
        Account {
            address: address.to_owned(),
            cookie: cookie.unwrap().to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        let request = reqwest::Client::new().get(format!("{}{path}", self.address));
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    pub async fn post(&self, path: &str) -> reqwest::Response {
        let request = reqwest::Client::new().post(format!("{}{path}", self.address));
        let request = request
            .header(COOKIE, &self.cookie)
            .header(ORIGIN, &self.address);
        request.send().await.unwrap()
    }

    pub async fn states(&self, after: u64) -> StatesPage {
        let answer = self
            .get(&format!(
                "/api/v1/sync/states?after={after}&protocol={PROTOCOL}"
            ))
            .await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        message::decode_unlimited(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Opens a socket as a page of this origin would; an error is the status of the refusal.
    pub async fn socket(&self, origin: Option<&str>) -> Result<Socket, u16> {
        let url = format!("{}/api/v1/sync", self.address.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("cookie", self.cookie.parse().unwrap());
        if let Some(origin) = origin {
            request
                .headers_mut()
                .insert("origin", origin.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    pub async fn own_socket(&self) -> Socket {
        self.socket(Some(&self.address)).await.unwrap()
    }

    /// A new device that has caught up with everything.
    pub async fn device(&self) -> Device {
        let mut device = Device::new(self, OsEntropy.record_id(now())).await;
        device.greet().await;
        device
    }
}

impl Socket {
    pub async fn say(&mut self, message: &ClientMessage) {
        // The server takes every version that it understands, as long as the greeting is in the first.
        self.say_bytes(message::encode_client(PROTOCOL, message))
            .await;
    }

    pub async fn say_bytes(&mut self, frame: Vec<u8>) {
        // The server may have closed already; what it said is heard all the same.
        let _ = self.0.send(Message::Binary(frame.into())).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The next message but presence; `None` when the server has closed.
    pub async fn hear(&mut self) -> Option<ServerMessage> {
        loop {
            match self.hear_all().await {
                Some(ServerMessage::Presence { .. }) => {}
                other => return other,
            }
        }
    }

    /// The next message of any kind.
    pub async fn hear_all(&mut self) -> Option<ServerMessage> {
        Some(self.hear_frame().await?.1)
    }

    /// The next frame: its version, and what it says.
    pub async fn hear_frame(&mut self) -> Option<(u8, ServerMessage)> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
            match next.expect("the server says nothing") {
                Some(Ok(Message::Binary(frame))) => {
                    return Some((frame[0], message::decode(&frame).unwrap()));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The reason with which the server closes.
    pub async fn closed_with(&mut self) -> Refusal {
        loop {
            match self.hear().await {
                Some(ServerMessage::Closed { refusal }) => {
                    assert_eq!(self.hear().await, None);
                    return refusal;
                }
                Some(_) => {}
                None => panic!("closed without a word"),
            }
        }
    }
}

impl Device {
    pub async fn new(account: &Account, id: RecordId) -> Device {
        let socket = account.own_socket().await;
        Device {
            id,
            ..Device::on(account, socket)
        }
    }

    /// A new device on a socket that is open.
    pub fn on(account: &Account, socket: Socket) -> Device {
        Device {
            account: account.clone(),
            id: OsEntropy.record_id(now()),
            actor: Actor::new(&mut OsEntropy),
            welcome: Welcome {
                protocol: 0,
                log: RecordId::default(),
                head: 0,
                fetch: false,
                now: now(),
                member: RecordId::default(),
                members: Vec::new(),
            },
            log: None,
            cursor: 0,
            fetched: 0,
            states: HashMap::new(),
            heard: Vec::new(),
            socket,
            protocol: PROTOCOL,
        }
    }

    pub fn hello(&self) -> Hello {
        Hello {
            protocol: self.protocol,
            device: self.id,
            actors: vec![self.actor],
            log: self.log,
            cursor: self.cursor,
        }
    }

    /// Says hello and hears everything up to the head.
    pub async fn greet(&mut self) {
        loop {
            self.socket.say(&ClientMessage::Hello(self.hello())).await;
            let Some(ServerMessage::Welcome(welcome)) = self.socket.hear().await else {
                panic!("not welcome");
            };
            if self.log != Some(welcome.log) {
                self.log = Some(welcome.log);
                (self.cursor, self.fetched) = (0, 0);
            }
            self.welcome = welcome.clone();
            if !welcome.fetch {
                return self.hear_up_to(welcome.head).await;
            }
            while !self.fetch().await {}
        }
    }

    /// Takes one page of states; true if it was the last.
    pub async fn fetch(&mut self) -> bool {
        let page = self.account.states(self.fetched.max(self.cursor)).await;
        for entry in page.states {
            self.states.insert(entry.record, entry.state);
        }
        self.log = Some(page.log);
        self.fetched = page.next;
        if page.remaining == 0 {
            self.cursor = page.next;
        }
        page.remaining == 0
    }

    /// Connects anew, as after a lost network.
    pub async fn reconnect(&mut self) {
        self.socket = self.account.own_socket().await;
        self.greet().await;
    }

    pub async fn hear_up_to(&mut self, position: u64) {
        while self.cursor < position {
            let message = self.socket.hear().await.expect("the server closed");
            self.take(message);
        }
    }

    /// Hears the verdicts of so many changes.
    pub async fn hear_verdicts(&mut self, count: usize) -> Vec<Answer> {
        let mut all = Vec::new();
        while all.len() < count {
            let message = self.socket.hear().await.expect("the server closed");
            all.extend(self.take(message));
        }
        all
    }

    pub fn take(&mut self, message: ServerMessage) -> Vec<Answer> {
        match message {
            ServerMessage::Changes { to, entries } => {
                for entry in entries {
                    assert_eq!(entry.position, self.cursor + 1, "changes come in order");
                    self.cursor = entry.position;
                    self.heard.push(entry.position);
                    self.apply(entry);
                }
                assert_eq!(to, self.cursor);
                Vec::new()
            }
            ServerMessage::Answers { answers } => {
                for answer in &answers {
                    if let Verdict::Accepted { position, .. } = answer.verdict
                        && position > self.cursor
                    {
                        assert_eq!(position, self.cursor + 1, "answers come in order");
                        self.cursor = position;
                        self.heard.push(position);
                    }
                }
                answers
            }
            _ => Vec::new(),
        }
    }

    fn apply(&mut self, entry: Entry) {
        if entry.is_erasure() {
            self.states.insert(entry.record, DocumentState::Erased);
            return;
        }
        let stamp = Stamp {
            at: entry.at,
            by: entry.member,
        };
        if let Some(of) = &entry.of {
            let (owner, field) = huike_shared::note::owner_of(of).unwrap();
            let mut note = match self.states.get(&entry.record) {
                Some(DocumentState::Note(state)) => NoteDocument::load(&state.saved).unwrap(),
                _ => NoteDocument::genesis(owner, field),
            };
            note.apply(&[&entry.body]).unwrap();
            let state = NoteState {
                saved: note.save(),
                created: stamp,
                updated: stamp,
            };
            self.states.insert(entry.record, DocumentState::Note(state));
            return;
        }
        let change = decode(&entry.body).unwrap();
        let registers = self.registers(entry.record);
        if entry.is_renewal() {
            let (renewed, body) = registers.renew(&entry.record).unwrap();
            assert_eq!(body, entry.body, "everybody makes the same genesis");
            *registers = renewed;
            return;
        }
        if !registers.contains(&change) {
            registers.apply(&change, stamp);
        }
    }

    pub fn registers(&mut self, record: RecordRef) -> &mut Registers {
        let empty = || DocumentState::Flat(Registers::default());
        match self.states.entry(record).or_insert_with(empty) {
            DocumentState::Flat(registers) => registers,
            DocumentState::Note(_) | DocumentState::Erased => panic!("no record"),
        }
    }

    /// Makes an edit on the device and gives its change.
    pub fn edit(&mut self, record: RecordRef, values: &[(&str, Scalar)]) -> PushedChange {
        let values: Vec<_> = values
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()))
            .collect();
        let actor = self.actor;
        let registers = self.registers(record);
        let body = registers
            .author(&values, actor, now())
            .expect("the edit changes something");
        let change = decode(&body).unwrap();
        registers.apply(&change, Stamp::default());
        PushedChange {
            record,
            of: None,
            hash: change.hash,
            body,
        }
    }

    pub fn name(&mut self, record: RecordRef, name: &str) -> PushedChange {
        self.edit(record, &[("name", Scalar::text(name))])
    }

    pub async fn push(&mut self, changes: Vec<PushedChange>) {
        self.socket.say(&ClientMessage::Push { changes }).await;
    }

    /// Pushes and hears the verdicts.
    pub async fn push_all(&mut self, changes: Vec<PushedChange>) -> Vec<Answer> {
        let count = changes.len();
        self.push(changes).await;
        self.hear_verdicts(count).await
    }

    /// Pushes one change and hears the verdict.
    pub async fn push_one(&mut self, change: PushedChange) -> Verdict {
        self.push_all(vec![change]).await.remove(0).verdict
    }

    pub fn text(&mut self, record: RecordRef, key: &str) -> String {
        self.registers(record)
            .value(key)
            .as_text()
            .unwrap_or_default()
            .to_owned()
    }
}

pub fn now() -> Timestamp {
    huike_server::clock::Clock::system().now()
}

pub fn customer() -> RecordRef {
    RecordRef {
        kind: Customer::DEF.kind,
        id: OsEntropy.record_id(now()),
    }
}

pub fn position(verdict: &Verdict) -> u64 {
    match verdict {
        Verdict::Accepted { position, .. } => *position,
        Verdict::Refused(refusal) => panic!("refused: {refusal}"),
    }
}

#[track_caller]
pub fn assert_refused(verdict: &Verdict, expected: &Refusal) {
    assert_eq!(*verdict, Verdict::Refused(expected.clone()));
}
