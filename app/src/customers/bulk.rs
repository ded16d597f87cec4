//! What can be done to several customers at once; all of it in one edit that one tap undoes.

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::local::IntentPart;
use huike_shared::record::{FieldDef, Record, RecordRef};
use leptos::prelude::*;

use super::customer_ref;
use super::list::{ListState, id_of};
use crate::i18n::use_i18n;
use crate::record::{choices_of, field_label, parse_typed};
use crate::store::EditLabel;
use crate::ui::{Button, ButtonKind, Glyph, IconButton, Menu, MenuItem, Show, part};

/// The bar over the list while something is selected.
#[component]
pub fn BulkBar(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let i18n = use_i18n();
    let count = move || list.selected.with(|it| it.len());
    let chosen = move || -> Vec<RecordRef> {
        list.selected
            .with_untracked(|it| it.iter().map(|key| customer_ref(id_of(*key))).collect())
    };
    let put = move |field: &'static FieldDef, label: EditLabel, typed: &str| {
        let Ok(value) = parse_typed(field, typed) else {
            return;
        };
        let part = |record| IntentPart {
            record,
            values: vec![(field.name.into(), value.clone())],
        };
        list.store
            .edit(label, chosen().into_iter().map(part).collect());
        list.clear_selection();
    };
    let delete = move |()| {
        list.store.delete(&chosen());
        list.clear_selection();
    };
    let menu = move |name: &'static str, glyph: Glyph, edit: EditLabel| {
        let field = Customer::DEF.fields.iter().find(|it| it.name == name)?;
        let label = Signal::derive(move || field_label(i18n, Customer::DEF, name));
        let items = move || {
            choices_of(list.store, i18n, field)
                .into_iter()
                .map(|choice| {
                    let value = choice.value;
                    view! {
                        <MenuItem
                            label=Signal::stored(choice.label)
                            on_press=move |()| put(field, edit, &value)
                        />
                    }
                })
                .collect_view()
        };
        Some(view! { <Menu label glyph>{items()}</Menu> }.into_any())
    };
    view! {
        <Show when=move || count() != 0>
            <div class="bulk-bar" role="toolbar" aria-label=i18n.text(Messages::common_actions)>
                <span role="status">{part(move || i18n.t(|m| m.common_selected(count() as i64)))}</span>
                {menu("owner", Glyph::Contact, EditLabel::Assign)}
                {menu("status", Glyph::CircleDot, EditLabel::Bulk)}
                {menu("level", Glyph::Flag, EditLabel::Bulk)}
                <Button
                    label=i18n.text(Messages::common_delete)
                    glyph=Glyph::Trash
                    kind=ButtonKind::Ghost
                    on_press=delete
                />
                <IconButton
                    glyph=Glyph::Close
                    label=i18n.text(Messages::common_clear_selection)
                    on_press=move |()| list.clear_selection()
                />
            </div>
        </Show>
    }
    .into_any()
}
