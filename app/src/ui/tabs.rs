//! Tabs and segmented controls: one of a few, side by side.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::live::{For, follow, listen, live, part};
use wasm_bindgen::JsCast;

use super::dom::all;
use super::icon::{Glyph, icon};

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tab {
    /// Given back when it is chosen.
    pub id: String,
    /// Its name.
    pub label: String,
    /// How many are behind it.
    pub count: Option<usize>,
    /// A second, smaller line: the sum of a column.
    pub detail: Option<String>,
}

/// A strip of tabs; the arrows walk, the chosen one scrolls into view.
#[component]
pub fn Tabs(
    /// What the strip is called.
    #[prop(into)]
    label: Signal<String>,
    /// The tabs.
    #[prop(into)]
    tabs: Signal<Vec<Tab>>,
    /// Id of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Chooses another.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let strip_ref = NodeRef::<html::Div>::new();
    let count = Memo::new(move |_| tabs.with(Vec::len));
    follow(move || {
        // Not whenever a sum changes: one may be looking at the other end.
        chosen.track();
        count.track();
        // After the strip was drawn with what is chosen now.
        request_animation_frame(move || {
            if let Some(strip) = strip_ref.try_get_untracked().flatten() {
                show_chosen(&strip);
            }
        });
    });
    let tab_view = move |tab: Tab| {
        let (id, title) = (tab.id.clone(), tab.label.clone());
        let is_chosen = {
            let id = tab.id.clone();
            Memo::new(move |_| chosen.with(|it| *it == id))
        };
        view! {
            <button
                type="button"
                class="tab"
                role="tab"
                data-tab=tab.id
                title=title
                aria-selected=live(move || is_chosen.get().to_string())
                tabindex=live(move || if is_chosen.get() { "0" } else { "-1" })
                on:click=listen(move |_| on_choose.run(id.clone()))
            >
                <span>{tab.label}</span>
                {tab.count.map(|it| view! { <span class="count">{it}</span> })}
                {tab.detail.map(|it| view! { <small>{it}</small> })}
            </button>
        }
    };
    view! {
        <div node_ref=strip_ref class="tabs" role="tablist" aria-label=live(move || label.get()) on:keydown=listen(|ev: KeyboardEvent| walk(&ev, ".tab"))>
            <For each=move || tabs.get() key=Clone::clone let:tab>
                {tab_view(tab)}
            </For>
        </div>
    }
    .into_any()
}

/// Scrolls the strip, and nothing around it, until the chosen tab and a bit of its neighbor are seen.
fn show_chosen(strip: &web_sys::HtmlElement) {
    const NEIGHBOR: f64 = 24.0;
    let Some(tab) = all(strip, "[aria-selected='true']").into_iter().next() else {
        return;
    };
    let (around, at) = (
        strip.get_bounding_client_rect(),
        tab.get_bounding_client_rect(),
    );
    let hidden_before = around.left() - (at.left() - NEIGHBOR);
    let hidden_after = at.right() + NEIGHBOR - around.right();
    let by = if hidden_before > 0.0 {
        -hidden_before
    } else {
        hidden_after.max(0.0)
    };
    strip.set_scroll_left(strip.scroll_left() + by as i32);
}

/// One part of a segmented control.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Given back when it is chosen.
    pub id: &'static str,
    /// Its name.
    pub label: Signal<String>,
    /// A shape instead of the name.
    pub glyph: Option<Glyph>,
}

/// Two to five choices in one box.
#[component]
pub fn Segmented(
    /// What is chosen here.
    #[prop(into)]
    label: Signal<String>,
    /// The parts.
    segments: Vec<Segment>,
    /// Id of the chosen one.
    #[prop(into)]
    chosen: Signal<String>,
    /// Chooses another.
    #[prop(into)]
    on_choose: Callback<&'static str>,
) -> impl IntoView {
    let part = move |segment: Segment| {
        let is_chosen = move || chosen.with(|it| it == segment.id);
        view! {
            <button
                type="button"
                class="segment"
                role="radio"
                aria-checked=live(move || is_chosen().to_string())
                aria-label=live(move || segment.label.get())
                title=live(move || segment.glyph.map(|_| segment.label.get()))
                tabindex=live(move || if is_chosen() { "0" } else { "-1" })
                on:click=listen(move |_| on_choose.run(segment.id))
            >
                {match segment.glyph {
                    Some(glyph) => icon(glyph, "icon"),
                    None => view! { <span>{part(move || segment.label.get())}</span> }.into_any(),
                }}
            </button>
        }
    };
    view! {
        <div class="segmented" role="radiogroup" aria-label=live(move || label.get()) on:keydown=listen(|ev: KeyboardEvent| walk(&ev, ".segment"))>
            {segments.into_iter().map(part).collect_view()}
        </div>
    }
    .into_any()
}

/// The arrows choose the neighbor, as in a native group of radio buttons.
fn walk(ev: &web_sys::KeyboardEvent, selector: &str) {
    let by: isize = match ev.key().as_str() {
        "ArrowRight" | "ArrowDown" => 1,
        "ArrowLeft" | "ArrowUp" => -1,
        _ => return,
    };
    let Some(root) = ev
        .current_target()
        .and_then(|it| it.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let parts = all(&root, selector);
    let focused = document().active_element();
    let Some(at) = parts
        .iter()
        .position(|it| focused.as_ref() == Some(it.unchecked_ref()))
    else {
        return;
    };
    let to = (at as isize + by).rem_euclid(parts.len() as isize) as usize;
    ev.prevent_default();
    ev.stop_propagation();
    parts[to].click();
    let _ = parts[to].focus();
}
