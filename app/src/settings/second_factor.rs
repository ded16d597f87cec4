//! The member's second factor: set up with a phone, its recovery codes shown once, turned off.

use huike_messages::Messages;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::confirm::ProblemOrConfirm;
use super::shown_once::ShownOnce;
use crate::i18n::use_i18n;
use crate::session::http::{self, HttpError};
use crate::ui::{Button, ButtonKind, Field, Show, listen, part};

const PATH: &str = "/api/v1/second-factor";

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
struct State {
    on: bool,
    codes_left: i64,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct SetUp {
    secret: String,
    address: String,
}

#[derive(Deserialize)]
struct Codes {
    codes: Vec<String>,
}

#[derive(Serialize)]
struct Typed {
    code: String,
}

/// What was asked for last, to be asked for again once the password was typed.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Begin,
    TurnOn,
    TurnOff,
}

/// Sets it up and turns it off.
#[component]
pub fn SecondFactor() -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let state = RwSignal::new(None::<State>);
    let set_up = RwSignal::new(None::<SetUp>);
    let codes = RwSignal::new(Vec::<String>::new());
    let code = RwSignal::new(String::new());
    let error = RwSignal::new(None::<HttpError>);
    let asked = RwSignal::new(Step::Begin);
    let is_on = move || state.get().is_some_and(|it| it.on);
    let is_off = move || state.get().is_some_and(|it| !it.on) && set_up.with(Option::is_none);

    // What it can do.
    let load = move || {
        leptos::task::spawn_local(async move {
            match http::get::<State>(PATH).await {
                Ok(found) => {
                    state.try_set(Some(found));
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    load();
    let take = move |step: Step| {
        asked.set(step);
        error.set(None);
        let typed = Typed {
            code: code.get_untracked(),
        };
        leptos::task::spawn_local(async move {
            let done = match step {
                Step::Begin => http::ask::<SetUp>(&format!("{PATH}/begin"))
                    .await
                    .map(|it| {
                        set_up.try_set(Some(it));
                    }),
                Step::TurnOn => {
                    let answer = http::post::<Codes>(&format!("{PATH}/turn-on"), &typed).await;
                    answer.map(|it| {
                        codes.try_set(it.codes);
                        set_up.try_set(None);
                        code.try_set(String::new());
                    })
                }
                Step::TurnOff => http::post_empty(&format!("{PATH}/turn-off"))
                    .await
                    .map(|()| {
                        codes.try_set(Vec::new());
                    }),
            };
            match done {
                Ok(()) => load(),
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };

    // What it looks like.
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::second_factor_title)}</h2>
            <p class="muted">{i18n.text(Messages::second_factor_hint)}</p>
            <ProblemOrConfirm error again=move |()| take(asked.get_untracked())/>
            {part(move || set_up.get().map(|it| view! {
                <form
                    class="form"
                    on:submit=listen(move |ev: SubmitEvent| {
                        ev.prevent_default();
                        take(Step::TurnOn);
                    })
                >
                    <p>{i18n.text(Messages::second_factor_scan)}</p>
                    <a href=it.address rel="external">
                        <img
                            class="phone-code"
                            src=format!("{PATH}/picture.svg?{}", js_sys::Date::now())
                            alt=i18n.text(Messages::second_factor_picture)
                            width="240"
                            height="240"
                        />
                    </a>
                    <p class="muted">{i18n.text(Messages::second_factor_by_hand)} " " <code class="secret">{it.secret}</code></p>
                    <Field label=i18n.text(Messages::code_label) value=code autocomplete="one-time-code"/>
                    <div class="wizard-foot start">
                        <Button
                            label=i18n.text(Messages::second_factor_turn_on)
                            kind=ButtonKind::Primary
                            submits=true
                            disabled=Signal::derive(move || code.with(String::is_empty))
                            on_press=|()| {}
                        />
                    </div>
                </form>
            }))}
            {part(move || {
                let secret = codes.get().join("  ");
                (!secret.is_empty()).then(|| view! {
                    <ShownOnce words=i18n.text(Messages::second_factor_codes) secret/>
                })
            })}
            <Show when=is_on>
                <p>{part(move || state.get().map(|it| i18n.t(|m| m.second_factor_on(it.codes_left))))}</p>
                <Button
                    label=i18n.text(Messages::second_factor_turn_off)
                    on_press=move |()| take(Step::TurnOff)
                />
            </Show>
            <Show when=is_off>
                <Button
                    label=i18n.text(Messages::second_factor_begin)
                    kind=ButtonKind::Primary
                    on_press=move |()| take(Step::Begin)
                />
            </Show>
        </section>
    }
    .into_any()
}
