//! Where the member is signed in, and ending it there.

use huike_messages::Messages;
use leptos::prelude::*;
use serde::Deserialize;

use crate::i18n::{I18n, use_i18n};
use crate::session::http::{self, HttpError};
use crate::ui::{Badge, Button, ButtonKind, For, Glyph, Notice, Show, Tone, part};

const PATH: &str = "/api/v1/sessions";

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Place {
    id: String,
    device: String,
    created_at: i64,
    seen_at: i64,
    /// The one that asks.
    this: bool,
    /// With a connection at this moment.
    live: bool,
}

#[derive(Deserialize)]
struct Listed {
    sessions: Vec<Place>,
}

/// Lists the places and ends them.
#[component]
pub fn Sessions() -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let places = RwSignal::new(None::<Vec<Place>>);
    let error = RwSignal::new(None::<HttpError>);
    let has_others =
        move || places.with(|it| it.as_ref().is_some_and(|it| it.iter().any(|it| !it.this)));

    // What it can do.
    let load = move || {
        leptos::task::spawn_local(async move {
            match http::get::<Listed>(PATH).await {
                Ok(listed) => {
                    places.try_set(Some(listed.sessions));
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    load();
    let end = move |id: String| {
        error.set(None);
        leptos::task::spawn_local(async move {
            if let Err(problem) = http::delete(&format!("{PATH}/{id}")).await {
                error.try_set(Some(problem));
            }
            load();
        });
    };
    let end_others = move |()| {
        error.set(None);
        leptos::task::spawn_local(async move {
            if let Err(problem) = http::post_empty(&format!("{PATH}/end-others")).await {
                error.try_set(Some(problem));
            }
            load();
        });
    };

    // What it looks like.
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::sessions_title)}</h2>
            <p class="muted">{i18n.text(Messages::sessions_hint)}</p>
            {part(move || error.get().map(|it| view! {
                <Notice tone=Tone::Bad glyph=Glyph::Warning>
                    <span>{it.words(i18n)}</span>
                </Notice>
            }))}
            <ul class="people">
                <For each=move || places.get().unwrap_or_default() key=|it| (it.id.clone(), it.seen_at, it.live) let:place>
                    {
                        let (id, is_this) = (place.id.clone(), place.this);
                        let device = place.device.clone();
                        view! {
                            <li class="list-row">
                                <span class="list-words">
                                    <b>
                                        {part(move || {
                                            if device.is_empty() {
                                                i18n.t(Messages::sessions_unknown)
                                            } else {
                                                device.clone()
                                            }
                                        })}
                                    </b>
                                    <span>{part(move || facts(i18n, &place))}</span>
                                </span>
                                {is_this.then(|| view! { <Badge label=i18n.text(Messages::sessions_this)/> })}
                                {(!is_this).then(|| view! {
                                    <Button
                                        label=i18n.text(Messages::sessions_end)
                                        kind=ButtonKind::Ghost
                                        on_press=move |()| end(id.clone())
                                    />
                                })}
                            </li>
                        }
                    }
                </For>
            </ul>
            <Show when=has_others>
                <Button label=i18n.text(Messages::sessions_end_others) on_press=end_others/>
            </Show>
        </section>
    }
    .into_any()
}

/// When it was signed in and last seen.
fn facts(i18n: I18n, place: &Place) -> String {
    let since = i18n.t(|m| m.sessions_since(&i18n.instant_within(place.created_at)));
    let seen = if place.live {
        i18n.t(Messages::sessions_live)
    } else {
        i18n.t(|m| m.sessions_seen(&i18n.instant_within(place.seen_at)))
    };
    [since, seen].join(" · ")
}
