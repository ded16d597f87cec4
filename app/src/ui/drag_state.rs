//! Dragging cards between columns, as a pure machine: events in, effects out.
//!
//! The machine knows ids, places and points, no document and no clock; the shell in `drag.rs`
//! measures, draws and reports. Invariants: nothing is dropped without a lift before it; every
//! lift ends in exactly one [`Effect::Drop`] or [`Effect::Restore`]; a touch that moves before
//! the hold has passed is a scroll and never a drag.

use std::ops::Range;

/// How far a mouse or pen moves before a press becomes a drag.
pub(super) const LIFT_DISTANCE_PX: f64 = 6.0;
/// How far a finger may tremble during the hold.
pub(super) const TREMBLE_PX: f64 = 10.0;
/// How long a finger rests on a card before it lifts.
pub(super) const HOLD_MS: u32 = 250;
/// How near to an edge scrolling starts.
const EDGE_PX: f64 = 56.0;
/// Fastest scrolling, in pixels a frame.
const SCROLL_MAX_PX: f64 = 18.0;

/// A point of the viewport.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    fn distance(self, other: Point) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A box of the viewport.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Area {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// What presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pointer {
    /// Mouse or pen: lifts by moving.
    Precise,
    /// A finger: lifts by resting.
    Touch,
}

/// A column as it was measured: where it is, and its cards without the lifted ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ColumnBox {
    pub id: String,
    pub area: Area,
    /// The middle of each card that stays, from top to bottom.
    pub middles: Vec<f64>,
}

impl ColumnBox {
    /// Numbers of the cards that are in sight, or within one height of the column of it.
    pub fn near(&self) -> Range<usize> {
        let Area { top, height, .. } = self.area;
        let above = |limit: f64| self.middles.partition_point(|it| *it < limit);
        above(top - height)..above(top + 2.0 * height)
    }
}

/// Where the lifted cards would go: the number of a column in the layout and an index among
/// the cards that stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub column: usize,
    pub index: usize,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    /// A pointer went down on a card.
    Pressed {
        card: String,
        pointer: Pointer,
        at: Point,
    },
    /// The pointer moved.
    Moved { at: Point },
    /// The finger rested long enough.
    Held,
    /// The pointer went up.
    Released,
    /// The browser took the pointer away, or Escape was pressed.
    Canceled,
    /// A card was picked up by the keyboard from this place.
    PickedUp { card: String, from: Place },
    /// The keyboard moves the lifted card.
    Stepped(Step),
    /// The keyboard puts the lifted card down.
    PutDown,
    /// The shell measured the columns (after a lift and after scrolling).
    Measured(Vec<ColumnBox>),
}

/// A direction of the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    Previous,
    Next,
}

/// What the shell must do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    /// Report [`Event::Held`] in [`HOLD_MS`].
    StartHold,
    /// Forget the hold.
    StopHold,
    /// Take the card up: measure, capture the pointer, draw the lifted one.
    Lift { card: String, by_keyboard: bool },
    /// Draw the lifted card at this distance from where it was.
    Follow { dx: f64, dy: f64 },
    /// Open the gap there, or nowhere.
    Over(Option<Place>),
    /// The cards are put down there.
    Drop(Place),
    /// Everything as it was.
    Restore,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Phase {
    #[default]
    Idle,
    Pressed {
        card: String,
        pointer: Pointer,
        at: Point,
    },
    Dragging {
        from: Point,
        at: Point,
        over: Option<Place>,
    },
    Carrying {
        over: Place,
    },
}

/// The machine.
#[derive(Debug, Default)]
pub(super) struct DragState {
    phase: Phase,
    columns: Vec<ColumnBox>,
}

impl DragState {
    /// Whether a card is in the air.
    pub(super) fn is_lifted(&self) -> bool {
        matches!(self.phase, Phase::Dragging { .. } | Phase::Carrying { .. })
    }

    /// Whether the keyboard carries a card.
    pub(super) fn is_carrying(&self) -> bool {
        matches!(self.phase, Phase::Carrying { .. })
    }

    /// The pointer while it drags.
    pub(super) fn pointer_at(&self) -> Option<Point> {
        match &self.phase {
            Phase::Dragging { at, .. } => Some(*at),
            Phase::Idle | Phase::Pressed { .. } | Phase::Carrying { .. } => None,
        }
    }

    /// The columns as they were measured last.
    pub(super) fn columns(&self) -> &[ColumnBox] {
        &self.columns
    }

