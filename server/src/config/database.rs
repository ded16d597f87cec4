//! The address of a Postgres database. It may hold a password, so it is never written anywhere.

use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// `postgres://user@host/name`, as the tools of Postgres read it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseAddress(String);

/// Text that is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of a database begins with postgres:// and names a host or a database")]
pub struct BadDatabaseAddress;

impl DatabaseAddress {
    /// The whole address, for who connects and nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseAddress {
    type Err = BadDatabaseAddress;

    fn from_str(text: &str) -> Result<Self, BadDatabaseAddress> {
        let text = text.trim();
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"));
        match rest {
            Some(rest) if !rest.is_empty() => Ok(DatabaseAddress(text.to_owned())),
            Some(_) | None => Err(BadDatabaseAddress),
        }
    }
}

impl TryFrom<String> for DatabaseAddress {
    type Error = BadDatabaseAddress;

    fn try_from(text: String) -> Result<Self, BadDatabaseAddress> {
        text.parse()
    }
}

/// Host and database, without user, password and options.
impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, rest) = self.0.split_once("://").unwrap_or_default();
        let before = rest.split(['?', '#']).next().unwrap_or_default();
        let place = match before.rsplit_once('@') {
            Some((_, place)) => place,
            // A sign of a password may have ended it too early.
            None if rest.contains('@') => "",
            None => before,
        };
        write!(f, "postgres://{place}")
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Option<&str>) {
        let shown = address
            .parse::<DatabaseAddress>()
            .map(|it| format!("{it} {it:?}"));
        let expected = expected.map(|it| format!("{it} {it}"));
        assert_eq!(shown.ok(), expected, "{address}");
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        check(
            "postgres://huike:secret@db.example.com:5433/crm?sslmode=require",
            Some("postgres://db.example.com:5433/crm"),
        );
        check("postgresql://db/crm", Some("postgres://db/crm"));
        check(
            "postgres:///crm?host=/run/postgresql&password=secret",
            Some("postgres:///crm"),
        );
        check("postgres://huike:se@cret@db/crm", Some("postgres://db/crm"));
        check("postgres://huike:se?cret@db/crm", Some("postgres://"));
    }

    #[test]
    fn other_databases_are_refused() {
        check("mysql://db/crm", None);
        check("db/crm", None);
        check("postgres://", None);
        check("", None);
    }
}
