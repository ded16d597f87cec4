//! Edits on their way to the data core, and how to take them back.
//!
//! An edit is shown at once and kept until the data core says that it is durable. Undo is a new edit
//! of those keys that still hold what was written, so it never reverts what somebody did since.

use std::sync::Arc;

use huike_shared::document::DELETED;
use huike_shared::id::RecordId;
use huike_shared::local::{Failure, Intent, IntentPart};
use huike_shared::record::RecordRef;
use huike_shared::registry;
use huike_shared::row::{Row, Stamp};
use huike_shared::scalar::Scalar;
use huike_shared::time::Timestamp;

/// Edits that can be taken back.
const UNDO_MAX: usize = 100;

/// What an edit does, in one word: for the toast and the list of what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditLabel {
    /// A field got another value.
    Change,
    /// A record was made.
    Create,
    /// Records were deleted.
    Delete,
    /// Records were restored.
    Restore,
    /// A card was moved.
    Move,
    /// A deal was won.
    Win,
    /// A deal was lost.
    Lose,
    /// A deal was opened again.
    Reopen,
    /// A task was done.
    Complete,
    /// Records got another owner.
    Assign,
    /// Several records were changed together.
    Bulk,
    /// A clash was settled.
    Settle,
    /// An edit was taken back.
    Undo,
    /// Fields got back what they held before.
    Revert,
}

impl EditLabel {
    /// The key of its message, which takes the number of records as `count`.
    pub fn word(self) -> &'static str {
        match self {
            EditLabel::Change => "change",
            EditLabel::Create => "create",
            EditLabel::Delete => "delete",
            EditLabel::Restore => "restore",
            EditLabel::Move => "move",
            EditLabel::Win => "win",
            EditLabel::Lose => "lose",
            EditLabel::Reopen => "reopen",
            EditLabel::Complete => "complete",
            EditLabel::Assign => "assign",
            EditLabel::Bulk => "bulk",
            EditLabel::Settle => "settle",
            EditLabel::Undo => "undo",
            EditLabel::Revert => "revert",
        }
    }

    /// Whether a toast says so and offers to take it back. What one sees happen under one's own
    /// hand needs none.
    pub fn is_told(self) -> bool {
        !matches!(
            self,
            EditLabel::Change | EditLabel::Create | EditLabel::Settle | EditLabel::Undo
        )
    }
}

/// An edit that is not durable yet.
pub struct Pending {
    /// What is asked of the data core.
    pub intent: Intent,
    /// Why it could not be stored, if it was tried.
    pub failure: Option<Failure>,
    at: Timestamp,
}

/// One key of one record: what was written over what.
#[derive(Clone, Debug)]
struct Written {
    record: RecordRef,
    key: Box<str>,
    wrote: Scalar,
    before: Scalar,
}

/// An edit that can be taken back.
#[derive(Clone, Debug)]
struct Done {
    id: RecordId,
    written: Vec<Written>,
}

/// Everything under way and everything that can be taken back.
#[derive(Default)]
pub struct Edits {
    /// Oldest first.
    pub pending: Vec<Pending>,
    done: Vec<Done>,
}

/// What taking an edit back means now.
pub struct Inverse {
    /// The new edit; may be empty.
    pub parts: Vec<IntentPart>,
    /// Records that were changed since by somebody else and stay as they are.
    pub skipped: usize,
}

impl Edits {
    /// Takes an edit in.
    pub fn begin(&mut self, intent: Intent, at: Timestamp) {
        self.pending.push(Pending {
            intent,
            failure: None,
            at,
        });
    }

