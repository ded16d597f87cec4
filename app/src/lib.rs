//! The page: screens, rows and signals.
//!
//! Invariant: no Automerge and no IndexedDB here; documents live in the worker. `public/boot.js`
//! calls [`page_main`] once. Slices ([`customers`], [`deals`], [`followups`]) are screens over the one
//! [`store`]; [`ui`] holds pieces that know no record.

pub mod customers;
pub mod deals;
pub mod deleted_page;
pub mod files;
pub mod followups;
pub mod history;
pub mod i18n;
pub mod import;
pub mod lazy;
pub mod palette;
pub mod record;
pub mod routes;
pub mod session;
pub mod settings;
pub mod shell;
pub mod store;
pub mod sync_panel;
pub mod transport;
pub mod ui;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use transport::Tabs;

/// Starts the page. `tabs` is the object that `tabs.js` describes.
#[wasm_bindgen]
pub fn page_main(tabs: Tabs) {
    shell::watch_panics();
    let place = document()
        .get_element_by_id("app")
        .or_else(|| document().body().map(Into::into))
        .and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
    let Some(place) = place else { return };
    // The shell's grey outline has done its work.
    place.set_text_content(None);
    let handle = leptos::mount::mount_to(place, move || {
        i18n::provide_i18n(&tabs.words());
        i18n::provide_appearance();
        store::provide_store(tabs);
        session::provide_session();
        view! { <shell::Frame/> }
    });
    handle.forget();
}
