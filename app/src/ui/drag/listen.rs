//! What a drag hears: pointers, keys, and the touch moves that must not scroll.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::prelude::{GetUntracked, WithUntracked, request_animation_frame, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, KeyboardEvent, Node, PointerEvent};

use super::{DropResult, Shell, draw};
use crate::ui::dom::{all, closest, is_composing, keep_until_cleanup};
use crate::ui::drag_state::{Event, Place, Point, Pointer, Step};

/// Controls inside a card keep their own presses.
const NOT_DRAGGABLE: &str = "button, input, select, textarea, summary, [popover], [data-no-drag]";

/// Listens until the owner of the board goes.
pub(super) fn attach(shell: &Rc<Shell>) {
    let mut listeners = vec![
        on(shell, "pointerdown", |shell, ev: PointerEvent| {
            press(shell, &ev)
        }),
        on(shell, "pointermove", |shell, ev: PointerEvent| {
            if *shell.pointer.borrow() == Some(ev.pointer_id()) {
                shell.handle(Event::Moved { at: point(&ev) });
            }
        }),
        on(shell, "pointerup", |shell, ev: PointerEvent| {
            if *shell.pointer.borrow() == Some(ev.pointer_id()) {
                release(shell, &ev);
            }
        }),
        on(shell, "pointercancel", |shell, ev: PointerEvent| {
            if *shell.pointer.borrow() == Some(ev.pointer_id()) {
                shell.handle(Event::Canceled);
                shell.pointer.borrow_mut().take();
            }
        }),
        // The browser decides about scrolling when the finger goes down; after a long press
        // only refusing the moves keeps the page still.
        on(shell, "touchmove", |shell, ev: web_sys::Event| {
            if shell.state.borrow().is_lifted() {
                ev.prevent_default();
            }
        }),
        // A long press must not open the menu of the browser, and a link must not be dragged.
        on(shell, "contextmenu", |shell, ev: web_sys::Event| {
            if shell.pointer.borrow().is_some() && shell.state.borrow().is_lifted() {
                ev.prevent_default();
            }
        }),
        on(shell, "dragstart", |_, ev: web_sys::Event| {
            ev.prevent_default()
        }),
        scrolled(shell),
        on(shell, "keydown", |shell, ev: KeyboardEvent| key(shell, &ev)),
        on(shell, "focusin", |shell, ev: FocusEvent| enter(shell, &ev)),
        on(shell, "focusout", |shell, ev: FocusEvent| leave(shell, &ev)),
    ];
    let escaping = Rc::clone(shell);
    listeners.push(EventListener::new_with_options(
        &window(),
        "keydown",
        EventListenerOptions {
            phase: EventListenerPhase::Capture,
            passive: false,
        },
        move |ev| {
            let is_escape = ev
                .dyn_ref::<KeyboardEvent>()
                .is_some_and(|it| it.key() == "Escape");
            if is_escape && escaping.state.borrow().is_lifted() {
                ev.stop_propagation();
                ev.prevent_default();
                escaping.handle(Event::Canceled);
            }
        },
    ));
    keep_until_cleanup(listeners);
}

/// Lists inside the board scroll; that does not bubble.
fn scrolled(shell: &Rc<Shell>) -> EventListener {
    let heard = Rc::clone(shell);
    let options = EventListenerOptions::run_in_capture_phase();
    EventListener::new_with_options(&shell.board, "scroll", options, move |_| {
        heard.has_scrolled.set(true);
    })
}

fn on<E: JsCast + Clone>(
    shell: &Rc<Shell>,
    name: &'static str,
    act: impl Fn(&Rc<Shell>, E) + 'static,
) -> EventListener {
    let heard = Rc::clone(shell);
    EventListener::new_with_options(
        &shell.board,
        name,
        EventListenerOptions::enable_prevent_default(),
        move |ev| {
            if let Some(ev) = ev.dyn_ref::<E>() {
                act(&heard, ev.clone());
            }
        },
    )
}

