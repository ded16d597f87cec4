//! Files that wait to be imported.

use super::{Fresh, on_every_store};
use huike_shared::id::RecordId;
use std::time::Duration;

on_every_store!(a_file_is_there_until_it_is_forgotten);

async fn a_file_is_there_until_it_is_forgotten(fresh: Fresh) {
    let Fresh { store, place } = fresh;
    let (id, other) = (RecordId([1; 16]), RecordId([2; 16]));
    assert_eq!(store.file(id).await.unwrap(), None);
    store.keep_file(id, b"first").await.unwrap();
    store.keep_file(id, &[0, 255, 10]).await.unwrap();
    store.keep_file(other, b"").await.unwrap();
    // Another server finds it.
    let elsewhere = place.open().await;
    assert_eq!(elsewhere.file(id).await.unwrap(), Some(vec![0, 255, 10]));
    assert_eq!(store.file(other).await.unwrap(), Some(Vec::new()));
    store.forget_file(id).await.unwrap();
    store.forget_file(id).await.unwrap();
    assert_eq!(store.file(id).await.unwrap(), None);
    store
        .forget_files_older_than(Duration::from_secs(3_600))
        .await
        .unwrap();
    assert!(store.file(other).await.unwrap().is_some());
    store.forget_files_older_than(Duration::ZERO).await.unwrap();
    assert_eq!(store.file(other).await.unwrap(), None);
}
