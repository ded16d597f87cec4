//! Who works here and what lets them in.

use super::{Fresh, LOGIN, MEMBER, USER, WORKSPACE, at, entry, on_every_store, opening};
use huike_server::store::Store;
use huike_server::store::people::*;
use huike_shared::access::Role;
use huike_shared::id::RecordId;
use huike_shared::time::DAY_MS;
use std::sync::Arc;

on_every_store!(
    a_workspace_opens_with_its_first_member_or_not_at_all,
    of_two_first_workspaces_at_once_one_is_opened,
    members_come_and_go,
    an_invitation_lets_one_person_in_once,
    an_invitation_that_is_over_lets_nobody_in,
    of_two_who_follow_one_link_at_once_one_joins,
    a_new_password_ends_the_other_sessions,
    a_link_for_a_password_works_until_it_is_replaced_used_or_over,
    a_session_lives_until_it_is_removed_or_over,
    a_device_belongs_to_whom_brought_it_first,
    attempts_are_counted_by_key_and_time,
    attempts_at_the_same_moment_do_not_slip_through_together,
    what_has_expired_is_forgotten,
);

async fn opened(fresh: Fresh) -> (Arc<dyn Store>, super::Place) {
    let Fresh { store, place } = fresh.opened().await;
    (store, place)
}

fn user(number: u8) -> User {
    User {
        id: RecordId([100 + number; 16]),
        login: format!("user-{number}@b"),
        password_hash: format!("hash {number}"),
    }
}

fn member(number: u8) -> Member {
    Member {
        id: RecordId([200 + number; 16]),
        workspace_id: WORKSPACE,
        user_id: user(number).id,
        name: format!("成员 {number}"),
        login: user(number).login,
        role: Role::Salesperson,
        is_active: true,
    }
}

async fn a_workspace_opens_with_its_first_member_or_not_at_all(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh;
    assert_eq!(store.workspaces().await.unwrap(), []);
    assert_eq!(store.workspace(WORKSPACE).await.unwrap(), None);
    assert_eq!(
        store.open_workspace(opening(0)).await.unwrap(),
        Opened::Done
    );
    assert_eq!(
        store.open_workspace(opening(0)).await.unwrap(),
        Opened::NotFirst
    );
    let taken = Opening {
        must_be_first: false,
        user: opening(0).user,
        ..opening(1)
    };
    assert_eq!(
        store.open_workspace(taken).await.unwrap(),
        Opened::LoginTaken
    );
    assert_eq!(store.workspaces().await.unwrap(), [opening(0).workspace]);
    assert_eq!(
        store.open_workspace(opening(1)).await.unwrap(),
        Opened::Done
    );
    let all = [opening(0).workspace, opening(1).workspace];
    assert_eq!(store.workspaces().await.unwrap(), all);
    assert_eq!(
        store.workspace(WORKSPACE).await.unwrap(),
        Some(all[0].clone())
    );

    let first = store.members(WORKSPACE).await.unwrap().remove(0);
    assert_eq!(
        (first.id, first.user_id, first.role),
        (MEMBER, USER, Role::Administrator)
    );
    assert_eq!((first.name.as_str(), first.login.as_str()), ("王伟", LOGIN));
    assert_eq!(
        store.user_by_login(LOGIN).await.unwrap(),
        Some(opening(0).user)
    );
    assert_eq!(store.user(USER).await.unwrap(), Some(opening(0).user));
    assert_eq!(store.user_by_login("nobody").await.unwrap(), None);
}

async fn of_two_first_workspaces_at_once_one_is_opened(fresh: Fresh) {
    let Fresh { store, place } = fresh;
    let other = place.open().await;
    let second = Opening {
        must_be_first: true,
        ..opening(1)
    };
    let (one, two) = tokio::join!(
        store.open_workspace(opening(0)),
        other.open_workspace(second)
    );
    let mut opened = [one.unwrap(), two.unwrap()];
    opened.sort_by_key(|it| *it != Opened::Done);
    assert_eq!(opened, [Opened::Done, Opened::NotFirst]);
    assert_eq!(store.workspaces().await.unwrap().len(), 1);
}

