//! Second factors: begun, turned on once, used up code by code, turned off.

use super::{Fresh, MEMBER, USER, WORKSPACE, at, entry, on_every_store};
use futures::future::join_all;

on_every_store!(
    a_second_factor_is_begun_turned_on_and_off,
    a_code_and_a_step_count_once_also_at_the_same_moment,
);

async fn a_second_factor_is_begun_turned_on_and_off(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    assert_eq!(store.second_factor(USER).await.unwrap(), None);
    assert!(
        !store
            .turn_on_second_factor(USER, 5, &[], entry(1))
            .await
            .unwrap()
    );
    assert!(!store.turn_off_second_factor(USER, entry(1)).await.unwrap());
    assert!(
        store
            .begin_second_factor(USER, b"first", at(1))
            .await
            .unwrap()
    );
    assert!(
        store
            .begin_second_factor(USER, b"second", at(2))
            .await
            .unwrap()
    );
    let begun = store.second_factor(USER).await.unwrap().unwrap();
    assert_eq!((&*begun.secret, begun.is_on), (&b"second"[..], false));
    assert!(
        store
            .members_with_second_factor(WORKSPACE)
            .await
            .unwrap()
            .is_empty()
    );
    // What is not on cannot be used.
    assert!(!store.use_step(USER, 9).await.unwrap());

    let codes = [[1; 32], [2; 32]];
    assert!(
        store
            .turn_on_second_factor(USER, 5, &codes, entry(3))
            .await
            .unwrap()
    );
    assert!(
        !store
            .turn_on_second_factor(USER, 6, &[[3; 32]], entry(3))
            .await
            .unwrap()
    );
    assert!(
        !store
            .begin_second_factor(USER, b"third", at(4))
            .await
            .unwrap()
    );
    let on = store.second_factor(USER).await.unwrap().unwrap();
    assert_eq!(
        (&*on.secret, on.is_on, on.codes_left),
        (&b"second"[..], true, 2)
    );
    assert_eq!(
        store.members_with_second_factor(WORKSPACE).await.unwrap(),
        [MEMBER]
    );

    assert!(store.turn_off_second_factor(USER, entry(5)).await.unwrap());
    assert_eq!(store.second_factor(USER).await.unwrap(), None);
    // Codes of before are gone with it.
    assert!(
        !store
            .use_recovery_code(USER, [1; 32], entry(6))
            .await
            .unwrap()
    );
    let noted = store.journal_after(1, 100).await.unwrap();
    let times: Vec<_> = noted.iter().map(|it| it.at).collect();
    assert_eq!(times, [at(3), at(5)]);
}

async fn a_code_and_a_step_count_once_also_at_the_same_moment(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    store
        .begin_second_factor(USER, b"secret", at(1))
        .await
        .unwrap();
    store
        .turn_on_second_factor(USER, 5, &[[1; 32]], entry(1))
        .await
        .unwrap();
    assert!(!store.use_step(USER, 5).await.unwrap());
    let store = &store;
    let steps = (0..8).map(|_| async move { store.use_step(USER, 7).await.unwrap() });
    assert_eq!(join_all(steps).await.iter().filter(|it| **it).count(), 1);
    assert!(!store.use_step(USER, 6).await.unwrap());
    assert!(store.use_step(USER, 8).await.unwrap());
    let codes = (0..8).map(|_| async move {
        store
            .use_recovery_code(USER, [1; 32], entry(2))
            .await
            .unwrap()
    });
    assert_eq!(join_all(codes).await.iter().filter(|it| **it).count(), 1);
}
