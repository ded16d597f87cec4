//! Who works here: members with their roles, in a tree of departments.
//!
//! The tree is numbered once, parents before children, so that *of this department or one below it* is one comparison.

use std::collections::{HashMap, HashSet};

use super::table::{BadScope, RightsTable, Scope};
use crate::access::{Action, Role};
use crate::id::RecordId;
use crate::record::Kind;

/// Departments of a workspace.
pub const DEPARTMENTS_MAX: usize = 500;
/// Departments above each other, the topmost counted.
pub const DEPARTMENT_DEPTH_MAX: usize = 10;
/// Characters in the name of a department.
pub const DEPARTMENT_NAME_CHARS_MAX: usize = 60;

/// A department (部门).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its id.
    pub id: RecordId,
    /// The one it belongs to; none at the top.
    pub parent: Option<RecordId>,
    /// What it is called.
    pub name: String,
}

/// A member in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The member.
    pub id: RecordId,
    /// What they are.
    pub role: Role,
    /// Their department.
    pub department: Option<RecordId>,
    /// False once they have left. What they are responsible for stays theirs until somebody takes it over.
    pub is_active: bool,
}

/// Why departments cannot stand like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDepartments {
    /// More than [`DEPARTMENTS_MAX`].
    #[error("too many departments")]
    TooMany,
    /// More than [`DEPARTMENT_DEPTH_MAX`] above each other.
    #[error("too many departments above each other")]
    TooDeep,
    /// One belongs to another that is not there, or to itself, also by way of others.
    #[error("a department belongs to none of the others")]
    NoParent,
    /// No name, one that is too long, or one that a department beside it has.
    #[error("a department needs a name of its own")]
    BadName,
}

/// Checks departments before they are stored.
///
/// # Errors
/// The first thing that is wrong with them.
pub fn check_departments(departments: &[Department]) -> Result<(), BadDepartments> {
    if departments.len() > DEPARTMENTS_MAX {
        return Err(BadDepartments::TooMany);
    }
    let parents: HashMap<RecordId, Option<RecordId>> =
        departments.iter().map(|it| (it.id, it.parent)).collect();
    if parents.len() != departments.len() {
        return Err(BadDepartments::NoParent);
    }
    let mut names = HashSet::new();
    for department in departments {
        let name = department.name.trim();
        let is_fit = !name.is_empty()
            && name.chars().count() <= DEPARTMENT_NAME_CHARS_MAX
            && !name.chars().any(char::is_control);
        if !is_fit || !names.insert((department.parent, name.to_lowercase())) {
            return Err(BadDepartments::BadName);
        }
        let mut above = department.parent;
        let mut depth = 1;
        while let Some(id) = above {
            above = *parents.get(&id).ok_or(BadDepartments::NoParent)?;
            depth += 1;
            if id == department.id || depth > departments.len() {
                return Err(BadDepartments::NoParent);
            }
        }
        if depth > DEPARTMENT_DEPTH_MAX {
            return Err(BadDepartments::TooDeep);
        }
    }
    Ok(())
}

/// The numbers of a department and of all below it: from, and up to but not with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    from: u32,
    to: u32,
}

/// A member as decisions need them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) role: Role,
    pub(super) is_active: bool,
    pub(super) span: Option<Span>,
}

impl Seat {
    /// Whether somebody sits in this one's department or in one below it.
    pub(super) fn is_above(&self, other: &Seat) -> bool {
        match (self.span, other.span) {
            (Some(mine), Some(theirs)) => mine.from <= theirs.from && theirs.from < mine.to,
            (None, _) | (_, None) => false,
        }
    }
}

/// Members, departments and what their roles may do.
#[derive(Clone, Debug, Default)]
pub struct Company {
    seats: HashMap<RecordId, Seat>,
    tables: HashMap<Role, RightsTable>,
}

impl Company {
    /// Puts members into their departments. A department that is not there is none; so is one of a circle.
    pub fn new(members: &[Placed], departments: &[Department]) -> Company {
        let spans = spans(departments);
        let seat = |it: &Placed| Seat {
            role: it.role,
            is_active: it.is_active,
            span: it.department.and_then(|it| spans.get(&it).copied()),
        };
        Company {
            seats: members.iter().map(|it| (it.id, seat(it))).collect(),
            tables: Role::ALL
                .iter()
                .map(|it| (*it, RightsTable::of(*it)))
                .collect(),
        }
    }

    /// Takes a part of a right away from everybody of a role.
    ///
    /// # Errors
    /// [`BadScope`]; nothing has changed.
    pub fn narrow(
        &mut self,
        role: Role,
        kind: Kind,
        action: Action,
        scope: Scope,
    ) -> Result<(), BadScope> {
        let table = self.tables.get_mut(&role).ok_or(BadScope::Unknown)?;
        table.narrow(kind, action, scope)
    }

    /// The table of a role as it is here.
    pub fn table(&self, role: Role) -> RightsTable {
        let table = self.tables.get(&role).copied();
        table.unwrap_or_else(|| RightsTable::of(role))
    }

    /// The role of a member who has not left.
    pub fn role(&self, member: RecordId) -> Option<Role> {
        let seat = self.seats.get(&member).filter(|it| it.is_active);
        seat.map(|it| it.role)
    }

    pub(super) fn seat(&self, member: RecordId) -> Option<&Seat> {
        self.seats.get(&member)
    }
}

/// Numbers the tree: each department has a smaller number than all below it, and those follow without others between.
fn spans(departments: &[Department]) -> HashMap<RecordId, Span> {
    let mut below: HashMap<Option<RecordId>, Vec<RecordId>> = HashMap::new();
    for it in departments {
        below.entry(it.parent).or_default().push(it.id);
    }
    enum Visit {
        Enter(RecordId),
        Leave(RecordId, u32),
    }
    let mut spans = HashMap::new();
    let mut next = 0;
    let top = below.remove(&None).unwrap_or_default();
    let mut open: Vec<Visit> = top.into_iter().map(Visit::Enter).collect();
    while let Some(visit) = open.pop() {
        match visit {
            Visit::Enter(id) => {
                open.push(Visit::Leave(id, next));
                next += 1;
                let below = below.remove(&Some(id)).unwrap_or_default();
                open.extend(below.into_iter().map(Visit::Enter));
            }
            Visit::Leave(id, from) => drop(spans.insert(id, Span { from, to: next })),
        }
    }
    spans
}
