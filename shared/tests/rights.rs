//! Who may do what to which record: every case against an oracle that knows nothing of tables of numbers.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use huike_shared::access::{Action, Role};
use huike_shared::id::RecordId;
use huike_shared::note::NOTE;
use huike_shared::record::KindDef;
use huike_shared::registry::RECORDS;
use huike_shared::rights::*;
use proptest::prelude::*;

/// Set to write the copy anew: `HUIKE_WRITE_ROLES=1 cargo test -p huike-shared --test rights`.
const WRITE: &str = "HUIKE_WRITE_ROLES";

fn id(number: u8) -> RecordId {
    RecordId([number; 16])
}

fn department(number: u8, parent: Option<u8>) -> Department {
    Department {
        id: id(number),
        parent: parent.map(id),
        name: format!("部门 {number}"),
    }
}

fn placed(number: u8, role: Role, department: Option<u8>) -> Placed {
    Placed {
        id: id(number),
        role,
        department: department.map(id),
        is_active: true,
    }
}

fn kinds() -> impl Iterator<Item = &'static KindDef> {
    RECORDS.iter().copied().filter(|it| it.kind != NOTE.kind)
}

const ME: u8 = 100;
/// Members and their departments: 1 above 2 above 3, and 4 beside them. I am in 2.
const OTHERS: [(u8, Option<u8>); 6] = [
    (101, Some(1)),
    (102, Some(2)),
    (103, Some(3)),
    (104, Some(4)),
    (105, None),
    // Nobody the company knows.
    (199, None),
];

fn company(role: Role, scope: Option<Scope>) -> Company {
    let departments = [
        department(1, None),
        department(2, Some(1)),
        department(3, Some(2)),
        department(4, Some(1)),
    ];
    let others = OTHERS[..5].iter();
    let mut members: Vec<Placed> = others.map(|it| placed(it.0, Role::Viewer, it.1)).collect();
    members.push(placed(ME, role, Some(2)));
    let mut company = Company::new(&members, &departments);
    for def in kinds() {
        for action in Action::OF_RECORDS {
            let before = company.table(role).scope(def.kind, action);
            if let Some(scope) = scope {
                let scope = scope.min(before);
                company.narrow(role, def.kind, action, scope).unwrap();
            }
        }
    }
    company
}

/// Who is responsible: I, one of the others; as owner or as whoever made it; and the same of what it belongs to.
fn standings() -> Vec<(Responsible, Vec<RecordId>)> {
    let people: Vec<RecordId> = std::iter::once(ME)
        .chain(OTHERS.iter().map(|it| it.0))
        .map(id)
        .collect();
    let mut found = Vec::new();
    for one in &people {
        for responsible in [Responsible::Owner(*one), Responsible::Creator(*one)] {
            found.push((responsible, Vec::new()));
            found.extend(people.iter().map(|it| (responsible, vec![*it])));
        }
    }
    found
}

/// What must come out, by the words of the rule.
fn expected(scope: Scope, responsible: Responsible, tied: &[RecordId]) -> bool {
    let is_in_team = |it: &RecordId| [id(102), id(103), id(ME)].contains(it);
    let all: Vec<RecordId> = std::iter::once(responsible.member())
        .chain(tied.iter().copied())
        .collect();
    match scope {
        Scope::None => false,
        Scope::Own => all.contains(&id(ME)),
        Scope::Team => all.iter().any(is_in_team),
        Scope::All => true,
    }
}

#[test]
fn every_role_kind_action_and_standing_is_decided_as_the_tables_say() {
    let mut cases = 0;
    let mut seen = HashSet::new();
    for role in Role::ALL {
        for narrowed in [None, Some(Scope::Team), Some(Scope::Own), Some(Scope::None)] {
            let company = company(*role, narrowed);
            for def in kinds() {
                for action in Action::OF_RECORDS {
                    let scope = company.table(*role).scope(def.kind, action);
                    for (responsible, tied) in standings() {
                        let standing = Standing {
                            responsible,
                            tied: &tied,
                        };
                        let reason = decide(&company, id(ME), def.kind, action, &standing);
                        assert_eq!(
                            reason.allows(),
                            expected(scope, responsible, &tied),
                            "{role:?} {} {action:?} {scope:?} {standing:?}: {reason:?}",
                            def.name
                        );
                        seen.insert(reason);
                        cases += 1;
                    }
                }
            }
        }
    }
    assert!(cases > 100_000, "{cases}");
    seen.insert(Reason::NoMember);
    assert_eq!(seen.len(), Reason::ALL.len(), "a case never came up");
}

#[test]
fn who_has_left_or_was_never_here_may_nothing() {
    let mut gone = placed(ME, Role::Administrator, None);
    gone.is_active = false;
    let company = Company::new(&[gone], &[]);
    let standing = Standing {
        responsible: Responsible::Owner(id(ME)),
        tied: &[],
    };
    for member in [id(ME), id(199)] {
        for def in kinds() {
            for action in Action::OF_RECORDS {
                let reason = decide(&company, member, def.kind, action, &standing);
                assert_eq!(reason, Reason::NoMember);
            }
        }
    }
}

#[test]
fn members_of_before_may_what_they_could() {
    for role in [Role::Administrator, Role::Manager, Role::Salesperson] {
        for def in kinds() {
            for action in Action::OF_RECORDS {
                let scope = RightsTable::of(role).scope(def.kind, action);
                assert_eq!(scope, Scope::All, "{role:?} {} {action:?}", def.name);
            }
        }
    }
    for def in kinds() {
        let scope = RightsTable::of(Role::Viewer).scope(def.kind, Action::View);
        assert_eq!(scope, Scope::All, "{}", def.name);
    }
}

