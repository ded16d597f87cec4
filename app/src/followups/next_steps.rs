//! What is to be done for a customer or about a deal: open tasks, the earliest pinned on top.
//!
//! After the last step is done the next one is asked for in the same place, so that no deal is
//! left without one.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::followups::Task;
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use leptos::prelude::*;

use super::agenda::{Group, by_group};
use super::clock::use_clock;
use super::task_acts::Ties;
use super::task_line::TaskLine;
use super::task_row::TaskRow;
use crate::i18n::use_i18n;
use crate::store::use_store;
use crate::ui::{For, Glyph, Icon, Show, live, part};

/// Open tasks of a customer or a deal.
#[component]
pub fn NextSteps(
    /// The customer or the deal.
    about: RecordRef,
    /// Whether it is a shortcoming to have none: a closed deal or a quiet customer needs none.
    #[prop(into)]
    is_wanted: Signal<bool>,
) -> impl IntoView {
    // What it reads.
    let (store, i18n, clock) = (use_store(), use_i18n(), use_clock());
    let is_customer = about.kind == Customer::DEF.kind;
    let key = if is_customer { "customer" } else { "deal" };
    let tasks = store.linked(Task::DEF.kind, key, about.id);
    let own = store.row(about);

    // What it derives.
    let open = Memo::new(move |_| {
        let today = clock.today();
        let groups = tasks.with(|it| by_group(it, today, |it| it.done_at.is_none()));
        let ids: Vec<RecordId> = groups
            .into_iter()
            .filter(|it| it.0 != Group::Done)
            .flat_map(|it| it.1)
            .collect();
        Arc::new(ids)
    });
    let ties = Signal::derive(move || {
        if is_customer {
            return Ties {
                customer: Some(about.id),
                ..Ties::default()
            };
        }
        let customer = own.with(|it| it.as_ref().and_then(|it| it.get(Deal::CUSTOMER)));
        Ties {
            customer: customer.map(|it| it.raw()),
            deal: Some(about.id),
            contact: None,
        }
    });
    let has_done = RwSignal::new(false);
    let is_missing = move || is_wanted.get() && open.with(|it| it.is_empty());
    let question = i18n.text(move |it| {
        if has_done.get() {
            it.steps_ask_again()
        } else {
            it.steps_line()
        }
    });

    // What it looks like.
    view! {
        <section class="next-steps" class:missing=live(is_missing) aria-label=i18n.text(Messages::steps_title)>
            <Show when=is_missing>
                <p class="next-missing tone-due">
                    <Icon glyph=Glyph::Warning/>
                    {part(move || if has_done.get() {
                        i18n.t(Messages::steps_done_what_next)
                    } else {
                        i18n.t(Messages::deals_no_step)
                    })}
                </p>
            </Show>
            <ul>
                <For each=move || open.get().to_vec() key=|it| *it let:id>
                    <TaskRow id is_tied=true on_done=move |()| has_done.set(true)/>
                </For>
            </ul>
            {part(move || {
                // Built anew after a step was done, so that the line takes the focus.
                let autofocus = has_done.get() && open.with_untracked(|it| it.is_empty());
                view! {
                    <TaskLine
                        ties
                        draft_name=format!("task.{}", about.id)
                        label=question
                        autofocus
                        on_made=move |()| has_done.set(false)
                    />
                }
            })}
        </section>
    }
    .into_any()
}
