//! The page of one customer: what it is, what happened and is next, what it is tied to.

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::record::{FieldDef, Record};
use leptos::prelude::*;

use super::customer_ref;
use super::list::key_of;
use super::list_cells::level_badge;
use super::tied::Ties;
use crate::followups::{ActionRow, Composer, NextSteps, Ties as TaskTies, Timeline};
use crate::history::provide_history;
use crate::i18n::use_i18n;
use crate::record::{
    FieldGroup, FieldGroups, FieldInput, GoneRecord, NoteEditor, RecordHead, SyncState,
    choice_label,
};
use crate::shell::Presence;
use crate::store::use_store;
use crate::ui::{Avatar, Glyph, Icon, Show, live, part};

/// The fields, grouped as people ask for them.
const GROUPS: &[FieldGroup] = &[
    FieldGroup {
        title: "fields-contact",
        fields: &[
            "phone",
            "email",
            "wechat",
            "preferred_channel",
            "website",
            "region",
            "address",
        ],
        always: &["phone", "region"],
    },
    FieldGroup {
        title: "fields-relation",
        fields: &["status", "level", "owner", "source", "code"],
        always: &["status", "level", "owner", "source"],
    },
    FieldGroup {
        title: "fields-about",
        fields: &[
            "customer_type",
            "company",
            "job_title",
            "industry",
            "employees",
            "tax_number",
            "gender",
            "birthday",
        ],
        always: &["customer_type"],
    },
    FieldGroup {
        title: "fields-needs",
        fields: &["needs", "buying_habit", "interests", "remark"],
        always: &["needs"],
    },
];

/// The page of one customer.
#[component]
pub fn CustomerRecord(
    /// Which customer.
    id: RecordId,
    /// Whether it takes the whole page.
    #[prop(into)]
    is_full: Signal<bool>,
    /// One level back.
    #[prop(into)]
    on_close: Callback<()>,
    /// To the next customer of the list, or the one before.
    #[prop(into)]
    on_step: Callback<isize>,
) -> impl IntoView {
    // What it reads.
    let record = customer_ref(id);
    let row = use_store().row(record);
    let is_there = Memo::new(move |_| row.with(|it| it.as_ref().is_some_and(|it| !it.deleted)));
    let history = provide_history(record);

    // What it looks like.
    view! {
        <Show
            when=move || is_there.get()
            fallback=move || view! { <GoneRecord record on_close/> }.into_any()
        >
            <article class="record" class:then=live(move || history.is_then())>
                <Head id is_full on_close on_step/>
                <div class="record-columns">
                    <section class="record-happened">
                        <NextSteps about=record is_wanted=Signal::stored(false)/>
                        <Composer about=record/>
                        <Timeline about=record/>
                    </section>
                    <section class="record-is">
                        <FieldGroups record def=Customer::DEF groups=GROUPS/>
                        <SharedPage id/>
                    </section>
                    <section class="record-tied">
                        <Ties id/>
                    </section>
                </div>
                <Actions id/>
                {history.place()}
            </article>
        </Show>
    }
    .into_any()
}

/// Name, marks and actions.
#[component]
fn Head(
    id: RecordId,
    is_full: Signal<bool>,
    on_close: Callback<()>,
    on_step: Callback<isize>,
) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let record = customer_ref(id);
    let row = store.row(record);
    let text = move |index: usize| {
        row.with(|it| {
            it.as_ref()
                .and_then(|it| it.value(index).as_text().map(str::to_owned))
        })
    };
    let name = Signal::derive(move || text(Customer::NAME.index).unwrap_or_default());
    let name_field: &'static FieldDef = &Customer::DEF.fields[Customer::NAME.index];
    let status = move || text(Customer::STATUS.index).map(|it| choice_label(i18n, "status", &it));
    let updated = move || row.with(|it| it.as_ref().map(|it| it.updated));

    // What it looks like.
    view! {
        <RecordHead record is_full on_close on_step>
            <Avatar name id=key_of(id) square=true large=true/>
            <div class="record-name">
                <h1>
                    <FieldInput record field=name_field bare=true/>
                </h1>
                <p class="record-meta">
                    {part(move || text(Customer::LEVEL.index).map(|it| level_badge(i18n, &it)))}
                    {part(move || status().map(|it| view! { <span>{it}</span> }))}
                    <SyncState record/>
                    <Presence record/>
                    {part(move || {
                        updated().map(|stamp| {
                            let who = store.member_name(stamp.by);
                            let at = stamp.at.millis();
                            view! {
                                <span title=i18n.instant_exact(at)>
                                    {i18n.t(|m| m.record_updated_by(&who))} " · " {i18n.ago(at)}
                                </span>
                            }
                        })
                    })}
                </p>
            </div>
        </RecordHead>
    }
    .into_any()
}

/// The page about this customer that everybody writes together.
#[component]
fn SharedPage(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <details class="field-group" open>
            <summary>
                <Icon glyph=Glyph::ChevronRight/>
                <span>{i18n.text(Messages::field_customer_notes)}</span>
            </summary>
            <NoteEditor
                owner=customer_ref(id)
                field="notes"
                label=i18n.text(Messages::field_customer_notes)
            />
        </details>
    }
    .into_any()
}

/// What one does standing in front of the customer.
#[component]
fn Actions(id: RecordId) -> impl IntoView {
    let row = use_store().row(customer_ref(id));
    let phone =
        Signal::derive(move || row.with(|it| it.as_ref().and_then(|it| it.get(Customer::PHONE))));
    let ties = TaskTies {
        customer: Some(id),
        ..TaskTies::default()
    };
    view! { <ActionRow phone ties=Signal::stored(ties)/> }.into_any()
}
