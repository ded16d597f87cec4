//! What a customer is tied to: contacts, deals, tasks.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::Contact;
use huike_shared::deals::{Deal, Pipeline};
use huike_shared::followups::Task;
use huike_shared::id::{Id, RecordId};
use huike_shared::place::Outcome;
use huike_shared::record::{Kind, Record, RecordRef};
use huike_shared::row::Row;
use huike_shared::text::Phone;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::i18n::{I18n, use_i18n};
use crate::record::title_of_row;
use crate::routes::{path_of, use_nav};
use crate::shell::use_creation;
use crate::store::device::now;
use crate::store::{LocalStore, Rows, use_store};
use crate::ui::{Avatar, Badge, Checkbox, For, Glyph, Icon, IconButton, Show, Tone, listen, part};

/// Everything a customer is tied to.
#[component]
pub fn Ties(
    /// The customer.
    id: RecordId,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let contacts = sorted(store.linked(Contact::DEF.kind, "customer", id), |it| {
        (!it.get(Contact::IS_PRIMARY), it.sort.clone())
    });
    let deals = sorted(store.linked(Deal::DEF.kind, "customer", id), |it| {
        (
            !it.get(Deal::OUTCOME).is_open(),
            std::cmp::Reverse(it.updated.at),
        )
    });
    let tasks = sorted(store.linked(Task::DEF.kind, "customer", id), |it| {
        let due = it.get(Task::DUE_ON);
        (it.get(Task::DONE_AT).is_some(), due.is_none(), due)
    });
    let open_tasks = Signal::derive(move || {
        let open = |it: &Arc<Row>| it.get(Task::DONE_AT).is_none();
        tasks.get().into_iter().filter(open).collect::<Vec<_>>()
    });
    view! {
        <Tied
            title=i18n.text(Messages::contacts_title)
            add=i18n.text(Messages::contacts_new)
            none=i18n.text(Messages::contacts_empty)
            kind=Contact::DEF.kind
            customer=id
            rows=contacts
            draw=move |row| contact_row(i18n, &row)
        />
        <Tied
            title=i18n.text(Messages::deals_title)
            add=i18n.text(Messages::deals_new)
            none=i18n.text(Messages::tied_no_deals)
            kind=Deal::DEF.kind
            customer=id
            rows=deals
            draw=move |row| deal_row(store, i18n, &row)
        />
        <Tied
            title=i18n.text(Messages::tasks_title)
            add=i18n.text(Messages::tasks_new)
            none=i18n.text(Messages::tasks_empty)
            kind=Task::DEF.kind
            customer=id
            rows=open_tasks
            draw=move |row| task_row(store, i18n, &row)
        />
    }
    .into_any()
}

fn sorted<K: Ord + 'static>(rows: Signal<Rows>, key: fn(&Row) -> K) -> Signal<Vec<Arc<Row>>> {
    Signal::derive(move || {
        let mut rows = rows.get().to_vec();
        rows.sort_by_cached_key(|it| key(it));
        rows
    })
}

#[component]
fn Tied(
    title: Signal<String>,
    add: Signal<String>,
    none: Signal<String>,
    kind: Kind,
    customer: RecordId,
    rows: Signal<Vec<Arc<Row>>>,
    #[prop(into)] draw: Callback<Arc<Row>, AnyView>,
) -> impl IntoView {
    let creation = use_creation();
    view! {
        <section class="tied">
            <header>
                <h2>{part(move || title.get())}</h2>
                <span class="count">{part(move || rows.with(|it| (!it.is_empty()).then_some(it.len())))}</span>
                <IconButton
                    glyph=Glyph::Plus
                    label=add
                    on_press=move |()| creation.open(kind, vec![("customer", customer)])
                />
            </header>
            <ul>
                <For each=move || rows.get() key=|it| (it.id, it.updated.at) let:row>
                    <li>{draw.run(row)}</li>
                </For>
            </ul>
            <Show when=move || rows.with(|it| it.is_empty())>
                <p class="tied-none">{part(move || none.get())}</p>
            </Show>
        </section>
    }
    .into_any()
}

