//! Choosing a record by name: one search box, the best matches below.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::id::RecordId;
use huike_shared::record::{FieldDef, FieldKind, Kind, RecordRef};
use huike_shared::registry;
use huike_shared::row::Row;
use huike_shared::scalar::Scalar;
use huike_shared::search::Query;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::{title_of_row, value_words};
use crate::i18n::use_i18n;
use crate::routes::{path_of, use_nav};
use crate::store::{LocalStore, use_store};
use crate::ui::{Glyph, Icon, IconButton, SearchField, Sheet, Show, listen, live, part};

/// Matches that are shown; whoever does not find it types one more letter.
const SHOWN_MAX: usize = 30;

/// The live rows of a kind that answer a query, best first.
pub fn matches(store: LocalStore, kind: Kind, typed: &str, shown_max: usize) -> Vec<Arc<Row>> {
    let query = Query::parse(typed);
    let rows = store.rows(kind).get();
    let mut found: Vec<&Arc<Row>> = rows.iter().filter(|it| query.matches(it)).collect();
    let order = |row: &&Arc<Row>| (query.grade(row), std::cmp::Reverse(row.updated.at));
    if query.is_empty() {
        found.sort_by_key(|it| std::cmp::Reverse(it.updated.at));
    } else {
        found.sort_by_cached_key(order);
    }
    found.into_iter().take(shown_max).cloned().collect()
}

/// A sheet that finds one record of a kind.
#[component]
pub fn RecordPicker(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What is looked for.
    kind: Kind,
    /// Its heading.
    #[prop(into)]
    label: Signal<String>,
    /// Takes the choice; `None` clears.
    #[prop(into)]
    on_choose: Callback<Option<RecordId>>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let typed = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        if open.get() {
            matches(store, kind, &typed.get(), SHOWN_MAX)
        } else {
            Vec::new()
        }
    });
    let choose = move |id: Option<RecordId>| {
        open.set(false);
        typed.set(String::new());
        on_choose.run(id);
    };
    let take_first = move |()| {
        if let Some(first) = found.with_untracked(|it| it.first().map(|it| it.id)) {
            choose(Some(first));
        }
    };
    let second = move |row: &Row| -> String {
        let Some(def) = registry::def(row.kind) else {
            return String::new();
        };
        let index = def
            .fields
            .iter()
            .position(|it| matches!(it.name, "phone" | "customer"));
        index
            .map(|it| value_words(store, i18n, &def.fields[it], row.value(it)))
            .unwrap_or_default()
    };
    view! {
        <Sheet open title=label close_label=i18n.text(Messages::common_close)>
            <SearchField
                label=i18n.text(Messages::common_search)
                value=typed
                on_leave=take_first
            />
            <div class="picker-results" role="listbox" aria-label=live(move || label.get())>
                {part(move || {
                    found
                        .get()
                        .into_iter()
                        .map(|row| {
                            let id = row.id;
                            view! {
                                <button
                                    type="button"
                                    class="tied-row"
                                    role="option"
                                    aria-selected="false"
                                    on:click=listen(move |_| choose(Some(id)))
                                >
                                    <span class="list-words">
                                        <b>{title_of_row(&row, i18n)}</b>
                                        <span>{second(&row)}</span>
                                    </span>
                                </button>
                            }
                        })
                        .collect_view()
                })}
            </div>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="picker-none">{i18n.text(Messages::empty_nothing_found)}</p>
            </Show>
            <button type="button" class="button ghost" on:click=listen(move |_| choose(None))>
                <span>{i18n.text(Messages::picker_clear)}</span>
            </button>
        </Sheet>
    }
    .into_any()
}

/// A link field: the linked record's name leads to it, the pencil chooses another.
#[component]
pub fn LinkInput(
    /// The record.
    record: RecordRef,
    /// Its field, a link.
    field: &'static FieldDef,
    /// What the field is called.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it may be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let (store, i18n, nav) = (use_store(), use_i18n(), use_nav());
    let FieldKind::Link(kind) = field.kind else {
        return ().into_any();
    };
    let Some((def, target)) = registry::def(record.kind).zip(registry::def_by_name(kind)) else {
        return ().into_any();
    };
    let row = store.row(record);
    let linked = Memo::new(move |_| {
        row.with(|it| {
            it.as_ref()
                .and_then(|it| it.by_key(def, field.name).as_id())
        })
    });
    let is_open = RwSignal::new(false);
    let choose = move |id: Option<RecordId>| {
        store.set_key(record, field.name, id.map_or(Scalar::Null, Scalar::from));
    };
    let name = move || {
        linked.get().map(|id| {
            let other = store.row(RecordRef {
                kind: target.kind,
                id,
            });
            let words = move || {
                let row = other.get();
                row.map_or_else(
                    || i18n.t(Messages::record_missing),
                    |it| title_of_row(&it, i18n),
                )
            };
            let path = move || other.get().map(|it| path_of(&it));
            view! {
                <a
                    class="link-value"
                    href=live(path)
                    on:click=listen(move |ev: MouseEvent| {
                        if let Some(path) = untrack(path) {
                            ev.prevent_default();
                            nav.to(&path);
                        }
                    })
                >
                    {part(words)}
                </a>
            }
        })
    };
    view! {
        <div class="link-input">
            {part(name)}
            <Show when=move || linked.get().is_none()>
                <button
                    type="button"
                    class="inline-value empty"
                    aria-label=live(move || label.get())
                    disabled=live(move || disabled.get())
                    on:click=listen(move |_| is_open.set(true))
                >
                    "—"
                </button>
            </Show>
            <Show when=move || linked.get().is_some() && !disabled.get()>
                <IconButton
                    glyph=Glyph::Pencil
                    label=Signal::derive(move || i18n.t(|m| m.picker_change(&label.get())))
                    on_press=move |()| is_open.set(true)
                />
            </Show>
            <RecordPicker open=is_open kind=target.kind label on_choose=choose/>
        </div>
    }
    .into_any()
}

/// A link that is not stored yet: for forms.
#[component]
pub fn LinkDraft(
    /// What is linked to.
    kind: Kind,
    /// What the field is called.
    #[prop(into)]
    label: Signal<String>,
    /// The id as text; empty for none.
    value: RwSignal<String>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let is_open = RwSignal::new(false);
    let words = move || {
        let id = value.with(|it| RecordId::parse(it).ok());
        match id.and_then(|id| store.peek(RecordRef { kind, id })) {
            Some(row) => title_of_row(&row, i18n),
            None => i18n.t(Messages::picker_choose),
        }
    };
    let choose =
        move |id: Option<RecordId>| value.set(id.map(|it| it.to_string()).unwrap_or_default());
    view! {
        <div class="field">
            <label>{part(move || label.get())}</label>
            <button
                type="button"
                class="input link-draft"
                aria-label=live(move || format!("{}: {}", label.get(), words()))
                on:click=listen(move |_| is_open.set(true))
            >
                <span>{part(words)}</span>
                <Icon glyph=Glyph::ChevronsUpDown/>
            </button>
            <RecordPicker open=is_open kind label on_choose=choose/>
        </div>
    }
    .into_any()
}
