//! Tokens: made once, shown once, worth nothing after their end.

use super::program::{Answer, Program, make_token};
use crate::app::TestApp;
use huike_server::api::programs::REQUESTS;
use huike_server::auth::token::TOKENS_MAX;
use huike_shared::id::RecordId;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE, ORIGIN};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_token_is_shown_once_listed_and_revoked() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let body = json!({ "name": "  网站表单 ", "scope": "read_write", "expires_in_days": 30 });
    let made = make_token(&browser, body).await.expect(201);
    let secret = made.body["token"].as_str().unwrap().to_owned();
    assert!(
        secret.starts_with("huike_pat_") && secret.len() == 58,
        "{secret}"
    );
    assert_eq!(made.body["name"], "网站表单");

    let list = browser.json("/api/v1/tokens").await;
    assert_eq!(list["tokens"][0]["id"], made.body["id"]);
    assert_eq!(list["tokens"][0]["used_at"], Value::Null);
    assert!(!list.to_string().contains("huike_pat_"));

    let program = Program::new(&app.address, &secret);
    program.get("/records/customer").await.expect(200);
    let list = browser.json("/api/v1/tokens").await;
    assert!(list["tokens"][0]["used_at"].as_i64().is_some());

    let path = format!("/api/v1/tokens/{}", made.id());
    assert_eq!(browser.delete(&path).send().await.unwrap().status(), 204);
    assert_eq!(browser.delete(&path).send().await.unwrap().status(), 404);
    let refused = program
        .get("/records/customer")
        .await
        .refused(401, "token-invalid");
    assert!(
        refused.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Bearer")
    );
    assert_eq!(browser.json("/api/v1/tokens").await["tokens"], json!([]));
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_with_its_member() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    let short = json!({ "name": "short", "scope": "read", "expires_in_days": 1 });
    let short = make_token(&colleague, short).await.expect(201);
    let short = Program::new(&app.address, short.body["token"].as_str().unwrap());
    let long = Program::of(&colleague, "read_write").await;
    short.get("/records/customer").await.expect(200);
    app.state.clock.advance(Duration::from_secs(24 * 60 * 60));
    short
        .get("/records/customer")
        .await
        .refused(401, "token-expired");
    let me = long.get("/me").await.expect(200);
    let member = RecordId::parse(me.body["member"]["id"].as_str().unwrap()).unwrap();
    app.state
        .store
        .set_member_active(member, false)
        .await
        .unwrap();
    long.get("/records/customer")
        .await
        .refused(401, "token-invalid");
    let create = long.create("customer", json!({ "name": "甲" })).await;
    create.refused(401, "token-invalid");
    // Who comes back makes new ones.
    app.state
        .store
        .set_member_active(member, true)
        .await
        .unwrap();
    long.get("/records/customer")
        .await
        .refused(401, "token-invalid");
}

#[tokio::test]
async fn a_reading_token_and_a_viewer_do_not_write() {
    let (app, browser, program) = Program::start().await;
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let reader = Program::of(&browser, "read").await;
    let invited = browser
        .post("/api/v1/invitations")
        .json(&json!({ "role": "viewer" }));
    let invited = Answer::of(invited.send().await.unwrap()).await;
    let viewer = app.browser();
    let path = invited.body["path"].as_str().unwrap();
    viewer
        .join(path, "viewer@example.com", crate::app::PASSWORD)
        .await;
    let viewer = Program::of(&viewer, "read_write").await;
    for (program, code) in [(&reader, "token-read-only"), (&viewer, "not-permitted")] {
        program.show("customer", &id).await.expect(200);
        program.get("/changes").await.expect(200);
        program
            .create("customer", json!({ "name": "乙" }))
            .await
            .refused(403, code);
        let edit = program.edit("customer", &id, json!({ "name": "乙" })).await;
        edit.refused(403, code);
        program.delete("customer", &id).await.refused(403, code);
        let restore = format!("/records/customer/{id}/restore");
        let restore = program.send(Method::POST, &restore, Value::Null).await;
        restore.refused(403, code);
    }
    assert_eq!(program.get("/changes").await.body["next"], 1);
}

