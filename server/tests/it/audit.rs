//! The audit: what Automerge makes of the log beside what is kept.

use crate::app::{LOGIN, PASSWORD, TestApp, failure_line, huike};
use crate::sync::device::{Account, customer, position};
use huike_server::audit;
use huike_server::projection::store_state;
use huike_shared::scalar::Scalar;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

#[tokio::test]
async fn a_state_that_automerge_would_not_have_made_is_found_and_the_others_go_on() {
    let app = TestApp::start().await;
    app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let (wrong, right) = (customer(), customer());
    for record in [wrong, right, wrong, right] {
        let change = device.name(record, &format!("云仓 {}", device.cursor));
        position(&device.push_one(change).await);
    }
    let store = &app.state.store;
    assert!(audit::all(&**store).await.unwrap().is_empty());

    // The same changes, another value: as a mistake in the rules would leave it.
    let other = device.registers(right).clone();
    let mut forged = device.registers(wrong).clone();
    let change = other.author(
        &[("name".into(), Scalar::text("瑞丰"))],
        device.actor,
        huike_shared::time::Timestamp::from_millis(0),
    );
    let change = huike_shared::document::decode(&change.unwrap()).unwrap();
    forged.apply(&change, Default::default());
    let state = huike_shared::sync::message::DocumentState::Flat(forged);
    let file = app.folder.path().join("data/huike.sqlite");
    let options = SqliteConnectOptions::new().filename(&file);
    let mut outside = options.connect().await.unwrap();
    sqlx::query("update document set state = ? where record_id = ?")
        .bind(store_state(&state))
        .bind(&wrong.id.0[..])
        .execute(&mut outside)
        .await
        .unwrap();
    let found = audit::all(&**store).await.unwrap();
    let found: Vec<_> = found.iter().map(|it| (it.record, it.what)).collect();
    assert_eq!(found, [(wrong, "has other heads than its document")]);
    // Picked at random, it is found sooner or later, and nothing else ever is.
    let mut differences = Vec::new();
    while differences.is_empty() {
        differences = audit::sample(&**store).await.unwrap();
    }
    assert!(differences.iter().all(|it| it.record == wrong));

    let change = device.name(right, "云仓供应链");
    assert_eq!(position(&device.push_one(change).await), 5);

    let folder = app.stop().await;
    let output = huike(folder.path(), &["check", "--audit"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let expected = format!("record {} has other heads than its document", wrong.id);
    assert!(said.contains(&expected), "{said}");
    assert!(!said.contains(&right.id.to_string()), "{said}");
    failure_line(&output);
}
