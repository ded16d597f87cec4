//! A long list of equal rows: a pool of row components, one signal each.
//!
//! Invariants: the document holds a screenful of rows whatever the length; the cursor is a key,
//! not a number, so it stays on its record when others come and go; rows that arrive above the
//! visible part do not move what is under the pointer; what is in sight is painted before what is not.

use std::sync::Arc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;

use super::live::{For, follow, listen, live, part};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::dom::{is_composing, keep_until_cleanup, set_style, unique_id};
use super::window::{in_sight, pool_size, row_of_slot, scroll_to_show, visible};

/// What one drawn row stands for: its number and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Number of the row in the list, from 0.
    pub index: usize,
    /// Key of the record.
    pub key: u128,
}

/// How a list draws one of its rows; called once per pooled row.
pub type RowView = Arc<dyn Fn(Signal<Slot>) -> AnyView + Send + Sync>;

/// Where a list stands, kept by the page so that it is the same on return.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ListPlace {
    /// Scrolled so far.
    pub top: f64,
    /// The record under the cursor.
    pub cursor: Option<u128>,
}

/// A windowed list with a keyboard cursor.
///
/// `j`, `k`, the arrows, Page Up and Down, Home and End move; Enter opens; `x` or the space bar
/// selects. Single letters are off while the list does not have the focus.
#[component]
pub fn VirtualList(
    /// The records in order.
    #[prop(into)]
    keys: Signal<Arc<[u128]>>,
    /// Draws one row.
    row: RowView,
    /// Height of every row in pixels.
    #[prop(into)]
    row_height: Signal<f64>,
    /// What the list is called.
    #[prop(into)]
    label: Signal<String>,
    /// Position and cursor.
    place: RwSignal<ListPlace>,
    /// Opens a record: Enter or a click on its row.
    #[prop(optional, into)]
    on_open: Option<Callback<u128>>,
    /// Selects or unselects a record: `x` or the space bar.
    #[prop(optional, into)]
    on_select: Option<Callback<u128>>,
    /// Any other key, with the record under the cursor; true if it was used.
    #[prop(optional, into)]
    on_key: Option<Callback<(web_sys::KeyboardEvent, Option<u128>), bool>>,
    /// Which records are selected.
    #[prop(optional, into)]
    selected: Option<Signal<Arc<std::collections::HashSet<u128>>>>,
    /// A head that stays above the rows and scrolls sideways with them.
    #[prop(optional)]
    head: Option<AnyView>,
    /// The `--columns` of the grid, for tables.
    #[prop(optional, into)]
    columns: Option<Signal<String>>,
) -> impl IntoView {
    let list_id = unique_id("list");
    let view_ref = NodeRef::<html::Div>::new();
    let height = RwSignal::new(800.0);
    let top = RwSignal::new(place.get_untracked().top);
    let is_table = head.is_some();
    let head_height = if is_table { 33.0 } else { 0.0 };

    let count = Memo::new(move |_| keys.with(|it| it.len()));
    let pool = Memo::new(move |old: Option<&usize>| {
        // The pool only grows: a window that is dragged smaller and larger builds nothing anew.
        pool_size(height.get(), row_height.get()).max(old.copied().unwrap_or(0))
    });
    let drawn = Memo::new(move |_| visible(top.get(), height.get(), row_height.get(), count.get()));
    let seen = Memo::new(move |_| in_sight(top.get(), height.get(), row_height.get()));
    let unseen_keys = once_at_rest(keys);
    let cursor = Memo::new(move |_| place.with(|it| it.cursor));
    let index_of = move |key: u128| keys.with_untracked(|it| it.iter().position(|it| *it == key));

    follow_scroll(view_ref, top, height, place);
    keep_still_under_pointer(view_ref, keys, row_height, top);

    let show = move |index: usize| {
        let Some(view) = view_ref.get_untracked() else {
            return;
        };
        let visible_height = height.get_untracked() - head_height;
        let row_height = row_height.get_untracked();
        let at = f64::from(view.scroll_top());
        if let Some(to) = scroll_to_show(index, row_height, at, visible_height) {
            view.set_scroll_top(to.round() as i32);
        }
    };
    let move_to = move |index: usize| {
        let key = keys.with_untracked(|it| it.get(index.min(it.len().saturating_sub(1))).copied());
        place.update(|it| it.cursor = key);
        show(index.min(count.get_untracked().saturating_sub(1)));
    };
    let press = move |ev: web_sys::KeyboardEvent| {
        let is_own = ev.target() == ev.current_target();
        if is_composing(&ev) || ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
            return;
        }
        if !is_own {
            // From inside a row one comes back to the list by the same key as everywhere.
            if ev.key() == "Escape" && !ev.default_prevented() {
                ev.prevent_default();
                ev.stop_propagation();
                view_ref.get_untracked().inspect(|it| {
                    let _ = it.focus();
                });
            }
            return;
        }
        let key = place.with_untracked(|it| it.cursor);
        let at = key.and_then(index_of);
        let page = (height.get_untracked() / row_height.get_untracked()) as usize;
        let step = |by: isize| at.map_or(0, |it| it.saturating_add_signed(by));
        match (ev.key().as_str(), key) {
            ("ArrowDown" | "j", _) => move_to(step(1)),
            ("ArrowUp" | "k", _) => move_to(step(-1)),
            ("PageDown", _) => move_to(step(page as isize)),
            ("PageUp", _) => move_to(step(-(page as isize))),
            ("Home", _) => move_to(0),
            ("End", _) => move_to(usize::MAX),
            ("Enter", Some(key)) if on_open.is_some() => {
                on_open.inspect(|it| it.run(key));
            }
            ("x" | " ", Some(key)) if on_select.is_some() => {
                on_select.inspect(|it| it.run(key));
            }
            (_, key) => {
                if !on_key.is_some_and(|it| it.run((ev.clone(), key))) {
                    return;
                }
            }
        }
        ev.prevent_default();
    };

    let slot_id = {
        let list_id = list_id.clone();
        move |slot: usize| format!("{list_id}-{slot}")
    };
    let active = {
        let slot_id = slot_id.clone();
        move || {
            let index = cursor
                .get()
                .and_then(|key| keys.with(|it| it.iter().position(|it| *it == key)))?;
            Some(slot_id(index % pool.get()))
        }
    };
    let draw = Arc::new(move |slot: usize| {
        let current = Memo::new(move |_| {
            let (first, shown) = drawn.get();
            let index = row_of_slot(slot, pool.get(), first, shown)?;
            let keys = match seen.with(|it| it.contains(&index)) {
                true => keys,
                false => unseen_keys,
            };
            Some(Slot {
                index,
                key: keys.with(|it| it.get(index).copied())?,
            })
        });
        // A slot that leaves the window keeps its old content, hidden, until it is reused.
        let last = Memo::new(move |old: Option<&Slot>| {
            current
                .get()
                .or(old.copied())
                .unwrap_or(Slot { index: 0, key: 0 })
        });
        let is_shown = move || current.with(Option::is_some);
        let is_used = Memo::new(move |old: Option<&bool>| is_shown() || old == Some(&true));
        let row = Arc::clone(&row);
        let row_ref = NodeRef::<html::Div>::new();
        let mut drawn = None;
        follow(move || {
            let Some(element) = row_ref.get() else { return };
            let (slot, is_shown) = (last.get(), is_shown());
            let look = Look {
                number: slot.index + 1 + usize::from(is_table),
                top: slot.index as f64 * row_height.get(),
                is_shown,
                is_cursor: is_shown && cursor.get() == Some(slot.key),
                is_selected: selected.map(|it| is_shown && it.with(|it| it.contains(&slot.key))),
            };
            look.write(drawn.as_ref(), &element);
            drawn = Some(look);
        });
        view! {
            <div
                id=slot_id(slot)
                class="virtual-row"
                role="row"
                hidden
                node_ref=row_ref
                on:click=listen(move |ev: MouseEvent| {
                    let key = last.get_untracked().key;
                    place.update(|it| it.cursor = Some(key));
                    if !ev.default_prevented() && let Some(open) = on_open {
                        open.run(key);
                    }
                })
            >
                {part(move || {
                    // A row of a grid holds cells; a row that is no table is one cell.
                    is_used.get().then(|| match is_table {
                        true => row(last.into()),
                        false => view! { <div class="row-cell" role="gridcell">{row(last.into())}</div> }.into_any(),
                    })
                })}
            </div>
        }
    });

    view! {
        <div
            node_ref=view_ref
            class="virtual-list"
            class:table=is_table
            role="grid"
            tabindex="0"
            aria-label=live(move || label.get())
            aria-rowcount=live(move || (count.get() + usize::from(is_table)).to_string())
            aria-activedescendant=active
            style=("--row-height", move || format!("{}px", row_height.get()))
            style=("--columns", move || columns.map(|it| it.get()).unwrap_or_default())
            on:keydown=listen(press)
        >
            {head}
            <div
                class="virtual-rows"
                role="rowgroup"
                style:height=live(move || format!("{}px", count.get() as f64 * row_height.get()))>
                <For each=move || 0..pool.get() key=|it| *it let:slot>
                    {draw(slot)}
                </For>
            </div>
        </div>
    }
    .into_any()
}

