//! The data core: the replica with its store and its socket, in the worker of the leading tab.
//!
//! ```text
//! screens ─┐                        ┌─> screens   rows, answers, status
//! socket  ─┼─> mailbox ─> core ─────┼─> socket    frames
//! fetch   ─┘              │         └─> fetch     pages of states
//!                         └─ replica (pure) ─> store (one transaction, then the effects)
//! ```
//!
//! Everything that decides is in `huike_shared::sync::replica`; here events are gathered, transactions
//! awaited and effects performed. The contract with the page stands at the top of `public/tabs.js`.

pub mod core;
pub mod fetch;
#[cfg(all(test, target_arch = "wasm32"))]
mod genesis;
pub mod mailbox;
pub mod notes;
pub mod outside;
pub mod screens;
pub mod socket;
pub mod start;
pub mod store;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

/// Runs the data core. When this returns it listens; the promise is settled when it ends.
#[wasm_bindgen]
pub fn data_main(early: Array) -> Promise {
    start::start(&early)
}
