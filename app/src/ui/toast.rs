//! Toasts: what was done, and how to take it back. Never a question, never an error to act on.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::live::{For, listen, live};

use super::chip::Tone;
use super::icon::{Glyph, icon};

/// How long a toast stays unless the pointer or the focus rests on it.
const STAY: Duration = Duration::from_secs(8);
/// More than this nobody reads.
const SHOWN_MAX: usize = 3;

/// One message.
#[derive(Clone)]
pub struct Toast {
    /// What was done.
    pub text: String,
    /// What its color means.
    pub tone: Tone,
    /// What can be done about it: a verb and what it does. It outlives the page that showed it.
    pub action: Option<(String, Arc<dyn Fn() + Send + Sync>)>,
}

impl Toast {
    /// A plain message.
    pub fn new(text: impl Into<String>) -> Self {
        Toast {
            text: text.into(),
            tone: Tone::Neutral,
            action: None,
        }
    }

    /// With a meaning.
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// With something to do, mostly undo.
    pub fn action(
        mut self,
        verb: impl Into<String>,
        act: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        self.action = Some((verb.into(), Arc::new(act)));
        self
    }
}

/// The handle by which pages show toasts; made once by the frame.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u64, Toast)>>,
    next: StoredValue<u64>,
    is_held: RwSignal<bool>,
}

impl Default for Toasts {
    fn default() -> Self {
        Toasts {
            shown: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            is_held: RwSignal::new(false),
        }
    }
}

impl Toasts {
    /// Shows one; the oldest makes room.
    pub fn show(self, toast: Toast) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|all| {
            all.push((id, toast));
            let surplus = all.len().saturating_sub(SHOWN_MAX);
            all.drain(..surplus);
        });
        self.leave_later(id);
    }

    /// Runs the action of the newest toast that has one, for the undo key.
    pub fn run_newest_action(self) -> bool {
        let newest = self
            .shown
            .with_untracked(|all| all.iter().rev().find(|it| it.1.action.is_some()).cloned());
        let Some((id, toast)) = newest else {
            return false;
        };
        self.dismiss(id);
        if let Some((_, act)) = toast.action {
            act();
        }
        true
    }

    fn dismiss(self, id: u64) {
        self.shown.update(|all| all.retain(|it| it.0 != id));
    }

    fn leave_later(self, id: u64) {
        set_timeout(
            move || {
                if self.is_held.try_get_untracked() == Some(true) {
                    self.leave_later(id);
                } else {
                    self.dismiss(id);
                }
            },
            STAY,
        );
    }
}

/// The place where toasts appear; once in the frame.
#[component]
pub fn ToastStack(
    /// The toasts.
    toasts: Toasts,
    /// What the crosses are called.
    #[prop(into)]
    close_label: Signal<String>,
) -> impl IntoView {
    let one = move |(id, toast): (u64, Toast)| {
        let action = toast.action.map(|(verb, act)| {
            view! {
                <button
                    type="button"
                    class="toast-action"
                    on:click=listen(move |_| {
                        toasts.dismiss(id);
                        act();
                    })
                >
                    {verb}
                </button>
            }
        });
        view! {
            <div class=format!("toast {}", toast.tone.class())>
                <span class="toast-text">{toast.text}</span>
                {action}
                <button
                    type="button"
                    class="toast-close"
                    aria-label=live(move || close_label.get())
                    on:click=listen(move |_| toasts.dismiss(id))
                >
                    {icon(Glyph::Close, "icon")}
                </button>
            </div>
        }
    };
    let hold = move |is_held: bool| toasts.is_held.set(is_held);
    view! {
        <div
            class="toast-stack"
            role="status"
            aria-live="polite"
            on:pointerenter=listen(move |_| hold(true))
            on:pointerleave=listen(move |_| hold(false))
            on:focusin=listen(move |_| hold(true))
            on:focusout=listen(move |_| hold(false))
        >
            <For each=move || toasts.shown.get() key=|it| it.0 let:toast>
                {one(toast)}
            </For>
        </div>
    }
    .into_any()
}
