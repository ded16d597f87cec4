//! Edits of a pipeline's stages, as the registers they write.

use huike_shared::deals::{Pipeline, STAGES, Stage};
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::IntentPart;
use huike_shared::place::PartId;
use huike_shared::rank::Rank;
use huike_shared::record::{FieldType, Record, RecordRef};
use huike_shared::row::part_key;
use huike_shared::scalar::Scalar;

/// Names a pipeline.
pub fn pipeline_ref(id: RecordId) -> RecordRef {
    RecordRef {
        kind: Pipeline::DEF.kind,
        id,
    }
}

/// Puts one register of a stage.
pub fn stage_part(pipeline: RecordId, stage: PartId, field: &str, value: Scalar) -> IntentPart {
    let key = part_key(STAGES, stage, field).into();
    IntentPart {
        record: pipeline_ref(pipeline),
        values: vec![(key, value)],
    }
}

/// The rank that moves one of the stages in use one place up or down; `None` at the ends.
pub fn moved_rank(
    in_use: &[(PartId, Stage)],
    stage: PartId,
    is_up: bool,
    entropy: &mut dyn Entropy,
) -> Option<Scalar> {
    let at = in_use.iter().position(|it| it.0 == stage)?;
    let others: Vec<&Option<Rank>> = in_use
        .iter()
        .filter(|it| it.0 != stage)
        .map(|it| &it.1.rank)
        .collect();
    let to = if is_up { at.checked_sub(1)? } else { at + 1 };
    if to > others.len() {
        return None;
    }
    let low = to.checked_sub(1).and_then(|it| others[it].as_ref());
    let high = others.get(to).and_then(|it| it.as_ref());
    Some(Some(Rank::between(low, high, entropy)).write())
}

#[cfg(test)]
mod tests {
    use huike_shared::record::Percent;
    use huike_shared::text::Line;

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

    #[test]
    fn a_stage_moves_one_place_and_not_beyond_the_ends() {
        let stage = |number: u8, rank: &str| {
            let stage = Stage {
                name: Line::default(),
                probability: Percent(0),
                rank: Rank::parse(rank),
                rotting_days: None,
                limit: None,
                removed: false,
            };
            (PartId::from_bytes([number; 8]), stage)
        };
        let all = [stage(1, "a0"), stage(2, "a1"), stage(3, "a2")];
        let check = |number: u8, is_up, expected: Option<[u8; 3]>| {
            let id = PartId::from_bytes([number; 8]);
            let rank = moved_rank(&all, id, is_up, &mut Steps(5));
            let order = rank.map(|rank| {
                let mut all = all.to_vec();
                let moved = all.iter_mut().find(|it| it.0 == id).unwrap();
                moved.1.rank = Rank::parse(rank.as_text().unwrap());
                all.sort_by(|one, other| one.1.rank.cmp(&other.1.rank));
                let number = |id: PartId| (1..=3).find(|it| PartId::from_bytes([*it; 8]) == id);
                all.iter()
                    .map(|it| number(it.0).unwrap())
                    .collect::<Vec<u8>>()
            });
            assert_eq!(order, expected.map(|it| it.to_vec()));
        };
        check(3, true, Some([1, 3, 2]));
        check(2, true, Some([2, 1, 3]));
        check(1, false, Some([2, 1, 3]));
        check(1, true, None);
        check(3, false, None);
    }
}