    /// Takes one event and says what must be done.
    pub(super) fn handle(&mut self, event: Event) -> Vec<Effect> {
        match (std::mem::take(&mut self.phase), event) {
            (Phase::Idle, Event::Pressed { card, pointer, at }) => {
                self.phase = Phase::Pressed { card, pointer, at };
                if pointer == Pointer::Touch {
                    vec![Effect::StartHold]
                } else {
                    Vec::new()
                }
            }
            (Phase::Idle, Event::PickedUp { card, from }) => {
                self.phase = Phase::Carrying { over: from };
                vec![
                    Effect::Lift {
                        card,
                        by_keyboard: true,
                    },
                    Effect::Over(Some(from)),
                ]
            }
            (Phase::Idle, _) => Vec::new(),

            (
                Phase::Pressed {
                    card,
                    pointer,
                    at: from,
                },
                Event::Moved { at },
            ) => self.pressed_and_moved(card, pointer, from, at),
            (
                Phase::Pressed {
                    card,
                    pointer: Pointer::Touch,
                    at,
                },
                Event::Held,
            ) => self.lift(card, at, at),
            (
                Phase::Pressed {
                    pointer: Pointer::Touch,
                    ..
                },
                Event::Released | Event::Canceled,
            ) => {
                vec![Effect::StopHold]
            }
            (Phase::Pressed { .. }, Event::Released | Event::Canceled) => Vec::new(),
            (phase @ Phase::Pressed { .. }, _) => {
                self.phase = phase;
                Vec::new()
            }

            (Phase::Dragging { from, over, .. }, Event::Moved { at }) => {
                let now = self.place_at(at);
                self.phase = Phase::Dragging {
                    from,
                    at,
                    over: now,
                };
                let mut effects = vec![Effect::Follow {
                    dx: at.x - from.x,
                    dy: at.y - from.y,
                }];
                if now != over {
                    effects.push(Effect::Over(now));
                }
                effects
            }
            (Phase::Dragging { from, at, over }, Event::Measured(columns)) => {
                self.columns = columns;
                let now = self.place_at(at);
                self.phase = Phase::Dragging {
                    from,
                    at,
                    over: now,
                };
                if now == over {
                    Vec::new()
                } else {
                    vec![Effect::Over(now)]
                }
            }
            (Phase::Dragging { over, .. }, Event::Released) => match over {
                Some(place) => vec![Effect::Drop(place)],
                None => vec![Effect::Restore],
            },
            (Phase::Dragging { .. } | Phase::Carrying { .. }, Event::Canceled) => {
                vec![Effect::Restore]
            }
            (Phase::Carrying { over }, Event::Stepped(step)) => {
                let now = self.stepped(over, step);
                self.phase = Phase::Carrying { over: now };
                if now == over {
                    Vec::new()
                } else {
                    vec![Effect::Over(Some(now))]
                }
            }
            (Phase::Carrying { over }, Event::PutDown) => vec![Effect::Drop(over)],
            (Phase::Carrying { over }, Event::Measured(columns)) => {
                self.columns = columns;
                self.phase = Phase::Carrying { over };
                Vec::new()
            }
            (phase @ (Phase::Dragging { .. } | Phase::Carrying { .. }), _) => {
                self.phase = phase;
                Vec::new()
            }
        }
    }

    fn pressed_and_moved(
        &mut self,
        card: String,
        pointer: Pointer,
        from: Point,
        at: Point,
    ) -> Vec<Effect> {
        let distance = from.distance(at);
        match pointer {
            Pointer::Precise if distance >= LIFT_DISTANCE_PX => self.lift(card, from, at),
            Pointer::Touch if distance > TREMBLE_PX => vec![Effect::StopHold],
            Pointer::Precise | Pointer::Touch => {
                self.phase = Phase::Pressed {
                    card,
                    pointer,
                    at: from,
                };
                Vec::new()
            }
        }
    }

    fn lift(&mut self, card: String, from: Point, at: Point) -> Vec<Effect> {
        self.columns.clear();
        self.phase = Phase::Dragging {
            from,
            at,
            over: None,
        };
        vec![
            Effect::Lift {
                card,
                by_keyboard: false,
            },
            Effect::Follow {
                dx: at.x - from.x,
                dy: at.y - from.y,
            },
        ]
    }

    /// The column whose horizontal span holds the point (else none), and the first card whose
    /// middle is below it. A column counts over its whole height and below it, so that one can
    /// drop under a short one, and the topmost of overlapping boxes wins.
    fn place_at(&self, at: Point) -> Option<Place> {
        let spans = |it: &ColumnBox| {
            at.x >= it.area.left
                && at.x < it.area.left + it.area.width
                && at.y >= it.area.top
                && at.y < it.area.top + it.area.height
        };
        let column = self.columns.iter().rposition(spans)?;
        let index = self.columns[column]
            .middles
            .iter()
            .filter(|it| **it < at.y)
            .count();
        Some(Place { column, index })
    }

    fn stepped(&self, from: Place, step: Step) -> Place {
        let length = |column: usize| self.columns.get(column).map_or(0, |it| it.middles.len());
        let moved_to = |column: usize| Place {
            column,
            index: from.index.min(length(column)),
        };
        match step {
            Step::Up => Place {
                index: from.index.saturating_sub(1),
                ..from
            },
            Step::Down => Place {
                index: (from.index + 1).min(length(from.column)),
                ..from
            },
            Step::Previous => moved_to(from.column.saturating_sub(1)),
            Step::Next => moved_to((from.column + 1).min(self.columns.len().saturating_sub(1))),
        }
    }
}

/// How far to scroll in this frame when the pointer is this near to the edges of `view`.
pub(super) fn scroll_speed(at: f64, start: f64, length: f64) -> f64 {
    let edge = EDGE_PX.min(length / 4.0);
    let into_start = (start + edge - at) / edge;
    let into_end = (at - (start + length - edge)) / edge;
    if into_start > 0.0 {
        -into_start.min(1.0) * SCROLL_MAX_PX
    } else if into_end > 0.0 {
        into_end.min(1.0) * SCROLL_MAX_PX
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests;
