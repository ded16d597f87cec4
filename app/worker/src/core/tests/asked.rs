//! What screens ask now and then.

use huike_shared::history::LastWrite;
use huike_shared::local::{self, Question};

use super::*;

const RECORD: RecordRef = RecordRef {
    kind: Customer::DEF.kind,
    id: RecordId([3; 16]),
};
const ASK: RecordId = RecordId([8; 16]);

fn ask(question: Question) -> Event {
    asked(Request::Ask { ask: ASK, question })
}

#[test]
fn the_device_knows_who_wrote_a_field_last_and_what_waits() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    let intent = Intent {
        id: RecordId([4; 16]),
        parts: vec![IntentPart {
            record: RECORD,
            values: vec![("name".into(), Scalar::text("云仓"))],
        }],
    };
    let events = vec![
        asked(Request::Edit(intent)),
        ask(Question::Known { record: RECORD }),
    ];
    assert_eq!(block_on(core.handle(events)), Ok(()));
    let done = core.outside().done.borrow();
    let answer = done.iter().find_map(|it| match &it.1 {
        Effect::Report {
            screen: Some(SCREEN),
            report: Report::Answered { ask: ASK, answer },
        } => Some(answer.clone()),
        _ => None,
    });
    let known: Vec<LastWrite> = local::decode(&answer.expect("an answer")).expect("a list");
    assert_eq!(known.len(), 1);
    assert_eq!(
        (&*known[0].key, &known[0].value),
        ("name", &Scalar::text("云仓"))
    );
    assert_eq!((known[0].stamp.by, known[0].waits), (MEMBER, true));
}

#[test]
fn what_only_the_server_knows_is_asked_of_it_for_the_screen_that_asked() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    let questions = [
        Question::History {
            record: RECORD,
            before: Some(7),
        },
        Question::Seen { record: RECORD },
    ];
    for question in questions {
        let events = vec![ask(question.clone())];
        assert_eq!(block_on(core.handle(events)), Ok(()));
        let expected = Effect::Ask {
            screen: SCREEN,
            ask: ASK,
            question,
        };
        let done = core.outside().done.borrow();
        assert!(done.iter().any(|it| it.1 == expected));
    }
}