    /// Remembers how to take an edit back.
    pub fn remember<'a>(&mut self, intent: &Intent, shown: impl Fn(RecordRef) -> Option<&'a Row>) {
        let mut written = Vec::new();
        for part in &intent.parts {
            let (record, row) = (part.record, shown(part.record));
            let Some(def) = registry::def(record.kind) else {
                continue;
            };
            if row.is_none() {
                // A record that was not there before is taken back by deleting it.
                let key: Box<str> = DELETED.into();
                written.push(Written {
                    record,
                    key,
                    wrote: Scalar::Bool(false),
                    before: Scalar::Bool(true),
                });
            }
            for (key, value) in row.iter().flat_map(|_| &part.values) {
                let before = row.map_or(Scalar::Null, |it| read(it, def, key));
                written.push(Written {
                    record,
                    key: key.clone(),
                    wrote: value.clone(),
                    before,
                });
            }
        }
        self.done.push(Done {
            id: intent.id,
            written,
        });
        let surplus = self.done.len().saturating_sub(UNDO_MAX);
        self.done.drain(..surplus);
    }

    /// Forgets how to take an edit back: it never happened.
    pub fn forget(&mut self, id: RecordId) {
        self.done.retain(|it| it.id != id);
    }

    /// The edit that would be taken back next.
    pub fn newest(&self) -> Option<RecordId> {
        self.done.last().map(|it| it.id)
    }

    /// Takes an edit off the list and says what reverting it means now.
    pub fn invert<'a>(
        &mut self,
        id: RecordId,
        shown: impl Fn(RecordRef) -> Option<&'a Row>,
    ) -> Option<Inverse> {
        let at = self.done.iter().position(|it| it.id == id)?;
        let done = self.done.remove(at);
        let mut inverse = Inverse {
            parts: Vec::new(),
            skipped: 0,
        };
        let mut skipped = Vec::new();
        for Written {
            record,
            key,
            wrote,
            before,
        } in done.written
        {
            let Some(def) = registry::def(record.kind) else {
                continue;
            };
            let is_ours = shown(record).is_some_and(|row| read(row, def, &key) == wrote);
            if !is_ours {
                if !skipped.contains(&record) {
                    skipped.push(record);
                }
                continue;
            }
            match inverse.parts.iter_mut().find(|it| it.record == record) {
                Some(part) => part.values.push((key, before)),
                None => inverse.parts.push(IntentPart {
                    record,
                    values: vec![(key, before)],
                }),
            }
        }
        inverse.skipped = skipped.len();
        Some(inverse)
    }

    /// Ends an edit, and gives the records it concerned.
    pub fn end(&mut self, id: RecordId) -> Vec<RecordRef> {
        let Some(at) = self.pending.iter().position(|it| it.intent.id == id) else {
            return Vec::new();
        };
        let ended = self.pending.remove(at);
        ended.intent.parts.iter().map(|it| it.record).collect()
    }

    /// The edit with this id.
    pub fn find_mut(&mut self, id: RecordId) -> Option<&mut Pending> {
        self.pending.iter_mut().find(|it| it.intent.id == id)
    }

    /// The record with every edit under way laid over it; `None` if none concerns it.
    pub fn overlay(&self, record: RecordRef, base: Option<&Arc<Row>>, by: RecordId) -> Option<Row> {
        let def = registry::def(record.kind)?;
        let mut row: Option<Row> = None;
        for pending in &self.pending {
            for part in pending.intent.parts.iter().filter(|it| it.record == record) {
                let stamp = Stamp { at: pending.at, by };
                let row = row.get_or_insert_with(|| match base {
                    Some(base) => Row::clone(base),
                    None => new_row(record, stamp),
                });
                row.updated = stamp;
                for (key, value) in &part.values {
                    if **key == *DELETED {
                        row.deleted = value == &Scalar::Bool(true);
                    } else {
                        row.set_key(def, key, value.clone());
                    }
                    row.clashes.retain(|it| it.key != *key);
                }
            }
        }
        row
    }
}

fn new_row(record: RecordRef, stamp: Stamp) -> Row {
    Row {
        kind: record.kind,
        id: record.id,
        created: stamp,
        updated: stamp,
        ..Row::default()
    }
}

/// What a row shows under a key, its deletion too.
fn read(row: &Row, def: &'static huike_shared::record::KindDef, key: &str) -> Scalar {
    if key == DELETED {
        return Scalar::Bool(row.deleted);
    }
    row.by_key(def, key).clone()
}
