//! One deal: where it stands, what it is worth, what is next, what happened.

use huike_messages::Messages;
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::book::{DealBook, deal_ref};
use super::deal_head::DealHead;
use super::facts::DealFacts;
use super::history::StageHistory;
use super::outcome_bar::OutcomeBar;
use super::stage_path::{StagePath, stage_items};
use crate::followups::{ActionRow, Composer, NextSteps, Ties, Timeline};
use crate::history::provide_history;
use crate::i18n::use_i18n;
use crate::record::{FieldGroup, FieldGroups, GoneRecord, NoteEditor, title_of_row};
use crate::routes::{path_of, use_nav};
use crate::ui::{Avatar, For, Glyph, Icon, Menu, Notice, Show, Tone, listen, live, part};

/// The fields of a deal in groups.
const GROUPS: &[FieldGroup] = &[
    FieldGroup {
        title: "deals-group-main",
        fields: &["amount", "close_on", "owner", "customer", "contact"],
        always: &["amount", "close_on", "owner", "customer", "contact"],
    },
    FieldGroup {
        title: "deals-group-more",
        fields: &["source", "closed_on", "remark"],
        always: &["remark"],
    },
];

/// One deal, beside the board or as a page.
#[component]
pub fn DealPanel(
    /// Which deal.
    id: RecordId,
    /// Deals and pipelines.
    book: DealBook,
    /// Whether it takes the whole page.
    #[prop(into)]
    is_full: Signal<bool>,
    /// One level back.
    #[prop(into)]
    on_close: Callback<()>,
    /// To the next deal of the board, or the one before.
    #[prop(into)]
    on_step: Callback<isize>,
) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let store = book.store;
    let record = deal_ref(id);
    let row = store.row(record);
    let facts = Memo::new(move |_| {
        row.with(|it| it.as_deref().map(DealFacts::read))
            .unwrap_or_default()
    });
    let state = Memo::new(move |_| row.with(|it| it.as_ref().map(|it| it.deleted)));
    store.set_presence(Some(record));
    on_cleanup(move || store.set_presence(None));

    // What it derives.
    let problems = Memo::new(move |_| {
        row.with(|it| it.as_deref().map(|it| Deal::from_row(it).problems()))
            .unwrap_or_default()
    });
    let is_open = Signal::derive(move || facts.with(|it| it.outcome.is_open()));
    let history = provide_history(record);

    // What it looks like.
    view! {
        <Show
            when=move || state.get() == Some(false)
            fallback=move || view! { <GoneRecord record on_close/> }.into_any()
        >
            <article class="record deal-panel" class:then=live(move || history.is_then())>
                <DealHead id book facts is_full on_close on_step/>
                <StagePath id book facts/>
                <div class="deal-bars">
                    <OutcomeBar id book facts/>
                    <For each=move || problems.get() key=|it| it.code let:problem>
                        <Notice tone=Tone::Due glyph=Glyph::Warning>
                            {part(move || i18n.by_key(&format!("problem-{}", problem.code)))}
                        </Notice>
                    </For>
                </div>
                <div class="record-columns">
                    <section class="record-happened">
                        <NextSteps about=record is_wanted=is_open/>
                        <Composer about=record/>
                        <Timeline about=record/>
                    </section>
                    <section class="record-is">
                        <FieldGroups record def=Deal::DEF groups=GROUPS/>
                    </section>
                    <section class="record-tied">
                        <ContactsOfDeal facts/>
                        <section class="tied">
                            <header><h2>{i18n.text(Messages::deals_notes)}</h2></header>
                            <NoteEditor owner=record field="notes" label=i18n.text(Messages::deals_notes)/>
                        </section>
                        <StageHistory id book/>
                    </section>
                </div>
                <Actions id book facts/>
                {history.place()}
            </article>
        </Show>
    }
    .into_any()
}

/// What one does standing in front of the deal: whom one talks to about it is called.
#[component]
fn Actions(id: RecordId, book: DealBook, facts: Memo<DealFacts>) -> impl IntoView {
    let (store, i18n) = (book.store, use_i18n());
    let customer = Memo::new(move |_| facts.with(|it| it.customer));
    let phone = Signal::derive(move || {
        let contact = store
            .row(deal_ref(id))
            .with(|it| it.as_ref().and_then(|it| it.get(Deal::CONTACT)));
        let row_of = |kind, id| store.row(RecordRef { kind, id });
        let of_contact = contact.and_then(|it| {
            row_of(Contact::DEF.kind, it.raw())
                .with(|it| it.as_ref().and_then(|it| it.get(Contact::PHONE)))
        });
        of_contact.or_else(|| {
            row_of(Customer::DEF.kind, customer.get()?)
                .with(|it| it.as_ref().and_then(|it| it.get(Customer::PHONE)))
        })
    });
    let ties = Signal::derive(move || Ties {
        customer: customer.get(),
        contact: None,
        deal: Some(id),
    });
    view! {
        <ActionRow phone ties>
            <Show when=move || facts.with(|it| it.outcome.is_open())>
                <Menu label=i18n.text(Messages::act_stage) glyph=Glyph::Columns>
                    {stage_items(id, book, facts)}
                </Menu>
            </Show>
        </ActionRow>
    }
    .into_any()
}

/// The people at the customer, whom to call first on top.
#[component]
fn ContactsOfDeal(facts: Memo<DealFacts>) -> impl IntoView {
    let (i18n, nav) = (use_i18n(), use_nav());
    let store = crate::store::use_store();
    let contacts = Memo::new(move |_| {
        let customer = facts.with(|it| it.customer);
        let rows = customer.map(|it| store.linked(Contact::DEF.kind, "customer", it).get());
        let mut rows = rows.map(|it| it.to_vec()).unwrap_or_default();
        rows.sort_by_cached_key(|it| (!it.get(Contact::IS_PRIMARY), it.sort.clone(), it.id));
        rows
    });
    let contact = move |row: std::sync::Arc<huike_shared::row::Row>| {
        let name = title_of_row(&row, i18n);
        let path = path_of(&row);
        let phone = row.get(Contact::PHONE);
        let job = row.get(Contact::JOB_TITLE).map(|it| it.to_string());
        view! {
            <li class="contact-row">
                <a class="tied-row" href=path.clone() on:click=listen(move |ev: MouseEvent| {
                    ev.prevent_default();
                    nav.to(&path);
                })>
                    <Avatar name=name.clone() id=u128::from_be_bytes(*row.id.bytes()) small=true/>
                    <span class="team-words"><b>{name}</b><small class="muted">{job}</small></span>
                </a>
                {phone.map(|it| view! {
                    <a
                        class="button ghost square"
                        href=format!("tel:{it}")
                        rel="external"
                        aria-label=i18n.text(Messages::act_call)
                        title=it.display()
                    >
                        <Icon glyph=Glyph::Phone/>
                    </a>
                })}
            </li>
        }
    };
    view! {
        <section class="tied">
            <header>
                <h2>{i18n.text(Messages::nav_contacts)}</h2>
                <span class="count">{part(move || contacts.with(Vec::len))}</span>
            </header>
            <ul>
                <For each=move || contacts.get() key=|it| (it.id, it.updated) let:row>
                    {contact(row)}
                </For>
            </ul>
        </section>
    }
    .into_any()
}
