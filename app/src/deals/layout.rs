//! Which card lies in which column, and in what order.
//!
//! Invariant: every open deal that is given lies in exactly one column, also when its stage was
//! removed or never arrived.

use std::collections::HashMap;
use std::sync::Arc;

use huike_shared::deals::Stage;
use huike_shared::id::RecordId;
use huike_shared::place::{PartId, Place};

use super::facts::DealFacts;
use super::sums::Totals;

/// One column of the board.
#[derive(Clone, Debug, PartialEq)]
pub struct StageColumn {
    /// The stage's id.
    pub id: PartId,
    /// The stage; `None` if the deals name one that nobody knows.
    pub stage: Option<Stage>,
    /// Its cards from top to bottom.
    pub cards: Vec<Arc<DealFacts>>,
    /// Count and sums of its cards.
    pub totals: Totals,
}

impl StageColumn {
    /// The chance of winning in this stage.
    pub fn probability(&self) -> u8 {
        self.stage.as_ref().map_or(0, |it| it.probability.0)
    }

    /// Whether the stage was taken out and is only shown for its deals.
    pub fn is_archived(&self) -> bool {
        self.stage.as_ref().is_none_or(|it| it.removed)
    }

    /// Whether it holds more deals than it should.
    pub fn is_over_limit(&self, count: usize) -> bool {
        let limit = self.stage.as_ref().and_then(|it| it.limit);
        limit.is_some_and(|it| it.0 > 0 && i64::try_from(count).is_ok_and(|count| count > it.0))
    }
}

/// The columns of one pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// In the order of the stages, archived ones last.
    pub columns: Vec<StageColumn>,
}

impl Layout {
    /// The column of a stage.
    pub fn column(&self, stage: PartId) -> Option<&StageColumn> {
        self.columns.iter().find(|it| it.id == stage)
    }

    /// Totals of each column as they would be if `lifted` lay in `over`.
    pub fn totals_while(
        &self,
        lifted: &[RecordId],
        over: Option<PartId>,
    ) -> HashMap<PartId, Totals> {
        let mut totals: HashMap<PartId, Totals> = self
            .columns
            .iter()
            .map(|it| (it.id, it.totals.clone()))
            .collect();
        let Some(target) = over.and_then(|it| self.column(it)) else {
            return totals;
        };
        for column in self.columns.iter().filter(|it| it.id != target.id) {
            for card in column.cards.iter().filter(|it| lifted.contains(&it.id)) {
                if let Some(it) = totals.get_mut(&column.id) {
                    it.take(card.amount, column.probability());
                }
                if let Some(it) = totals.get_mut(&target.id) {
                    it.add(card.amount, target.probability());
                }
            }
        }
        totals
    }
}

/// Puts the deals into the columns of their stages. `stages` come in order.
pub fn lay_out<'a>(
    stages: &[(PartId, Stage)],
    deals: impl Iterator<Item = &'a Arc<DealFacts>>,
) -> Layout {
    let mut columns: Vec<StageColumn> = stages
        .iter()
        .map(|(id, stage)| StageColumn {
            id: *id,
            stage: Some(stage.clone()),
            cards: Vec::new(),
            totals: Totals::default(),
        })
        .collect();
    let mut index: HashMap<PartId, usize> = columns
        .iter()
        .enumerate()
        .map(|(at, it)| (it.id, at))
        .collect();
    for deal in deals {
        let stage = deal.place.stage;
        let at = *index.entry(stage).or_insert_with(|| {
            columns.push(StageColumn {
                id: stage,
                stage: None,
                cards: Vec::new(),
                totals: Totals::default(),
            });
            columns.len() - 1
        });
        let column = &mut columns[at];
        let probability = column.probability();
        column.totals.add(deal.amount, probability);
        column.cards.push(Arc::clone(deal));
    }
    columns.retain(|it| !it.is_archived() || !it.cards.is_empty());
    for column in &mut columns {
        column
            .cards
            .sort_by(|one, other| order(one).cmp(&order(other)));
    }
    Layout { columns }
}

/// Two people may make the same rank; the id settles it the same way everywhere.
fn order(deal: &DealFacts) -> (&huike_shared::rank::Rank, RecordId) {
    let Place { rank, .. } = &deal.place;
    (rank, deal.id)
}

#[cfg(test)]
mod tests {
    use huike_shared::money::{Currency, Money};
    use huike_shared::rank::Rank;
    use huike_shared::record::{Number, Percent};
    use huike_shared::text::Line;

    use super::*;

    fn stage_id(number: u8) -> PartId {
        PartId::from_bytes([number; 8])
    }

    fn stage(number: u8, probability: u8, removed: bool) -> (PartId, Stage) {
        let stage = Stage {
            name: Line::from_stored("阶段"),
            probability: Percent(probability),
            rank: None,
            rotting_days: None,
            limit: Some(Number(1)),
            removed,
        };
        (stage_id(number), stage)
    }

    fn deal(number: u8, stage: u8, rank: &str, yuan: i64) -> Arc<DealFacts> {
        Arc::new(DealFacts {
            id: RecordId([number; 16]),
            place: Place {
                stage: stage_id(stage),
                rank: Rank::parse(rank).unwrap(),
                ..Place::default()
            },
            amount: Some(Money::from_minor(yuan * 100, Currency::CNY)),
            ..DealFacts::default()
        })
    }

    fn ids(layout: &Layout, stage: u8) -> Vec<u8> {
        let column = layout.column(stage_id(stage)).unwrap();
        column.cards.iter().map(|it| it.id.0[0]).collect()
    }

    fn example() -> Layout {
        let stages = [
            stage(1, 10, false),
            stage(2, 50, false),
            stage(3, 90, true),
            stage(4, 0, true),
        ];
        let deals = [
            deal(9, 1, "a1", 100),
            deal(8, 1, "a0", 200),
            deal(7, 1, "a1", 300),
            deal(6, 3, "a0", 400),
            deal(5, 200, "a0", 500),
        ];
        lay_out(&stages, deals.iter())
    }

    #[test]
    fn cards_lie_by_rank_and_then_by_id() {
        assert_eq!(ids(&example(), 1), [8, 7, 9]);
    }

    #[test]
    fn a_removed_or_unknown_stage_is_shown_only_while_it_holds_deals() {
        let layout = example();
        let shown: Vec<PartId> = layout.columns.iter().map(|it| it.id).collect();
        assert_eq!(shown, [1, 2, 3, 200].map(stage_id));
        assert!(layout.columns[2].is_archived() && layout.columns[3].is_archived());
        let count: usize = layout.columns.iter().map(|it| it.totals.count).sum();
        assert_eq!(count, 5);
    }

    #[test]
    fn totals_follow_the_drag() {
        let layout = example();
        let totals = layout.totals_while(&[RecordId([8; 16])], Some(stage_id(2)));
        let minor = |number| totals[&stage_id(number)].amount.amounts()[0].minor();
        assert_eq!((minor(1), minor(2)), (40_000, 20_000));
        assert_eq!(totals[&stage_id(2)].weighted.amounts()[0].minor(), 10_000);
        assert_eq!(totals[&stage_id(1)].count, 2);
        let still = layout.totals_while(&[RecordId([8; 16])], None);
        assert_eq!(still[&stage_id(1)].count, 3);
    }

    #[test]
    fn a_limit_warns_when_it_is_passed() {
        let layout = example();
        assert!(layout.columns[0].is_over_limit(2) && !layout.columns[0].is_over_limit(1));
    }
}
