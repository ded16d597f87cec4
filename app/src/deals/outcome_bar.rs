//! How a deal ended, or the two buttons that end it.

use huike_messages::Messages;
use huike_shared::id::RecordId;
use huike_shared::place::Outcome;
use leptos::prelude::*;

use super::acts;
use super::book::DealBook;
use super::facts::DealFacts;
use super::lost_reason::LostReason;
use super::words::reason_words;
use crate::i18n::use_i18n;
use crate::ui::{Button, ButtonKind, Glyph, Notice, Tone, part};

/// How a deal ended, or the two buttons that end it.
#[component]
pub fn OutcomeBar(
    /// Which deal.
    id: RecordId,
    /// Deals and pipelines.
    book: DealBook,
    /// The deal.
    facts: Memo<DealFacts>,
) -> impl IntoView {
    let i18n = use_i18n();
    let losing = RwSignal::new(Vec::new());
    let outcome = Memo::new(move |_| facts.with(|it| it.outcome.clone()));
    let day = move || {
        facts
            .with(|it| it.closed_on)
            .map(|it| i18n.date(it))
            .unwrap_or_default()
    };
    let reopen = move || {
        view! {
            <Button
                label=i18n.text(Messages::deals_reopen)
                on_press=move |()| acts::reopen(book, &[id])
                kind=ButtonKind::Ghost
                glyph=Glyph::Undo
            />
        }
    };
    view! {
        {part(move || match outcome.get() {
            Outcome::Open => view! {
                <div class="row wrap">
                    <Button
                        label=i18n.text(Messages::deals_mark_won)
                        on_press=move |()| acts::win(book, &[id])
                        glyph=Glyph::Won
                    />
                    <Button
                        label=i18n.text(Messages::deals_mark_lost)
                        on_press=move |()| losing.set(vec![id])
                        glyph=Glyph::Lost
                    />
                </div>
            }
            .into_any(),
            Outcome::Won => view! {
                <Notice tone=Tone::Good glyph=Glyph::Won>
                    <span class="grow">{move || i18n.t(Messages::deals_won)} " " {day}</span>
                    {reopen()}
                </Notice>
            }
            .into_any(),
            Outcome::Lost { reason } => view! {
                <Notice tone=Tone::Bad glyph=Glyph::Lost>
                    <span class="grow">
                        {move || i18n.t(Messages::deals_lost)} " " {day} " · "
                        {move || reason_words(i18n, &reason)}
                    </span>
                    {reopen()}
                </Notice>
            }
            .into_any(),
        })}
        <LostReason book losing/>
    }
    .into_any()
}
