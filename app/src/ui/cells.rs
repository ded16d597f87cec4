//! The cells of a table row, told as values and drawn by one effect a row.
//!
//! A letter of a search changes every cell in sight, some three hundred. A signal in each of them
//! would cost more than the search; so a row asks once what its cells show, and writes to the
//! document only what differs.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Text};

use super::avatar::{company_initials, hue};
use super::chip::Tone;
use super::dom::set_style;
use super::live::follow;
use super::table::Column;
use super::virtual_list::Slot;

/// What one cell shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Id and name of a company: its avatar stands first.
    pub company: Option<(u128, String)>,
    /// A word in a soft box, and what its color means.
    pub badge: Option<(String, Tone)>,
    /// The words; none stand there if it is empty.
    pub text: String,
    /// How they look.
    pub look: CellLook,
    /// What the words say while the pointer rests on them.
    pub title: Option<String>,
    /// A violet dot at the end, by its name: edits wait.
    pub dot: Option<String>,
}

/// How the words of a cell look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellLook {
    /// As text.
    #[default]
    Plain,
    /// As the name of the record.
    Name,
    /// Less than the rest.
    Quiet,
}

/// What the cells of a record show, one for each column; may read signals.
pub type CellsOf = Arc<dyn Fn(u128, &[Column]) -> Vec<Cell> + Send + Sync>;

/// The cells of one pooled row.
pub(super) fn cells(columns: Signal<Vec<Column>>, slot: Signal<Slot>, of: CellsOf) -> AnyView {
    let host = NodeRef::<html::Div>::new();
    let mut drawn: Vec<Drawn> = Vec::new();
    let mut ids: Vec<&str> = Vec::new();
    follow(move || {
        let Some(host) = host.get() else { return };
        let key = slot.get().key;
        let now = columns.with(|columns| {
            if !ids.iter().copied().eq(columns.iter().map(|it| it.id)) {
                host.set_text_content(None);
                ids = columns.iter().map(|it| it.id).collect();
                drawn = columns.iter().filter_map(Drawn::new).collect();
                for it in &drawn {
                    let _ = host.append_child(&it.host);
                }
            }
            of(key, columns)
        });
        for (drawn, cell) in drawn.iter_mut().zip(now) {
            drawn.show(cell);
        }
    });
    view! { <div class="cells" role="presentation" node_ref=host></div> }.into_any()
}

/// A cell in the document.
struct Drawn {
    host: HtmlElement,
    cell: Cell,
    avatar: Option<Words>,
    badge: Option<Words>,
    text: Option<Words>,
    dot: Option<HtmlElement>,
}

impl Drawn {
    fn new(column: &Column) -> Option<Drawn> {
        let host = element(
            "div",
            if column.is_number {
                "cell number"
            } else {
                "cell"
            },
        )?;
        let _ = host.set_attribute("role", "gridcell");
        Some(Drawn {
            host,
            cell: Cell::default(),
            avatar: None,
            badge: None,
            text: None,
            dot: None,
        })
    }

    fn show(&mut self, now: Cell) {
        if self.cell == now {
            return;
        }
        if Shape::of(&self.cell) != Shape::of(&now) {
            self.build(&now);
        }
        self.write(&now);
        self.cell = now;
    }

    /// Makes the elements that hold the words.
    fn build(&mut self, now: &Cell) {
        self.host.set_text_content(None);
        let host = &self.host;
        let avatar = now.company.as_ref();
        self.avatar = avatar.and_then(|_| Words::new(host, "avatar small square"));
        self.badge = now.badge.as_ref().and_then(|_| {
            let soft = child(host, "badge")?;
            Words::new(&soft, "")
        });
        let look = match now.look {
            CellLook::Plain => "",
            CellLook::Name => "cell-name",
            CellLook::Quiet => "quiet",
        };
        self.text = (!now.text.is_empty())
            .then(|| Words::new(host, look))
            .flatten();
        self.dot = now.dot.as_ref().and_then(|_| child(host, "waiting-dot"));
        // What stands there says nothing yet.
        self.cell = Cell::default();
    }

    /// Writes what differs.
    fn write(&self, now: &Cell) {
        if let (Some(words), Some((id, name))) = (&self.avatar, &now.company)
            && self.cell.company != now.company
        {
            words.text.set_data(&company_initials(name));
            let _ = words.host.set_attribute("aria-hidden", "true");
            let _ = words.host.set_attribute("title", name);
            set_style(&words.host, "--hue", &hue(*id).to_string());
        }
        if let (Some(words), Some((label, tone))) = (&self.badge, &now.badge)
            && self.cell.badge != now.badge
        {
            words.text.set_data(label);
            if let Some(soft) = words.host.parent_element() {
                soft.set_class_name(&format!("badge {}", tone.class()));
            }
        }
        if let Some(words) = &self.text {
            if self.cell.text != now.text {
                words.text.set_data(&now.text);
            }
            match &now.title {
                title if self.cell.title == *title => {}
                Some(title) => {
                    let _ = words.host.set_attribute("title", title);
                }
                None => {
                    let _ = words.host.remove_attribute("title");
                }
            }
        }
        if let (Some(dot), Some(name)) = (&self.dot, &now.dot)
            && self.cell.dot != now.dot
        {
            for (attribute, value) in [("role", "img"), ("aria-label", name), ("title", name)] {
                let _ = dot.set_attribute(attribute, value);
            }
        }
    }
}

/// Which elements a cell consists of.
#[derive(PartialEq, Eq)]
struct Shape(bool, bool, bool, bool, CellLook);

impl Shape {
    fn of(cell: &Cell) -> Shape {
        Shape(
            cell.company.is_some(),
            cell.badge.is_some(),
            !cell.text.is_empty(),
            cell.dot.is_some(),
            cell.look,
        )
    }
}

/// An element and the text in it.
struct Words {
    host: HtmlElement,
    text: Text,
}

impl Words {
    fn new(parent: &HtmlElement, class: &str) -> Option<Words> {
        let host = child(parent, class)?;
        let text = document().create_text_node("");
        host.append_child(&text).ok()?;
        Some(Words { host, text })
    }
}

fn child(parent: &HtmlElement, class: &str) -> Option<HtmlElement> {
    let child = element("span", class)?;
    parent.append_child(&child).ok()?;
    Some(child)
}

fn element(name: &str, class: &str) -> Option<HtmlElement> {
    let element = document().create_element(name).ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    element.dyn_into().ok()
}
