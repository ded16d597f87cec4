//! The member's tokens for other programs: made, shown once, revoked.

use huike_messages::Messages;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::confirm::ProblemOrConfirm;
use super::shown_once::ShownOnce;
use crate::i18n::{I18n, use_i18n};
use crate::session::http::{self, HttpError};
use crate::ui::{Button, ButtonKind, Choice, Editor, Field, For, Glyph, Show, listen, part};

const PATH: &str = "/api/v1/tokens";
/// Days that are offered; the empty word is for ever.
const DAYS: [&str; 4] = ["30", "90", "365", ""];
const READ: &str = "read";
const READ_WRITE: &str = "read_write";

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Token {
    id: String,
    name: String,
    scope: String,
    expires_at: Option<i64>,
    used_at: Option<i64>,
    /// Only in the answer that made it.
    #[serde(default)]
    token: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    tokens: Vec<Token>,
}

#[derive(Serialize)]
struct Asked {
    name: String,
    scope: String,
    expires_in_days: Option<i64>,
}

/// Makes tokens, shows each once, revokes them.
#[component]
pub fn Tokens() -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let name = RwSignal::new(String::new());
    let scope = RwSignal::new(READ.to_owned());
    let days = RwSignal::new(DAYS[1].to_owned());
    let made = RwSignal::new(None::<Token>);
    let tokens = RwSignal::new(None::<Vec<Token>>);
    let error = RwSignal::new(None::<HttpError>);

    // What it can do.
    let load = move || {
        leptos::task::spawn_local(async move {
            match http::get::<Listed>(PATH).await {
                Ok(answer) => {
                    tokens.try_set(Some(answer.tokens));
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    load();
    let make = move || {
        let asked = Asked {
            name: name.get_untracked(),
            scope: scope.get_untracked(),
            expires_in_days: days.get_untracked().parse().ok(),
        };
        error.set(None);
        leptos::task::spawn_local(async move {
            match http::post::<Token>(PATH, &asked).await {
                Ok(token) => {
                    made.try_set(Some(token));
                    name.try_set(String::new());
                    load();
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    let revoke = move |id: String| {
        error.set(None);
        leptos::task::spawn_local(async move {
            if let Err(problem) = http::delete(&format!("{PATH}/{id}")).await {
                error.try_set(Some(problem));
            }
            made.try_update(|it| {
                if it.as_ref().is_some_and(|it| it.id == id) {
                    *it = None;
                }
            });
            load();
        });
    };

    // What it looks like.
    let scopes = Signal::derive(move || {
        let choice = |value: &str| Choice {
            value: value.to_owned(),
            label: scope_words(i18n, value),
        };
        vec![choice(READ), choice(READ_WRITE)]
    });
    let ends = Signal::derive(move || {
        let choice = |value: &&str| Choice {
            value: (*value).to_owned(),
            label: match value.parse() {
                Ok(days) => i18n.t(|m| m.tokens_days(days)),
                Err(_) => i18n.t(Messages::tokens_for_ever),
            },
        };
        DAYS.iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::tokens_title)}</h2>
            <p class="muted">{i18n.text(Messages::tokens_hint)}</p>
            <form
                class="form two"
                on:submit=listen(move |ev: SubmitEvent| {
                    ev.prevent_default();
                    make();
                })
            >
                <Field label=i18n.text(Messages::tokens_name) value=name/>
                <Field label=i18n.text(Messages::tokens_scope) value=scope editor=Editor::OneOf(scopes)/>
                <Field label=i18n.text(Messages::tokens_valid) value=days editor=Editor::OneOf(ends)/>
                <div class="wizard-foot start">
                    <Button
                        label=i18n.text(Messages::tokens_make)
                        glyph=Glyph::Plus
                        kind=ButtonKind::Primary
                        submits=true
                        on_press=|()| {}
                    />
                </div>
            </form>
            <ProblemOrConfirm error again=move |()| make()/>
            {part(move || made.get().and_then(|it| it.token).map(|secret| view! {
                <ShownOnce words=i18n.text(Messages::tokens_once) secret/>
            }))}
            <Show when=move || tokens.with(|it| it.as_ref().is_some_and(Vec::is_empty))>
                <p class="muted">{i18n.text(Messages::tokens_none)}</p>
            </Show>
            <ul class="people">
                <For each=move || tokens.get().unwrap_or_default() key=|it| (it.id.clone(), it.used_at) let:token>
                    {
                        let id = token.id.clone();
                        let name = token.name.clone();
                        view! {
                            <li class="list-row">
                                <span class="list-words">
                                    <b>{name}</b>
                                    <span>{part(move || facts(i18n, &token))}</span>
                                </span>
                                <Button
                                    label=i18n.text(Messages::tokens_revoke)
                                    kind=ButtonKind::Ghost
                                    on_press=move |()| revoke(id.clone())
                                />
                            </li>
                        }
                    }
                </For>
            </ul>
        </section>
    }
    .into_any()
}

fn scope_words(i18n: I18n, scope: &str) -> String {
    if scope == READ {
        i18n.t(Messages::tokens_scope_read)
    } else {
        i18n.t(Messages::tokens_scope_read_write)
    }
}

/// What a token may do, until when, and when it was last used.
fn facts(i18n: I18n, token: &Token) -> String {
    let used = match token.used_at {
        Some(at) => i18n.t(|m| m.tokens_used(&i18n.instant_within(at))),
        None => i18n.t(Messages::tokens_unused),
    };
    let ends = match token.expires_at {
        Some(at) if (at as f64) <= js_sys::Date::now() => i18n.t(Messages::tokens_ended),
        Some(at) => i18n.t(|m| m.invite_until(&i18n.instant_within(at))),
        None => i18n.t(Messages::tokens_for_ever),
    };
    [scope_words(i18n, &token.scope), ends, used].join(" · ")
}
