//! The form that makes a record: a few fields, kept as a draft until it is made.

use std::collections::HashMap;

use huike_messages::Messages;
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::Task;
use huike_shared::id::RecordId;
use huike_shared::record::{FieldDef, FieldKind, Kind, Record, RecordRef};
use huike_shared::registry;
use huike_shared::scalar::Scalar;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::first_place::FirstPlace;
use super::picker::{LinkDraft, matches};
use super::{editor_of, field_label, parse_typed, title_of_row};
use crate::i18n::use_i18n;
use crate::routes::{path_of, use_nav};
use crate::shell::Wanted;
use crate::store::device::{draft, keep_draft};
use crate::store::{LocalStore, use_store};
use crate::ui::{Button, ButtonKind, Field, Glyph, Notice, Tone, follow, listen, part};

/// The fields that a new record is asked for; everything else comes later on its page.
fn fields_of(kind: Kind) -> &'static [&'static str] {
    if kind == Customer::DEF.kind {
        &[
            "name",
            "phone",
            "customer_type",
            "level",
            "source",
            "region",
            "owner",
        ]
    } else if kind == Contact::DEF.kind {
        &[
            "name",
            "customer",
            "job_title",
            "phone",
            "wechat",
            "email",
            "role",
        ]
    } else if kind == Deal::DEF.kind {
        &["title", "customer", "amount", "close_on", "owner", "source"]
    } else if kind == Task::DEF.kind {
        &["title", "due_on", "customer", "priority", "owner"]
    } else {
        &["name"]
    }
}

