//! The languages, and how one is chosen for a visitor.

use unic_langid::LanguageIdentifier;

/// A language in which every sentence exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// 简体中文
    #[default]
    ZhCn,
    /// English
    En,
}

impl Language {
    /// Every language, the first one first.
    pub const ALL: [Language; 2] = [Language::ZhCn, Language::En];

    /// The language tag: `zh-CN` or `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::ZhCn => "zh-CN",
            Language::En => "en",
        }
    }

    /// The name of the language in itself, for the language switch.
    pub const fn own_name(self) -> &'static str {
        match self {
            Language::ZhCn => "中文",
            Language::En => "English",
        }
    }

    /// The language of a tag such as `zh`, `zh-Hans-CN`, `en-GB`; upper and lower case are equal.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Language::ZhCn)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Language::En)
        } else {
            None
        }
    }

    /// The best language for an `Accept-Language` header.
    ///
    /// Without any wish it is Chinese; a reader who asks only for languages we do not have gets
    /// English, which more of them read.
    pub fn negotiate(accept_language: &str) -> Language {
        let mut wishes: Vec<(u32, &str)> = accept_language
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.split(';');
                let tag = pieces.next()?.trim();
                let quality = pieces
                    .find_map(|it| it.trim().strip_prefix("q="))
                    .map_or(Some(1.0), |it| it.trim().parse::<f32>().ok())?;
                let permille = (quality.clamp(0.0, 1.0) * 1000.0) as u32;
                (!tag.is_empty() && permille > 0).then_some((permille, tag))
            })
            .collect();
        // Stable: of equal wishes the first one counts.
        wishes.sort_by_key(|(permille, _)| std::cmp::Reverse(*permille));
        wishes
            .iter()
            .find_map(|(_, tag)| {
                if *tag == "*" {
                    Some(Language::ZhCn)
                } else {
                    Self::from_tag(tag)
                }
            })
            .unwrap_or(if wishes.is_empty() {
                Language::ZhCn
            } else {
                Language::En
            })
    }

    pub(crate) fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept_language: &str, expected: Language) {
        assert_eq!(
            Language::negotiate(accept_language),
            expected,
            "{accept_language}"
        );
    }

    #[test]
    fn the_dearest_wish_is_granted() {
        check("en-GB,en;q=0.9,zh;q=0.8", Language::En);
        check("zh-CN,zh;q=0.9,en;q=0.8", Language::ZhCn);
        check("en;q=0.2, zh-TW;q=0.7", Language::ZhCn);
        check("zh;q=0, en", Language::En);
    }

    #[test]
    fn without_a_wish_it_is_chinese_and_for_strangers_english() {
        check("", Language::ZhCn);
        check("*", Language::ZhCn);
        check("de-DE,de;q=0.9", Language::En);
        check("q;;=,,;", Language::En);
    }

    #[test]
    fn tags_are_read_in_every_spelling() {
        assert_eq!(Language::from_tag("ZH_hans"), Some(Language::ZhCn));
        assert_eq!(Language::from_tag("en"), Some(Language::En));
        assert_eq!(Language::from_tag("fr"), None);
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
        }
    }
}
