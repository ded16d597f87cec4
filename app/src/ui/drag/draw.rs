//! What a drag looks like: the lifted copy, the gap, the measured columns, scrolling.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::DropTarget;
use crate::ui::dom::{all, clear_style, set_style};
use crate::ui::drag_state::{Area, ColumnBox, Point, scroll_speed};

/// One lifted card, or several as a pile.
pub(super) struct Drawing {
    cards: Vec<String>,
    sources: Vec<HtmlElement>,
    copy: Option<HtmlElement>,
    gap: f64,
    /// Where the board lies.
    view: Area,
    /// The lists and where they lie, as they were measured last. Asking in every frame would lay the
    /// board out in every frame.
    lists: RefCell<Vec<(HtmlElement, Area)>>,
    /// Where the gap is open, and which cards of that column are near enough to show it.
    open: RefCell<(Option<DropTarget>, Range<usize>)>,
    /// The cards that make room.
    moved: RefCell<Vec<HtmlElement>>,
    /// Every card that ever did.
    styled: RefCell<Vec<HtmlElement>>,
    /// The first gap opens where the card was, without motion.
    is_settled: Cell<bool>,
}

impl Drawing {
    /// Takes the cards out of their lists and draws the pressed one above everything.
    pub(super) fn lift(
        board: &HtmlElement,
        card: &str,
        cards: &[String],
        with_copy: bool,
    ) -> Option<Drawing> {
        let pressed = find_card(board, card)?;
        let area = area_of(&pressed);
        let gap = area.height + space_below(&pressed);
        let copy = with_copy
            .then(|| copy_of(&pressed, area, cards.len()))
            .flatten();
        let is_lifted = |it: &HtmlElement| {
            it.get_attribute("data-card")
                .is_some_and(|it| cards.contains(&it))
        };
        let sources = match cards {
            [_] => vec![pressed],
            // In the order in which they lie, whatever the order of selection.
            _ => all(board, "[data-card]")
                .into_iter()
                .filter(is_lifted)
                .collect(),
        };
        let cards = sources
            .iter()
            .filter_map(|it| it.get_attribute("data-card"))
            .collect();
        for source in &sources {
            let _ = source.class_list().add_1("source");
        }
        let _ = board.class_list().add_1("dragging");
        if !with_copy {
            let _ = board.class_list().add_1("carrying");
        }
        if let Some(copy) = &copy {
            let _ = board.append_child(copy);
        }
        Some(Drawing {
            cards,
            sources,
            copy,
            gap,
            view: area_of(board),
            lists: RefCell::default(),
            open: RefCell::default(),
            moved: RefCell::default(),
            styled: RefCell::default(),
            is_settled: Cell::new(false),
        })
    }

    /// Whether a pointer holds them, and not the keyboard.
    pub(super) fn is_in_hand(&self) -> bool {
        self.copy.is_some()
    }

    /// Ids of the lifted cards, in the order in which they lay.
    pub(super) fn cards(&self) -> &[String] {
        &self.cards
    }

    /// Moves the copy.
    pub(super) fn follow(&self, dx: f64, dy: f64) {
        if let Some(copy) = &self.copy {
            set_style(
                copy,
                "transform",
                &format!("translate({dx}px, {}px) rotate(1deg)", dy - 4.0),
            );
        }
    }

    /// Where columns and the cards that stay are now, untouched by the gap.
    pub(super) fn measure(&self, board: &HtmlElement) -> Vec<ColumnBox> {
        let mut lists = self.lists.borrow_mut();
        lists.clear();
        all(board, "[data-column]")
            .into_iter()
            .map(|column| {
                let list = list_of(&column);
                let list_area = list.as_ref().map(|it| area_of(it)).unwrap_or_default();
                lists.extend(list.clone().map(|it| (it, list_area)));
                let scrolled = list.as_ref().map_or(0.0, |it| f64::from(it.scroll_top()));
                // offsetTop knows no transforms, so an open gap does not disturb the measure.
                let middle = |it: &HtmlElement| {
                    list_area.top - scrolled
                        + f64::from(it.offset_top())
                        + f64::from(it.offset_height()) / 2.0
                };
                ColumnBox {
                    id: column.get_attribute("data-column").unwrap_or_default(),
                    area: area_of(&column),
                    middles: staying(&column).iter().map(middle).collect(),
                }
            })
            .collect()
    }

    /// Opens the gap at the target and closes it everywhere else. Only cards whose number is
    /// `near` move: the others are out of sight, and there may be hundreds.
    pub(super) fn open_gap(
        &self,
        board: &HtmlElement,
        target: Option<&DropTarget>,
        near: Range<usize>,
    ) {
        let now = (target.cloned(), near.clone());
        if *self.open.borrow() == now && self.is_settled.get() {
            return;
        }
        let (before, _) = self.open.replace(now);
        let mut below = Vec::new();
        for column in all(board, "[data-column]") {
            let id = column.get_attribute("data-column");
            let index_in = |of: Option<&DropTarget>| {
                of.filter(|it| id.as_deref() == Some(&it.column))
                    .map(|it| it.index)
            };
            let (old, new) = (index_in(before.as_ref()), index_in(target));
            if old.is_none() && new.is_none() {
                continue;
            }
            let _ = column.class_list().toggle_with_force("over", new.is_some());
            if let Some(copy) = self.copy.as_ref().filter(|_| list_of(&column).is_none()) {
                let _ = copy
                    .class_list()
                    .toggle_with_force("over-zone", new.is_some());
            }
            if let Some(index) = new {
                let cards = staying(&column).into_iter().take(near.end);
                below = cards.skip(index.max(near.start)).collect();
            }
            self.show_carried(&column, new);
        }
        self.make_room(below);
        self.is_settled.set(true);
    }

