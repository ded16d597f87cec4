//! What comes above the page: dialogs, sheets, and the side panel beside a list.

use leptos::children::ChildrenFn;
use leptos::html;
use leptos::prelude::*;

use super::live::{Show, follow, listen, live, part};
use wasm_bindgen::JsCast;

use super::dom::{call, is_composing};
use super::icon::{Glyph, icon};

/// A window for one question. Native, so the focus stays inside, Escape closes it, and the focus
/// returns to where it was.
#[component]
pub fn Dialog(
    /// Whether it is open; closing by key or backdrop sets it to false.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// What the cross is called.
    #[prop(into)]
    close_label: Signal<String>,
    /// Twice as wide, for tables and previews.
    #[prop(optional)]
    wide: bool,
    /// Built anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let class = if wide { "dialog wide" } else { "dialog" };
    modal(open, title, close_label, class, children)
}

/// Like a dialog, but on a phone it comes from below, with a handle that can be pulled down.
#[component]
pub fn Sheet(
    /// Whether it is open; closing by key, backdrop or pull sets it to false.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// What the cross is called.
    #[prop(into)]
    close_label: Signal<String>,
    /// Built anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    modal(open, title, close_label, "dialog sheet", children)
}

fn modal(
    open: RwSignal<bool>,
    title: Signal<String>,
    close_label: Signal<String>,
    class: &'static str,
    children: ChildrenFn,
) -> AnyView {
    let dialog_ref = NodeRef::<html::Dialog>::new();
    follow(move || {
        let is_open = open.get();
        let Some(dialog) = dialog_ref.get() else {
            return;
        };
        if is_open && !dialog.open() {
            let _ = dialog.show_modal();
            focus_first_control(&dialog);
        } else if !is_open && dialog.open() {
            dialog.close();
        }
    });
    let press = move |ev: web_sys::MouseEvent| {
        // A click on the backdrop has the dialog itself as its target.
        let is_backdrop = ev.target() == ev.current_target();
        if is_backdrop {
            open.set(false);
        }
    };
    let pull = pull_down(dialog_ref, open);
    view! {
        <dialog
            node_ref=dialog_ref
            class=class
            aria-label=live(move || title.get())
            on:close=listen(move |_| open.set(false))
            on:cancel=listen(move |ev: web_sys::Event| {
                // An input method closes its own list with Escape, and must not take us with it.
                if ev.target() != ev.current_target() {
                    ev.prevent_default();
                }
            })
            on:mousedown=listen(press)
        >
            <Show when=move || open.get()>
                <div class="dialog-box">
                    <div class="sheet-handle" aria-hidden="true" on:pointerdown=listen(pull)></div>
                    <header class="dialog-head">
                        <h2>{part(move || title.get())}</h2>
                        <button
                            type="button"
                            class="button ghost square"
                            aria-label=live(move || close_label.get())
                            on:click=listen(move |_| open.set(false))
                        >
                            {icon(Glyph::Close, "icon")}
                        </button>
                    </header>
                    <div class="dialog-body">{children()}</div>
                </div>
            </Show>
        </dialog>
    }
    .into_any()
}

/// One comes to write, not to close: the first control takes the focus from the cross. At once if it is
/// there, for what is typed in the next moment belongs to it; else when it is drawn.
fn focus_first_control(dialog: &web_sys::HtmlDialogElement) {
    if !focus_control(dialog) {
        let dialog = dialog.clone();
        request_animation_frame(move || {
            focus_control(&dialog);
        });
    }
}

fn focus_control(dialog: &web_sys::HtmlDialogElement) -> bool {
    let first = dialog.query_selector(".dialog-body .input:not(:disabled)");
    let first = first.ok().flatten();
    match first.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(first) => first.focus().is_ok(),
        None => false,
    }
}

/// Pulling the handle down by a quarter of the sheet closes it.
fn pull_down(
    dialog_ref: NodeRef<html::Dialog>,
    open: RwSignal<bool>,
) -> impl Fn(web_sys::PointerEvent) + Copy + Send + Sync + 'static {
    move |ev: web_sys::PointerEvent| {
        let Some(dialog) = dialog_ref.get_untracked() else {
            return;
        };
        let start = f64::from(ev.client_y());
        let handle = ev
            .current_target()
            .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let Some(handle) = handle else { return };
        let _ = handle.set_pointer_capture(ev.pointer_id());
        let pulled = move |ev: &web_sys::Event| {
            let at = ev
                .dyn_ref::<web_sys::PointerEvent>()
                .map_or(start, |it| f64::from(it.client_y()));
            (at - start).max(0.0)
        };
        let moved = dialog.clone();
        let moving = gloo_events::EventListener::new(&handle, "pointermove", move |ev| {
            super::dom::set_style(&moved, "translate", &format!("0 {}px", pulled(ev)));
        });
        // `once` keeps itself and, through it, the other listener until the finger goes up.
        let released = gloo_events::EventListener::once(&handle, "lostpointercapture", move |ev| {
            drop(moving);
            super::dom::clear_style(&dialog, "translate");
            if pulled(ev) > f64::from(dialog.client_height()) / 4.0 {
                open.set(false);
            }
        });
        released.forget();
    }
}

/// A record beside its list: not modal, so the list keeps working.
#[component]
pub fn SidePanel(
    /// Whether it is there.
    #[prop(into)]
    open: Signal<bool>,
    /// What it shows.
    #[prop(into)]
    label: Signal<String>,
    /// Escape inside it, one level back.
    #[prop(into)]
    on_close: Callback<()>,
    /// The record.
    children: ChildrenFn,
) -> impl IntoView {
    let press = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "Escape" && !is_composing(&ev) && !ev.default_prevented() {
            ev.prevent_default();
            on_close.run(());
        }
    };
    view! {
        <Show when=move || open.get()>
            <aside class="side-panel" aria-label=live(move || label.get()) on:keydown=listen(press)>
                {children()}
            </aside>
        </Show>
    }
    .into_any()
}

/// Opens the picker of a native control where the browser has one.
pub(super) fn show_picker(control: &web_sys::HtmlElement) {
    call(control, "showPicker");
}