#[test]
fn everybody_sees_everything_until_devices_follow_rights() {
    for role in Role::ALL {
        for def in kinds() {
            let scope = RightsTable::of(*role).scope(def.kind, Action::View);
            assert_eq!(scope, Scope::All, "{role:?} {}", def.name);
        }
    }
}

#[test]
fn departments_that_cannot_stand_are_named() {
    let chain = |count: u8| -> Vec<Department> {
        (1..=count)
            .map(|it| department(it, (it > 1).then(|| it - 1)))
            .collect()
    };
    let deep = u8::try_from(DEPARTMENT_DEPTH_MAX).unwrap();
    assert_eq!(check_departments(&chain(deep)), Ok(()));
    assert_eq!(
        check_departments(&chain(deep + 1)),
        Err(BadDepartments::TooDeep)
    );
    let circle = [department(1, Some(2)), department(2, Some(1))];
    assert_eq!(check_departments(&circle), Err(BadDepartments::NoParent));
    let aside = [
        department(1, Some(2)),
        department(2, Some(1)),
        department(3, Some(1)),
    ];
    assert_eq!(check_departments(&aside), Err(BadDepartments::NoParent));
    let orphan = [department(1, Some(9))];
    assert_eq!(check_departments(&orphan), Err(BadDepartments::NoParent));
    let twice = [department(1, None), department(1, None)];
    assert_eq!(check_departments(&twice), Err(BadDepartments::NoParent));
    let mut same = [department(1, None), department(2, None)];
    same[1].name = " 部门 1 ".to_owned();
    assert_eq!(check_departments(&same), Err(BadDepartments::BadName));
    let mut nameless = [department(1, None)];
    nameless[0].name = "  ".to_owned();
    assert_eq!(check_departments(&nameless), Err(BadDepartments::BadName));
    let many: Vec<Department> = (0..=DEPARTMENTS_MAX)
        .map(|it| {
            let mut one = department(0, None);
            one.id.0[..8].copy_from_slice(&(it as u64).to_be_bytes());
            one
        })
        .collect();
    assert_eq!(check_departments(&many), Err(BadDepartments::TooMany));
}

/// A tree, and where everybody sits in it, at random; circles among them, which belong to nobody.
fn trees() -> impl Strategy<Value = (Vec<Option<u8>>, Vec<Option<u8>>)> {
    (1_usize..12).prop_flat_map(|count| {
        let last = u8::try_from(count).unwrap();
        let one = || proptest::option::of(0..last);
        (
            proptest::collection::vec(one(), count),
            proptest::collection::vec(one(), 2..10),
        )
    })
}

proptest! {
    /// The numbered tree says the same as walking up from where somebody sits.
    #[test]
    fn a_team_is_who_sits_in_my_department_or_below((parents, seats) in trees()) {
        let departments: Vec<Department> = parents
            .iter()
            .enumerate()
            .map(|(index, parent)| department(u8::try_from(index).unwrap(), *parent))
            .collect();
        let mut members: Vec<Placed> = (200_u8..)
            .zip(&seats)
            .map(|(number, seat)| placed(number, Role::Salesperson, *seat))
            .collect();
        let me = members[0];
        members[0].role = Role::ServiceManager;
        let company = Company::new(&members, &departments);
        let activity = RECORDS.iter().find(|it| it.name == "activity").unwrap();
        let above: HashMap<RecordId, Option<RecordId>> =
            departments.iter().map(|it| (it.id, it.parent)).collect();
        let is_rooted = |from: RecordId| {
            let mut at = Some(from);
            for _ in 0..=departments.len() {
                at = match at {
                    Some(it) => above[&it],
                    None => return true,
                };
            }
            at.is_none()
        };
        for other in &members[1..] {
            let mut at = other.department;
            let mut is_below = false;
            for _ in 0..=departments.len() {
                is_below |= at.is_some() && at == me.department;
                at = at.and_then(|it| above[&it]);
            }
            is_below &= me.department.is_none_or(is_rooted);
            let standing = Standing { responsible: Responsible::Owner(other.id), tied: &[] };
            let reason = decide(&company, me.id, activity.kind, Action::Delete, &standing);
            let wanted = if is_below { Reason::TeamOwner } else { Reason::NotOfTeam };
            prop_assert_eq!(reason, wanted);
        }
    }
}

#[test]
fn the_copy_of_the_tables_in_the_documentation_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/roles.md");
    let mut text = String::from(
        "# Roles\n\nWhat each role may do by itself, to whose records. Made from `shared/src/rights/table.rs` by\n\
         `shared/tests/rights.rs`; an administrator can narrow editing, deleting and assigning for all of a role.\n\
         Why it is so: [decision 017](decisions/017-rights.md).\n",
    );
    for role in Role::ALL {
        write!(text, "\n## {}\n\n| kind |", role.word()).unwrap();
        for action in Action::OF_RECORDS {
            write!(text, " {} |", action.word()).unwrap();
        }
        text.push_str("\n| --- | --- | --- | --- | --- | --- |\n");
        for def in kinds() {
            write!(text, "| {} |", def.name).unwrap();
            for action in Action::OF_RECORDS {
                let scope = RightsTable::of(*role).scope(def.kind, action);
                write!(text, " {} |", scope.word()).unwrap();
            }
            text.push('\n');
        }
    }
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &text).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == text,
        "docs/roles.md is not current; look at the difference after \
         {WRITE}=1 cargo test -p huike-shared --test rights"
    );
}
