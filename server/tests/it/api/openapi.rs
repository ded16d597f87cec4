//! The description of the interface is current, and true of what is answered.

use super::program::Program;
use huike_server::api::openapi;
use huike_shared::note::NOTE;
use huike_shared::registry::RECORDS;
use serde_json::{Value, json};
use std::path::Path;

/// Set to write the copy anew: `HUIKE_WRITE_OPENAPI=1 cargo test -p huike-server --test it openapi`.
const WRITE: &str = "HUIKE_WRITE_OPENAPI";

#[test]
fn the_copy_in_the_documentation_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let text = format!("{}\n", openapi::text());
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == text,
        "docs/openapi.json is not current; look at the difference after \
         {WRITE}=1 cargo test -p huike-server --test it openapi"
    );
}

#[test]
fn every_kind_and_field_is_described() {
    let document: Value = serde_json::from_str(openapi::text()).unwrap();
    for def in RECORDS.iter().filter(|it| it.kind != NOTE.kind) {
        let path = format!("/api/v1/records/{}/{{id}}", def.name);
        assert!(document["paths"][&path]["patch"].is_object(), "{path}");
        let schema = document["paths"][&path]["get"]["responses"]["200"]["content"]
            ["application/json"]["schema"]["$ref"]
            .as_str();
        let record = resolve(&document, schema.unwrap());
        let fields = record["properties"]["fields"]["$ref"].as_str();
        let fields = resolve(&document, fields.unwrap());
        for field in def.fields {
            assert!(
                fields["properties"][field.name].is_object(),
                "{}",
                field.name
            );
        }
        assert_eq!(fields["additionalProperties"], json!(false));
    }
}

/// Every reference leads somewhere.
#[test]
fn no_reference_dangles() {
    let document: Value = serde_json::from_str(openapi::text()).unwrap();
    let mut open = vec![&document];
    let mut count = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Object(it) => {
                if let Some(Value::String(to)) = it.get("$ref") {
                    assert!(resolve(&document, to).is_object(), "{to}");
                    count += 1;
                }
                open.extend(it.values());
            }
            Value::Array(it) => open.extend(it),
            _ => {}
        }
    }
    assert!(count > 50);
}

#[tokio::test]
async fn what_is_answered_is_what_is_described() {
    let (app, _, program) = Program::start().await;
    let url = format!("{}/api/v1/openapi.json", app.address);
    let asked = reqwest::Client::new().get(url).bearer_auth(&program.token);
    let served = asked.send().await.unwrap();
    assert_eq!(served.headers()["content-type"], "application/json");
    let document: Value = served.json().await.unwrap();
    let fields = json!({
        "name": "甲",
        "phone": "13800138000",
        "employees": 7,
        "level": "a",
        "birthday": "2000-01-31",
        "notes": "x",
    });
    let made = program.create("customer", fields).await.expect(201);
    fits(
        &document,
        &schema(&document, "Customer"),
        &made.body,
        "customer",
    );
    let refused = program.create("customer", json!({ "nmae": "甲" })).await;
    fits(
        &document,
        &schema(&document, "Error"),
        &refused.body,
        "error",
    );
    let feed = program.get("/changes").await;
    fits(&document, &schema(&document, "Feed"), &feed.body, "feed");
    let history = program
        .get(&format!("/records/customer/{}/changes", made.id()))
        .await;
    fits(
        &document,
        &schema(&document, "History"),
        &history.body,
        "history",
    );
    let page = program.get("/records/customer").await;
    fits(
        &document,
        &schema(&document, "CustomerPage"),
        &page.body,
        "page",
    );
}

fn schema(document: &Value, name: &str) -> Value {
    document["components"]["schemas"][name].clone()
}

fn resolve<'a>(document: &'a Value, to: &str) -> &'a Value {
    document
        .pointer(to.trim_start_matches('#'))
        .unwrap_or(&Value::Null)
}

/// As much of a validator as these schemas need.
fn fits(document: &Value, schema: &Value, value: &Value, path: &str) {
    if let Some(to) = schema["$ref"].as_str() {
        return fits(document, &resolve(document, to).clone(), value, path);
    }
    if let Some(either) = schema["oneOf"].as_array() {
        let one = either
            .iter()
            .find(|it| (it["type"] == "null") == value.is_null());
        return fits(document, one.unwrap(), value, path);
    }
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = &schema["type"];
    let is_one = kinds.as_array().is_some_and(|it| it.contains(&json!(is)));
    assert!(kinds == is || is_one, "{path} is {is}, not {kinds}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{path}: {value}");
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(
            document,
            &schema["items"],
            item,
            &format!("{path}[{index}]"),
        );
    }
    let Some(object) = value.as_object() else {
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(
            object.contains_key(name.as_str().unwrap()),
            "{path} has no {name}"
        );
    }
    for (name, value) in object {
        let inner = &schema["properties"][name];
        if inner.is_object() {
            fits(document, inner, value, &format!("{path}.{name}"));
        } else {
            assert_ne!(
                schema["additionalProperties"],
                json!(false),
                "{path}.{name}"
            );
        }
    }
}
