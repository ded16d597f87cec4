//! Sessions of a user: listed, ended one by one or all others.

use super::{Fresh, USER, at, entry, on_every_store, opening};
use huike_server::store::people::SessionRow;

on_every_store!(sessions_are_listed_and_ended_for_their_user_only);

async fn sessions_are_listed_and_ended_for_their_user_only(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    store.open_workspace(opening(1)).await.unwrap();
    let other = opening(1).user.id;
    for (id, user_id) in [(1, USER), (2, USER), (3, USER), (4, other)] {
        let session = SessionRow {
            id: [id; 32],
            user_id: Some(user_id),
            data: "{}".to_owned(),
            expires_at: at(if id == 3 { 10 } else { 100 }),
        };
        assert!(store.add_session(session, at(i64::from(id))).await.unwrap());
    }
    let ids = async |user_id, now| {
        let kept = store.sessions(user_id, at(now)).await.unwrap();
        kept.iter()
            .map(|it| (it.row.id[0], it.created_at))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(USER, 5).await, [(3, at(3)), (2, at(2)), (1, at(1))]);
    assert_eq!(ids(USER, 10).await, [(2, at(2)), (1, at(1))]);
    assert!(!store.end_session(USER, [4; 32], entry(5)).await.unwrap());
    assert!(store.end_session(USER, [1; 32], entry(5)).await.unwrap());
    assert!(!store.end_session(USER, [1; 32], entry(5)).await.unwrap());
    assert_eq!(
        store
            .end_other_sessions(USER, [2; 32], entry(5))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store
            .end_other_sessions(USER, [2; 32], entry(5))
            .await
            .unwrap(),
        0
    );
    assert_eq!(ids(USER, 5).await, [(2, at(2))]);
    assert_eq!(ids(other, 5).await, [(4, at(4))]);
    // What was done is noted, and nothing else.
    let noted = store.journal_after(0, 100).await.unwrap();
    assert_eq!(noted.iter().filter(|it| it.at == at(5)).count(), 2);
}
