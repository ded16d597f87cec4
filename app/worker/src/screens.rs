//! The screens that this core serves: its own page, and the followers behind two channels.
//!
//! The contract stands at the top of `public/tabs.js`. Each page holds a lock named after its screen
//! as long as it lives; a follower that is gone without a word is noticed by that lock becoming free.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use huike_shared::local::{self, Connection, Report, Request};
use huike_shared::sync::replica::Event;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, DedicatedWorkerGlobalScope, MessageEvent};

use crate::mailbox::Mailbox;
use crate::start::Start;

#[wasm_bindgen]
extern "C" {
    /// Missing on plain http outside localhost.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, granted: &Function) -> Result<Promise, JsValue>;
}

/// The way to all screens. Clones share it.
#[derive(Clone)]
pub struct Screens {
    inner: Rc<Inner>,
}

struct Inner {
    page: DedicatedWorkerGlobalScope,
    suffix: String,
    own: u64,
    up: BroadcastChannel,
    down: BroadcastChannel,
    followers: RefCell<HashSet<u64>>,
    told_filled: RefCell<bool>,
    mailbox: Mailbox,
}

impl Screens {
    /// Opens the channels and listens to them and to the page. `hurry` is called when the page
    /// thinks that the network is back.
    pub fn open(
        start: &Start,
        mailbox: Mailbox,
        hurry: impl Fn() + 'static,
    ) -> Result<Screens, JsValue> {
        let inner = Rc::new(Inner {
            page: js_sys::global().unchecked_into(),
            suffix: start.suffix.clone(),
            own: start.screen,
            up: BroadcastChannel::new(&start.up)?,
            down: BroadcastChannel::new(&start.down)?,
            followers: RefCell::default(),
            told_filled: RefCell::new(start.had_data),
            mailbox,
        });
        let listening = inner.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |ev: MessageEvent| {
            let data = ev.data();
            if is_set(&data, "hurry") {
                hurry();
            }
            listening.hear_page(&data);
        });
        // These three live as long as the worker.
        inner
            .page
            .set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        let listening = inner.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |ev: MessageEvent| {
            listening.hear_follower(&ev.data());
        });
        inner
            .up
            .set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
        Ok(Screens { inner })
    }

    /// Takes in a message of the page that came before the channels were open.
    pub fn hear_early(&self, data: &JsValue) {
        self.inner.hear_page(data);
    }

    /// Tells one screen, or all.
    pub fn report(&self, screen: Option<u64>, report: &Report) {
        let inner = &self.inner;
        let bytes = local::encode(report);
        if screen.is_none_or(|it| it == inner.own) {
            let bytes = Uint8Array::from(&bytes[..]);
            let moved = Array::of1(&bytes.buffer());
            let _ = inner.page.post_message_with_transfer(&bytes, &moved);
        }
        let is_for_followers = match screen {
            Some(screen) => screen != inner.own,
            None => !inner.followers.borrow().is_empty(),
        };
        if is_for_followers {
            let message = Object::new();
            let name = screen.map_or(JsValue::NULL, |it| format!("{it:016x}").into());
            let _ = Reflect::set(&message, &"screen".into(), &name);
            let _ = Reflect::set(&message, &"bytes".into(), &Uint8Array::from(&bytes[..]));
            let _ = inner.down.post_message(&message);
        }
        // From here on an empty store means that the browser has thrown something away.
        let is_filled = match report {
            Report::Stored { .. } => true,
            Report::Status(status) => status.connection == Connection::Online,
            _ => false,
        };
        if is_filled && !inner.told_filled.replace(true) {
            self.tell_page("filled", &JsValue::TRUE);
        }
    }

    /// Says something to `tabs.js`.
    pub fn tell_page(&self, word: &str, value: &JsValue) {
        tell_page(&self.inner.page, word, value);
    }
}

impl Inner {
    fn hear_page(&self, data: &JsValue) {
        if let Some(bytes) = data.dyn_ref::<Uint8Array>() {
            self.hear(self.own, bytes);
        }
    }

    fn hear_follower(self: &Rc<Self>, data: &JsValue) {
        let part = |name: &str| Reflect::get(data, &name.into()).ok();
        let (Some(name), Some(bytes)) =
            (part("screen").and_then(|it| it.as_string()), part("bytes"))
        else {
            return;
        };
        let Ok(screen) = u64::from_str_radix(&name, 16) else {
            return;
        };
        let Some(bytes) = bytes.dyn_ref::<Uint8Array>() else {
            return;
        };
        if self.followers.borrow_mut().insert(screen) {
            self.watch(screen, &name);
        }
        self.hear(screen, bytes);
    }

    fn hear(&self, screen: u64, bytes: &Uint8Array) {
        let Some(request) = local::decode(&bytes.to_vec()) else {
            return;
        };
        if request == Request::Leave {
            self.followers.borrow_mut().remove(&screen);
        }
        self.mailbox.event(Event::Request { screen, request });
    }

    /// Waits for the page's lock, which it holds as long as it lives.
    fn watch(self: &Rc<Self>, screen: u64, name: &str) {
        let watching = self.clone();
        let gone = Closure::once_into_js(move || {
            if watching.followers.borrow_mut().remove(&screen) {
                watching.mailbox.event(Event::Request {
                    screen,
                    request: Request::Leave,
                });
            }
        });
        // Without locks a dead screen costs a few bytes until the core ends.
        let _ = request_lock(
            &format!("huike-page-{}-{name}", self.suffix),
            gone.unchecked_ref(),
        );
    }
}

/// Says something to `tabs.js`: an object with one word.
pub fn tell_page(page: &DedicatedWorkerGlobalScope, word: &str, value: &JsValue) {
    let message = Object::new();
    let _ = Reflect::set(&message, &word.into(), value);
    let _ = page.post_message(&message);
}

fn is_set(data: &JsValue, word: &str) -> bool {
    data.is_object() && Reflect::get(data, &word.into()).is_ok_and(|it| it.is_truthy())
}
