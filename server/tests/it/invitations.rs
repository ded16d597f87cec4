//! Links that let one person in.

use crate::app::{LOGIN, PASSWORD, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_link_lets_one_person_in_once() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let path = administrator.invite("李娜").await;

    let page = app
        .browser()
        .get(&path)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("王伟 邀请你加入 云仓物流"), "{page}");

    let colleague = app.browser();
    let answer = colleague.join(&path, "lina@example.com", PASSWORD).await;
    assert_eq!(answer.status(), 303);
    let me = colleague.json("/api/v1/me").await;
    assert_eq!(me["member"]["role"], "salesperson");
    assert_eq!(me["members"].as_array().unwrap().len(), 2);

    assert_eq!(app.browser().get(&path).send().await.unwrap().status(), 410);
    let answer = app
        .browser()
        .join(&path, "second@example.com", PASSWORD)
        .await;
    assert_eq!(answer.status(), 410);
    let list = administrator.json("/api/v1/invitations").await;
    assert_eq!(list["invitations"][0]["status"], "accepted");
    assert!(list["invitations"][0].get("path").is_none());
}

#[tokio::test]
async fn two_people_with_one_link_at_once_make_one_member() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let path = administrator.invite("").await;
    let (one, two) = (app.browser(), app.browser());
    let (one, two) = tokio::join!(
        one.join(&path, "one@example.com", PASSWORD),
        two.join(&path, "two@example.com", PASSWORD)
    );
    let mut statuses = [one.status().as_u16(), two.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    assert_eq!(
        administrator.json("/api/v1/me").await["members"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_refused_form_leaves_the_link_open() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let path = administrator.invite("").await;
    let browser = app.browser();
    assert_eq!(
        browser
            .join(&path, "lina@example.com", "short")
            .await
            .status(),
        422
    );
    assert_eq!(
        browser.join(&path, "not a name", PASSWORD).await.status(),
        422
    );
    let taken = browser.join(&path, LOGIN, PASSWORD).await;
    assert_eq!(taken.status(), 409);
    let page = taken.text().await.unwrap();
    assert!(
        page.contains("已经有账号") && page.contains("aria-invalid"),
        "{page}"
    );
    assert_eq!(
        browser
            .join(&path, "lina@example.com", PASSWORD)
            .await
            .status(),
        303
    );
}

#[tokio::test]
async fn a_link_ends_after_seven_days_or_when_it_is_taken_back() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let old = administrator.invite("").await;
    app.state
        .clock
        .advance(Duration::from_secs(7 * 24 * 60 * 60 + 1));
    assert_eq!(
        app.browser()
            .join(&old, "late@example.com", PASSWORD)
            .await
            .status(),
        410
    );

    // The password was typed long ago.
    let typed = administrator.post("/api/v1/confirm");
    let typed = typed.json(&json!({ "password": PASSWORD }));
    assert_eq!(typed.send().await.unwrap().status(), 204);
    let path = administrator.invite("").await;
    let list = administrator.json("/api/v1/invitations").await;
    assert_eq!(list["invitations"][1]["status"], "expired");
    let id = list["invitations"][0]["id"].as_str().unwrap();
    let revoke = format!("/api/v1/invitations/{id}");
    assert_eq!(
        administrator.delete(&revoke).send().await.unwrap().status(),
        204
    );
    assert_eq!(
        administrator.delete(&revoke).send().await.unwrap().status(),
        404
    );
    assert_eq!(
        app.browser()
            .join(&path, "late@example.com", PASSWORD)
            .await
            .status(),
        410
    );
}

#[tokio::test]
async fn only_administrators_invite_and_only_for_their_workspace() {
    let settings = huike_server::config::Settings {
        open_sign_up: Some(true),
        ..huike_server::config::Settings::default()
    };
    let app = TestApp::start_with(settings).await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    let answer = colleague
        .post("/api/v1/invitations")
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(
        answer.json::<Value>().await.unwrap()["code"],
        "not-permitted"
    );
    assert_eq!(
        colleague
            .get("/api/v1/invitations")
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    let stranger = app
        .browser()
        .get("/api/v1/invitations")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), 401);

    // Another workspace's administrator cannot take it back by its id.
    let path = administrator.invite("").await;
    let list = administrator.json("/api/v1/invitations").await;
    let id = list["invitations"][0]["id"].as_str().unwrap();
    let other = app.browser();
    let form = [
        ("workspace", "Second"),
        ("name", "Ann"),
        ("login", "ann@example.com"),
        ("password", PASSWORD),
    ];
    assert_eq!(
        other
            .post("/setup")
            .form(&form)
            .send()
            .await
            .unwrap()
            .status(),
        303
    );
    let answer = other
        .delete(&format!("/api/v1/invitations/{id}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(
        other.json("/api/v1/invitations").await["invitations"],
        json!([])
    );
    assert_eq!(app.browser().get(&path).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_invitation_can_be_for_another_role() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let invite = |role: &str| {
        administrator
            .post("/api/v1/invitations")
            .json(&json!({ "role": role }))
            .send()
    };
    let answer = invite("viewer").await.unwrap();
    assert_eq!(answer.status(), 201);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["role"], "viewer");
    assert!(
        body["link"].as_str().unwrap().starts_with(&app.address),
        "{body}"
    );
    assert_eq!(invite("emperor").await.unwrap().status(), 400);
}
