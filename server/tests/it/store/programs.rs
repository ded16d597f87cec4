//! Tokens of programs and requests with keys.

use super::{Fresh, MEMBER, entry, on_every_store};
use crate::sync::device::now;
use huike_server::entropy::{OsEntropy, digest};
use huike_server::store::programs::{AccessToken, KeyedRequest, Scope};
use huike_shared::document::ChangeHash;
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::record::{Kind, RecordRef};
use huike_shared::time::Timestamp;

on_every_store!(
    tokens_have_a_number_and_end_with_their_member,
    a_key_is_taken_once_and_given_up_to_who_names_what_waits,
);

fn token(member_id: RecordId) -> AccessToken {
    AccessToken {
        id: OsEntropy.record_id(now()),
        member_id,
        name: "a program".to_owned(),
        scope: Scope::ReadWrite,
        created_at: now(),
        expires_at: None,
        used_at: None,
    }
}

async fn tokens_have_a_number_and_end_with_their_member(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let (store, member_id) = (&*store, MEMBER);
    let tokens: Vec<AccessToken> = (0..9).map(|_| token(member_id)).collect();
    let secret = |it: &AccessToken| digest(&it.id.0);
    let added = tokens
        .iter()
        .map(|it| async move { store.add_token(it, secret(it), 5, entry(1)).await.unwrap() });
    let added = futures::future::join_all(added).await;
    assert_eq!(added.iter().filter(|it| **it).count(), 5);
    let kept = store.tokens(member_id).await.unwrap();
    assert_eq!(kept.len(), 5);

    let first = &kept[0];
    assert_eq!(
        store.token(secret(first)).await.unwrap().as_ref(),
        Some(first)
    );
    assert_eq!(store.token(digest(b"another")).await.unwrap(), None);
    store
        .touch_token(first.id, Timestamp::from_millis(7))
        .await
        .unwrap();
    let used = store.token(secret(first)).await.unwrap().unwrap();
    assert_eq!(used.used_at, Some(Timestamp::from_millis(7)));
    assert!(
        !store
            .remove_token(RecordId([1; 16]), first.id, entry(2))
            .await
            .unwrap()
    );
    assert!(
        store
            .remove_token(member_id, first.id, entry(2))
            .await
            .unwrap()
    );
    assert!(
        !store
            .remove_token(member_id, first.id, entry(2))
            .await
            .unwrap()
    );
    assert_eq!(store.token(secret(first)).await.unwrap(), None);
    store.set_member_active(member_id, false).await.unwrap();
    assert_eq!(store.tokens(member_id).await.unwrap(), []);
}

async fn a_key_is_taken_once_and_given_up_to_who_names_what_waits(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let (store, member_id) = (&*store, MEMBER);
    let key = digest(b"key");
    let request = |change: u8, at: i64| KeyedRequest {
        member_id,
        key,
        request: digest(b"request"),
        record: RecordRef {
            kind: Kind(1),
            id: RecordId([change; 16]),
        },
        change: ChangeHash([change; 32]),
        at: Timestamp::from_millis(at),
        status: None,
    };
    let (one, other) = (request(1, 10), request(2, 20));
    let noted = futures::future::join(
        store.note_request(&one, None),
        store.note_request(&one, None),
    );
    let (first, second) = noted.await;
    assert_ne!(first.unwrap(), second.unwrap());
    assert_eq!(
        store.keyed_request(member_id, key).await.unwrap(),
        Some(one)
    );
    // Only who names the change that waits takes its place.
    let wrong = Some(other.change);
    assert!(!store.note_request(&other, wrong).await.unwrap());
    assert!(store.note_request(&other, Some(one.change)).await.unwrap());
    store.answer_request(member_id, key, 201).await.unwrap();
    let kept = store.keyed_request(member_id, key).await.unwrap().unwrap();
    assert_eq!((kept.change, kept.status), (other.change, Some(201)));
    // What was answered stays.
    assert!(!store.note_request(&one, Some(other.change)).await.unwrap());
    store.forget_requests_before(other.at).await.unwrap();
    assert!(store.keyed_request(member_id, key).await.unwrap().is_some());
    let later = Timestamp::from_millis(21);
    store.forget_requests_before(later).await.unwrap();
    assert_eq!(store.keyed_request(member_id, key).await.unwrap(), None);
    assert!(store.note_request(&one, None).await.unwrap());
    store.forget_request(member_id, key).await.unwrap();
    assert_eq!(store.keyed_request(member_id, key).await.unwrap(), None);
}
