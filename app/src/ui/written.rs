//! Elements that are written to by hand, for what stands on the screen by the hundred: the cells of a
//! table, the cards of a board.
//!
//! A view costs a signal and an effect for each part of it. Where one effect reads everything that a row or
//! a card shows, these keep what they say, and touch the document only where that differs.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Text};

use super::avatar::{company_initials, hue, initials};
use super::dom::set_style;
use super::icon::Glyph;

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element that holds one text.
pub struct Written {
    host: HtmlElement,
    text: Text,
    said: Option<String>,
    title: String,
}

impl Written {
    /// Makes it as the last child.
    pub fn new(parent: &Element, name: &str, class: &str) -> Option<Written> {
        let host = child(parent, name, class)?;
        let text = document().create_text_node("");
        host.append_child(&text).ok()?;
        Some(Written {
            host,
            text,
            said: None,
            title: String::new(),
        })
    }

    /// The element.
    pub fn host(&self) -> &HtmlElement {
        &self.host
    }

    /// Says something; an element that says nothing is not shown.
    pub fn say(&mut self, text: &str) {
        let before = self.said.replace(text.to_owned());
        if before.as_deref() == Some(text) {
            return;
        }
        let was_hidden = before.is_some_and(|it| it.is_empty());
        if text.is_empty() != was_hidden {
            self.host.set_hidden(text.is_empty());
        }
        self.text.set_data(text);
    }

    /// What it says while the pointer rests on it.
    pub fn explain(&mut self, title: &str) {
        if self.title != title {
            let _ = self.host.set_attribute("title", title);
            title.clone_into(&mut self.title);
        }
    }
}

/// An avatar ([`super::Avatar`]).
pub struct WrittenAvatar {
    letters: Written,
    of: Option<(u128, String)>,
    is_company: bool,
}

impl WrittenAvatar {
    /// Makes a small one as the last child; companies are square.
    pub fn new(parent: &Element, is_company: bool) -> Option<WrittenAvatar> {
        let class = if is_company {
            "avatar small square"
        } else {
            "avatar small"
        };
        let letters = Written::new(parent, "span", class)?;
        let _ = letters.host.set_attribute("aria-hidden", "true");
        Some(WrittenAvatar {
            letters,
            of: None,
            is_company,
        })
    }

    /// Shows somebody by id and name, or nobody.
    pub fn show(&mut self, of: Option<&(u128, String)>) {
        if self.of.as_ref() == of {
            return;
        }
        self.of = of.cloned();
        let Some((id, name)) = of else {
            self.letters.say("");
            return;
        };
        let letters = if self.is_company {
            company_initials(name)
        } else {
            initials(name)
        };
        self.letters.say(&letters);
        self.letters.explain(name);
        set_style(&self.letters.host, "--hue", &hue(*id).to_string());
    }
}

/// An icon ([`super::Icon`]).
pub struct WrittenIcon {
    path: Element,
    glyph: Option<Glyph>,
}

impl WrittenIcon {
    /// Makes it as the last child.
    pub fn new(parent: &Element) -> Option<WrittenIcon> {
        let svg = document().create_element_ns(Some(SVG), "svg").ok()?;
        for (name, value) in [
            ("class", "icon"),
            ("viewBox", "0 0 24 24"),
            ("aria-hidden", "true"),
        ] {
            svg.set_attribute(name, value).ok()?;
        }
        let path = document().create_element_ns(Some(SVG), "path").ok()?;
        svg.append_child(&path).ok()?;
        parent.append_child(&svg).ok()?;
        Some(WrittenIcon { path, glyph: None })
    }

    /// Shows a shape.
    pub fn show(&mut self, glyph: Glyph) {
        if self.glyph.replace(glyph) != Some(glyph) {
            let _ = self.path.set_attribute("d", glyph.path());
        }
    }
}

/// Makes an element as the last child.
pub fn child(parent: &Element, name: &str, class: &str) -> Option<HtmlElement> {
    let child = document().create_element(name).ok()?;
    if !class.is_empty() {
        child.set_class_name(class);
    }
    parent.append_child(&child).ok()?;
    child.dyn_into().ok()
}
