//! A value that becomes its own editor: looks like the cell, not like a form.
//!
//! A click or Enter opens it, Tab saves and opens the next one of the same `data-edit-group`,
//! Escape restores, leaving saves. While it is open a value from elsewhere waits.

use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;

use super::live::{Show, listen, live, part};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use super::dialog::show_picker;
use super::dom::{all, closest, is_composing, unique_id};
use super::editor::{Editor, Wiring, control};
use super::icon::{Glyph, icon};

/// One value in a cell or on a record page.
#[component]
pub fn InlineEdit(
    /// What the value is called.
    #[prop(into)]
    label: Signal<String>,
    /// What is edited.
    #[prop(into)]
    value: Signal<String>,
    /// Saves a changed text.
    #[prop(into)]
    on_save: Callback<String>,
    /// What is shown while it is not edited; the value itself if left out.
    #[prop(optional, into)]
    shown: Option<Signal<String>>,
    /// What kind of value it is.
    #[prop(default = Editor::Text)]
    editor: Editor,
    /// Says what is wrong with a text; a wrong text stays open.
    #[prop(optional, into)]
    check: Option<Callback<String, Option<String>>>,
    /// Shown while there is no value.
    #[prop(optional, into)]
    placeholder: Signal<String>,
    /// Two values came together: shows the two-tone mark.
    #[prop(optional, into)]
    is_clash: Signal<bool>,
    /// Whether it may be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Every change of the text while it is open, and `None` when it closes: for drafts that
    /// survive a crash.
    #[prop(optional, into)]
    on_draft: Option<Callback<Option<String>>>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let draft = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let root_ref = NodeRef::<html::Div>::new();
    let shown = shown.unwrap_or(value);

    let open = move || {
        if !disabled.get_untracked() {
            draft.set(value.get_untracked());
            error.set(None);
            is_open.set(true);
            focus_control(root_ref, editor);
        }
    };
    let close = move |refocus: bool| {
        is_open.set(false);
        error.set(None);
        on_draft.inspect(|it| it.run(None));
        if refocus {
            focus_value(root_ref);
        }
    };
    // True if nothing keeps it open.
    let save = move || {
        let text = draft.get_untracked();
        if text == value.get_untracked() {
            return true;
        }
        let problem = check.and_then(|it| it.run(text.clone()));
        let is_fine = problem.is_none();
        error.set(problem);
        if is_fine {
            on_save.run(text);
        }
        is_fine
    };
    let leave = move |ev: web_sys::FocusEvent| {
        // The value that was pressed is taken away when the control comes; that is no leaving.
        if closest(&ev, ".input").is_none() {
            return;
        }
        let to = ev
            .related_target()
            .and_then(|it| it.dyn_into::<web_sys::Node>().ok());
        let stays = root_ref
            .get_untracked()
            .is_some_and(|it| it.contains(to.as_ref()) && to.is_some());
        if is_open.get_untracked() && !stays && save() {
            close(false);
        }
    };
    let press = move |ev: web_sys::KeyboardEvent| {
        if is_composing(&ev) || !is_open.get_untracked() {
            return;
        }
        match ev.key().as_str() {
            "Escape" => close(true),
            "Enter" if !editor.is_multiline() || ev.ctrl_key() || ev.meta_key() => {
                if save() {
                    close(true);
                }
            }
            "Tab" => {
                if !save() {
                    ev.prevent_default();
                    return;
                }
                let next = neighbor(root_ref, ev.shift_key());
                close(next.is_none());
                let Some(next) = next else { return };
                next.click();
            }
            _ => return,
        }
        ev.prevent_default();
        ev.stop_propagation();
    };
    let report = Callback::new(move |text: String| {
        on_draft.inspect(|it| it.run(Some(text.clone())));
        if editor.saves_on_change() && save() {
            close(true);
        }
    });
    let is_address = matches!(editor, Editor::Url | Editor::Email | Editor::Phone);
    let error_id = unique_id("problem");
    let editing = {
        let error_id = error_id.clone();
        move || {
            let wiring = Wiring {
                id: unique_id("edit"),
                label: Some(label),
                described_by: error_id.clone(),
                is_invalid: Signal::derive(move || error.with(Option::is_some)),
                is_disabled: Signal::stored(false),
                is_required: false,
                placeholder,
                autocomplete: "",
            };
            control(editor, draft, wiring, report)
        }
    };
    view! {
        <div
            node_ref=root_ref
            class="inline-edit"
            class:open=live(move || is_open.get())
            class:number=matches!(editor, Editor::Money | Editor::Number)
            class:address=is_address
            class:date=matches!(editor, Editor::Date | Editor::DateTime)
            on:click=listen(|ev: MouseEvent| ev.stop_propagation())
            on:keydown=listen(press)
            on:focusout=listen(leave)
        >
            <Show
                when=move || is_open.get()
                fallback=move || value_button(label, shown, placeholder, disabled, is_clash, is_address, open)
            >
                {editing()}
            </Show>
            <div id=error_id.clone() class="inline-problem" aria-live="polite">
                {part(move || error.get())}
            </div>
        </div>
    }
    .into_any()
}

