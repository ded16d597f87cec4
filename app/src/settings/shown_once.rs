//! A secret that is shown once, and copied.

use huike_messages::Messages;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::i18n::use_i18n;
use crate::shell::use_shell;
use crate::ui::{Button, Glyph, Notice, Toast, Tone};

/// A secret that the server gives only in the answer that made it.
#[component]
pub fn ShownOnce(
    /// Says that it comes only once, and whom it is for.
    #[prop(into)]
    words: Signal<String>,
    /// The secret.
    secret: String,
) -> impl IntoView {
    let (i18n, shell) = (use_i18n(), use_shell());
    let again = secret.clone();
    let copy = move |()| {
        let secret = again.clone();
        leptos::task::spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            if JsFuture::from(clipboard.write_text(&secret)).await.is_ok() {
                let words = untrack(|| i18n.t(Messages::common_copied));
                shell.toasts.show(Toast::new(words));
            }
        });
    };
    view! {
        <Notice tone=Tone::Good glyph=Glyph::Link>
            <span>{words}</span>
            <code class="secret">{secret}</code>
            <Button label=i18n.text(Messages::common_copy) glyph=Glyph::Copy on_press=copy/>
        </Notice>
    }
    .into_any()
}
