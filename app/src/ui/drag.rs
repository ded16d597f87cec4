//! Dragging on a real board: measures, draws and reports; every decision is in `drag_state`.
//!
//! The board carries its parts as attributes: `data-column="id"` on each column or drop zone,
//! `data-cards` on the scrolling list inside it, `data-card="id"` on each card. Nothing is
//! rendered anew while a card is in the air: the gap is a transform on the cards below it.
//! The page must not reorder cards while [`Drag::lifted`] is not empty; it applies what
//! arrived meanwhile when the card is down.

mod draw;
mod listen;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::html;
use leptos::prelude::*;
use web_sys::HtmlElement;

use super::drag_state::{ColumnBox, DragState, Effect, Event, HOLD_MS, Place};
use draw::Drawing;

/// What was dropped where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropResult {
    /// The moved cards, in the order in which they lay.
    pub cards: Vec<String>,
    /// Id of the column or drop zone.
    pub column: String,
    /// Place among the cards of that column that did not move.
    pub index: usize,
}

/// Where the lifted cards are held right now.
pub type DropTarget = DropResult;

/// What a drag has to say to those who do not see it; the page finds the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DragNews {
    /// A card was taken up.
    Lifted(String),
    /// It is held over this place, among so many cards.
    Over {
        /// The place.
        target: DropTarget,
        /// Cards of that column that do not move.
        others: usize,
    },
    /// It was put down.
    Dropped(DropResult),
    /// It went back to where it was.
    Canceled(String),
}

/// What a page can watch of a drag.
#[derive(Clone, Copy, Debug)]
pub struct Drag {
    /// The cards in the air; empty while none is.
    pub lifted: Signal<Vec<String>>,
    /// Where they would go, for sums that follow the drag.
    pub over: Signal<Option<DropTarget>>,
}

/// Makes the board draggable by mouse, pen, touch and keyboard.
///
/// Keys on a focused card: the arrows walk, Space takes up and puts down (arrows carry, Escape
/// puts back), `[` and `]` move to the previous and next column, Alt with up and down reorders.
pub fn use_drag(
    board: NodeRef<html::Div>,
    selected: Signal<Vec<String>>,
    on_drop: Callback<DropResult>,
    on_news: Callback<DragNews>,
) -> Drag {
    let lifted = RwSignal::new(Vec::new());
    let over = RwSignal::new(None);
    board.on_load(move |element| {
        let element: HtmlElement = (*element).clone();
        let shell = Rc::new(Shell {
            board: element,
            selected,
            lifted,
            over,
            on_drop,
            on_news,
            state: RefCell::default(),
            drawing: RefCell::default(),
            hold: RefCell::default(),
            pointer: RefCell::default(),
            has_scrolled: Cell::default(),
        });
        listen::attach(&shell);
    });
    Drag {
        lifted: lifted.into(),
        over: over.into(),
    }
}

/// Everything one board needs between two events.
struct Shell {
    board: HtmlElement,
    selected: Signal<Vec<String>>,
    lifted: RwSignal<Vec<String>>,
    over: RwSignal<Option<DropTarget>>,
    on_drop: Callback<DropResult>,
    on_news: Callback<DragNews>,
    state: RefCell<DragState>,
    drawing: RefCell<Option<Drawing>>,
    hold: RefCell<Option<Timeout>>,
    pointer: RefCell<Option<i32>>,
    /// Since the last frame.
    has_scrolled: Cell<bool>,
}

