//! The start of the core and its end.

use gloo_timers::callback::Timeout;
use huike_shared::id::RecordId;
use huike_shared::local::{Connection, Report, Request, Status};
use huike_shared::sync::replica::Event;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

use crate::core::{Core, Stop};
use crate::mailbox::{Mail, Mailbox};
use crate::outside::{self, Browser};
use crate::screens::{self, Screens};
use crate::socket::Socket;
use crate::store::indexed_db::{Ending, IndexedDb};

/// How long the core waits for the first word of a screen before it reads what no screen waits for.
const FIRST_WORD_MS: u32 = 100;

/// How long the first screen has the machine for itself. After that the core gets the rest of its code: one that
/// stays while the server is upgraded must have all of it.
const REST_MS: u32 = 4_000;

/// What `tabs.js` says first.
#[derive(Clone, Debug)]
pub struct Start {
    /// The leader's own page.
    pub screen: u64,
    /// Names the replica: `<workspace>-<member>`, or `none`.
    pub suffix: String,
    /// The channel from followers.
    pub up: String,
    /// The channel to followers.
    pub down: String,
    /// Whether this browser remembers that the store was filled.
    pub had_data: bool,
}

impl Start {
    fn read(message: &JsValue) -> Option<Start> {
        let start = Reflect::get(message, &"start".into()).ok()?;
        let part = |name: &str| Reflect::get(&start, &name.into()).ok();
        let text = |name: &str| part(name)?.as_string();
        Some(Start {
            screen: u64::from_str_radix(&text("screen")?, 16).ok()?,
            suffix: text("suffix")?,
            up: text("up")?,
            down: text("down")?,
            had_data: part("hadData").is_some_and(|it| it.is_truthy()),
        })
    }

    /// The member whose replica it is, if anybody has signed in.
    fn member(&self) -> Option<RecordId> {
        // A hyphenated id is 36 characters long, and so is the workspace's before it.
        let from = self.suffix.len().checked_sub(36)?;
        RecordId::parse(self.suffix.get(from..)?).ok()
    }
}

/// Listens, and starts everything else.
pub fn start(early: &Array) -> Promise {
    let page: web_sys::DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    watch_panics(page);
    let Some(start) = Start::read(&early.get(0)) else {
        return Promise::reject(&"the first message was not a start".into());
    };
    let mailbox = Mailbox::default();
    let member = start.member();
    let socket = Socket::new(mailbox.clone(), member.unwrap_or_default());
    let hurrying = socket.clone();
    let screens = match Screens::open(&start, mailbox.clone(), move || hurrying.hurry()) {
        Ok(screens) => screens,
        Err(reason) => return Promise::reject(&reason),
    };
    early.iter().for_each(|it| screens.hear_early(&it));
    future_to_promise(async move {
        let stop = match member {
            Some(member) => {
                let browser = Browser::new(mailbox.clone(), screens.clone(), socket.clone());
                run(&start, member, &mailbox, browser).await
            }
            None => idle(&mailbox, &screens).await,
        };
        socket.stop();
        match stop {
            Stop::Robbed => screens.tell_page("robbed", &JsValue::TRUE),
            Stop::Closed => screens.tell_page("restart", &JsValue::TRUE),
            Stop::Broken(error) => screens.tell_page("failed", &error.to_string().into()),
        }
        Ok(JsValue::UNDEFINED)
    })
}

async fn run(start: &Start, member: RecordId, mailbox: &Mailbox, browser: Browser) -> Stop {
    match lead(start, member, mailbox, browser).await {
        Ok(never) => match never {},
        Err(stop) => stop,
    }
}

enum Never {}

async fn lead(
    start: &Start,
    member: RecordId,
    mailbox: &Mailbox,
    browser: Browser,
) -> Result<Never, Stop> {
    let ended = mailbox.clone();
    let name = format!("huike-{}", start.suffix);
    let store = IndexedDb::open(&name, move |it| ended.post(Mail::StoreEnded(it))).await?;
    let mut core = Core::open(store, browser, member, start.had_data).await?;

    // The first screen's rows go out before the states are even read.
    let nudging = mailbox.clone();
    Timeout::new(FIRST_WORD_MS, move || nudging.post(Mail::Nudge)).forget();
    core.handle(events(mailbox.take().await)?).await?;
    core.load_states().await?;
    let having = mailbox.clone();
    let have_all = move || {
        spawn_local(async move {
            outside::have_notes(having).await;
        });
    };
    Timeout::new(REST_MS, have_all).forget();
    let mut is_warm = false;
    loop {
        if !is_warm && mailbox.is_empty() {
            is_warm = true;
            core.warm_up();
        }
        let events = events(mailbox.take().await)?;
        if !events.is_empty() {
            core.handle(events).await?;
        }
    }
}

/// The events among the mail, unless something ends the core.
fn events(mail: Vec<Mail>) -> Result<Vec<Event>, Stop> {
    let mut events = Vec::with_capacity(mail.len());
    for it in mail {
        match it {
            Mail::Event(event) => events.push(event),
            Mail::Nudge => {}
            // A newer build has the store now; it may be that of the tab that leads next.
            Mail::StoreEnded(Ending::Yielded) => return Err(Stop::Robbed),
            Mail::StoreEnded(Ending::Cleared) => return Err(Stop::Closed),
        }
    }
    Ok(events)
}

/// Nobody has ever signed in here: there is no replica, and every screen hears so.
async fn idle(mailbox: &Mailbox, screens: &Screens) -> Stop {
    loop {
        for mail in mailbox.take().await {
            if let Mail::Event(Event::Request {
                screen,
                request: Request::Open { .. },
            }) = mail
            {
                let status = Status {
                    connection: Connection::SignedOut,
                    ..Status::default()
                };
                screens.report(Some(screen), &Report::Status(status));
            }
        }
    }
}

/// Shows the reason of a panic to the person; the data is safe, since nothing is told before it is
/// durable.
fn watch_panics(page: web_sys::DedicatedWorkerGlobalScope) {
    std::panic::set_hook(Box::new(move |info| {
        screens::tell_page(&page, "failed", &info.to_string().into());
        console_error_panic_hook::hook(info);
    }));
}
