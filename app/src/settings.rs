//! Settings: the member, the people, other programs, the look, the device.

mod account;
mod confirm;
mod departments;
mod device;
mod journal;
mod look;
mod members;
mod places;
mod second_factor;
mod sessions;
mod shown_once;
mod tokens;

use huike_messages::Messages;
use huike_shared::access::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::deals::PipelinesSettings;
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::store::use_store;
use crate::ui::{Tab, Tabs, follow, part};

/// The parts of the page, by the word in the address.
const SECTIONS: [(&str, fn(&Messages) -> String); 7] = [
    ("account", Messages::settings_account),
    ("members", Messages::settings_members),
    ("pipelines", Messages::pipelines_title),
    ("tokens", Messages::tokens_title),
    ("journal", Messages::journal_title),
    ("look", Messages::settings_look),
    ("device", Messages::settings_device),
];

/// The message that says what a role is called, by the role's word.
fn role_key(word: &str) -> String {
    format!("role-{}", word.replace('_', "-"))
}

/// The page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let (i18n, nav, store) = (use_i18n(), use_nav(), use_store());
    let params = use_params_map();
    let section = Memo::new(move |_| {
        let asked = params.with(|it| it.get("section")).unwrap_or_default();
        SECTIONS
            .iter()
            .map(|it| it.0)
            .find(|it| *it == asked)
            .unwrap_or("account")
    });
    follow(move || {
        let title = i18n.t(Messages::settings_title);
        document().set_title(&format!("{title} · {}", i18n.t(Messages::app_title)));
    });
    let tabs = Signal::derive(move || {
        let offered = SECTIONS.iter().filter(|it| match it.0 {
            "members" => store.may(Action::View),
            "journal" => store.may(Action::Administer),
            _ => true,
        });
        offered
            .map(|(id, words)| Tab {
                id: (*id).to_owned(),
                label: i18n.t(*words),
                count: None,
                detail: None,
            })
            .collect::<Vec<_>>()
    });
    let body = move || match section.get() {
        "members" => view! { <members::Members/> }.into_any(),
        "pipelines" => view! { <PipelinesSettings/> }.into_any(),
        "tokens" => view! { <tokens::Tokens/> }.into_any(),
        "journal" => view! { <journal::Journal/> }.into_any(),
        "look" => view! { <look::Look/> }.into_any(),
        "device" => view! { <device::Device/> }.into_any(),
        _ => view! { <account::Account/> }.into_any(),
    };
    view! {
        <header class="page-head">
            <h1>{i18n.text(Messages::settings_title)}</h1>
        </header>
        <div class="page-bar">
            <Tabs
                label=i18n.text(Messages::settings_title)
                tabs
                chosen=Signal::derive(move || section.get().to_owned())
                on_choose=move |id: String| nav.replace(&format!("/app/settings/{id}"))
            />
        </div>
        <div class="page-body narrow">{part(body)}</div>
    }
    .into_any()
}