/// A row that leads to its record.
fn lead(row: &Row, inside: impl IntoView + 'static) -> AnyView {
    let nav = use_nav();
    let path = path_of(row);
    let target = path.clone();
    view! {
        <a
            class="tied-row"
            href=path
            on:click=listen(move |ev: MouseEvent| {
                if !ev.ctrl_key() && !ev.meta_key() {
                    ev.prevent_default();
                    nav.to(&target);
                }
            })
        >
            {inside.into_any()}
        </a>
    }
    .into_any()
}

fn contact_row(i18n: I18n, row: &Arc<Row>) -> AnyView {
    let contact = Contact::from_row(row);
    let name = title_of_row(row, i18n);
    let phone = contact.phone.as_ref().map(Phone::display);
    let call = contact.phone.as_ref().map(|it| format!("tel:{it}"));
    let words = [contact.job_title.map(|it| it.to_string()), phone];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let inside = view! {
        <Avatar name=name.clone() id=u128::from_be_bytes(row.id.0)/>
        <span class="list-words">
            <b>{name}</b>
            <span>{words}</span>
        </span>
        {contact
            .is_primary
            .then(|| view! { <Badge label=i18n.t(Messages::field_contact_is_primary) tone=Tone::Accent/> })}
    };
    view! {
        <div class="tied-with-act">
            {lead(row, inside)}
            {call
                .map(|call| {
                    let words = i18n.t(Messages::act_call);
                    view! {
                        <a class="button ghost square" href=call rel="external" aria-label=words.clone() title=words>
                            <Icon glyph=Glyph::Phone/>
                        </a>
                    }
                })}
        </div>
    }
    .into_any()
}

fn deal_row(store: LocalStore, i18n: I18n, row: &Arc<Row>) -> AnyView {
    let deal = Deal::from_row(row);
    let pipeline = RecordRef {
        kind: Pipeline::DEF.kind,
        id: deal.place.pipeline,
    };
    let stage = store.peek(pipeline).and_then(|it| {
        Pipeline::stages(&it)
            .into_iter()
            .find(|it| it.0 == deal.place.stage)
            .map(|it| it.1.name.to_string())
    });
    let (words, tone) = match deal.outcome {
        Outcome::Open => (stage.unwrap_or_default(), Tone::Accent),
        Outcome::Won => (i18n.t(Messages::deals_won), Tone::Good),
        Outcome::Lost { .. } => (i18n.t(Messages::deals_lost), Tone::Bad),
    };
    let amount = deal
        .amount
        .map(|it| i18n.money_short(it.minor(), it.currency().code(), it.currency().exponent()));
    let inside = view! {
        <span class="list-words">
            <b>{title_of_row(row, i18n)}</b>
            <span><Badge label=words tone=tone/></span>
        </span>
        <span class="list-end">{amount}</span>
    };
    lead(row, inside)
}

fn task_row(store: LocalStore, i18n: I18n, row: &Arc<Row>) -> AnyView {
    let task = Task::from_row(row);
    let id = Id::<Task>::from_raw(row.id);
    let title = title_of_row(row, i18n);
    let tone = match task.due_on.map(|it| i18n.days_until(it)) {
        Some(days) if days < 0 => Tone::Bad,
        Some(0) => Tone::Due,
        _ => Tone::Neutral,
    };
    let inside = view! {
        <span class="list-words">
            <b>{title.clone()}</b>
        </span>
        {task.due_on.map(|it| view! { <Badge label=i18n.date(it) tone=tone/> })}
    };
    view! {
        <div class="tied-with-act">
            <Checkbox
                label=title
                checked=false
                bare=true
                round=true
                on_change=move |is_done: bool| {
                    store.set(id, Task::DONE_AT, is_done.then(now));
                }
            />
            {lead(row, inside)}
        </div>
    }
    .into_any()
}
