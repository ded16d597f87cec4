//! The first step: a file, dropped or picked.

use huike_messages::Messages;
use leptos::ev::DragEvent;
use leptos::html;
use leptos::prelude::*;
use web_sys::{File, FormData};

use super::wire::Uploaded;
use super::{Step, Wizard};
use crate::i18n::use_i18n;
use crate::session::http;
use crate::ui::{Button, ButtonKind, Glyph, Icon, listen, live, part};

/// The place for a file.
#[component]
pub(super) fn Upload(wizard: Wizard) -> impl IntoView {
    let i18n = use_i18n();
    let input_ref = NodeRef::<html::Input>::new();
    let is_over = RwSignal::new(false);
    let pick = move |()| {
        if let Some(input) = input_ref.get_untracked() {
            input.click();
        }
    };
    let picked = move |_| {
        let file = input_ref
            .get_untracked()
            .and_then(|it| it.files())
            .and_then(|it| it.get(0));
        if let Some(file) = file {
            send(wizard, file, None);
        }
    };
    let dropped = move |ev: web_sys::DragEvent| {
        ev.prevent_default();
        is_over.set(false);
        let file = ev
            .data_transfer()
            .and_then(|it| it.files())
            .and_then(|it| it.get(0));
        if let Some(file) = file {
            send(wizard, file, None);
        }
    };
    view! {
        <section
            class="panel drop-zone"
            class:over=live(move || is_over.get())
            on:dragover=listen(move |ev: DragEvent| {
                ev.prevent_default();
                is_over.set(true);
            })
            on:dragleave=listen(move |_| is_over.set(false))
            on:drop=listen(dropped)
        >
            <Icon glyph=Glyph::Sheet large=true/>
            <p>{i18n.text(Messages::import_drop)}</p>
            <Button
                label=i18n.text(Messages::import_choose_file)
                kind=ButtonKind::Primary
                disabled=Signal::derive(move || wizard.is_busy.get())
                on_press=pick
            />
            <p class="quiet">
                {part(move || {
                    if wizard.is_busy.get() {
                        i18n.t(Messages::common_loading)
                    } else {
                        i18n.t(Messages::import_hint)
                    }
                })}
            </p>
            <input
                node_ref=input_ref
                type="file"
                class="visually-hidden"
                tabindex="-1"
                aria-label=i18n.text(Messages::import_choose_file)
                accept=".csv,.tsv,.txt,text/csv,text/plain"
                on:change=listen(picked)
            />
        </section>
    }
    .into_any()
}

/// Uploads a file, read in this encoding or the one the server finds.
pub(super) fn send(wizard: Wizard, file: File, encoding: Option<String>) {
    let Ok(form) = FormData::new() else { return };
    if form
        .append_with_blob_and_filename("file", &file, &file.name())
        .is_err()
    {
        return;
    }
    wizard.file.set(Some(file));
    wizard.is_busy.set(true);
    wizard.error.set(None);
    let path = match encoding {
        Some(encoding) => format!("/api/v1/imports?encoding={encoding}"),
        None => "/api/v1/imports".to_owned(),
    };
    leptos::task::spawn_local(async move {
        let answer = http::upload::<Uploaded>(&path, &form).await;
        wizard.is_busy.set(false);
        match answer {
            Ok(uploaded) => {
                let kind = if uploaded.kind.is_empty() {
                    "customer"
                } else {
                    &uploaded.kind
                };
                wizard.kind.set(kind.to_owned());
                wizard.mapping.set(
                    uploaded
                        .columns
                        .iter()
                        .map(|it| it.suggested.clone().unwrap_or_default())
                        .collect(),
                );
                wizard.step.set(Step::Mapping(uploaded));
            }
            Err(error) => wizard.error.set(Some(error)),
        }
    });
}