/// The form.
#[component]
pub fn NewRecordForm(
    /// What is to be made.
    wanted: Wanted,
    /// It was made.
    #[prop(into)]
    on_done: Callback<RecordId>,
) -> impl IntoView {
    let (store, i18n, nav) = (use_store(), use_i18n(), use_nav());
    let kind = wanted.kind;
    let Some(def) = registry::def(kind) else {
        return ().into_any();
    };
    let me = untrack(|| store.me()).to_string();
    let fields: Vec<(&'static FieldDef, RwSignal<String>)> = fields_of(kind)
        .iter()
        .filter_map(|name| def.fields.iter().find(|it| it.name == *name))
        .map(|field| {
            let linked = wanted
                .links
                .iter()
                .find(|it| it.0 == field.name)
                .map(|it| it.1.to_string());
            let owner = (field.name == "owner").then(|| me.clone());
            let left = draft(&draft_name(def.name, field.name));
            (
                field,
                RwSignal::new(linked.or(left).or(owner).unwrap_or_default()),
            )
        })
        .collect();
    let errors = RwSignal::new(HashMap::<&'static str, String>::new());
    let place = untrack(|| FirstPlace::new(store, &nav.path()));

    // Every letter is kept: a crash, a reload or a closed dialog loses nothing.
    for (field, value) in fields.clone() {
        let name = draft_name(def.name, field.name);
        let own = (field.name == "owner").then(|| me.clone());
        follow(move || {
            value.with(|it| {
                keep_draft(
                    &name,
                    Some(it)
                        .filter(|it| own.as_ref() != Some(it))
                        .map(String::as_str),
                )
            })
        });
    }
    let make = {
        let fields = fields.clone();
        let links = wanted.links.clone();
        move || {
            let mut values: Vec<(Box<str>, Scalar)> = Vec::new();
            let mut problems = HashMap::new();
            for (field, value) in &fields {
                match parse_typed(field, &value.get_untracked()) {
                    Ok(value) => values.push((field.name.into(), value)),
                    Err(key) => {
                        problems.insert(field.name, untrack(|| i18n.by_key(key)));
                    }
                }
            }
            let is_fine = problems.is_empty();
            errors.set(problems);
            if !is_fine {
                return;
            }
            for (key, id) in &links {
                if !values.iter().any(|it| *it.0 == **key) {
                    values.push(((*key).into(), (*id).into()));
                }
            }
            if kind == Deal::DEF.kind {
                values.extend(place.write());
            }
            let id = store.create(kind, values);
            for (field, _) in &fields {
                keep_draft(&draft_name(def.name, field.name), None);
            }
            on_done.run(id);
            if kind == Customer::DEF.kind || kind == Deal::DEF.kind {
                nav.open(store, RecordRef { kind, id });
            }
        }
    };
    let twin = {
        let fields = fields.clone();
        Memo::new(move |_| {
            if kind == Customer::DEF.kind {
                twin_of(store, &fields)
            } else {
                None
            }
        })
    };
    let input = move |(field, value): (&'static FieldDef, RwSignal<String>)| {
        let label = Signal::derive(move || field_label(i18n, def, field.name));
        match field.kind {
            FieldKind::Link(target) => match registry::def_by_name(target) {
                Some(target) => view! { <LinkDraft kind=target.kind label value/> }.into_any(),
                None => ().into_any(),
            },
            _ => view! {
                <Field
                    label
                    value
                    editor=editor_of(store, i18n, field)
                    required=field.required
                    error=Signal::derive(move || errors.with(|it| it.get(field.name).cloned()))
                />
            }
            .into_any(),
        }
    };
    focus_first();
    view! {
        <form
            class="form two"
            novalidate
            on:submit=listen(move |ev: SubmitEvent| {
                ev.prevent_default();
                make();
            })
        >
            {fields
                .into_iter()
                .enumerate()
                .map(|(index, it)| view! { <div class:full=index == 0>{input(it)}</div> })
                .collect_view()}
            {(kind == Deal::DEF.kind).then(|| place.fields(i18n))}
            {part(move || {
                twin.get()
                    .and_then(|id| store.peek(RecordRef { kind, id }))
                    .map(|row| {
                        let path = path_of(&row);
                        view! {
                            <div class="full">
                                <Notice tone=Tone::Due glyph=Glyph::Customer>
                                    <span>{i18n.t(|m| m.customers_twin(&title_of_row(&row, i18n)))}</span>
                                    <Button
                                        label=i18n.text(Messages::common_open)
                                        on_press=move |()| {
                                            on_done.run(id_of(&path));
                                            nav.to(&path);
                                        }
                                    />
                                </Notice>
                            </div>
                        }
                    })
            })}
            <footer class="dialog-foot full">
                <Button
                    label=i18n.text(Messages::common_create)
                    kind=ButtonKind::Primary
                    submits=true
                    on_press=|()| {}
                />
            </footer>
        </form>
    }
    .into_any()
}

/// Typing can begin at once: the native dialog would give the focus to its cross.
fn focus_first() {
    request_animation_frame(|| {
        request_animation_frame(|| {
            let first = document()
                .query_selector("dialog[open] .form .input")
                .ok()
                .flatten();
            if let Some(first) = first.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = first.focus();
            }
        });
    });
}

fn id_of(path: &str) -> RecordId {
    path.rsplit('/')
        .next()
        .and_then(|it| RecordId::parse(it).ok())
        .unwrap_or_default()
}

fn draft_name(kind: &str, field: &str) -> String {
    format!("new.{kind}.{field}")
}

/// A customer with the same phone or the very same name.
fn twin_of(
    store: LocalStore,
    fields: &[(&'static FieldDef, RwSignal<String>)],
) -> Option<RecordId> {
    let value = |name: &str| {
        let (field, value) = fields.iter().find(|it| it.0.name == name)?;
        let parsed = parse_typed(field, &value.get()).ok()?;
        parsed.as_text().map(str::to_owned)
    };
    let (name, phone) = (value("name"), value("phone"));
    let typed = phone
        .as_deref()
        .or(name.as_deref().filter(|it| it.chars().count() > 1))?;
    let found = matches(store, Customer::DEF.kind, typed, 8);
    let is_twin = |row: &huike_shared::row::Row| {
        let same_phone =
            phone.is_some() && row.value(Customer::PHONE.index).as_text() == phone.as_deref();
        same_phone || row.value(Customer::NAME.index).as_text() == name.as_deref()
    };
    found.iter().find(|it| is_twin(it)).map(|it| it.id)
}
