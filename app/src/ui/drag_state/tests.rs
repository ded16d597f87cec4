use super::*;

fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

fn columns() -> Vec<ColumnBox> {
    let column = |id: &str, left: f64, middles: &[f64]| ColumnBox {
        id: id.into(),
        area: Area {
            left,
            top: 0.0,
            width: 100.0,
            height: 500.0,
        },
        middles: middles.to_vec(),
    };
    vec![
        column("first", 0.0, &[30.0, 90.0]),
        column("second", 100.0, &[30.0]),
        column("third", 200.0, &[]),
    ]
}

fn pressed(pointer: Pointer) -> Event {
    Event::Pressed {
        card: "a".into(),
        pointer,
        at: at(10.0, 10.0),
    }
}

#[track_caller]
fn check(events: Vec<Event>, expected: &[Effect]) {
    let mut state = DragState::default();
    let effects: Vec<Effect> = events.into_iter().flat_map(|it| state.handle(it)).collect();
    assert_eq!(effects, expected);
}

fn lifted() -> Effect {
    Effect::Lift {
        card: "a".into(),
        by_keyboard: false,
    }
}

#[test]
fn a_click_is_not_a_drag() {
    check(
        vec![
            pressed(Pointer::Precise),
            Event::Moved { at: at(13.0, 12.0) },
            Event::Released,
        ],
        &[],
    );
}

#[test]
fn six_pixels_with_the_mouse_lift_the_card() {
    check(
        vec![
            pressed(Pointer::Precise),
            Event::Moved { at: at(16.0, 10.0) },
        ],
        &[lifted(), Effect::Follow { dx: 6.0, dy: 0.0 }],
    );
}

#[test]
fn a_finger_that_moves_at_once_scrolls() {
    check(
        vec![
            pressed(Pointer::Touch),
            Event::Moved { at: at(10.0, 40.0) },
            Event::Held,
            Event::Moved { at: at(10.0, 80.0) },
            Event::Released,
        ],
        &[Effect::StartHold, Effect::StopHold],
    );
}

#[test]
fn a_finger_that_rests_lifts_the_card() {
    check(
        vec![
            pressed(Pointer::Touch),
            Event::Moved { at: at(12.0, 12.0) },
            Event::Held,
        ],
        &[
            Effect::StartHold,
            lifted(),
            Effect::Follow { dx: 0.0, dy: 0.0 },
        ],
    );
}

#[test]
fn a_card_is_dropped_between_the_cards_under_the_pointer() {
    check(
        vec![
            pressed(Pointer::Precise),
            Event::Moved { at: at(20.0, 10.0) },
            Event::Measured(columns()),
            Event::Moved {
                at: at(150.0, 40.0),
            },
            Event::Released,
        ],
        &[
            lifted(),
            Effect::Follow { dx: 10.0, dy: 0.0 },
            Effect::Over(Some(Place {
                column: 0,
                index: 0,
            })),
            Effect::Follow {
                dx: 140.0,
                dy: 30.0,
            },
            Effect::Over(Some(Place {
                column: 1,
                index: 1,
            })),
            Effect::Drop(Place {
                column: 1,
                index: 1,
            }),
        ],
    );
}

#[test]
fn a_card_let_go_outside_the_columns_goes_back() {
    check(
        vec![
            pressed(Pointer::Precise),
            Event::Moved { at: at(20.0, 10.0) },
            Event::Measured(columns()),
            Event::Moved {
                at: at(20.0, 900.0),
            },
            Event::Released,
        ],
        &[
            lifted(),
            Effect::Follow { dx: 10.0, dy: 0.0 },
            Effect::Over(Some(Place {
                column: 0,
                index: 0,
            })),
            Effect::Follow {
                dx: 10.0,
                dy: 890.0,
            },
            Effect::Over(None),
            Effect::Restore,
        ],
    );
}

#[test]
fn a_canceled_pointer_restores_and_the_late_release_does_nothing() {
    check(
        vec![
            pressed(Pointer::Precise),
            Event::Moved { at: at(20.0, 10.0) },
            Event::Canceled,
            Event::Released,
        ],
        &[
            lifted(),
            Effect::Follow { dx: 10.0, dy: 0.0 },
            Effect::Restore,
        ],
    );
}

#[test]
fn scrolling_under_a_resting_pointer_moves_the_gap() {
    let mut scrolled = columns();
    scrolled[0].middles = vec![-60.0, 5.0];
    check(
        vec![
            pressed(Pointer::Precise),
            Event::Moved { at: at(20.0, 10.0) },
            Event::Measured(columns()),
            Event::Measured(scrolled),
        ],
        &[
            lifted(),
            Effect::Follow { dx: 10.0, dy: 0.0 },
            Effect::Over(Some(Place {
                column: 0,
                index: 0,
            })),
            Effect::Over(Some(Place {
                column: 0,
                index: 2,
            })),
        ],
    );
}

#[test]
fn the_keyboard_carries_a_card_and_stays_inside_the_board() {
    let from = Place {
        column: 0,
        index: 1,
    };
    let over = |column, index| Effect::Over(Some(Place { column, index }));
    check(
        vec![
            Event::PickedUp {
                card: "a".into(),
                from,
            },
            Event::Measured(columns()),
            Event::Stepped(Step::Previous),
            Event::Stepped(Step::Down),
            Event::Stepped(Step::Down),
            Event::Stepped(Step::Next),
            Event::Stepped(Step::Up),
            Event::PutDown,
        ],
        &[
            Effect::Lift {
                card: "a".into(),
                by_keyboard: true,
            },
            over(0, 1),
            over(0, 2),
            over(1, 1),
            over(1, 0),
            Effect::Drop(Place {
                column: 1,
                index: 0,
            }),
        ],
    );
}

#[test]
fn escape_puts_a_carried_card_back() {
    let from = Place {
        column: 0,
        index: 1,
    };
    check(
        vec![
            Event::PickedUp {
                card: "a".into(),
                from,
            },
            Event::Canceled,
            Event::PutDown,
        ],
        &[
            Effect::Lift {
                card: "a".into(),
                by_keyboard: true,
            },
            Effect::Over(Some(from)),
            Effect::Restore,
        ],
    );
}

#[test]
fn scrolling_starts_near_an_edge_and_grows_towards_it() {
    assert_eq!(scroll_speed(400.0, 0.0, 800.0), 0.0);
    assert!(scroll_speed(20.0, 0.0, 800.0) < 0.0);
    assert!(scroll_speed(790.0, 0.0, 800.0) > scroll_speed(760.0, 0.0, 800.0));
    assert_eq!(scroll_speed(900.0, 0.0, 800.0), 18.0);
}
