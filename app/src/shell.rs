//! The frame around every page: rail or bottom bar, bars that warn, toasts, palette and keys.

mod bottom_bar;
mod creation;
mod keys;
mod member_menu;
mod notices;
mod panic;
mod pill;
mod presence;
mod rail;
mod saved_views;
mod sign_out;
mod toasts;

use huike_messages::{Language, Messages};
use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::record::Record;
use leptos::prelude::*;
use leptos_router::components::Router;

use crate::i18n::{I18n, NoWords, use_i18n};
use crate::lazy::{self, Screen};
use crate::routes::{BASE, Pages, provide_nav, use_nav};
use crate::store::device::{remember, remembered};
use crate::store::use_store;
use crate::ui::{
    Announcer, Button, EmptyState, Glyph, LiveRegion, Toast, ToastStack, Toasts, Tone, Width,
    follow, live, use_width,
};

pub use creation::{Creation, CreationDialogs, Wanted, use_creation};
pub use keys::Shortcuts;
pub use member_menu::{density_label, theme_label};
pub use panic::watch_panics;
pub use pill::{PillButton, PillMark, words as sync_words};
pub use presence::Presence;
pub use saved_views::{StarredViews, views_of};

/// What only the frame holds, for the pages inside it.
#[derive(Clone, Copy)]
pub struct Shell {
    /// Toasts, for undo and results of what went on in the background.
    pub toasts: Toasts,
    /// Says something to those who do not see it.
    pub announcer: Announcer,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// Whether the sheet of keys is open.
    pub keys: RwSignal<bool>,
    /// Whether the question before signing out is open.
    pub sign_out: RwSignal<bool>,
    /// How much room there is.
    pub width: Signal<Width>,
    /// Whether single letters are shortcuts.
    pub has_letter_keys: RwSignal<bool>,
}

impl Shell {
    /// Switches the language, or says that its sentences are not to be had now.
    pub fn switch_language(self, i18n: I18n, language: Language) {
        leptos::task::spawn_local(async move {
            if let Err(NoWords) = i18n.set_language(language).await {
                let text = untrack(|| i18n.t(Messages::error_offline));
                self.toasts.show(Toast::new(text).tone(Tone::Due));
            }
        });
    }
}

/// The frame, from context.
pub fn use_shell() -> Shell {
    expect_context::<Shell>()
}

/// Whether the rail is folded, kept on this device.
const RAIL_KEY: &str = "huike.rail";
/// Whether single letters are shortcuts, kept on this device.
const LETTERS_KEY: &str = "huike.letter-keys";

/// The whole program.
#[component]
pub fn Frame() -> impl IntoView {
    let shell = Shell {
        toasts: Toasts::default(),
        announcer: Announcer::default(),
        palette: RwSignal::new(false),
        keys: RwSignal::new(false),
        sign_out: RwSignal::new(false),
        width: use_width(),
        has_letter_keys: RwSignal::new(remembered(LETTERS_KEY).as_deref() != Some("off")),
    };
    provide_context(shell);
    follow(move || {
        remember(LETTERS_KEY, (!shell.has_letter_keys.get()).then_some("off"));
    });
    view! {
        <Router base=BASE>
            <Inside/>
        </Router>
    }
    .into_any()
}

#[component]
fn Inside() -> impl IntoView {
    let (shell, i18n) = (use_shell(), use_i18n());
    provide_nav();
    let creation = creation::provide_creation();
    toasts::show_news(shell.toasts);
    keys::watch();
    mark_ready();
    mark_complete();
    let is_folded = RwSignal::new(remembered(RAIL_KEY).as_deref() == Some("folded"));
    follow(move || remember(RAIL_KEY, is_folded.get().then_some("folded")));
    let close = i18n.text(Messages::common_close);
    view! {
        <div class="app" class:rail-collapsed=live(move || is_folded.get())>
            <a class="skip-link" href="#content">{i18n.text(Messages::common_skip_to_content)}</a>
            <rail::Rail is_folded/>
            <main class="main" id="content" tabindex="-1">
                <notices::Notices/>
                <Pages/>
            </main>
            <bottom_bar::BottomBar/>
            <ToastStack toasts=shell.toasts close_label=close/>
            <LiveRegion announcer=shell.announcer/>
            {Screen::Palette.once(move || shell.palette.get())}
            <keys::KeysSheet/>
            {Screen::Creation.once(move || creation.is_wanted())}
            <sign_out::SignOutDialog/>
        </div>
    }
    .into_any()
}

/// Puts `data-ready` on `<html>` once the first rows are painted, for whoever waits for it.
fn mark_ready() {
    let store = use_store();
    let first = [Customer::DEF.kind, Deal::DEF.kind].map(|it| store.rows(it));
    Effect::new(move |is_marked: Option<bool>| {
        let has_rows = first.iter().any(|it| it.with(|it| !it.is_empty()));
        if is_marked == Some(true) || !(has_rows || store.is_complete().get()) {
            return is_marked == Some(true);
        }
        // The frame after the next one shows what this turn puts into the document.
        request_animation_frame(|| {
            request_animation_frame(|| {
                if let Some(root) = document().document_element() {
                    let _ = root.set_attribute("data-ready", "1");
                }
                lazy::fetch_all();
            });
        });
        true
    });
}

/// Puts `data-complete` on `<html>` once every row is there. Until then counts and sums are of a part, and the
/// style sheet hides them.
fn mark_complete() {
    let is_complete = use_store().is_complete();
    follow(move || {
        if is_complete.get()
            && let Some(root) = document().document_element()
        {
            let _ = root.set_attribute("data-complete", "1");
        }
    });
}

/// No page has this address.
#[component]
pub fn NotFound() -> impl IntoView {
    let (i18n, nav) = (use_i18n(), use_nav());
    view! {
        <div class="page-body">
            <EmptyState glyph=Glyph::Search title=i18n.text(Messages::error_not_found)>
                <Button
                    label=i18n.text(Messages::nav_today)
                    on_press=move |()| nav.to("/app/today")
                />
            </EmptyState>
        </div>
    }
    .into_any()
}
