//! The pipeline that a new workspace starts with, and the parts that any new stage is made of.

use huike_shared::deals::{Pipeline, STAGES, Stage};
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::IntentPart;
use huike_shared::place::PartId;
use huike_shared::rank::Rank;
use huike_shared::record::{FieldType, Number, Percent, Record, RecordRef};
use huike_shared::row::part_key;
use huike_shared::scalar::Scalar;
use huike_shared::text::Line;

use super::book::DealBook;
use crate::i18n::I18n;
use crate::store::device::{DeviceEntropy, fresh_id};
use crate::store::{EditLabel, put};

/// Probability and days until a deal is too long in the stage, for each standard stage.
const STANDARD: [(u8, i64); 5] = [(10, 14), (30, 14), (50, 21), (70, 21), (90, 14)];

/// Makes the usual pipeline, named in the language of the page.
pub fn create_standard_pipeline(book: DealBook, i18n: I18n) -> Option<RecordId> {
    let names = [
        i18n.t(|it| it.stage_standard_contact()),
        i18n.t(|it| it.stage_standard_needs()),
        i18n.t(|it| it.stage_standard_quote()),
        i18n.t(|it| it.stage_standard_talks()),
        i18n.t(|it| it.stage_standard_signing()),
    ];
    let stages = names
        .iter()
        .zip(STANDARD)
        .map(|(name, (probability, rotting_days))| Stage {
            name: Line::from_stored(name),
            probability: Percent(probability),
            rank: None,
            rotting_days: Some(Number(rotting_days)),
            limit: None,
            removed: false,
        });
    let name = i18n.t(|it| it.pipelines_standard_name());
    create_pipeline(book, &name, stages.collect())
}

/// Makes a pipeline with these stages, after all others.
pub fn create_pipeline(book: DealBook, name: &str, stages: Vec<Stage>) -> Option<RecordId> {
    let name = Line::parse(name).ok()?;
    let record = RecordRef {
        kind: Pipeline::DEF.kind,
        id: fresh_id(),
    };
    let part = pipeline_part(
        record,
        &name,
        last_rank(book).as_ref(),
        stages,
        &mut DeviceEntropy,
    );
    book.store
        .edit(EditLabel::Create, vec![part])
        .map(|_| record.id)
}

fn last_rank(book: DealBook) -> Option<Rank> {
    use leptos::prelude::WithUntracked;
    let last = book
        .pipelines
        .with_untracked(|it| it.last().map(|it| it.id))?;
    let row = book.store.peek(RecordRef {
        kind: Pipeline::DEF.kind,
        id: last,
    })?;
    row.get(Pipeline::RANK)
}

/// The whole new pipeline as one part of an edit.
fn pipeline_part(
    record: RecordRef,
    name: &Line,
    after: Option<&Rank>,
    stages: Vec<Stage>,
    entropy: &mut dyn Entropy,
) -> IntentPart {
    let rank = Rank::between(after, None, entropy);
    let mut values = vec![put(Pipeline::NAME, name), put(Pipeline::RANK, &Some(rank))];
    let mut last: Option<Rank> = None;
    for mut stage in stages {
        let rank = Rank::between(last.as_ref(), None, entropy);
        stage.rank = Some(rank.clone());
        values.extend(stage_values(fresh_part(entropy), &stage));
        last = Some(rank);
    }
    IntentPart { record, values }
}

/// A fresh id for a stage.
pub fn fresh_part(entropy: &mut dyn Entropy) -> PartId {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    PartId::from_bytes(bytes)
}

/// The registers of a new stage. What is absent is not written: absence means the same.
pub fn stage_values(id: PartId, stage: &Stage) -> Vec<(Box<str>, Scalar)> {
    let Stage {
        name,
        probability,
        rank,
        rotting_days,
        limit,
        removed,
    } = stage;
    let fields = [
        ("name", name.write()),
        ("probability", probability.write()),
        ("rank", rank.write()),
        ("rotting_days", rotting_days.write()),
        ("limit", limit.write()),
        (
            "removed",
            if *removed {
                Scalar::Bool(true)
            } else {
                Scalar::Null
            },
        ),
    ];
    fields
        .into_iter()
        .filter(|it| !it.1.is_null())
        .map(|(field, value)| (part_key(STAGES, id, field).into(), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use huike_shared::row::Row;

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
    fn a_new_pipeline_reads_back_with_its_stages_in_order() {
        let stage = |name: &str, probability| Stage {
            name: Line::from_stored(name),
            probability: Percent(probability),
            rank: None,
            rotting_days: Some(Number(14)),
            limit: None,
            removed: false,
        };
        let record = RecordRef {
            kind: Pipeline::DEF.kind,
            id: RecordId([1; 16]),
        };
        let stages = vec![stage("一", 10), stage("二", 50), stage("三", 90)];
        let part = pipeline_part(
            record,
            &Line::from_stored("新"),
            None,
            stages,
            &mut Steps(3),
        );
        let mut row = Row {
            kind: record.kind,
            id: record.id,
            ..Row::default()
        };
        for (key, value) in part.values {
            let field = huike_shared::registry::field(Pipeline::DEF, &key).expect("a known key");
            assert!(field.kind.allows(&value), "{key}");
            row.set_key(Pipeline::DEF, &key, value);
        }
        let names: Vec<String> = Pipeline::stages(&row)
            .into_iter()
            .map(|it| it.1.name.to_string())
            .collect();
        assert_eq!(names, ["一", "二", "三"]);
    }
}
