//! The member: name, sign-in name, password.

use huike_messages::Messages;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::Serialize;

use super::role_key;
use super::second_factor::SecondFactor;
use super::sessions::Sessions;
use crate::i18n::use_i18n;
use crate::session::http::{self, HttpError};
use crate::session::use_session;
use crate::shell::use_shell;
use crate::ui::{Button, ButtonKind, Editor, Field, Glyph, Notice, Toast, Tone, listen, part};

#[derive(Serialize)]
struct PasswordChange {
    current: String,
    new: String,
}

/// The member's own part.
#[component]
pub fn Account() -> impl IntoView {
    // What it reads.
    let (i18n, session, shell) = (use_i18n(), use_session(), use_shell());
    let member = move || session.me().map(|it| it.member);
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let error = RwSignal::new(None::<HttpError>);
    let is_busy = RwSignal::new(false);

    // What it can do.
    let change = move || {
        let body = PasswordChange {
            current: current.get_untracked(),
            new: new.get_untracked(),
        };
        is_busy.set(true);
        error.set(None);
        leptos::task::spawn_local(async move {
            let answer = http::post_quietly("/api/v1/password", &body).await;
            is_busy.try_set(false);
            match answer {
                Ok(()) => {
                    current.try_set(String::new());
                    new.try_set(String::new());
                    let words = untrack(|| i18n.t(Messages::settings_password_changed));
                    shell.toasts.show(Toast::new(words).tone(Tone::Good));
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };

    // What it looks like.
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::settings_account)}</h2>
            <dl class="facts">
                <dt>{i18n.text(Messages::settings_name)}</dt>
                <dd>{part(move || member().map(|it| it.name))}</dd>
                <dt>{i18n.text(Messages::settings_login)}</dt>
                <dd>{part(move || member().map(|it| it.login))}</dd>
                <dt>{i18n.text(Messages::settings_role)}</dt>
                <dd>{part(move || member().map(|it| i18n.by_key(&role_key(&it.role))))}</dd>
                <dt>{i18n.text(Messages::settings_workspace)}</dt>
                <dd>{part(move || session.workspace_name())}</dd>
            </dl>
        </section>
        <section class="panel">
            <h2>{i18n.text(Messages::settings_password)}</h2>
            <form
                class="form"
                on:submit=listen(move |ev: SubmitEvent| {
                    ev.prevent_default();
                    change();
                })
            >
                <Field
                    label=i18n.text(Messages::settings_password_current)
                    value=current
                    editor=Editor::Password
                    autocomplete="current-password"
                />
                <Field
                    label=i18n.text(Messages::settings_password_new)
                    value=new
                    editor=Editor::Password
                    autocomplete="new-password"
                    hint=i18n.text(Messages::settings_password_hint)
                />
                {part(move || error.get().map(|it| view! {
                    <Notice tone=Tone::Bad glyph=Glyph::Warning>
                        <span>{it.words(i18n)}</span>
                    </Notice>
                }))}
                <div class="wizard-foot start">
                    <Button
                        label=i18n.text(Messages::settings_password_change)
                        kind=ButtonKind::Primary
                        submits=true
                        disabled=Signal::derive(move || {
                            is_busy.get() || current.with(String::is_empty) || new.with(String::is_empty)
                        })
                        on_press=|()| {}
                    />
                </div>
            </form>
        </section>
        <SecondFactor/>
        <Sessions/>
    }
    .into_any()
}
