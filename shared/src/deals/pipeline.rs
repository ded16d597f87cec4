//! A pipeline (销售管道): the ordered stages a deal moves through.

use crate::place::PartId;
use crate::rank::Rank;
use crate::record::{FieldKind, Linked, Number, Percent, Record};
use crate::row::Row;
use crate::text::Line;

/// A pipeline (销售管道). Its stages are parts inside the record.
#[derive(Record, Clone, Debug, PartialEq)]
#[record(kind = "pipeline", number = 4, family(stages = Stage))]
pub struct Pipeline {
    /// What it is called.
    pub name: Line,
    /// Its place among the pipelines.
    pub rank: Option<Rank>,
    /// Out of use; its deals stay.
    pub archived: bool,
}

impl Linked for Pipeline {
    const LINK: FieldKind = FieldKind::Link("pipeline");
}

/// The family of keys that holds the stages.
pub const STAGES: &str = "stages";

/// A stage (阶段): a step of a pipeline.
#[derive(Record, Clone, Debug, PartialEq)]
#[record(part)]
pub struct Stage {
    /// What it is called.
    pub name: Line,
    /// The chance of winning (赢率) in percent.
    pub probability: Percent,
    /// Its place in the pipeline.
    pub rank: Option<Rank>,
    /// Days after which a deal has been here too long.
    pub rotting_days: Option<Number>,
    /// More open deals than this turn the count amber. A warning, never a rule.
    pub limit: Option<Number>,
    /// Taken out; shown as archived while deals are still in it.
    pub removed: bool,
}

impl Pipeline {
    /// The stages in their order, removed ones last.
    pub fn stages(row: &Row) -> Vec<(PartId, Stage)> {
        let mut stages: Vec<(PartId, Stage)> = row.parts(STAGES);
        stages.sort_by(|one, other| {
            (one.1.removed, &one.1.rank, one.0).cmp(&(other.1.removed, &other.1.rank, other.0))
        });
        stages
    }
}
