//! Every sentence Huike says.
//!
//! The sentences live in `app/locales/<language>/*.ftl`; `build.rs` makes one method of each, so a
//! missing message or argument does not compile. Browser and server use the same files.
//!
//! With the feature `texts` the sentences are part of the program. The page is built without it: it is handed
//! the language it shows as a text, and the other one when somebody asks for it. What only the server says
//! (`api.ftl`) is not in that text.
//!
//! Invariant: only the active language is parsed, and nothing here knows what a record is: the
//! label of a field is found by its key (`field-customer-name`).

mod language;

pub use language::Language;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::OnceLock;

#[cfg(feature = "texts")]
include!(concat!(env!("OUT_DIR"), "/texts.rs"));
include!(concat!(env!("OUT_DIR"), "/methods.rs"));

/// The sentences of one language.
pub struct Messages {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Messages {
    /// Parses the sentences of a language.
    fn new(language: Language, text: &str) -> Self {
        // The build has already parsed these texts; what it let through has no errors.
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
        // Isolation marks would end up in names that people copy out of a sentence.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(in_groups));
        bundle.add_resource_overriding(resource);
        Messages { language, bundle }
    }

    /// The sentences of a language, parsed once in this process. Without the feature `texts`: of the language
    /// that was added, if it is another one.
    ///
    /// # Panics
    /// Without the feature `texts`, if no language was added.
    pub fn of(language: Language) -> &'static Messages {
        #[cfg(feature = "texts")]
        return cell(language).get_or_init(|| {
            let of_the_server = of_the_server(language);
            Messages::new(language, &format!("{}\n{of_the_server}", text(language)))
        });
        #[cfg(not(feature = "texts"))]
        return cell(language)
            .get()
            .or_else(|| Language::ALL.iter().find_map(|it| cell(*it).get()))
            .expect("a language is added before anything is said");
    }

    /// Adds the sentences of a language, as [`text`] gives them; does nothing if they are here.
    pub fn add(language: Language, text: &str) {
        cell(language).get_or_init(|| Messages::new(language, text));
    }

    /// Whether the sentences of a language are here.
    pub fn has(language: Language) -> bool {
        cfg!(feature = "texts") || cell(language).get().is_some()
    }

    /// The language these sentences are in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The sentence with this key, if there is one and it takes no arguments.
    ///
    /// For labels whose key is put together at run time: fields, kinds, choices, refusal codes.
    pub fn by_key(&self, key: &str) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, None, &mut errors)
            .into_owned();
        errors.is_empty().then_some(text)
    }

    fn plain(&self, key: &str) -> String {
        self.format(key, None)
    }

    fn filled<'a>(
        &self,
        key: &str,
        values: &mut dyn Iterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> String {
        let mut arguments = FluentArgs::new();
        for (name, value) in values {
            arguments.set(name, value);
        }
        self.format(key, Some(&arguments))
    }

    fn format(&self, key: &str, arguments: Option<&FluentArgs>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|it| it.value()) else {
            return key.to_owned();
        };
        self.bundle
            .format_pattern(pattern, arguments, &mut Vec::new())
            .into_owned()
    }
}

fn cell(language: Language) -> &'static OnceLock<Messages> {
    static CELLS: [OnceLock<Messages>; 2] = [OnceLock::new(), OnceLock::new()];
    match language {
        Language::ZhCn => &CELLS[0],
        Language::En => &CELLS[1],
    }
}

/// All sentences of a language that the page may say, as Fluent writes them, without comments.
#[cfg(feature = "texts")]
pub const fn text(language: Language) -> &'static str {
    match language {
        Language::ZhCn => ZH_CN,
        Language::En => EN,
    }
}

/// The sentences that only the server says.
#[cfg(feature = "texts")]
const fn of_the_server(language: Language) -> &'static str {
    match language {
        Language::ZhCn => ZH_CN_OF_THE_SERVER,
        Language::En => EN_OF_THE_SERVER,
    }
}

/// Whole numbers with thousands apart, as both languages write them; nothing for all other values.
fn in_groups<M>(value: &FluentValue, _: &M) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let whole = number.value.abs();
    if whole.fract() != 0.0 || !(1_000.0..1e15).contains(&whole) {
        return None;
    }
    let sign = if number.value < 0.0 { "-" } else { "" };
    Some(format!("{sign}{}", grouped(whole as u64)))
}

/// A number with thousands apart, as both languages write it: 12,345.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Messages").field(&self.language).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/every.rs"));

    #[test]
    fn thousands_stand_apart() {
        let en = Messages::of(Language::En);
        assert_eq!(en.customers_count(1_234_567), "1,234,567 customers");
        assert_eq!(en.customers_count(999), "999 customers");
        assert_eq!(
            Messages::of(Language::ZhCn).customers_count(10_000),
            "10,000 位客户"
        );
    }

    #[test]
    fn every_message_is_a_full_sentence_in_every_language() {
        for language in Language::ALL {
            for (key, _, text) in every_method(Messages::of(language)) {
                assert!(!text.trim().is_empty(), "{language:?} {key} is empty");
                assert_ne!(text, key, "{language:?} {key} was not found");
                assert!(!text.contains(['{', '}']), "{language:?} {key}: {text}");
            }
        }
    }

    #[test]
    fn a_message_without_arguments_is_found_by_its_key() {
        for language in Language::ALL {
            let messages = Messages::of(language);
            for (key, has_arguments, text) in every_method(messages) {
                let expected = (!has_arguments).then_some(text);
                assert_eq!(messages.by_key(key), expected, "{language:?} {key}");
            }
        }
    }

    #[test]
    fn an_unknown_key_says_nothing() {
        assert_eq!(Messages::of(Language::En).by_key("no-such-key"), None);
    }

    #[test]
    fn names_are_put_in_without_marks() {
        let messages = Messages::of(Language::En);
        assert_eq!(messages.common_undone("Delete"), "Undone: Delete");
    }

    #[test]
    fn languages_can_cross_threads() {
        fn check<T: Send + Sync>() {}
        check::<Messages>();
    }
}
