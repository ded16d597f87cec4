//! The question before signing out: what waits stays here, for this member.

use huike_messages::Messages;
use leptos::prelude::*;

use super::use_shell;
use crate::i18n::use_i18n;
use crate::session::use_session;
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Dialog, Toast, Tone, part};

/// Says how many edits wait, then signs out.
#[component]
pub fn SignOutDialog() -> impl IntoView {
    let (shell, i18n, session, store) = (use_shell(), use_i18n(), use_session(), use_store());
    let waiting = move || store.status().with(|it| i64::from(it.waiting));
    let sign_out = move |()| {
        shell.sign_out.set(false);
        leptos::task::spawn_local(async move {
            if let Err(error) = session.sign_out(store).await {
                let words = untrack(|| error.words(i18n));
                shell.toasts.show(Toast::new(words).tone(Tone::Bad));
            }
        });
    };
    view! {
        <Dialog
            open=shell.sign_out
            title=i18n.text(Messages::nav_sign_out)
            close_label=i18n.text(Messages::common_close)
        >
            <p>
                {part(move || {
                    let count = waiting();
                    if count > 0 {
                        i18n.t(|m| m.sign_out_waiting(count))
                    } else {
                        i18n.t(Messages::sign_out_nothing_waits)
                    }
                })}
            </p>
            <footer class="dialog-foot">
                <Button
                    label=i18n.text(Messages::common_cancel)
                    on_press=move |()| shell.sign_out.set(false)
                />
                <Button
                    label=i18n.text(Messages::nav_sign_out)
                    kind=ButtonKind::Primary
                    on_press=sign_out
                />
            </footer>
        </Dialog>
    }
    .into_any()
}
