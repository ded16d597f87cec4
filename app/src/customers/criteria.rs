//! What the list shows and in which order, as the address line says it. Pure.

use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::row::Row;
use huike_shared::search::Query;

/// Filter, search and order of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    /// Words of statuses; empty for any.
    pub status: Vec<String>,
    /// Words of levels.
    pub level: Vec<String>,
    /// Words of sources.
    pub source: Vec<String>,
    /// Ids of owners; `none` for customers without one.
    pub owner: Vec<String>,
    /// What is searched for.
    pub query: Query,
}

/// One of the ways to filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Where the relation stands.
    Status,
    /// From A to D.
    Level,
    /// How the customer came to us.
    Source,
    /// Whose the customer is.
    Owner,
}

impl Dimension {
    /// Every way to filter.
    pub const ALL: [Dimension; 4] = [
        Dimension::Status,
        Dimension::Level,
        Dimension::Source,
        Dimension::Owner,
    ];

    /// The key in the address, and the name of the field.
    pub fn key(self) -> &'static str {
        match self {
            Dimension::Status => "status",
            Dimension::Level => "level",
            Dimension::Source => "source",
            Dimension::Owner => "owner",
        }
    }

    /// Where its value stands in a row.
    fn index(self) -> usize {
        match self {
            Dimension::Status => Customer::STATUS.index,
            Dimension::Level => Customer::LEVEL.index,
            Dimension::Source => Customer::SOURCE.index,
            Dimension::Owner => Customer::OWNER.index,
        }
    }

    /// The value of a row; `none` where there is none.
    pub fn value(self, row: &Row) -> &str {
        row.value(self.index()).as_text().unwrap_or("none")
    }
}

impl Criteria {
    /// What is chosen of one way to filter.
    pub fn chosen(&self, dimension: Dimension) -> &[String] {
        match dimension {
            Dimension::Status => &self.status,
            Dimension::Level => &self.level,
            Dimension::Source => &self.source,
            Dimension::Owner => &self.owner,
        }
    }

    /// Reads the address. `me` stands for the member who looks.
    pub fn read(get: impl Fn(&str) -> Option<String>, typed: &str, me: RecordId) -> Self {
        let words = |key: &str| -> Vec<String> {
            let text = get(key).unwrap_or_default();
            let word = |it: &str| {
                if it == "me" {
                    me.to_string()
                } else {
                    it.to_owned()
                }
            };
            text.split(',')
                .filter(|it| !it.is_empty())
                .map(word)
                .collect()
        };
        Criteria {
            status: words("status"),
            level: words("level"),
            source: words("source"),
            owner: words("owner"),
            query: Query::parse(typed),
        }
    }

    /// Whether nothing is filtered or searched.
    pub fn is_empty(&self) -> bool {
        self.query.is_empty() && Dimension::ALL.iter().all(|it| self.chosen(*it).is_empty())
    }

    fn passes(&self, row: &Row, dimension: Dimension) -> bool {
        let chosen = self.chosen(dimension);
        chosen.is_empty() || chosen.iter().any(|it| it == dimension.value(row))
    }

    /// Whether a row is shown.
    pub fn matches(&self, row: &Row) -> bool {
        Dimension::ALL.iter().all(|it| self.passes(row, *it)) && self.query.matches(row)
    }

    /// Whether every row that matches these criteria matches `wider` too.
    pub fn narrows(&self, wider: &Criteria) -> bool {
        let same_filters = Dimension::ALL
            .iter()
            .all(|it| self.chosen(*it) == wider.chosen(*it));
        same_filters && self.query.narrows(&wider.query)
    }

    /// Whether a row passes every filter but this one: what the counts of its values count.
    pub fn passes_without(&self, row: &Row, left_out: Dimension) -> bool {
        Dimension::ALL
            .iter()
            .filter(|it| **it != left_out)
            .all(|it| self.passes(row, *it))
    }
}

/// A value added to or taken out of a list in the address.
pub fn toggled(chosen: &[String], value: &str) -> String {
    let mut chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    match chosen.iter().position(|it| *it == value) {
        Some(at) => {
            chosen.remove(at);
        }
        None => chosen.push(value),
    }
    chosen.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::record::Record;
    use huike_shared::scalar::Scalar;

    fn row(status: &str, level: &str) -> Row {
        let mut row = Row {
            kind: Customer::DEF.kind,
            ..Row::default()
        };
        row.set_key(Customer::DEF, "status", Scalar::text(status));
        row.set_key(Customer::DEF, "level", Scalar::text(level));
        row
    }

    fn criteria(address: &[(&str, &str)]) -> Criteria {
        let get = |key: &str| {
            address
                .iter()
                .find(|it| it.0 == key)
                .map(|it| it.1.to_owned())
        };
        Criteria::read(get, "", RecordId::default())
    }

    #[test]
    fn values_of_one_filter_are_alternatives_and_filters_add_up() {
        let criteria = criteria(&[("status", "active,lost"), ("level", "a")]);
        assert!(criteria.matches(&row("lost", "a")));
        assert!(!criteria.matches(&row("lost", "b")));
        assert!(!criteria.matches(&row("dormant", "a")));
        assert!(criteria.passes_without(&row("dormant", "a"), Dimension::Status));
    }

    #[test]
    fn no_filter_shows_everything() {
        assert!(criteria(&[("status", "")]).is_empty());
        assert!(criteria(&[]).matches(&row("x", "y")));
    }

    #[test]
    fn a_value_is_toggled() {
        assert_eq!(toggled(&["a".to_owned()], "b"), "a,b");
        assert_eq!(toggled(&["a".to_owned(), "b".to_owned()], "a"), "b");
    }
}