impl Shell {
    /// Feeds the machine and does what it says.
    fn handle(self: &Rc<Self>, event: Event) {
        let effects = self.state.borrow_mut().handle(event);
        for effect in effects {
            self.perform(effect);
        }
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::StartHold => {
                let shell = Rc::clone(self);
                let timer = Timeout::new(HOLD_MS, move || shell.handle(Event::Held));
                *self.hold.borrow_mut() = Some(timer);
            }
            Effect::StopHold => {
                self.hold.borrow_mut().take();
            }
            Effect::Lift { card, by_keyboard } => self.lift(card, by_keyboard),
            Effect::Follow { dx, dy } => {
                if let Some(drawing) = &*self.drawing.borrow() {
                    drawing.follow(dx, dy);
                }
            }
            Effect::Over(place) => self.hover(place),
            Effect::Drop(place) => self.put_down(place),
            Effect::Restore => {
                let card = self.lifted.with_untracked(|it| it.first().cloned());
                self.clear();
                if let Some(card) = card {
                    self.focus_card(&card, false);
                    self.on_news.run(DragNews::Canceled(card));
                }
            }
        }
    }

    fn lift(self: &Rc<Self>, card: String, by_keyboard: bool) {
        // The timer that led here is spent; dropping it from within itself is harmless.
        let spent = self.hold.borrow_mut().take();
        if let Some(spent) = spent {
            spent.forget();
        }
        let selected = self.selected.get_untracked();
        let cards = if selected.contains(&card) {
            selected
        } else {
            vec![card.clone()]
        };
        let Some(drawing) = Drawing::lift(&self.board, &card, &cards, !by_keyboard) else {
            self.state.borrow_mut().handle(Event::Canceled);
            return;
        };
        if let Some(pointer) = *self.pointer.borrow() {
            let _ = self.board.set_pointer_capture(pointer);
        }
        self.lifted.set(drawing.cards().to_vec());
        let columns = drawing.measure(&self.board);
        *self.drawing.borrow_mut() = Some(drawing);
        self.on_news.run(DragNews::Lifted(card));
        self.handle(Event::Measured(columns));
        if by_keyboard {
            // The card itself is out of sight now; the board hears its keys meanwhile.
            let _ = self.board.focus();
        } else {
            self.scroll_each_frame();
        }
    }

    fn hover(&self, place: Option<Place>) {
        let state = self.state.borrow();
        let drawing = self.drawing.borrow();
        let Some(drawing) = &*drawing else { return };
        let column = place.and_then(|it| state.columns().get(it.column));
        let target = place.zip(column).map(|(place, column)| DropTarget {
            cards: drawing.cards().to_vec(),
            column: column.id.clone(),
            index: place.index,
        });
        self.draw_gap(target.as_ref());
        self.over.set(target.clone());
        let others = column.map_or(0, |it| it.middles.len());
        if let Some(target) = target {
            self.on_news.run(DragNews::Over { target, others });
        }
    }

    fn draw_gap(&self, target: Option<&DropTarget>) {
        let state = self.state.borrow();
        let column = target.and_then(|it| state.columns().iter().find(|at| at.id == it.column));
        let near = column.map(ColumnBox::near).unwrap_or_default();
        if let Some(drawing) = &*self.drawing.borrow() {
            drawing.open_gap(&self.board, target, near);
        }
    }

    fn put_down(&self, place: Place) {
        let column = self
            .state
            .borrow()
            .columns()
            .get(place.column)
            .map(|it| it.id.clone());
        let cards = self.lifted.get_untracked();
        let is_in_view = self
            .drawing
            .borrow()
            .as_ref()
            .is_some_and(Drawing::is_in_hand);
        self.clear();
        let Some(column) = column else { return };
        let result = DropResult {
            cards,
            column,
            index: place.index,
        };
        self.drop_cards(result, is_in_view);
    }

    /// Tells the page, then shows the card where it came to lie.
    fn drop_cards(&self, result: DropResult, is_in_view: bool) {
        self.on_drop.run(result.clone());
        if let Some(card) = result.cards.first() {
            if is_in_view {
                self.land(card);
            }
            self.focus_card(card, is_in_view);
        }
        self.on_news.run(DragNews::Dropped(result));
    }

    fn clear(&self) {
        if let Some(drawing) = self.drawing.borrow_mut().take() {
            drawing.clear(&self.board);
        }
        if let Some(pointer) = self.pointer.borrow_mut().take() {
            let _ = self.board.release_pointer_capture(pointer);
        }
        self.over.set(None);
        self.lifted.set(Vec::new());
    }

    /// Focus follows the card; the page draws it in its new column after this.
    fn focus_card(&self, card: &str, is_in_view: bool) {
        let (board, card) = (self.board.clone(), card.to_owned());
        let focus = move || {
            if let Some(element) = draw::find_card(&board, &card) {
                if !is_in_view {
                    draw::land(&element);
                }
                let options = web_sys::FocusOptions::new();
                options.set_prevent_scroll(is_in_view);
                let _ = element.focus_with_options(&options);
            }
        };
        if is_in_view {
            // Where a hand put it, it is seen: painting comes first, since focusing lays out the whole board.
            super::after_paint(focus);
        } else {
            request_animation_frame(focus);
        }
    }

    /// Shows that a card has come down, in the frame that draws it in its new column.
    fn land(&self, card: &str) {
        let (board, card) = (self.board.clone(), card.to_owned());
        leptos::task::spawn_local(async move {
            // After the effects that move it.
            leptos::task::tick().await;
            if let Some(element) = draw::find_card(&board, &card) {
                draw::land(&element);
            }
        });
    }

    /// Scrolls the column and the board while the pointer rests near an edge.
    fn scroll_each_frame(self: &Rc<Self>) {
        let shell = Rc::clone(self);
        request_animation_frame(move || {
            let at = shell.state.borrow().pointer_at();
            let Some(at) = at else { return };
            let columns = {
                let drawing = shell.drawing.borrow();
                let Some(drawing) = &*drawing else { return };
                // The wheel scrolls too.
                let has_moved = drawing.scroll(&shell.board, at) | shell.has_scrolled.take();
                has_moved.then(|| drawing.measure(&shell.board))
            };
            if let Some(columns) = columns {
                shell.handle(Event::Measured(columns));
                // Others have come near.
                shell.draw_gap(shell.over.get_untracked().as_ref());
            }
            shell.scroll_each_frame();
        });
    }
}
