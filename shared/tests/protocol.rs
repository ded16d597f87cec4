//! The rules of `docs/sync-protocol.md` that a replica keeps by itself, against a server played by hand.
//! Each test is named after its rule; those of the server are in `server/tests/it/sync`.

#[allow(dead_code, reason = "the convergence test uses the rest")]
mod support;

use huike_shared::customers::Customer;
use huike_shared::document::Actor;
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::{Connection, Intent, IntentPart, Report, Request};
use huike_shared::note::{Splice, note_ref};
use huike_shared::record::{Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{
    Answer, ClientMessage, Entry, Hello, PROTOCOL, PROTOCOL_FIRST, PushedChange, ServerMessage,
    StatesPage, Verdict, agreed, decode, encode, encode_client,
};
use huike_shared::time::Timestamp;
use support::Company;

/// One device, not connected.
fn alone() -> Company {
    let mut company = Company::new(1, 1);
    company.devices[0].reachable = false;
    company
}

fn edit(company: &mut Company, record: RecordRef, values: &[(&str, &str)]) -> RecordId {
    let id = company.entropy.record_id(company.now);
    let values = values
        .iter()
        .map(|(key, value)| ((*key).into(), Scalar::text(*value)))
        .collect();
    let parts = vec![IntentPart { record, values }];
    company.request(0, Request::Edit(Intent { id, parts }));
    id
}

fn new_customer(company: &mut Company, name: &str) -> RecordRef {
    let record = RecordRef {
        kind: Customer::DEF.kind,
        id: company.entropy.record_id(company.now),
    };
    edit(company, record, &[("name", name)]);
    record
}

fn hello(said: &[ClientMessage]) -> &Hello {
    match said {
        [ClientMessage::Hello(hello)] => hello,
        other => panic!("a hello and nothing else, not {other:?}"),
    }
}

fn pushed(said: Vec<ClientMessage>) -> Vec<PushedChange> {
    let pushes = said.into_iter().filter_map(|it| match it {
        ClientMessage::Push { changes } => Some(changes),
        _ => None,
    });
    pushes.flatten().collect()
}

fn registered(said: &[ClientMessage]) -> Vec<Actor> {
    let actors = said.iter().filter_map(|it| match it {
        ClientMessage::Register { actors } => Some(actors.clone()),
        _ => None,
    });
    actors.flatten().collect()
}

/// Greets the device and gives what it pushes.
fn greet(company: &mut Company) -> Vec<PushedChange> {
    company.connect(0);
    let welcome = company.welcome(0);
    pushed(company.hear(0, ServerMessage::Welcome(welcome)))
}

fn answer(change: &PushedChange, verdict: Verdict) -> ServerMessage {
    let (record, hash) = (change.record, change.hash);
    ServerMessage::Answers {
        answers: vec![Answer {
            record,
            hash,
            verdict,
        }],
    }
}

fn author_of(change: &PushedChange) -> Actor {
    let change = automerge::Change::try_from(&change.body[..]).expect("a change");
    let actor = change.actor_id().to_bytes().try_into();
    Actor(actor.expect("an actor of ours"))
}

#[test]
fn s_02_a_device_names_the_actors_of_all_that_waits_and_pushes_nothing_before_it_is_greeted() {
    let mut company = alone();
    new_customer(&mut company, "云仓");
    company.crash(0);
    company.start(0);
    new_customer(&mut company, "顺达");
    let said = company.connect(0);
    let hello = hello(&said).clone();
    assert_eq!((hello.log, hello.cursor), (None, 0));
    let welcome = company.welcome(0);
    let changes = pushed(company.hear(0, ServerMessage::Welcome(welcome)));
    assert_eq!(changes.len(), 2);
    for change in &changes {
        assert!(hello.actors.contains(&author_of(change)));
    }
}

#[test]
fn s_02_an_actor_made_after_the_greeting_is_registered_before_its_first_change() {
    let mut company = alone();
    let owner = new_customer(&mut company, "云仓");
    let field: Box<str> = "notes".into();
    let open = Request::OpenNote {
        owner,
        field: field.clone(),
    };
    company.request(0, open);
    // What opens notes comes after the first turn.
    company.wake(0);
    let note = note_ref(owner, &field).id;
    let heads = company.devices[0].notes[&note].0.clone();
    let said = company.connect(0);
    // Twice as of the same heads: the second is made beside the first, by an actor of its own.
    for insert in ["周五", "周六"] {
        let splice = Request::Splice {
            intent: company.entropy.record_id(company.now),
            owner,
            field: field.clone(),
            heads: heads.clone(),
            splice: Splice {
                at: 0,
                remove: 0,
                insert: insert.into(),
            },
        };
        company.request(0, splice);
    }
    let mut known = hello(&said).actors.clone();
    let welcome = company.welcome(0);
    let said = company.hear(0, ServerMessage::Welcome(welcome));
    let mut count = 0;
    for message in said {
        match message {
            ClientMessage::Register { actors } => known.extend(actors),
            ClientMessage::Push { changes } => {
                for change in changes {
                    count += 1;
                    assert!(known.contains(&author_of(&change)));
                }
            }
            _ => {}
        }
    }
    assert_eq!(count, 3);
}

#[test]
fn s_05_the_end_of_a_page_is_no_cursor_while_others_come() {
    for remaining in [3, 0] {
        let mut company = alone();
        company.connect(0);
        let mut welcome = company.welcome(0);
        welcome.fetch = true;
        company.hear(0, ServerMessage::Welcome(welcome));
        let page = StatesPage {
            log: company.server.log_id,
            states: vec![],
            next: 7,
            remaining,
        };
        company.fetched(0, page);
        company.crash(0);
        company.start(0);
        let cursor = if remaining > 0 { 0 } else { 7 };
        assert_eq!(hello(&company.connect(0)).cursor, cursor);
    }
}

#[test]
fn s_11_a_refused_edit_goes_to_the_tray_and_the_others_are_made_again_by_a_new_actor() {
    let mut company = alone();
    let record = new_customer(&mut company, "云仓");
    let first = edit(&mut company, record, &[("remark", "不行")]);
    edit(&mut company, record, &[("region", "杭州")]);
    let changes = greet(&mut company);
    let accepted = Verdict::Accepted {
        position: 1,
        at: Timestamp::from_millis(5),
    };
    company.hear(0, answer(&changes[0], accepted));
    let refused = Verdict::Refused(Refusal::NotPermitted);
    let said = company.hear(0, answer(&changes[1], refused));
    let new = registered(&said);
    let again = pushed(said);
    assert_eq!((new.len(), again.len()), (1, 1));
    assert_eq!(author_of(&again[0]), new[0]);
    assert_ne!(author_of(&again[0]), author_of(&changes[2]));
    let shown = &company.devices[0].screen[&record];
    assert_eq!(
        shown.get(Customer::REGION).map(|it| it.to_string()),
        Some("杭州".into())
    );
    assert_eq!(shown.value(Customer::REMARK.index), &Scalar::Null);

    company.request(0, Request::ListWaiting);
    let listed = company.devices[0]
        .reports
        .iter()
        .rev()
        .find_map(|it| match it {
            Report::Waiting { refused, .. } => Some(refused.clone()),
            _ => None,
        });
    let tray = listed.expect("the tray is told");
    assert_eq!(tray.len(), 1);
    assert_eq!(
        (tray[0].edit.intent, &tray[0].refusal),
        (first, &Refusal::NotPermitted)
    );
}

#[test]
fn s_12_what_is_refused_for_now_is_pushed_again_as_it_was() {
    let mut company = alone();
    new_customer(&mut company, "云仓");
    let changes = greet(&mut company);
    for refusal in [Refusal::Unavailable, Refusal::TooFast] {
        let said = company.hear(0, answer(&changes[0], Verdict::Refused(refusal)));
        assert_eq!(pushed(said), []);
        assert_eq!(company.devices[0].status.refused, 0);
        assert_eq!(pushed(company.wake(0)), changes);
    }
}

#[test]
fn s_14_nothing_of_an_outbox_is_sent_for_another_member() {
    let mut company = alone();
    new_customer(&mut company, "云仓");
    company.connect(0);
    let mut welcome = company.welcome(0);
    welcome.member = RecordId([8; 16]);
    let said = company.hear(0, ServerMessage::Welcome(welcome));
    assert_eq!(said, []);
    let status = &company.devices[0].status;
    assert_eq!(
        (&status.connection, status.waiting),
        (&Connection::SignedOut, 1)
    );
}

#[test]
fn s_15_a_cursor_is_on_the_disk_with_what_it_speaks_for_or_not_at_all() {
    let mut maker = Company::new(2, 1);
    let record = new_customer(&mut maker, "云仓");
    let made = greet(&mut maker).remove(0);
    let changes = ServerMessage::Changes {
        to: 1,
        entries: vec![Entry {
            position: 1,
            record,
            of: None,
            member: RecordId([8; 16]),
            at: Timestamp::from_millis(5),
            body: made.body,
        }],
    };
    for keeps in [true, false] {
        let mut company = alone();
        greet(&mut company);
        if keeps {
            company.hear_and_die(0, changes.clone());
        } else {
            company.crash(0);
            company.start(0);
        }
        let said = company.connect(0);
        assert_eq!(hello(&said).cursor, u64::from(keeps));
        assert_eq!(company.devices[0].screen.contains_key(&record), keeps);
    }
}

#[test]
fn s_21_a_client_that_is_too_old_goes_on_alone_and_keeps_its_edits() {
    let mut company = alone();
    greet(&mut company);
    let closed = ServerMessage::Closed {
        refusal: Refusal::ClientTooOld,
    };
    company.hear(0, closed);
    let record = new_customer(&mut company, "云仓");
    let device = &company.devices[0];
    let status = &device.status;
    assert_eq!(
        (&status.connection, status.waiting),
        (&Connection::ClientTooOld, 1)
    );
    assert_eq!(device.stored.len(), 1);
    company.crash(0);
    company.start(0);
    assert!(company.devices[0].screen.contains_key(&record));
}

/// A device that knows the log of a server, with one change acknowledged.
fn acknowledged() -> (Company, RecordRef, PushedChange) {
    let mut company = alone();
    let record = new_customer(&mut company, "云仓");
    let change = greet(&mut company).remove(0);
    let verdict = Verdict::Accepted {
        position: 1,
        at: Timestamp::from_millis(5_000),
    };
    assert_eq!(company.hear(0, answer(&change, verdict)), []);
    (company, record, change)
}

/// The server's backup was put back: nobody's changes, another log.
fn put_back(company: &mut Company) {
    company.devices[0].disconnect();
    company.server.log_id = RecordId([77; 16]);
}

/// Greets the device with the new log until it fetches states: its first greeting waits for what was kept.
fn greet_restored(company: &mut Company) {
    company.connect(0);
    let mut welcome = company.welcome(0);
    welcome.fetch = true;
    company.hear(0, ServerMessage::Welcome(welcome.clone()));
    company.turn(0, usize::MAX, false);
    company.hear(0, ServerMessage::Welcome(welcome));
}

fn page(company: &Company) -> StatesPage {
    StatesPage {
        log: company.server.log_id,
        states: Vec::new(),
        next: 0,
        remaining: 0,
    }
}

#[test]
fn s_26_what_was_acknowledged_is_pushed_again_before_what_waits() {
    let (mut company, record, change) = acknowledged();
    edit(&mut company, record, &[("remark", "later")]);
    let waiting = pushed(company.said(0)).remove(0);
    put_back(&mut company);
    // Whenever the program ends, it goes on where it was.
    for _ in 0..2 {
        company.connect(0);
        let welcome = company.welcome(0);
        company.hear(0, ServerMessage::Welcome(welcome));
        company.crash(0);
        company.start(0);
    }
    greet_restored(&mut company);
    let page = page(&company);
    company.fetched(0, page);
    company.said(0);
    let welcome = company.welcome(0);
    let again = pushed(company.hear(0, ServerMessage::Welcome(welcome)));
    assert_eq!(again, [change, waiting]);
    assert_eq!(company.devices[0].status.refused, 0);
}

#[test]
fn s_27_what_the_new_log_does_not_have_leaves_the_device_once_all_of_it_was_read() {
    let (mut company, own, _) = acknowledged();
    let foreign = RecordRef {
        kind: Customer::DEF.kind,
        id: RecordId([5; 16]),
    };
    let mut author = Company::new(2, 1);
    author.devices[0].reachable = false;
    edit(&mut author, foreign, &[("name", "theirs")]);
    let theirs = greet(&mut author).remove(0);
    let entry = Entry {
        position: 2,
        record: foreign,
        of: None,
        member: RecordId([6; 16]),
        at: Timestamp::from_millis(6_000),
        body: theirs.body,
    };
    let entries = vec![entry];
    company.hear(0, ServerMessage::Changes { to: 2, entries });
    put_back(&mut company);
    for _ in 0..2 {
        greet_restored(&mut company);
        // Nothing is taken away before it is sure, and an interruption changes nothing.
        assert!(company.devices[0].screen.contains_key(&foreign));
        company.crash(0);
        company.start(0);
    }
    greet_restored(&mut company);
    let page = page(&company);
    company.fetched(0, page);
    let shown: Vec<RecordRef> = company.devices[0].screen.keys().copied().collect();
    assert_eq!(shown, [own], "what is pushed again stays");
    company.crash(0);
    company.start(0);
    let kept: Vec<RecordRef> = company.devices[0].screen.keys().copied().collect();
    assert_eq!(kept, [own]);
}

#[test]
fn s_28_a_greeting_is_in_the_oldest_form_and_says_what_the_device_speaks() {
    let mut company = alone();
    new_customer(&mut company, "云仓");
    let said = company.connect(0);
    assert_eq!(hello(&said).protocol, PROTOCOL);
    let frame = encode_client(PROTOCOL, &said[0]);
    assert_eq!(frame[0], PROTOCOL_FIRST);
    assert_eq!(decode::<ClientMessage>(&frame).as_ref(), Ok(&said[0]));
    // Everything else is in the form that was agreed.
    assert_eq!(encode_client(PROTOCOL, &ClientMessage::Ping)[0], PROTOCOL);
    assert_eq!([0, 1, 2, 9].map(agreed), [1, 1, 2, 2]);
}

#[test]
fn s_28_a_device_works_with_a_server_of_version_1() {
    let mut company = alone();
    let record = new_customer(&mut company, "云仓");
    company.connect(0);
    let mut welcome = company.welcome(0);
    welcome.protocol = 1;
    // As that server writes it, and every frame of it.
    let told = |message: &ServerMessage| decode(&encode(1, message)).expect("version 1");
    let changes = pushed(company.hear(0, told(&ServerMessage::Welcome(welcome))));
    let verdict = Verdict::Accepted {
        position: 1,
        at: Timestamp::from_millis(5),
    };
    company.hear(0, told(&answer(&changes[0], verdict)));
    let status = &company.devices[0].status;
    assert_eq!(
        (&status.connection, status.waiting),
        (&Connection::Online, 0)
    );
    assert!(company.devices[0].screen.contains_key(&record));
}
