//! States that the authors of a record knew lately.
//!
//! People who write in one record at the same time hardly ever know its latest state: what they knew is a few
//! changes old, or one of those with an own change on it. Without these states each of their changes would
//! cost a replay of the record's whole history. Heads name a state: two with the same heads hold the same
//! changes.

use huike_shared::document::{ChangeHash, Registers};
use std::collections::VecDeque;

/// States of one record that are kept.
const RECENT_MAX: usize = 64;

/// Lately known states of one record, the newest last. Nothing is kept before somebody needed one.
#[derive(Debug, Default)]
pub struct Recent {
    is_wanted: bool,
    states: VecDeque<Registers>,
}

impl Recent {
    /// From now on states are kept.
    pub fn want(&mut self) {
        self.is_wanted = true;
    }

    /// Keeps a copy of a state.
    pub fn add(&mut self, state: &Registers) {
        if self.is_wanted {
            self.states.push_back(state.clone());
            if self.states.len() > RECENT_MAX {
                self.states.pop_front();
            }
        }
    }

    /// A copy of the state with these heads.
    pub fn find(&self, heads: &[ChangeHash]) -> Option<Registers> {
        let mut newest_first = self.states.iter().rev();
        newest_first.find(|it| it.heads() == heads).cloned()
    }

    /// Forgets all of them, but not that they are wanted.
    pub fn clear(&mut self) {
        self.states.clear();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.states.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::document::{Actor, decode};
    use huike_shared::row::Stamp;
    use huike_shared::scalar::Scalar;
    use huike_shared::time::Timestamp;

    #[test]
    fn states_are_kept_once_they_are_wanted_and_the_oldest_go() {
        let mut recent = Recent::default();
        let mut state = Registers::default();
        let mut heads = Vec::new();
        for number in 0..RECENT_MAX as i64 + 10 {
            if number == 5 {
                recent.want();
            }
            let values = [("employees".into(), Scalar::Int(number))];
            let body = state
                .author(&values, Actor([1; 16]), Timestamp::from_millis(0))
                .unwrap();
            state.apply(&decode(&body).unwrap(), Stamp::default());
            recent.add(&state);
            heads.push(state.heads().to_vec());
        }
        assert_eq!(recent.len(), RECENT_MAX);
        assert!(heads[..10].iter().all(|it| recent.find(it).is_none()));
        for (number, heads) in heads.iter().enumerate().skip(10) {
            let found = recent.find(heads).unwrap();
            assert_eq!(*found.value("employees"), Scalar::Int(number as i64));
        }
        recent.clear();
        assert_eq!(recent.len(), 0);
    }
}
