//! Won or lost deals of a pipeline as a list, the latest first.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::place::Outcome;
use huike_shared::record::{Record, RecordRef};
use leptos::prelude::*;

use super::book::{DealBook, PipelineFacts, deal_ref};
use super::facts::DealFacts;
use super::filter::Shown;
use super::words::{money_exact, reason_words};
use crate::i18n::use_i18n;
use crate::ui::{Avatar, Button, ButtonKind, EmptyState, For, Glyph, Show, listen, part};

/// Rows shown at first and with each press for more.
const PAGE_ROWS: usize = 100;

/// Won or lost deals of a pipeline, the latest first.
#[component]
pub fn OutcomeList(
    /// Deals and pipelines.
    book: DealBook,
    /// Which pipeline.
    pipeline: Signal<Option<PipelineFacts>>,
    /// The deals, unordered.
    #[prop(into)]
    deals: Signal<Arc<Vec<Arc<DealFacts>>>>,
    /// Opens a deal.
    open: Callback<RecordId>,
    /// Won or lost.
    shown: Signal<Shown>,
) -> impl IntoView {
    let i18n = use_i18n();
    let rows_max = RwSignal::new(PAGE_ROWS);
    let sorted = Memo::new(move |_| {
        let mut all = deals.get().to_vec();
        all.sort_by_key(|it| std::cmp::Reverse((it.closed_on, it.id)));
        all
    });
    let has_more = move || sorted.with(Vec::len) > rows_max.get();
    let visible = move || {
        let rows_max = rows_max.get();
        sorted.with(|it| it.iter().take(rows_max).map(|it| it.id).collect::<Vec<_>>())
    };
    let empty = i18n.text(move |it| match shown.get() {
        Shown::Lost => it.deals_lost_empty(),
        Shown::Won | Shown::Open | Shown::Funnel => it.deals_won_empty(),
    });
    view! {
        <div class="page-body">
            <Show
                when=move || sorted.with(|it| !it.is_empty())
                fallback=move || view! { <EmptyState glyph=Glyph::Won title=empty/> }
            >
                <ul class="outcome-list">
                    <For each=visible key=|it| *it let:id>
                        <OutcomeRow id book pipeline open/>
                    </For>
                </ul>
                <Show when=has_more>
                    <Button
                        label=i18n.text(Messages::common_show_more)
                        on_press=move |()| rows_max.update(|it| *it += PAGE_ROWS)
                        kind=ButtonKind::Ghost
                    />
                </Show>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn OutcomeRow(
    id: RecordId,
    book: DealBook,
    pipeline: Signal<Option<PipelineFacts>>,
    open: Callback<RecordId>,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = book.store;
    let row = store.row(deal_ref(id));
    let facts = Memo::new(move |_| {
        row.with(|it| it.as_deref().map(DealFacts::read))
            .unwrap_or_default()
    });
    let title = move || {
        row.with(|it| it.as_ref().map(|it| it.get(Deal::TITLE).to_string()))
            .unwrap_or_default()
    };
    let customer = Memo::new(move |_| {
        let id = facts.with(|it| it.customer)?;
        let row = store.row(RecordRef {
            kind: Customer::DEF.kind,
            id,
        });
        let name = row.with(|it| it.as_ref().map(|it| it.get(Customer::NAME).to_string()));
        Some((u128::from_be_bytes(*id.bytes()), name.unwrap_or_default()))
    });
    let why = move || match facts.with(|it| it.outcome.clone()) {
        Outcome::Lost { reason } => reason_words(i18n, &reason),
        Outcome::Won | Outcome::Open => String::new(),
    };
    // Where it was lost; what was won went all the way.
    let stage = move || {
        let is_lost = facts.with(|it| matches!(it.outcome, Outcome::Lost { .. }));
        let at = is_lost.then(|| facts.with(|it| it.place.stage))?;
        pipeline.with(|it| {
            it.as_ref()
                .and_then(|it| it.stage(at))
                .map(|it| it.name.to_string())
        })
    };
    let owner = move || {
        facts
            .with(|it| it.owner)
            .map(|it| store.member_name(it))
            .unwrap_or_default()
    };
    view! {
        <li>
            <button type="button" class="tied-row outcome-row" on:click=listen(move |_| open.run(id))>
                {part(move || customer.get().map(|(id, name)| view! {
                    <Avatar name id square=true small=true/>
                }))}
                <span class="outcome-words">
                    <b class="truncate">{part(title)}</b>
                    <small class="muted truncate">
                        {part(move || customer.get().map(|it| it.1))}
                    </small>
                </span>
                <span class="outcome-why truncate">{part(why)}</span>
                <span class="outcome-stage muted truncate">{part(stage)}</span>
                <span class="outcome-owner muted truncate">{part(owner)}</span>
                <span class="money">
                    {part(move || facts.with(|it| it.amount).map(|it| money_exact(i18n, it)))}
                </span>
                <time class="muted">
                    {part(move || facts.with(|it| it.closed_on).map(|it| i18n.date(it)))}
                </time>
            </button>
        </li>
    }
    .into_any()
}
