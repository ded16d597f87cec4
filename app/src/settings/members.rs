//! The people of the workspace, their departments, and the links by which others join.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::access::{Action, Role};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::confirm::ProblemOrConfirm;
use super::departments::{self, DepartmentList, Departments};
use super::places::MemberPlaces;
use super::role_key;
use super::shown_once::ShownOnce;
use crate::i18n::use_i18n;
use crate::session::http::{self, HttpError};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Choice, Editor, Field, For, Glyph, Show, listen, part};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Invitation {
    id: String,
    #[serde(default)]
    note: String,
    role: String,
    expires_at: i64,
    status: String,
    /// Only in the answer that made it.
    #[serde(default)]
    link: Option<String>,
}

#[derive(Deserialize)]
struct Invitations {
    invitations: Vec<Invitation>,
}

#[derive(Serialize)]
struct Asked {
    note: String,
    role: String,
}

/// The people of the workspace.
#[component]
pub fn Members() -> impl IntoView {
    let store = use_store();
    let departments = Departments::new(Arc::default());
    departments::load(departments);
    view! {
        <MemberPlaces departments/>
        <DepartmentList departments/>
        <Show when=move || store.may(Action::Administer)>
            <Invite/>
        </Show>
    }
    .into_any()
}

/// Makes links, shows each once, takes them back.
#[component]
fn Invite() -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let role = RwSignal::new(Role::Salesperson.word().to_owned());
    let note = RwSignal::new(String::new());
    let made = RwSignal::new(None::<Invitation>);
    let open = RwSignal::new(Vec::<Invitation>::new());
    let error = RwSignal::new(None::<HttpError>);

    // What it can do.
    let load = move || {
        leptos::task::spawn_local(async move {
            if let Ok(answer) = http::get::<Invitations>("/api/v1/invitations").await {
                open.try_set(
                    answer
                        .invitations
                        .into_iter()
                        .filter(|it| it.status == "open")
                        .collect(),
                );
            }
        });
    };
    load();
    let invite = move || {
        let asked = Asked {
            note: note.get_untracked(),
            role: role.get_untracked(),
        };
        error.set(None);
        leptos::task::spawn_local(async move {
            match http::post::<Invitation>("/api/v1/invitations", &asked).await {
                Ok(invitation) => {
                    made.try_set(Some(invitation));
                    note.try_set(String::new());
                    load();
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
        });
    };
    let revoke = move |id: String| {
        leptos::task::spawn_local(async move {
            if let Err(problem) = http::delete(&format!("/api/v1/invitations/{id}")).await {
                error.try_set(Some(problem));
            }
            made.try_update(|it| {
                if it.as_ref().is_some_and(|it| it.id == id) {
                    *it = None;
                }
            });
            load();
        });
    };

    // What it looks like.
    let roles = Signal::derive(move || {
        let choice = |it: &Role| Choice {
            value: it.word().to_owned(),
            label: i18n.by_key(&role_key(it.word())),
        };
        Role::ALL.iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::invite_title)}</h2>
            <form
                class="form two"
                on:submit=listen(move |ev: SubmitEvent| {
                    ev.prevent_default();
                    invite();
                })
            >
                <Field label=i18n.text(Messages::invite_note) value=note/>
                <Field label=i18n.text(Messages::settings_role) value=role editor=Editor::OneOf(roles)/>
                <div class="wizard-foot start">
                    <Button
                        label=i18n.text(Messages::invite_make)
                        glyph=Glyph::Invite
                        kind=ButtonKind::Primary
                        submits=true
                        on_press=|()| {}
                    />
                </div>
            </form>
            <ProblemOrConfirm error again=move |()| invite()/>
            {part(move || made.get().and_then(|it| it.link).map(|secret| view! {
                <ShownOnce words=i18n.text(Messages::invite_once) secret/>
            }))}
            <ul class="people">
                <For each=move || open.get() key=|it| it.id.clone() let:invitation>
                    {
                        let id = invitation.id.clone();
                        let role = invitation.role.clone();
                        let note = invitation.note.clone();
                        let until = invitation.expires_at;
                        view! {
                            <li class="list-row">
                                <span class="list-words">
                                    <b>
                                        {part(move || {
                                            if note.is_empty() { i18n.t(Messages::invite_open) } else { note.clone() }
                                        })}
                                    </b>
                                    <span>
                                        {part(move || i18n.by_key(&role_key(&role)))} " · "
                                        {part(move || i18n.t(|m| m.invite_until(&i18n.instant_within(until))))}
                                    </span>
                                </span>
                                <Button
                                    label=i18n.text(Messages::invite_revoke)
                                    kind=ButtonKind::Ghost
                                    on_press=move |()| revoke(id.clone())
                                />
                            </li>
                        }
                    }
                </For>
            </ul>
        </section>
    }
    .into_any()
}
