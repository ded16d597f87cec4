//! A record is renewed while devices work on it: nothing that waits or was pushed before is lost or done
//! twice, and nobody's value is silently replaced.

#[allow(dead_code, reason = "the convergence test uses the rest")]
mod support;

use huike_shared::access::Role;
use huike_shared::customers::Customer;
use huike_shared::document::{Actor, Registers, decode};
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::{Connection, Intent, IntentPart, Report, Request};
use huike_shared::record::{Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use huike_shared::sync::gate;
use huike_shared::sync::message::{
    Answer, ClientMessage, DocumentState, Entry, PushedChange, ServerMessage, StateEntry,
    StatesPage, Verdict,
};
use huike_shared::time::Timestamp;
use support::Company;

const OTHER: Actor = Actor([0xB2; 16]);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A device that is greeted, and a customer that it made and the server has.
struct Scene {
    company: Company,
    record: RecordRef,
    /// What the server holds.
    state: Registers,
    position: u64,
}

impl Scene {
    fn new() -> Self {
        let mut company = Company::new(1, 1);
        company.devices[0].reachable = false;
        let record = RecordRef {
            kind: Customer::DEF.kind,
            id: company.entropy.record_id(company.now),
        };
        let mut scene = Scene {
            company,
            record,
            state: Registers::default(),
            position: 0,
        };
        scene.edit(&[("name", "云仓"), ("remark", "first")]);
        let pushed = scene.greet();
        scene.accept(&pushed[0]);
        scene
    }

    fn edit(&mut self, values: &[(&str, &str)]) -> RecordId {
        let id = self.company.entropy.record_id(self.company.now);
        let values = values
            .iter()
            .map(|(key, value)| ((*key).into(), Scalar::text(*value)))
            .collect();
        let parts = vec![IntentPart {
            record: self.record,
            values,
        }];
        self.company.request(0, Request::Edit(Intent { id, parts }));
        id
    }

    fn greet(&mut self) -> Vec<PushedChange> {
        self.company.connect(0);
        let mut welcome = self.company.welcome(0);
        welcome.head = self.position;
        pushed(self.company.hear(0, ServerMessage::Welcome(welcome)))
    }

    /// The server takes a change of the device; gives what the device pushes then.
    fn accept(&mut self, change: &PushedChange) -> Vec<PushedChange> {
        self.position += 1;
        let by = self.company.devices[0].member;
        let now = at(1_000_000 + self.position.cast_signed());
        self.state
            .apply(&decode(&change.body).unwrap(), Stamp { at: now, by });
        self.answer(
            change,
            Verdict::Accepted {
                position: self.position,
                at: now,
            },
        )
    }

    fn answer(&mut self, change: &PushedChange, verdict: Verdict) -> Vec<PushedChange> {
        let answers = vec![Answer {
            record: change.record,
            hash: change.hash,
            verdict,
        }];
        pushed(self.company.hear(0, ServerMessage::Answers { answers }))
    }

    /// A colleague puts a value, knowing everything; the entry of the log.
    fn colleague(&mut self, key: &str, value: &str) -> Entry {
        self.position += 1;
        let now = at(1_000_000 + self.position.cast_signed());
        let values = [(key.into(), Scalar::text(value))];
        let body = self.state.author(&values, OTHER, now).unwrap();
        let member = RecordId([8; 16]);
        let change = decode(&body).unwrap();
        self.state.apply(
            &change,
            Stamp {
                at: now,
                by: member,
            },
        );
        self.entry(member, body)
    }

    fn renewal(&mut self) -> Entry {
        self.position += 1;
        let (state, body) = self.state.renew(&self.record).unwrap();
        self.state = state;
        self.entry(RecordId::default(), body)
    }

    fn entry(&self, member: RecordId, body: Vec<u8>) -> Entry {
        Entry {
            position: self.position,
            record: self.record,
            of: None,
            member,
            at: at(1_000_000 + self.position.cast_signed()),
            body,
        }
    }

    fn tell(&mut self, entries: Vec<Entry>) -> Vec<ClientMessage> {
        let to = self.position;
        self.company.hear(0, ServerMessage::Changes { to, entries })
    }

    /// The record as the server has it.
    fn page(&self) -> StatesPage {
        let state = StateEntry {
            record: self.record,
            position: self.position,
            state: DocumentState::Flat(self.state.clone()),
        };
        StatesPage {
            log: self.company.server.log_id,
            states: vec![state],
            next: self.position,
            remaining: 0,
        }
    }

    fn shown(&self, key: &str) -> Scalar {
        let row = &self.company.devices[0].screen[&self.record];
        row.by_key(Customer::DEF, key).clone()
    }

    fn clashes(&self) -> Vec<(String, Vec<Scalar>)> {
        let row = &self.company.devices[0].screen[&self.record];
        let clash = |it: &huike_shared::row::Clash| {
            let others = it.others.iter().map(|it| it.0.clone()).collect();
            (it.key.to_string(), others)
        };
        row.clashes.iter().map(clash).collect()
    }

    /// Intents in the tray.
    fn tray(&mut self) -> usize {
        self.company.request(0, Request::ListWaiting);
        let reports = self.company.devices[0].reports.iter().rev();
        let mut listed = reports.filter_map(|it| match it {
            Report::Waiting { refused, .. } => Some(refused.len()),
            _ => None,
        });
        listed.next().unwrap()
    }
}

fn pushed(said: Vec<ClientMessage>) -> Vec<PushedChange> {
    let pushes = said.into_iter().filter_map(|it| match it {
        ClientMessage::Push { changes } => Some(changes),
        _ => None,
    });
    pushes.flatten().collect()
}

#[test]
fn s_31_what_waits_is_made_again_when_its_record_is_renewed() {
    let mut scene = Scene::new();
    scene.edit(&[("remark", "second")]);
    scene.edit(&[("region", "杭州")]);
    let on_their_way = pushed(scene.company.said(0));
    assert_eq!(on_their_way.len(), 2);
    let renewal = scene.renewal();
    let again = pushed(scene.tell(vec![renewal]));
    assert_eq!(again.len(), 2);
    for change in &again {
        let change = decode(&change.body).unwrap();
        assert!(!change.deps.is_empty());
    }
    assert_eq!(decode(&again[0].body).unwrap().deps, scene.state.heads());
    // What was pushed first is refused; it is made again already.
    for change in &on_their_way {
        let refused = Verdict::Refused(Refusal::UnknownDependency);
        assert_eq!(scene.answer(change, refused), []);
    }
    // It is seen before the server has it.
    assert_eq!(scene.shown("remark"), Scalar::text("second"));
    for change in &again {
        scene.accept(change);
    }
    assert_eq!(scene.shown("remark"), Scalar::text("second"));
    assert_eq!(scene.shown("region"), Scalar::text("杭州"));
    let status = scene.company.devices[0].status.clone();
    assert_eq!((status.waiting, scene.tray()), (0, 0));
    let row = scene.state.to_row(Customer::DEF, scene.record.id);
    assert_eq!(scene.company.devices[0].screen[&scene.record], row);
}

#[test]
fn s_31_that_an_edit_was_made_again_once_does_not_count_after_a_renewal() {
    let mut scene = Scene::new();
    scene.edit(&[("remark", "second")]);
    let first = pushed(scene.company.said(0)).remove(0);
    let stale = || Verdict::Refused(Refusal::UnknownDependency);
    // The refusal comes before the device knows of the renewal.
    let second = scene.answer(&first, stale()).remove(0);
    let renewal = scene.renewal();
    let third = pushed(scene.tell(vec![renewal])).remove(0);
    assert_eq!(scene.answer(&second, stale()), []);
    // And another renewal, while it is on its way.
    let renewal = scene.renewal();
    let fourth = pushed(scene.tell(vec![renewal])).remove(0);
    scene.answer(&third, stale());
    let fifth = scene.answer(&fourth, stale()).remove(0);
    scene.accept(&fifth);
    assert_eq!(scene.tray(), 0);
    assert_eq!(scene.shown("remark"), Scalar::text("second"));
}

#[test]
fn s_31_a_device_that_comes_to_another_genesis_takes_the_states_of_the_server() {
    let mut scene = Scene::new();
    // It was never told of this.
    scene.colleague("remark", "unheard");
    let renewal = scene.renewal();
    assert_eq!(scene.tell(vec![renewal]), []);
    scene.company.turn(0, usize::MAX, false);
    let status = &scene.company.devices[0].status;
    assert_eq!(status.connection, Connection::Offline);
    scene.company.connect(0);
    let welcome = scene.company.welcome(0);
    let said = scene.company.hear(0, ServerMessage::Welcome(welcome));
    assert_eq!(said.len(), 1, "it asks for states: {said:?}");
    // What comes on this connection is in them already.
    let later = scene.colleague("remark", "later");
    assert_eq!(scene.tell(vec![later]), []);
    let heard = scene.position;
    assert!(matches!(
        scene.company.devices[0].status.connection,
        Connection::CatchingUp { .. }
    ));
    let page = scene.page();
    scene.company.fetched(0, page);
    let said = scene.company.said(0);
    assert!(matches!(&said[..], [ClientMessage::Hello(it)] if it.cursor == heard));
    assert_eq!(scene.shown("remark"), Scalar::text("later"));
}

#[test]
fn s_31_what_was_made_again_and_is_taken_all_the_same_comes_with_the_states() {
    let mut scene = Scene::new();
    scene.edit(&[("remark", "second")]);
    let sent = pushed(scene.company.said(0)).remove(0);
    let renewal = scene.renewal();
    scene.tell(vec![renewal]);
    let accepted = Verdict::Accepted {
        position: scene.position + 1,
        at: at(2_000_000),
    };
    assert_eq!(scene.answer(&sent, accepted), []);
    scene.company.turn(0, usize::MAX, false);
    let status = &scene.company.devices[0].status;
    assert_eq!(
        (&status.connection, status.waiting),
        (&Connection::Offline, 1)
    );
    scene.company.connect(0);
    let welcome = scene.company.welcome(0);
    let said = scene.company.hear(0, ServerMessage::Welcome(welcome));
    assert_eq!(pushed(said), [], "states come first");
}

#[test]
fn s_32_a_late_edit_does_not_take_the_place_of_a_later_value() {
    // Heard of as changes, and as states.
    for by_states in [false, true] {
        let mut scene = Scene::new();
        scene.company.devices[0].disconnect();
        scene.company.turn(0, usize::MAX, false);
        scene.edit(&[("remark", "late"), ("region", "杭州")]);
        scene.edit(&[("remark", "later")]);
        let change = scene.colleague("remark", "theirs");
        let renewal = scene.renewal();
        let again = if by_states {
            scene.company.connect(0);
            let mut welcome = scene.company.welcome(0);
            (welcome.head, welcome.fetch) = (scene.position, true);
            scene.company.hear(0, ServerMessage::Welcome(welcome));
            let page = scene.page();
            scene.company.fetched(0, page);
            let welcome = scene.company.welcome(0);
            scene.company.said(0);
            pushed(scene.company.hear(0, ServerMessage::Welcome(welcome)))
        } else {
            scene.greet();
            pushed(scene.tell(vec![change, renewal]))
        };
        for change in &again {
            // The gate takes each of them as it is.
            let flat = gate::parse(&change.body).unwrap();
            let known = if flat.deps.is_empty() {
                Registers::default()
            } else {
                scene.state.clone()
            };
            if flat.deps.is_empty() || flat.deps == scene.state.heads() {
                let role = Role::Salesperson;
                gate::judge(
                    &flat,
                    &scene.record,
                    Customer::DEF,
                    &known,
                    &scene.state,
                    role,
                )
                .unwrap();
            }
            scene.accept(change);
        }
        assert_eq!(again.len(), 3, "one beside for each edit, and one on top");
        assert_eq!(scene.shown("region"), Scalar::text("杭州"));
        let both = [Scalar::text("theirs"), Scalar::text("later")];
        let clashes = scene.clashes();
        assert_eq!(clashes.len(), 1, "{clashes:?}");
        assert_eq!(clashes[0].0, "remark");
        assert!(both.contains(&scene.shown("remark")) && both.contains(&clashes[0].1[0]));
        assert_eq!(scene.tray(), 0);
        let row = scene.state.to_row(Customer::DEF, scene.record.id);
        assert_eq!(scene.company.devices[0].screen[&scene.record], row);
    }
}

#[test]
fn s_32_an_edit_that_nobody_crossed_takes_its_place() {
    let mut scene = Scene::new();
    let change = scene.colleague("remark", "theirs");
    scene.tell(vec![change]);
    scene.edit(&[("remark", "seen")]);
    let renewal = scene.renewal();
    let again = pushed(scene.tell(vec![renewal]));
    scene.accept(again.last().unwrap());
    assert_eq!(scene.shown("remark"), Scalar::text("seen"));
    assert_eq!(scene.clashes(), []);
}

#[test]
fn s_33_a_change_that_the_server_finds_in_an_earlier_epoch_is_not_merged_again() {
    let mut scene = Scene::new();
    scene.edit(&[("remark", "second")]);
    let sent = pushed(scene.company.said(0)).remove(0);
    // Its answer is lost with the connection; a restored server is told everything again.
    scene.position += 1;
    let by = scene.company.devices[0].member;
    let known = Stamp {
        at: at(1_000_000 + scene.position.cast_signed()),
        by,
    };
    scene.state.apply(&decode(&sent.body).unwrap(), known);
    let position = scene.position;
    scene.colleague("remark", "theirs");
    scene.renewal();
    scene.company.devices[0].disconnect();
    scene.company.server.log_id = RecordId([77; 16]);
    scene.company.connect(0);
    let mut welcome = scene.company.welcome(0);
    (welcome.head, welcome.fetch) = (scene.position, true);
    scene
        .company
        .hear(0, ServerMessage::Welcome(welcome.clone()));
    scene.company.turn(0, usize::MAX, false);
    scene
        .company
        .hear(0, ServerMessage::Welcome(welcome.clone()));
    let page = scene.page();
    scene.company.fetched(0, page);
    scene.company.said(0);
    welcome.fetch = false;
    let again = pushed(scene.company.hear(0, ServerMessage::Welcome(welcome)));
    assert_eq!(again.len(), 2, "what was acknowledged, and what waits");
    for (change, position) in again.iter().zip([1, position]) {
        let now = at(1_000_000 + position.cast_signed());
        scene.answer(change, Verdict::Accepted { position, at: now });
    }
    let row = scene.state.to_row(Customer::DEF, scene.record.id);
    assert_eq!(scene.company.devices[0].screen[&scene.record], row);
    assert_eq!(scene.company.devices[0].status.waiting, 0);
}