/// Milliseconds without a change until rows that are drawn but out of sight follow.
const UNSEEN_MS: u32 = 80;

/// The keys for rows that are drawn but out of sight. A letter of a search changes every row: those that one
/// sees are painted first, the others once nobody types.
fn once_at_rest(keys: Signal<Arc<[u128]>>) -> Signal<Arc<[u128]>> {
    let later = RwSignal::new(keys.get_untracked());
    let timer = StoredValue::new_local(None::<Timeout>);
    follow(move || {
        keys.track();
        let take = move || {
            if let Some(now) = keys.try_get_untracked() {
                later.try_set(now);
            }
        };
        timer.set_value(Some(Timeout::new(UNSEEN_MS, take)));
    });
    later.into()
}

/// How a pooled row stands in the document. One effect writes all of it: a scroll or a letter of a
/// search changes every row.
#[derive(PartialEq)]
struct Look {
    number: usize,
    top: f64,
    is_shown: bool,
    is_cursor: bool,
    is_selected: Option<bool>,
}

impl Look {
    /// Writes what differs from what was written before.
    fn write(&self, before: Option<&Look>, row: &web_sys::HtmlElement) {
        if before == Some(self) {
            return;
        }
        let is_new = |same: fn(&Look, &Look) -> bool| before.is_none_or(|it| !same(it, self));
        if is_new(|a, b| a.number == b.number) {
            let _ = row.set_attribute("aria-rowindex", &self.number.to_string());
        }
        if is_new(|a, b| a.top == b.top) {
            set_style(row, "transform", &format!("translateY({}px)", self.top));
        }
        if is_new(|a, b| a.is_shown == b.is_shown) {
            row.set_hidden(!self.is_shown);
        }
        if is_new(|a, b| a.is_cursor == b.is_cursor) {
            let _ = row.class_list().toggle_with_force("cursor", self.is_cursor);
        }
        if let Some(is_selected) = self.is_selected
            && is_new(|a, b| a.is_selected == b.is_selected)
        {
            let _ = row.class_list().toggle_with_force("selected", is_selected);
            let _ = row.set_attribute("aria-selected", &is_selected.to_string());
        }
    }
}