fn value_button(
    label: Signal<String>,
    shown: Signal<String>,
    placeholder: Signal<String>,
    disabled: Signal<bool>,
    is_clash: Signal<bool>,
    is_cut: bool,
    open: impl Fn() + Copy + 'static,
) -> AnyView {
    let is_empty = move || shown.with(String::is_empty);
    // The name must hold the words one sees, for those who speak to their machine.
    let words = move || {
        if is_empty() {
            placeholder.get()
        } else {
            shown.get()
        }
    };
    view! {
        <button
            type="button"
            class="inline-value"
            class:empty=live(is_empty)
            aria-label=live(move || format!("{}: {}", label.get(), words()))
            title=live(move || is_cut.then(|| shown.get()))
            disabled=live(move || disabled.get())
            on:click=listen(move |ev: MouseEvent| {
                ev.stop_propagation();
                open();
            })
        >
            <span>{part(words)}</span>
            {part(move || is_clash.get().then(|| view! { <i class="clash-mark">{icon(Glyph::Clash, "icon")}</i> }))}
        </button>
    }
    .into_any()
}

fn focus_control(root_ref: NodeRef<html::Div>, editor: Editor) {
    request_animation_frame(move || {
        let Some(root) = root_ref.try_get_untracked().flatten() else {
            return;
        };
        let Some(control) = all(&root, ".input").into_iter().next() else {
            return;
        };
        let _ = control.focus();
        if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
            input.select();
        }
        if editor.saves_on_change() {
            show_picker(&control);
        }
    });
}

fn focus_value(root_ref: NodeRef<html::Div>) {
    let Some(root) = root_ref.get_untracked() else {
        return;
    };
    // The control goes at once and the value comes with the next frame. A key that is pressed meanwhile must find
    // its way from here, or it is lost.
    let _ = root.set_attribute("tabindex", "-1");
    let _ = root.focus();
    request_animation_frame(move || {
        let is_here = document()
            .active_element()
            .is_some_and(|it| root.contains(Some(&it)));
        let value = all(&root, ".inline-value").into_iter().next();
        if let Some(value) = value.filter(|_| is_here) {
            let _ = value.focus();
        }
        let _ = root.remove_attribute("tabindex");
    });
}

/// The value before or after this one in its group.
fn neighbor(root_ref: NodeRef<html::Div>, is_backward: bool) -> Option<HtmlElement> {
    let root = root_ref.get_untracked()?;
    let group = root.closest("[data-edit-group]").ok().flatten()?;
    let fields = all(&group, ".inline-edit");
    let own = fields.iter().position(|it| it.is_same_node(Some(&root)))?;
    let next = if is_backward {
        own.checked_sub(1)?
    } else {
        own + 1
    };
    all(fields.get(next)?, ".inline-value:not(:disabled)")
        .into_iter()
        .next()
}
