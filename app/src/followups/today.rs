//! What deserves attention today, as plain functions.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::id::RecordId;
use huike_shared::time::{DAY_MS, Timestamp};

use crate::deals::{DealFacts, NextStep, PipelineFacts};

/// Deals that may be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neglected {
    /// Open deals of mine without a next step, largest first.
    pub without_step: Vec<RecordId>,
    /// Open deals of mine too long in their stage, with days there, longest first.
    pub too_long: Vec<(RecordId, i64)>,
}

/// My open deals that nobody plans to touch, or that stand still.
pub fn neglected(
    deals: &[Arc<DealFacts>],
    steps: &HashMap<RecordId, NextStep>,
    pipelines: &[PipelineFacts],
    me: RecordId,
    now: Timestamp,
) -> Neglected {
    let mine = || {
        deals
            .iter()
            .filter(|it| it.outcome.is_open() && it.owner == Some(me))
    };
    let mut without: Vec<&Arc<DealFacts>> =
        mine().filter(|it| !steps.contains_key(&it.id)).collect();
    without.sort_by_key(|it| (std::cmp::Reverse(it.amount.map(|it| it.minor())), it.id));
    let days = |it: &DealFacts| (now.millis() - it.place.since.millis()) / DAY_MS;
    let limit = |it: &DealFacts| {
        let pipeline = pipelines.iter().find(|one| one.id == it.place.pipeline)?;
        pipeline
            .stage(it.place.stage)?
            .rotting_days
            .map(|it| it.0)
            .filter(|it| *it > 0)
    };
    let mut too_long: Vec<(RecordId, i64)> = mine()
        .filter(|it| limit(it).is_some_and(|limit| days(it) > limit))
        .map(|it| (it.id, days(it)))
        .collect();
    too_long.sort_by_key(|it| (std::cmp::Reverse(it.1), it.0));
    Neglected {
        without_step: without.into_iter().map(|it| it.id).collect(),
        too_long,
    }
}

#[cfg(test)]
mod tests {
    use huike_shared::deals::Stage;
    use huike_shared::place::{Outcome, PartId, Place};
    use huike_shared::record::{Number, Percent};
    use huike_shared::text::Line;

    use super::*;

    #[test]
    fn my_open_deals_without_a_plan_or_too_long_in_stage_are_named() {
        let (me, pipeline) = (RecordId([7; 16]), RecordId([1; 16]));
        let stage = Stage {
            name: Line::default(),
            probability: Percent(10),
            rank: None,
            rotting_days: Some(Number(10)),
            limit: None,
            removed: false,
        };
        let pipelines = [PipelineFacts {
            id: pipeline,
            name: String::new(),
            is_archived: false,
            stages: Arc::new(vec![(PartId::default(), stage)]),
        }];
        let deal = |number: u8, owner: RecordId, days: i64, outcome: Outcome| {
            let since = Timestamp::from_millis((100 - days) * DAY_MS);
            let place = Place {
                pipeline,
                since,
                ..Place::default()
            };
            let id = RecordId([number; 16]);
            Arc::new(DealFacts {
                id,
                place,
                owner: Some(owner),
                outcome,
                ..DealFacts::default()
            })
        };
        let deals = [
            deal(1, me, 5, Outcome::Open),
            deal(2, me, 11, Outcome::Open),
            deal(3, me, 99, Outcome::Won),
            deal(4, RecordId([8; 16]), 99, Outcome::Open),
        ];
        let step = NextStep {
            task: me,
            title: Line::default(),
            due_on: None,
            due_minute: None,
        };
        let steps = HashMap::from([(RecordId([2; 16]), step)]);
        let now = Timestamp::from_millis(100 * DAY_MS);
        let found = neglected(&deals, &steps, &pipelines, me, now);
        assert_eq!(found.without_step, [RecordId([1; 16])]);
        assert_eq!(found.too_long, [(RecordId([2; 16]), 11)]);
    }
}
