//! Imports of the past, each of which can be taken back.

use huike_messages::Messages;
use leptos::prelude::*;

use crate::ui::{Show, part};

use super::outcome::{UndoButton, UndoneWords};
use super::wire::{History as Answer, Standing, Undone};
use crate::i18n::use_i18n;
use crate::session::http;

/// The list of past imports; nothing while there are none.
#[component]
pub(super) fn History() -> impl IntoView {
    let i18n = use_i18n();
    let imports = RwSignal::new(Vec::<Standing>::new());
    let undone = RwSignal::new(None::<Undone>);
    let load = move || {
        leptos::task::spawn_local(async move {
            if let Ok(answer) = http::get::<Answer>("/api/v1/imports").await {
                imports.try_set(answer.imports);
            }
        });
    };
    load();
    let line = move |import: Standing| {
        let (id, created) = (import.id.clone(), import.created);
        let state = import.state.clone();
        let can_undo = import.is_done();
        view! {
            <tr>
                <td>{import.file_name}</td>
                <td>{part(move || i18n.instant(import.created_at))}</td>
                <td class="number">{i18n.count(created as usize)}</td>
                <td>{part(move || i18n.by_key(&format!("import-state-{state}")))}</td>
                <td>
                    {can_undo
                        .then(|| {
                            view! {
                                <UndoButton
                                    id
                                    on_done=move |it| {
                                        undone.set(Some(it));
                                        load();
                                    }
                                />
                            }
                        })}
                </td>
            </tr>
        }
    };
    view! {
        {part(move || undone.get().map(|it| view! { <UndoneWords undone=it/> }))}
        <Show when=move || imports.with(|it| !it.is_empty())>
            <section class="panel">
                <h2>{i18n.text(Messages::import_history)}</h2>
                <div class="table-scroll" tabindex="0">
                    <table class="plain-table">
                        <tbody>{part(move || imports.get().into_iter().map(line).collect_view())}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
    .into_any()
}
