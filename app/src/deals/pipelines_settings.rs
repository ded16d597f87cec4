//! Settings of pipelines: make, rename, put out of use, and edit the stages. Works offline.

use huike_messages::Messages;
use huike_shared::deals::Stage;
use huike_shared::id::RecordId;
use huike_shared::record::{Number, Percent};
use huike_shared::text::Line;
use leptos::ev::Event;
use leptos::prelude::*;

use super::book::use_deal_book;
use super::pipeline_editor::PipelineEditor;
use super::standard_pipeline::{create_pipeline, create_standard_pipeline};
use crate::i18n::use_i18n;
use crate::ui::{Button, ButtonKind, For, Glyph, is_composing, listen, live};

/// All pipelines with their stages.
#[component]
pub fn PipelinesSettings() -> impl IntoView {
    let (i18n, book) = (use_i18n(), use_deal_book());
    let name = RwSignal::new(String::new());
    let ids = Memo::new(move |_| {
        book.pipelines.with(|all| {
            let mut ids: Vec<(bool, RecordId)> =
                all.iter().map(|it| (it.is_archived, it.id)).collect();
            // Stable: the order by rank stays within each half.
            ids.sort_by_key(|it| it.0);
            ids.into_iter().map(|it| it.1).collect::<Vec<_>>()
        })
    });
    let make = move || {
        let first = Stage {
            name: Line::from_stored(&untrack(|| i18n.t(Messages::stages_new_name))),
            probability: Percent(10),
            rank: None,
            rotting_days: Some(Number(14)),
            limit: None,
            removed: false,
        };
        if create_pipeline(book, &name.get_untracked(), vec![first]).is_some() {
            name.set(String::new());
        }
    };
    let press = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "Enter" && !is_composing(&ev) {
            ev.prevent_default();
            make();
        }
    };
    view! {
        <div class="pipelines-settings">
            <p class="muted">{i18n.text(Messages::pipelines_hint)}</p>
            <For each=move || ids.get() key=|it| *it let:id>
                <PipelineEditor id book/>
            </For>
            <section class="panel">
                <h2>{i18n.text(Messages::pipelines_new)}</h2>
                <div class="row wrap">
                    <input
                        class="input grow"
                        aria-label=i18n.text(Messages::pipelines_name)
                        placeholder=i18n.text(Messages::pipelines_name)
                        prop:value=live(move || name.get())
                        on:input=listen(move |ev: Event| name.set(event_target_value(&ev)))
                        on:keydown=listen(press)
                    />
                    <Button
                        label=i18n.text(Messages::common_create)
                        on_press=move |()| make()
                        glyph=Glyph::Plus
                        disabled=Signal::derive(move || name.with(|it| it.trim().is_empty()))
                    />
                    <Button
                        label=i18n.text(Messages::pipelines_create_standard)
                        on_press=move |()| { create_standard_pipeline(book, i18n); }
                        kind=ButtonKind::Ghost
                    />
                </div>
            </section>
        </div>
    }
    .into_any()
}
