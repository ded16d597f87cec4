//! What this device keeps: how much, how safely, what waits.

use huike_messages::Messages;
use huike_shared::registry;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::i18n::use_i18n;
use crate::record::kinds_label;
use crate::shell::sync_words;
use crate::store::use_store;
use crate::ui::{Button, Glyph, Show, part};

/// Bytes in a megabyte as browsers count storage.
const MEGABYTE: f64 = 1_000_000.0;

/// What this device keeps.
#[component]
pub fn Device() -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let used = RwSignal::new(None::<(f64, f64)>);
    let is_kept = RwSignal::new(None::<bool>);
    leptos::task::spawn_local(async move {
        let storage = window().navigator().storage();
        if let Ok(asked) = storage.estimate()
            && let Ok(estimate) = JsFuture::from(asked).await
        {
            let number = |name: &str| {
                js_sys::Reflect::get(&estimate, &name.into())
                    .ok()
                    .and_then(|it| it.as_f64())
                    .unwrap_or(0.0)
            };
            used.try_set(Some((number("usage"), number("quota"))));
        }
        if let Ok(asked) = storage.persisted() {
            is_kept.try_set(JsFuture::from(asked).await.ok().and_then(|it| it.as_bool()));
        }
    });
    let install = StoredValue::new_local(store.install());
    let is_offered = RwSignal::new(install.with_value(crate::transport::Install::is_offered));

    // What it can do.
    let keep = move |()| {
        leptos::task::spawn_local(async move {
            if let Ok(asked) = window().navigator().storage().persist() {
                is_kept.try_set(JsFuture::from(asked).await.ok().and_then(|it| it.as_bool()));
            }
        });
    };
    let ask_install = move |()| {
        let asked = install.with_value(crate::transport::Install::ask);
        leptos::task::spawn_local(async move {
            let is_done = JsFuture::from(asked).await.is_ok_and(|it| it.is_truthy());
            is_offered.try_set(!is_done);
        });
    };

    // What it looks like.
    let megabytes = move |bytes: f64| {
        let tenths = (bytes / MEGABYTE * 10.0).round() as i64;
        // Nobody counts tenths of what is large.
        match tenths {
            ..1_000 => format!("{}.{}", tenths / 10, tenths % 10),
            _ => i18n.number(tenths / 10),
        }
    };
    let counts = registry::RECORDS
        .iter()
        .filter(|it| it.name != "note")
        .map(|def| {
            let rows = store.rows(def.kind);
            view! {
                <dt>{part(move || kinds_label(i18n, def.kind))}</dt>
                <dd>{part(move || i18n.count(rows.with(|it| it.len())))}</dd>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::settings_device)}</h2>
            <dl class="facts">
                <dt>{i18n.text(Messages::sync_title)}</dt>
                <dd>
                    <a href="/app/sync">{part(move || sync_words(store, i18n))}</a>
                </dd>
                <dt>{i18n.text(Messages::device_used)}</dt>
                <dd>
                    {part(move || {
                        used.get().map(|(used, quota)| {
                            i18n.t(|m| m.device_used_of(&megabytes(quota), &megabytes(used)))
                        })
                    })}
                </dd>
                <dt>{i18n.text(Messages::device_safety)}</dt>
                <dd>
                    {part(move || match is_kept.get() {
                        Some(true) => i18n.t(Messages::device_kept),
                        Some(false) | None => i18n.t(Messages::device_not_kept),
                    })}
                </dd>
            </dl>
            <div class="wizard-foot start">
                <Show when=move || is_kept.get() == Some(false)>
                    <Button
                        label=i18n.text(Messages::device_keep)
                        glyph=Glyph::Lock
                        on_press=keep
                    />
                </Show>
                <Show when=move || is_offered.get()>
                    <Button
                        label=i18n.text(Messages::settings_install)
                        glyph=Glyph::Install
                        on_press=ask_install
                    />
                </Show>
            </div>
            <Show when=move || !is_offered.get() && !is_installed()>
                <p class="quiet">{i18n.text(Messages::device_install_hint)}</p>
            </Show>
        </section>
        <section class="panel">
            <h2>{i18n.text(Messages::device_records)}</h2>
            <dl class="facts">{counts}</dl>
        </section>
    }
    .into_any()
}

/// Whether the program runs as an installed app.
fn is_installed() -> bool {
    let matches = |query: &str| {
        window()
            .match_media(query)
            .ok()
            .flatten()
            .is_some_and(|it| it.matches())
    };
    let ios = js_sys::Reflect::get(window().navigator().unchecked_ref(), &"standalone".into());
    matches("(display-mode: standalone)") || ios.is_ok_and(|it| it.is_truthy())
}
