//! Sign-in names: an e-mail address or a phone number, parsed once.

use crate::error::Refused;

/// Longest e-mail address that exists.
const LOGIN_CHARS_MAX: usize = 254;

/// Reads a sign-in name as typed and gives the form that is stored and compared.
pub fn parse(text: &str) -> Result<String, Refused> {
    let text = text.trim().to_lowercase();
    if text.chars().count() > LOGIN_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Refused::LoginMalformed);
    }
    if let Some((name, host)) = text.split_once('@') {
        let is_address = !name.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !text.contains(char::is_whitespace);
        return if is_address {
            Ok(text)
        } else {
            Err(Refused::LoginMalformed)
        };
    }
    let digits: String = text
        .chars()
        .filter(|it| !matches!(it, ' ' | '-' | '(' | ')'))
        .collect();
    let number = digits.strip_prefix('+').unwrap_or(&digits);
    if (6..=15).contains(&number.len()) && number.bytes().all(|it| it.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(Refused::LoginMalformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(parse(text).ok().as_deref(), expected, "{text}");
    }

    #[test]
    fn an_address_is_lower_case_without_spaces_around() {
        check(" Wang.Wei@Example.com ", Some("wang.wei@example.com"));
        check("王伟@例子.中国", Some("王伟@例子.中国"));
        check("a@b@c", None);
        check("@b", None);
        check("wang wei@example.com", None);
    }

    #[test]
    fn a_phone_number_is_its_digits() {
        check("139 0000-0000", Some("13900000000"));
        check("+86 (139) 0000 0000", Some("+8613900000000"));
        check("12345", None);
        check("wangwei", None);
        check("", None);
        check(&"9".repeat(300), None);
    }
}
