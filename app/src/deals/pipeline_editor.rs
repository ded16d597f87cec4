//! One pipeline with its stages, each value edited where it stands.

use huike_messages::Messages;
use huike_shared::deals::{Pipeline, Stage};
use huike_shared::id::{Id, RecordId};
use huike_shared::local::IntentPart;
use huike_shared::place::PartId;
use huike_shared::rank::Rank;
use huike_shared::record::{FieldType, Number, Percent};
use huike_shared::scalar::Scalar;
use huike_shared::text::Line;
use leptos::prelude::*;

use super::book::{DealBook, PipelineFacts};
use super::stage_edits::{moved_rank, pipeline_ref, stage_part};
use super::standard_pipeline::{fresh_part, stage_values};
use crate::i18n::use_i18n;
use crate::record::WaitingMark;
use crate::store::EditLabel;
use crate::store::device::DeviceEntropy;
use crate::ui::{
    Button, ButtonKind, Editor, For, Glyph, IconButton, InlineEdit, Menu, MenuItem, Show, live,
    part,
};

/// One pipeline with its stages.
#[component]
pub fn PipelineEditor(
    /// Which pipeline.
    id: RecordId,
    /// Deals and pipelines.
    book: DealBook,
) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let store = book.store;
    let facts = Memo::new(move |_| book.pipeline(id));
    let pipeline: Id<Pipeline> = Id::from_raw(id);

    // What it derives.
    let is_archived = move || facts.with(|it| it.as_ref().is_some_and(|it| it.is_archived));
    let name = Signal::derive(move || {
        facts
            .with(|it| it.as_ref().map(|it| it.name.clone()))
            .unwrap_or_default()
    });
    let stages = move || {
        facts
            .with(|it| {
                it.as_ref().map(|it| {
                    it.stages
                        .iter()
                        .filter(|it| !it.1.removed)
                        .map(|it| it.0)
                        .collect::<Vec<_>>()
                })
            })
            .unwrap_or_default()
    };
    let removed = move || {
        facts
            .with(|it| {
                it.as_ref().map(|it| {
                    it.stages
                        .iter()
                        .filter(|it| it.1.removed)
                        .map(|it| it.0)
                        .collect::<Vec<_>>()
                })
            })
            .unwrap_or_default()
    };

    // What it can do.
    let rename = move |text: String| {
        if let Ok(name) = Line::parse(&text) {
            store.set(pipeline, Pipeline::NAME, name);
        }
    };
    let archive = move |()| {
        let now = untrack(is_archived);
        store.set(pipeline, Pipeline::ARCHIVED, !now);
    };
    let add = move |()| {
        let Some(part) = facts.with_untracked(|it| {
            it.as_ref()
                .map(|it| new_stage(it, &i18n.t(Messages::stages_new_name)))
        }) else {
            return;
        };
        store.edit(EditLabel::Create, vec![part]);
    };

    // What it looks like.
    view! {
        <section class="panel pipeline-editor" class:archived=live(is_archived)>
            <div class="row">
                <h2 class="grow">
                    <InlineEdit label=i18n.text(Messages::pipelines_name) value=name on_save=rename/>
                </h2>
                <WaitingMark record=pipeline_ref(id)/>
                <Show when=is_archived>
                    <span class="badge tone-neutral">{i18n.text(Messages::pipelines_archived)}</span>
                </Show>
                <Menu label=i18n.text(Messages::common_actions) icon_only=true>
                    <MenuItem
                        label=i18n.text(move |it| if is_archived() {
                            it.pipelines_use_again()
                        } else {
                            it.pipelines_archive()
                        })
                        on_press=archive
                        glyph=Glyph::Archive
                    />
                    <MenuItem
                        label=i18n.text(Messages::common_delete)
                        on_press=move |()| store.delete(&[pipeline_ref(id)])
                        glyph=Glyph::Trash
                        danger=true
                    />
                </Menu>
            </div>
            <div class="table-scroll">
                <table class="plain-table stages-table">
                    <thead>
                        <tr>
                            <th scope="col">{i18n.text(Messages::stages_name)}</th>
                            <th scope="col" class="number">{i18n.text(Messages::stages_probability)}</th>
                            <th scope="col" class="number">{i18n.text(Messages::stages_rotting_days)}</th>
                            <th scope="col" class="number">{i18n.text(Messages::stages_limit)}</th>
                            <th scope="col" class="number">{i18n.text(Messages::stages_deals)}</th>
                            <th scope="col"><span class="visually-hidden">{i18n.text(Messages::common_actions)}</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=stages key=|it| *it let:stage>
                            <StageLine pipeline=id stage book facts/>
                        </For>
                        <For each=removed key=|it| *it let:stage>
                            <StageLine pipeline=id stage book facts/>
                        </For>
                    </tbody>
                </table>
            </div>
            <Button
                label=i18n.text(Messages::stages_add)
                on_press=add
                kind=ButtonKind::Ghost
                glyph=Glyph::Plus
            />
        </section>
    }
    .into_any()
}

