//! The member at the foot of the rail: language, look, settings, leaving.

use huike_messages::{Language, Messages};
use leptos::prelude::*;

use super::use_shell;
use crate::i18n::{Density, Theme, use_appearance, use_i18n};
use crate::routes::use_nav;
use crate::session::{SessionState, use_session};
use crate::store::use_store;
use crate::ui::{Avatar, Glyph, Menu, MenuItem, part};

/// Avatar, name and menu of the member.
#[component]
pub fn MemberMenu() -> impl IntoView {
    let (i18n, session, store) = (use_i18n(), use_session(), use_store());
    let name = Signal::derive(move || {
        let known = store.member_name(store.me());
        if known.is_empty() {
            session.member_name()
        } else {
            known
        }
    });
    view! {
        <div class="rail-member">
            <Avatar
                name
                id=Signal::derive(move || u128::from_be_bytes(store.me().0))
            />
            <span class="rail-name">{part(move || name.get())}</span>
            <Menu label=i18n.text(Messages::common_menu) glyph=Glyph::ChevronsUpDown icon_only=true to_end=true>
                <MemberItems/>
            </Menu>
        </div>
    }
    .into_any()
}

/// The entries, also for the sheet of the phone.
#[component]
pub fn MemberItems() -> impl IntoView {
    let (i18n, look, nav) = (use_i18n(), use_appearance(), use_nav());
    let (shell, session) = (use_shell(), use_session());
    let languages = Language::ALL.map(|language| {
        view! {
            <MenuItem
                label=Signal::stored(language.own_name().to_owned())
                checked=Signal::derive(move || i18n.language() == language)
                on_press=move |()| shell.switch_language(i18n, language)
            />
        }
    });
    let themes = Theme::ALL.map(|theme| {
        view! {
            <MenuItem
                label=theme_label(theme)
                glyph=theme_glyph(theme)
                checked=Signal::derive(move || look.theme() == theme)
                on_press=move |()| look.set_theme(theme)
            />
        }
    });
    let densities = Density::ALL.map(|density| {
        view! {
            <MenuItem
                label=density_label(density)
                checked=Signal::derive(move || look.density() == density)
                on_press=move |()| look.set_density(density)
            />
        }
    });
    let is_out = move || session.state() == SessionState::SignedOut;
    view! {
        <p class="menu-title">{i18n.text(Messages::settings_language)}</p>
        {languages.into_iter().collect_view()}
        <hr/>
        <p class="menu-title">{i18n.text(Messages::settings_theme)}</p>
        {themes.into_iter().collect_view()}
        <hr/>
        <p class="menu-title">{i18n.text(Messages::settings_density)}</p>
        {densities.into_iter().collect_view()}
        <hr/>
        <MenuItem
            label=i18n.text(Messages::nav_settings)
            glyph=Glyph::Settings
            on_press=move |()| nav.to("/app/settings")
        />
        <MenuItem
            label=i18n.text(Messages::common_keyboard_shortcuts)
            glyph=Glyph::Keyboard
            shortcut="?"
            on_press=move |()| shell.keys.set(true)
        />
        {part(move || {
            if is_out() {
                view! {
                    <MenuItem
                        label=i18n.text(Messages::sign_in_title)
                        glyph=Glyph::Key
                        on_press=|()| {
                            let _ = window().location().set_href("/sign-in");
                        }
                    />
                }
                    .into_any()
            } else {
                view! {
                    <MenuItem
                        label=i18n.text(Messages::nav_sign_out)
                        glyph=Glyph::SignOut
                        on_press=move |()| shell.sign_out.set(true)
                    />
                }
                    .into_any()
            }
        })}
    }
    .into_any()
}

/// What a theme is called.
pub fn theme_label(theme: Theme) -> Signal<String> {
    use_i18n().text(move |m| match theme {
        Theme::System => m.settings_theme_system(),
        Theme::Light => m.settings_theme_light(),
        Theme::Dark => m.settings_theme_dark(),
    })
}

fn theme_glyph(theme: Theme) -> Glyph {
    match theme {
        Theme::System => Glyph::Monitor,
        Theme::Light => Glyph::Sun,
        Theme::Dark => Glyph::Moon,
    }
}

/// What a density is called.
pub fn density_label(density: Density) -> Signal<String> {
    use_i18n().text(move |m| match density {
        Density::Compact => m.settings_density_compact(),
        Density::Normal => m.settings_density_normal(),
        Density::Comfortable => m.settings_density_comfortable(),
    })
}