async fn members_come_and_go(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    assert!(store.add_member(user(1), member(1), at(1)).await.unwrap());
    assert!(store.add_member(user(2), member(2), at(2)).await.unwrap());
    let taken = User {
        login: user(1).login,
        ..user(3)
    };
    assert!(!store.add_member(taken, member(3), at(3)).await.unwrap());
    let ids: Vec<RecordId> = store
        .members(WORKSPACE)
        .await
        .unwrap()
        .iter()
        .map(|it| it.id)
        .collect();
    assert_eq!(ids, [MEMBER, member(1).id, member(2).id]);
    assert_eq!(store.member(member(1).id).await.unwrap(), Some(member(1)));
    assert_eq!(store.memberships(user(1).id).await.unwrap(), [member(1)]);

    let session = SessionRow {
        id: [1; 32],
        user_id: Some(user(1).id),
        data: "{}".to_owned(),
        expires_at: at(DAY_MS),
    };
    assert!(store.add_session(session, at(0)).await.unwrap());
    store.set_member_active(member(1).id, false).await.unwrap();
    assert_eq!(store.session([1; 32], at(0)).await.unwrap(), None);
    assert_eq!(store.memberships(user(1).id).await.unwrap(), []);
    let left = store.member(member(1).id).await.unwrap().unwrap();
    assert!(!left.is_active);
    assert_eq!(store.members(WORKSPACE).await.unwrap().len(), 3);
    store.set_member_active(member(1).id, true).await.unwrap();
    assert_eq!(store.memberships(user(1).id).await.unwrap(), [member(1)]);
    // Nobody of this id.
    store
        .set_member_active(RecordId([77; 16]), false)
        .await
        .unwrap();
}

fn invitation(number: u8) -> Invitation {
    Invitation {
        id: RecordId([50 + number; 16]),
        workspace_id: WORKSPACE,
        invited_by: MEMBER,
        note: format!("给同事 {number}"),
        role: Role::Viewer,
        created_at: at(i64::from(number)),
        expires_at: at(1_000),
        accepted_at: None,
        revoked_at: None,
    }
}

fn joining(token: u8, number: u8, now: i64) -> Joining {
    Joining {
        token: [token; 32],
        user: user(number),
        member_id: member(number).id,
        member_name: member(number).name,
        now: at(now),
    }
}

async fn an_invitation_lets_one_person_in_once(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    store.add_invitation(invitation(1), [1; 32]).await.unwrap();
    store.add_invitation(invitation(2), [2; 32]).await.unwrap();
    let all = store.invitations(WORKSPACE).await.unwrap();
    assert_eq!(all, [invitation(2), invitation(1)]);
    assert_eq!(
        store.invitation_by_token([1; 32]).await.unwrap(),
        Some(invitation(1))
    );
    assert_eq!(store.invitation_by_token([7; 32]).await.unwrap(), None);

    let taken = Joining {
        user: User {
            login: LOGIN.to_owned(),
            ..user(1)
        },
        ..joining(1, 1, 10)
    };
    assert_eq!(store.join(taken).await.unwrap(), Joined::LoginTaken);
    let expected = Member {
        role: Role::Viewer,
        ..member(1)
    };
    let joined = store.join(joining(1, 1, 10)).await.unwrap();
    assert_eq!(joined, Joined::Done(expected.clone()));
    assert_eq!(store.member(expected.id).await.unwrap(), Some(expected));
    assert_eq!(store.join(joining(1, 2, 11)).await.unwrap(), Joined::Closed);
    let used = store.invitation_by_token([1; 32]).await.unwrap().unwrap();
    assert_eq!(used.accepted_at, Some(at(10)));
    assert!(!used.is_open(at(11)));
}

async fn an_invitation_that_is_over_lets_nobody_in(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    store.add_invitation(invitation(1), [1; 32]).await.unwrap();
    store.add_invitation(invitation(2), [2; 32]).await.unwrap();
    assert_eq!(
        store.join(joining(1, 1, 1_000)).await.unwrap(),
        Joined::Closed
    );
    let id = invitation(2).id;
    // Another workspace may not.
    assert!(
        !store
            .revoke_invitation(RecordId([6; 16]), id, entry(5))
            .await
            .unwrap()
    );
    assert!(
        store
            .revoke_invitation(WORKSPACE, id, entry(5))
            .await
            .unwrap()
    );
    assert!(
        !store
            .revoke_invitation(WORKSPACE, id, entry(6))
            .await
            .unwrap()
    );
    assert_eq!(store.join(joining(2, 1, 7)).await.unwrap(), Joined::Closed);
    assert_eq!(store.user_by_login(&user(1).login).await.unwrap(), None);
    assert_eq!(store.join(joining(9, 1, 7)).await.unwrap(), Joined::Closed);
}

