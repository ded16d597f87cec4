//! A table of records: sortable head, pooled rows, one cell after another.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::ev::{Event, MouseEvent, PointerEvent};
use leptos::prelude::*;

use super::live::{For, listen, live, part};

use super::cells::{CellsOf, cells as draw_cells};
use super::icon::{Glyph, icon};
use super::row_edit::{Editing, RowEditor, fields as edit_cells, pencil};
use super::virtual_list::{ListPlace, Slot, VirtualList};

/// One column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name in code, given back when it is sorted and when its cells are drawn.
    pub id: &'static str,
    /// Its name on the screen.
    pub label: Signal<String>,
    /// A grid track: `160px`, `minmax(200px, 2fr)`.
    pub width: &'static str,
    /// Aligned to the end, as numbers are.
    pub is_number: bool,
    /// Whether a click on its head sorts.
    pub is_sortable: bool,
    /// Whether its cells are changed where they stand; the table has a [`RowEditor`] then.
    pub is_editable: bool,
}

/// The order of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Id of the column.
    pub column: &'static str,
    /// Largest first.
    pub is_descending: bool,
}

/// A windowed table.
#[component]
pub fn Table(
    /// The columns from left to right; the first one stays when the rest scrolls sideways.
    #[prop(into)]
    columns: Signal<Vec<Column>>,
    /// The records in order.
    #[prop(into)]
    keys: Signal<Arc<[u128]>>,
    /// What the cells of a record show.
    cells: CellsOf,
    /// Height of every row in pixels.
    #[prop(into)]
    row_height: Signal<f64>,
    /// What the table is called.
    #[prop(into)]
    label: Signal<String>,
    /// Position and cursor.
    place: RwSignal<ListPlace>,
    /// The present order.
    #[prop(into)]
    sort: Signal<Option<Sort>>,
    /// Asks for another order.
    #[prop(into)]
    on_sort: Callback<Sort>,
    /// Opens a record.
    #[prop(into)]
    on_open: Callback<u128>,
    /// Which records are selected; without it there are no check boxes.
    #[prop(optional, into)]
    selected: Option<Signal<Arc<HashSet<u128>>>>,
    /// Selects or unselects a record.
    #[prop(optional, into)]
    on_select: Option<Callback<u128>>,
    /// Selects or unselects all.
    #[prop(optional, into)]
    on_select_all: Option<Callback<bool>>,
    /// What the check boxes are called.
    #[prop(optional, into)]
    select_label: Signal<String>,
    /// Any other key, with the record under the cursor; true if it was used.
    #[prop(optional, into)]
    on_key: Option<Callback<(web_sys::KeyboardEvent, Option<u128>), bool>>,
    /// How cells are changed where they stand.
    editor: RowEditor,
) -> impl IntoView {
    let editing = Editing::new(None);
    let tracks = Memo::new(move |_| {
        let widths =
            columns.with(|all| all.iter().map(|it| it.width).collect::<Vec<_>>().join(" "));
        if selected.is_some() {
            format!("36px {widths}")
        } else {
            widths
        }
    });
    let is_all = move || {
        selected
            .is_some_and(|it| it.with(|it| !it.is_empty() && it.len() == keys.with(|it| it.len())))
    };
    let head = view! {
        <div class="table-head" role="row" aria-rowindex="1">
            {selected
                .map(|_| {
                    view! {
                        <div class="cell check" role="columnheader">
                            <input
                                type="checkbox"
                                tabindex="-1"
                                aria-label=live(move || select_label.get())
                                prop:checked=live(is_all)
                                on:change=listen(move |ev: Event| {
                                    on_select_all.inspect(|it| it.run(event_target_checked(&ev)));
                                })
                            />
                        </div>
                    }
                })}
            <For each=move || columns.get() key=|it| it.id let:column>
                {head_cell(column, sort, on_sort)}
            </For>
        </div>
    }
    .into_any();

    let point = pencil(columns, editing, editor.clone());
    let is_allowed = editor.is_allowed;
    let press = move |(ev, key): (web_sys::KeyboardEvent, Option<u128>)| {
        let first =
            columns.with_untracked(|it| it.iter().find(|it| it.is_editable).map(|it| it.id));
        match (ev.key().as_str(), key, first) {
            ("F2", Some(key), Some(first)) if is_allowed.get_untracked() => {
                editing.set(Some((key, first)));
                true
            }
            _ => on_key.is_some_and(|it| it.run((ev, key))),
        }
    };
    let row = Arc::new(move |slot: Signal<Slot>| {
        let edited = Memo::new(move |_| editing.get().filter(|it| it.0 == slot.get().key));
        let (cells, editor, point) = (Arc::clone(&cells), editor.clone(), point.clone());
        let content = move || match edited.get() {
            Some(at) => {
                let words = written_in(columns, at.0, Arc::clone(&cells));
                edit_cells(columns, at, editing, editor.clone(), words)
            }
            None => {
                let point = point.clone();
                let point = move |ev: PointerEvent| point(&ev, slot.get_untracked().key);
                draw_cells(columns, slot, Arc::clone(&cells), point)
            }
        };
        view! {
            {selected
                .map(|selected| {
                    view! {
                        <div
                            class="cell check"
                            role="gridcell"
                            on:click=listen(move |ev: MouseEvent| {
                                // Next to the box counts as the box: it is small.
                                ev.stop_propagation();
                                on_select.inspect(|it| it.run(slot.get_untracked().key));
                            })
                        >
                            <input
                                type="checkbox"
                                tabindex="-1"
                                aria-label=live(move || select_label.get())
                                prop:checked=live(move || selected.with(|it| it.contains(&slot.get().key)))
                                on:click=listen(move |ev: MouseEvent| {
                                    ev.stop_propagation();
                                    on_select.inspect(|it| it.run(slot.get_untracked().key));
                                })
                            />
                        </div>
                    }
                })}
            {part(content)}
        }
        .into_any()
    });

    view! {
        <VirtualList
            keys=keys
            row=row
            row_height=row_height
            label=label
            place=place
            on_open=on_open
            on_select=Callback::new(move |key| {
                on_select.inspect(|it| it.run(key));
            })
            on_key=Callback::new(press)
            selected=Signal::derive(move || selected.map(|it| it.get()).unwrap_or_default())
            head=head
            columns=move || tracks.get()
        />
    }
    .into_any()
}

