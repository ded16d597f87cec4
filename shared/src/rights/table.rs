//! The tables of the roles: kind of record × action × whose records.

use crate::access::{Action, Role};
use crate::customers::{Contact, Customer};
use crate::deals::{Deal, Pipeline};
use crate::followups::{Activity, Task};
use crate::record::{Kind, Record};
use crate::views::SavedView;

/// Whose records a right is about. Each takes in the ones before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Nobody's.
    #[default]
    None,
    /// Those one is responsible for.
    Own,
    /// Those for which somebody of one's department, or of one below it, is responsible.
    Team,
    /// Everybody's.
    All,
}

impl Scope {
    /// Every scope, for forms.
    pub const ALL: [Scope; 4] = [Scope::None, Scope::Own, Scope::Team, Scope::All];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Scope::None => "none",
            Scope::Own => "own",
            Scope::Team => "team",
            Scope::All => "all",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// Kinds that can have a row: their numbers are smaller than this.
const KINDS_MAX: usize = 16;
/// Scopes of one kind, in the order of [`Action::OF_RECORDS`].
type RowOfScopes = [Scope; Action::OF_RECORDS.len()];

const N: Scope = Scope::None;
const O: Scope = Scope::Own;
const T: Scope = Scope::Team;
const A: Scope = Scope::All;
//                              see edit delete export assign
const EVERYTHING: RowOfScopes = [A, A, A, A, A];
const READ: RowOfScopes = [A, N, N, N, N];
const READ_AND_EXPORT: RowOfScopes = [A, N, N, A, N];
const OWN_WORK: RowOfScopes = [A, O, O, N, O];

/// What one role may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RightsTable {
    rows: [RowOfScopes; KINDS_MAX],
}

/// A scope that a table cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadScope {
    /// No such kind of record, or an action that concerns none.
    #[error("there is no such right")]
    Unknown,
    /// More than the role has by itself.
    #[error("a right can be narrowed and not widened")]
    Wider,
}

impl RightsTable {
    /// What a role may do by itself. Every role is named: a new one does not compile until someone decides.
    pub fn of(role: Role) -> RightsTable {
        let kinds = [
            Customer::DEF,
            Contact::DEF,
            Deal::DEF,
            Pipeline::DEF,
            Activity::DEF,
            Task::DEF,
            SavedView::DEF,
        ];
        //        customer, contact, deal, pipeline, activity, task, saved view
        let rows: [RowOfScopes; 7] = match role {
            Role::Administrator | Role::Manager | Role::Salesperson => [EVERYTHING; 7],
            Role::Marketing => [
                [A, A, O, A, N],
                [A, A, O, A, N],
                READ_AND_EXPORT,
                READ,
                [A, O, O, A, N],
                [A, O, O, A, O],
                OWN_WORK,
            ],
            Role::ServiceManager => [
                [A, A, N, A, N],
                [A, A, O, A, N],
                READ,
                READ,
                [A, A, T, A, N],
                [A, A, T, A, A],
                OWN_WORK,
            ],
            Role::Engineer => [
                READ,
                [A, A, N, N, N],
                READ,
                READ,
                [A, O, O, N, N],
                OWN_WORK,
                OWN_WORK,
            ],
            Role::Analyst => [READ_AND_EXPORT; 7],
            Role::Viewer => [READ; 7],
        };
        let mut table = RightsTable {
            rows: [[Scope::None; Action::OF_RECORDS.len()]; KINDS_MAX],
        };
        for (def, row) in kinds.into_iter().zip(rows) {
            if let Some(place) = table.rows.get_mut(usize::from(def.kind.0)) {
                *place = row;
            }
        }
        table
    }

    /// Whose records of a kind this may be done to; nobody's where there is no such right.
    pub fn scope(&self, kind: Kind, action: Action) -> Scope {
        let row = self.rows.get(usize::from(kind.0));
        match (row, column(action)) {
            (Some(row), Some(column)) => row[column],
            (None, _) | (_, None) => Scope::None,
        }
    }

    /// Whether a role by itself may do this to some records of a kind, whoever's.
    pub fn allows(role: Role, kind: Kind, action: Action) -> bool {
        RightsTable::of(role).scope(kind, action) > Scope::None
    }

    /// Takes a part of a right away.
    ///
    /// # Errors
    /// [`BadScope`] if there is no such right, or less of it already.
    pub fn narrow(&mut self, kind: Kind, action: Action, scope: Scope) -> Result<(), BadScope> {
        let column = column(action).ok_or(BadScope::Unknown)?;
        let row = self.rows.get_mut(usize::from(kind.0));
        let place = &mut row.ok_or(BadScope::Unknown)?[column];
        if scope > *place {
            return Err(BadScope::Wider);
        }
        *place = scope;
        Ok(())
    }
}

fn column(action: Action) -> Option<usize> {
    match action {
        Action::View => Some(0),
        Action::Edit => Some(1),
        Action::Delete => Some(2),
        Action::Export => Some(3),
        Action::Assign => Some(4),
        Action::Administer => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::allows;
    use crate::note::NOTE;
    use crate::registry::RECORDS;

    #[test]
    fn every_kind_has_a_row_in_every_table() {
        for def in RECORDS.iter().filter(|it| it.kind != NOTE.kind) {
            for role in Role::ALL {
                let scope = RightsTable::of(*role).scope(def.kind, Action::View);
                assert!(scope > Scope::None, "{role:?} {}", def.name);
            }
        }
    }

    #[test]
    fn the_short_answer_is_that_of_the_table() {
        for role in Role::ALL {
            for action in Action::OF_RECORDS {
                let table = RightsTable::of(*role);
                let may = |kind| table.scope(kind, action) > Scope::None;
                let may_any = RECORDS.iter().any(|it| may(it.kind));
                assert_eq!(allows(*role, action), may_any, "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn the_actions_stand_in_the_order_of_the_columns() {
        for (index, action) in Action::OF_RECORDS.into_iter().enumerate() {
            assert_eq!(column(action), Some(index));
            assert_eq!(Action::from_word(action.word()), Some(action));
        }
    }

    #[test]
    fn nothing_is_widened() {
        let mut table = RightsTable::of(Role::Salesperson);
        let kind = Customer::DEF.kind;
        assert_eq!(table.narrow(kind, Action::Edit, Scope::Own), Ok(()));
        assert_eq!(
            table.narrow(kind, Action::Edit, Scope::Team),
            Err(BadScope::Wider)
        );
        assert_eq!(table.scope(kind, Action::Edit), Scope::Own);
        assert_eq!(
            table.narrow(Kind(200), Action::Edit, Scope::None),
            Err(BadScope::Unknown)
        );
        assert_eq!(
            table.narrow(kind, Action::Administer, Scope::None),
            Err(BadScope::Unknown)
        );
    }
}
