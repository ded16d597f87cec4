//! Where edits are: what waits, what was refused, and what can be done about it.

mod export;

use huike_messages::Messages;
use huike_shared::document::DELETED;
use huike_shared::local::{Connection, RefusedEdit, WaitingEdit};
use huike_shared::record::Kind;
use huike_shared::registry;
use huike_shared::scalar::Scalar;
use leptos::prelude::*;

use crate::files::copy;
use crate::i18n::{I18n, use_i18n};
use crate::record::{key_label, kind_label, title_of, value_words};
use crate::routes::use_nav;
use crate::shell::{Shell, sync_words, use_shell};
use crate::store::{LocalStore, use_store};
use crate::ui::{
    Button, ButtonKind, EmptyState, Glyph, Icon, Menu, MenuItem, Progress, Show, Toast, follow,
    listen, part,
};

/// Rows that are drawn; the rest is counted.
const SHOWN_MAX: usize = 200;

/// The page behind the sync pill.
#[component]
pub fn SyncPage() -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let status = store.status();
    let list = store.waiting();
    follow(move || {
        // Whenever something was sent, answered or made, the list is asked for anew.
        status.track();
        store.list_waiting();
    });
    follow(move || {
        document().set_title(&format!(
            "{} · {}",
            i18n.t(Messages::sync_title),
            i18n.t(Messages::app_title)
        ));
    });
    let catching_up = Memo::new(move |_| match status.with(|it| it.connection.clone()) {
        Connection::CatchingUp { done, total } => Some((done, total)),
        _ => None,
    });
    let last = move || {
        status
            .with(|it| it.last_contact)
            .map(|it| i18n.instant(it.millis()))
    };
    let is_empty = move || list.with(|it| it.waiting.is_empty() && it.refused.is_empty());

    // What it looks like.
    view! {
        <header class="page-head">
            <h1>{i18n.text(Messages::sync_title)}</h1>
            <span class="page-count" role="status">{part(move || sync_words(store, i18n))}</span>
            <div class="page-actions">
                <Show when=move || !is_empty()>
                    <Menu label=i18n.text(Messages::sync_export) glyph=Glyph::Download>
                        <MenuItem
                            label=i18n.text(Messages::sync_export_table)
                            on_press=move |()| untrack(|| export::save_csv(store, i18n, &list.get()))
                        />
                        <MenuItem
                            label=i18n.text(Messages::sync_export_json)
                            on_press=move |()| untrack(|| export::save_json(store, i18n, &list.get()))
                        />
                    </Menu>
                </Show>
                <Button
                    label=i18n.text(Messages::sync_now)
                    glyph=Glyph::Sync
                    on_press=move |()| store.sync_now()
                />
            </div>
        </header>
        <div class="page-body narrow">
            <p class="quiet">
                {part(move || match last() {
                    Some(at) => i18n.t(|m| m.sync_last_contact(&at)),
                    None => i18n.t(Messages::sync_never),
                })}
            </p>
            {part(move || catching_up.get().map(|(done, total)| {
                view! {
                    <Progress
                        label=i18n.text(Messages::sync_catching_up)
                        done=done
                        total=Some(total)
                        counts=i18n.t(|m| m.common_count_of(done as i64, total as i64))
                    />
                }
            }))}
            <Refused/>
            <Waiting/>
            <Show when=is_empty>
                <EmptyState
                    glyph=Glyph::Cloud
                    title=i18n.text(Messages::sync_nothing_waits)
                    text=i18n.text(Messages::sync_nothing_waits_hint)
                />
            </Show>
        </div>
    }
    .into_any()
}

