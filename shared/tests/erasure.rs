//! Erasing on the device, against a server played by hand (S-35, S-36). The simulation erases as well
//! (`convergence.rs`) and then looks for the words on every disk.

#[allow(dead_code, reason = "the convergence test uses the rest")]
mod support;

use huike_shared::customers::{Contact, Customer};
use huike_shared::id::{Entropy, RecordId};
use huike_shared::local::{Intent, IntentPart, Report, Request};
use huike_shared::note::{Splice, note_ref};
use huike_shared::record::{Kind, Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{
    Answer, ClientMessage, DocumentState, Entry, PushedChange, ServerMessage, StateEntry,
    StatesPage, Verdict,
};
use support::Company;

fn edit(company: &mut Company, record: RecordRef, key: &str, value: &str) {
    let id = company.entropy.record_id(company.now);
    let values = vec![(key.into(), Scalar::text(value))];
    let parts = vec![IntentPart { record, values }];
    company.request(0, Request::Edit(Intent { id, parts }));
}

fn new(company: &mut Company, kind: Kind) -> RecordRef {
    let id = company.entropy.record_id(company.now);
    RecordRef { kind, id }
}

/// Connects, and gives what the device pushes.
fn greet(company: &mut Company) -> Vec<PushedChange> {
    company.connect(0);
    let welcome = company.welcome(0);
    pushed(company.hear(0, ServerMessage::Welcome(welcome)))
}

fn pushed(said: Vec<ClientMessage>) -> Vec<PushedChange> {
    let pushes = said.into_iter().filter_map(|it| match it {
        ClientMessage::Push { changes } => Some(changes),
        _ => None,
    });
    pushes.flatten().collect()
}

fn answer(company: &mut Company, change: &PushedChange, verdict: Verdict) {
    let (record, hash) = (change.record, change.hash);
    let answers = vec![Answer {
        record,
        hash,
        verdict,
    }];
    company.hear(0, ServerMessage::Answers { answers });
}

fn accept(company: &mut Company, change: &PushedChange, position: u64) {
    let at = company.server.now;
    answer(company, change, Verdict::Accepted { position, at });
}

fn erased(company: &Company, record: RecordRef, position: u64) -> ServerMessage {
    let entry = Entry {
        position,
        record,
        of: None,
        member: RecordId([5; 16]),
        at: company.server.now,
        body: Vec::new(),
    };
    ServerMessage::Changes {
        to: position,
        entries: vec![entry],
    }
}

#[track_caller]
fn assert_nowhere(company: &mut Company, words: &[&str]) {
    // What is kept for a restored backup is read first.
    company.wake(0);
    for word in words {
        assert!(
            !company.devices[0].disk.holds_word(word),
            "{word} is on the disk"
        );
    }
    company.request(0, Request::ListWaiting);
    let listed = company.devices[0]
        .reports
        .iter()
        .rev()
        .find_map(|it| match it {
            Report::Waiting { waiting, refused } => Some((waiting.len(), refused.len())),
            _ => None,
        });
    assert_eq!(listed, Some((0, 0)));
    assert!(company.devices[0].screen.is_empty());
}

/// One device, not connected, with a customer of whom the server knows one word, while another one waits.
fn with_customer() -> (Company, RecordRef) {
    let mut company = Company::new(1, 1);
    company.devices[0].reachable = false;
    let record = new(&mut company, Customer::DEF.kind);
    edit(&mut company, record, "name", "known.1");
    let known = greet(&mut company);
    accept(&mut company, &known[0], 1);
    edit(&mut company, record, "remark", "waiting.2");
    assert!(company.devices[0].disk.holds_word("known.1"));
    assert!(company.devices[0].disk.holds_word("waiting.2"));
    (company, record)
}

#[test]
fn s_35_an_erased_record_leaves_nothing_on_the_device() {
    let (mut company, record) = with_customer();
    let entry = erased(&company, record, 2);
    company.hear(0, entry);
    assert_nowhere(&mut company, &["known.1", "waiting.2"]);
}

#[test]
fn s_35_nor_if_the_device_dies_before_what_it_kept_was_read() {
    let (mut company, record) = with_customer();
    let entry = erased(&company, record, 2);
    company.hear_and_die(0, entry);
    assert_nowhere(&mut company, &["known.1", "waiting.2"]);
}

#[test]
fn s_35_an_erasure_comes_with_the_states_as_well() {
    let (mut company, record) = with_customer();
    let log = company.server.log_id;
    let states = vec![StateEntry {
        record,
        position: 9,
        state: DocumentState::Erased,
    }];
    company.fetched(
        0,
        StatesPage {
            log,
            states,
            next: 9,
            remaining: 0,
        },
    );
    assert_nowhere(&mut company, &["known.1", "waiting.2"]);
}

#[test]
fn s_36_what_belongs_to_an_erased_record_is_not_kept_either() {
    let (mut company, record) = with_customer();
    let entry = erased(&company, record, 2);
    company.hear(0, entry);
    let contact = new(&mut company, Contact::DEF.kind);
    edit(&mut company, contact, "name", "tied.3");
    company.crash(0);
    company.start(0);
    let pushed = greet(&mut company);
    assert_eq!(pushed.len(), 1);
    answer(&mut company, &pushed[0], Verdict::Refused(Refusal::Erased));
    assert_nowhere(&mut company, &["known.1", "tied.3"]);
}

#[test]
fn s_35_what_was_refused_goes_with_its_record() {
    let (mut company, record) = with_customer();
    company.crash(0);
    company.start(0);
    let pushed = greet(&mut company);
    answer(
        &mut company,
        &pushed[0],
        Verdict::Refused(Refusal::NotPermitted),
    );
    assert!(company.devices[0].disk.holds_word("waiting.2"));
    let entry = erased(&company, record, 2);
    company.hear(0, entry);
    assert_nowhere(&mut company, &["known.1", "waiting.2"]);
}

#[test]
fn s_35_and_the_notes_that_only_the_device_has() {
    let (mut company, record) = with_customer();
    let field: Box<str> = "notes".into();
    let open = Request::OpenNote {
        owner: record,
        field: field.clone(),
    };
    company.request(0, open);
    company.wake(0);
    let note = note_ref(record, &field);
    let heads = company.devices[0].notes[&note.id].0.clone();
    let intent = company.entropy.record_id(company.now);
    let splice = Splice {
        at: 0,
        remove: 0,
        insert: "written.4".into(),
    };
    company.request(
        0,
        Request::Splice {
            intent,
            owner: record,
            field,
            heads,
            splice,
        },
    );
    assert!(company.devices[0].disk.holds_word("written.4"));
    let entry = erased(&company, record, 2);
    company.hear(0, entry);
    assert_nowhere(&mut company, &["known.1", "waiting.2", "written.4"]);
}
