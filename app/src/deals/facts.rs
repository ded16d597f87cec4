//! What boards and sums read of a deal, parsed once for each row.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::money::Money;
use huike_shared::place::{Outcome, Place};
use huike_shared::row::Row;
use huike_shared::time::{Date, Timestamp};

/// A deal without its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealFacts {
    /// Which one.
    pub id: RecordId,
    /// Where it stands.
    pub place: Place,
    /// How it ended, if it did.
    pub outcome: Outcome,
    /// What it is worth.
    pub amount: Option<Money>,
    /// Whose it is.
    pub owner: Option<RecordId>,
    /// To whom.
    pub customer: Option<RecordId>,
    /// When it is expected to close.
    pub close_on: Option<Date>,
    /// When it closed.
    pub closed_on: Option<Date>,
    /// When it was made.
    pub created: Timestamp,
}

impl DealFacts {
    /// Reads a deal's row.
    pub fn read(row: &Row) -> Self {
        DealFacts {
            id: row.id,
            place: row.get(Deal::PLACE),
            outcome: row.get(Deal::OUTCOME),
            amount: row.get(Deal::AMOUNT),
            owner: row.get(Deal::OWNER).map(|it| it.raw()),
            customer: row.get(Deal::CUSTOMER).map(|it| it.raw()),
            close_on: row.get(Deal::CLOSE_ON),
            closed_on: row.get(Deal::CLOSED_ON),
            created: row.created.at,
        }
    }
}

/// Facts by row: a batch of changes parses only the rows that are new.
#[derive(Debug, Default)]
pub struct FactsCache {
    known: HashMap<RecordId, (Arc<Row>, Arc<DealFacts>)>,
}

impl FactsCache {
    /// The facts of these rows, in their order; forgets rows that are gone.
    pub fn read(&mut self, rows: &[Arc<Row>]) -> Vec<Arc<DealFacts>> {
        let mut known = HashMap::with_capacity(rows.len());
        let facts = rows
            .iter()
            .map(|row| {
                let old = self
                    .known
                    .remove(&row.id)
                    .filter(|it| Arc::ptr_eq(&it.0, row));
                let facts = old.map_or_else(|| Arc::new(DealFacts::read(row)), |it| it.1);
                known.insert(row.id, (Arc::clone(row), Arc::clone(&facts)));
                facts
            })
            .collect();
        self.known = known;
        facts
    }
}

#[cfg(test)]
mod tests {
    use huike_shared::record::Record;
    use huike_shared::scalar::Scalar;

    use super::*;

    #[test]
    fn only_a_row_that_changed_is_read_again() {
        let row = |amount: &str| {
            let mut row = Row {
                kind: Deal::DEF.kind,
                ..Row::default()
            };
            row.set_key(Deal::DEF, "amount", Scalar::text(amount));
            Arc::new(row)
        };
        let mut cache = FactsCache::default();
        let same = row("CNY 1");
        let first = cache.read(&[Arc::clone(&same)]);
        assert!(Arc::ptr_eq(&first[0], &cache.read(&[same])[0]));
        let amount = cache.read(&[row("CNY 2")])[0].amount;
        assert_eq!(amount, Money::parse_register("CNY 2"));
    }
}
