//! Notes: open editors, and splices made into changes.

use std::collections::HashMap;

use super::answers::{open_note, row_of};
use super::{Effect, Replica};
use crate::access::Action;
use crate::document::{Actor, ChangeHash};
use crate::id::{Entropy, RecordId};
use crate::local::{Failure, Report};
use crate::note::{self, Note, NoteEngine, NoteState, Splice, note_ref};
use crate::record::RecordRef;
use crate::refusal::Refusal;
use crate::rights::RightsTable;
use crate::row::{Row, Stamp};
use crate::sync::message::DocumentState;
use crate::sync::outbox::{Meant, OUTBOX_CHANGES_MAX, OutboxEntry};
use crate::time::Timestamp;

/// The notes that screens have open.
#[derive(Default)]
pub(super) struct OpenNotes {
    notes: HashMap<RecordId, Editors>,
}

struct Editors {
    owner: RecordRef,
    field: Box<str>,
    screens: Vec<u64>,
    document: Option<Box<dyn Note>>,
}

/// What opens notes, and whether somebody waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// Nobody needs it yet.
    Unwanted,
    /// It was asked for.
    Wanted,
    /// It is here.
    Ready(NoteEngine),
}

impl Engine {
    pub fn get(self) -> Option<NoteEngine> {
        match self {
            Engine::Ready(it) => Some(it),
            Engine::Unwanted | Engine::Wanted => None,
        }
    }
}

impl OpenNotes {
    pub fn close(&mut self, screen: u64, owner: RecordRef, field: &str) {
        let id = note_ref(owner, field).id;
        if let Some(editors) = self.notes.get_mut(&id) {
            editors.screens.retain(|it| *it != screen);
            if editors.screens.is_empty() {
                self.notes.remove(&id);
            }
        }
    }

    pub fn leave(&mut self, screen: u64) {
        self.notes.retain(|_, it| {
            it.screens.retain(|it| *it != screen);
            !it.screens.is_empty()
        });
    }

    /// Forgets the opened document; it is read from the store's state again.
    pub fn forget(&mut self, record: &RecordRef) {
        if let Some(editors) = self.notes.get_mut(&record.id) {
            editors.document = None;
        }
    }
}

impl Replica {
    /// Asks for what opens notes, unless that was done.
    pub(super) fn want_engine(&mut self) {
        if self.engine == Engine::Unwanted {
            self.engine = Engine::Wanted;
            self.step.effects.push(Effect::LoadNotes);
        }
    }

    pub(super) fn open_note(&mut self, screen: u64, owner: RecordRef, field: &str) {
        let note = note_ref(owner, field);
        let editors = self.notes.notes.entry(note.id).or_insert_with(|| Editors {
            owner,
            field: field.into(),
            screens: Vec::new(),
            document: None,
        });
        if !editors.screens.contains(&screen) {
            editors.screens.push(screen);
        }
        self.tell_note(&note, None);
    }

    /// Tells the screens that have the note open what it holds.
    pub(super) fn tell_note(&mut self, note: &RecordRef, intent: Option<RecordId>) {
        let Some(editors) = self.notes.notes.get(&note.id) else {
            return;
        };
        let (owner, field) = (editors.owner, editors.field.clone());
        let screens = editors.screens.clone();
        let Some(document) = self.document(note, owner, &field) else {
            return;
        };
        let (heads, text): (_, Box<str>) = (document.heads(), document.text().into());
        for screen in screens {
            let (heads, text, field) = (heads.clone(), text.clone(), field.clone());
            self.tell(
                screen,
                Report::Note {
                    owner,
                    field,
                    heads,
                    text,
                    intent,
                },
            );
        }
    }

    /// The note as this member sees it, kept open while an editor is.
    fn document(
        &mut self,
        note: &RecordRef,
        owner: RecordRef,
        field: &str,
    ) -> Option<&mut Box<dyn Note>> {
        let have = self
            .notes
            .notes
            .get(&note.id)
            .is_some_and(|it| it.document.is_some());
        if !have {
            let state = self.records.note(note);
            let of = note::of(owner, field);
            let engine = self.engine.get()?;
            let opened = open_note(engine, &of, state.as_ref(), &self.pending(note))?;
            let editors = self.notes.notes.entry(note.id).or_insert_with(|| Editors {
                owner,
                field: field.into(),
                screens: Vec::new(),
                document: None,
            });
            editors.document = Some(opened);
        }
        self.notes.notes.get_mut(&note.id)?.document.as_mut()
    }

