//! The gate: the server's verdict on bytes from a client, in pure code.
//!
//! Automerge trusts its input: of 200,000 forged changes 25,444 panicked it and 5,152 poisoned a
//! document for ever. So no client's bytes reach it before they have shown, in this order, that they are
//! an uncompressed change within limits, decode, stand in the one canonical form, are flat, follow
//! exactly from what their author knew (sequence, start, predecessors), fit the schema, and are permitted.
//! An honest replica writes exactly such changes and no others; `tests/gate.rs` forges the rest.
//! Notes hold a Text object and cannot be judged op by op: they are applied to a copy, saved and
//! loaded again before they are accepted.
//!
//! Not here: actors, duplicates and rates, which need the server's tables; and whose record it is, which needs the
//! company ([`crate::rights`]): of rights the gate knows what a role may do to some record of the kind.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::Change;

use super::message::{CHANGE_BYTES_MAX, CHANGE_OPS_MAX};
use crate::access::{Action, Role};
use crate::document::{ACTORS_MAX, Actor, ChangeHash, DELETED, FlatChange, Registers, flatten};
use crate::note::{
    NOTE_BYTES_MAX, NOTE_CHARS_MAX, Note, NoteDocument, NoteState, note_ref, owner_of,
};
use crate::record::{FieldKind, KindDef, RecordRef};
use crate::refusal::Refusal;
use crate::registry;
use crate::rights::RightsTable;
use crate::row::Stamp;
use crate::scalar::Scalar;

/// The first bytes of every Automerge chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Where a chunk's type stands, behind magic and checksum.
const CHUNK_TYPE_AT: usize = 8;
/// The type of an uncompressed change; a compressed one could unfold to any size.
const CHUNK_CHANGE: u8 = 1;
/// Bytes in a key.
const KEY_BYTES_MAX: usize = 80;

/// Reads bytes from a client as a change of a flat document.
///
/// # Errors
/// [`Refusal::TooLarge`] over a limit, [`Refusal::Malformed`] for anything but the canonical form.
pub fn parse(body: &[u8]) -> Result<FlatChange, Refusal> {
    let change = decode_guarded(body)?;
    if change.len() > CHANGE_OPS_MAX {
        return Err(Refusal::TooLarge);
    }
    let flat = guarded(|| {
        let expanded = change.decode();
        let flat = flatten(&expanded, change.hash().into()).map_err(|_| Refusal::Malformed)?;
        let plain = expanded.message.is_none()
            && expanded.extra_bytes.is_empty()
            && expanded.author.is_none();
        let canonical = Change::from(expanded);
        if !plain || canonical.raw_bytes() != body {
            return Err(Refusal::Malformed);
        }
        Ok(flat)
    })?;
    if flat.ops.is_empty() {
        return Err(Refusal::Malformed);
    }
    Ok(flat)
}

/// Judges a parsed change of a record.
///
/// `at_deps` is the state its author had (the replayed ancestors of its dependencies), `current` the
/// state it is about to be merged into.
///
/// # Errors
/// The first rule it breaks, as a [`Refusal`]; nothing was written.
pub fn judge(
    change: &FlatChange,
    record: &RecordRef,
    def: &'static KindDef,
    at_deps: &Registers,
    current: &Registers,
    role: Role,
) -> Result<(), Refusal> {
    // Only the server begins epochs; whoever did so in its name could hide what came before.
    if change.actor.epoch_of(record).is_some() {
        return Err(Refusal::ForeignActor);
    }
    follows(change, at_deps)?;
    // The actor's next change in this document, seen from both sides: a forged fork of its own
    // history would make two ops with one id.
    if current.seq(change.actor) + 1 != change.seq {
        return Err(Refusal::BrokenHistory);
    }
    if current.actors().len() >= ACTORS_MAX && current.seq(change.actor) == 0 {
        return Err(Refusal::TooLarge);
    }
    for op in &change.ops {
        fits(def, &op.key, &op.value)?;
    }
    for op in &change.ops {
        let action = if *op.key == *DELETED {
            Action::Delete
        } else {
            Action::Edit
        };
        if !RightsTable::allows(role, def.kind, action) {
            return Err(Refusal::NotPermitted);
        }
    }
    Ok(())
}

