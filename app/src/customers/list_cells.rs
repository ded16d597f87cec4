//! How one customer is drawn in the list.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::record::{FieldDef, Record};
use huike_shared::row::Row;
use huike_shared::text::Phone;
use huike_shared::time::Timestamp;
use leptos::prelude::*;

use super::customer_ref;
use super::list::{ListState, id_of};
use crate::i18n::I18n;
use crate::record::{WaitingMark, choice_label};
use crate::ui::{Avatar, Badge, Cell, CellLook, Column, Slot, Tone, part};

/// The columns; fewer while a record stands beside the list.
pub fn columns(i18n: I18n, is_beside: bool) -> Vec<Column> {
    let column = |id: &'static str, label: fn(&Messages) -> String, width: &'static str| Column {
        id,
        label: i18n.text(label),
        width,
        is_number: false,
        is_sortable: true,
        is_editable: field_of(id).is_some(),
    };
    let all = vec![
        column(
            "name",
            Messages::field_customer_name,
            "minmax(220px, 2.2fr)",
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

/// The field behind a column that is changed where it stands.
pub fn field_of(column: &str) -> Option<&'static FieldDef> {
    let is_own = matches!(column, "name" | "level" | "phone" | "region" | "owner");
    let mut fields = Customer::DEF.fields.iter();
    fields.find(|it| is_own && it.name == column)
}

/// What the cells of one customer show.
pub fn cells(list: ListState, i18n: I18n, key: u128, columns: &[Column]) -> Vec<Cell> {
    let id = id_of(key);
    let row = list.store.row(customer_ref(id)).get();
    let row = row.as_deref();
    let text = |index: usize| {
        row.and_then(|it| it.value(index).as_text())
            .unwrap_or_default()
    };
    let plain = |text: String| Cell {
        text,
        ..Cell::default()
    };
    let moment = |at: Option<Timestamp>| Cell {
        text: at.map(|it| i18n.ago(it.millis())).unwrap_or_default(),
        look: CellLook::Quiet,
        title: at.map(|it| i18n.instant_exact(it.millis())),
        ..Cell::default()
    };
    let cell = |column: &Column| match column.id {
        "name" => {
            let is_waiting = list.store.is_waiting(customer_ref(id)).get();
            Cell {
                company: Some((key, name_of(row))),
                text: name_of(row),
                look: CellLook::Name,
                dot: is_waiting.then(|| i18n.t(Messages::sync_on_device)),
                ..Cell::default()
            }
        }
        "level" => {
            let word = text(Customer::LEVEL.index);
            Cell {
                badge: (!word.is_empty())
                    .then(|| (choice_label(i18n, "level", word), level_tone(word))),
                ..Cell::default()
            }
        }
        "phone" => match text(Customer::PHONE.index) {
            "" => Cell::default(),
            text => plain(Phone::from_stored(text).display()),
        },
        "region" => plain(text(Customer::REGION.index).to_owned()),
        "owner" => {
            let owner = row.and_then(|it| it.value(Customer::OWNER.index).as_id());
            plain(
                owner
                    .map(|it| list.store.member_name(it))
                    .unwrap_or_default(),
            )
        }
        "contacted" => moment(list.facts.with(|it| it.last_contact(id))),
        "next" => next_cell(list, i18n, id),
        _ => moment(row.map(|it| it.updated.at)),
    };
    columns.iter().map(cell).collect()
}

fn next_cell(list: ListState, i18n: I18n, id: RecordId) -> Cell {
    let Some(task) = list.facts.with(|it| it.next_task(id).cloned()) else {
        return Cell::default();
    };
    let due = task.due_on.map(|it| {
        let tone = match i18n.days_until(it) {
            ..0 => Tone::Bad,
            0 => Tone::Due,
            _ => Tone::Neutral,
        };
        (i18n.date(it), tone)
    });
    Cell {
        badge: due,
        text: task.title,
        ..Cell::default()
    }
}

fn name_of(row: Option<&Row>) -> String {
    row.and_then(|it| it.value(Customer::NAME.index).as_text())
        .unwrap_or_default()
        .to_owned()
}

/// A level as a badge.
pub fn level_badge(i18n: I18n, word: &str) -> AnyView {
    view! { <Badge label=choice_label(i18n, "level", word) tone=level_tone(word)/> }.into_any()
}

fn level_tone(word: &str) -> Tone {
    match word {
        "a" => Tone::Good,
        "b" => Tone::Accent,
        _ => Tone::Neutral,
    }
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