/// A stage below the others, as likely as the last one.
fn new_stage(pipeline: &PipelineFacts, name: &str) -> IntentPart {
    let last = pipeline.stages_in_use().last();
    let rank = Rank::between(
        last.and_then(|it| it.1.rank.as_ref()),
        None,
        &mut DeviceEntropy,
    );
    let stage = Stage {
        name: Line::from_stored(name),
        probability: last.map_or(Percent(10), |it| it.1.probability),
        rank: Some(rank),
        rotting_days: last.and_then(|it| it.1.rotting_days),
        limit: None,
        removed: false,
    };
    let values = stage_values(fresh_part(&mut DeviceEntropy), &stage);
    IntentPart {
        record: pipeline_ref(pipeline.id),
        values,
    }
}

#[component]
fn StageLine(
    pipeline: RecordId,
    stage: PartId,
    book: DealBook,
    facts: Memo<Option<PipelineFacts>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = book.store;
    let own =
        Memo::new(move |_| facts.with(|it| it.as_ref().and_then(|it| it.stage(stage)).cloned()));
    let read = move |read: fn(&Stage) -> String| {
        Signal::derive(move || own.with(|it| it.as_ref().map(read)).unwrap_or_default())
    };
    let is_removed = move || own.with(|it| it.as_ref().is_some_and(|it| it.removed));
    let deal_count = Memo::new(move |_| {
        book.facts.with(|all| {
            all.iter()
                .filter(|it| it.outcome.is_open() && it.place.stage == stage)
                .count()
        })
    });
    let put = move |field: &str, value: Scalar| {
        store.edit(
            EditLabel::Change,
            vec![stage_part(pipeline, stage, field, value)],
        );
    };
    let shift = move |is_up: bool| {
        let in_use: Vec<_> = facts
            .with_untracked(|it| it.as_ref().map(|it| it.stages_in_use().cloned().collect()))
            .unwrap_or_default();
        if let Some(rank) = moved_rank(&in_use, stage, is_up, &mut DeviceEntropy) {
            put("rank", rank);
        }
    };
    let wrong_number = move |max: i64| {
        Callback::new(move |text: String| {
            let is_fine = text.trim().is_empty() || whole(&text, max).is_some();
            (!is_fine).then(|| untrack(|| i18n.t(|it| it.stages_number_wrong(max))))
        })
    };
    // On a phone, where the heads of the columns have no room, each figure says what it is.
    let said = move |words: fn(&Messages) -> String| live(move || i18n.t(words));
    view! {
        <tr class:removed=live(is_removed)>
            <td>
                <InlineEdit
                    label=i18n.text(Messages::stages_name)
                    value=read(|it| it.name.to_string())
                    on_save=move |text: String| {
                        if let Ok(name) = Line::parse(&text) {
                            put("name", FieldType::write(&name));
                        }
                    }
                />
            </td>
            <td class="number" data-label=said(Messages::stages_probability)>
                <InlineEdit
                    label=i18n.text(Messages::stages_probability)
                    value=read(|it| it.probability.0.to_string())
                    shown=read(|it| format!("{}%", it.probability.0))
                    editor=Editor::Number
                    check=wrong_number(100)
                    on_save=move |text: String| {
                        put("probability", Scalar::Int(whole(&text, 100).unwrap_or(0)));
                    }
                />
            </td>
            <td class="number" data-label=said(Messages::stages_rotting_days)>
                <InlineEdit
                    label=i18n.text(Messages::stages_rotting_days)
                    value=read(|it| number_words(it.rotting_days))
                    editor=Editor::Number
                    placeholder=Signal::stored("—".to_owned())
                    check=wrong_number(3650)
                    on_save=move |text: String| put("rotting_days", whole_or_null(&text, 3650))
                />
            </td>
            <td class="number" data-label=said(Messages::stages_limit)>
                <InlineEdit
                    label=i18n.text(Messages::stages_limit)
                    value=read(|it| number_words(it.limit))
                    editor=Editor::Number
                    placeholder=Signal::stored("—".to_owned())
                    check=wrong_number(9999)
                    on_save=move |text: String| put("limit", whole_or_null(&text, 9999))
                />
            </td>
            <td class="number" data-label=said(Messages::stages_deals)>
                <span>{part(move || i18n.count(deal_count.get()))}</span>
            </td>
            <td class="stage-acts">
                <Show
                    when=move || !is_removed()
                    fallback=move || view! {
                        <span class="badge tone-neutral">{i18n.text(Messages::stages_archived)}</span>
                        <Button
                            label=i18n.text(Messages::common_restore)
                            on_press=move |()| put("removed", Scalar::Bool(false))
                            kind=ButtonKind::Ghost
                        />
                    }
                >
                    <IconButton
                        glyph=Glyph::ArrowUp
                        label=i18n.text(Messages::stages_move_up)
                        on_press=move |()| shift(true)
                    />
                    <IconButton
                        glyph=Glyph::ArrowDown
                        label=i18n.text(Messages::stages_move_down)
                        on_press=move |()| shift(false)
                    />
                    <IconButton
                        glyph=Glyph::Trash
                        label=i18n.text(Messages::stages_remove)
                        on_press=move |()| put("removed", Scalar::Bool(true))
                    />
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

fn number_words(number: Option<Number>) -> String {
    number.map(|it| it.0.to_string()).unwrap_or_default()
}

fn whole(text: &str, max: i64) -> Option<i64> {
    let text = text.trim().trim_end_matches('%').trim();
    text.parse().ok().filter(|it| (0..=max).contains(it))
}

fn whole_or_null(text: &str, max: i64) -> Scalar {
    whole(text, max).map_or(Scalar::Null, Scalar::Int)
}
