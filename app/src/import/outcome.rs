//! The third and fourth step: what a dry run found, the import as it runs, and what came of it.

use huike_messages::Messages;
use huike_shared::registry;
use leptos::prelude::*;

use super::wire::{BadCell, Checked, CommitBody, Standing, Undone, Uploaded};
use super::{Step, Wizard};
use crate::files::save_table;
use crate::i18n::use_i18n;
use crate::record::field_label;
use crate::routes::use_nav;
use crate::session::http::{self, HttpError};
use crate::shell::use_shell;
use crate::ui::{Badge, Button, ButtonKind, Glyph, Notice, Progress, Show, Toast, Tone, part};

/// Between two questions how far it is.
const ASK_MS: u32 = 400;

/// What the dry run found.
#[component]
pub(super) fn Tried(wizard: Wizard, uploaded: Uploaded, checked: Checked) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let (rows_ok, rows_bad) = (checked.rows_ok as i64, checked.rows_bad as i64);
    let has_errors = rows_bad > 0;
    let errors = StoredValue::new(checked.errors.clone());
    let file_name = wizard
        .file
        .with_untracked(|it| it.as_ref().map(web_sys::File::name))
        .unwrap_or_default();

    // What it can do.
    let id = uploaded.id.clone();
    let commit = move |()| {
        let id = id.clone();
        wizard.is_busy.set(true);
        wizard.error.set(None);
        leptos::task::spawn_local(async move {
            let path = format!("/api/v1/imports/{id}/commit");
            let answer = http::post::<Standing>(
                &path,
                &CommitBody {
                    only_good: has_errors,
                },
            )
            .await;
            wizard.is_busy.set(false);
            match answer {
                Ok(standing) => wizard.step.set(Step::Running(standing)),
                Err(error) => wizard.error.set(Some(error)),
            }
        });
    };
    let words_of = move |cell: &BadCell| i18n.by_key(&format!("import-cell-{}", cell.code));
    let download = move |()| {
        let lines = errors.with_value(|all| untrack(|| as_table(all, words_of)));
        save_table("huike-import-errors.csv", &lines);
    };

    // What it looks like.
    let kind = wizard.kind.get_untracked();
    let def = registry::def_by_name(&kind);
    let fields: Vec<String> = wizard
        .mapping
        .get_untracked()
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect();
    let heads = fields.clone();
    let preview = checked.preview.clone();
    let again = uploaded.clone();
    view! {
        <section class="panel">
            <p class="import-verdict">
                <Badge
                    label=i18n.text(move |m| m.import_rows_ok(rows_ok))
                    tone=Tone::Good
                    glyph=Glyph::Check
                />
                {has_errors.then(|| view! {
                    <Badge
                        label=i18n.text(move |m| m.import_rows_bad(rows_bad))
                        tone=Tone::Bad
                        glyph=Glyph::Warning
                    />
                })}
                <span class="quiet">{file_name}</span>
            </p>
            {has_errors.then(|| view! {
                <div class="table-scroll" tabindex="0">
                    <table class="plain-table">
                        <thead>
                            <tr>
                                <th class="number">{i18n.text(Messages::import_row)}</th>
                                <th>{i18n.text(Messages::import_column)}</th>
                                <th>{i18n.text(Messages::import_value)}</th>
                                <th>{i18n.text(Messages::import_problem)}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {errors.get_value().into_iter().map(|cell| {
                                let words = cell.clone();
                                view! {
                                    <tr class="bad">
                                        <td class="number">{cell.row}</td>
                                        <td>{cell.column_name.unwrap_or_else(|| (cell.column + 1).to_string())}</td>
                                        <td>{cell.value}</td>
                                        <td>{part(move || words_of(&words))}</td>
                                    </tr>
                                }
                            }).collect_view()}
                        </tbody>
                    </table>
                </div>
                <div class="wizard-foot start">
                    <Button
                        label=i18n.text(Messages::import_download_errors)
                        glyph=Glyph::Download
                        on_press=download
                    />
                </div>
            })}
        </section>
        <section class="panel">
            <h2>{i18n.text(Messages::import_preview)}</h2>
            <div class="table-scroll" tabindex="0">
                <table class="plain-table">
                    <thead>
                        <tr>
                            {heads.into_iter().map(|name| view! {
                                <th>{part(move || def.map(|it| field_label(i18n, it, &name)))}</th>
                            }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>
                        {preview.into_iter().map(|row| view! {
                            <tr>
                                {fields.iter().map(|name| view! {
                                    <td>{row.values.get(name).cloned().unwrap_or_default()}</td>
                                }).collect_view()}
                            </tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
            <div class="wizard-foot">
                <Button
                    label=i18n.text(Messages::common_previous)
                    on_press=move |()| wizard.step.set(Step::Mapping(again.clone()))
                />
                <Button
                    label=i18n.text(move |m| m.import_commit(rows_ok))
                    kind=ButtonKind::Primary
                    disabled=Signal::derive(move || wizard.is_busy.get() || rows_ok == 0)
                    on_press=commit
                />
            </div>
        </section>
    }
    .into_any()
}

/// The mistakes as lines of a table.
fn as_table(errors: &[BadCell], words: impl Fn(&BadCell) -> String) -> Vec<Vec<String>> {
    let head = ["row", "column", "value", "problem"].map(str::to_owned);
    let line = |cell: &BadCell| {
        let column = cell.column_name.clone();
        vec![
            cell.row.to_string(),
            column.unwrap_or_else(|| (cell.column + 1).to_string()),
            cell.value.clone(),
            words(cell),
        ]
    };
    std::iter::once(head.to_vec())
        .chain(errors.iter().map(line))
        .collect()
}

/// The import as it runs, and what came of it.
#[component]
pub(super) fn Running(wizard: Wizard, standing: Standing) -> impl IntoView {
    let (i18n, nav) = (use_i18n(), use_nav());
    let now = RwSignal::new(standing.clone());
    let undone = RwSignal::new(None::<Undone>);
    let is_running = Memo::new(move |_| now.with(Standing::is_running));
    if standing.is_running() {
        ask_later(standing.id.clone(), now);
    }
    let counts =
        move || now.with(|it| i18n.t(|m| m.common_count_of(it.done as i64, it.total as i64)));
    let problem = move || now.with(|it| it.problem.clone().filter(|_| !it.is_done()));
    let id = StoredValue::new(standing.id);
    view! {
        <section class="panel">
            <Show when=move || is_running.get()>
                <Progress
                    label=i18n.text(Messages::import_running)
                    done=Signal::derive(move || now.with(|it| it.done))
                    total=Signal::derive(move || now.with(|it| Some(it.total).filter(|it| *it > 0)))
                    counts=Signal::derive(counts)
                />
            </Show>
            <Show when=move || now.with(Standing::is_done) && undone.with(Option::is_none)>
                <Notice tone=Tone::Good glyph=Glyph::Check>
                    <span>{part(move || i18n.t(|m| m.import_done(now.with(|it| it.created as i64))))}</span>
                </Notice>
                <div class="wizard-foot">
                    <UndoButton id=id.get_value() on_done=move |it| undone.set(Some(it))/>
                    <Button
                        label=i18n.text(Messages::import_another)
                        on_press=move |()| wizard.step.set(Step::File)
                    />
                    <Button
                        label=i18n.text(Messages::nav_customers)
                        kind=ButtonKind::Primary
                        on_press=move |()| nav.to("/app/customers")
                    />
                </div>
            </Show>
            {part(move || problem().map(|problem| {
                let key = format!("error-{problem}");
                let found = i18n.by_key(&key);
                let problem = if found == key { problem } else { found };
                view! {
                    <Notice tone=Tone::Bad glyph=Glyph::Warning>
                        <span>{i18n.t(|m| m.import_failed(&problem))}</span>
                    </Notice>
                }
            }))}
            {part(move || undone.get().map(|it| view! { <UndoneWords undone=it/> }))}
        </section>
    }
    .into_any()
}

fn ask_later(id: String, now: RwSignal<Standing>) {
    gloo_timers::callback::Timeout::new(ASK_MS, move || {
        leptos::task::spawn_local(async move {
            let answer = http::get::<Standing>(&format!("/api/v1/imports/{id}")).await;
            let goes_on = match answer {
                Ok(standing) => {
                    let goes_on = standing.is_running();
                    // The page may be gone; the import goes on without it.
                    now.try_set(standing).is_none() && goes_on
                }
                Err(HttpError::Offline) => true,
                Err(_) => false,
            };
            if goes_on {
                ask_later(id, now);
            }
        });
    })
    .forget();
}

/// Takes a whole import back.
#[component]
pub(super) fn UndoButton(id: String, #[prop(into)] on_done: Callback<Undone>) -> impl IntoView {
    let (i18n, shell) = (use_i18n(), use_shell());
    let is_busy = RwSignal::new(false);
    let undo = move |()| {
        let id = id.clone();
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = http::ask::<Undone>(&format!("/api/v1/imports/{id}/undo")).await;
            is_busy.try_set(false);
            match answer {
                Ok(undone) => on_done.run(undone),
                Err(error) => {
                    let words = untrack(|| error.words(i18n));
                    shell.toasts.show(Toast::new(words).tone(Tone::Bad));
                }
            }
        });
    };
    view! {
        <Button
            label=i18n.text(Messages::import_undo)
            glyph=Glyph::Undo
            disabled=Signal::derive(move || is_busy.get())
            on_press=undo
        />
    }
    .into_any()
}

/// What an undo took away and what it left.
#[component]
pub(super) fn UndoneWords(undone: Undone) -> impl IntoView {
    let i18n = use_i18n();
    let (removed, kept) = (undone.removed as i64, undone.kept.len() as i64);
    view! {
        <Notice glyph=Glyph::Undo>
            <span>{part(move || i18n.t(|m| m.import_undone(removed)))}</span>
            {(kept > 0).then(|| view! { <span>{part(move || i18n.t(|m| m.import_kept(kept)))}</span> })}
        </Notice>
        <ul class="kept">
            {undone.kept.into_iter().map(|it| view! {
                <li><a href=format!("/app/customers/{}", it.id)>{it.name}</a></li>
            }).collect_view()}
        </ul>
    }
    .into_any()
}
