//! Theme and density, kept on this device.

use leptos::prelude::*;

use crate::ui::follow;

use crate::store::device::{remember, remembered};

const THEME_KEY: &str = "huike.theme";
const DENSITY_KEY: &str = "huike.density";

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// Its name in storage and on `<html data-theme>`.
    pub const fn id(self) -> &'static str {
        match self {
            Theme::System => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// How close rows stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// Rows of 30 px.
    Compact,
    /// Rows of 36 px.
    #[default]
    Normal,
    /// Rows of 44 px.
    Comfortable,
}

impl Density {
    /// Every density.
    pub const ALL: [Density; 3] = [Density::Compact, Density::Normal, Density::Comfortable];

    /// Its name in storage and on `<html data-density>`.
    pub const fn id(self) -> &'static str {
        match self {
            Density::Compact => "compact",
            Density::Normal => "normal",
            Density::Comfortable => "comfortable",
        }
    }

    /// The height of a row; a finger needs 44 whatever was chosen.
    pub fn row_height(self, is_touch: bool) -> f64 {
        match self {
            _ if is_touch => 48.0,
            Density::Compact => 30.0,
            Density::Normal => 36.0,
            Density::Comfortable => 44.0,
        }
    }
}

/// How the page looks.
#[derive(Clone, Copy, Debug)]
pub struct Appearance {
    theme: RwSignal<Theme>,
    density: RwSignal<Density>,
    is_touch: bool,
}

/// Reads the kept choices and puts them into the context.
pub fn provide_appearance() -> Appearance {
    let theme =
        remembered(THEME_KEY).and_then(|id| Theme::ALL.into_iter().find(|it| it.id() == id));
    let density =
        remembered(DENSITY_KEY).and_then(|id| Density::ALL.into_iter().find(|it| it.id() == id));
    let is_touch = window()
        .match_media("(pointer: coarse)")
        .ok()
        .flatten()
        .is_some_and(|it| it.matches());
    let appearance = Appearance {
        theme: RwSignal::new(theme.unwrap_or_default()),
        density: RwSignal::new(density.unwrap_or_default()),
        is_touch,
    };
    follow(move || set_root("data-theme", appearance.theme.get().id()));
    follow(move || set_root("data-density", appearance.density.get().id()));
    provide_context(appearance);
    appearance
}

/// How the page looks.
pub fn use_appearance() -> Appearance {
    expect_context::<Appearance>()
}

impl Appearance {
    /// The theme, followed.
    pub fn theme(self) -> Theme {
        self.theme.get()
    }

    /// Changes the theme and remembers it.
    pub fn set_theme(self, theme: Theme) {
        remember(THEME_KEY, Some(theme.id()));
        self.theme.set(theme);
    }

    /// The density, followed.
    pub fn density(self) -> Density {
        self.density.get()
    }

    /// Changes the density and remembers it.
    pub fn set_density(self, density: Density) {
        remember(DENSITY_KEY, Some(density.id()));
        self.density.set(density);
    }

    /// Whether fingers are the main pointer.
    pub fn is_touch(self) -> bool {
        self.is_touch
    }

    /// The height of a table row, for [`crate::ui::Table`].
    pub fn row_height(self) -> Signal<f64> {
        Signal::derive(move || self.density.get().row_height(self.is_touch))
    }
}

fn set_root(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(name, value);
    }
}
