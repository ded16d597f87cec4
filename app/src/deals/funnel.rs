//! The sales funnel (漏斗): how many deals reach each stage, and where the others are lost.
//!
//! A place keeps the last open stage, so a closed deal counts for every stage up to that one,
//! and a won deal for all of them.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::deals::Stage;
use huike_shared::id::RecordId;
use huike_shared::place::{Outcome, PartId};

use super::facts::DealFacts;
use super::sums::Totals;

/// One step of the funnel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunnelStep {
    /// The stage; `None` is the won deals at the end.
    pub stage: Option<PartId>,
    /// Deals that came this far; the weighted sum is not used.
    pub reached: Totals,
    /// Deals that were lost in this stage.
    pub lost: usize,
    /// Deals that are in this stage now.
    pub open: usize,
}

/// Lost deals that share a reason, or a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Losses<K> {
    /// What they share.
    pub key: K,
    /// The lost ones.
    pub lost: Totals,
    /// Lost and won ones.
    pub closed: usize,
}

/// Everything the funnel page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// From the first stage to the won deals.
    pub steps: Vec<FunnelStep>,
    /// By reason, most first.
    pub by_reason: Vec<Losses<Box<str>>>,
    /// By owner, most first.
    pub by_owner: Vec<Losses<Option<RecordId>>>,
}

/// A share in percent, rounded; nothing of nothing.
pub fn percent(part: usize, whole: usize) -> Option<usize> {
    (whole > 0).then(|| (part * 100 + whole / 2) / whole)
}

/// Counts the deals of one pipeline; `stages` come in order.
pub fn funnel(stages: &[(PartId, Stage)], deals: &[Arc<DealFacts>]) -> Funnel {
    let in_use: Vec<PartId> = stages
        .iter()
        .filter(|it| !it.1.removed)
        .map(|it| it.0)
        .collect();
    let mut steps: Vec<FunnelStep> = in_use
        .iter()
        .map(|it| Some(*it))
        .chain([None])
        .map(|stage| FunnelStep {
            stage,
            ..FunnelStep::default()
        })
        .collect();
    let mut by_reason: HashMap<Box<str>, (Totals, usize)> = HashMap::new();
    let mut by_owner: HashMap<Option<RecordId>, (Totals, usize)> = HashMap::new();
    for deal in deals {
        // A deal in a stage that was taken out came at least through the first one.
        let at = in_use
            .iter()
            .position(|it| *it == deal.place.stage)
            .unwrap_or(0);
        let is_won = deal.outcome == Outcome::Won;
        let last = if is_won { in_use.len() } else { at };
        for step in steps.iter_mut().take(last + 1) {
            step.reached.add(deal.amount, 0);
        }
        match &deal.outcome {
            Outcome::Open => steps[at].open += 1,
            Outcome::Won => by_owner.entry(deal.owner).or_default().1 += 1,
            Outcome::Lost { reason } => {
                steps[at].lost += 1;
                by_reason
                    .entry(reason.clone())
                    .or_default()
                    .0
                    .add(deal.amount, 0);
                let owner = by_owner.entry(deal.owner).or_default();
                owner.0.add(deal.amount, 0);
                owner.1 += 1;
            }
        }
    }
    Funnel {
        steps,
        by_reason: ranked(by_reason),
        by_owner: ranked(by_owner),
    }
}

fn ranked<K: Ord>(found: HashMap<K, (Totals, usize)>) -> Vec<Losses<K>> {
    let mut all: Vec<Losses<K>> = found
        .into_iter()
        .filter(|it| it.1.0.count > 0)
        .map(|(key, (lost, closed))| Losses { key, lost, closed })
        .collect();
    all.sort_by(|one, other| (other.lost.count, &one.key).cmp(&(one.lost.count, &other.key)));
    all
}

#[cfg(test)]
mod tests {
    use huike_shared::place::Place;
    use huike_shared::record::Percent;
    use huike_shared::text::Line;

    use super::*;

    fn stage(number: u8) -> (PartId, Stage) {
        let stage = Stage {
            name: Line::default(),
            probability: Percent(0),
            rank: None,
            rotting_days: None,
            limit: None,
            removed: false,
        };
        (PartId::from_bytes([number; 8]), stage)
    }

    fn deal(stage: u8, outcome: &str) -> Arc<DealFacts> {
        Arc::new(DealFacts {
            place: Place {
                stage: PartId::from_bytes([stage; 8]),
                ..Place::default()
            },
            outcome: Outcome::parse(outcome).unwrap(),
            ..DealFacts::default()
        })
    }

    #[test]
    fn a_deal_counts_for_every_stage_it_came_through() {
        let deals = [
            deal(1, "open"),
            deal(2, "lost:price"),
            deal(3, "won"),
            deal(1, "won"),
            deal(9, "open"),
        ];
        let funnel = funnel(&[stage(1), stage(2), stage(3)], &deals);
        let reached: Vec<usize> = funnel.steps.iter().map(|it| it.reached.count).collect();
        assert_eq!(reached, [5, 3, 2, 2]);
        assert_eq!((funnel.steps[0].open, funnel.steps[1].lost), (2, 1));
        assert_eq!(percent(3, 5), Some(60));
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn lost_deals_are_counted_by_reason_and_by_person() {
        let deals = [
            deal(1, "lost:price"),
            deal(2, "lost:no_need"),
            deal(1, "lost:price"),
            deal(1, "won"),
            deal(1, "open"),
        ];
        let funnel = funnel(&[stage(1), stage(2)], &deals);
        let reasons: Vec<(&str, usize)> = funnel
            .by_reason
            .iter()
            .map(|it| (&*it.key, it.lost.count))
            .collect();
        assert_eq!(reasons, [("price", 2), ("no_need", 1)]);
        let [owner] = &funnel.by_owner[..] else {
            panic!("one owner: {:?}", funnel.by_owner)
        };
        assert_eq!((owner.lost.count, owner.closed), (3, 4));
    }
}