/// Follows scrolling once per frame and the size of the viewport, and restores the position.
fn follow_scroll(
    view_ref: NodeRef<html::Div>,
    top: RwSignal<f64>,
    height: RwSignal<f64>,
    place: RwSignal<ListPlace>,
) {
    let is_waiting = StoredValue::new(false);
    view_ref.on_load(move |view| {
        let start = place.get_untracked().top;
        let element = view.clone();
        // Setting it lays the list out, so only where there is something to set.
        if start > 0.0 {
            request_animation_frame(move || element.set_scroll_top(start as i32));
        }
        let measured = view.clone();
        let resized = Closure::<dyn FnMut()>::new(move || {
            let now = f64::from(measured.client_height());
            if now > 0.0 {
                height.set(now);
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            observer.observe(&view);
            keep_until_cleanup(Watched {
                observer,
                _resized: resized,
            });
        }
        let scrolled = view.clone();
        keep_until_cleanup(EventListener::new(&view, "scroll", move |_| {
            if is_waiting.get_value() {
                return;
            }
            is_waiting.set_value(true);
            let view = scrolled.clone();
            request_animation_frame(move || {
                is_waiting.try_set_value(false);
                let now = f64::from(view.scroll_top());
                top.try_set(now);
                place.try_update_untracked(|it| it.top = now);
            });
        }));
    });
}

/// Keeps the first visible row where it is when rows come or go above it.
fn keep_still_under_pointer(
    view_ref: NodeRef<html::Div>,
    keys: Signal<Arc<[u128]>>,
    row_height: Signal<f64>,
    top: RwSignal<f64>,
) {
    Effect::new(move |old: Option<Arc<[u128]>>| {
        let now = keys.get();
        let (Some(old), Some(view)) = (old, view_ref.get_untracked()) else {
            return now;
        };
        let row_height = row_height.get_untracked();
        // Asking the document where it stands would lay it out in the middle of a change.
        let at = top.get_untracked();
        let first = (at / row_height) as usize;
        // At the very top the newest rows are what one wants to see.
        let Some(anchor) = old.get(first).filter(|_| first > 0) else {
            return now;
        };
        // Another sort order moves everything: only a small shift is a change of neighbors.
        let near = first.saturating_sub(64)..(first + 64).min(now.len());
        let found = now
            .get(near.clone())
            .and_then(|it| it.iter().position(|it| it == anchor));
        if let Some(found) = found.map(|it| it + near.start).filter(|it| *it != first) {
            let to = at + (found as f64 - first as f64) * row_height;
            view.set_scroll_top(to.round() as i32);
            top.set(to);
        }
        now
    });
}

/// An observer that stops when its list goes.
struct Watched {
    observer: web_sys::ResizeObserver,
    _resized: Closure<dyn FnMut()>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