async fn of_two_who_follow_one_link_at_once_one_joins(fresh: Fresh) {
    let Fresh { store, place } = fresh.opened().await;
    let other = place.open().await;
    store.add_invitation(invitation(1), [1; 32]).await.unwrap();
    let (one, two) = tokio::join!(store.join(joining(1, 1, 5)), other.join(joining(1, 2, 5)));
    let outcomes = [one.unwrap(), two.unwrap()];
    let done = outcomes
        .iter()
        .filter(|it| matches!(it, Joined::Done(_)))
        .count();
    assert_eq!(done, 1, "{outcomes:?}");
    assert!(outcomes.contains(&Joined::Closed));
    assert_eq!(store.members(WORKSPACE).await.unwrap().len(), 2);
}

fn session(number: u8, user_id: Option<RecordId>) -> SessionRow {
    SessionRow {
        id: [number; 32],
        user_id,
        data: format!("{{\"number\":{number}}}"),
        expires_at: at(100),
    }
}

async fn a_new_password_ends_the_other_sessions(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    store.add_member(user(1), member(1), at(1)).await.unwrap();
    for (number, owner) in [(1, USER), (2, USER), (3, user(1).id)] {
        assert!(
            store
                .add_session(session(number, Some(owner)), at(0))
                .await
                .unwrap()
        );
    }
    store
        .set_password(USER, "new", Some([2; 32]), entry(5))
        .await
        .unwrap();
    assert_eq!(store.session([1; 32], at(5)).await.unwrap(), None);
    assert!(store.session([2; 32], at(5)).await.unwrap().is_some());
    assert!(store.session([3; 32], at(5)).await.unwrap().is_some());
    assert_eq!(
        store.user(USER).await.unwrap().unwrap().password_hash,
        "new"
    );
    store
        .set_password(USER, "newer", None, entry(6))
        .await
        .unwrap();
    assert_eq!(store.session([2; 32], at(6)).await.unwrap(), None);
}

async fn a_link_for_a_password_works_until_it_is_replaced_used_or_over(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    store
        .add_password_reset(USER, [1; 32], at(100), entry(0))
        .await
        .unwrap();
    assert_eq!(
        store.user_by_reset([1; 32], at(99)).await.unwrap(),
        Some(opening(0).user)
    );
    assert_eq!(store.user_by_reset([1; 32], at(100)).await.unwrap(), None);
    store
        .add_password_reset(USER, [2; 32], at(100), entry(1))
        .await
        .unwrap();
    assert_eq!(store.user_by_reset([1; 32], at(2)).await.unwrap(), None);
    assert!(store.user_by_reset([2; 32], at(2)).await.unwrap().is_some());
    store
        .set_password(USER, "new", None, entry(3))
        .await
        .unwrap();
    assert_eq!(store.user_by_reset([2; 32], at(4)).await.unwrap(), None);
}

async fn a_session_lives_until_it_is_removed_or_over(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    let nobody = session(1, None);
    assert!(store.add_session(nobody.clone(), at(0)).await.unwrap());
    assert!(!store.add_session(nobody.clone(), at(0)).await.unwrap());
    assert_eq!(store.session([1; 32], at(99)).await.unwrap(), Some(nobody));
    assert_eq!(store.session([1; 32], at(100)).await.unwrap(), None);
    let signed_in = SessionRow {
        expires_at: at(200),
        ..session(1, Some(USER))
    };
    store.update_session(signed_in.clone()).await.unwrap();
    assert_eq!(
        store.session([1; 32], at(150)).await.unwrap(),
        Some(signed_in.clone())
    );
    let living = |now| store.living_sessions(&[[1; 32], [2; 32]], now);
    assert_eq!(living(at(199)).await.unwrap(), [[1; 32]]);
    assert!(living(at(200)).await.unwrap().is_empty());
    store.remove_session([1; 32]).await.unwrap();
    assert!(living(at(0)).await.unwrap().is_empty());
    store.update_session(signed_in).await.unwrap();
    assert_eq!(store.session([1; 32], at(0)).await.unwrap(), None);
}

