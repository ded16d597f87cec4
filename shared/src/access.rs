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
    /// 市场: customers and contacts, what was said to them.
    Marketing,
    /// 服务经理: everything around a customer but selling.
    ServiceManager,
    /// 工程师: what they are asked to do, and what happened meanwhile.
    Engineer,
    /// 分析: reads and exports.
    Analyst,
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
    /// Take it out of the product, many at once.
    Export,
    /// Say who is responsible for it.
    Assign,
    /// Invite and remove members, change the workspace. Concerns no record.
    Administer,
}

impl Action {
    /// Everything that can be done to a record, in the order of the tables of roles.
    pub const OF_RECORDS: [Action; 5] = [
        Action::View,
        Action::Edit,
        Action::Delete,
        Action::Export,
        Action::Assign,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Action::View => "see",
            Action::Edit => "edit",
            Action::Delete => "delete",
            Action::Export => "export",
            Action::Assign => "assign",
            Action::Administer => "administer",
        }
    }

    /// Reads the stored word of something that can be done to a record.
    pub fn from_word(word: &str) -> Option<Action> {
        Action::OF_RECORDS.into_iter().find(|it| it.word() == word)
    }
}

impl Role {
    /// Every role, for forms.
    pub const ALL: &'static [Role] = &[
        Role::Administrator,
        Role::Manager,
        Role::Salesperson,
        Role::Marketing,
        Role::ServiceManager,
        Role::Engineer,
        Role::Analyst,
        Role::Viewer,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Manager => "manager",
            Role::Salesperson => "salesperson",
            Role::Viewer => "viewer",
            Role::Marketing => "marketing",
            Role::ServiceManager => "service_manager",
            Role::Engineer => "engineer",
            Role::Analyst => "analyst",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|it| it.word() == word)
    }
}

/// Whether a role may do this to records of some kind. Every role and action is named: a new one does not compile
/// until someone decides. Which kinds and whose records: [`crate::rights`].
pub fn allows(role: Role, action: Action) -> bool {
    match role {
        Role::Administrator => true,
        Role::Manager | Role::Salesperson | Role::Marketing | Role::ServiceManager => {
            match action {
                Action::View | Action::Edit | Action::Delete | Action::Export | Action::Assign => {
                    true
                }
                Action::Administer => false,
            }
        }
        Role::Engineer => match action {
            Action::View | Action::Edit | Action::Delete | Action::Assign => true,
            Action::Export | Action::Administer => false,
        },
        Role::Analyst => match action {
            Action::View | Action::Export => true,
            Action::Edit | Action::Delete | Action::Assign | Action::Administer => false,
        },
        Role::Viewer => match action {
            Action::View => true,
            Action::Edit
            | Action::Delete
            | Action::Export
            | Action::Assign
            | Action::Administer => false,
        },
    }
}
