//! Language and look of the page: words, dates, money, theme and density, switched in place.
//!
//! Everything shown reads the language signal through [`I18n`], so a switch repaints all words
//! without a reload.
//! The shell reads the same storage keys before the first paint (`public/theme.js`).

mod appearance;
mod dates;
mod numbers;

use huike_messages::{Language, Messages};
use leptos::prelude::*;

use crate::store::device::{remember, remembered};
use crate::ui::follow;

pub use appearance::{Appearance, Density, Theme, provide_appearance, use_appearance};

/// Where the choice of language is kept, as a bare tag.
const LANGUAGE_KEY: &str = "huike.language";

/// The words and forms of the chosen language.
#[derive(Clone, Copy, Debug)]
pub struct I18n {
    language: RwSignal<Language>,
}

/// Reads the kept choice, puts the language into the context and keeps `<html lang>` true to it.
pub fn provide_i18n() -> I18n {
    let i18n = I18n {
        language: RwSignal::new(kept_language()),
    };
    follow(move || {
        let tag = i18n.language.get().tag();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("lang", tag);
        }
    });
    provide_context(i18n);
    i18n
}

/// The language of the page.
pub fn use_i18n() -> I18n {
    expect_context::<I18n>()
}

impl I18n {
    /// A sentence, following the language.
    pub fn t(self, say: impl FnOnce(&'static Messages) -> String) -> String {
        say(Messages::of(self.language.get()))
    }

    /// The same as a signal, for the props of `ui` pieces.
    pub fn text(
        self,
        say: impl Fn(&'static Messages) -> String + Send + Sync + 'static,
    ) -> Signal<String> {
        self.text_of(Box::new(say))
    }

    /// Compiled once for all sentences.
    fn text_of(
        self,
        say: Box<dyn Fn(&'static Messages) -> String + Send + Sync>,
    ) -> Signal<String> {
        Signal::derive(move || self.t(&say))
    }

    /// A sentence found by a key that was put together at run time, such as the label of a
    /// field; the key itself if there is none.
    pub fn by_key(self, key: &str) -> String {
        Messages::of(self.language.get())
            .by_key(key)
            .unwrap_or_else(|| key.to_owned())
    }

    /// The language, followed.
    pub fn language(self) -> Language {
        self.language.get()
    }

    /// Switches the language everywhere and remembers it on this device.
    pub fn set_language(self, language: Language) {
        remember(LANGUAGE_KEY, Some(language.tag()));
        self.language.set(language);
    }
}

fn kept_language() -> Language {
    remembered(LANGUAGE_KEY)
        .and_then(|it| Language::from_tag(&it))
        .unwrap_or_else(|| {
            Language::negotiate(&window().navigator().language().unwrap_or_default())
        })
}
