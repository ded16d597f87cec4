//! What is said to those who do not see it.

use leptos::prelude::*;

use super::live::part;

/// A handle for saying something politely.
#[derive(Clone, Copy, Debug)]
pub struct Announcer {
    said: RwSignal<(u32, String)>,
}

impl Default for Announcer {
    fn default() -> Self {
        Announcer {
            said: RwSignal::new((0, String::new())),
        }
    }
}

impl Announcer {
    /// Says it once the reader is free.
    pub fn say(self, words: impl Into<String>) {
        let words = words.into();
        self.said.update(|it| *it = (it.0.wrapping_add(1), words));
    }
}

/// The hidden place where an [`Announcer`] speaks; once in the frame.
#[component]
pub fn LiveRegion(
    /// Whose words these are.
    announcer: Announcer,
) -> impl IntoView {
    // The same sentence twice changes nothing in the document and would not be read: a
    // trailing space every second time makes it a new text.
    let words = move || {
        announcer
            .said
            .with(|(turn, words)| format!("{words}{}", if turn % 2 == 0 { "" } else { "\u{a0}" }))
    };
    view! { <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">{part(words)}</div> }
        .into_any()
}
