//! The way to the data core: the worker of this tab if it leads, a channel to the leader's if not.
//!
//! The other half is `public/tabs.js`; the contract stands at its top. Nothing here knows what a
//! message means, and nothing is kept: whoever sends repeats what was not answered when
//! [`Listener::core`] says that another data core took over.

use std::rc::Rc;

use huike_shared::local::{self, Report, Request};
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent, Worker};

#[wasm_bindgen]
extern "C" {
    /// The object that `tabs.js` hands to the page.
    #[derive(Clone)]
    pub type Tabs;

    #[wasm_bindgen(method, getter)]
    fn screen(this: &Tabs) -> String;
    #[wasm_bindgen(method, getter)]
    fn suffix(this: &Tabs) -> String;
    #[wasm_bindgen(method, getter)]
    fn up(this: &Tabs) -> String;
    #[wasm_bindgen(method, getter)]
    fn down(this: &Tabs) -> String;
    #[wasm_bindgen(method, getter)]
    fn snapshot(this: &Tabs) -> Option<Uint8Array>;
    /// All sentences of the language of the document.
    #[wasm_bindgen(method, getter)]
    pub fn words(this: &Tabs) -> String;
    #[wasm_bindgen(method, js_name = keepSnapshot)]
    fn keep_snapshot(this: &Tabs, screen: &str, bytes: &Uint8Array);
    #[wasm_bindgen(method, js_name = dropSnapshot)]
    fn drop_snapshot(this: &Tabs, is_for_good: bool);
    #[wasm_bindgen(method, js_name = isLeader)]
    fn is_leader(this: &Tabs) -> bool;
    #[wasm_bindgen(method)]
    fn worker(this: &Tabs) -> Option<Worker>;
    #[wasm_bindgen(method, getter)]
    fn early(this: &Tabs) -> Array;
    #[wasm_bindgen(method, getter)]
    fn epoch(this: &Tabs) -> f64;
    #[wasm_bindgen(method, js_name = onPromoted)]
    fn on_promoted(this: &Tabs, cb: &Function);
    #[wasm_bindgen(method, js_name = onDemoted)]
    fn on_demoted(this: &Tabs, cb: &Function);
    #[wasm_bindgen(method, js_name = onLeader)]
    fn on_leader(this: &Tabs, cb: &Function);
    #[wasm_bindgen(method, js_name = onFailed)]
    fn on_failed(this: &Tabs, cb: &Function);
    #[wasm_bindgen(method)]
    fn restart(this: &Tabs);
    #[wasm_bindgen(method, getter)]
    fn updates(this: &Tabs) -> Updates;
    #[wasm_bindgen(method, getter)]
    fn install(this: &Tabs) -> Install;

    /// New versions of the program.
    #[derive(Clone)]
    pub type Updates;
    /// Whether one is installed and waits.
    #[wasm_bindgen(method, js_name = isWaiting)]
    pub fn is_waiting(this: &Updates) -> bool;
    #[wasm_bindgen(method, js_name = onWaiting)]
    fn on_waiting(this: &Updates, cb: &Function);
    /// Activates it; every tab loads anew.
    #[wasm_bindgen(method)]
    pub fn apply(this: &Updates);

    /// The browser's offer to install.
    #[derive(Clone)]
    pub type Install;
    /// Whether there is an offer.
    #[wasm_bindgen(method, js_name = isOffered)]
    pub fn is_offered(this: &Install) -> bool;
    #[wasm_bindgen(method, js_name = onChange)]
    fn on_change(this: &Install, cb: &Function);
    /// Shows the browser's question.
    #[wasm_bindgen(method)]
    pub fn ask(this: &Install) -> js_sys::Promise;
}

impl Updates {
    /// Calls back when a new version is installed and waits, at once if it does already.
    pub fn when_waiting(&self, cb: impl Fn() + 'static) {
        self.on_waiting(&forever(move |_| cb()));
    }
}

impl Install {
    /// Calls back when the offer comes or goes.
    pub fn when_changed(&self, cb: impl Fn() + 'static) {
        self.on_change(&forever(move |_| cb()));
    }
}

/// What the transport tells.
pub struct Listener {
    /// A message of the data core.
    pub report: Box<dyn Fn(Report)>,
    /// A data core is there that does not know this screen yet.
    pub core: Box<dyn Fn()>,
    /// The data core of this tab broke.
    pub failed: Box<dyn Fn(String)>,
}

/// The way to the data core.
pub struct Transport {
    tabs: Tabs,
    screen: JsValue,
    up: Option<BroadcastChannel>,
    down: Option<BroadcastChannel>,
}

