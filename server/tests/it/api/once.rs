//! A request with a key happens once, however often it is sent.

use super::program::{Answer, Program};
use huike_server::entropy::digest;
use huike_server::store::programs::KeyedRequest;
use huike_shared::document::{ChangeHash, decode};
use huike_shared::id::RecordId;
use huike_shared::registry;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn keyed(program: &Program, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    let request = program.ask(method, path).header("idempotency-key", key);
    let request = if body.is_null() {
        request
    } else {
        request.json(body)
    };
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_same_key_twice_is_one_record() {
    let (_app, _, program) = Program::start().await;
    let body = json!({ "fields": { "name": "甲" } });
    let make = || keyed(&program, Method::POST, "/records/customer", "k1", &body);
    let (one, other) = (make().await.expect(201), make().await.expect(201));
    assert_eq!(one.body, other.body);
    assert!(!one.headers.contains_key("idempotency-replayed"));
    assert_eq!(other.headers["idempotency-replayed"], "true");
    assert_eq!(program.names("/records/customer").await, ["甲"]);
    // Another body, another kind, another act: refused.
    let more = json!({ "fields": { "name": "乙" } });
    let path = "/records/customer";
    keyed(&program, Method::POST, path, "k1", &more)
        .await
        .refused(422, "key-reused");
    let contact = keyed(&program, Method::POST, "/records/contact", "k1", &body).await;
    contact.refused(422, "key-reused");
    let path = format!("/records/customer/{}", one.id());
    let delete = keyed(&program, Method::DELETE, &path, "k1", &Value::Null).await;
    delete.refused(422, "key-reused");
    assert_eq!(program.get("/changes").await.body["next"], 1);
}

#[tokio::test]
async fn many_at_once_with_one_key_make_one_record() {
    let (_app, browser, program) = Program::start().await;
    let other = Program::of(&browser, "read_write").await;
    let body = json!({ "fields": { "name": "甲" } });
    let made = (0..10).map(|index| {
        let program = if index % 2 == 0 { &program } else { &other };
        keyed(program, Method::POST, "/records/customer", "k1", &body)
    });
    let answers = futures::future::join_all(made).await;
    for answer in answers {
        assert!(matches!(answer.status, 201 | 409), "{}", answer.body);
    }
    assert_eq!(program.names("/records/customer").await, ["甲"]);
}

#[tokio::test]
async fn a_repeated_edit_does_not_undo_what_came_after_it() {
    let (_app, _, program) = Program::start().await;
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let path = format!("/records/customer/{id}");
    let body = json!({ "fields": { "name": "乙" } });
    keyed(&program, Method::PATCH, &path, "k1", &body)
        .await
        .expect(200);
    program
        .edit("customer", &id, json!({ "name": "丙" }))
        .await
        .expect(200);
    let again = keyed(&program, Method::PATCH, &path, "k1", &body)
        .await
        .expect(200);
    assert_eq!(again.field("name"), "丙");
    let delete = || keyed(&program, Method::DELETE, &path, "k2", &Value::Null);
    delete().await.expect(200);
    let restore = format!("{path}/restore");
    keyed(&program, Method::POST, &restore, "k3", &Value::Null)
        .await
        .expect(200);
    assert_eq!(delete().await.expect(200).body["deleted"], false);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free_and_a_key_ends_after_a_day() {
    let (app, _, program) = Program::start().await;
    let path = "/records/customer";
    let bad = json!({ "fields": { "name": "甲", "level": "z" } });
    keyed(&program, Method::POST, path, "k1", &bad)
        .await
        .refused(422, "bad-value");
    let good = json!({ "fields": { "name": "甲" } });
    keyed(&program, Method::POST, path, "k1", &good)
        .await
        .expect(201);
    app.state
        .clock
        .advance(Duration::from_secs(24 * 60 * 60 + 1));
    let later = json!({ "fields": { "name": "乙" } });
    keyed(&program, Method::POST, path, "k1", &later)
        .await
        .expect(201);
    assert_eq!(program.names(path).await, ["甲", "乙"]);
    let long = "k".repeat(201);
    keyed(&program, Method::POST, path, &long, &good)
        .await
        .refused(400, "bad-parameter");
}

/// A server that stopped between the log and its answer.
#[tokio::test]
async fn after_a_crash_the_log_says_whether_it_happened() {
    let (app, _, program) = Program::start().await;
    let body = r#"{"fields":{"name":"甲"}}"#;
    let made = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .expect(201);
    let member = made.body["created"]["by"].as_str().unwrap();
    let member_id = RecordId::parse(member).unwrap();
    let workspace = app.state.store.workspaces().await.unwrap().remove(0);
    let logged = app
        .state
        .store
        .changes_after(workspace.id, 0, 1)
        .await
        .unwrap()
        .remove(0);
    let request = |key: &str, change: ChangeHash| KeyedRequest {
        member_id,
        key: digest(key.as_bytes()),
        request: digest(format!("create customer\n{body}").as_bytes()),
        record: logged.record,
        change,
        at: app.state.clock.now(),
        status: None,
    };
    assert_eq!(
        logged.record.kind,
        registry::def_by_name("customer").unwrap().kind
    );
    let happened = decode(&logged.body).unwrap().hash;
    let store = &app.state.store;
    assert!(
        store
            .note_request(&request("happened", happened), None)
            .await
            .unwrap()
    );
    assert!(
        store
            .note_request(&request("lost", ChangeHash([7; 32])), None)
            .await
            .unwrap()
    );
    let make = async |key: &str| {
        let request = program.ask(Method::POST, "/records/customer");
        let request = request.header("idempotency-key", key).body(body);
        Answer::of(request.send().await.unwrap()).await
    };
    let again = make("happened").await.expect(201);
    assert_eq!(again.id(), made.id());
    // It may still be on its way in another process; later it is not.
    let busy = make("lost").await.refused(409, "key-busy");
    assert!(busy.headers.contains_key("retry-after"));
    app.state.clock.advance(Duration::from_secs(60));
    let new = make("lost").await.expect(201);
    assert_ne!(new.id(), made.id());
    assert_eq!(make("lost").await.expect(201).id(), new.id());
    assert_eq!(program.names("/records/customer").await, ["甲", "甲"]);
}
