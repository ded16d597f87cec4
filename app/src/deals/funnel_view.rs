//! The sales funnel as bars that are also a table, and where deals are lost.

use std::sync::Arc;

use huike_messages::Messages;
use leptos::prelude::*;

use super::book::{DealBook, PipelineFacts};
use super::facts::DealFacts;
use super::funnel::{Funnel, FunnelStep, Losses, funnel, percent};
use super::words::{reason_words, sums_exact, sums_short};
use crate::i18n::{I18n, use_i18n};
use crate::ui::{EmptyState, Glyph, Show, part};

/// The funnel of one pipeline.
#[component]
pub fn FunnelView(
    /// Deals and pipelines.
    book: DealBook,
    /// Which pipeline.
    pipeline: Signal<Option<PipelineFacts>>,
    /// All its deals, open and closed.
    #[prop(into)]
    deals: Signal<Arc<Vec<Arc<DealFacts>>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let counted = Memo::new(move |_| {
        let stages = pipeline.with(|it| it.as_ref().map(|it| Arc::clone(&it.stages)));
        deals.with(|it| funnel(&stages.unwrap_or_default(), it))
    });
    let is_empty = move || deals.with(|it| it.is_empty());
    let owner = move |key: &Option<huike_shared::id::RecordId>| match key {
        Some(id) => book.store.member_name(*id),
        None => i18n.t(Messages::common_none),
    };
    view! {
        <div class="page-body">
            <Show
                when=move || !is_empty()
                fallback=move || view! {
                    <EmptyState glyph=Glyph::Filter title=i18n.text(Messages::funnel_empty)/>
                }
            >
                <section class="panel">
                    <h2>{i18n.text(Messages::deals_funnel)}</h2>
                    <p class="muted small">{i18n.text(Messages::funnel_hint)}</p>
                    {part(move || counted.with(|it| steps_table(i18n, pipeline, it)))}
                </section>
                <div class="funnel-losses">
                    <section class="panel">
                        <h2>{i18n.text(Messages::funnel_by_reason)}</h2>
                        {part(move || counted.with(|it| {
                            let heading = i18n.t(Messages::funnel_reason);
                            losses_table(i18n, &it.by_reason, heading, |key| reason_words(i18n, key))
                        }))}
                    </section>
                    <section class="panel">
                        <h2>{i18n.text(Messages::funnel_by_owner)}</h2>
                        {part(move || counted.with(|it| losses_table(i18n, &it.by_owner, i18n.t(Messages::funnel_owner), owner)))}
                    </section>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

fn steps_table(i18n: I18n, pipeline: Signal<Option<PipelineFacts>>, funnel: &Funnel) -> AnyView {
    let most = funnel
        .steps
        .iter()
        .map(|it| it.reached.count)
        .max()
        .unwrap_or(0);
    let rows = funnel
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let before = at.checked_sub(1).map(|it| funnel.steps[it].reached.count);
            step_row(i18n, pipeline, step, before, most)
        })
        .collect_view();
    view! {
        <div class="table-scroll" tabindex="0">
        <table class="plain-table funnel">
            <thead>
                <tr>
                    <th scope="col">{i18n.t(Messages::stages_title)}</th>
                    <th scope="col"><span class="visually-hidden">{i18n.t(Messages::funnel_share)}</span></th>
                    <th scope="col" class="number">{i18n.t(Messages::funnel_reached)}</th>
                    <th scope="col" class="number">{i18n.t(Messages::funnel_amount)}</th>
                    <th scope="col" class="number">{i18n.t(Messages::funnel_onward)}</th>
                    <th scope="col" class="number">{i18n.t(Messages::funnel_lost_here)}</th>
                    <th scope="col" class="number">{i18n.t(Messages::funnel_now_here)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        </div>
    }
    .into_any()
}

fn step_row(
    i18n: I18n,
    pipeline: Signal<Option<PipelineFacts>>,
    step: &FunnelStep,
    before: Option<usize>,
    most: usize,
) -> AnyView {
    let name = match step.stage {
        Some(id) => pipeline.with_untracked(|it| {
            it.as_ref()
                .and_then(|it| it.stage(id))
                .map(|it| it.name.to_string())
                .unwrap_or_default()
        }),
        None => i18n.t(Messages::deals_won),
    };
    let width = format!("{}%", percent(step.reached.count, most).unwrap_or(0));
    let onward = before
        .and_then(|it| percent(step.reached.count, it))
        .map_or_else(|| "—".to_owned(), |it| i18n.percent(it as i64));
    let lost = percent(step.lost, step.reached.count).filter(|_| step.lost > 0);
    let lost = lost.map(|it| format!("{} · {}", i18n.count(step.lost), i18n.percent(it as i64)));
    view! {
        <tr class:won=step.stage.is_none()>
            <th scope="row">{name}</th>
            <td class="funnel-bar" aria-hidden="true"><i style:width=width></i></td>
            <td class="number">{i18n.count(step.reached.count)}</td>
            <td class="number money" title=sums_exact(i18n, &step.reached.amount)>
                {sums_short(i18n, &step.reached.amount)}
            </td>
            <td class="number">{onward}</td>
            <td class="number">{lost.unwrap_or_else(|| "—".to_owned())}</td>
            <td class="number">{step.stage.map(|_| i18n.count(step.open))}</td>
        </tr>
    }
    .into_any()
}

fn losses_table<K>(
    i18n: I18n,
    losses: &[Losses<K>],
    heading: String,
    words: impl Fn(&K) -> String,
) -> AnyView {
    if losses.is_empty() {
        return view! { <p class="muted">{i18n.t(Messages::deals_lost_empty)}</p> }.into_any();
    }
    let all: usize = losses.iter().map(|it| it.lost.count).sum();
    let rows = losses
        .iter()
        .map(|it| {
            // Of a person: lost of all closed. Of a reason: its part of all lost.
            let whole = if it.closed > 0 { it.closed } else { all };
            let share = percent(it.lost.count, whole).unwrap_or(0);
            view! {
                <tr>
                    <th scope="row">{words(&it.key)}</th>
                    <td class="funnel-bar bad" aria-hidden="true">
                        <i style:width=format!("{share}%")></i>
                    </td>
                    <td class="number">{i18n.count(it.lost.count)}</td>
                    <td class="number">{i18n.percent(share as i64)}</td>
                    <td class="number money" title=sums_exact(i18n, &it.lost.amount)>
                        {sums_short(i18n, &it.lost.amount)}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-scroll" tabindex="0">
        <table class="plain-table funnel">
            <thead>
                <tr>
                    <th scope="col">{heading}</th>
                    <th scope="col"><span class="visually-hidden">{i18n.t(Messages::funnel_share)}</span></th>
                    <th scope="col" class="number">{i18n.t(Messages::deals_lost)}</th>
                    <th scope="col" class="number">{i18n.t(Messages::funnel_share)}</th>
                    <th scope="col" class="number">{i18n.t(Messages::funnel_amount)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        </div>
    }
    .into_any()
}
