//! The page: screens, rows and signals.
//!
//! Invariant: no Automerge and no IndexedDB here; documents live in the worker. `public/boot.js`
//! calls [`page_main`] once.

pub mod i18n;
pub mod store;
pub mod transport;
pub mod ui;

use wasm_bindgen::prelude::*;

use transport::Tabs;

/// Starts the page. `tabs` is the object that `tabs.js` describes.
#[wasm_bindgen]
pub fn page_main(tabs: Tabs) {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(move || {
        i18n::provide_i18n();
        i18n::provide_appearance();
        store::provide_store(tabs);
    });
}
