//! The fields of a record in groups; empty ones are folded away until they are asked for.

use huike_messages::Messages;
use huike_shared::record::{FieldDef, FieldKind, KindDef, RecordRef};
use leptos::prelude::*;

use super::{FieldInput, field_label};
use crate::history::find_history;
use crate::i18n::use_i18n;
use crate::store::use_store;
use crate::ui::{Glyph, Icon, Show, listen, live, part};

/// A group of fields under a heading.
#[derive(Clone, Copy, Debug)]
pub struct FieldGroup {
    /// The key of its heading's message.
    pub title: &'static str,
    /// Its fields by name.
    pub fields: &'static [&'static str],
    /// Fields that are shown even while they are empty.
    pub always: &'static [&'static str],
}

/// Every group of a record.
#[component]
pub fn FieldGroups(
    /// The record.
    record: RecordRef,
    /// Its description.
    def: &'static KindDef,
    /// The groups from top to bottom.
    groups: &'static [FieldGroup],
) -> impl IntoView {
    let i18n = use_i18n();
    let shows_empty = RwSignal::new(false);
    let store = use_store();
    let row = store.row(record);
    let is_empty =
        move |index: usize| row.with(|it| it.as_ref().is_none_or(|it| it.value(index).is_null()));
    let place = move |name: &str| def.fields.iter().position(|it| it.name == name);
    let hidden_count = Memo::new(move |_| {
        let foldable = groups.iter().flat_map(|group| {
            group
                .fields
                .iter()
                .filter(|it| !group.always.contains(it))
                .filter_map(|it| place(it))
        });
        foldable.filter(|it| is_empty(*it)).count()
    });
    let line = move |index: usize, field: &'static FieldDef, is_always: bool| {
        // A field that was just cleared stays where it is: folding it away would look like a fault.
        let is_shown = Memo::new(move |old: Option<&bool>| {
            is_always || shows_empty.get() || !is_empty(index) || old == Some(&true)
        });
        let is_wide = matches!(field.kind, FieldKind::Paragraphs | FieldKind::Note);
        view! {
            <Show when=move || is_shown.get()>
                <div class="field-row" class:wide=is_wide>
                    <dt><FieldName def field/></dt>
                    <dd>
                        <FieldInput record field/>
                    </dd>
                </div>
            </Show>
        }
    };
    let group = move |group: &FieldGroup| {
        let (title, always) = (group.title, group.always);
        let lines = group
            .fields
            .iter()
            .filter_map(|name| Some((place(name)?, always.contains(name))))
            .map(|(index, is_always)| line(index, &def.fields[index], is_always))
            .collect_view();
        view! {
            <details class="field-group" open>
                <summary>
                    <Icon glyph=Glyph::ChevronRight/>
                    <span>{part(move || i18n.by_key(title))}</span>
                </summary>
                <dl class="fields" data-edit-group="">
                    {lines}
                </dl>
            </details>
        }
    };
    view! {
        {groups.iter().map(group).collect_view()}
        <Show when=move || hidden_count.get() != 0 || shows_empty.get()>
            <button
                type="button"
                class="button ghost fold-fields"
                aria-expanded=live(move || shows_empty.get().to_string())
                on:click=listen(move |_| shows_empty.update(|it| *it = !*it))
            >
                <span>
                    {part(move || {
                        if shows_empty.get() {
                            i18n.t(Messages::fields_hide_empty)
                        } else {
                            i18n.t(|m| m.fields_show_empty(hidden_count.get() as i64))
                        }
                    })}
                </span>
            </button>
        </Show>
    }
    .into_any()
}

/// What a field is called; on the page of a record also the way to its history.
#[component]
pub fn FieldName(
    /// The description of the record.
    def: &'static KindDef,
    /// The field.
    field: &'static FieldDef,
) -> impl IntoView {
    let i18n = use_i18n();
    let label = move || field_label(i18n, def, field.name);
    let Some(history) = find_history() else {
        return part(label).into_any();
    };
    let words = move || i18n.t(|m| m.past_of_field(&label()));
    view! {
        {part(label)}
        <button
            type="button"
            class="field-past"
            tabindex="-1"
            aria-label=live(words)
            title=live(words)
            on:click=listen(move |_| history.open(Some(field.name)))
        >
            <Icon glyph=Glyph::History/>
        </button>
    }
    .into_any()
}
