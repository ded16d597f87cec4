//! The password once more, before what cannot be undone.

use huike_messages::Messages;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::Serialize;

use crate::i18n::use_i18n;
use crate::session::http::{self, HttpError};
use crate::ui::{Button, ButtonKind, Editor, Field, Glyph, Notice, Tone, listen, part};

#[derive(Serialize)]
struct Typed {
    password: String,
}

/// What went wrong; if the password is asked for, it can be typed here, and what was asked for is asked for again.
#[component]
pub fn ProblemOrConfirm(
    /// What went wrong.
    error: RwSignal<Option<HttpError>>,
    /// Asks for it again.
    #[prop(into)]
    again: Callback<()>,
) -> impl IntoView {
    move || {
        error.get().map(|it| {
            let is_asked =
                matches!(&it, HttpError::Refused { code, .. } if code == "confirm-password");
            if is_asked {
                view! { <Confirm error again/> }.into_any()
            } else {
                view! { <Problem error=it/> }.into_any()
            }
        })
    }
}

#[component]
fn Problem(error: HttpError) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Notice tone=Tone::Bad glyph=Glyph::Warning>
            <span>{error.words(i18n)}</span>
        </Notice>
    }
}

#[component]
fn Confirm(error: RwSignal<Option<HttpError>>, again: Callback<()>) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let password = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<HttpError>);

    // What it can do.
    let confirm = move || {
        let typed = Typed {
            password: password.get_untracked(),
        };
        leptos::task::spawn_local(async move {
            match http::post_quietly("/api/v1/confirm", &typed).await {
                Ok(()) => {
                    error.try_set(None);
                    again.run(());
                }
                Err(problem) => {
                    wrong.try_set(Some(problem));
                }
            }
        });
    };

    // What it looks like.
    view! {
        <form
            class="form"
            on:submit=listen(move |ev: SubmitEvent| {
                ev.prevent_default();
                confirm();
            })
        >
            <Field
                label=i18n.text(Messages::confirm_password)
                value=password
                editor=Editor::Password
                autocomplete="current-password"
                hint=i18n.text(Messages::confirm_hint)
            />
            {part(move || wrong.get().map(|it| view! { <Problem error=it/> }))}
            <div class="wizard-foot start">
                <Button
                    label=i18n.text(Messages::confirm_go_on)
                    kind=ButtonKind::Primary
                    submits=true
                    disabled=Signal::derive(move || password.with(String::is_empty))
                    on_press=|()| {}
                />
            </div>
        </form>
    }
}