/// The tray of refused edits: nothing that was typed disappears without a word.
#[component]
fn Refused() -> impl IntoView {
    let (store, i18n, shell) = (use_store(), use_i18n(), use_shell());
    let list = store.waiting();
    let one = move |refused: RefusedEdit| {
        let RefusedEdit {
            edit,
            current,
            refusal,
        } = refused;
        let (intent, kind) = (edit.intent, edit.record.kind);
        let reason = i18n.by_key(&format!("refusal-{}", refusal.code()));
        // What was written, to be put elsewhere by hand.
        let written = StoredValue::new(edit.values.clone());
        let words = move || untrack(|| edit_words(store, i18n, kind, &written.get_value()));
        let has_words = !edit.values.is_empty();
        let instead = move || edit_words(store, i18n, kind, &current);
        let dismiss = move |()| {
            let kept = words();
            store.dismiss(intent);
            let toast = Toast::new(untrack(|| i18n.t(Messages::sync_dismissed)));
            shell.toasts.show(match has_words {
                true => {
                    let label = untrack(|| i18n.t(Messages::common_copy));
                    toast.action(label, move || copy_words(shell, i18n, kept.clone()))
                }
                false => toast,
            });
        };
        view! {
            <li class="outbox-row refused">
                <Icon glyph=Glyph::Warning/>
                <EditWords edit/>
                <div class="refusal">
                    <b>{reason}</b>
                    {has_words.then(|| view! {
                        <small class="muted">
                            {part(move || i18n.t(|m| m.sync_instead(&instead())))}
                        </small>
                    })}
                </div>
                <Button
                    label=i18n.text(Messages::common_retry)
                    on_press=move |()| store.retry(intent)
                />
                {has_words.then(|| view! {
                    <Button
                        label=i18n.text(Messages::common_copy)
                        kind=ButtonKind::Ghost
                        on_press=move |()| copy_words(shell, i18n, words())
                    />
                })}
                <Button
                    label=i18n.text(Messages::sync_dismiss)
                    kind=ButtonKind::Ghost
                    on_press=dismiss
                />
            </li>
        }
    };
    view! {
        <Show when=move || list.with(|it| !it.refused.is_empty())>
            <section class="panel">
                <h2>{i18n.text(Messages::sync_refused_title)}</h2>
                <p class="quiet">{i18n.text(Messages::sync_refused_hint)}</p>
                <ul class="outbox">
                    {part(move || list.get().refused.iter().take(SHOWN_MAX).cloned().map(one).collect_view())}
                </ul>
            </section>
        </Show>
    }
    .into_any()
}

/// Puts a refused edit into the clipboard and says so.
fn copy_words(shell: Shell, i18n: I18n, words: String) {
    leptos::task::spawn_local(async move {
        let is_copied = copy(&words).await;
        let said = untrack(|| match is_copied {
            true => i18n.t(Messages::common_copied),
            false => words,
        });
        shell.toasts.show(Toast::new(said));
    });
}

/// What waits for the server.
#[component]
fn Waiting() -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let list = store.waiting();
    let one = move |edit: WaitingEdit| {
        view! {
            <li class="outbox-row">
                <Icon glyph=Glyph::CloudUpload/>
                <EditWords edit/>
            </li>
        }
    };
    let rest = move || list.with(|it| it.waiting.len().saturating_sub(SHOWN_MAX));
    view! {
        <Show when=move || list.with(|it| !it.waiting.is_empty())>
            <section class="panel">
                <h2>{i18n.text(Messages::sync_waiting_title)}</h2>
                <ul class="outbox">
                    {part(move || list.get().waiting.iter().take(SHOWN_MAX).cloned().map(one).collect_view())}
                </ul>
                {part(move || (rest() > 0).then(|| i18n.t(|m| m.list_more_rows(rest() as i64))))}
            </section>
        </Show>
    }
    .into_any()
}

/// Which record, which fields, which values, when.
#[component]
fn EditWords(edit: WaitingEdit) -> impl IntoView {
    let (store, i18n, nav) = (use_store(), use_i18n(), use_nav());
    let WaitingEdit {
        record, values, at, ..
    } = edit;
    let title = move || {
        format!(
            "{} · {}",
            kind_label(i18n, record.kind),
            title_of(store, record, i18n)
        )
    };
    let words = move || edit_words(store, i18n, record.kind, &values);
    view! {
        <div>
            <b>
                <button type="button" class="link" on:click=listen(move |_| nav.open(store, record))>
                    {part(title)}
                </button>
            </b>
            <span>{part(words)}</span>
        </div>
        <time title=i18n.instant_exact(at.millis())>{part(move || i18n.instant(at.millis()))}</time>
    }
    .into_any()
}

/// What an edit puts, in words.
fn edit_words(store: LocalStore, i18n: I18n, kind: Kind, values: &[(Box<str>, Scalar)]) -> String {
    if values.is_empty() {
        return i18n.t(Messages::sync_text_edit);
    }
    let one = |(key, value): &(Box<str>, Scalar)| {
        let words = value_of(store, i18n, kind, key, value);
        if **key == *DELETED {
            return words;
        }
        format!("{}: {words}", key_label(i18n, kind, key))
    };
    values.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// One value in words.
fn value_of(store: LocalStore, i18n: I18n, kind: Kind, key: &str, value: &Scalar) -> String {
    if *key == *DELETED {
        return match value {
            Scalar::Bool(true) => i18n.t(Messages::common_delete),
            _ => i18n.t(Messages::common_restore),
        };
    }
    let field = registry::def(kind).and_then(|it| registry::field(it, key));
    let words = field
        .map(|it| value_words(store, i18n, it, value))
        .unwrap_or_default();
    if words.is_empty() {
        "—".to_owned()
    } else {
        words
    }
}