fn point(ev: &PointerEvent) -> Point {
    Point {
        x: f64::from(ev.client_x()),
        y: f64::from(ev.client_y()),
    }
}

fn press(shell: &Rc<Shell>, ev: &PointerEvent) {
    if ev.button() != 0 || !ev.is_primary() || closest(ev, NOT_DRAGGABLE).is_some() {
        return;
    }
    if shell.state.borrow().is_carrying() {
        shell.handle(Event::Canceled);
    }
    let Some(card) = closest(ev, "[data-card]").and_then(|it| it.get_attribute("data-card")) else {
        return;
    };
    *shell.pointer.borrow_mut() = Some(ev.pointer_id());
    let pointer = if ev.pointer_type() == "touch" {
        Pointer::Touch
    } else {
        Pointer::Precise
    };
    shell.handle(Event::Pressed {
        card,
        pointer,
        at: point(ev),
    });
}

fn release(shell: &Rc<Shell>, ev: &PointerEvent) {
    let was_lifted = shell.state.borrow().is_lifted();
    if was_lifted {
        // The click that follows a drag opens nothing.
        ev.prevent_default();
        swallow_click(shell);
    }
    shell.handle(Event::Released);
    shell.pointer.borrow_mut().take();
}

fn swallow_click(shell: &Rc<Shell>) {
    let listener = EventListener::once_with_options(
        &shell.board,
        "click",
        EventListenerOptions {
            phase: EventListenerPhase::Capture,
            passive: false,
        },
        |ev| {
            ev.stop_propagation();
            ev.prevent_default();
        },
    );
    // The click comes before the next but one frame or not at all.
    request_animation_frame(move || request_animation_frame(move || drop(listener)));
}

fn key(shell: &Rc<Shell>, ev: &KeyboardEvent) {
    if is_composing(ev) || ev.ctrl_key() || ev.meta_key() {
        return;
    }
    let Some(element) = ev.target().and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let Some(card) = element.get_attribute("data-card") else {
        if shell.state.borrow().is_carrying() && carry(shell, &ev.key()) {
            ev.prevent_default();
        }
        return;
    };
    let is_carrying = shell.state.borrow().is_carrying();
    let is_used = if is_carrying {
        carry(shell, &ev.key())
    } else {
        act_on_card(shell, &element, card, ev)
    };
    if is_used {
        ev.prevent_default();
        ev.stop_propagation();
    }
}

/// A key while the keyboard carries a card.
fn carry(shell: &Rc<Shell>, key: &str) -> bool {
    let event = match key {
        "ArrowUp" => Event::Stepped(Step::Up),
        "ArrowDown" => Event::Stepped(Step::Down),
        "ArrowLeft" => Event::Stepped(Step::Previous),
        "ArrowRight" => Event::Stepped(Step::Next),
        " " | "Enter" => Event::PutDown,
        "Escape" | "Tab" => Event::Canceled,
        _ => return false,
    };
    shell.handle(event);
    true
}

/// A key on a card that lies.
fn act_on_card(shell: &Rc<Shell>, element: &HtmlElement, card: String, ev: &KeyboardEvent) -> bool {
    let Some(from) = place_of(shell, element) else {
        return false;
    };
    match ev.key().as_str() {
        " " => shell.handle(Event::PickedUp { card, from }),
        "Enter" => element.click(),
        "[" => return move_by(shell, card, from, -1),
        "]" => return move_by(shell, card, from, 1),
        "ArrowUp" if ev.alt_key() => return reorder(shell, card, from, -1),
        "ArrowDown" if ev.alt_key() => return reorder(shell, card, from, 1),
        "ArrowUp" | "k" => return focus_at(shell, from.column, from.index.checked_sub(1)),
        "ArrowDown" | "j" => return focus_at(shell, from.column, Some(from.index + 1)),
        "ArrowLeft" => return focus_beside(shell, from, -1),
        "ArrowRight" => return focus_beside(shell, from, 1),
        _ => return false,
    }
    true
}

