//! The first steps of a new workspace: at most five, ticked by what is there, gone when done.

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::deals::{Deal, Pipeline};
use huike_shared::followups::{Activity, Task};
use huike_shared::record::Record;
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::shell::use_creation;
use crate::store::device::{remember, remembered};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Glyph, Icon, Show, live, part};

/// Kept on this device once somebody has put the list away.
const HIDDEN_KEY: &str = "huike.checklist";

/// The first steps of a new workspace.
#[component]
pub fn Checklist() -> impl IntoView {
    let (store, i18n, creation) = (use_store(), use_i18n(), use_creation());
    let is_hidden = RwSignal::new(remembered(HIDDEN_KEY).is_some());
    let has = move |kind| {
        let rows = store.rows(kind);
        Memo::new(move |_| rows.with(|it| !it.is_empty()))
    };
    let (has_customer, has_pipeline, has_deal) = (
        has(Customer::DEF.kind),
        has(Pipeline::DEF.kind),
        has(Deal::DEF.kind),
    );
    let (has_task, has_activity) = (has(Task::DEF.kind), has(Activity::DEF.kind));
    let is_shown = move || {
        let all = [has_customer, has_pipeline, has_deal, has_task, has_activity];
        !is_hidden.get() && store.is_complete().get() && all.iter().any(|it| !it.get())
    };
    let hide = move |()| {
        remember(HIDDEN_KEY, Some("hidden"));
        is_hidden.set(true);
    };
    let step = move |done: Memo<bool>, words: fn(&Messages) -> String, act: AnyView| {
        view! {
            <li class:done=live(move || done.get())>
                <span class="step-mark">
                    {part(move || {
                        let glyph = if done.get() { Glyph::Check } else { Glyph::Circle };
                        view! { <Icon glyph/> }
                    })}
                </span>
                <span class="grow">{part(move || i18n.t(words))}</span>
                <span hidden=live(move || done.get())>{act}</span>
            </li>
        }
        .into_any()
    };
    let link = move |href: &'static str, words: fn(&Messages) -> String| {
        view! { <a class="button" href=href>{part(move || i18n.t(words))}</a> }.into_any()
    };
    let make = move |kind| {
        view! {
            <Button
                label=i18n.text(Messages::common_create)
                on_press=move |()| creation.open(kind, Vec::new())
            />
        }
        .into_any()
    };
    view! {
        <Show when=is_shown>
            <section class="panel checklist" aria-labelledby="checklist">
                <div class="row">
                    <h2 id="checklist" class="grow">{i18n.text(Messages::checklist_title)}</h2>
                    <Button
                        label=i18n.text(Messages::common_hide)
                        on_press=hide
                        kind=ButtonKind::Ghost
                    />
                </div>
                <ol>
                    {step(has_customer, Messages::checklist_customers, link("/app/import", Messages::nav_import))}
                    {step(has_pipeline, Messages::checklist_pipeline, link("/app/deals", Messages::common_open))}
                    {step(has_deal, Messages::checklist_deal, make(Deal::DEF.kind))}
                    {step(has_task, Messages::checklist_task, make(Task::DEF.kind))}
                    {step(has_activity, Messages::checklist_activity, link("/app/customers", Messages::common_open))}
                </ol>
            </section>
        </Show>
    }
    .into_any()
}
