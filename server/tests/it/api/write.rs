//! What cannot be written is refused with the field it is about, before anything is written.

use super::program::{Answer, Program};
use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::{Value, json};

async fn check(program: &Program, kind: &str, fields: Value, code: &str, field: &str) {
    let status = if code == "unknown-kind" { 404 } else { 422 };
    let answer = program
        .create(kind, fields.clone())
        .await
        .refused(status, code);
    assert_eq!(answer.body["field"], field, "{fields}");
}

#[tokio::test]
async fn names_and_values_that_do_not_fit_are_refused_with_their_field() {
    let (_app, _, program) = Program::start().await;
    let name = "甲";
    let place = json!({ "pipeline": "0195f0c0-0000-7000-8000-000000000001", "stage": "x" });
    for (kind, fields, code, field) in [
        ("invoice", json!({}), "unknown-kind", "invoice"),
        ("note", json!({}), "unknown-kind", "note"),
        (
            "customer",
            json!({ "name": name, "nonsense": 1 }),
            "unknown-field",
            "nonsense",
        ),
        (
            "customer",
            json!({ "name": name, "_deleted": true }),
            "unknown-field",
            "_deleted",
        ),
        ("customer", json!({}), "missing-field", "name"),
        ("customer", json!({ "name": null }), "missing-field", "name"),
        ("customer", json!({ "name": "" }), "bad-value", "name"),
        ("customer", json!({ "name": 7 }), "bad-value", "name"),
        (
            "customer",
            json!({ "name": "长".repeat(501) }),
            "bad-value",
            "name",
        ),
        (
            "customer",
            json!({ "name": name, "employees": "7" }),
            "bad-value",
            "employees",
        ),
        (
            "customer",
            json!({ "name": name, "level": "z" }),
            "bad-value",
            "level",
        ),
        (
            "customer",
            json!({ "name": name, "email": "nobody" }),
            "bad-value",
            "email",
        ),
        (
            "customer",
            json!({ "name": name, "website": "ftp://x" }),
            "bad-value",
            "website",
        ),
        (
            "customer",
            json!({ "name": name, "birthday": "2026-02-30" }),
            "bad-value",
            "birthday",
        ),
        (
            "customer",
            json!({ "name": name, "owner": "me" }),
            "bad-value",
            "owner",
        ),
        (
            "customer",
            json!({ "name": name, "notes": 7 }),
            "bad-value",
            "notes",
        ),
        ("deal", json!({ "title": name }), "missing-field", "place"),
        (
            "deal",
            json!({ "title": name, "place": place }),
            "bad-value",
            "place",
        ),
        (
            "deal",
            json!({ "title": name, "amount": 5 }),
            "bad-value",
            "amount",
        ),
        (
            "contact",
            json!({ "name": name, "is_primary": 1 }),
            "bad-value",
            "is_primary",
        ),
        (
            "pipeline",
            json!({ "name": name, "stages": [] }),
            "bad-parts",
            "stages",
        ),
        (
            "pipeline",
            json!({ "name": name, "stages": { "x": {} } }),
            "bad-parts",
            "stages.x",
        ),
        (
            "pipeline",
            json!({ "name": name, "stages": { "00000000000000a1": null } }),
            "bad-parts",
            "stages.00000000000000a1",
        ),
        (
            "pipeline",
            json!({ "name": name, "stages": { "00000000000000a1": { "colour": 1 } } }),
            "unknown-field",
            "stages.00000000000000a1.colour",
        ),
        (
            "pipeline",
            json!({ "name": name, "stages": { "00000000000000a1": { "limit": 1 } } }),
            "missing-field",
            "stages.00000000000000a1.name",
        ),
    ] {
        check(&program, kind, fields, code, field).await;
    }
    // Also in an edit, where nothing of it is written.
    let id = program
        .create("customer", json!({ "name": name }))
        .await
        .id();
    for (fields, code) in [
        (json!({ "remark": "new", "nonsense": 1 }), "unknown-field"),
        (json!({ "remark": "new", "level": "z" }), "bad-value"),
        (json!({ "remark": "new", "name": null }), "missing-field"),
    ] {
        program
            .edit("customer", &id, fields)
            .await
            .refused(422, code);
    }
    assert_eq!(program.get("/changes").await.body["next"], 1);
}

#[tokio::test]
async fn bodies_that_are_not_understood_or_too_large_are_refused() {
    let (_app, _, program) = Program::start().await;
    for body in ["", "[]", "{", "7", "{}", r#"{"fields":[]}"#] {
        let request = program.ask(Method::POST, "/records/customer").body(body);
        Answer::of(request.send().await.unwrap())
            .await
            .refused(400, "bad-body");
    }
    let more = json!({ "fields": { "name": "甲" }, "id": "x" });
    let more = program.send(Method::POST, "/records/customer", more).await;
    assert_eq!(more.refused(422, "unknown-field").body["field"], "id");
    let huge = program.create(
        "customer",
        json!({ "name": "甲", "notes": "长".repeat(40_000) }),
    );
    huge.await.refused(413, "too-large");
    assert_eq!(program.get("/changes").await.body["next"], 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_changed() {
    let (_app, _, program) = Program::start().await;
    let id = "0195f0c0-0000-7000-8000-000000000001";
    program.show("customer", id).await.refused(404, "no-record");
    program
        .show("customer", "x")
        .await
        .refused(404, "no-record");
    program
        .show("invoice", id)
        .await
        .refused(404, "unknown-kind");
    let edit = program.edit("customer", id, json!({ "name": "甲" })).await;
    edit.refused(404, "no-record");
    program
        .delete("customer", id)
        .await
        .refused(404, "no-record");
    let restore = format!("/records/customer/{id}/restore");
    let restore = program.send(Method::POST, &restore, Value::Null).await;
    restore.refused(404, "no-record");
}

#[tokio::test]
async fn errors_are_told_in_the_callers_language() {
    let (_app, _, program) = Program::start().await;
    for (language, words) in [
        ("en", "There is no field nonsense"),
        ("zh-CN", "没有字段 nonsense"),
    ] {
        let request = program.ask(Method::POST, "/records/customer");
        let request = request.header(ACCEPT_LANGUAGE, language);
        let request = request.json(&json!({ "fields": { "nonsense": 1 } }));
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(answer.refused(422, "unknown-field").body["message"], words);
    }
}
