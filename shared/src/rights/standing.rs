//! Who is responsible for a record, and what a change of it asks for.
//!
//! Read from registers by what fields hold and never by the name of a kind: the *owner* is the member in the field
//! [`OWNER`]; without one it is whoever made the record. A record belongs to those that it links to and that have an
//! owner field themselves; whoever is responsible for one of them is so for it too.

use crate::access::Action;
use crate::document::{DELETED, Registers};
use crate::id::RecordId;
use crate::record::{FieldKind, KindDef, RecordRef};
use crate::registry;
use crate::scalar::Scalar;

/// The field that says who is responsible.
const OWNER: &str = "owner";
/// Records that one record can belong to.
pub const TIED_MAX: usize = 4;

/// Who is responsible for a record, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Responsible {
    /// The member in its owner field.
    Owner(RecordId),
    /// Whoever made it; it has no owner.
    Creator(RecordId),
}

impl Responsible {
    /// Reads it from a record.
    pub fn of(def: &KindDef, registers: &Registers) -> Responsible {
        let owner = has_owner(def).then(|| registers.value(OWNER).as_id());
        match owner.flatten() {
            Some(owner) => Responsible::Owner(owner),
            None => Responsible::Creator(registers.created().by),
        }
    }

    /// The member.
    pub fn member(self) -> RecordId {
        match self {
            Responsible::Owner(id) | Responsible::Creator(id) => id,
        }
    }
}

/// What a decision needs to know of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Who is responsible for it.
    pub responsible: Responsible,
    /// Who is responsible for the records it belongs to, [`tied_to`].
    pub tied: &'a [RecordId],
}

fn has_owner(def: &KindDef) -> bool {
    def.fields
        .iter()
        .any(|it| is_responsibility(it.name, it.kind))
}

/// Whether a field says who is responsible.
pub fn is_responsibility(name: &str, kind: FieldKind) -> bool {
    kind == FieldKind::Member && name == OWNER
}

/// Whether a register of a kind says who is responsible.
pub fn names_owner(def: &KindDef, key: &str) -> bool {
    let field = def.fields.iter().find(|it| it.name == key);
    field.is_some_and(|it| is_responsibility(it.name, it.kind))
}

/// The records that a record belongs to: those it links to that have an owner of their own.
pub fn tied_to(def: &KindDef, registers: &Registers) -> Vec<RecordRef> {
    let mut found = Vec::new();
    for field in def.fields {
        let FieldKind::Link(kind) = field.kind else {
            continue;
        };
        let linked = registry::def_by_name(kind).filter(|it| has_owner(it));
        if let Some(linked) = linked
            && let Some(id) = registers.value(field.name).as_id()
            && found.len() < TIED_MAX
        {
            found.push(RecordRef {
                kind: linked.kind,
                id,
            });
        }
    }
    found
}

/// What a change of a record asks for: to edit it, to delete or restore it, to say anew who is responsible. Whoever
/// makes a record may name themselves.
pub fn actions_of<'a>(
    def: &KindDef,
    values: impl IntoIterator<Item = (&'a str, &'a Scalar)>,
    current: &Registers,
    author: RecordId,
) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut ask = |action| {
        if !actions.contains(&action) {
            actions.push(action);
        }
    };
    for (key, value) in values {
        if key == DELETED {
            ask(Action::Delete);
            continue;
        }
        ask(Action::Edit);
        let is_claimed = current.is_empty() && value.as_id() == Some(author);
        if names_owner(def, key) && value != current.value(key) && !is_claimed {
            ask(Action::Assign);
        }
    }
    actions
}
