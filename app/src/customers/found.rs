//! What a search finds, letter by letter: a longer search looks only through what the shorter one
//! found.

use std::sync::Arc;

use huike_shared::row::Row;

use super::criteria::Criteria;
use crate::store::Rows;

/// What was found last, and in what.
#[derive(Default)]
pub struct Finder {
    all: Rows,
    criteria: Criteria,
    found: Rows,
}

impl Finder {
    /// The rows that match, in their order.
    pub fn find(&mut self, all: &Rows, criteria: &Criteria) -> &Rows {
        let may_narrow = Arc::ptr_eq(&self.all, all) && criteria.narrows(&self.criteria);
        let among = if may_narrow { &self.found } else { all };
        let found: Vec<Arc<Row>> = among
            .iter()
            .filter(|it| criteria.matches(it))
            .cloned()
            .collect();
        self.found = Arc::new(found);
        self.all = Arc::clone(all);
        self.criteria = criteria.clone();
        &self.found
    }
}