fn columns(shell: &Shell) -> Vec<HtmlElement> {
    all(&shell.board, "[data-column]:not(.drop-zone)")
}

fn place_of(shell: &Shell, card: &HtmlElement) -> Option<Place> {
    let column = card.closest("[data-column]").ok().flatten()?;
    let is_same = |it: &HtmlElement| it.unchecked_ref::<Element>() == &column;
    let number = columns(shell).iter().position(is_same)?;
    let index = all(&column, "[data-card]")
        .iter()
        .position(|it| it == card)?;
    Some(Place {
        column: number,
        index,
    })
}

/// The cards that move together: the selection if the card is part of it.
fn moved_cards(shell: &Shell, card: String) -> Vec<String> {
    let is_selected = shell.selected.with_untracked(|it| it.contains(&card));
    if is_selected {
        shell.selected.get_untracked()
    } else {
        vec![card]
    }
}

fn move_by(shell: &Rc<Shell>, card: String, from: Place, by: isize) -> bool {
    let columns = columns(shell);
    let Some(column) = from
        .column
        .checked_add_signed(by)
        .and_then(|it| columns.get(it))
    else {
        return false;
    };
    let cards = moved_cards(shell, card);
    let column = column.get_attribute("data-column").unwrap_or_default();
    // On top, where one sees it arrive.
    let result = DropResult {
        cards,
        column,
        index: 0,
    };
    shell.drop_cards(result, false);
    true
}

fn reorder(shell: &Rc<Shell>, card: String, from: Place, by: isize) -> bool {
    let columns = columns(shell);
    let Some(column) = columns.get(from.column) else {
        return false;
    };
    let last = all(column, "[data-card]").len().saturating_sub(1);
    let Some(index) = from.index.checked_add_signed(by).filter(|it| *it <= last) else {
        return false;
    };
    let column = column.get_attribute("data-column").unwrap_or_default();
    let result = DropResult {
        cards: vec![card],
        column,
        index,
    };
    shell.drop_cards(result, false);
    true
}

fn focus_at(shell: &Shell, column: usize, index: Option<usize>) -> bool {
    let columns = columns(shell);
    let card = columns
        .get(column)
        .zip(index)
        .and_then(|(column, index)| all(column, "[data-card]").into_iter().nth(index));
    card.is_some_and(|it| it.focus().is_ok())
}

/// The card at the same height in the next column that has any.
fn focus_beside(shell: &Shell, from: Place, by: isize) -> bool {
    let columns = columns(shell);
    let mut number = from.column;
    while let Some(next) = number
        .checked_add_signed(by)
        .filter(|it| *it < columns.len())
    {
        let cards = all(&columns[next], "[data-card]");
        if let Some(card) = cards.get(from.index).or(cards.last()) {
            return card.focus().is_ok();
        }
        number = next;
    }
    false
}

/// One stop for the Tab key: the board hands the focus to a card and steps aside.
fn enter(shell: &Rc<Shell>, ev: &FocusEvent) {
    let target = ev.target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
    let is_board = target.as_ref() == Some(&shell.board);
    let _ = shell.board.set_attribute("tabindex", "-1");
    if shell.state.borrow().is_carrying() {
        return;
    }
    if is_board {
        let last = shell.board.get_attribute("data-last-card");
        let card = last
            .and_then(|it| draw::find_card(&shell.board, &it))
            .or_else(|| all(&shell.board, "[data-card]").into_iter().next());
        if let Some(card) = card {
            let _ = card.focus();
        }
    } else if let Some(card) =
        closest(ev, "[data-card]").and_then(|it| it.get_attribute("data-card"))
    {
        let _ = shell.board.set_attribute("data-last-card", &card);
    }
}

fn leave(shell: &Rc<Shell>, ev: &FocusEvent) {
    let to = ev
        .related_target()
        .and_then(|it| it.dyn_into::<Node>().ok());
    if !shell.board.contains(to.as_ref()) {
        let _ = shell.board.set_attribute("tabindex", "0");
    }
}