/// What stands in the cells of a record that cannot be changed.
fn written_in(
    columns: Signal<Vec<Column>>,
    key: u128,
    cells: CellsOf,
) -> Arc<dyn Fn(&'static str) -> String + Send + Sync> {
    Arc::new(move |id| {
        columns.with(|columns| {
            let at = columns.iter().position(|it| it.id == id);
            at.and_then(|it| cells(key, columns).into_iter().nth(it))
                .map(|it| it.text)
                .unwrap_or_default()
        })
    })
}

fn head_cell(column: Column, sort: Signal<Option<Sort>>, on_sort: Callback<Sort>) -> AnyView {
    let id = column.id;
    let label = column.label;
    let direction = move || {
        sort.get()
            .filter(|it| it.column == id)
            .map(|it| it.is_descending)
    };
    let press = move |_| {
        on_sort.run(Sort {
            column: id,
            is_descending: direction() == Some(false),
        });
    };
    let aria_sort = move || match direction() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    let mark = move || {
        direction().map(|it| icon(if it { Glyph::ArrowDown } else { Glyph::ArrowUp }, "icon"))
    };
    let content = if column.is_sortable {
        view! {
            <button type="button" class="head-button" on:click=listen(press)>
                <span>{part(move || label.get())}</span>
                {part(mark)}
            </button>
        }
        .into_any()
    } else {
        view! { <span>{part(move || label.get())}</span> }.into_any()
    };
    view! {
        <div class="cell" class:number=column.is_number role="columnheader" aria-sort=live(aria_sort)>
            {content}
        </div>
    }
    .into_any()
}
