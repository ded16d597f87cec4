//! Pages whose code comes when they are first opened.
//!
//! The page's module is split after it was compiled: what only one of the functions below reaches
//! lies in a module of its own, which the service worker keeps with the rest. `work` has what is open
//! all day, `office` the rest; more parts would share so much that each came in a dozen pieces. Each
//! function gives the maker of a page, not the page: it is made under the owner that asked for it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;

use huike_messages::Messages;
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::customers::{ContactPage, CustomersPage};
use crate::deals::DealsPage;
use crate::deleted_page::DeletedPage;
use crate::followups::{TasksPage, TodayPage};
use crate::history::HistoryPlace;
use crate::i18n::use_i18n;
use crate::import::ImportPage;
use crate::palette::Palette;
use crate::settings::SettingsPage;
use crate::shell::CreationDialogs;
use crate::sync_panel::SyncPage;
use crate::ui::{Button, Glyph, Notice, Tone, part};

/// Makes a page.
type Make = fn() -> AnyView;
type Loaded = Result<Make, SplitLoaderError>;

#[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
fn load_customers() -> Loaded {
    Ok(|| view! { <CustomersPage/> }.into_any())
}

#[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
fn load_contact() -> Loaded {
    Ok(|| view! { <ContactPage/> }.into_any())
}

#[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
fn load_deals() -> Loaded {
    Ok(|| view! { <DealsPage/> }.into_any())
}

#[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
fn load_today() -> Loaded {
    Ok(|| view! { <TodayPage/> }.into_any())
}

#[wasm_split(work, wasm_split_path = leptos::wasm_split, fallible)]
fn load_tasks() -> Loaded {
    Ok(|| view! { <TasksPage/> }.into_any())
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn load_settings() -> Loaded {
    Ok(|| view! { <SettingsPage/> }.into_any())
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn load_import() -> Loaded {
    Ok(|| view! { <ImportPage/> }.into_any())
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn load_sync() -> Loaded {
    Ok(|| view! { <SyncPage/> }.into_any())
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn load_deleted() -> Loaded {
    Ok(|| view! { <DeletedPage/> }.into_any())
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn load_palette() -> Loaded {
    Ok(|| view! { <Palette/> }.into_any())
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn load_creation() -> Loaded {
    Ok(|| view! { <CreationDialogs/> }.into_any())
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn load_history() -> Loaded {
    Ok(|| view! { <HistoryPlace/> }.into_any())
}

/// What is made of a module of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Screen {
    /// The list of customers with the record beside it.
    Customers,
    /// One contact.
    Contact,
    /// Boards and deals.
    Deals,
    /// Today.
    Today,
    /// The list of tasks.
    Tasks,
    /// Settings.
    Settings,
    /// Import of files.
    Import,
    /// What waits and what was refused.
    Sync,
    /// What was deleted.
    Deleted,
    /// The palette.
    Palette,
    /// The dialogs that make records.
    Creation,
    /// What happened to a record.
    History,
}

/// All of them: what is used most comes first.
const ALL: [Screen; 12] = [
    Screen::Customers,
    Screen::Deals,
    Screen::Creation,
    Screen::Today,
    Screen::Tasks,
    Screen::Contact,
    Screen::Palette,
    Screen::History,
    Screen::Settings,
    Screen::Import,
    Screen::Sync,
    Screen::Deleted,
];

/// How long the first screen has the machine for itself.
const REST_MS: u32 = 3_000;

/// Fetches what has not come yet, one after the other, once the first screen has settled. A page that stays open while the server is
/// upgraded must have all of its code, and the next click should not wait.
pub fn fetch_all() {
    leptos::task::spawn_local(async {
        gloo_timers::future::TimeoutFuture::new(REST_MS).await;
        for screen in ALL {
            if screen.loaded().is_none() {
                let _ = screen.fetch().await; // asked for again when it is opened
            }
        }
    });
}

thread_local! {
    static LOADED: RefCell<HashMap<Screen, Make>> = RefCell::default();
}

impl Screen {
    /// The screen: at once if its code is here, else as soon as it has come.
    pub fn view(self) -> AnyView {
        let made = RwSignal::new(self.loaded().map(Ok));
        let load = move || {
            leptos::task::spawn_local(async move {
                let fetched = self.fetch().await;
                made.try_set(Some(fetched.map_err(drop)));
            });
        };
        if made.with_untracked(Option::is_none) {
            load();
        }
        part(move || match made.get() {
            None => ().into_any(),
            Some(Ok(make)) => make(),
            Some(Err(())) => view! { <DidNotCome retry=load/> }.into_any(),
        })
        .into_any()
    }

    /// The screen, from the first time that it is wanted.
    pub fn once(self, is_wanted: impl Fn() -> bool + Send + Sync + 'static) -> AnyView {
        let was_wanted = Memo::new(move |was| was == Some(&true) || is_wanted());
        part(move || was_wanted.get().then(|| self.view())).into_any()
    }

    fn loaded(self) -> Option<Make> {
        LOADED.with_borrow(|it| it.get(&self).copied())
    }

    async fn fetch(self) -> Loaded {
        let make = self.load().await?;
        LOADED.with_borrow_mut(|it| it.insert(self, make));
        Ok(make)
    }

    fn load(self) -> Pin<Box<dyn Future<Output = Loaded>>> {
        match self {
            Screen::Customers => Box::pin(load_customers()),
            Screen::Contact => Box::pin(load_contact()),
            Screen::Deals => Box::pin(load_deals()),
            Screen::Today => Box::pin(load_today()),
            Screen::Tasks => Box::pin(load_tasks()),
            Screen::Settings => Box::pin(load_settings()),
            Screen::Import => Box::pin(load_import()),
            Screen::Sync => Box::pin(load_sync()),
            Screen::Deleted => Box::pin(load_deleted()),
            Screen::Palette => Box::pin(load_palette()),
            Screen::Creation => Box::pin(load_creation()),
            Screen::History => Box::pin(load_history()),
        }
    }
}

/// The network broke off on the first visit, before the service worker had the code.
#[component]
fn DidNotCome(retry: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="page-body">
            <Notice tone=Tone::Due glyph=Glyph::Warning>
                <span>{i18n.text(Messages::error_screen_missing)}</span>
                <Button label=i18n.text(Messages::common_retry) on_press=move |()| retry()/>
            </Notice>
        </div>
    }
}
