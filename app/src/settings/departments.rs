//! The departments: a tree, said as paths. Everybody sees it, administrators change it.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::access::Action;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::i18n::use_i18n;
use crate::session::http::{self, HttpError};
use crate::store::use_store;
use crate::ui::{
    Button, ButtonKind, Choice, Editor, Field, For, Glyph, Notice, Show, Tone, listen, part,
};

/// A department as the server tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The one above it.
    pub parent: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    departments: Vec<Department>,
}

#[derive(Serialize)]
struct Described {
    name: String,
    parent: Option<String>,
}

/// The departments, followed.
pub type Departments = RwSignal<Arc<Vec<Department>>>;

/// Asks for the departments.
pub fn load(departments: Departments) {
    leptos::task::spawn_local(async move {
        if let Ok(answer) = http::get::<Answer>("/api/v1/departments").await {
            departments.try_set(Arc::new(answer.departments));
        }
    });
}

/// The names from the top down to a department. A circle, which no server tells, ends.
pub fn path(all: &[Department], id: &str) -> String {
    let mut names = Vec::new();
    let mut at = Some(id.to_owned());
    while let Some(found) = at.and_then(|id| all.iter().find(|it| it.id == id)) {
        names.push(found.name.as_str());
        at = found.parent.clone().filter(|_| names.len() < all.len());
    }
    names.reverse();
    names.join(" / ")
}

/// Every department as a choice, by its path; nothing first.
pub fn choices(all: &[Department], nothing: String) -> Vec<Choice> {
    let mut choices: Vec<Choice> = all
        .iter()
        .map(|it| Choice {
            value: it.id.clone(),
            label: path(all, &it.id),
        })
        .collect();
    choices.sort_by(|one, other| one.label.cmp(&other.label));
    let nothing = Choice {
        value: String::new(),
        label: nothing,
    };
    choices.insert(0, nothing);
    choices
}

/// Nothing for an empty choice.
pub fn chosen(value: String) -> Option<String> {
    Some(value).filter(|it| !it.is_empty())
}

/// The list, and the form that makes or changes one.
#[component]
pub fn DepartmentList(departments: Departments) -> impl IntoView {
    // What it reads.
    let (i18n, store) = (use_i18n(), use_store());
    let manages = Memo::new(move |_| store.may(Action::Administer));
    let (name, parent) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    // The one that is changed; none while a new one is made.
    let changed = RwSignal::new(None::<String>);
    let error = RwSignal::new(None::<HttpError>);

    // What it derives.
    let sorted = Memo::new(move |_| {
        departments.with(|all| {
            let mut sorted: Vec<(String, Department)> = all
                .iter()
                .map(|it| (path(all, &it.id), it.clone()))
                .collect();
            sorted.sort_by(|one, other| one.0.cmp(&other.0));
            sorted
        })
    });
    let parents = Signal::derive(move || {
        let top = i18n.t(Messages::departments_top);
        departments.with(|all| choices(all, top))
    });

    // What it can do.
    let clear = move || {
        changed.set(None);
        name.set(String::new());
        parent.set(String::new());
    };
    let settle = move |answer: Result<(), HttpError>| {
        match answer {
            Ok(()) => clear(),
            Err(problem) => {
                error.try_set(Some(problem));
            }
        }
        load(departments);
    };
    let save = move || {
        error.set(None);
        let described = Described {
            name: name.get_untracked(),
            parent: chosen(parent.get_untracked()),
        };
        leptos::task::spawn_local(async move {
            let answer = match changed.get_untracked() {
                Some(id) => http::put(&format!("/api/v1/departments/{id}"), &described).await,
                None => http::post_quietly("/api/v1/departments", &described).await,
            };
            settle(answer);
        });
    };
    let remove = move |id: String| {
        error.set(None);
        leptos::task::spawn_local(async move {
            settle(http::delete(&format!("/api/v1/departments/{id}")).await);
        });
    };
    let change = move |it: Department| {
        error.set(None);
        name.set(it.name);
        parent.set(it.parent.unwrap_or_default());
        changed.set(Some(it.id));
    };

    // What it looks like.
    let one = move |(path, it): (String, Department)| {
        let (edited, removed) = (StoredValue::new(it.clone()), StoredValue::new(it.id));
        view! {
            <li class="list-row">
                <span class="list-words">
                    <b>{it.name}</b>
                    {it.parent.is_some().then(|| view! { <span>{path}</span> })}
                </span>
                <Show when=move || manages.get()>
                    <Button
                        label=i18n.text(Messages::common_edit)
                        kind=ButtonKind::Ghost
                        on_press=move |()| change(edited.get_value())
                    />
                    <Button
                        label=i18n.text(Messages::common_delete)
                        kind=ButtonKind::Ghost
                        on_press=move |()| remove(removed.get_value())
                    />
                </Show>
            </li>
        }
    };
    let form = move || {
        view! {
            <form
                class="form two"
                on:submit=listen(move |ev: SubmitEvent| {
                    ev.prevent_default();
                    save();
                })
            >
                <Field label=i18n.text(Messages::departments_name) value=name required=true/>
                <Field
                    label=i18n.text(Messages::departments_parent)
                    value=parent
                    editor=Editor::OneOf(parents)
                />
                <div class="wizard-foot start">
                    <Button
                        label=i18n.text(move |m| {
                            if changed.with(Option::is_some) { m.common_save() } else { m.departments_make() }
                        })
                        kind=ButtonKind::Primary
                        submits=true
                        disabled=Signal::derive(move || name.with(|it| it.trim().is_empty()))
                        on_press=|()| {}
                    />
                    <Show when=move || changed.with(Option::is_some)>
                        <Button label=i18n.text(Messages::common_cancel) on_press=move |()| clear()/>
                    </Show>
                </div>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::departments_title)}</h2>
            <p class="muted">{i18n.text(Messages::departments_hint)}</p>
            {part(move || error.get().map(|it| view! {
                <Notice tone=Tone::Bad glyph=Glyph::Warning>
                    <span>{it.words(i18n)}</span>
                </Notice>
            }))}
            <ul class="people">
                <For each=move || sorted.get() key=Clone::clone let:it>
                    {one(it)}
                </For>
            </ul>
            {part(move || manages.get().then(form))}
        </section>
    }
    .into_any()
}
