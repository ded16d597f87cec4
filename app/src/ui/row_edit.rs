//! Editing in a row of a table: its cells become fields, one of them open.
//!
//! With the mouse a pencil comes with the cell that is pointed at; there is one for the whole table.
//! With the keyboard F2 opens the row under the cursor. The fields are one `data-edit-group`, so Tab
//! walks them; the row is itself again when the focus leaves it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use gloo_events::EventListener;
use leptos::ev::{FocusEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::dom::closest;
use super::icon::Glyph;
use super::live::{For, listen, part};
use super::table::Column;
use super::written::{WrittenIcon, child};

/// The field of a record in a column, or nothing where nothing can be changed.
pub type FieldOf = Arc<dyn Fn(u128, &'static str) -> Option<AnyView> + Send + Sync>;

/// How the cells of a table are changed where they stand.
#[derive(Clone)]
pub struct RowEditor {
    /// The fields.
    pub field: FieldOf,
    /// Whether anything may be changed.
    pub is_allowed: Signal<bool>,
    /// What the pencil is called.
    pub label: Signal<String>,
}

/// Which cell is to be changed: the record and the column.
pub(super) type Editing = RwSignal<Option<(u128, &'static str)>>;

/// The cells of the row as fields.
pub(super) fn fields(
    columns: Signal<Vec<Column>>,
    (key, first): (u128, &'static str),
    editing: Editing,
    editor: RowEditor,
    words: Arc<dyn Fn(&'static str) -> String + Send + Sync>,
) -> AnyView {
    let host = NodeRef::<html::Div>::new();
    host.on_load(move |host| {
        // The fields are drawn in this turn, and one of them is opened in the next.
        request_animation_frame(move || {
            let value = host.query_selector(&format!("[data-field=\"{first}\"] .inline-value"));
            if let Some(value) = value.ok().flatten() {
                value.unchecked_into::<HtmlElement>().click();
            }
        });
    });
    let leave = move |_: FocusEvent| {
        // A field that opens takes its value away and the focus with it, and gives it back a frame later.
        request_animation_frame(move || {
            request_animation_frame(move || {
                let Some(host) = host.try_get_untracked().flatten() else {
                    return;
                };
                let focused = document().active_element();
                if !host.contains(focused.as_ref().map(|it| it.as_ref())) {
                    editing.try_set(None);
                }
            });
        });
    };
    view! {
        <div class="cells" role="presentation" data-edit-group="" node_ref=host on:focusout=listen(leave)>
            <For each=move || columns.get() key=|it| it.id let:column>
                <div class="cell" class:number=column.is_number role="gridcell" data-field=column.id>
                    {match (editor.field)(key, column.id) {
                        Some(field) => field,
                        None => {
                            let words = Arc::clone(&words);
                            view! { <span>{part(move || words(column.id))}</span> }.into_any()
                        }
                    }}
                </div>
            </For>
        </div>
    }
    .into_any()
}

/// Brings the pencil to the cell that the mouse points at.
pub(super) fn pencil(
    columns: Signal<Vec<Column>>,
    editing: Editing,
    editor: RowEditor,
) -> impl Fn(&PointerEvent, u128) + Clone + Send + Sync + 'static {
    let pencil = StoredValue::new_local(None::<Rc<Pencil>>);
    move |ev, key| {
        if ev.pointer_type() != "mouse" || !editor.is_allowed.get_untracked() {
            return;
        }
        let Some(cell) = closest(ev, ".cell[data-field]") else {
            return;
        };
        let name = cell.get_attribute("data-field").unwrap_or_default();
        let column = columns.with_untracked(|it| it.iter().map(|it| it.id).find(|it| *it == name));
        let known = pencil.with_value(Clone::clone);
        let made = known.or_else(|| Pencil::new(&cell, editing).map(Rc::new));
        if let (Some(column), Some(made)) = (column, made) {
            made.at.set(Some((key, column)));
            let label = editor.label.get_untracked();
            let _ = made.button.set_attribute("aria-label", &label);
            let _ = made.button.set_attribute("title", &label);
            if !cell.contains(Some(&made.button)) {
                let _ = cell.append_child(&made.button);
            }
            pencil.set_value(Some(made));
        }
    }
}

struct Pencil {
    button: HtmlElement,
    at: Rc<Cell<Option<(u128, &'static str)>>>,
    _pressed: EventListener,
}

impl Pencil {
    fn new(cell: &HtmlElement, editing: Editing) -> Option<Pencil> {
        let button = child(cell, "button", "button ghost square cell-pencil")?;
        let _ = button.set_attribute("type", "button");
        let _ = button.set_attribute("tabindex", "-1");
        WrittenIcon::new(&button)?.show(Glyph::Pencil);
        let at = Rc::<Cell<_>>::default();
        let pressed = Rc::clone(&at);
        let pressed = EventListener::new(&button, "click", move |ev| {
            ev.stop_propagation();
            editing.set(pressed.get());
        });
        Some(Pencil {
            button,
            at,
            _pressed: pressed,
        })
    }
}
