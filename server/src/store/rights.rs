//! What decisions about rights read: members' roles and departments, and what was taken from the tables of roles.
//!
//! All of it has one version by workspace, which grows with every change of it, whoever makes it. A change names the
//! version that it was checked against; what a company may look like is checked before ([`crate::auth::rights`]).

use super::StoreResult;
use super::journal::NewEntry;
use async_trait::async_trait;
use huike_shared::access::{Action, Role};
use huike_shared::id::RecordId;
use huike_shared::record::Kind;
use huike_shared::rights::{Company, Department, Placed, Scope};
use huike_shared::time::Timestamp;

/// A right that was narrowed for everybody of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Narrowed {
    /// Whose.
    pub role: Role,
    /// To records of which kind.
    pub kind: Kind,
    /// What is done to them.
    pub action: Action,
    /// Whose records are meant now.
    pub scope: Scope,
}

/// Everything that decisions read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredRights {
    /// Grows with every change.
    pub version: u64,
    /// Members, oldest first, also those who have left.
    pub members: Vec<Placed>,
    /// Departments, oldest first.
    pub departments: Vec<Department>,
    /// What was taken from the tables.
    pub narrowed: Vec<Narrowed>,
}

impl StoredRights {
    /// The company as decisions see it. What a newer version took away in words this one does not know was not read.
    pub fn company(&self) -> Company {
        let mut company = Company::new(&self.members, &self.departments);
        for it in &self.narrowed {
            // A table that has become narrower by itself keeps what it says.
            let _ = company.narrow(it.role, it.kind, it.action, it.scope);
        }
        company
    }
}

/// A change of rights that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RightsChange {
    /// A member's role and department.
    Place {
        /// Who.
        member_id: RecordId,
        /// What they are now.
        role: Role,
        /// Where they are now.
        department_id: Option<RecordId>,
    },
    /// A department, new or changed.
    Put {
        /// The department.
        department: Department,
        /// When.
        at: Timestamp,
    },
    /// A department that nobody is in goes.
    Remove {
        /// Which.
        department_id: RecordId,
    },
    /// Everything that is taken from the table of a role.
    Narrow {
        /// Which role.
        role: Role,
        /// All of it; what was taken before and is not here comes back.
        narrowed: Vec<Narrowed>,
    },
}

/// Roles, departments, and what roles may no more.
#[async_trait]
pub trait Rights {
    /// The version of a workspace's rights; 0 where there is no such workspace.
    async fn rights_version(&self, workspace_id: RecordId) -> StoreResult<u64>;
    /// All of a workspace's rights, as of one moment.
    async fn rights(&self, workspace_id: RecordId) -> StoreResult<StoredRights>;
    /// Makes a change and notes it, if the rights still are of the version it was checked against. False if they
    /// are not.
    async fn change_rights(
        &self,
        workspace_id: RecordId,
        checked: u64,
        change: &RightsChange,
        entry: NewEntry,
    ) -> StoreResult<bool>;
}
