//! Small doings with the document that several pieces share.

use std::cell::Cell;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

thread_local! {
    static NEXT_ID: Cell<u32> = const { Cell::new(0) };
}

/// Milliseconds from the start of a frame until it has surely been painted.
const AFTER_PAINT_MS: u32 = 30;

/// Does something once the next frame has been painted, so that what the frame shows does not wait for it.
pub fn after_paint(act: impl FnOnce() + 'static) {
    request_animation_frame(move || {
        Timeout::new(AFTER_PAINT_MS, act).forget();
    });
}

/// A document-wide unique id for tying a label to its control.
pub(super) fn unique_id(prefix: &str) -> String {
    NEXT_ID.with(|it| {
        it.set(it.get() + 1);
        format!("{prefix}-{}", it.get())
    })
}

/// Whether a key belongs to an input method that is still composing.
///
/// Choosing a Chinese candidate with Enter must never submit or close anything. Safari reports
/// the last key of a composition with the code 229 and `isComposing` already false.
pub fn is_composing(ev: &KeyboardEvent) -> bool {
    ev.is_composing() || ev.key_code() == 229
}

/// Whether the key was typed into something that takes text, so that shortcuts must keep away.
pub fn is_typing(ev: &KeyboardEvent) -> bool {
    if is_composing(ev) {
        return true;
    }
    let Some(element) = ev.target().and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let is_text_input = element.tag_name() == "INPUT"
        && !matches!(
            element.get_attribute("type").as_deref(),
            Some("checkbox" | "radio" | "button" | "file" | "range" | "color")
        );
    is_text_input
        || matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT")
        || element.is_content_editable()
}

/// Listens to the keys of the whole window until the current owner goes.
pub fn watch_keys(on_key: impl Fn(KeyboardEvent) + 'static) {
    let listener = EventListener::new_with_options(
        &window(),
        "keydown",
        EventListenerOptions::enable_prevent_default(),
        move |ev| {
            if let Some(ev) = ev.dyn_ref::<KeyboardEvent>() {
                on_key(ev.clone());
            }
        },
    );
    keep_until_cleanup(listener);
}

/// Keeps a listener alive as long as the current owner.
pub(super) fn keep_until_cleanup<T: 'static>(it: T) {
    StoredValue::new_local(it);
}

/// Sets a CSS property through the object model, which the content policy allows.
pub(super) fn set_style(element: &Element, name: &str, value: &str) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.style().set_property(name, value);
    }
}

/// Removes a CSS property set by [`set_style`].
pub(super) fn clear_style(element: &Element, name: &str) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.style().remove_property(name);
    }
}

/// Every element under `root` that the selector names, in document order.
pub(super) fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|it| found.get(it)?.dyn_into::<HtmlElement>().ok())
        .collect()
}

/// The nearest element at or above the target of an event that the selector names.
pub(super) fn closest(ev: &Event, selector: &str) -> Option<HtmlElement> {
    let target = ev.target()?.dyn_into::<Element>().ok()?;
    target.closest(selector).ok().flatten()?.dyn_into().ok()
}

/// Calls a method that this build's bindings may lack; absence is not an error.
pub(super) fn call(target: &JsValue, method: &str) {
    let function = js_sys::Reflect::get(target, &method.into())
        .ok()
        .and_then(|it| it.dyn_into::<js_sys::Function>().ok());
    if let Some(function) = function {
        let _ = function.call0(target);
    }
}

/// How much room there is, in the three steps of the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// Under 700 px: bottom bar, one thing at a time.
    Phone,
    /// 700 to 1099 px: list beside detail.
    Tablet,
    /// From 1100 px: rail, content, side panel.
    Desktop,
}

/// The present width, following the window until the current owner goes.
pub fn use_width() -> Signal<Width> {
    let width = RwSignal::new(measured_width());
    for query in ["(min-width: 700px)", "(min-width: 1100px)"] {
        if let Ok(Some(list)) = window().match_media(query) {
            let listener =
                EventListener::new(&list, "change", move |_| width.set(measured_width()));
            keep_until_cleanup((list, listener));
        }
    }
    width.into()
}

fn measured_width() -> Width {
    let pixels = window()
        .inner_width()
        .ok()
        .and_then(|it| it.as_f64())
        .unwrap_or(1280.0);
    if pixels < 700.0 {
        Width::Phone
    } else if pixels < 1100.0 {
        Width::Tablet
    } else {
        Width::Desktop
    }
}
