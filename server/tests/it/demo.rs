//! The demo company: complete, and never over somebody's data.

use crate::app::TestApp;
use huike_server::demo::fill::{DEMO_LOGIN, DEMO_PASSWORD, Filled, fill};
use huike_server::store::documents::RowsAsked;
use huike_shared::customers::Customer;
use huike_shared::record::Record as _;

#[tokio::test]
async fn the_demo_is_complete_and_its_account_signs_in() {
    let app = TestApp::start().await;
    let filled = fill(&app.state, 1).await.unwrap();
    assert!(
        matches!(filled, Filled::Now(count) if count > 15_700),
        "{filled:?}"
    );

    let browser = app.browser();
    assert_eq!(
        browser.sign_in(DEMO_LOGIN, DEMO_PASSWORD).await.status(),
        303
    );
    let me = browser.json("/api/v1/me").await;
    assert_eq!(me["members"].as_array().unwrap().len(), 6);
    let workspace_id = app.state.store.workspaces().await.unwrap()[0].id;
    let asked = RowsAsked {
        workspace_id,
        kind: Customer::DEF.kind,
        after: None,
        with_deleted: false,
        count: 10_000,
    };
    assert_eq!(app.state.store.rows(asked).await.unwrap().len(), 2_000);

    assert_eq!(fill(&app.state, 1).await.unwrap(), Filled::Before);
    assert_eq!(app.state.store.rows(asked).await.unwrap().len(), 2_000);
}

#[tokio::test]
async fn a_workspace_of_somebody_is_left_alone() {
    let app = TestApp::start().await;
    app.administrator().await;
    let error = fill(&app.state, 1).await.unwrap_err().to_string();
    assert!(error.contains("--data"), "{error}");
    assert!(fill(&app.state, 0).await.is_err());
}