#[tokio::test]
async fn a_token_opens_neither_tokens_nor_the_rest() {
    let (_app, browser, program) = Program::start().await;
    let body = json!({ "name": "another", "scope": "read" });
    let made = program.send(Method::POST, "/tokens", body).await;
    made.refused(401, "not-signed-in");
    for path in ["/tokens", "/invitations", "/imports", "/sync/states"] {
        program.get(path).await.refused(401, "not-signed-in");
    }
    // A worthless token never falls back to the session beside it, and opens no door for it.
    let session = browser.json("/api/v1/me").await;
    assert!(session["member"]["id"].is_string());
    let wrong = "Bearer huike_pat_nothing";
    let request = browser.post("/api/v1/records/customer");
    let request = request
        .header(AUTHORIZATION, wrong)
        .json(&json!({ "fields": {} }));
    Answer::of(request.send().await.unwrap())
        .await
        .refused(401, "token-invalid");
    let request = browser.post("/api/v1/tokens").header(AUTHORIZATION, wrong);
    let request = request.json(&json!({ "name": "x", "scope": "read" }));
    Answer::of(request.send().await.unwrap())
        .await
        .refused(401, "not-signed-in");
    // The document of a record is a program's too.
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let path = format!("/records/customer/{id}/document");
    assert_eq!(program.get(&path).await.status, 200);
}

#[tokio::test]
async fn a_session_writes_from_our_own_pages_only() {
    let (app, browser, _) = Program::start().await;
    let body = json!({ "fields": { "name": "甲" } });
    let request = browser.post("/api/v1/records/customer").json(&body);
    Answer::of(request.send().await.unwrap()).await.expect(201);
    let account = crate::sync::device::Account::sign_in(
        &app.address,
        crate::app::LOGIN,
        crate::app::PASSWORD,
    );
    let account = account.await;
    for origin in [None, Some("https://elsewhere.example")] {
        let request = reqwest::Client::new()
            .post(format!("{}/api/v1/records/customer", app.address))
            .header(COOKIE, &account.cookie)
            .json(&body);
        let request = match origin {
            Some(origin) => request.header(ORIGIN, origin),
            None => request,
        };
        Answer::of(request.send().await.unwrap())
            .await
            .refused(403, "cross-site");
    }
    let nobody = Program::new(&app.address, "huike_pat_");
    nobody
        .get("/records/customer")
        .await
        .refused(401, "token-invalid");
    let nobody = Program::new(&app.address, "something");
    nobody
        .get("/records/customer")
        .await
        .refused(401, "not-signed-in");
}

#[tokio::test]
async fn names_scopes_ends_and_numbers_of_tokens_have_limits() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let long = "长".repeat(81);
    for (body, status, code) in [
        (json!({ "name": " ", "scope": "read" }), 422, "name-missing"),
        (
            json!({ "name": long, "scope": "read" }),
            422,
            "name-too-long",
        ),
        (json!({ "name": "x", "scope": "all" }), 400, "bad-parameter"),
        (
            json!({ "name": "x", "scope": "read", "expires_in_days": 0 }),
            400,
            "bad-parameter",
        ),
        (
            json!({ "name": "x", "scope": "read", "expires_in_days": 3_651 }),
            400,
            "bad-parameter",
        ),
    ] {
        make_token(&browser, body).await.refused(status, code);
    }
    for index in 0..TOKENS_MAX {
        let body = json!({ "name": index.to_string(), "scope": "read" });
        make_token(&browser, body).await.expect(201);
    }
    let body = json!({ "name": "one more", "scope": "read" });
    make_token(&browser, body)
        .await
        .refused(409, "too-many-tokens");
    // Other members have their own.
    let colleague = app.salesperson(&browser, "lina@example.com").await;
    Program::of(&colleague, "read").await;
    let own = browser.json("/api/v1/tokens").await["tokens"][0]["id"].clone();
    let path = format!("/api/v1/tokens/{}", own.as_str().unwrap());
    assert_eq!(colleague.delete(&path).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_come_again_and_others_go_on() {
    let (_app, browser, program) = Program::start().await;
    let burst = REQUESTS.1 as usize * 3;
    let asked = (0..burst).map(|_| program.get("/records/customer?limit=1"));
    let answers = futures::future::join_all(asked).await;
    let refused: Vec<_> = answers.into_iter().filter(|it| it.status != 200).collect();
    assert!(!refused.is_empty());
    for answer in refused {
        let answer = answer.refused(429, "too-fast");
        let seconds: u64 = answer.headers["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!(seconds >= 1);
    }
    let other = Program::of(&browser, "read").await;
    other.get("/records/customer").await.expect(200);
}
