//! What administrators decide about rights: who is what and where, which departments there are, what roles may no more.
//!
//! A decision is checked against everything that is stored, and stored only if nothing has changed meanwhile; else
//! it is checked once more. So two administrators cannot demote each other, nor build a circle of departments together.

use crate::app::AppState;
use crate::auth::SignedIn;
use crate::error::{Failure, Refused};
use crate::store::StoreError;
use crate::store::journal::NewEntry;
use crate::store::people::Member;
use crate::store::rights::{Narrowed, RightsChange, StoredRights};
use huike_shared::access::{Action, Role, allows};
use huike_shared::id::RecordId;
use huike_shared::rights::{
    BadDepartments, BadScope, Department, Placed, RightsTable, check_departments,
};

/// How often a decision is checked again because somebody else decided meanwhile.
const ATTEMPTS_MAX: usize = 20;

/// What a member is, and where.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Their role.
    pub role: Role,
    /// Their department.
    pub department_id: Option<RecordId>,
}

/// Gives a member a role and a department. Asks for the password if it was not typed lately.
pub async fn place(
    state: &AppState,
    by: &SignedIn,
    member_id: RecordId,
    place: Place,
) -> Result<(), Failure> {
    decide(state, &by.member, |rights| {
        by.must_be_confirmed(state)?;
        if !rights.members.iter().any(|it| it.id == member_id) {
            return Err(Refused::NotFound);
        }
        let is_there = |id| rights.departments.iter().any(|it| it.id == id);
        if !place.department_id.is_none_or(is_there) {
            return Err(Refused::DepartmentMisplaced);
        }
        let administers = |it: &Role| allows(*it, Action::Administer);
        let remains = rights.members.iter().any(|it| {
            let role = if it.id == member_id {
                place.role
            } else {
                it.role
            };
            it.is_active && administers(&role)
        });
        if !remains {
            return Err(Refused::LastAdministrator);
        }
        Ok(RightsChange::Place {
            member_id,
            role: place.role,
            department_id: place.department_id,
        })
    })
    .await
}

/// Makes a department, or changes the one of this id.
pub async fn put_department(
    state: &AppState,
    by: &Member,
    department: Department,
    is_new: bool,
) -> Result<(), Failure> {
    let at = state.clock.now();
    decide(state, by, |rights| {
        let mut all = rights.departments.clone();
        match all.iter_mut().find(|it| it.id == department.id) {
            Some(it) if !is_new => it.clone_from(&department),
            None if is_new => all.push(department.clone()),
            Some(_) | None => return Err(Refused::NotFound),
        }
        check_departments(&all).map_err(refused)?;
        let department = department.clone();
        Ok(RightsChange::Put { department, at })
    })
    .await
}

/// Takes a department away in which nobody is.
pub async fn remove_department(
    state: &AppState,
    by: &Member,
    department_id: RecordId,
) -> Result<(), Failure> {
    decide(state, by, |rights| {
        let departments = &rights.departments;
        if !departments.iter().any(|it| it.id == department_id) {
            return Err(Refused::NotFound);
        }
        let is_used = departments
            .iter()
            .any(|it| it.parent == Some(department_id));
        let is_home = |it: &Placed| it.department == Some(department_id);
        if is_used || rights.members.iter().any(is_home) {
            return Err(Refused::DepartmentInUse);
        }
        Ok(RightsChange::Remove { department_id })
    })
    .await
}

/// Says what is taken from the table of a role; what was taken before and is not named comes back.
/// Asks for the password if it was not typed lately.
pub async fn narrow(
    state: &AppState,
    by: &SignedIn,
    role: Role,
    narrowed: Vec<Narrowed>,
) -> Result<(), Failure> {
    decide(state, &by.member, |_| {
        by.must_be_confirmed(state)?;
        let mut table = RightsTable::of(role);
        let mut taken = Vec::new();
        for it in &narrowed {
            let before = table.scope(it.kind, it.action);
            if before == it.scope {
                continue;
            }
            if !can_be_narrowed(it.action) {
                return Err(Refused::RightNotNarrowed);
            }
            table
                .narrow(it.kind, it.action, it.scope)
                .map_err(|error| match error {
                    BadScope::Unknown => Refused::BadRequest,
                    BadScope::Wider => Refused::RightWider,
                })?;
            taken.push(*it);
        }
        if allows(role, Action::Administer) && !taken.is_empty() {
            return Err(Refused::AdministratorWhole);
        }
        let narrowed = taken;
        Ok(RightsChange::Narrow { role, narrowed })
    })
    .await
}

/// Whether less of it is enforced everywhere. What a device holds does not follow rights yet, and nothing exports in a
/// member's name: a right that looked smaller than it is would be trusted.
pub fn can_be_narrowed(action: Action) -> bool {
    match action {
        Action::Edit | Action::Delete | Action::Assign => true,
        Action::View | Action::Export | Action::Administer => false,
    }
}

/// Checks and stores a decision, again if another was quicker, and tells everybody.
async fn decide(
    state: &AppState,
    by: &Member,
    check: impl Fn(&StoredRights) -> Result<RightsChange, Refused>,
) -> Result<(), Failure> {
    let workspace_id = by.workspace_id;
    for _ in 0..ATTEMPTS_MAX {
        let rights = state.store.rights(workspace_id).await?;
        // By what is stored now: the session may have begun under another role.
        let me = rights.members.iter().find(|it| it.id == by.id);
        if !me.is_some_and(|it| it.is_active && allows(it.role, Action::Administer)) {
            return Err(Refused::NotPermitted.into());
        }
        let change = check(&rights)?;
        let checked = rights.version;
        let entry = NewEntry::of_rights(by, &change, state.clock.now());
        if state
            .store
            .change_rights(workspace_id, checked, &change, entry)
            .await?
        {
            state.tell_members_changed(workspace_id);
            return Ok(());
        }
    }
    Err(Failure::Store(StoreError::Busy))
}

fn refused(error: BadDepartments) -> Refused {
    match error {
        BadDepartments::TooMany => Refused::DepartmentsTooMany,
        BadDepartments::TooDeep => Refused::DepartmentsTooDeep,
        BadDepartments::NoParent => Refused::DepartmentMisplaced,
        BadDepartments::BadName => Refused::DepartmentName,
    }
}
