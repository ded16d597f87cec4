//! Who may do what to which record: one decision for server, client and everything that reads or writes.
//!
//! A role is a table ([`table`]): for each kind of record and each action a [`Scope`], which says whose records are
//! meant. A [`Company`] knows members, their roles and departments; a [`Standing`] says who is responsible for a
//! record; [`decide`] puts them together and answers with a [`Reason`], never with a bare yes or no, so that a page can
//! say why. Nothing here names a kind but the tables, and nothing asks anybody: all of it is handed in.
//! Why it is so: `docs/decisions/017-rights.md`.

mod company;
mod decision;
mod standing;
mod table;

pub use company::{
    BadDepartments, Company, DEPARTMENT_DEPTH_MAX, DEPARTMENT_NAME_CHARS_MAX, DEPARTMENTS_MAX,
    Department, Placed, check_departments,
};
pub use decision::{Asker, Reason, decide};
pub use standing::{
    Responsible, Standing, TIED_MAX, actions_of, is_responsibility, names_owner, tied_to,
};
pub use table::{BadScope, RightsTable, Scope};
