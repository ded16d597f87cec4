//! What each member is and where: role and department, changed by administrators one member at a time.

use std::collections::HashMap;

use huike_messages::Messages;
use huike_shared::access::{Action, Role};
use huike_shared::id::RecordId;
use huike_shared::sync::message::MemberInfo;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::confirm::ProblemOrConfirm;
use super::departments::{Departments, choices, chosen, path};
use super::role_key;
use crate::i18n::use_i18n;
use crate::session::http::{self, HttpError};
use crate::store::use_store;
use crate::ui::{
    Avatar, Badge, Button, ButtonKind, Choice, Editor, Field, For, Show, listen, part,
};

#[derive(Deserialize)]
struct Placed {
    id: String,
    department: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    members: Vec<Placed>,
}

#[derive(Serialize)]
struct Place {
    role: String,
    department: Option<String>,
}

/// Members who show a code when they sign in.
#[derive(Deserialize)]
struct WithCode {
    members: Vec<String>,
}

/// The members with their places.
#[component]
pub fn MemberPlaces(departments: Departments) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let members = store.members();
    let manages = Memo::new(move |_| store.may(Action::Administer));
    // The department of each member, by their ids as text.
    let homes = RwSignal::new(HashMap::<String, String>::new());
    let with_code = RwSignal::new(Vec::<String>::new());
    let changed = RwSignal::new(None::<RecordId>);
    let (role, home) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let error = RwSignal::new(None::<HttpError>);
    let home_of = move |id: RecordId| homes.with(|it| it.get(&id.to_string()).cloned());

    // What it can do.
    let load = move || {
        leptos::task::spawn_local(async move {
            if let Ok(answer) = http::get::<Answer>("/api/v1/members").await {
                let placed = answer.members.into_iter();
                homes.try_set(
                    placed
                        .filter_map(|it| Some((it.id, it.department?)))
                        .collect(),
                );
            }
        });
    };
    load();
    if manages.get_untracked() {
        leptos::task::spawn_local(async move {
            if let Ok(answer) = http::get::<WithCode>("/api/v1/second-factors").await {
                with_code.try_set(answer.members);
            }
        });
    }
    let begin = move |member: &MemberInfo| {
        error.set(None);
        role.set(member.role.word().to_owned());
        home.set(untrack(|| home_of(member.id)).unwrap_or_default());
        changed.set(Some(member.id));
    };
    let save = move |id: RecordId| {
        error.set(None);
        let place = Place {
            role: role.get_untracked(),
            department: chosen(home.get_untracked()),
        };
        leptos::task::spawn_local(async move {
            match http::put(&format!("/api/v1/members/{id}"), &place).await {
                Ok(()) => {
                    changed.try_set(None);
                }
                Err(problem) => {
                    error.try_set(Some(problem));
                }
            }
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
    let places = Signal::derive(move || {
        let nothing = i18n.t(Messages::member_no_department);
        departments.with(|all| choices(all, nothing))
    });
    let form = move |id: RecordId| {
        view! {
            <div class="form">
            <form
                class="form two"
                on:submit=listen(move |ev: SubmitEvent| {
                    ev.prevent_default();
                    save(id);
                })
            >
                <Field label=i18n.text(Messages::settings_role) value=role editor=Editor::OneOf(roles)/>
                <Field label=i18n.text(Messages::member_department) value=home editor=Editor::OneOf(places)/>
                <div class="wizard-foot start">
                    <Button
                        label=i18n.text(Messages::common_save)
                        kind=ButtonKind::Primary
                        submits=true
                        on_press=|()| {}
                    />
                    <Button
                        label=i18n.text(Messages::common_cancel)
                        on_press=move |()| changed.set(None)
                    />
                </div>
            </form>
            <ProblemOrConfirm error again=move |()| save(id)/>
            </div>
        }
        .into_any()
    };
    let one = move |member: MemberInfo| {
        let words = move || {
            let role = i18n.by_key(&role_key(member.role.word()));
            match home_of(member.id) {
                Some(home) => {
                    let home = departments.with(|all| path(all, &home));
                    format!("{role} · {home}")
                }
                None => role,
            }
        };
        let (id, name, active) = (member.id, member.name.to_string(), member.active);
        let edited = StoredValue::new(member);
        view! {
            <li>
                <div class="list-row">
                    <Avatar name=name.clone() id=u128::from_be_bytes(id.0)/>
                    <span class="list-words">
                        <b>{name}</b>
                        <span>{part(words)}</span>
                    </span>
                    {part(move || {
                        let has_it = with_code.with(|it| it.contains(&id.to_string()));
                        has_it.then(|| view! { <Badge label=i18n.text(Messages::second_factor_has)/> })
                    })}
                    {(!active).then(|| view! { <Badge label=i18n.text(Messages::settings_member_gone)/> })}
                    <Show when=move || manages.get() && active && changed.get() != Some(id)>
                        <Button
                            label=i18n.text(Messages::member_place)
                            kind=ButtonKind::Ghost
                            on_press=move |()| edited.with_value(begin)
                        />
                    </Show>
                </div>
                {part(move || (changed.get() == Some(id)).then(|| form(id)))}
            </li>
        }
    };
    view! {
        <section class="panel">
            <h2>{i18n.text(Messages::settings_members)}</h2>
            <ul class="people">
                <For each=move || members.get().to_vec() key=|it| (it.id, it.name.clone(), it.role, it.active) let:member>
                    {one(member)}
                </For>
            </ul>
        </section>
    }
    .into_any()
}
