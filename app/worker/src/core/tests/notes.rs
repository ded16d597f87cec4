//! What opens notes comes when the first note is touched.

use huike_shared::note::Splice;

use super::*;

const OWNER: RecordRef = RecordRef {
    kind: Customer::DEF.kind,
    id: RecordId([1; 16]),
};

fn open_note() -> Event {
    asked(Request::OpenNote {
        owner: OWNER,
        field: "notes".into(),
    })
}

fn ready() -> Event {
    Event::NotesReady(NoteEngine::automerge())
}

/// The texts of the note that were told.
fn texts(core: &Core<MemoryStore, Paper>) -> Vec<String> {
    let told = reports(core).into_iter().filter_map(|it| match it.1 {
        Report::Note { text, .. } => Some(text.to_string()),
        _ => None,
    });
    told.collect()
}

fn count(core: &Core<MemoryStore, Paper>, wanted: fn(&Effect) -> bool) -> usize {
    let done = core.outside().done.borrow();
    done.iter().filter(|it| wanted(&it.1)).count()
}

fn asks(core: &Core<MemoryStore, Paper>) -> usize {
    count(core, |it| matches!(it, Effect::LoadNotes))
}

/// Writes into the note of a core that has what opens it.
fn write(core: &mut Core<MemoryStore, Paper>, text: &str) {
    assert_eq!(block_on(core.handle(vec![open_note()])), Ok(()));
    let heads = reports(core).into_iter().find_map(|it| match it.1 {
        Report::Note { heads, .. } => Some(heads),
        _ => None,
    });
    let splice = Request::Splice {
        intent: RecordId([50; 16]),
        owner: OWNER,
        field: "notes".into(),
        heads: heads.expect("the note is open"),
        splice: Splice {
            at: 0,
            remove: 0,
            insert: text.into(),
        },
    };
    assert_eq!(block_on(core.handle(vec![asked(splice)])), Ok(()));
}

#[test]
fn a_note_waits_for_what_opens_it_and_an_edit_does_not() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    assert_eq!(asks(&core), 0);
    let events = vec![open_note(), edit(1, "云仓"), open_note()];
    assert_eq!(block_on(core.handle(events)), Ok(()));
    assert_eq!(answers(&core), [stored(1)]);
    assert_eq!((asks(&core), texts(&core).len()), (1, 0));
    assert_eq!(block_on(core.handle(vec![ready()])), Ok(()));
    assert_eq!(texts(&core), ["", ""]);
}

#[test]
fn a_start_with_a_note_that_waits_shows_it_once_it_can_be_opened() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    assert_eq!(block_on(core.handle(vec![ready()])), Ok(()));
    write(&mut core, "说好周五");
    assert_eq!(texts(&core).last().map(String::as_str), Some("说好周五"));
    drop(core);

    let mut next = open(&store, 2);
    let opened = |core: &Core<_, _>| {
        let told = reports(core);
        told.iter().any(|it| matches!(it.1, Report::Complete))
    };
    assert!(asks(&next) >= 1 && !opened(&next));
    assert_eq!(block_on(next.handle(vec![ready(), open_note()])), Ok(()));
    assert!(opened(&next));
    assert_eq!(texts(&next), ["说好周五"]);
}

#[test]
fn a_screen_that_left_opens_nothing_later() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    let events = vec![open_note(), asked(Request::Leave), ready()];
    assert_eq!(block_on(core.handle(events)), Ok(()));
    assert_eq!(texts(&core).len(), 0);
}

#[test]
fn a_core_that_goes_back_to_the_disk_keeps_what_opens_notes() {
    let store = MemoryStore::default();
    let mut core = open(&store, 1);
    assert_eq!(block_on(core.handle(vec![ready(), open_note()])), Ok(()));
    store.fail_next(StoreError::Full);
    assert_eq!(block_on(core.handle(vec![edit(1, "云仓")])), Ok(()));
    let before = texts(&core).len();
    assert_eq!(block_on(core.handle(vec![open_note()])), Ok(()));
    assert!(texts(&core).len() > before);
}
