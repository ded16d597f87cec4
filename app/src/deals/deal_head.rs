//! The head of a deal: name, customer, worth, and what can be done with it.

use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::book::{DealBook, deal_ref};
use super::facts::DealFacts;
use super::words::{days_since, money_exact, money_short};
use crate::i18n::use_i18n;
use crate::record::{FieldInput, RecordHead, SyncState};
use crate::routes::{customer_path, use_nav};
use crate::shell::Presence;
use crate::ui::{Show, listen, part};

/// Name, customer, worth, and what can be done.
#[component]
pub fn DealHead(
    /// Which deal.
    id: RecordId,
    /// Deals and pipelines.
    book: DealBook,
    /// The deal.
    facts: Memo<DealFacts>,
    /// Whether it takes the whole page.
    is_full: Signal<bool>,
    /// One level back.
    on_close: Callback<()>,
    /// To the next deal of the board, or the one before.
    on_step: Callback<isize>,
) -> impl IntoView {
    let record = deal_ref(id);
    view! {
        <RecordHead record is_full on_close on_step>
            <div class="record-name">
                <h2 class="deal-title">
                    <FieldInput record field=&Deal::DEF.fields[Deal::TITLE.index] bare=true/>
                </h2>
                <DealMeta facts book record/>
            </div>
        </RecordHead>
    }
    .into_any()
}

/// Customer, amount times probability, and how long it has been in its stage.
#[component]
fn DealMeta(facts: Memo<DealFacts>, book: DealBook, record: RecordRef) -> impl IntoView {
    let (i18n, nav) = (use_i18n(), use_nav());
    let store = book.store;
    let customer = move || {
        facts.with(|it| it.customer).map(|id| {
            let row = store.row(RecordRef {
                kind: Customer::DEF.kind,
                id,
            });
            let name =
                move || row.with(|it| it.as_ref().map(|it| it.get(Customer::NAME).to_string()));
            let path = customer_path(id);
            view! {
                <a class="link" href=path.clone() on:click=listen(move |ev: MouseEvent| {
                    ev.prevent_default();
                    nav.to(&path);
                })>{name}</a>
            }
        })
    };
    let amount = move || {
        let (amount, place) = facts.with(|it| (it.amount, it.place.clone()));
        let amount = amount?;
        let pipeline = book.home(place.pipeline).and_then(|it| book.pipeline(it))?;
        let probability = pipeline.stage(place.stage).map_or(0, |it| it.probability.0);
        let weighted = money_short(i18n, amount.percent(probability));
        let words = format!(
            "{} × {} = {weighted}",
            money_exact(i18n, amount),
            i18n.percent(i64::from(probability))
        );
        Some(words)
    };
    let age = move || {
        let since = facts.with(|it| it.place.since);
        let days = days_since(since, book.clock.now());
        i18n.t(|it| it.deals_days_in_stage(days))
    };
    view! {
        <p class="record-meta">
            {part(customer)}
            <span class="money">{part(amount)}</span>
            <Show when=move || facts.with(|it| it.outcome.is_open())>
                <span>{part(age)}</span>
            </Show>
            <SyncState record/>
            <Presence record/>
        </p>
    }
    .into_any()
}
