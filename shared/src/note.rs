//! Notes: long texts that people write together.
//!
//! A note is an Automerge document of its own with one Text object, edited by splices and merged
//! character by character. It belongs to a field of a record; its id follows from both, and its
//! first change (the *genesis*) is the same bytes wherever it is made, so that two people who open
//! the same empty note offline write into one text.
//! Positions and lengths count Unicode scalar values, as Automerge is built here and on the server.
//! What opens notes is most of Automerge, and few edits need it: the client half of sync reaches it only
//! through [`NoteEngine`], so that a browser can fetch it when the first note is opened.

use std::panic::catch_unwind;

use automerge::transaction::Transactable;
use automerge::{AutoCommit, Change, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::{Actor, ChangeHash};
use crate::id::RecordId;
use crate::record::{FieldDef, FieldKind, Kind, KindDef, RecordRef};
use crate::row::{Row, Stamp};
use crate::scalar::Scalar;
use crate::search;
use crate::time::Timestamp;

/// The kind of a note's document.
pub static NOTE: KindDef = KindDef {
    kind: Kind(250),
    name: "note",
    fields: &[
        FieldDef {
            name: "of",
            kind: FieldKind::Line,
            required: true,
            search: false,
        },
        FieldDef {
            name: "text",
            kind: FieldKind::Paragraphs,
            required: false,
            search: true,
        },
    ],
    families: &[],
};

/// The index of the text in a note's row.
pub const NOTE_TEXT: usize = 1;

/// Characters in a note.
pub const NOTE_CHARS_MAX: usize = 100_000;
/// Bytes of a note's saved document, history included.
pub const NOTE_BYTES_MAX: usize = 4 << 20;

/// The note of a record's field.
pub fn note_ref(owner: RecordRef, field: &str) -> RecordRef {
    let digest = Sha256::digest(of(owner, field).as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    RecordRef {
        kind: NOTE.kind,
        id: RecordId(id),
    }
}

/// What a note says of whom it belongs to: `<kind number>/<record id>/<field>`.
pub fn of(owner: RecordRef, field: &str) -> String {
    format!("{}/{}/{field}", owner.kind.0, owner.id)
}

/// Reads [`of`].
pub fn owner_of(of: &str) -> Option<(RecordRef, &str)> {
    let mut parts = of.splitn(3, '/');
    let kind = Kind(parts.next()?.parse().ok()?);
    let id = RecordId::parse(parts.next()?).ok()?;
    Some((RecordRef { kind, id }, parts.next()?))
}

/// A note as it is stored and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteState {
    /// The saved Automerge document.
    #[serde(with = "serde_bytes")]
    pub saved: Vec<u8>,
    /// The first change.
    pub created: Stamp,
    /// The latest change.
    pub updated: Stamp,
}

/// Bytes that are not a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a note")]
pub struct NotANote;

/// A note, opened.
pub struct NoteDocument {
    doc: AutoCommit,
    text: ObjId,
}

impl NoteDocument {
    /// The empty note of a record's field, with nothing but its genesis.
    pub fn genesis(owner: RecordRef, field: &str) -> Self {
        let of = of(owner, field);
        let digest = Sha256::digest(format!("huike note {of}").as_bytes());
        let mut actor = [0; 16];
        actor.copy_from_slice(&digest[..16]);
        let mut doc = AutoCommit::new().with_actor(Actor(actor).to_automerge());
        // Writing to a fresh document cannot fail: both keys are new and the root is a map.
        let written = doc
            .put(ROOT, "of", of)
            .and_then(|()| doc.put_object(ROOT, "text", ObjType::Text));
        let text = written.unwrap_or(ROOT);
        let options = automerge::transaction::CommitOptions::default().with_time(0);
        doc.commit_with(options);
        NoteDocument { doc, text }
    }

    /// Opens a saved note. Damaged bytes can panic Automerge; where panics can be caught, they are an error.
    pub fn load(saved: &[u8]) -> Result<Self, NotANote> {
        let loaded = catch_unwind(|| AutoCommit::load(saved));
        let doc = loaded.map_err(|_| NotANote)?.map_err(|_| NotANote)?;
        match doc.get(ROOT, "text") {
            Ok(Some((Value::Object(ObjType::Text), text))) => Ok(NoteDocument { doc, text }),
            _ => Err(NotANote),
        }
    }

    /// What the note says it belongs to.
    pub fn of(&self) -> Option<String> {
        match self.doc.get(ROOT, "of") {
            Ok(Some((Value::Scalar(it), _))) => match it.as_ref() {
                ScalarValue::Str(it) => Some(it.to_string()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the note holds nothing but what it belongs to and plain text: two keys, no marks.
    pub fn is_only_text(&self) -> bool {
        self.doc.keys(ROOT).eq(["of", "text"])
            && self.doc.get_all(ROOT, "text").is_ok_and(|it| it.len() == 1)
            && self.doc.get_all(ROOT, "of").is_ok_and(|it| it.len() == 1)
            && self.doc.marks(&self.text).is_ok_and(|it| it.is_empty())
            && self.doc.list_range(&self.text, ..).all(|it| {
                matches!(
                    it.value,
                    automerge::ValueRef::Scalar(automerge::ScalarValueRef::Str(_))
                )
            })
    }
}

/// A note that was opened. [`NoteDocument`] is the one there is.
pub trait Note {
    /// The text.
    fn text(&self) -> String;

    /// The hashes of the latest changes, sorted.
    fn heads(&mut self) -> Vec<ChangeHash>;

    /// Whether this change is in.
    fn contains(&mut self, hash: ChangeHash) -> bool;

    /// Replaces `remove` characters at `at` by `insert`, as of `heads`, and returns the change.
    /// If the note has moved on since `heads`, the change is made beside the newer ones and merged;
    /// that needs an actor never used before, `fresh`.
    fn splice(
        &mut self,
        heads: &[ChangeHash],
        splice: &Splice,
        actors: (Actor, Actor),
        now: Timestamp,
    ) -> Result<Vec<u8>, NotANote>;

    /// Merges changes that a server has judged (or, on the server, inside the gate's guard).
    fn apply(&mut self, bodies: &[&[u8]]) -> Result<(), NotANote>;

    /// The saved document.
    fn save(&mut self) -> Vec<u8>;

    /// The row that screens read.
    fn to_row(&self, id: RecordId, state: &NoteState) -> Row;
}

impl Note for NoteDocument {
    fn text(&self) -> String {
        self.doc.text(&self.text).unwrap_or_default()
    }

    fn heads(&mut self) -> Vec<ChangeHash> {
        let mut heads: Vec<ChangeHash> = self.doc.get_heads().into_iter().map(Into::into).collect();
        heads.sort_unstable();
        heads
    }

    fn contains(&mut self, hash: ChangeHash) -> bool {
        self.doc.get_change_by_hash(&hash.into()).is_some()
    }

    fn splice(
        &mut self,
        heads: &[ChangeHash],
        splice: &Splice,
        (actor, fresh): (Actor, Actor),
        now: Timestamp,
    ) -> Result<Vec<u8>, NotANote> {
        let options =
            || automerge::transaction::CommitOptions::default().with_time(now.millis() / 1000);
        let delete = isize::try_from(splice.remove).map_err(|_| NotANote)?;
        let hash = if self.heads() == heads {
            self.doc.set_actor(actor.to_automerge());
            self.doc
                .splice_text(&self.text, splice.at, delete, &splice.insert)
                .map_err(|_| NotANote)?;
            self.doc.commit_with(options())
        } else {
            let heads: Vec<automerge::ChangeHash> = heads.iter().map(|it| (*it).into()).collect();
            let mut beside = self.doc.fork_at(&heads).map_err(|_| NotANote)?;
            beside.set_actor(fresh.to_automerge());
            beside
                .splice_text(&self.text, splice.at, delete, &splice.insert)
                .map_err(|_| NotANote)?;
            let hash = beside.commit_with(options());
            self.doc.merge(&mut beside).map_err(|_| NotANote)?;
            hash
        };
        let hash = hash.ok_or(NotANote)?;
        let change = self.doc.get_change_by_hash(&hash).ok_or(NotANote)?;
        Ok(change.raw_bytes().to_vec())
    }

    fn apply(&mut self, bodies: &[&[u8]]) -> Result<(), NotANote> {
        let changes = bodies
            .iter()
            .map(|it| Change::try_from(*it).map_err(|_| NotANote))
            .collect::<Result<Vec<_>, _>>()?;
        self.doc.apply_changes(changes).map_err(|_| NotANote)
    }

    fn save(&mut self) -> Vec<u8> {
        self.doc.save()
    }

    fn to_row(&self, id: RecordId, state: &NoteState) -> Row {
        let mut row = Row {
            kind: NOTE.kind,
            id,
            created: state.created,
            updated: state.updated,
            values: vec![
                self.of().map_or(Scalar::Null, Scalar::text),
                Scalar::text(self.text()),
            ],
            ..Row::default()
        };
        search::fill(&mut row, &NOTE);
        row
    }
}

/// What opens notes.
#[derive(Clone, Copy, Debug)]
pub struct NoteEngine {
    load: fn(&[u8]) -> Result<Box<dyn Note>, NotANote>,
    genesis: fn(RecordRef, &str) -> Box<dyn Note>,
}

/// There is one.
impl PartialEq for NoteEngine {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for NoteEngine {}

impl NoteEngine {
    /// Opens them as [`NoteDocument`]. Whoever names this function links all of it.
    pub const fn automerge() -> Self {
        NoteEngine {
            load: |saved| Ok(Box::new(NoteDocument::load(saved)?)),
            genesis: |owner, field| Box::new(NoteDocument::genesis(owner, field)),
        }
    }

    /// Opens a saved note.
    pub fn load(self, saved: &[u8]) -> Result<Box<dyn Note>, NotANote> {
        (self.load)(saved)
    }

    /// The empty note of a record's field, with nothing but its genesis.
    pub fn genesis(self, owner: RecordRef, field: &str) -> Box<dyn Note> {
        (self.genesis)(owner, field)
    }
}

/// A piece of text replaced by another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splice {
    /// Where, in characters.
    pub at: usize,
    /// How many characters go.
    pub remove: usize,
    /// What comes.
    pub insert: Box<str>,
}

impl Splice {
    /// The one splice that turns `old` into `new`, or `None` if they are equal.
    pub fn between(old: &str, new: &str) -> Option<Splice> {
        if old == new {
            return None;
        }
        let old: Vec<char> = old.chars().collect();
        let new: Vec<char> = new.chars().collect();
        let start = old
            .iter()
            .zip(&new)
            .take_while(|(one, other)| one == other)
            .count();
        let rest = old.len().min(new.len()) - start;
        let end = (1..=rest)
            .take_while(|it| old[old.len() - it] == new[new.len() - it])
            .count();
        Some(Splice {
            at: start,
            remove: old.len() - start - end,
            insert: new[start..new.len() - end]
                .iter()
                .collect::<String>()
                .into(),
        })
    }

    /// The text with the splice made.
    pub fn apply(&self, text: &str) -> String {
        let mut out: String = text.chars().take(self.at).collect();
        out.push_str(&self.insert);
        out.extend(text.chars().skip(self.at + self.remove));
        out
    }

    /// The same splice in a text that `earlier` was made in first.
    pub fn after(&self, earlier: &Splice) -> Splice {
        let end = earlier.at + earlier.remove;
        let inserted = earlier.insert.chars().count();
        let moved = |place: usize| {
            if place <= earlier.at {
                place
            } else if place >= end {
                place - earlier.remove + inserted
            } else {
                earlier.at + inserted
            }
        };
        let at = moved(self.at);
        let remove = moved(self.at + self.remove).saturating_sub(at);
        Splice {
            at,
            remove,
            insert: self.insert.clone(),
        }
    }
}
