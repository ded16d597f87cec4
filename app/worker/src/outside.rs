//! The browser, as the core sees it: clock, chance, screens, socket, fetch, timers.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use huike_shared::id::Entropy;
use huike_shared::local::Report;
use huike_shared::sync::message::ClientMessage;
use huike_shared::sync::replica::{Effect, Event, FetchError};
use huike_shared::time::Timestamp;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::WorkerGlobalScope;

use crate::core::Outside;
use crate::fetch;
use crate::mailbox::Mailbox;
use crate::notes;
use crate::screens::Screens;
use crate::socket::Socket;

/// Milliseconds until what opens notes is asked for again, if it did not come.
const NOTES_RETRY_MS: u32 = 2_000;

/// The browser's random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceEntropy;

impl Entropy for DeviceEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let filled = scope
            .crypto()
            .and_then(|it| it.get_random_values_with_u8_array(bytes));
        // Ids made of zeros would collide; every browser that runs WebAssembly has this source.
        filled.expect("the browser has a random source");
    }
}

/// The browser.
pub struct Browser {
    mailbox: Mailbox,
    screens: Screens,
    socket: Socket,
    /// Grows when answers under way are not wanted any more.
    round: Rc<Cell<u32>>,
    entropy: DeviceEntropy,
}

impl Browser {
    /// Puts the parts together.
    pub fn new(mailbox: Mailbox, screens: Screens, socket: Socket) -> Self {
        Browser {
            mailbox,
            screens,
            socket,
            round: Rc::default(),
            entropy: DeviceEntropy,
        }
    }

    /// Hands in what comes of a request, unless it is not wanted any more by then.
    fn fetch<T>(
        &self,
        answer: impl Future<Output = Result<T, FetchError>> + 'static,
        event: impl FnOnce(Result<T, FetchError>) -> Event + 'static,
    ) {
        let (mailbox, socket) = (self.mailbox.clone(), self.socket.clone());
        let round = self.round.clone();
        let asked_in = round.get();
        spawn_local(async move {
            let answer = answer.await;
            if round.get() != asked_in {
                return;
            }
            if matches!(answer, Err(FetchError::SignedOut)) {
                // The socket finds out when somebody has signed in again.
                socket.close();
            }
            mailbox.event(event(answer));
        });
    }
}

/// Gets what opens notes, however often it takes: a screen or the server waits for it.
async fn need_notes(mailbox: Mailbox) {
    while !have_notes(mailbox.clone()).await {
        TimeoutFuture::new(NOTES_RETRY_MS).await;
    }
}

/// Gets what opens notes, unless it cannot be had now. Answers whether it came.
pub async fn have_notes(mailbox: Mailbox) -> bool {
    let loaded = notes::load_engine().await;
    loaded.is_ok_and(|engine| {
        mailbox.event(Event::NotesReady(engine));
        true
    })
}

impl Outside for Browser {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(js_sys::Date::now() as i64)
    }

    fn entropy(&mut self) -> &mut dyn Entropy {
        &mut self.entropy
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Report { screen, report } => self.screens.report(screen, &report),
            Effect::Connect => self.socket.connect(),
            Effect::Send(message) => {
                if matches!(message, ClientMessage::Hello(_)) {
                    // The answer says what is to be fetched; an older page would come between.
                    self.round.set(self.round.get() + 1);
                }
                self.socket.send(&message);
            }
            Effect::Fetch { after } => self.fetch(fetch::states(after), Event::Fetched),
            Effect::FetchSnapshot => self.fetch(fetch::snapshot(), Event::Snapshot),
            Effect::FetchPart { position, number } => {
                self.fetch(fetch::part(position, number), move |part| Event::Part {
                    position,
                    number,
                    part,
                });
            }
            Effect::Close => {
                // What it said after the frame for which it is closed must not be heard.
                self.mailbox.forget_connection();
                self.socket.close();
            }
            // The core has the store and reads it there.
            Effect::ReadKept => {}
            Effect::LoadNotes => spawn_local(need_notes(self.mailbox.clone())),
            Effect::Ask {
                screen,
                ask,
                question,
            } => {
                let screens = self.screens.clone();
                spawn_local(async move {
                    let answer = fetch::answer(&question).await;
                    screens.report(Some(screen), &Report::Answered { ask, answer });
                });
            }
            Effect::Wake { after_ms } => {
                let mailbox = self.mailbox.clone();
                Timeout::new(after_ms, move || mailbox.event(Event::Woke)).forget();
            }
        }
    }

    fn disconnect(&mut self) {
        self.round.set(self.round.get() + 1);
        self.socket.close();
        self.mailbox.forget_connection();
    }
}
