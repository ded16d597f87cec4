//! Why a deal was lost: asked in a bar beside the work, answered by one press or in own words.

use huike_shared::id::RecordId;
use huike_shared::place::{LOST_REASON_CHARS_MAX, LOST_REASONS};
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;

use super::acts;
use super::book::DealBook;
use super::words::reason_words;
use crate::i18n::use_i18n;
use crate::ui::{Button, ButtonKind, Glyph, Icon, Show, is_composing, listen, live, part};

/// Asks while `losing` holds deals; the deals stay open until there is an answer.
#[component]
pub fn LostReason(
    /// Deals and pipelines.
    book: DealBook,
    /// The deals in question.
    losing: RwSignal<Vec<RecordId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let own_words = RwSignal::new(String::new());
    let bar_ref = NodeRef::<html::Div>::new();
    let answer = move |reason: &str| {
        let reason: String = reason.trim().chars().take(LOST_REASON_CHARS_MAX).collect();
        acts::lose(book, &losing.get_untracked(), &reason);
        own_words.set(String::new());
        losing.set(Vec::new());
    };
    let cancel = move || losing.set(Vec::new());
    let press = move |ev: web_sys::KeyboardEvent| {
        if is_composing(&ev) {
            return;
        }
        if ev.key() == "Escape" {
            ev.prevent_default();
            ev.stop_propagation();
            cancel();
        }
    };
    let press_input = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "Enter" && !is_composing(&ev) {
            ev.prevent_default();
            answer(&own_words.get_untracked());
        }
    };
    bar_ref.on_load(|element| {
        request_animation_frame(move || {
            let first = element.query_selector("button").ok().flatten();
            if let Some(first) = first.and_then(|it| wasm_bindgen::JsCast::dyn_into(it).ok()) {
                let first: web_sys::HtmlElement = first;
                let _ = first.focus();
            }
        });
    });
    view! {
        <Show when=move || losing.with(|it| !it.is_empty())>
            <div
                class="lost-bar"
                role="group"
                aria-label=i18n.text(|it| it.lost_question())
                node_ref=bar_ref
                on:keydown=listen(press)
            >
                <p class="lost-question">
                    <Icon glyph=Glyph::Lost/>
                    {i18n.text(|it| it.lost_question())}
                </p>
                <div class="quick-choices">
                    {LOST_REASONS.iter().map(|reason| view! {
                        <button type="button" class="filter-chip" on:click=listen(move |_| answer(reason))>
                            {part(move || reason_words(i18n, reason))}
                        </button>
                    }).collect_view()}
                </div>
                <div class="row">
                    <input
                        class="input"
                        aria-label=i18n.text(|it| it.lost_own_words())
                        placeholder=i18n.text(|it| it.lost_own_words())
                        maxlength="200"
                        prop:value=live(move || own_words.get())
                        on:input=listen(move |ev: Event| own_words.set(event_target_value(&ev)))
                        on:keydown=listen(press_input)
                    />
                    <Button
                        label=i18n.text(|it| it.deals_mark_lost())
                        on_press=move |()| answer(&own_words.get_untracked())
                        kind=ButtonKind::Primary
                    />
                    <Button
                        label=i18n.text(|it| it.common_cancel())
                        on_press=move |()| cancel()
                        kind=ButtonKind::Ghost
                    />
                </div>
            </div>
        </Show>
    }
    .into_any()
}
