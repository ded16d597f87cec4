//! The security log of a running server: what it notes, who may read it, what the console proves.

use crate::app::{Browser, LOGIN, PASSWORD, TestApp, failure_line, huike, with_settings};
use huike_server::clock::Clock;
use huike_server::config::Settings;
use huike_server::journal::{REFUSALS_MAX, verify};
use huike_server::serve::Server;
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use std::time::Duration;

/// Words of what happened, oldest first.
async fn whats(administrator: &Browser) -> Vec<String> {
    let body = administrator.json("/api/v1/journal").await;
    let entries = body["entries"].as_array().unwrap();
    let what = |it: &Value| it["what"].as_str().unwrap().to_owned();
    entries.iter().rev().map(what).collect()
}

async fn id_of(browser: &Browser) -> String {
    let me = browser.json("/api/v1/me").await;
    me["member"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_people_do_about_their_rights_is_noted_with_who_and_whom() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    assert_eq!(
        app.browser()
            .sign_in("lina@example.com", "not this one")
            .await
            .status(),
        401
    );
    assert_eq!(
        app.browser()
            .sign_in("nobody@example.com", PASSWORD)
            .await
            .status(),
        401
    );
    let change = json!({ "current": PASSWORD, "new": "another long password" });
    let changed = colleague
        .post("/api/v1/password")
        .json(&change)
        .send()
        .await
        .unwrap();
    assert_eq!(changed.status(), 204);
    let asked = json!({ "name": "books", "scope": "read" });
    let made = colleague
        .post("/api/v1/tokens")
        .json(&asked)
        .send()
        .await
        .unwrap();
    let token: Value = made.json().await.unwrap();
    let token = token["id"].as_str().unwrap();
    let path = format!("/api/v1/tokens/{token}");
    assert_eq!(colleague.delete(&path).send().await.unwrap().status(), 204);
    let refused = colleague.get("/api/v1/invitations").send().await.unwrap();
    assert_eq!(refused.status(), 403);
    colleague.post("/api/v1/sign-out").send().await.unwrap();
    let unused = administrator.invite("nobody").await;
    let invitations = administrator.json("/api/v1/invitations").await;
    let id = invitations["invitations"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/invitations/{id}");
    assert_eq!(
        administrator.delete(&path).send().await.unwrap().status(),
        204
    );

    let members = administrator.json("/api/v1/members").await;
    let placed = members["members"][1]["id"].as_str().unwrap();
    let place = administrator
        .put(&format!("/api/v1/members/{placed}"))
        .json(&json!({ "role": "viewer", "department": null }))
        .send();
    assert_eq!(place.await.unwrap().status(), 204);

    let expected = [
        "workspace-opened",
        "signed-in",
        "invitation-made",
        "joined",
        "signed-in",
        "sign-in-failed",
        "password-changed",
        "token-made",
        "token-revoked",
        "refused",
        "signed-out",
        "invitation-made",
        "invitation-revoked",
        "member-placed",
    ];
    assert_eq!(whats(&administrator).await, expected);
    let body = administrator
        .json("/api/v1/journal?what=member-placed")
        .await;
    assert_eq!(body["entries"][0]["about"], placed);
    assert_eq!(body["entries"][0]["detail"], "viewer");
    let body = administrator.json("/api/v1/journal?what=refused").await;
    let entries = body["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["detail"], "GET /api/v1/invitations");
    let failed = administrator
        .json("/api/v1/journal?what=sign-in-failed")
        .await;
    let lina = failed["entries"][0]["about"].as_str().unwrap();
    assert_eq!(entries[0]["by"], lina);
    assert_eq!(failed["entries"][0]["by"], Value::Null);
    let of_token = administrator
        .json(&format!("/api/v1/journal?person={token}"))
        .await;
    assert_eq!(of_token["entries"].as_array().unwrap().len(), 2);
    let wrong = administrator
        .get("/api/v1/journal?person=x")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 400);

    // Ids and words of the program: nothing of a person, nothing typed, no secret.
    let (file, _) = export(&administrator, "json").await;
    let secret = unused.rsplit('/').next().unwrap();
    for word in [
        LOGIN,
        "lina",
        "nobody@example",
        "王伟",
        "李娜",
        "127.0.0.1",
        "books",
        secret,
    ] {
        assert!(!file.contains(word), "{word}");
    }
    assert!(file.contains(token));
    let folder = app.stop().await;
    let output = huike(folder.path(), &["audit", "verify"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

async fn export(browser: &Browser, format: &str) -> (String, String) {
    let path = format!("/api/v1/journal/export?format={format}");
    let answer = browser.get(&path).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let disposition = answer.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    (answer.text().await.unwrap(), disposition)
}

#[tokio::test]
async fn a_file_of_the_log_runs_no_formula_and_is_noted() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let path = administrator.invite("").await;
    let form = [
        ("name", "=HYPERLINK(\"https://evil.example\")"),
        ("login", "eve@example.com"),
        ("password", PASSWORD),
    ];
    let joined = app.browser().post(&path).form(&form).send().await.unwrap();
    assert_eq!(joined.status(), 303);
    let (text, disposition) = export(&administrator, "csv").await;
    assert_eq!(
        disposition,
        "attachment; filename=\"huike-security-log.csv\""
    );
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    // The line of names, what was noted, and that this file was taken.
    assert_eq!(lines.len(), 1 + 6);
    assert!(lines[1].contains("\"exported\""), "{}", lines[1]);
    assert!(text.contains("'=HYPERLINK"));
    for line in &lines {
        for cell in line.split("\",\"") {
            assert!(
                !cell
                    .trim_start_matches('"')
                    .starts_with(['=', '+', '-', '@']),
                "{line}"
            );
        }
    }
    assert_eq!(whats(&administrator).await.last().unwrap(), "exported");
    let wrong = administrator
        .get("/api/v1/journal/export")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 400);
}

#[tokio::test]
async fn only_administrators_of_the_workspace_read_it() {
    let settings = Settings {
        open_sign_up: Some(true),
        ..Settings::default()
    };
    let app = TestApp::start_with(settings).await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    let other = app.browser();
    let form = [
        ("workspace", "另一家"),
        ("name", "赵强"),
        ("login", "zhao@example.com"),
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
    for path in ["/api/v1/journal", "/api/v1/journal/export?format=csv"] {
        assert_eq!(colleague.get(path).send().await.unwrap().status(), 403);
        assert_eq!(app.browser().get(path).send().await.unwrap().status(), 401);
    }
    assert_eq!(whats(&other).await, ["workspace-opened", "signed-in"]);
    let person = id_of(&administrator).await;
    let asked = other
        .json(&format!("/api/v1/journal?person={person}"))
        .await;
    assert!(asked["entries"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_flood_of_refusals_does_not_fill_the_log() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    for _ in 0..REFUSALS_MAX + 5 {
        let refused = colleague.get("/api/v1/journal").send().await.unwrap();
        assert_eq!(refused.status(), 403);
    }
    let asked = administrator.json("/api/v1/journal?what=refused").await;
    let count = asked["entries"].as_array().unwrap().len() as i64;
    assert_eq!(count, REFUSALS_MAX);
}

#[tokio::test]
async fn the_console_finds_a_changed_entry_and_a_chain_made_anew() {
    let app = TestApp::start().await;
    app.administrator().await;
    let folder = app.stop().await;
    let head = huike(folder.path(), &["audit", "head"]);
    let head = String::from_utf8(head.stdout).unwrap();
    let head = head.trim();
    assert!(head.starts_with("2:"), "{head}");
    let verified = huike(folder.path(), &["audit", "verify", "--head", head]);
    assert!(verified.status.success());
    // What the console does is noted, and the head of before is still on the way.
    let reset = huike(folder.path(), &["member", "reset-password", LOGIN]);
    assert!(reset.status.success());
    let verified = huike(folder.path(), &["audit", "verify", "--head", head]);
    assert!(String::from_utf8_lossy(&verified.stdout).starts_with("ok: 3 entries up to 3:"));
    let other = format!("2:{}", "0".repeat(64));
    let line = failure_line(&huike(
        folder.path(),
        &["audit", "verify", "--head", &other],
    ));
    assert!(
        line.contains("does not lead through the copied head at 2"),
        "{line}"
    );
    failure_line(&huike(folder.path(), &["audit", "verify", "--head", "2"]));

    let file = folder.path().join("data/huike.sqlite");
    let mut outside = SqliteConnectOptions::new()
        .filename(&file)
        .connect()
        .await
        .unwrap();
    sqlx::query("update journal set what = 'signed-out' where number = 2")
        .execute(&mut outside)
        .await
        .unwrap();
    let line = failure_line(&huike(folder.path(), &["audit", "verify"]));
    assert!(
        line.contains("entry 2 of the security log was changed"),
        "{line}"
    );
    let checked = huike(folder.path(), &["check"]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(said.contains("entry 2 of the security log"), "{said}");
}

#[test]
fn the_log_is_kept_for_half_a_year_at_least() {
    let folder = tempfile::tempdir().unwrap();
    let line = failure_line(&huike(folder.path(), &["serve", "--journal-days", "30"]));
    assert!(line.contains("at least 183 days"), "{line}");
}

#[tokio::test]
async fn a_server_drops_what_is_older_than_it_must_keep_and_signs_that_off() {
    let app = TestApp::start().await;
    app.administrator().await;
    let head = app.state.store.journal_chain().await.unwrap().head;
    let folder = app.stop().await;
    let clock = Clock::system();
    clock.advance(Duration::from_secs(184 * 24 * 60 * 60));
    let settings = Settings {
        journal_days: Some(183),
        ..Settings::default()
    };
    let config = with_settings(folder.path(), settings);
    let server = Server::open(config, clock).await.unwrap();
    let app = TestApp::run(server, folder);
    let kept = loop {
        let kept = app.state.store.journal_after(0, 10).await.unwrap();
        if kept.iter().any(|it| it.what == "trimmed") {
            break kept;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].detail, head.to_string());
    let proved = verify(&*app.state.store, Some(head)).await.unwrap();
    assert_eq!(proved.unwrap().count, 1);
}
