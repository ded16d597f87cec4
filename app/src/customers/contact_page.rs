//! The page of one contact.

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::customers::Contact;
use huike_shared::id::RecordId;
use huike_shared::record::{FieldDef, Record, RecordRef};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::history::{HistoryButton, provide_history};
use crate::i18n::use_i18n;
use crate::record::{FieldGroup, FieldGroups, FieldInput, GoneRecord, SyncState, title_of_row};
use crate::routes::{customer_path, use_nav};
use crate::store::use_store;
use crate::ui::{Avatar, Button, ButtonKind, Glyph, Show, follow, live, part};

const GROUPS: &[FieldGroup] = &[
    FieldGroup {
        title: "fields-contact",
        fields: &["phone", "email", "wechat", "preferred_channel"],
        always: &["phone", "email", "wechat"],
    },
    FieldGroup {
        title: "fields-about",
        fields: &[
            "customer",
            "job_title",
            "role",
            "is_primary",
            "birthday",
            "remark",
        ],
        always: &["customer", "job_title", "role", "is_primary"],
    },
];

/// The page of one contact.
#[component]
pub fn ContactPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params
            .with(|it| it.get("id"))
            .and_then(|it| RecordId::parse(&it).ok())
            .unwrap_or_default()
    });
    view! {
        <div class="page-body narrow">
            {part(move || view! { <ContactRecord id=id.get()/> })}
        </div>
    }
    .into_any()
}

#[component]
fn ContactRecord(id: RecordId) -> impl IntoView {
    // What it reads.
    let (store, i18n, nav) = (use_store(), use_i18n(), use_nav());
    let record = RecordRef {
        kind: Contact::DEF.kind,
        id,
    };
    let row = store.row(record);
    let is_there = Memo::new(move |_| row.with(|it| it.as_ref().is_some_and(|it| !it.deleted)));
    let name = Signal::derive(move || {
        row.with(|it| {
            it.as_ref()
                .map(|it| title_of_row(it, i18n))
                .unwrap_or_default()
        })
    });
    let name_field: &'static FieldDef = &Contact::DEF.fields[Contact::NAME.index];
    let history = provide_history(record);
    follow(move || {
        store.set_presence(Some(record));
        document().set_title(&format!("{} · {}", name.get(), i18n.t(Messages::app_title)));
    });

    // What it can do.
    let customer =
        move || row.with_untracked(|it| it.as_ref().and_then(|it| it.get(Contact::CUSTOMER)));
    let back = move || match customer() {
        Some(customer) => nav.to(&customer_path(customer.raw())),
        None => nav.to("/app/customers"),
    };
    let delete = move |()| {
        store.delete(&[record]);
        back();
    };

    // What it looks like.
    view! {
        <Show
            when=move || is_there.get()
            fallback=move || {
                view! { <GoneRecord record on_close=move |()| back()/> }.into_any()
            }
        >
            <article class="record" class:then=live(move || history.is_then())>
                <header class="record-head">
                    <Avatar name id=u128::from_be_bytes(id.0) large=true/>
                    <div class="record-name">
                        <h1>
                            <FieldInput record field=name_field bare=true/>
                        </h1>
                        <p class="record-meta">
                            <span>{i18n.text(Messages::kind_contact)}</span>
                            <SyncState record/>
                        </p>
                    </div>
                    <div class="page-actions">
                        <HistoryButton/>
                        <Button
                            label=i18n.text(Messages::common_delete)
                            glyph=Glyph::Trash
                            kind=ButtonKind::Ghost
                            disabled=Signal::derive(move || !store.may_on(record.kind, Action::Delete))
                            on_press=delete
                        />
                        <Button label=i18n.text(Messages::common_back) on_press=move |()| back()/>
                    </div>
                </header>
                <section class="record-is">
                    <FieldGroups record def=Contact::DEF groups=GROUPS/>
                </section>
                {history.place()}
            </article>
        </Show>
    }
    .into_any()
}