/// Whether sequence, start, dependencies and predecessors are what an honest author writes who
/// knew `at_deps`.
fn follows(change: &FlatChange, at_deps: &Registers) -> Result<(), Refusal> {
    let exact = change.deps == at_deps.heads()
        && change.seq == at_deps.seq(change.actor) + 1
        && change.start_op == at_deps.max_op() + 1
        && change.last_op() < u64::from(u32::MAX) / 2;
    if !exact {
        return Err(Refusal::BrokenHistory);
    }
    for (index, op) in change.ops.iter().enumerate() {
        let repeated = change.ops[..index].iter().any(|it| it.key == op.key);
        if repeated || op.pred != at_deps.visible(&op.key) {
            return Err(Refusal::BrokenHistory);
        }
    }
    Ok(())
}

/// Whether the schema lets this register hold this value. Clients ask the same before they try.
///
/// # Errors
/// [`Refusal::UnknownField`] or [`Refusal::BadValue`].
pub fn fits(def: &'static KindDef, key: &str, value: &Scalar) -> Result<(), Refusal> {
    if key.len() > KEY_BYTES_MAX {
        return Err(Refusal::Malformed);
    }
    let kind = match registry::field(def, key) {
        Some(field) => field.kind,
        None if key == DELETED => FieldKind::Flag,
        None => return Err(Refusal::UnknownField { field: key.into() }),
    };
    if !kind.allows(value) || (key == DELETED && value.is_null()) {
        return Err(Refusal::BadValue { field: key.into() });
    }
    Ok(())
}

/// Judges a change of a note and returns the note with it merged.
///
/// `state` is the note as stored, or `None` while nobody has written in it.
///
/// # Errors
/// As [`parse`]; [`Refusal::UnknownDependency`] if it builds on something not in the note,
/// [`Refusal::BrokenHistory`] if Automerge cannot take it or could not load the note again.
pub fn judge_note(
    note: RecordRef,
    of: &str,
    state: Option<&NoteState>,
    body: &[u8],
    role: Role,
    stamp: Stamp,
) -> Result<(ChangeHash, Actor, NoteState), Refusal> {
    let (owner, field) = owner_of(of).ok_or(Refusal::UnknownKind)?;
    let known = registry::def(owner.kind)
        .and_then(|it| registry::field(it, field))
        .is_some_and(|it| it.kind == FieldKind::Note);
    if !known || note_ref(owner, field) != note {
        return Err(Refusal::UnknownKind);
    }
    if !RightsTable::allows(role, owner.kind, Action::Edit) {
        return Err(Refusal::NotPermitted);
    }
    let change = decode_guarded(body)?;
    let actor = change
        .actor_id()
        .to_bytes()
        .try_into()
        .map(Actor)
        .map_err(|_| Refusal::Malformed)?;
    guarded(|| {
        let mut document = match state {
            Some(it) => NoteDocument::load(&it.saved).map_err(|_| Refusal::Unavailable)?,
            None => NoteDocument::genesis(owner, field),
        };
        let dependencies: Vec<ChangeHash> = change.deps().iter().map(|it| (*it).into()).collect();
        if dependencies.is_empty() || !dependencies.iter().all(|it| document.contains(*it)) {
            return Err(Refusal::UnknownDependency);
        }
        document
            .apply(&[body])
            .map_err(|_| Refusal::BrokenHistory)?;
        let saved = document.save();
        let mut again = NoteDocument::load(&saved).map_err(|_| Refusal::BrokenHistory)?;
        let whole = again.contains(change.hash().into())
            && again.heads() == document.heads()
            && again.text() == document.text()
            && again.of().as_deref() == Some(of)
            && again.is_only_text();
        if !whole {
            return Err(Refusal::BrokenHistory);
        }
        if saved.len() > NOTE_BYTES_MAX || again.text().chars().count() > NOTE_CHARS_MAX {
            return Err(Refusal::TooLarge);
        }
        let created = state.map_or(stamp, |it| it.created);
        Ok((
            change.hash().into(),
            actor,
            NoteState {
                saved,
                created,
                updated: stamp,
            },
        ))
    })
}

fn decode_guarded(body: &[u8]) -> Result<Change, Refusal> {
    if body.len() > CHANGE_BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    if !body.starts_with(&MAGIC) || body.get(CHUNK_TYPE_AT) != Some(&CHUNK_CHANGE) {
        return Err(Refusal::Malformed);
    }
    guarded(|| Change::try_from(body).map_err(|_| Refusal::Malformed))
}

/// Runs code that may panic inside Automerge; a panic is a malformed change.
fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Refusal::Malformed))
}
