//! The security log, for administrators: who did what about sign-in, rights and data, with a filter and files.

use huike_messages::Messages;
use huike_shared::access::Role;
use huike_shared::id::RecordId;
use huike_shared::registry;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::Deserialize;

use super::confirm::ProblemOrConfirm;
use super::role_key;
use crate::files::save_file;
use crate::i18n::{I18n, use_i18n};
use crate::record::kind_label;
use crate::session::http::{self, HttpError};
use crate::store::{LocalStore, use_store};
use crate::ui::{Button, ButtonKind, Choice, Editor, Field, For, Show, listen, part};

const PATH: &str = "/api/v1/journal";

/// A form in which the log can be taken away.
#[derive(Clone, Copy)]
struct FileKind {
    format: &'static str,
    name: &'static str,
    content_type: &'static str,
}

const CSV: FileKind = FileKind {
    format: "csv",
    name: "huike-security-log.csv",
    content_type: "text/csv;charset=utf-8",
};

const JSON: FileKind = FileKind {
    format: "json",
    name: "huike-security-log.json",
    content_type: "application/json",
};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Entry {
    number: u64,
    at: i64,
    what: String,
    by: Option<String>,
    about: Option<String>,
    kind: Option<String>,
    detail: String,
}

#[derive(Deserialize)]
struct Listed {
    entries: Vec<Entry>,
    /// Where older entries go on.
    next: Option<u64>,
    /// What can have happened.
    whats: Vec<String>,
}

/// Lists the security log.
#[component]
pub fn Journal() -> impl IntoView {
    // What it reads.
    let (i18n, store) = (use_i18n(), use_store());
    let (person, what) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let record = RwSignal::new(String::new());
    let entries = RwSignal::new(None::<Vec<Entry>>);
    let whats = RwSignal::new(Vec::<String>::new());
    let next = RwSignal::new(None::<u64>);
    let error = RwSignal::new(None::<HttpError>);
    let asked = RwSignal::new(None::<FileKind>);
    let filter = Memo::new(move |_| {
        // A record is known by the end of its address.
        let record = record.get();
        let record = record.trim().rsplit('/').next().unwrap_or_default();
        let words = [
            ("person", &*person.get()),
            ("what", &*what.get()),
            ("record", record),
        ];
        let words = words.into_iter().filter(|it| !it.1.is_empty());
        words
            .map(|(name, value)| format!("&{name}={}", js_sys::encode_uri_component(value)))
            .collect::<String>()
    });

    // What it can do.
    let load = move |before: Option<u64>| {
        let page = before.map(|it| format!("&before={it}")).unwrap_or_default();
        let path = format!(
            "{PATH}?{}{page}",
            filter.get_untracked().trim_start_matches('&')
        );
        error.set(None);
        leptos::task::spawn_local(async move {
            match http::get::<Listed>(&path).await {
                Ok(listed) => {
                    next.try_set(listed.next);
                    whats.try_set(listed.whats);
                    entries.try_update(|it| match it {
                        Some(shown) if before.is_some() => shown.extend(listed.entries),
                        _ => *it = Some(listed.entries),
                    });
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    load(None);
    let export = move |kind: FileKind| {
        asked.set(Some(kind));
        let path = format!(
            "{PATH}/export?format={}{}",
            kind.format,
            filter.get_untracked()
        );
        error.set(None);
        leptos::task::spawn_local(async move {
            match http::get_text(&path).await {
                Ok(text) => save_file(kind.name, kind.content_type, &text),
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    let again = move |()| match asked.get_untracked() {
        Some(kind) => export(kind),
        None => load(None),
    };

    // What it looks like.
    let people = Signal::derive(move || {
        let any = Choice {
            value: String::new(),
            label: i18n.t(Messages::journal_person_any),
        };
        let members = store.members().get();
        let members = members.iter().map(|it| Choice {
            value: it.id.to_string(),
            label: it.name.to_string(),
        });
        std::iter::once(any).chain(members).collect::<Vec<_>>()
    });
    let happenings = Signal::derive(move || {
        let any = Choice {
            value: String::new(),
            label: i18n.t(Messages::journal_what_any),
        };
        let all = whats.get();
        let all = all.iter().map(|it| Choice {
            value: it.clone(),
            label: words(i18n, it),
        });
        std::iter::once(any).chain(all).collect::<Vec<_>>()
    });
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::journal_title)}</h2>
            <p class="muted">{i18n.text(Messages::journal_hint)}</p>
            <form
                class="form two"
                on:submit=listen(move |ev: SubmitEvent| {
                    ev.prevent_default();
                    load(None);
                })
            >
                <Field label=i18n.text(Messages::journal_person) value=person editor=Editor::OneOf(people)/>
                <Field label=i18n.text(Messages::journal_what) value=what editor=Editor::OneOf(happenings)/>
                <Field label=i18n.text(Messages::journal_record) value=record/>
                <div class="wizard-foot start">
                    <Button
                        label=i18n.text(Messages::journal_show)
                        kind=ButtonKind::Primary
                        submits=true
                        on_press=|()| {}
                    />
                    <Button label=i18n.text(Messages::journal_csv) on_press=move |()| export(CSV)/>
                    <Button label=i18n.text(Messages::journal_json) on_press=move |()| export(JSON)/>
                </div>
            </form>
            <ProblemOrConfirm error again=again/>
            <Show when=move || entries.with(|it| it.as_ref().is_some_and(Vec::is_empty))>
                <p class="muted">{i18n.text(Messages::journal_none)}</p>
            </Show>
            <ul class="people">
                <For each=move || entries.get().unwrap_or_default() key=|it| it.number let:entry>
                    {
                        let what = entry.what.clone();
                        view! {
                            <li class="list-row">
                                <span class="list-words">
                                    <b>{part(move || words(i18n, &what))}</b>
                                    <span>{part(move || facts(i18n, store, &entry))}</span>
                                </span>
                            </li>
                        }
                    }
                </For>
            </ul>
            <Show when=move || next.get().is_some()>
                <Button
                    label=i18n.text(Messages::journal_more)
                    on_press=move |()| load(next.get_untracked())
                />
            </Show>
        </section>
    }
    .into_any()
}

fn words(i18n: I18n, what: &str) -> String {
    i18n.by_key(&format!("journal-what-{what}"))
}

/// Who, when, about whom, and the program's own word of it.
fn facts(i18n: I18n, store: LocalStore, entry: &Entry) -> String {
    let name = |id: &Option<String>| {
        let id = RecordId::parse(id.as_deref()?).ok()?;
        Some(store.member_name(id)).filter(|it| !it.is_empty())
    };
    let who = name(&entry.by).unwrap_or_else(|| i18n.t(Messages::journal_by_nobody));
    let about = name(&entry.about).map(|it| i18n.t(|m| m.journal_about(&it)));
    let kind = entry.kind.as_deref().and_then(registry::def_by_name);
    let facts = [
        Some(i18n.instant_exact(entry.at)),
        Some(who),
        about,
        kind.map(|it| kind_label(i18n, it.kind)),
        Some(detail(i18n, &entry.detail)).filter(|it| !it.is_empty()),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The word that says more; of a role, its name.
fn detail(i18n: I18n, word: &str) -> String {
    match Role::from_word(word) {
        Some(role) => i18n.by_key(&role_key(role.word())),
        None => word.to_owned(),
    }
}
