//! Addresses: which page an address shows, and how pages lead to each other.
//!
//! Filters, sort and what is open live in the address, so that Back undoes them and a link shares
//! them. Every path is written in full (`/app/…`).

use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, Task};
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use huike_shared::row::Row;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::{FlatRoutes, Redirect, Route};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::location::Location;
use leptos_router::path;

use crate::lazy::Screen;
use crate::shell::NotFound;
use crate::store::LocalStore;

/// Where the program lives.
pub const BASE: &str = "/app";

/// Every page, below [`BASE`]. The parts after `?` are optional and do not build the page anew when they change.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=|| view! { <NotFound/> }>
            <Route path=path!("") view=|| view! { <Redirect path="/today"/> }/>
            <Route path=path!("/today") view=|| Screen::Today.view()/>
            <Route path=path!("/customers/:id?") view=|| Screen::Customers.view()/>
            <Route path=path!("/contacts/:id") view=|| Screen::Contact.view()/>
            <Route path=path!("/deals/:pipeline?/:deal?") view=|| Screen::Deals.view()/>
            <Route path=path!("/tasks") view=|| Screen::Tasks.view()/>
            <Route path=path!("/settings/:section?/:item?") view=|| Screen::Settings.view()/>
            <Route path=path!("/import") view=|| Screen::Import.view()/>
            <Route path=path!("/sync") view=|| Screen::Sync.view()/>
            <Route path=path!("/deleted") view=|| Screen::Deleted.view()/>
        </FlatRoutes>
    }
    .into_any()
}

/// Leads to pages and reads the address. From context by [`use_nav`].
#[derive(Clone, Copy)]
pub struct Nav {
    go: StoredValue<Box<dyn Fn(&str, NavigateOptions)>, LocalStorage>,
    location: StoredValue<Location>,
}

/// Makes the [`Nav`]; inside the router.
pub fn provide_nav() -> Nav {
    let navigate = use_navigate();
    let nav = Nav {
        go: StoredValue::new_local(Box::new(move |path, options| navigate(path, options))),
        location: StoredValue::new(use_location()),
    };
    provide_context(nav);
    nav
}

/// The way to other pages.
pub fn use_nav() -> Nav {
    expect_context::<Nav>()
}

impl Nav {
    /// Leads to a path, written in full.
    pub fn to(self, path: &str) {
        self.leave(path, false);
    }

    /// The same without a step for the Back button.
    pub fn replace(self, path: &str) {
        self.leave(path, true);
    }

    fn leave(self, path: &str, replace: bool) {
        let options = NavigateOptions {
            resolve: false,
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        self.go.with_value(|go| go(path, options));
    }

    /// The path, followed.
    pub fn path(self) -> String {
        self.location.with_value(|it| it.pathname.get())
    }

    /// One value of the query, followed; empty counts as absent.
    pub fn query(self, key: &str) -> Option<String> {
        self.location
            .with_value(|it| it.query.with(|all| all.get(key)))
            .filter(|it| !it.is_empty())
    }

    /// One value of the query as it is now, not followed.
    pub fn query_now(self, key: &str) -> Option<String> {
        untrack(|| self.query(key))
    }

    /// Puts values of the query (`None` removes one), keeping the others and the page.
    pub fn set_query(self, changes: &[(&str, Option<&str>)]) {
        let path = self.location.with_value(|it| it.pathname.get_untracked());
        self.replace(&format!("{path}{}", self.with_query(changes)));
    }

    /// The present query with these changes, with its question mark; empty if nothing is left.
    pub fn with_query(self, changes: &[(&str, Option<&str>)]) -> String {
        let mut query = self.location.with_value(|it| it.query.get_untracked());
        for (key, value) in changes {
            query.remove(key);
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                query.insert((*key).to_owned(), value.to_owned());
            }
        }
        query.to_query_string()
    }

    /// Opens a record where records of its kind live.
    pub fn open(self, store: LocalStore, record: RecordRef) {
        if let Some(row) = store.peek(record) {
            self.to(&path_of(&row));
        }
    }
}

/// The address of a customer.
pub fn customer_path(id: RecordId) -> String {
    format!("/app/customers/{id}")
}

/// The address of a deal.
pub fn deal_path(row: &Row) -> String {
    format!("/app/deals/{}/{}", row.get(Deal::PLACE).pipeline, row.id)
}

/// The address of a record.
pub fn path_of(row: &Row) -> String {
    if row.kind == Deal::DEF.kind {
        deal_path(row)
    } else if row.kind == Contact::DEF.kind {
        format!("/app/contacts/{}", row.id)
    } else if row.kind == Task::DEF.kind {
        format!("/app/tasks?task={}", row.id)
    } else if row.kind == Activity::DEF.kind {
        match row.get(Activity::CUSTOMER) {
            Some(customer) => customer_path(customer.raw()),
            None => "/app/today".to_owned(),
        }
    } else if row.kind == Customer::DEF.kind {
        customer_path(row.id)
    } else {
        "/app/today".to_owned()
    }
}
