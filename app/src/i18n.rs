//! Language and look of the page: words, dates, money, theme and density, switched in place.
//!
//! Everything shown reads the language signal through [`I18n`], so a switch repaints all words
//! without a reload. The sentences of the first language come with the page, those of the other when it is
//! asked for; the service worker keeps both.
//! The shell reads the same storage keys before the first paint (`public/theme.js`).

mod appearance;
mod dates;
mod numbers;

use huike_messages::{Language, Messages};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::store::device::remember;
use crate::ui::follow;

pub use appearance::{Appearance, Density, Theme, provide_appearance, use_appearance};

/// Where the choice of language is kept, as a bare tag.
const LANGUAGE_KEY: &str = "huike.language";

/// The words and forms of the chosen language.
#[derive(Clone, Copy, Debug)]
pub struct I18n {
    language: RwSignal<Language>,
}

/// Puts the language of the document, with its sentences, into the context and keeps `<html lang>` true to it.
pub fn provide_i18n(words: &str) -> I18n {
    let root = document().document_element();
    let tag = root.and_then(|it| it.get_attribute("lang"));
    let language = tag
        .as_deref()
        .and_then(Language::from_tag)
        .unwrap_or_default();
    Messages::add(language, words);
    let i18n = I18n {
        language: RwSignal::new(language),
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

    /// Switches the language everywhere and remembers it on this device. Nothing changes if its sentences
    /// cannot be had.
    pub async fn set_language(self, language: Language) -> Result<(), NoWords> {
        if !Messages::has(language) {
            Messages::add(language, &words_of(language).await.ok_or(NoWords)?);
        }
        remember(LANGUAGE_KEY, Some(language.tag()));
        self.language.set(language);
        Ok(())
    }
}

/// The sentences of a language did not come: the first visit went offline before it had everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoWords;

async fn words_of(language: Language) -> Option<String> {
    let path = format!("/words/{}.ftl", language.tag());
    let answer = JsFuture::from(window().fetch_with_str(&path)).await.ok()?;
    let answer: Response = answer.dyn_into().ok().filter(Response::ok)?;
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}
