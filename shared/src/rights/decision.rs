//! The decision, and the name of every case of it.

use super::company::{Company, Seat};
use super::standing::{Responsible, Standing};
use super::table::{RightsTable, Scope};
use crate::access::Action;
use crate::id::RecordId;
use crate::record::Kind;

/// Why something may be done, or may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The role may do it to everybody's records.
    Everybodys,
    /// They are the owner.
    Owner,
    /// They made it, and it has no owner.
    Creator,
    /// They are responsible for a record that this one belongs to.
    Tied,
    /// Its owner is of their department or of one below it.
    TeamOwner,
    /// Somebody of their department or of one below it made it, and it has no owner.
    TeamCreator,
    /// Somebody of their department or of one below it is responsible for a record that this one belongs to.
    TeamTied,
    /// The role may not do it to records of this kind.
    NotOfRole,
    /// The role may do it to one's own records only.
    NotOwn,
    /// The role may do it to records of one's department and of those below it only.
    NotOfTeam,
    /// No member of this workspace, or one who has left.
    NoMember,
}

impl Reason {
    /// Every case, for pages and tests.
    pub const ALL: [Reason; 11] = [
        Reason::Everybodys,
        Reason::Owner,
        Reason::Creator,
        Reason::Tied,
        Reason::TeamOwner,
        Reason::TeamCreator,
        Reason::TeamTied,
        Reason::NotOfRole,
        Reason::NotOwn,
        Reason::NotOfTeam,
        Reason::NoMember,
    ];

    /// Whether it may be done.
    pub fn allows(self) -> bool {
        match self {
            Reason::Everybodys
            | Reason::Owner
            | Reason::Creator
            | Reason::Tied
            | Reason::TeamOwner
            | Reason::TeamCreator
            | Reason::TeamTied => true,
            Reason::NotOfRole | Reason::NotOwn | Reason::NotOfTeam | Reason::NoMember => false,
        }
    }

    /// The word on the wire, also the end of a message key.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Everybodys => "everybodys",
            Reason::Owner => "owner",
            Reason::Creator => "creator",
            Reason::Tied => "tied",
            Reason::TeamOwner => "team-owner",
            Reason::TeamCreator => "team-creator",
            Reason::TeamTied => "team-tied",
            Reason::NotOfRole => "not-of-role",
            Reason::NotOwn => "not-own",
            Reason::NotOfTeam => "not-of-team",
            Reason::NoMember => "no-member",
        }
    }
}

/// A member who asks, looked up once for many records.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    company: &'a Company,
    member: RecordId,
    seat: Seat,
    table: RightsTable,
}

impl<'a> Asker<'a> {
    /// Looks a member up; nothing for whoever is none or has left.
    pub fn of(company: &'a Company, member: RecordId) -> Option<Asker<'a>> {
        let seat = *company.seat(member).filter(|it| it.is_active)?;
        Some(Asker {
            company,
            member,
            seat,
            table: company.table(seat.role),
        })
    }

    /// Whose records of a kind this may be done to. Only between nobody's and everybody's need a record be looked at.
    pub fn scope(&self, kind: Kind, action: Action) -> Scope {
        self.table.scope(kind, action)
    }

    /// Decides about one record.
    pub fn decide(&self, kind: Kind, action: Action, standing: &Standing) -> Reason {
        let scope = self.scope(kind, action);
        match scope {
            Scope::None => return Reason::NotOfRole,
            Scope::All => return Reason::Everybodys,
            Scope::Own | Scope::Team => {}
        }
        match standing.responsible {
            Responsible::Owner(it) if it == self.member => return Reason::Owner,
            Responsible::Creator(it) if it == self.member => return Reason::Creator,
            Responsible::Owner(_) | Responsible::Creator(_) => {}
        }
        if standing.tied.contains(&self.member) {
            return Reason::Tied;
        }
        if scope == Scope::Own {
            return Reason::NotOwn;
        }
        match standing.responsible {
            Responsible::Owner(it) if self.is_above(it) => Reason::TeamOwner,
            Responsible::Creator(it) if self.is_above(it) => Reason::TeamCreator,
            Responsible::Owner(_) | Responsible::Creator(_) => {
                if standing.tied.iter().any(|it| self.is_above(*it)) {
                    Reason::TeamTied
                } else {
                    Reason::NotOfTeam
                }
            }
        }
    }

    fn is_above(&self, other: RecordId) -> bool {
        let other = self.company.seat(other);
        other.is_some_and(|it| self.seat.is_above(it))
    }
}

/// Decides whether a member may do this to a record of a kind that stands so.
pub fn decide(
    company: &Company,
    member: RecordId,
    kind: Kind,
    action: Action,
    standing: &Standing,
) -> Reason {
    match Asker::of(company, member) {
        Some(asker) => asker.decide(kind, action, standing),
        None => Reason::NoMember,
    }
}
