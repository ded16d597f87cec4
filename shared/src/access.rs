//! Who may do what.
//!
//! One pure function that names every case decides for the server and for the client, so a client
//! knows before it tries.

use serde::{Deserialize, Serialize};

use crate::record::{FieldKind, Linked};

/// A member (成员): a user in a workspace. Lives on the server; records only point at it.
#[derive(Clone, Copy, Debug)]
pub struct Member;

impl Linked for Member {
    const LINK: FieldKind = FieldKind::Member;
}

/// What a member may do, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 管理员: everything, members too.
    Administrator,
    /// 销售经理.
    Manager,
    /// 销售.
    Salesperson,
    /// 只读.
    Viewer,
}

/// What can be done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read it.
    View,
    /// Make or change it.
    Edit,
    /// Delete or restore it.
    Delete,
    /// Invite and remove members, change the workspace.
    Administer,
}

impl Role {
    /// Every role, for forms.
    pub const ALL: &'static [Role] = &[
        Role::Administrator,
        Role::Manager,
        Role::Salesperson,
        Role::Viewer,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Manager => "manager",
            Role::Salesperson => "salesperson",
            Role::Viewer => "viewer",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|it| it.word() == word)
    }
}

/// Whether a role may do this. Every role and action is named: a new one does not compile until
/// someone decides.
pub fn allows(role: Role, action: Action) -> bool {
    match (role, action) {
        (Role::Administrator, _) => true,
        (Role::Manager, Action::View | Action::Edit | Action::Delete) => true,
        (Role::Manager, Action::Administer) => false,
        (Role::Salesperson, Action::View | Action::Edit | Action::Delete) => true,
        (Role::Salesperson, Action::Administer) => false,
        (Role::Viewer, Action::View) => true,
        (Role::Viewer, Action::Edit | Action::Delete | Action::Administer) => false,
    }
}
