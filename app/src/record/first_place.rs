//! Where a new deal begins: the pipeline that is looked at and its first stage, unless one chooses.

use std::sync::Arc;

use huike_shared::deals::{Deal, Pipeline};
use huike_shared::id::RecordId;
use huike_shared::place::{PartId, Place};
use huike_shared::rank::Rank;
use huike_shared::record::{FieldType, Record};
use huike_shared::row::Row;
use huike_shared::scalar::Scalar;
use leptos::prelude::*;

use super::{field_label, kind_label};
use crate::i18n::I18n;
use crate::store::LocalStore;
use crate::store::device::{DeviceEntropy, now};
use crate::ui::{Choice, Editor, Field, Show, follow};

/// The pipeline and the stage of a deal that is not made yet, both by their id as text.
#[derive(Clone, Copy)]
pub struct FirstPlace {
    store: LocalStore,
    pipeline: RwSignal<String>,
    stage: RwSignal<String>,
}

impl FirstPlace {
    /// Begins with the pipeline that the address shows, else with the first one.
    pub fn new(store: LocalStore, path: &str) -> Self {
        let shown = path
            .strip_prefix("/app/deals/")
            .and_then(|it| it.split('/').next());
        let shown = shown.and_then(|it| RecordId::parse(it).ok());
        let place = FirstPlace {
            store,
            pipeline: RwSignal::new(String::new()),
            stage: RwSignal::new(String::new()),
        };
        // The form may be there before the rows are.
        follow(move || {
            let pipelines = usable(store);
            let of_page = pipelines.iter().find(|it| Some(it.id) == shown);
            let first = of_page.or(pipelines.first()).map(|it| it.id.to_string());
            if place.pipeline.with_untracked(String::is_empty) {
                place.pipeline.set(first.unwrap_or_default());
            }
        });
        // Another pipeline has other stages.
        follow(move || {
            let stages = place.stages();
            let is_there = stages
                .iter()
                .any(|it| it.value == place.stage.get_untracked());
            if !is_there {
                let first = stages.into_iter().next();
                place
                    .stage
                    .set(first.map(|it| it.value).unwrap_or_default());
            }
        });
        place
    }

    fn stages(self) -> Vec<Choice> {
        let pipelines = usable(self.store);
        let chosen = self.pipeline.get();
        let Some(pipeline) = pipelines.iter().find(|it| it.id.to_string() == chosen) else {
            return Vec::new();
        };
        let stages = Pipeline::stages(pipeline).into_iter();
        stages
            .filter(|it| !it.1.removed)
            .map(|(id, stage)| Choice {
                value: id.to_string(),
                label: stage.name.to_string(),
            })
            .collect()
    }

    /// The two fields; the pipeline only where there are several.
    pub fn fields(self, i18n: I18n) -> AnyView {
        let store = self.store;
        let pipelines = Signal::derive(move || {
            let choice = |row: Arc<Row>| Choice {
                value: row.id.to_string(),
                label: row.get(Pipeline::NAME).to_string(),
            };
            usable(store).into_iter().map(choice).collect::<Vec<_>>()
        });
        let (pipeline, stage) = (self.pipeline, self.stage);
        view! {
            <Show when=move || pipelines.with(|it| it.len() > 1)>
                <div>
                    <Field
                        label=Signal::derive(move || kind_label(i18n, Pipeline::DEF.kind))
                        value=pipeline
                        editor=Editor::OneOf(pipelines)
                    />
                </div>
            </Show>
            <div>
                <Field
                    label=Signal::derive(move || field_label(i18n, Deal::DEF, Deal::PLACE.name))
                    value=stage
                    editor=Editor::OneOf(Signal::derive(move || self.stages()))
                />
            </div>
        }
        .into_any()
    }

    /// The place itself, above the deals that lie there; nothing while there is no pipeline.
    pub fn write(self) -> Option<(Box<str>, Scalar)> {
        let pipeline = RecordId::parse(&self.pipeline.get_untracked()).ok()?;
        let stage = PartId::parse(&self.stage.get_untracked())?;
        let deals = self.store.rows(Deal::DEF.kind).get_untracked();
        let first = deals
            .iter()
            .map(|it| it.get(Deal::PLACE))
            .filter(|it| it.pipeline == pipeline && it.stage == stage)
            .map(|it| it.rank)
            .min();
        let place = Place {
            pipeline,
            stage,
            rank: Rank::between(None, first.as_ref(), &mut DeviceEntropy),
            since: now(),
        };
        Some((Deal::PLACE.name.into(), FieldType::write(&place)))
    }
}

/// The pipelines in use, in their order, followed.
fn usable(store: LocalStore) -> Vec<Arc<Row>> {
    let mut rows = store.rows(Pipeline::DEF.kind).with(|it| {
        let used = it.iter().filter(|it| !it.get(Pipeline::ARCHIVED));
        used.cloned().collect::<Vec<_>>()
    });
    rows.sort_by_key(|it| (it.get(Pipeline::RANK), it.id));
    rows
}
