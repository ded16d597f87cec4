//! Text values, parsed once and valid ever after; and the forms that search and sorting compare.
//!
//! Forms and imports call `parse`; what a merge brings is accepted as it is, because reading a
//! record never fails.

pub mod pinyin;

use std::fmt;

/// Characters in one line of text.
pub const LINE_CHARS_MAX: usize = 500;
/// Characters in a text of several lines that lives in one register.
pub const TEXT_CHARS_MAX: usize = 20_000;

/// Text that a form or an import cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// More characters than the type allows.
    #[error("the text is too long")]
    TooLong,
    /// Not of the form the type asks for.
    #[error("the text has the wrong form")]
    Form,
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes text that was stored, whatever it is.
            pub fn from_stored(text: &str) -> Self {
                $name(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type!(
    /// One line: a name, a title, an address.
    Line
);
text_type!(
    /// Several lines in one register.
    Paragraphs
);
text_type!(
    /// A phone number: `+` and digits where it could be normalized, else as typed.
    Phone
);
text_type!(
    /// An e-mail address.
    Email
);
text_type!(
    /// A web address with `http` or `https`.
    Url
);

impl Line {
    /// Trims, folds line breaks and control characters into spaces.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let folded: String = text
            .trim()
            .chars()
            .map(|it| if it.is_control() { ' ' } else { it })
            .collect();
        if folded.is_empty() {
            return Err(TextError::Empty);
        }
        limited(folded, LINE_CHARS_MAX).map(Line)
    }
}

impl Paragraphs {
    /// Trims, keeps line breaks as `\n`, drops other control characters.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let kept: String = text
            .trim()
            .chars()
            .filter(|it| !it.is_control() || *it == '\n' || *it == '\t')
            .collect();
        if kept.is_empty() {
            return Err(TextError::Empty);
        }
        limited(kept, TEXT_CHARS_MAX).map(Paragraphs)
    }
}

impl Phone {
    /// Mainland mobiles and landlines become `+86…`; other numbers keep their digits and signs.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let narrow: String = text.trim().chars().map(narrow).collect();
        if narrow.is_empty() {
            return Err(TextError::Empty);
        }
        let digits: String = narrow.chars().filter(char::is_ascii_digit).collect();
        let international = narrow.starts_with('+') || narrow.starts_with("00");
        let known = narrow
            .chars()
            .all(|it| it.is_ascii_digit() || " +-()./#x,转".contains(it));
        if !known || !(3..=30).contains(&digits.len()) {
            return Err(TextError::Form);
        }
        let number = if !international && digits.len() == 11 && digits.starts_with('1') {
            format!("+86{digits}")
        } else if digits.len() == 13 && digits.starts_with("861") {
            format!("+{digits}")
        } else if let Some(rest) = narrow.strip_prefix("00").filter(|_| digits.len() > 8) {
            format!(
                "+{}",
                rest.chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
            )
        } else {
            narrow
        };
        Ok(Phone(number.into()))
    }

    /// The number as people read it: `138 0013 8000`.
    pub fn display(&self) -> String {
        match self.0.strip_prefix("+86") {
            Some(it) if it.len() == 11 => format!("{} {} {}", &it[..3], &it[3..7], &it[7..]),
            _ => self.0.to_string(),
        }
    }
}

impl Email {
    /// Asks for one `@` between a name and a domain with a point.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        let (name, domain) = text.rsplit_once('@').ok_or(TextError::Form)?;
        let plain = |it: &str| {
            !it.chars()
                .any(|c| c.is_whitespace() || c.is_control() || c == '@')
        };
        let dotted = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
        if name.is_empty() || !dotted || !plain(name) || !plain(domain) {
            return Err(TextError::Form);
        }
        limited(text.to_owned(), 254).map(Email)
    }
}

impl Url {
    /// Adds `https://` where no scheme is given; refuses every scheme but http and https.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        let full = match text.split_once("://") {
            Some(("http" | "https", _)) => text.to_owned(),
            Some(_) => return Err(TextError::Form),
            None if text.contains(':') => return Err(TextError::Form),
            None => format!("https://{text}"),
        };
        if full.chars().any(|it| it.is_whitespace() || it.is_control()) || !full.contains('.') {
            return Err(TextError::Form);
        }
        limited(full, LINE_CHARS_MAX).map(Url)
    }
}

fn limited(text: String, chars_max: usize) -> Result<Box<str>, TextError> {
    if text.chars().count() > chars_max {
        return Err(TextError::TooLong);
    }
    Ok(text.into())
}

/// Full-width digits and Latin as their ordinary forms.
fn narrow(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
        }
        '\u{3000}' => ' ',
        other => other,
    }
}

/// The form that two texts are compared in: lower case, full-width Latin narrowed, runs of white
/// space as one space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut spaced = true;
    for character in text.chars().map(narrow) {
        if character.is_whitespace() {
            if !spaced {
                out.push(' ');
            }
            spaced = true;
        } else {
            out.extend(character.to_lowercase());
            spaced = false;
        }
    }
    while out.ends_with(' ') {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_normalized_where_that_is_safe() {
        let check = |text: &str, expected: &str| {
            assert_eq!(
                Phone::parse(text).map(|it| it.to_string()).as_deref(),
                Ok(expected)
            );
        };
        check("13800138000", "+8613800138000");
        check("138-0013-8000", "+8613800138000");
        check("１３８ ００１３ ８０００", "+8613800138000");
        check("+86 138 0013 8000", "+8613800138000");
        check("0086-138-0013-8000", "+8613800138000");
        check("010-62345678 转 8", "010-62345678 转 8");
        check("+1 (555) 010-9999", "+1 (555) 010-9999");
        assert_eq!(Phone::parse("call me"), Err(TextError::Form));
        assert_eq!(Phone::parse(" "), Err(TextError::Empty));
        assert_eq!(
            Phone::from_stored("+8613800138000").display(),
            "138 0013 8000"
        );
    }

    #[test]
    fn lines_hold_no_line_breaks() {
        assert_eq!(
            Line::parse(" a\r\nb ").map(|it| it.to_string()).as_deref(),
            Ok("a  b")
        );
        assert_eq!(Line::parse(" \n"), Err(TextError::Empty));
        assert_eq!(Line::parse(&"字".repeat(501)), Err(TextError::TooLong));
    }

    #[test]
    fn web_addresses_cannot_run_scripts() {
        assert_eq!(Url::parse("javascript:alert(1)"), Err(TextError::Form));
        assert_eq!(
            Url::parse("huike.cn").map(|it| it.to_string()).as_deref(),
            Ok("https://huike.cn")
        );
    }

    #[test]
    fn addresses_without_a_domain_are_refused() {
        for text in ["a", "a@", "@b.c", "a@b", "a b@c.d", "a@b@c.d"] {
            assert_eq!(Email::parse(text).is_ok(), text == "x", "{text}");
        }
        assert!(Email::parse("wang.wei@example.cn").is_ok());
    }

    #[test]
    fn folding_ignores_case_width_and_runs_of_space() {
        assert_eq!(fold("  ＡＢc　 Ｄ "), "abc d");
    }
}