async fn a_device_belongs_to_whom_brought_it_first(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    store.add_member(user(1), member(1), at(1)).await.unwrap();
    let device = |number: u8, member_id, seen: i64| Device {
        id: RecordId([number; 16]),
        member_id,
        label: format!("手机 {seen}"),
        seen_at: at(seen),
        revoked_at: None,
    };
    assert!(store.meet_device(device(1, MEMBER, 1)).await.unwrap());
    assert!(store.meet_device(device(2, MEMBER, 2)).await.unwrap());
    assert!(!store.meet_device(device(1, member(1).id, 3)).await.unwrap());
    assert!(store.meet_device(device(1, MEMBER, 4)).await.unwrap());
    let all = store.devices(MEMBER).await.unwrap();
    assert_eq!(all, [device(1, MEMBER, 4), device(2, MEMBER, 2)]);
    assert_eq!(store.devices(member(1).id).await.unwrap(), []);

    let seen = [
        (device(1, MEMBER, 0).id, at(9)),
        (device(2, MEMBER, 0).id, at(1)),
    ];
    store.note_devices(&seen).await.unwrap();
    let one = store.device(device(1, MEMBER, 0).id).await.unwrap();
    assert_eq!(one.map(|it| it.seen_at), Some(at(9)));
    // A later time stays, and who is not there is not made.
    let other = store.device(device(2, MEMBER, 0).id).await.unwrap();
    assert_eq!(other, Some(device(2, MEMBER, 2)));
    let nobody = RecordId([3; 16]);
    store.note_devices(&[(nobody, at(9))]).await.unwrap();
    assert_eq!(store.device(nobody).await.unwrap(), None);
}

async fn attempts_are_counted_by_key_and_time(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    let full = |oldest| Admission::Full { oldest: at(oldest) };
    for millis in [10, 20, 30] {
        let admitted = store
            .admit_attempt([1; 32], at(millis), at(0), 3)
            .await
            .unwrap();
        assert_eq!(admitted, Admission::Granted);
    }
    assert_eq!(
        store
            .admit_attempt([1; 32], at(40), at(0), 3)
            .await
            .unwrap(),
        full(10)
    );
    // Another key, or a window that has moved on.
    let other = store
        .admit_attempt([2; 32], at(40), at(0), 3)
        .await
        .unwrap();
    assert_eq!(other, Admission::Granted);
    let later = store
        .admit_attempt([1; 32], at(41), at(11), 3)
        .await
        .unwrap();
    assert_eq!(later, Admission::Granted);
    assert_eq!(
        store
            .admit_attempt([1; 32], at(42), at(11), 3)
            .await
            .unwrap(),
        full(20)
    );
    store.forget_attempts([1; 32]).await.unwrap();
    let again = store
        .admit_attempt([1; 32], at(43), at(11), 3)
        .await
        .unwrap();
    assert_eq!(again, Admission::Granted);
}

async fn attempts_at_the_same_moment_do_not_slip_through_together(fresh: Fresh) {
    let Fresh { store, place } = fresh.opened().await;
    let stores = [store, place.open().await];
    let mut attempts = Vec::new();
    for number in 0..12 {
        let store = stores[number % 2].clone();
        attempts.push(tokio::spawn(async move {
            store.admit_attempt([1; 32], at(1), at(0), 5).await.unwrap()
        }));
    }
    let mut granted = 0;
    for attempt in attempts {
        granted += usize::from(attempt.await.unwrap() == Admission::Granted);
    }
    assert_eq!(granted, 5);
}

async fn what_has_expired_is_forgotten(fresh: Fresh) {
    let (store, _place) = opened(fresh).await;
    store
        .add_session(session(1, Some(USER)), at(0))
        .await
        .unwrap();
    store
        .add_password_reset(USER, [1; 32], at(100), entry(0))
        .await
        .unwrap();
    store.admit_attempt([1; 32], at(0), at(0), 1).await.unwrap();
    store.forget_expired(at(99)).await.unwrap();
    // Everything still counts.
    assert!(store.session([1; 32], at(0)).await.unwrap().is_some());
    assert!(store.user_by_reset([1; 32], at(0)).await.unwrap().is_some());
    let attempt = store.admit_attempt([1; 32], at(1), at(0), 1).await.unwrap();
    assert_eq!(attempt, Admission::Full { oldest: at(0) });
    store.forget_expired(at(100 + DAY_MS)).await.unwrap();
    // Asked as of long ago, nothing is there.
    assert_eq!(store.session([1; 32], at(0)).await.unwrap(), None);
    assert_eq!(store.user_by_reset([1; 32], at(0)).await.unwrap(), None);
    let attempt = store.admit_attempt([1; 32], at(1), at(0), 1).await.unwrap();
    assert_eq!(attempt, Admission::Granted);
}
