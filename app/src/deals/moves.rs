//! From a drop to the places it writes.
//!
//! A move writes one register of each moved deal. Cards dropped together keep together; a card
//! that stays in its stage keeps the day it came there; a drop onto the same spot writes nothing.

use huike_shared::id::{Entropy, RecordId};
use huike_shared::place::{PartId, Place};
use huike_shared::rank::Rank;
use huike_shared::time::Timestamp;

/// A card and where it stands.
pub type Placed = (RecordId, Place);

/// Where cards are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The pipeline.
    pub pipeline: RecordId,
    /// The stage.
    pub stage: PartId,
    /// The cards of that column that do not move, from top to bottom.
    pub staying: &'a [Placed],
    /// Place among them.
    pub index: usize,
}

/// The places to write so that `moved` lie, in this order, at the target.
pub fn places(
    moved: &[Placed],
    target: &Target,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Vec<Placed> {
    let index = target.index.min(target.staying.len());
    let (before, after) = target.staying.split_at(index);
    let low = before.last().map(|it| &it.1.rank);
    let high = after.first().map(|it| &it.1.rank);
    if lies_there(moved, target, low, high) {
        return Vec::new();
    }
    // Nothing fits between equal ranks, so those that follow get new ones in the same gesture.
    let equal = after
        .iter()
        .take_while(|it| low.is_some_and(|low| it.1.rank <= *low))
        .count();
    let (pushed, rest) = after.split_at(equal);
    let high = rest.first().map(|it| &it.1.rank);
    let ranks = Rank::several_between(low, high, moved.len() + pushed.len(), entropy);
    moved
        .iter()
        .chain(pushed)
        .zip(ranks)
        .map(|((id, place), rank)| {
            let stays = place.pipeline == target.pipeline && place.stage == target.stage;
            let since = if stays { place.since } else { now };
            (
                *id,
                Place {
                    pipeline: target.pipeline,
                    stage: target.stage,
                    rank,
                    since,
                },
            )
        })
        .collect()
}

fn lies_there(moved: &[Placed], target: &Target, low: Option<&Rank>, high: Option<&Rank>) -> bool {
    let mut low = low;
    for (_, place) in moved {
        let is_after = low.is_none_or(|it| *it < place.rank);
        if place.pipeline != target.pipeline || place.stage != target.stage || !is_after {
            return false;
        }
        low = Some(&place.rank);
    }
    low.zip(high).is_none_or(|(low, high)| low < high)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Steps(u8);
    impl Entropy for Steps {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(73).wrapping_add(41);
                *byte = self.0;
            }
        }
    }

    const PIPELINE: RecordId = RecordId([1; 16]);
    const NOW: Timestamp = Timestamp::from_millis(9_000);
    const EARLIER: Timestamp = Timestamp::from_millis(1_000);

    fn stage(number: u8) -> PartId {
        PartId::from_bytes([number; 8])
    }

    fn card(number: u8, stage_number: u8, rank: &str) -> Placed {
        let place = Place {
            pipeline: PIPELINE,
            stage: stage(stage_number),
            rank: Rank::parse(rank).unwrap(),
            since: EARLIER,
        };
        (RecordId([number; 16]), place)
    }

    /// The order of the column after the drop, by the first byte of the ids.
    #[track_caller]
    fn check(moved: &[Placed], staying: &[Placed], index: usize, expected: &[u8]) -> Vec<Placed> {
        let target = Target {
            pipeline: PIPELINE,
            stage: stage(2),
            staying,
            index,
        };
        let written = places(moved, &target, NOW, &mut Steps(7));
        let mut column: Vec<Placed> = staying.to_vec();
        column.retain(|it| written.iter().all(|new| new.0 != it.0));
        column.extend(written.clone());
        column.sort_by(|one, other| (&one.1.rank, one.0).cmp(&(&other.1.rank, other.0)));
        let order: Vec<u8> = column.iter().map(|it| it.0.0[0]).collect();
        assert_eq!(order, expected);
        written
    }

    #[test]
    fn a_card_lies_where_it_was_dropped() {
        let staying = [card(1, 2, "a0"), card(2, 2, "a1"), card(3, 2, "a2")];
        for (index, expected) in [
            (0, [9, 1, 2, 3]),
            (1, [1, 9, 2, 3]),
            (3, [1, 2, 3, 9]),
            (99, [1, 2, 3, 9]),
        ] {
            let written = check(&[card(9, 1, "a1")], &staying, index, &expected);
            assert_eq!(written.len(), 1);
            assert_eq!(written[0].1.since, NOW);
        }
    }

    #[test]
    fn cards_dropped_together_keep_together_and_in_order() {
        let staying = [card(1, 2, "a0"), card(2, 2, "a1")];
        let moved = [card(9, 1, "a5"), card(8, 3, "a1"), card(7, 2, "a7")];
        let written = check(&moved, &staying, 1, &[1, 9, 8, 7, 2]);
        let since: Vec<Timestamp> = written.iter().map(|it| it.1.since).collect();
        assert_eq!(since, [NOW, NOW, EARLIER]);
    }

    #[test]
    fn a_card_between_equal_ranks_pushes_the_ones_below() {
        let staying = [
            card(1, 2, "a0"),
            card(2, 2, "a0"),
            card(3, 2, "a0"),
            card(4, 2, "a1"),
        ];
        let written = check(&[card(9, 1, "a0")], &staying, 1, &[1, 9, 2, 3, 4]);
        assert_eq!(written.len(), 3);
    }

    #[test]
    fn a_drop_onto_the_same_spot_writes_nothing() {
        let staying = [card(1, 2, "a0"), card(3, 2, "a2")];
        let target = Target {
            pipeline: PIPELINE,
            stage: stage(2),
            staying: &staying,
            index: 1,
        };
        assert_eq!(places(&[card(9, 2, "a1")], &target, NOW, &mut Steps(7)), []);
    }

    #[test]
    fn an_empty_column_takes_a_card() {
        check(&[card(9, 1, "a1")], &[], 0, &[9]);
    }
}
