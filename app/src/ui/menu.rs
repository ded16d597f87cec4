//! A button that opens a list of actions; on a phone the list comes from below.
//!
//! The list is a native popover: it lies above everything, closes by Escape or a press
//! elsewhere, and gives the focus back. Its entries exist only while it is open, so a thousand
//! cards may each have one.

use leptos::children::ChildrenFn;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;

use super::live::{Show, listen, live, part};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::dom::{all, set_style, unique_id};
use super::icon::{Glyph, icon};

/// A button and its list.
#[component]
pub fn Menu(
    /// What the button is called; shown beside the shape unless `icon_only`.
    #[prop(into)]
    label: Signal<String>,
    /// The shape of the button.
    #[prop(default = Glyph::More)]
    glyph: Glyph,
    /// Whether only the shape is shown.
    #[prop(optional)]
    icon_only: bool,
    /// Whether the list ends where the button ends, for a button at the end of a bar.
    #[prop(optional)]
    to_end: bool,
    /// The key that opens it, for the tooltip.
    #[prop(optional)]
    shortcut: &'static str,
    /// The entries: [`MenuItem`] and `<hr/>`.
    children: ChildrenFn,
) -> impl IntoView {
    let id = unique_id("menu");
    let is_open = RwSignal::new(false);
    let button_ref = NodeRef::<html::Button>::new();
    let list_ref = NodeRef::<html::Div>::new();

    let before_toggle = move |ev: web_sys::Event| {
        let now = js_sys::Reflect::get(&ev, &"newState".into())
            .ok()
            .and_then(|it| it.as_string());
        is_open.set(now.as_deref() == Some("open"));
        place(button_ref, list_ref, to_end);
    };
    let after_toggle = move |_| {
        if is_open.get_untracked() {
            place(button_ref, list_ref, to_end);
            let first = list_ref
                .get_untracked()
                .and_then(|it| items(&it).into_iter().next());
            first.inspect(|it| {
                let _ = it.focus();
            });
        }
    };
    let choose = move |_| {
        if let Some(list) = list_ref.get_untracked() {
            let _ = list.hide_popover();
        }
    };
    view! {
        <button
            node_ref=button_ref
            type="button"
            class="button ghost"
            class:square=icon_only
            popovertarget=id.clone()
            aria-haspopup="menu"
            aria-expanded=live(move || is_open.get().to_string())
            aria-label=live(move || label.get())
            aria-keyshortcuts=(!shortcut.is_empty()).then_some(shortcut)
            title=live(move || icon_only.then(|| label.get()))
            on:click=listen(|ev: MouseEvent| ev.stop_propagation())
        >
            {icon(glyph, "icon")}
            {(!icon_only).then(|| view! { <span>{part(move || label.get())}</span> })}
        </button>
        <div
            node_ref=list_ref
            id=id
            class="menu"
            popover="auto"
            role="menu"
            aria-label=live(move || label.get())
            on:beforetoggle=listen(before_toggle)
            on:toggle=listen(after_toggle)
            on:keydown=listen(move |ev: KeyboardEvent| walk(list_ref, &ev))
            on:click=listen(|ev: MouseEvent| ev.stop_propagation())
        >
            <Show when=move || is_open.get()>
                // Of a list that comes from below nobody sees the button it belongs to.
                <p class="menu-head" aria-hidden="true">{part(move || label.get())}</p>
                <div class="menu-items" on:click=listen(choose)>
                    {children()}
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// The actions of a sheet. Arrows walk them; the first has the focus once the sheet is open.
#[component]
pub fn MenuList(
    /// What the actions are, for those who do not see the sheet.
    #[prop(into)]
    label: Signal<String>,
    /// The entries: [`MenuItem`] and `<hr/>`.
    children: Children,
) -> impl IntoView {
    let list_ref = NodeRef::<html::Div>::new();
    list_ref.on_load(|list| {
        request_animation_frame(move || {
            if let Some(first) = items(&list).first() {
                let _ = first.focus();
            }
        });
    });
    view! {
        <div
            node_ref=list_ref
            class="menu-list"
            role="menu"
            aria-label=live(move || label.get())
            on:keydown=move |ev| walk(list_ref, &ev)
        >
            {children()}
        </div>
    }
    .into_any()
}

/// One action of a menu.
#[component]
pub fn MenuItem(
    /// The verb.
    #[prop(into)]
    label: Signal<String>,
    /// What it does; the menu closes.
    #[prop(into)]
    on_press: Callback<()>,
    /// A shape before the word.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// A word or number at the end, such as how many it would show.
    #[prop(optional, into)]
    detail: Option<Signal<String>>,
    /// For a choice that is on or off.
    #[prop(optional, into)]
    checked: Option<Signal<bool>>,
    /// For an action that takes something away.
    #[prop(optional)]
    danger: bool,
    /// Whether it can be chosen now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The key that does the same.
    #[prop(optional)]
    shortcut: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="menu-item"
            class:danger=danger
            role=if checked.is_some() { "menuitemradio" } else { "menuitem" }
            aria-checked=live(move || checked.map(|it| it.get().to_string()))
            tabindex="-1"
            disabled=live(move || disabled.get())
            on:click=listen(move |_| on_press.run(()))
        >
            {glyph.map(|it| icon(it, "icon"))}
            <span>{part(move || label.get())}</span>
            {detail.map(|it| view! { <small class="count">{part(move || it.get())}</small> })}
            {part(move || {
                checked.filter(|it| it.get()).map(|_| view! { <i class="menu-check">{icon(Glyph::Check, "icon")}</i> })
            })}
            {(!shortcut.is_empty()).then(|| view! { <kbd>{shortcut}</kbd> })}
        </button>
    }
    .into_any()
}

fn items(list: &HtmlElement) -> Vec<HtmlElement> {
    all(list, ".menu-item:not(:disabled)")
}

/// Below the button, or above it where there is no room; never outside the window.
fn place(button_ref: NodeRef<html::Button>, list_ref: NodeRef<html::Div>, to_end: bool) {
    let (Some(button), Some(list)) = (button_ref.get_untracked(), list_ref.get_untracked()) else {
        return;
    };
    let at = button.get_bounding_client_rect();
    let (width, height) = (
        f64::from(list.offset_width()),
        f64::from(list.offset_height()),
    );
    let size =
        |it: Result<wasm_bindgen::JsValue, _>| it.ok().and_then(|it| it.as_f64()).unwrap_or(0.0);
    let (window_width, window_height) =
        (size(window().inner_width()), size(window().inner_height()));
    let left = if to_end || at.left() + width > window_width - 8.0 {
        at.right() - width
    } else {
        at.left()
    };
    let below = at.bottom() + 4.0;
    let fits_below = below + height <= window_height - 8.0;
    let top = if fits_below {
        below
    } else {
        (at.top() - 4.0 - height).max(8.0)
    };
    set_style(&list, "left", &format!("{}px", left.max(8.0)));
    set_style(&list, "top", &format!("{top}px"));
}

/// The arrows walk through the entries and come round.
fn walk(list_ref: NodeRef<html::Div>, ev: &web_sys::KeyboardEvent) {
    let Some(list) = list_ref.get_untracked() else {
        return;
    };
    let items = items(&list);
    let focused = document().active_element();
    let at = items
        .iter()
        .position(|it| focused.as_ref() == Some(it.unchecked_ref()));
    let count = items.len();
    if count == 0 {
        return;
    }
    let to = match ev.key().as_str() {
        "ArrowDown" => at.map_or(0, |it| (it + 1) % count),
        "ArrowUp" => at.map_or(count - 1, |it| (it + count - 1) % count),
        "Home" => 0,
        "End" => count - 1,
        "Tab" => {
            let _ = list.hide_popover();
            return;
        }
        _ => {
            // Keys of a menu belong to the menu, not to the card or list around it.
            ev.stop_propagation();
            return;
        }
    };
    ev.prevent_default();
    ev.stop_propagation();
    let _ = items[to].focus();
}
