//! Roles, departments and narrowed rights: what a database must do. What the gate makes of them stands in `gate`.

mod gate;

use super::*;
use huike_server::store::journal::{NewEntry, What};
use huike_server::store::people::Member;
use huike_server::store::rights::{Narrowed, RightsChange, StoredRights};
use huike_shared::access::{Action, Role};
use huike_shared::registry::RECORDS;
use huike_shared::rights::{Department, Scope};

on_every_store!(
    rights_are_stored_and_their_version_grows,
    a_change_checked_against_an_older_version_is_not_made,
);

const ME: RecordId = RecordId([20; 16]);
const MATE: RecordId = RecordId([21; 16]);
const OUTSIDER: RecordId = RecordId([22; 16]);
const UPPER: RecordId = RecordId([30; 16]);
const LOWER: RecordId = RecordId([31; 16]);
const ASIDE: RecordId = RecordId([32; 16]);

fn department(id: RecordId, parent: Option<RecordId>) -> Department {
    Department {
        id,
        parent,
        name: format!("部门 {id}"),
    }
}

fn put(department: Department) -> RightsChange {
    RightsChange::Put {
        department,
        at: at(0),
    }
}

fn place(member_id: RecordId, role: Role, department_id: Option<RecordId>) -> RightsChange {
    RightsChange::Place {
        member_id,
        role,
        department_id,
    }
}

/// What the security log says of a change; `journal.rs` looks at the words.
fn noted() -> NewEntry {
    NewEntry::new(What::DepartmentSet, Timestamp::from_millis(1))
}

async fn change(store: &dyn Store, change: &RightsChange) {
    let version = store.rights_version(WORKSPACE).await.unwrap();
    assert!(
        store
            .change_rights(WORKSPACE, version, change, noted())
            .await
            .unwrap()
    );
}

async fn add(store: &dyn Store, id: RecordId) {
    let user = User {
        id: RecordId(id.0.map(|it| it + 100)),
        login: format!("{id}@b"),
        password_hash: "-".to_owned(),
    };
    let member = Member {
        id,
        workspace_id: WORKSPACE,
        user_id: user.id,
        name: "李娜".to_owned(),
        login: user.login.clone(),
        role: Role::Salesperson,
        is_active: true,
    };
    assert!(store.add_member(user, member, at(1)).await.unwrap());
}

/// Three members: I above a mate, an outsider beside us.
async fn company(store: &dyn Store) {
    for id in [ME, MATE, OUTSIDER] {
        add(store, id).await;
    }
    for it in [
        department(UPPER, None),
        department(LOWER, Some(UPPER)),
        department(ASIDE, None),
    ] {
        change(store, &put(it)).await;
    }
    let role = Role::Salesperson;
    change(store, &place(ME, role, Some(UPPER))).await;
    change(store, &place(MATE, role, Some(LOWER))).await;
    change(store, &place(OUTSIDER, role, Some(ASIDE))).await;
}

async fn rights_are_stored_and_their_version_grows(fresh: Fresh) {
    let fresh = fresh.opened().await;
    let store = &*fresh.store;
    let unknown = RecordId([99; 16]);
    assert_eq!(store.rights_version(unknown).await.unwrap(), 0);
    assert_eq!(
        store.rights(unknown).await.unwrap(),
        StoredRights::default()
    );

    let before = store.rights(WORKSPACE).await.unwrap();
    assert_eq!(before.members.len(), 1);
    company(store).await;
    let narrowed = vec![Narrowed {
        role: Role::Salesperson,
        kind: RECORDS[0].kind,
        action: Action::Edit,
        scope: Scope::Own,
    }];
    let role = Role::Salesperson;
    let narrow = RightsChange::Narrow {
        role,
        narrowed: narrowed.clone(),
    };
    change(store, &narrow).await;
    let mut renamed = department(ASIDE, Some(LOWER));
    renamed.name = "市场部".to_owned();
    change(store, &put(renamed.clone())).await;

    let rights = store.rights(WORKSPACE).await.unwrap();
    assert!(rights.version > before.version);
    assert_eq!(
        rights.version,
        store.rights_version(WORKSPACE).await.unwrap()
    );
    assert_eq!(rights.narrowed, narrowed);
    assert_eq!(rights.departments.len(), 3);
    assert!(rights.departments.contains(&renamed));
    let mate = rights.members.iter().find(|it| it.id == MATE).unwrap();
    assert_eq!((mate.role, mate.department), (role, Some(LOWER)));
    assert_eq!(
        rights
            .company()
            .table(role)
            .scope(RECORDS[0].kind, Action::Edit),
        Scope::Own
    );

    // What is not named any more comes back, and who leaves is told to decisions.
    let narrow = RightsChange::Narrow {
        role,
        narrowed: Vec::new(),
    };
    change(store, &narrow).await;
    change(store, &place(OUTSIDER, Role::Engineer, None)).await;
    let department_id = ASIDE;
    change(store, &RightsChange::Remove { department_id }).await;
    store.set_member_active(MATE, false).await.unwrap();
    let after = store.rights(WORKSPACE).await.unwrap();
    assert_eq!(after.version, rights.version + 4);
    assert_eq!((after.narrowed.len(), after.departments.len()), (0, 2));
    assert_eq!(after.company().role(MATE), None);
    assert_eq!(after.company().role(OUTSIDER), Some(Role::Engineer));
    let stored = store.member(OUTSIDER).await.unwrap().unwrap();
    assert_eq!(stored.role, Role::Engineer);
}

async fn a_change_checked_against_an_older_version_is_not_made(fresh: Fresh) {
    let fresh = fresh.opened().await;
    let store = &*fresh.store;
    let version = store.rights_version(WORKSPACE).await.unwrap();
    change(store, &put(department(UPPER, None))).await;
    let before = store.rights(WORKSPACE).await.unwrap();
    let late = put(department(LOWER, Some(UPPER)));
    assert!(
        !store
            .change_rights(WORKSPACE, version, &late, noted())
            .await
            .unwrap()
    );
    assert_eq!(store.rights(WORKSPACE).await.unwrap(), before);

    // Another workspace reaches nothing here, whatever ids it names.
    assert_eq!(
        store.open_workspace(opening(1)).await.unwrap(),
        Opened::Done
    );
    let other = opening(1).workspace.id;
    for foreign in [
        put(department(UPPER, Some(LOWER))),
        place(MEMBER, Role::Viewer, None),
        RightsChange::Remove {
            department_id: UPPER,
        },
    ] {
        let version = store.rights_version(other).await.unwrap();
        store
            .change_rights(other, version, &foreign, noted())
            .await
            .unwrap();
    }
    assert_eq!(store.rights(WORKSPACE).await.unwrap(), before);
    assert_eq!(store.rights(other).await.unwrap().departments, []);
}
