//! The cells of a table row, told as values and drawn by one effect a row.
//!
//! A letter of a search changes every cell in sight, some three hundred. A signal in each of them
//! would cost more than the search; so a row asks once what its cells show, and writes to the
//! document only what differs.

use std::sync::Arc;

use leptos::ev::PointerEvent;
use leptos::html;
use leptos::prelude::*;
use web_sys::HtmlElement;

use super::chip::Tone;
use super::live::{follow, listen};
use super::table::Column;
use super::virtual_list::Slot;
use super::written::{Written, WrittenAvatar, child};

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
pub(super) fn cells(
    columns: Signal<Vec<Column>>,
    slot: Signal<Slot>,
    of: CellsOf,
    on_point: impl FnMut(PointerEvent) + 'static,
) -> AnyView {
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
                drawn = columns
                    .iter()
                    .filter_map(|it| Drawn::new(&host, it))
                    .collect();
            }
            of(key, columns)
        });
        for (drawn, cell) in drawn.iter_mut().zip(now) {
            drawn.show(cell);
        }
    });
    view! {
        <div class="cells" role="presentation" node_ref=host on:pointerover=listen(on_point)></div>
    }
    .into_any()
}

/// A cell in the document.
struct Drawn {
    host: HtmlElement,
    cell: Cell,
    parts: Option<Parts>,
}

/// The elements of a cell; which there are depends on its [`Shape`].
struct Parts {
    company: Option<WrittenAvatar>,
    badge: Option<(HtmlElement, Written)>,
    text: Option<Written>,
    dot: Option<Written>,
}

impl Drawn {
    fn new(row: &HtmlElement, column: &Column) -> Option<Drawn> {
        let class = if column.is_number {
            "cell number"
        } else {
            "cell"
        };
        let host = child(row, "div", class)?;
        let _ = host.set_attribute("role", "gridcell");
        if column.is_editable {
            let _ = host.set_attribute("data-field", column.id);
        }
        Some(Drawn {
            host,
            cell: Cell::default(),
            parts: None,
        })
    }

    fn show(&mut self, now: Cell) {
        if self.cell == now {
            return;
        }
        if Shape::of(&self.cell) != Shape::of(&now) {
            self.host.set_text_content(None);
            self.parts = Some(Parts::new(&self.host, &now));
        }
        if let Some(parts) = &mut self.parts {
            parts.write(&now);
        }
        self.cell = now;
    }
}

impl Parts {
    fn new(host: &HtmlElement, cell: &Cell) -> Parts {
        let company = cell.company.as_ref();
        let badge = cell.badge.as_ref();
        let look = match cell.look {
            CellLook::Plain => "",
            CellLook::Name => "cell-name",
            CellLook::Quiet => "quiet",
        };
        // In the order in which they stand.
        Parts {
            company: company.and_then(|_| WrittenAvatar::new(host, true)),
            badge: badge.and_then(|_| {
                let soft = child(host, "span", "badge")?;
                let label = Written::new(&soft, "span", "")?;
                Some((soft, label))
            }),
            text: (!cell.text.is_empty())
                .then(|| Written::new(host, "span", look))
                .flatten(),
            dot: cell.dot.as_ref().and_then(|_| {
                let dot = Written::new(host, "span", "waiting-dot")?;
                let _ = dot.host().set_attribute("role", "img");
                Some(dot)
            }),
        }
    }

    fn write(&mut self, now: &Cell) {
        if let Some(company) = &mut self.company {
            company.show(now.company.as_ref());
        }
        if let (Some((soft, words)), Some((label, tone))) = (&mut self.badge, &now.badge) {
            words.say(label);
            soft.set_class_name(&format!("badge {}", tone.class()));
        }
        if let Some(text) = &mut self.text {
            text.say(&now.text);
            text.explain(now.title.as_deref().unwrap_or_default());
        }
        if let (Some(dot), Some(name)) = (&mut self.dot, &now.dot) {
            let _ = dot.host().set_attribute("aria-label", name);
            dot.explain(name);
        }
    }
}

/// Which elements a cell consists of.
#[derive(PartialEq, Eq)]
struct Shape {
    has_company: bool,
    has_badge: bool,
    has_text: bool,
    has_dot: bool,
    look: CellLook,
}

impl Shape {
    fn of(cell: &Cell) -> Shape {
        Shape {
            has_company: cell.company.is_some(),
            has_badge: cell.badge.is_some(),
            has_text: !cell.text.is_empty(),
            has_dot: cell.dot.is_some(),
            look: cell.look,
        }
    }
}
