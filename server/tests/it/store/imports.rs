//! Imports and remembered mappings.

use super::{Fresh, MEMBER, WORKSPACE, at, on_every_store};
use huike_server::store::imports::{Choice, Ending, ImportRow, ImportState, KnownMapping};
use huike_shared::document::Actor;
use huike_shared::id::RecordId;

on_every_store!(
    an_import_goes_its_way,
    a_step_is_taken_by_one_of_two,
    what_waits_too_long_is_forgotten,
    a_mapping_is_remembered_for_its_head_line,
);

fn import(number: u8) -> ImportRow {
    ImportRow {
        id: RecordId([number; 16]),
        workspace_id: WORKSPACE,
        member_id: MEMBER,
        file_name: format!("客户{number}.csv"),
        state: ImportState::Uploaded,
        encoding: Some("gb18030".to_owned()),
        kind: None,
        mapping: None,
        actor: None,
        created_at: at(i64::from(number)),
        finished_at: None,
        record_count: 0,
        problem: None,
    }
}

fn choice() -> Choice {
    Choice {
        encoding: None,
        kind: "customer".to_owned(),
        mapping: vec![Some("name".to_owned()), None],
    }
}

async fn an_import_goes_its_way(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    for number in [1, 2] {
        store.add_import(&import(number)).await.unwrap();
    }
    let all = store.imports(WORKSPACE, 10).await.unwrap();
    assert_eq!(all, [import(2), import(1)]);
    assert_eq!(store.imports(WORKSPACE, 1).await.unwrap(), [import(2)]);
    let id = import(1).id;
    assert_eq!(store.import(RecordId([6; 16]), id).await.unwrap(), None);

    let actor = Actor([5; 16]);
    // Not before something was chosen.
    assert!(!store.begin_import(id, actor, &[]).await.unwrap());
    assert!(store.choose_import(id, &choice()).await.unwrap());
    let records = [RecordId([31; 16]), RecordId([30; 16])];
    assert!(store.begin_import(id, actor, &records).await.unwrap());
    assert!(!store.begin_import(id, actor, &records).await.unwrap());
    assert!(!store.choose_import(id, &choice()).await.unwrap());
    assert!(!store.remove_import(id).await.unwrap());
    assert_eq!(store.import_records(id).await.unwrap(), records);
    let ending = Ending {
        state: ImportState::Done,
        at: at(9),
        problem: None,
    };
    store.end_import(id, ending).await.unwrap();
    let done = ImportRow {
        state: ImportState::Done,
        encoding: None,
        kind: Some("customer".to_owned()),
        mapping: Some(choice().mapping),
        actor: Some(actor),
        finished_at: Some(at(9)),
        record_count: 2,
        ..import(1)
    };
    assert_eq!(store.import(WORKSPACE, id).await.unwrap(), Some(done));
    assert_eq!(store.abandoned_imports().await.unwrap(), []);

    // One that failed may be tried again.
    let id = import(2).id;
    assert!(store.choose_import(id, &choice()).await.unwrap());
    assert!(store.begin_import(id, actor, &records).await.unwrap());
    let ending = Ending {
        state: ImportState::Failed,
        at: at(9),
        problem: Some("full"),
    };
    store.end_import(id, ending).await.unwrap();
    let failed = store.import(WORKSPACE, id).await.unwrap().unwrap();
    assert_eq!(failed.problem.as_deref(), Some("full"));
    assert!(store.begin_import(id, actor, &records).await.unwrap());
}

async fn a_step_is_taken_by_one_of_two(fresh: Fresh) {
    let Fresh { store, place } = fresh.opened().await;
    let other = place.open().await;
    store.add_import(&import(1)).await.unwrap();
    let id = import(1).id;
    store.choose_import(id, &choice()).await.unwrap();
    let (one, two) = tokio::join!(
        store.begin_import(id, Actor([1; 16]), &[]),
        other.begin_import(id, Actor([2; 16]), &[])
    );
    assert_ne!(one.unwrap(), two.unwrap());
}

async fn what_waits_too_long_is_forgotten(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    for number in [1, 2, 3] {
        store.add_import(&import(number)).await.unwrap();
    }
    let running = import(1).id;
    store.choose_import(running, &choice()).await.unwrap();
    store
        .begin_import(running, Actor([1; 16]), &[])
        .await
        .unwrap();
    let gone = store.remove_imports_before(at(3)).await.unwrap();
    assert_eq!(gone, [import(2).id]);
    assert!(store.remove_import(import(3).id).await.unwrap());
    assert!(!store.remove_import(import(3).id).await.unwrap());
    let left = store.imports(WORKSPACE, 10).await.unwrap();
    assert_eq!(left.iter().map(|it| it.id).collect::<Vec<_>>(), [running]);
}

async fn a_mapping_is_remembered_for_its_head_line(fresh: Fresh) {
    let Fresh {
        store,
        place: _place,
    } = fresh.opened().await;
    let header = [4; 32];
    assert_eq!(store.mapping_for(WORKSPACE, header).await.unwrap(), None);
    let mapping = |field: &str| KnownMapping {
        kind: "customer".to_owned(),
        fields: vec![("姓名".to_owned(), field.to_owned())],
    };
    for field in ["code", "name"] {
        let mapping = mapping(field);
        let remembered = store.remember_mapping(WORKSPACE, header, &mapping, at(1));
        remembered.await.unwrap();
    }
    assert_eq!(
        store.mapping_for(WORKSPACE, header).await.unwrap(),
        Some(mapping("name"))
    );
    assert_eq!(
        store.mapping_for(RecordId([6; 16]), header).await.unwrap(),
        None
    );
}
