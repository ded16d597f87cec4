//! Language, theme, density and keys of this device.

use huike_messages::{Language, Messages};
use leptos::prelude::*;

use crate::i18n::{Density, Theme, use_appearance, use_i18n};
use crate::shell::{density_label, theme_label, use_shell};
use crate::ui::{Button, Glyph, Segment, Segmented, Switch};

/// How the program looks on this device.
#[component]
pub fn Look() -> impl IntoView {
    let (i18n, look, shell) = (use_i18n(), use_appearance(), use_shell());
    let languages = Language::ALL
        .iter()
        .map(|it| Segment {
            id: it.tag(),
            label: Signal::stored(it.own_name().to_owned()),
            glyph: None,
        })
        .collect();
    let themes = Theme::ALL
        .iter()
        .map(|it| Segment {
            id: it.id(),
            label: theme_label(*it),
            glyph: None,
        })
        .collect();
    let densities = Density::ALL
        .iter()
        .map(|it| Segment {
            id: it.id(),
            label: density_label(*it),
            glyph: None,
        })
        .collect();
    let set_language = move |id: &'static str| {
        if let Some(language) = Language::from_tag(id) {
            shell.switch_language(i18n, language);
        }
    };
    let set_theme = move |id: &'static str| {
        if let Some(theme) = Theme::ALL.into_iter().find(|it| it.id() == id) {
            look.set_theme(theme);
        }
    };
    let set_density = move |id: &'static str| {
        if let Some(density) = Density::ALL.into_iter().find(|it| it.id() == id) {
            look.set_density(density);
        }
    };
    view! {
        <section class="panel settings-rows">
            <div>
                <span>{i18n.text(Messages::settings_language)}</span>
                <Segmented
                    label=i18n.text(Messages::settings_language)
                    segments=languages
                    chosen=Signal::derive(move || i18n.language().tag().to_owned())
                    on_choose=set_language
                />
            </div>
            <div>
                <span>{i18n.text(Messages::settings_theme)}</span>
                <Segmented
                    label=i18n.text(Messages::settings_theme)
                    segments=themes
                    chosen=Signal::derive(move || look.theme().id().to_owned())
                    on_choose=set_theme
                />
            </div>
            <div>
                <span>{i18n.text(Messages::settings_density)}</span>
                <Segmented
                    label=i18n.text(Messages::settings_density)
                    segments=densities
                    chosen=Signal::derive(move || look.density().id().to_owned())
                    on_choose=set_density
                />
            </div>
        </section>
        <section class="panel">
            <h2>{i18n.text(Messages::common_keyboard_shortcuts)}</h2>
            <Switch
                label=i18n.text(Messages::keys_letters)
                checked=Signal::derive(move || shell.has_letter_keys.get())
                on_change=move |it| shell.has_letter_keys.set(it)
            />
            <div class="wizard-foot start">
                <Button
                    label=i18n.text(Messages::common_keyboard_shortcuts)
                    glyph=Glyph::Keyboard
                    on_press=move |()| shell.keys.set(true)
                />
            </div>
        </section>
    }
    .into_any()
}
