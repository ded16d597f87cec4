//! Where a member is signed in: the list, ending one or all others, and the password once more.

use crate::app::{Browser, LOGIN, PASSWORD, TestApp};
use crate::sync::device::Account;
use huike_server::auth::session::CONFIRMED_MS;
use huike_server::clock::Clock;
use huike_server::serve::Server;
use serde_json::{Value, json};
use std::time::Duration;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
     Chrome/131.0.0.0 Safari/537.36";

async fn places(browser: &Browser) -> Vec<Value> {
    let body = browser.json("/api/v1/sessions").await;
    body["sessions"].as_array().unwrap().clone()
}

async fn sign_in_as(app: &TestApp, agent: &str) -> Browser {
    let browser = app.browser();
    let form = [("login", LOGIN), ("password", PASSWORD)];
    let request = browser.post("/sign-in").form(&form);
    let answer = request.header("user-agent", agent).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    browser
}

#[tokio::test]
async fn a_member_sees_where_they_are_signed_in_and_nobody_else_does() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    sign_in_as(&app, CHROME).await;
    let listed = places(&administrator).await;
    let devices: Vec<_> = listed
        .iter()
        .map(|it| it["device"].as_str().unwrap())
        .collect();
    assert_eq!(devices, ["", "Chrome · Windows"]);
    let this: Vec<_> = listed
        .iter()
        .map(|it| it["this"].as_bool().unwrap())
        .collect();
    assert_eq!(this, [true, false]);
    assert_eq!(places(&colleague).await.len(), 1);
    // Another member's session is not there for her, whatever she knows of it.
    let id = listed[1]["id"].as_str().unwrap();
    let path = format!("/api/v1/sessions/{id}");
    assert_eq!(colleague.delete(&path).send().await.unwrap().status(), 404);
    assert_eq!(places(&administrator).await.len(), 2);
    for wrong in ["x", &"z".repeat(64), &"é".repeat(32), &"0".repeat(64)] {
        let path = format!("/api/v1/sessions/{wrong}");
        let answer = administrator.delete(&path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{wrong}");
    }
}

#[tokio::test]
async fn a_session_that_is_ended_elsewhere_is_out_at_once_and_its_socket_is_cut() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let one = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let two = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut first = one.device().await;
    let mut second = two.device().await;
    let listed = places(&administrator).await;
    assert_eq!(listed.iter().filter(|it| it["live"] == true).count(), 2);

    let ended = listed.iter().find(|it| it["live"] == true).unwrap();
    let path = format!("/api/v1/sessions/{}", ended["id"].as_str().unwrap());
    assert_eq!(
        administrator.delete(&path).send().await.unwrap().status(),
        204
    );
    let (one_status, two_status) = (one.get("/api/v1/me").await, two.get("/api/v1/me").await);
    let statuses = [one_status.status().as_u16(), two_status.status().as_u16()];
    let (cut, other) = match statuses {
        [401, 200] => (&mut first, &mut second),
        [200, 401] => (&mut second, &mut first),
        other => panic!("{other:?}"),
    };
    cut.socket.closed_with().await;
    let answer = administrator
        .post("/api/v1/sessions/end-others")
        .send()
        .await;
    let body: Value = answer.unwrap().json().await.unwrap();
    assert_eq!(body["ended"], 1);
    other.socket.closed_with().await;
    assert_eq!(places(&administrator).await.len(), 1);
    assert_eq!(administrator.me_status().await, 200);

    let noted = administrator
        .json("/api/v1/journal?what=session-ended")
        .await;
    assert_eq!(noted["entries"].as_array().unwrap().len(), 2);
}

/// What needs the password of the last ten minutes.
async fn guarded(browser: &Browser) -> Vec<(&'static str, u16, String)> {
    let record = json!({ "kind": "customer", "id": "01890000-0000-7000-8000-000000000000" });
    let token = json!({ "name": "books", "scope": "read" });
    let asked = [
        ("erasing", browser.post("/api/v1/erasures").json(&record)),
        ("a token", browser.post("/api/v1/tokens").json(&token)),
        (
            "inviting",
            browser.post("/api/v1/invitations").json(&json!({})),
        ),
        ("the log", browser.get("/api/v1/journal/export?format=json")),
    ];
    let mut answers = Vec::new();
    for (what, request) in asked {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        answers.push((what, status, code));
    }
    answers
}

async fn confirm(browser: &Browser, password: &str) -> u16 {
    let typed = json!({ "password": password });
    let request = browser.post("/api/v1/confirm").json(&typed);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_cannot_be_undone_needs_the_password_of_the_last_ten_minutes() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let config = crate::app::config(folder.path());
    let server = Server::open(config, clock.clone()).await.unwrap();
    let app = TestApp::run(server, folder);
    let administrator = app.administrator().await;
    let statuses =
        |answers: &[(&str, u16, String)]| answers.iter().map(|it| it.1).collect::<Vec<_>>();
    // There is no such record; the others are done.
    assert_eq!(
        statuses(&guarded(&administrator).await),
        [404, 201, 201, 200]
    );

    clock.advance(Duration::from_millis(CONFIRMED_MS as u64));
    let before = administrator.json("/api/v1/journal").await;
    for (what, status, code) in guarded(&administrator).await {
        assert_eq!((status, &*code), (403, "confirm-password"), "{what}");
    }
    assert_eq!(administrator.json("/api/v1/journal").await, before);
    assert_eq!(confirm(&administrator, "not the password").await, 422);
    assert_eq!(statuses(&guarded(&administrator).await), [403; 4]);
    assert_eq!(confirm(&administrator, PASSWORD).await, 204);
    assert_eq!(
        statuses(&guarded(&administrator).await),
        [404, 201, 201, 200]
    );
    // Only this session has it.
    let other = sign_in_as(&app, CHROME).await;
    clock.advance(Duration::from_millis(CONFIRMED_MS as u64));
    assert_eq!(confirm(&administrator, PASSWORD).await, 204);
    assert_eq!(statuses(&guarded(&other).await), [403; 4]);
    // A salesperson is told that it is not theirs, whatever they type.
    assert_eq!(confirm(&app.browser(), PASSWORD).await, 401);
}

#[tokio::test]
async fn guessing_the_password_in_an_open_browser_is_slowed_down() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    for _ in 0..5 {
        assert_eq!(confirm(&administrator, "a wrong password").await, 422);
    }
    assert_eq!(confirm(&administrator, PASSWORD).await, 429);
    assert_eq!(administrator.me_status().await, 200);
}
