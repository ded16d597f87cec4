//! Customers and the people at them: the list, the page of one customer, the page of one contact.

mod bulk;
mod contact_page;
mod criteria;
mod facts;
mod found;
mod list;
mod list_cells;
mod list_rows;
mod order;
mod record_page;
mod tied;
mod toolbar;
mod views_menu;

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::i18n::use_i18n;
use crate::record::title_of;
use crate::routes::{customer_path, use_nav};
use crate::shell::use_shell;
use crate::store::use_store;
use crate::ui::{Show, SidePanel, Width, follow, part};

pub use contact_page::ContactPage;
pub use record_page::CustomerRecord;

/// Names the customer with this id.
fn customer_ref(id: RecordId) -> RecordRef {
    RecordRef {
        kind: Customer::DEF.kind,
        id,
    }
}

/// The list of customers with one of them beside it, or one of them alone.
#[component]
pub fn CustomersPage() -> impl IntoView {
    // What it reads.
    let (store, i18n, nav, shell) = (use_store(), use_i18n(), use_nav(), use_shell());
    let params = use_params_map();
    let open = Memo::new(move |_| {
        params
            .with(|it| it.get("id"))
            .and_then(|it| RecordId::parse(&it).ok())
    });
    let is_full = Memo::new(move |_| {
        open.get().is_some() && shell.width.get() == Width::Desktop && nav.query("full").is_some()
    });
    let list = list::ListState::new(open.into());

    // What it derives.
    follow(move || {
        let record = open.get().map(customer_ref);
        store.set_presence(record);
        let title = match record {
            Some(record) => title_of(store, record, i18n),
            None => i18n.t(Messages::customers_title),
        };
        document().set_title(&format!("{title} · {}", i18n.t(Messages::app_title)));
    });
    on_cleanup(move || store.set_presence(None));

    // What it can do.
    let close = move |()| {
        let query = nav.with_query(&[("full", None)]);
        nav.to(&format!("/app/customers{query}"));
        list.focus();
    };
    let step = move |by: isize| {
        if let Some(next) = list.neighbor(open.get_untracked(), by) {
            nav.replace(&format!("{}{}", customer_path(next), nav.with_query(&[])));
        }
    };
    let panel_label = Signal::derive(move || {
        open.get()
            .map(|it| title_of(store, customer_ref(it), i18n))
            .unwrap_or_default()
    });

    // What it looks like.
    let record = move || {
        open.get().map(|id| {
            view! { <CustomerRecord id is_full=is_full on_close=close on_step=step/> }
        })
    };
    view! {
        <Show
            when=move || is_full.get()
            fallback=move || {
                view! {
                    <div class="page-split">
                        <section class="split-list">
                            <list::CustomerList list open/>
                        </section>
                        <SidePanel
                            open=Signal::derive(move || open.get().is_some())
                            label=panel_label
                            on_close=close
                        >
                            {part(record)}
                        </SidePanel>
                    </div>
                }
                    .into_any()
            }
        >
            <div class="page-body flush">
                <div class="record-full">{part(record)}</div>
            </div>
        </Show>
    }
    .into_any()
}