    pub(super) fn splice(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        (intent, owner, field): (RecordId, RecordRef, &str),
        heads: &[ChangeHash],
        splice: Splice,
    ) {
        let note = note_ref(owner, field);
        if self.is_known(intent) {
            self.tell_all(Report::Stored { intent });
            self.tell_note(&note, Some(intent));
            return;
        }
        if !RightsTable::allows(self.role(), owner.kind, Action::Edit) {
            self.fail(intent, Failure::Refused(Refusal::NotPermitted));
            return;
        }
        if self.outbox.len() >= OUTBOX_CHANGES_MAX {
            self.fail(intent, Failure::OutboxFull);
            return;
        }
        let actors = (self.actor, Actor::new(entropy));
        let made = self.document(&note, owner, field).and_then(|it| {
            let before = it.heads();
            let body = it.splice(heads, &splice, actors, now).ok()?;
            Some((body, before == heads))
        });
        let Some((body, in_line)) = made else {
            self.notes.forget(&note);
            self.fail(intent, Failure::Refused(Refusal::BrokenHistory));
            return;
        };
        let actor = if in_line { actors.0 } else { actors.1 };
        self.keep(OutboxEntry {
            intent,
            record: note,
            of: Some(note::of(owner, field).into()),
            meant: Meant::Write(splice),
            at: now,
            actor,
            hash: hash_of(&body),
            body,
            // Notes are not renewed.
            epoch: None,
        });
        self.tell_all(Report::Stored { intent });
        self.tell_note(&note, Some(intent));
    }

    fn keep(&mut self, entry: OutboxEntry) {
        self.changed.insert(entry.record);
        self.enqueue(entry);
    }

    /// A refused splice, made again at the end of the text as it is now.
    pub(super) fn write_again(&mut self, now: Timestamp, entry: &OutboxEntry, splice: Splice) {
        let Some((owner, field)) = entry.of.as_deref().and_then(note::owner_of) else {
            return;
        };
        let note = entry.record;
        let actor = self.actor;
        let made = self.document(&note, owner, field).and_then(|it| {
            let heads = it.heads();
            let end = it.text().chars().count();
            let splice = Splice {
                at: end,
                remove: 0,
                insert: splice.insert,
            };
            let body = it.splice(&heads, &splice, (actor, actor), now).ok()?;
            Some((body, splice))
        });
        let Some((body, splice)) = made else { return };
        let hash = hash_of(&body);
        let meant = Meant::Write(splice);
        self.keep(OutboxEntry {
            meant,
            at: now,
            actor,
            hash,
            body,
            ..entry.clone()
        });
        self.tell_note(&note, None);
    }

    pub(super) fn confirm_note(
        &mut self,
        record: &RecordRef,
        of: &str,
        body: &[u8],
        stamp: Stamp,
    ) -> bool {
        let state = self.records.note(record);
        let engine = self.engine.get();
        let Some(mut confirmed) = engine.and_then(|it| open_note(it, of, state.as_ref(), &[]))
        else {
            return false;
        };
        if confirmed.contains(hash_of(body)) {
            return true;
        }
        if confirmed.apply(&[body]).is_err() {
            return false;
        }
        let created = state.map_or(stamp, |it| it.created);
        let saved = confirmed.save();
        let state = NoteState {
            saved,
            created,
            updated: stamp,
        };
        self.records.put(record, &DocumentState::Note(state));
        if let Some(open) = self
            .notes
            .notes
            .get_mut(&record.id)
            .and_then(|it| it.document.as_mut())
            && !open.contains(hash_of(body))
            && open.apply(&[body]).is_err()
        {
            self.notes.forget(record);
        }
        self.changed.insert(*record);
        self.tell_note(record, None);
        true
    }

    pub(super) fn note_row(&mut self, record: &RecordRef) -> Option<Row> {
        let state = self.records.state(record);
        let pending = self.pending(record);
        row_of(
            self.engine.get(),
            record,
            state,
            &pending,
            self.identity.member,
        )
    }
}

/// The name of a change that this replica made or the server has judged.
fn hash_of(body: &[u8]) -> ChangeHash {
    automerge::Change::try_from(body)
        .map(|it| it.hash().into())
        .unwrap_or_default()
}
