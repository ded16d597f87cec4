//! Bars above the page: what needs to be known, what is safe, what to do.

use huike_messages::Messages;
use huike_shared::local::Connection;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::use_shell;
use crate::i18n::use_i18n;
use crate::session::{SessionState, use_session};
use crate::store::device::{remember, remembered};
use crate::store::{StorageState, use_store};
use crate::ui::{Button, Glyph, Notice, Show, Tone, follow, part};

/// Set once the offer to install was declined on this device.
const INSTALL_KEY: &str = "huike.install";

/// Every bar that applies.
#[component]
pub fn Notices() -> impl IntoView {
    view! {
        <Broken/>
        <Storage/>
        <Evicted/>
        <SignedOut/>
        <Update/>
        <InstallHint/>
    }
    .into_any()
}

/// The data core of this tab broke.
#[component]
fn Broken() -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    view! {
        <Show when=move || store.broken().with(Option::is_some)>
            <Notice tone=Tone::Bad glyph=Glyph::Warning>
                <span>{i18n.text(Messages::notice_broken)}</span>
                <Button
                    label=i18n.text(Messages::common_retry)
                    on_press=move |()| store.restart()
                />
            </Notice>
        </Show>
    }
    .into_any()
}

/// The device does not store edits.
#[component]
fn Storage() -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let words = move || {
        i18n.t(|m| match store.storage().get() {
            StorageState::Fine => String::new(),
            StorageState::Full => m.notice_storage_full(),
            StorageState::Failed => m.notice_storage_failed(),
            StorageState::OutboxFull => m.notice_outbox_full(),
        })
    };
    view! {
        <Show when=move || store.storage().get() != StorageState::Fine>
            <Notice tone=Tone::Bad glyph=Glyph::Warning>
                <span>{part(words)}</span>
                <Button
                    label=i18n.text(Messages::common_retry)
                    on_press=move |()| store.retry_storage()
                />
            </Notice>
        </Show>
    }
    .into_any()
}

/// The browser had thrown the store away; it fills again.
#[component]
fn Evicted() -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    view! {
        <Show when=move || store.status().with(|it| it.evicted)>
            <Notice tone=Tone::Due glyph=Glyph::Info>
                <span>{i18n.text(Messages::notice_evicted)}</span>
                <Button
                    label=i18n.text(Messages::common_close)
                    on_press=move |()| store.settle_eviction()
                />
            </Notice>
        </Show>
    }
    .into_any()
}

/// The server asks for a sign-in, or this program is too old for it; work goes on.
#[component]
fn SignedOut() -> impl IntoView {
    let (store, i18n, session) = (use_store(), use_i18n(), use_session());
    let is_out = move || {
        session.state() == SessionState::SignedOut
            || store
                .status()
                .with(|it| it.connection == Connection::SignedOut)
    };
    let is_old = move || {
        store
            .status()
            .with(|it| it.connection == Connection::ClientTooOld)
    };
    view! {
        <Show when=is_out>
            <Notice tone=Tone::Due glyph=Glyph::Key>
                <span>{i18n.text(Messages::notice_signed_out)}</span>
                <a class="button" href="/sign-in" rel="external">
                    {i18n.text(Messages::sign_in_title)}
                </a>
            </Notice>
        </Show>
        <Show when=is_old>
            <Notice tone=Tone::Due glyph=Glyph::Sparkle>
                <span>{i18n.text(Messages::notice_too_old)}</span>
                <Button
                    label=i18n.text(Messages::common_reload)
                    on_press=|()| {
                        let _ = window().location().reload();
                    }
                />
            </Notice>
        </Show>
    }
    .into_any()
}

/// A new version is installed and waits. It takes over once every edit is durable.
#[component]
fn Update() -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let is_waiting = RwSignal::new(false);
    let updates = StoredValue::new_local(store.updates());
    updates.with_value(|it| it.when_waiting(move || is_waiting.set(true)));
    view! {
        <Show when=move || is_waiting.get()>
            <Notice glyph=Glyph::Sparkle>
                <span>{i18n.text(Messages::notice_update)}</span>
                <Button
                    label=i18n.text(Messages::notice_update_now)
                    on_press=move |()| apply_when_stored(store, updates, 50)
                />
            </Notice>
        </Show>
    }
    .into_any()
}

/// Waits until nothing is only on the screen, at most about five seconds.
fn apply_when_stored(
    store: crate::store::LocalStore,
    updates: StoredValue<crate::transport::Updates, LocalStorage>,
    patience: u32,
) {
    if store.unstored_count() == 0 || patience == 0 {
        // What no storage takes is kept as a draft when the page goes.
        updates.with_value(crate::transport::Updates::apply);
        return;
    }
    gloo_timers::callback::Timeout::new(100, move || {
        apply_when_stored(store, updates, patience - 1)
    })
    .forget();
}

/// The browser offers to install; shown after the first edit, when it is clear what for.
#[component]
fn InstallHint() -> impl IntoView {
    let (store, i18n, shell) = (use_store(), use_i18n(), use_shell());
    let is_offered = RwSignal::new(false);
    let is_declined = RwSignal::new(remembered(INSTALL_KEY).is_some());
    let install = StoredValue::new_local(store.install());
    install.with_value(|it| {
        is_offered.set(it.is_offered());
        let offer = it.clone();
        it.when_changed(move || is_offered.set(offer.is_offered()));
    });
    // A store that the browser may not throw away is asked for once there is something to lose.
    follow(move || {
        if store.has_edited().get() {
            leptos::task::spawn_local(async {
                if let Ok(asked) = window().navigator().storage().persist() {
                    let _ = JsFuture::from(asked).await;
                }
            });
        }
    });
    let decline = move |()| {
        remember(INSTALL_KEY, Some("declined"));
        is_declined.set(true);
    };
    let accept = move |()| {
        let asked = install.with_value(crate::transport::Install::ask);
        leptos::task::spawn_local(async move {
            let is_installed = JsFuture::from(asked).await.is_ok_and(|it| it.is_truthy());
            if is_installed {
                shell
                    .announcer
                    .say(untrack(|| i18n.t(Messages::common_done)));
            }
        });
    };
    view! {
        <Show when=move || is_offered.get() && !is_declined.get() && store.has_edited().get()>
            <Notice glyph=Glyph::Install>
                <span>{i18n.text(Messages::notice_install)}</span>
                <Button label=i18n.text(Messages::settings_install) on_press=accept/>
                <Button label=i18n.text(Messages::notice_not_now) on_press=decline/>
            </Notice>
        </Show>
    }
    .into_any()
}
