//! What the team did lately, the latest first.

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::followups::Activity;
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use leptos::prelude::*;

use super::entry::{activity_glyph, sentence};
use super::happenings::What;
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::store::use_store;
use crate::ui::{For, Icon, Show, listen, part};

/// What the team did lately.
#[component]
pub fn TeamActivity() -> impl IntoView {
    let (store, i18n, nav) = (use_store(), use_i18n(), use_nav());
    let rows = store.rows(Activity::DEF.kind);
    const SHOWN: usize = 20;
    let latest = Memo::new(move |_| {
        rows.with(|all| {
            let mut all: Vec<(i64, RecordId)> = all
                .iter()
                .map(|it| (it.get(Activity::AT).millis(), it.id))
                .collect();
            let count = all.len().min(SHOWN);
            if count < all.len() {
                all.select_nth_unstable_by(count, |one, other| other.cmp(one));
                all.truncate(count);
            }
            all.sort_unstable_by(|one, other| other.cmp(one));
            all.into_iter().map(|it| it.1).collect::<Vec<_>>()
        })
    });
    let line = move |id: RecordId| {
        let record = RecordRef {
            kind: Activity::DEF.kind,
            id,
        };
        let row = store.row(record);
        let customer = Memo::new(move |_| {
            let id = row.with(|it| it.as_ref().and_then(|it| it.get(Activity::CUSTOMER)))?;
            let row = store.row(RecordRef {
                kind: Customer::DEF.kind,
                id: id.raw(),
            });
            row.with(|it| it.as_ref().map(|it| it.get(Customer::NAME).to_string()))
        });
        let kind =
            move || row.with(|it| it.as_ref().and_then(|it| it.get(Activity::ACTIVITY_TYPE)));
        let who = move || {
            row.with(|it| it.as_ref().map(|it| it.created.by))
                .map(|it| store.member_name(it))
        };
        let at = move || row.with(|it| it.as_ref().map(|it| it.get(Activity::AT).millis()));
        view! {
            <li>
                <button type="button" class="tied-row team-row" on:click=listen(move |_| nav.open(store, record))>
                    <span class="entry-icon">
                        {part(move || view! { <Icon glyph=activity_glyph(kind().as_ref())/> })}
                    </span>
                    <span class="team-words">
                        <span><b>{part(who)}</b>" "{part(move || sentence(i18n, &What::Activity(kind()), false))}</span>
                        <small class="muted truncate">{part(move || customer.get())}</small>
                    </span>
                    <time class="muted small">{part(move || at().map(|it| i18n.ago(it)))}</time>
                </button>
            </li>
        }
    };
    view! {
        <section class="today-team" aria-labelledby="today-team">
            <h2 id="today-team" class="task-heading">{i18n.text(Messages::today_team)}</h2>
            <Show
                when=move || latest.with(|it| !it.is_empty())
                fallback=move || view! { <p class="muted">{i18n.t(Messages::activities_empty)}</p> }
            >
                <ul>
                    <For each=move || latest.get() key=|it| *it let:id>
                        {line(id)}
                    </For>
                </ul>
            </Show>
        </section>
    }
    .into_any()
}
