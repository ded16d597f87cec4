//! The rows of the list of customers: a table on a desktop, two lines each where there is less room.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::record::Record as _;
use leptos::prelude::*;

use super::list::{ListState, id_of, key_of};
use super::{list_cells, order};
use crate::i18n::{use_appearance, use_i18n};
use crate::record::FieldInput;
use crate::ui::{Column, RowEditor, Sort, Table, VirtualList};

/// The table of a desktop.
#[component]
pub fn FullRows(
    /// The list.
    list: ListState,
    /// The customer beside it.
    open: Memo<Option<RecordId>>,
) -> impl IntoView {
    let (i18n, look) = (use_i18n(), use_appearance());
    let sort = move |sort: Sort| {
        list.nav
            .set_query(&[("sort", order::write(sort).as_deref())]);
    };
    let select_all = move |is_on: bool| {
        if is_on {
            list.selected.set(Arc::new(
                list.keys.with_untracked(|it| it.iter().copied().collect()),
            ));
        } else {
            list.clear_selection();
        }
    };
    let press =
        move |(ev, key): (web_sys::KeyboardEvent, Option<u128>)| match (ev.key().as_str(), key) {
            ("e", Some(key)) => {
                list.open(key, false);
                true
            }
            ("Escape", _) if !list.selected.with_untracked(|it| it.is_empty()) => {
                list.clear_selection();
                true
            }
            _ => false,
        };
    // With a record beside the list, the arrows walk through the records.
    Effect::new(move |old: Option<Option<u128>>| {
        let cursor = list.place.with(|it| it.cursor);
        if let (Some(key), Some(Some(_))) = (cursor, old)
            && open.get_untracked().is_some_and(|it| key_of(it) != key)
        {
            list.open(key, true);
        }
        cursor
    });
    let editor = RowEditor {
        field: Arc::new(move |key, column| {
            let field = list_cells::field_of(column)?;
            let record = super::customer_ref(id_of(key));
            Some(view! { <FieldInput record field bare=true/> }.into_any())
        }),
        is_allowed: Signal::derive(move || list.store.may_on(Customer::DEF.kind, Action::Edit)),
        label: i18n.text(Messages::common_edit),
    };
    let is_beside = Memo::new(move |_| open.get().is_some());
    // Every row reads them, so they are made once.
    let columns = Memo::new_with_compare(
        move |_| list_cells::columns(i18n, is_beside.get()),
        |_, _| true,
    );
    view! {
        <Table
            columns=columns
            keys=Signal::derive(move || list.keys.get())
            cells=Arc::new(move |key, columns: &[Column]| list_cells::cells(list, i18n, key, columns))
            row_height=look.row_height()
            label=i18n.text(Messages::customers_title)
            place=list.place
            sort=Signal::derive(move || Some(list.sort.get()))
            on_sort=sort
            on_open=move |key| list.open(key, false)
            selected=Signal::derive(move || list.selected.get())
            on_select=move |key| list.toggle(key)
            on_select_all=select_all
            select_label=i18n.text(Messages::keys_select)
            on_key=press
            editor=editor
        />
    }
    .into_any()
}

/// Two lines a customer, where there is less room.
#[component]
pub fn CompactRows(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <VirtualList
            keys=Signal::derive(move || list.keys.get())
            row=Arc::new(move |slot| list_cells::compact_row(list, i18n, slot))
            row_height=60.0
            label=i18n.text(Messages::customers_title)
            place=list.place
            on_open=move |key| list.open(key, false)
        />
    }
    .into_any()
}
