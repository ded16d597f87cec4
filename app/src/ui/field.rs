//! A labelled control of a form, with its hint and its problem beside it.

use leptos::ev::Event;
use leptos::prelude::*;

use super::live::{listen, live, part};

use super::dom::unique_id;
use super::editor::{Choice, Editor, Wiring, control};
use super::icon::{Glyph, icon};

/// One field of a form. The value is the page's; typing reports every change.
#[component]
pub fn Field(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// The text; two-way.
    value: RwSignal<String>,
    /// What kind of value it is.
    #[prop(default = Editor::Text)]
    editor: Editor,
    /// Said below it, always.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// What is wrong with it, if anything.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// An example inside the empty control.
    #[prop(optional, into)]
    placeholder: Signal<String>,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// Whether it can be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// What the browser may fill in, as the HTML attribute.
    #[prop(optional)]
    autocomplete: &'static str,
    /// Values offered as buttons below it, such as today and tomorrow.
    #[prop(optional, into)]
    quick: Option<Signal<Vec<Choice>>>,
    /// Hears every change.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let id = unique_id("field");
    let hint_id = format!("{id}-hint");
    let report = Callback::new(move |text| {
        on_input.inspect(|it| it.run(text));
    });
    let wiring = Wiring {
        id: id.clone(),
        label: None,
        described_by: hint_id.clone(),
        is_invalid: Signal::derive(move || error.with(Option::is_some)),
        is_disabled: disabled,
        is_required: required,
        placeholder,
        autocomplete,
    };
    let words = move || {
        error
            .get()
            .map(|it| {
                view! { <span class="field-error">{icon(Glyph::Alert, "icon")}{it}</span> }
                    .into_any()
            })
            .or_else(|| {
                hint.map(|it| view! { <span class="field-hint">{it.get()}</span> }.into_any())
            })
    };
    let choose = move |chosen: String| {
        value.set(chosen.clone());
        report.run(chosen);
    };
    view! {
        <div class="field">
            <label for=id class:required=required>{part(move || label.get())}</label>
            {control(editor, value, wiring, report)}
            {quick
                .map(|quick| {
                    view! {
                        <div class="quick-choices">
                            {part(move || quick.get().into_iter().map(|it| {
                                let chosen = it.value.clone();
                                let is_chosen = { let it = it.value.clone(); move || value.with(|now| *now == it) };
                                view! {
                                    <button
                                        type="button"
                                        class="filter-chip"
                                        aria-pressed=live(move || is_chosen().to_string())
                                        on:click=listen(move |_| choose(chosen.clone()))
                                    >
                                        {it.label}
                                    </button>
                                }
                            }).collect_view())}
                        </div>
                    }
                })}
            <div id=hint_id class="field-words" aria-live="polite">{part(words)}</div>
        </div>
    }
    .into_any()
}

/// The search box of a list: reports while typing, but not while an input method composes.
#[component]
pub fn SearchField(
    /// What it is called; also shown inside while empty.
    #[prop(into)]
    label: Signal<String>,
    /// The text; two-way.
    value: RwSignal<String>,
    /// The key that leads here, shown at its end.
    #[prop(optional)]
    shortcut: &'static str,
    /// Enter or arrow down: on to the results.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let press = move |ev: web_sys::KeyboardEvent| {
        if super::dom::is_composing(&ev) {
            return;
        }
        match ev.key().as_str() {
            "Enter" | "ArrowDown" => {
                if let Some(leave) = on_leave {
                    ev.prevent_default();
                    leave.run(());
                }
            }
            "Escape" if !value.with_untracked(String::is_empty) => {
                ev.prevent_default();
                value.set(String::new());
            }
            _ => {}
        }
    };
    // Pinyin letters of a half-typed candidate are worth searching too: the index knows them.
    view! {
        <div class="search-field" role="search">
            {icon(Glyph::Search, "icon")}
            <input
                type="search"
                class="input"
                aria-label=live(move || label.get())
                aria-keyshortcuts=(!shortcut.is_empty()).then_some(shortcut)
                placeholder=live(move || label.get())
                autocomplete="off"
                spellcheck="false"
                enterkeyhint="search"
                prop:value=live(move || value.get())
                on:input=listen(move |ev: Event| value.set(event_target_value(&ev)))
                on:keydown=listen(press)
            />
            {(!shortcut.is_empty()).then(|| view! { <kbd>{shortcut}</kbd> })}
        </div>
    }
    .into_any()
}
