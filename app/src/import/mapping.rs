//! The second step: how the file is read, and which column is which field.

use huike_messages::Messages;
use huike_shared::record::{FieldKind, KindDef};
use huike_shared::registry;
use leptos::ev::Event;
use leptos::prelude::*;

use super::upload::send;
use super::wire::{CheckBody, Checked, ColumnInfo, Uploaded};
use super::{Step, Wizard};
use crate::i18n::use_i18n;
use crate::record::{field_label, kind_label};
use crate::session::http;
use crate::ui::{Button, ButtonKind, Choice, Editor, Field, Show, listen, live, part};

/// The kinds a file can hold.
const KINDS: [&str; 2] = ["customer", "contact"];

/// Columns and fields side by side, with what stands in the file.
#[component]
pub(super) fn Mapping(wizard: Wizard, uploaded: Uploaded) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let def = Memo::new(move |_| registry::def_by_name(&wizard.kind.get()).map(|it| it.kind));
    let fields = Signal::derive(move || {
        let def = def.get().and_then(registry::def);
        let mut choices = vec![Choice {
            value: String::new(),
            label: i18n.t(Messages::import_leave_out),
        }];
        choices.extend(
            def.into_iter()
                .flat_map(importable)
                .map(|(def, name)| Choice {
                    value: name.to_owned(),
                    label: field_label(i18n, def, name),
                }),
        );
        choices
    });
    let encoding = RwSignal::new(uploaded.encoding.clone());
    let encodings = uploaded.encodings.clone();
    let kind = RwSignal::new(wizard.kind.get_untracked());
    let suggestions = uploaded.suggestions.clone();
    let is_named = move || {
        wizard
            .mapping
            .with(|all| all.iter().any(|it| it == "name" || it == "title"))
    };

    // What it can do.
    let reread = move |encoding: String| {
        if let Some(file) = wizard.file.get_untracked() {
            send(wizard, file, Some(encoding));
        }
    };
    let change_kind = move |word: String| {
        if let Some(suggested) = suggestions.get(&word) {
            wizard.mapping.set(
                suggested
                    .iter()
                    .map(|it| it.clone().unwrap_or_default())
                    .collect(),
            );
        }
        wizard.kind.set(word);
    };
    let again = uploaded.clone();
    let check = move |()| {
        let body = CheckBody {
            kind: wizard.kind.get_untracked(),
            mapping: wizard
                .mapping
                .get_untracked()
                .into_iter()
                .map(|it| Some(it).filter(|it| !it.is_empty()))
                .collect(),
            encoding: Some(encoding.get_untracked()),
        };
        let uploaded = again.clone();
        wizard.is_busy.set(true);
        wizard.error.set(None);
        leptos::task::spawn_local(async move {
            let path = format!("/api/v1/imports/{}/check", uploaded.id);
            let answer = http::post::<Checked>(&path, &body).await;
            wizard.is_busy.set(false);
            match answer {
                Ok(checked) => wizard.step.set(Step::Tried(uploaded, checked)),
                Err(error) => wizard.error.set(Some(error)),
            }
        });
    };

    // What it looks like.
    let kinds = Signal::derive(move || {
        KINDS
            .iter()
            .filter_map(|name| registry::def_by_name(name))
            .map(|it| Choice {
                value: it.name.to_owned(),
                label: kind_label(i18n, it.kind),
            })
            .collect::<Vec<_>>()
    });
    let encodings = Signal::stored(
        encodings
            .iter()
            .map(|it| Choice {
                value: it.clone(),
                label: it.clone(),
            })
            .collect::<Vec<_>>(),
    );
    let delimiter = match uploaded.delimiter.as_str() {
        "\t" => "Tab".to_owned(),
        other => other.to_owned(),
    };
    let row_count = uploaded.row_count as i64;
    let line = move |(index, column): (usize, ColumnInfo)| {
        let chosen = move || {
            wizard
                .mapping
                .with(|it| it.get(index).cloned().unwrap_or_default())
        };
        view! {
            <tr>
                <th scope="row">{column.name.clone()}</th>
                <td class="samples">{column.samples.join(" · ")}</td>
                <td>
                    <select
                        class="input select"
                        aria-label=live(move || i18n.t(|m| m.import_field_of(&column.name)))
                        on:change=listen(move |ev: Event| {
                            let value = event_target_value(&ev);
                            wizard.mapping.update(|all| {
                                // A field comes from one column only; the newest choice wins.
                                for other in all.iter_mut() {
                                    if *other == value {
                                        other.clear();
                                    }
                                }
                                if let Some(own) = all.get_mut(index) {
                                    *own = value;
                                }
                            });
                        })
                    >
                        {part(move || {
                            let chosen = chosen();
                            fields
                                .get()
                                .into_iter()
                                .map(|it| {
                                    view! { <option value=it.value.clone() selected=it.value == chosen>{it.label}</option> }
                                })
                                .collect_view()
                        })}
                    </select>
                </td>
            </tr>
        }
    };
    view! {
        <section class="panel">
            <div class="form two">
                <Field
                    label=i18n.text(Messages::import_encoding)
                    value=encoding
                    editor=Editor::OneOf(encodings)
                    hint=i18n.text(move |m| m.import_found(row_count, &delimiter))
                    on_input=reread
                />
                <Field
                    label=i18n.text(Messages::import_kind)
                    value=kind
                    editor=Editor::OneOf(kinds)
                    on_input=change_kind
                />
            </div>
        </section>
        <section class="panel">
            <h2>{i18n.text(Messages::import_step_mapping)}</h2>
            <div class="table-scroll" tabindex="0">
                <table class="plain-table mapping">
                    <thead>
                        <tr>
                            <th>{i18n.text(Messages::import_column)}</th>
                            <th>{i18n.text(Messages::import_samples)}</th>
                            <th>{i18n.text(Messages::import_field)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {uploaded.columns.into_iter().enumerate().map(line).collect_view()}
                    </tbody>
                </table>
            </div>
            <Show when=move || !is_named()>
                <p class="field-error">{i18n.text(Messages::import_needs_name)}</p>
            </Show>
            <div class="wizard-foot">
                <Button
                    label=i18n.text(Messages::common_previous)
                    on_press=move |()| wizard.step.set(Step::File)
                />
                <Button
                    label=i18n.text(Messages::import_try)
                    kind=ButtonKind::Primary
                    disabled=Signal::derive(move || wizard.is_busy.get() || !is_named())
                    on_press=check
                />
            </div>
        </section>
    }
    .into_any()
}

/// The fields of a kind that a cell can hold.
fn importable(def: &'static KindDef) -> Vec<(&'static KindDef, &'static str)> {
    let can = |kind: FieldKind| {
        !matches!(
            kind,
            FieldKind::Note | FieldKind::Place | FieldKind::Outcome | FieldKind::Rank
        )
    };
    def.fields
        .iter()
        .filter(|it| can(it.kind))
        .map(|it| (def, it.name))
        .collect()
}
