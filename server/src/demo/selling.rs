//! Pipelines and deals of the demo.

use super::company::{DemoRecord, Making, Size};
use super::names::{DEAL_KINDS, PRODUCTS};
use super::people::DemoCustomer;
use super::texts;
use huike_shared::deals::{Deal, Pipeline, STAGES};
use huike_shared::id::{Id, RecordId};
use huike_shared::money::{Currency, Money};
use huike_shared::place::{LOST_REASONS, Outcome, PartId, Place};
use huike_shared::rank::Rank;
use huike_shared::record::{FieldType as _, Number, Percent, Record as _, RecordRef};
use huike_shared::row::part_key;
use huike_shared::scalar::Scalar;
use huike_shared::text::Line;
use huike_shared::time::Timestamp;

/// Name, probability, days until a deal has been there too long, limit of open deals.
type StageLine = (&'static str, u8, i64, Option<i64>);

const DOMESTIC: &[StageLine] = &[
    ("初步接触", 10, 14, None),
    ("需求确认", 25, 14, None),
    ("方案报价", 45, 21, Some(80)),
    ("商务谈判", 65, 21, Some(60)),
    ("合同签订", 85, 10, None),
];

const EXPORT: &[StageLine] = &[
    ("Inquiry", 10, 10, None),
    ("Quotation", 30, 14, None),
    ("Samples", 50, 30, None),
    ("Negotiation", 70, 21, Some(30)),
    ("Contract", 90, 10, None),
];

/// A pipeline as deals need to know it.
pub(super) struct DemoPipeline {
    id: RecordId,
    stages: Vec<DemoStage>,
}

struct DemoStage {
    id: PartId,
    /// The rank of its last card.
    last: Option<Rank>,
}

/// A deal as activities and tasks need to know it.
#[derive(Clone, Debug)]
pub(super) struct DemoDeal {
    pub id: Id<Deal>,
    /// Its customer, by place in the list.
    pub customer: usize,
    pub owner: usize,
    pub is_open: bool,
}

/// All deals.
pub(super) type Deals = Vec<DemoDeal>;

/// Makes the two pipelines.
pub(super) fn pipelines(making: &mut Making, founded: Timestamp) -> Vec<DemoPipeline> {
    let mut rank = None;
    [("国内销售", DOMESTIC), ("外贸出口 Export", EXPORT)]
        .into_iter()
        .map(|(name, lines)| {
            let mut record = making.record(Pipeline::DEF.kind, 0, founded);
            let place = Rank::between(rank.as_ref(), None, &mut making.seed);
            record
                .put(Pipeline::NAME, Line::from_stored(name))
                .put(Pipeline::RANK, Some(place.clone()));
            rank = Some(place);
            let stages = stages(making, &mut record, lines);
            let id = record.record.id;
            making.records.push(record);
            DemoPipeline { id, stages }
        })
        .collect()
}

fn stages(making: &mut Making, record: &mut DemoRecord, lines: &[StageLine]) -> Vec<DemoStage> {
    let ranks = Rank::several_between(None, None, lines.len(), &mut making.seed);
    let mut stages = Vec::with_capacity(lines.len());
    for ((name, probability, rotting_days, limit), rank) in lines.iter().zip(ranks) {
        let id = making.seed.part_id();
        let values: [(&str, Scalar); 5] = [
            ("name", Scalar::text(*name)),
            ("probability", Percent(*probability).write()),
            ("rank", Some(rank).write()),
            ("rotting_days", Some(Number(*rotting_days)).write()),
            ("limit", limit.map(Number).write()),
        ];
        for (field, value) in values {
            record.put_key(&part_key(STAGES, id, field), value);
        }
        stages.push(DemoStage { id, last: None });
    }
    stages
}

/// Makes the deals, the oldest first, so that a column is in the order of their making.
pub(super) fn deals(
    making: &mut Making,
    pipelines: &[DemoPipeline],
    customers: &[DemoCustomer],
    size: Size,
) -> Deals {
    let mut last: Vec<Vec<Option<Rank>>> = pipelines
        .iter()
        .map(|it| it.stages.iter().map(|it| it.last.clone()).collect())
        .collect();
    let mut deals = Vec::with_capacity(size.deals);
    for _ in 0..size.deals {
        let customer_place = making.seed.below(customers.len());
        let customer = &customers[customer_place];
        let pipeline_place = usize::from(customer.is_abroad);
        let pipeline = &pipelines[pipeline_place];
        let ending = making.seed.below(100);
        // What is open lies rather at the beginning, what was won at the end.
        let stage_place = match ending {
            0..55 => *making
                .seed
                .weighted(&[(30, 0), (25, 1), (20, 2), (15, 3), (10, 4)]),
            55..82 => 4,
            _ => making.seed.below(5),
        };
        let rank = Rank::between(
            last[pipeline_place][stage_place].as_ref(),
            None,
            &mut making.seed,
        );
        last[pipeline_place][stage_place] = Some(rank.clone());
        let stage = pipeline.stages[stage_place].id;
        let spot = Spot {
            pipeline: pipeline.id,
            stage,
            rank,
        };
        deals.push(deal(making, customer, customer_place, spot, ending));
    }
    deals
}

struct Spot {
    pipeline: RecordId,
    stage: PartId,
    rank: Rank,
}

fn deal(
    making: &mut Making,
    customer: &DemoCustomer,
    customer_place: usize,
    spot: Spot,
    ending: usize,
) -> DemoDeal {
    let is_open = ending < 55;
    let days_old = if is_open {
        making.seed.between(0, 90).min(customer.days_old)
    } else {
        making.seed.between(10, 400).min(customer.days_old.max(10))
    };
    let at = making.moment(days_old);
    let days_in_stage = making.seed.between(0, days_old.min(45));
    let since = making.moment(days_in_stage);
    let product = making.seed.pick(PRODUCTS);
    let kind = making.seed.pick(DEAL_KINDS);
    let title = if customer.is_abroad {
        format!("{} · {} {}", customer.brand, product.1, kind.1)
    } else {
        format!("{}{}{}", customer.brand, product.0, kind.0)
    };
    let mut record = making.record(Deal::DEF.kind, customer.owner, at);
    record
        .put(Deal::TITLE, Line::from_stored(&title))
        .put(Deal::CUSTOMER, Some(customer.id))
        .put(
            Deal::PLACE,
            Place {
                pipeline: spot.pipeline,
                stage: spot.stage,
                rank: spot.rank,
                since,
            },
        )
        .put(
            Deal::OWNER,
            Some(Id::from_raw(making.members[customer.owner].id)),
        );
    // A few deals have no amount yet.
    if !is_open || making.seed.chance(94) {
        record.put(Deal::AMOUNT, Some(amount(making, customer)));
    }
    let closed_days_ago = making.seed.between(0, days_old);
    let outcome = match ending {
        0..55 => {
            let ahead = making.seed.between(-15, 90);
            record.put(Deal::CLOSE_ON, Some(making.day(ahead)));
            Outcome::Open
        }
        55..82 => Outcome::Won,
        _ => Outcome::Lost {
            reason: (*making.seed.pick(LOST_REASONS)).into(),
        },
    };
    if !is_open {
        let late_by = making.seed.between(-10, 20);
        record
            .put(Deal::CLOSED_ON, Some(making.day(-closed_days_ago)))
            .put(Deal::CLOSE_ON, Some(making.day(-closed_days_ago - late_by)));
    }
    record.put(Deal::OUTCOME, outcome);
    if making.seed.chance(3) {
        let note = making.seed.pick(texts::NOTES);
        record.note = Some(("notes", if customer.is_abroad { note.1 } else { note.0 }));
    }
    let RecordRef { id, .. } = record.record;
    making.records.push(record);
    DemoDeal {
        id: Id::from_raw(id),
        customer: customer_place,
        owner: customer.owner,
        is_open,
    }
}

/// An amount as people agree on it: two or three digits and zeros.
fn amount(making: &mut Making, customer: &DemoCustomer) -> Money {
    let currency = Currency::parse(customer.currency).unwrap_or(Currency::CNY);
    let whole = if customer.is_abroad {
        making.seed.magnitude(3_000.0, 300_000.0)
    } else {
        making.seed.magnitude(8_000.0, 2_000_000.0)
    };
    let step = 10f64.powf(whole.log10().floor() - 1.0);
    let rounded = (whole / step).round() * step;
    Money::from_minor(rounded as i64 * 100, currency)
}
