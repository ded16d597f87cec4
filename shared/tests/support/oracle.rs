//! Nothing that somebody did once has happened twice.

use std::collections::{BTreeMap, BTreeSet};

use huike_shared::note::NOTE;

use super::Company;
use super::server::{count_word, holds_word};

impl Company {
    /// Looks for changes that the log has twice, edits that were made twice, and words that were typed once and
    /// stand in a note twice.
    pub fn check_once(&self) {
        let mut bodies = BTreeSet::new();
        for entry in self.server.log.iter().filter(|it| !it.body.is_empty()) {
            let is_new = bodies.insert((entry.record, &entry.body));
            assert!(is_new, "position {} repeats a change", entry.position);
        }
        let rows = self.server.rows();
        for (intent, word) in &self.texts {
            let of = self.about[intent];
            let places = self.server.log.iter().filter(|it| {
                let by_people = !it.is_renewal() && !it.body.is_empty();
                by_people && holds_word(&it.body, word)
            });
            let mut changes: BTreeMap<_, Vec<u64>> = BTreeMap::new();
            for entry in places {
                changes
                    .entry(entry.record)
                    .or_default()
                    .push(entry.position);
            }
            for (record, positions) in changes {
                // Two reasons are known. A change of the same record that was on its way before it was refused:
                // everything behind that is made again in its order (S-11). And a renewal between the push and its
                // answer: it is made again on the new epoch (S-31). Notes know neither.
                if record.kind != NOTE.kind && self.server.refused.contains(&record) {
                    continue;
                }
                let is_renewed = |first: u64, second: u64| {
                    let mut between = self.server.log.iter().filter(|it| it.is_renewal());
                    between.any(|it| it.record == record && (first..second).contains(&it.position))
                };
                assert!(
                    positions.windows(2).all(|it| is_renewed(it[0], it[1])),
                    "{word} of {of:?} was written into {record:?} at {positions:?}"
                );
            }
        }
        for (record, row) in rows.iter().filter(|it| it.0.kind == NOTE.kind) {
            for value in &row.values {
                let text = value.as_text().unwrap_or_default();
                for word in self.texts.values() {
                    let count = count_word(text.as_bytes(), word);
                    assert!(count <= 1, "{word} stands {count} times in {record:?}");
                }
            }
        }
    }
}
