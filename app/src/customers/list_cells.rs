//! How one customer is drawn in the list.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::row::Row;
use huike_shared::text::Phone;
use leptos::prelude::*;

use super::customer_ref;
use super::list::{ListState, id_of};
use crate::i18n::I18n;
use crate::record::{WaitingMark, choice_label};
use crate::ui::{Avatar, Badge, Column, Slot, Tone, live, part};

/// The columns; fewer while a record stands beside the list.
pub fn columns(i18n: I18n, is_beside: bool) -> Vec<Column> {
    let column = |id: &'static str, label: fn(&Messages) -> String, width: &'static str| Column {
        id,
        label: i18n.text(label),
        width,
        is_number: false,
        is_sortable: true,
    };
    let all = vec![
        column(
            "name",
            Messages::field_customer_name,
            "minmax(180px, 2.2fr)",
        ),
        column("level", Messages::field_customer_level, "72px"),
        column(
            "phone",
            Messages::field_customer_phone,
            "minmax(128px, 1fr)",
        ),
        column(
            "region",
            Messages::field_customer_region,
            "minmax(96px, 1fr)",
        ),
        column("owner", Messages::field_customer_owner, "minmax(96px, 1fr)"),
        column(
            "contacted",
            Messages::customers_last_contact,
            "minmax(96px, 1fr)",
        ),
        column(
            "next",
            Messages::customers_next_task,
            "minmax(140px, 1.4fr)",
        ),
        column("updated", Messages::customers_updated, "minmax(96px, 1fr)"),
    ];
    if is_beside {
        all.into_iter().take(3).collect()
    } else {
        all
    }
}

/// One cell of a pooled row.
pub fn cell(list: ListState, i18n: I18n, column: &'static str, slot: Signal<Slot>) -> AnyView {
    let row = move || list.store.row(customer_ref(id_of(slot.get().key))).get();
    let text = move |index: usize| {
        row()
            .and_then(|it| it.value(index).as_text().map(str::to_owned))
            .unwrap_or_default()
    };
    match column {
        "name" => name_cell(list, slot),
        "level" => view! {
            {part(move || {
                let word = text(Customer::LEVEL.index);
                (!word.is_empty()).then(|| level_badge(i18n, &word))
            })}
        }
        .into_any(),
        "phone" => {
            let words = move || {
                let text = text(Customer::PHONE.index);
                if text.is_empty() {
                    text
                } else {
                    Phone::from_stored(&text).display()
                }
            };
            view! { <span>{part(words)}</span> }.into_any()
        }
        "region" => view! { <span>{part(move || text(Customer::REGION.index))}</span> }.into_any(),
        "owner" => {
            let name = move || {
                let owner = row().and_then(|it| it.value(Customer::OWNER.index).as_id());
                owner
                    .map(|it| list.store.member_name(it))
                    .unwrap_or_default()
            };
            view! { <span>{part(name)}</span> }.into_any()
        }
        "contacted" => {
            let at = move || list.facts.with(|it| it.last_contact(id_of(slot.get().key)));
            view! {
                <span class="quiet" title=live(move || at().map(|it| i18n.instant_exact(it.millis())))>
                    {part(move || at().map(|it| i18n.ago(it.millis())))}
                </span>
            }
            .into_any()
        }
        "next" => next_cell(list, i18n, slot),
        _ => {
            let at = move || row().map(|it| it.updated.at.millis());
            view! {
                <span class="quiet" title=live(move || at().map(|it| i18n.instant_exact(it)))>
                    {part(move || at().map(|it| i18n.ago(it)))}
                </span>
            }
            .into_any()
        }
    }
}

fn name_of(row: Option<&Row>) -> String {
    row.and_then(|it| it.value(Customer::NAME.index).as_text())
        .unwrap_or_default()
        .to_owned()
}

fn name_cell(list: ListState, slot: Signal<Slot>) -> AnyView {
    let name = Signal::derive(move || {
        name_of(
            list.store
                .row(customer_ref(id_of(slot.get().key)))
                .get()
                .as_deref(),
        )
    });
    let mark = move || view! { <WaitingMark record=customer_ref(id_of(slot.get().key))/> };
    view! {
        <Avatar name id=Signal::derive(move || slot.get().key) small=true square=true/>
        <span class="cell-name">{part(move || name.get())}</span>
        {part(mark)}
    }
    .into_any()
}

fn next_cell(list: ListState, i18n: I18n, slot: Signal<Slot>) -> AnyView {
    let next = move || {
        list.facts
            .with(|it| it.next_task(id_of(slot.get().key)).cloned())
    };
    let tone = move || {
        let days = next()
            .and_then(|it| it.due_on)
            .map(|it| i18n.days_until(it));
        match days {
            Some(days) if days < 0 => Tone::Bad,
            Some(0) => Tone::Due,
            _ => Tone::Neutral,
        }
    };
    view! {
        {part(move || {
            next()
                .map(|task| {
                    let due = task.due_on;
                    view! {
                        {due.map(|it| view! { <Badge label=i18n.date(it) tone=Signal::derive(tone)/> })}
                        <span>{task.title}</span>
                    }
                })
        })}
    }
    .into_any()
}

/// A level as a badge.
pub fn level_badge(i18n: I18n, word: &str) -> AnyView {
    let tone = match word {
        "a" => Tone::Good,
        "b" => Tone::Accent,
        _ => Tone::Neutral,
    };
    view! { <Badge label=choice_label(i18n, "level", word) tone=tone/> }.into_any()
}

/// A customer in two lines.
pub fn compact_row(list: ListState, i18n: I18n, slot: Signal<Slot>) -> AnyView {
    let row = Memo::new(move |_| list.store.row(customer_ref(id_of(slot.get().key))).get());
    let name = Signal::derive(move || row.with(|it| name_of(it.as_deref())));
    let second = move || {
        row.with(|it| {
            let row: Option<&Arc<Row>> = it.as_ref();
            let text = |index: usize| {
                row.and_then(|it| it.value(index).as_text())
                    .map(str::to_owned)
                    .filter(|it| !it.is_empty())
            };
            let phone = text(Customer::PHONE.index).map(|it| Phone::from_stored(&it).display());
            let status = text(Customer::STATUS.index).map(|it| choice_label(i18n, "status", &it));
            let parts = [status, phone, text(Customer::REGION.index)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    let level = move || {
        row.with(|it| {
            it.as_ref()
                .and_then(|it| it.value(Customer::LEVEL.index).as_text().map(str::to_owned))
        })
    };
    view! {
        <div class="list-row">
            <Avatar name id=Signal::derive(move || slot.get().key) square=true/>
            <span class="list-words">
                <b>{part(move || name.get())}</b>
                <span>{part(second)}</span>
            </span>
            <span class="list-end">
                {part(move || level().map(|it| level_badge(i18n, &it)))}
                {part(move || view! { <WaitingMark record=customer_ref(id_of(slot.get().key))/> })}
            </span>
        </div>
    }
    .into_any()
}