    /// Moves these cards down, and back those that are not among them.
    fn make_room(&self, cards: Vec<HtmlElement>) {
        let motion = if self.is_settled.get() {
            "transform var(--quick) var(--ease)"
        } else {
            "none"
        };
        let mut styled = self.styled.borrow_mut();
        let mut moved = self.moved.borrow_mut();
        for card in moved.iter().filter(|it| !cards.contains(it)) {
            set_style(card, "transition", motion);
            clear_style(card, "transform");
        }
        for card in cards.iter().filter(|it| !moved.contains(it)) {
            set_style(card, "transition", motion);
            set_style(card, "transform", &format!("translateY({}px)", self.gap));
            if !styled.contains(card) {
                styled.push(card.clone());
            }
        }
        *moved = cards;
    }

    /// With the keyboard there is no copy in the air: an outline marks the gap.
    fn show_carried(&self, column: &HtmlElement, index: Option<usize>) {
        let Some(list) = list_of(column) else { return };
        if self.copy.is_some() {
            return;
        }
        let top = index.map(|it| {
            let cards = staying(column);
            let below = |it: &HtmlElement| f64::from(it.offset_top() + it.offset_height());
            match (cards.get(it), cards.last()) {
                (Some(card), _) => f64::from(card.offset_top()),
                (None, Some(last)) => below(last) + 8.0,
                (None, None) => 0.0,
            }
        });
        let _ = list
            .class_list()
            .toggle_with_force("carried-here", top.is_some());
        if let Some(top) = top {
            set_style(&list, "--carried-top", &format!("{top}px"));
            set_style(&list, "--carried-height", &format!("{}px", self.gap));
            list.scroll_into_view();
        }
    }

    /// Scrolls what the pointer is near the edge of; true if anything moved.
    pub(super) fn scroll(&self, board: &HtmlElement, at: Point) -> bool {
        let mut has_moved = false;
        let dx = scroll_speed(at.x, self.view.left, self.view.width);
        if dx != 0.0 {
            let before = board.scroll_left();
            board.set_scroll_left(before + dx as i32);
            has_moved = board.scroll_left() != before;
        }
        // The zones lie over the ends of the columns, which must not run away under them.
        let is_over_zone = all(board, ".drop-zone.over").into_iter().next().is_some();
        for (list, area) in self.lists.borrow().iter() {
            let is_there = at.x >= area.left && at.x < area.left + area.width;
            let dy = scroll_speed(at.y, area.top, area.height);
            if is_over_zone || !is_there || dy == 0.0 {
                continue;
            }
            let before = list.scroll_top();
            list.set_scroll_top(before + dy as i32);
            has_moved |= list.scroll_top() != before;
        }
        has_moved
    }

    /// Everything as it was, without motion: the page draws the new order in the same frame.
    pub(super) fn clear(self, board: &HtmlElement) {
        let _ = board.class_list().remove_2("dragging", "carrying");
        if let Some(copy) = self.copy {
            copy.remove();
        }
        for source in self.sources {
            let _ = source.class_list().remove_1("source");
        }
        for column in all(board, "[data-column]") {
            let _ = column.class_list().remove_1("over");
            for list in all(&column, "[data-cards]") {
                let _ = list.class_list().remove_1("carried-here");
            }
        }
        for card in self.styled.into_inner() {
            clear_style(&card, "transition");
            clear_style(&card, "transform");
        }
    }
}

/// The card of this id.
pub(super) fn find_card(board: &Element, card: &str) -> Option<HtmlElement> {
    // An id may come from outside; inside quotes only these two mean anything.
    let quoted = card.replace('\\', "\\\\").replace('"', "\\\"");
    let found = board.query_selector(&format!("[data-card=\"{quoted}\"]"));
    found.ok().flatten()?.dyn_into().ok()
}

/// Plays the landing of a card.
pub(super) fn land(card: &HtmlElement) {
    let _ = card.class_list().add_1("landed");
    let landed = card.clone();
    gloo_timers::callback::Timeout::new(200, move || {
        let _ = landed.class_list().remove_1("landed");
    })
    .forget();
}

fn staying(column: &HtmlElement) -> Vec<HtmlElement> {
    all(column, "[data-card]:not(.source)")
}

fn list_of(column: &HtmlElement) -> Option<HtmlElement> {
    column
        .query_selector("[data-cards]")
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

fn area_of(element: &Element) -> Area {
    let rect = element.get_bounding_client_rect();
    Area {
        left: rect.left(),
        top: rect.top(),
        width: rect.width(),
        height: rect.height(),
    }
}

/// The space below a card.
fn space_below(card: &HtmlElement) -> f64 {
    leptos::prelude::window()
        .get_computed_style(card)
        .ok()
        .flatten()
        .and_then(|it| it.get_property_value("margin-bottom").ok())
        .and_then(|it| it.trim_end_matches("px").parse().ok())
        .unwrap_or(8.0)
}

fn copy_of(card: &HtmlElement, area: Area, count: usize) -> Option<HtmlElement> {
    let copy: HtmlElement = card.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    for name in ["id", "data-card", "tabindex"] {
        let _ = copy.remove_attribute(name);
    }
    let _ = copy.set_attribute("aria-hidden", "true");
    let _ = copy.class_list().add_1("lifted");
    if count > 1 {
        let _ = copy.set_attribute("data-count", &count.to_string());
    }
    for (name, value) in [
        ("left", area.left),
        ("top", area.top),
        ("width", area.width),
        ("height", area.height),
    ] {
        set_style(&copy, name, &format!("{value}px"));
    }
    Some(copy)
}