impl Transport {
    /// Takes what the shell prepared. Nothing is heard before [`Transport::listen`].
    pub fn new(tabs: Tabs) -> Self {
        let open = |name: String| BroadcastChannel::new(&name).ok();
        Transport {
            screen: tabs.screen().into(),
            up: open(tabs.up()),
            down: open(tabs.down()),
            tabs,
        }
    }

    /// Starts to hear. What came before is told first.
    pub fn listen(&self, listener: Listener) {
        let listener = Rc::new(listener);
        self.hear_channel(&listener);
        let tabs = self.tabs.clone();
        let promoted = Rc::clone(&listener);
        let attach_later = tabs.clone();
        tabs.on_promoted(&forever(move |_| {
            attach(&attach_later, &promoted);
            (promoted.core)();
        }));
        // The next leader announces itself; until then what is sent waits to be repeated.
        tabs.on_demoted(&forever(|_| {}));
        let failed = Rc::clone(&listener);
        tabs.on_failed(&forever(move |text| {
            (failed.failed)(text.as_string().unwrap_or_default());
        }));
        if tabs.is_leader() {
            let early = attach(&tabs, &listener);
            early.iter().for_each(|it| take(&it, &listener));
            (listener.core)();
        }
        tabs.on_leader(&forever(move |_| (listener.core)()));
    }

    /// Sends a message to the data core, if there is one.
    pub fn send(&self, request: &Request) {
        let bytes = Uint8Array::from(local::encode(request).as_slice());
        if self.tabs.is_leader() {
            let Some(worker) = self.tabs.worker() else {
                return;
            };
            let _ = worker.post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
        } else if let Some(up) = &self.up {
            let message = Object::new();
            let _ = Reflect::set(&message, &"screen".into(), &self.screen);
            let _ = Reflect::set(&message, &"bytes".into(), &bytes);
            let _ = up.post_message(&message);
        }
    }

    /// What the last session kept for the first paint of this screen.
    pub fn snapshot(&self) -> Option<Vec<u8>> {
        self.tabs.snapshot().map(|it| it.to_vec())
    }

    /// Keeps bytes for the first paint of a screen in the next session. Screens are named in `tabs.js`.
    pub fn keep_snapshot(&self, screen: &str, bytes: &[u8]) {
        self.tabs.keep_snapshot(screen, &Uint8Array::from(bytes));
    }

    /// Forgets them and what pages looked like; for good if this page keeps nothing any more.
    pub fn drop_snapshot(&self, is_for_good: bool) {
        self.tabs.drop_snapshot(is_for_good);
    }

    /// Which replica this page shows: `<workspace>-<member>`, or `none`.
    pub fn replica(&self) -> String {
        self.tabs.suffix()
    }

    /// Starts the data core of this tab anew.
    pub fn restart(&self) {
        self.tabs.restart();
    }

    /// New versions of the program.
    pub fn updates(&self) -> Updates {
        self.tabs.updates()
    }

    /// The browser's offer to install.
    pub fn install(&self) -> Install {
        self.tabs.install()
    }

    fn hear_channel(&self, listener: &Rc<Listener>) {
        let Some(down) = &self.down else { return };
        let (tabs, own, listener) = (self.tabs.clone(), self.screen.clone(), Rc::clone(listener));
        down.set_onmessage(Some(&forever(move |ev: JsValue| {
            if tabs.is_leader() {
                return;
            }
            let Some(data) = ev.dyn_ref::<MessageEvent>().map(MessageEvent::data) else {
                return;
            };
            let part = |name: &str| Reflect::get(&data, &name.into()).unwrap_or(JsValue::NULL);
            let screen = part("screen");
            if screen.is_null() || screen == own {
                take(&part("bytes"), &listener);
            }
        })));
    }
}

/// Hears the worker of this tab and gives what came before.
fn attach(tabs: &Tabs, listener: &Rc<Listener>) -> Array {
    let (epoch, now) = (tabs.epoch(), tabs.clone());
    let listener = Rc::clone(listener);
    let heard = forever(move |ev: JsValue| {
        // What an older worker says is not true any more.
        if now.epoch() == epoch
            && let Some(ev) = ev.dyn_ref::<MessageEvent>()
        {
            take(&ev.data(), &listener);
        }
    });
    if let Some(worker) = tabs.worker() {
        worker.set_onmessage(Some(&heard));
    }
    tabs.early()
}

/// Reads one message; what is not bytes belongs to `tabs.js`.
fn take(data: &JsValue, listener: &Listener) {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return;
    };
    if let Some(report) = local::decode(&bytes.to_vec()) {
        (listener.report)(report);
    }
}

/// A callback that lives as long as the page.
fn forever(cb: impl Fn(JsValue) + 'static) -> Function {
    Closure::<dyn Fn(JsValue)>::new(cb)
        .into_js_value()
        .unchecked_into()
}
