//! What happened: everything, in order, and nobody else's.

use super::program::{Program, second_workspace};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_feed_has_everything_in_order_without_gaps() {
    let (app, program) = Program::start_open().await;
    let stranger = Program::of(&second_workspace(&app).await, "read_write").await;
    let mut ids = Vec::new();
    for index in 0..7 {
        let fields = json!({ "name": index.to_string() });
        ids.push(program.create("customer", fields).await.expect(201).id());
        stranger
            .create("customer", json!({ "name": "他" }))
            .await
            .expect(201);
    }
    program
        .edit("customer", &ids[0], json!({ "notes": "新", "level": "a" }))
        .await
        .expect(200);
    program.delete("customer", &ids[1]).await.expect(200);
    let path = format!("/records/customer/{}/restore", ids[1]);
    program
        .send(Method::POST, &path, Value::Null)
        .await
        .expect(200);

    let (mut after, mut entries) = (0, Vec::new());
    loop {
        let page = program
            .get(&format!("/changes?after={after}&limit=3"))
            .await
            .expect(200);
        entries.extend(page.body["changes"].as_array().unwrap().clone());
        after = page.body["next"].as_u64().unwrap();
        if !page.body["has_more"].as_bool().unwrap() {
            break;
        }
    }
    let positions: Vec<u64> = entries
        .iter()
        .map(|it| it["position"].as_u64().unwrap())
        .collect();
    assert_eq!(positions, (1..=11).collect::<Vec<u64>>());
    let actions: Vec<&str> = entries
        .iter()
        .map(|it| it["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions[..7], ["create"; 7]);
    assert_eq!(actions[7..], ["edit", "edit", "delete", "restore"]);
    assert_eq!(entries[7]["fields"], json!({ "level": "a" }));
    assert_eq!(entries[8]["notes"], json!(["notes"]));
    assert_eq!(entries[8]["id"], *ids[0]);
    assert!(entries.iter().all(|it| it["kind"] == "customer"));
    assert!(!Value::from(entries).to_string().contains('他'));
}

#[tokio::test]
async fn who_waits_hears_of_the_next_change() {
    let (app, program) = Program::start_open().await;
    let stranger = Program::of(&second_workspace(&app).await, "read_write").await;
    let waiting = program.clone();
    let waiting = tokio::spawn(async move { waiting.get("/changes?after=0&wait=25").await });
    // The other workspace wakes nobody here, or the answer would be empty.
    stranger
        .create("customer", json!({ "name": "他" }))
        .await
        .expect(201);
    program
        .create("customer", json!({ "name": "甲" }))
        .await
        .expect(201);
    let heard = waiting.await.unwrap().expect(200);
    assert_eq!(heard.body["changes"][0]["fields"]["name"], "甲");
    assert_eq!(heard.body["next"], 1);
    let nothing = program.get("/changes?after=1&wait=1").await.expect(200);
    assert_eq!(
        (&nothing.body["changes"], &nothing.body["next"]),
        (&json!([]), &json!(1))
    );
}

#[tokio::test]
async fn a_server_that_stops_does_not_wait_for_those_who_wait() {
    let (app, _, program) = Program::start().await;
    let log = program.get("/changes").await.body["log"].clone();
    let waiting = tokio::spawn(async move { program.get("/changes?wait=25").await });
    // Once it is counted as a request it may be waiting.
    tokio::task::yield_now().await;
    app.stop().await;
    if let Ok(answer) = waiting.await {
        assert_eq!(answer.expect(200).body["log"], log);
    }
}

#[tokio::test]
async fn positions_of_another_log_are_refused() {
    let (_app, _, program) = Program::start().await;
    let log = program.get("/changes").await.body["log"]
        .as_str()
        .unwrap()
        .to_owned();
    program
        .get(&format!("/changes?log={log}"))
        .await
        .expect(200);
    let other = "0195f0c0-0000-7000-8000-000000000001";
    program
        .get(&format!("/changes?log={other}"))
        .await
        .refused(409, "other-log");
    program
        .get("/changes?after=1")
        .await
        .refused(409, "other-log");
    program
        .get("/changes?wait=26")
        .await
        .refused(400, "bad-parameter");
    program
        .get("/changes?limit=501")
        .await
        .refused(400, "bad-parameter");
    program
        .get("/changes?after=x")
        .await
        .refused(400, "bad-request");
}

#[tokio::test]
async fn the_history_of_a_record_is_what_was_done_to_it() {
    let (app, browser, program) = Program::start().await;
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let colleague = app.salesperson(&browser, "lina@example.com").await;
    let colleague = Program::of(&colleague, "read_write").await;
    program
        .create("customer", json!({ "name": "another" }))
        .await
        .expect(201);
    let fields = json!({ "name": "乙", "level": "b", "notes": "新" });
    colleague.edit("customer", &id, fields).await.expect(200);
    program
        .edit("customer", &id, json!({ "level": null }))
        .await
        .expect(200);
    program.delete("customer", &id).await.expect(200);

    let path = format!("/records/customer/{id}/changes");
    let history = program.get(&path).await.expect(200);
    let entries = history.body["changes"].as_array().unwrap().clone();
    let told: Vec<_> = entries
        .iter()
        .map(|it| {
            let action = it["action"].as_str().unwrap();
            (
                it["position"].as_u64().unwrap(),
                action,
                it["from"].clone(),
                it["fields"].clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (6, "delete", json!({}), json!({})),
            (5, "edit", json!({ "level": "b" }), json!({ "level": null })),
            (4, "edit", Value::Null, json!({})),
            (
                3,
                "edit",
                json!({ "name": "甲", "level": null }),
                json!({ "name": "乙", "level": "b" })
            ),
            (
                1,
                "create",
                json!({ "name": null }),
                json!({ "name": "甲" })
            ),
        ]
    );
    assert_eq!(entries[2]["notes"], json!(["notes"]));
    let me = program.get("/me").await.body["member"]["id"].clone();
    let other = colleague.get("/me").await.body["member"]["id"].clone();
    let by: Vec<&Value> = entries.iter().map(|it| &it["by"]).collect();
    assert_eq!(by, [&me, &me, &other, &other, &me]);

    let page = program.get(&format!("{path}?limit=2")).await.expect(200);
    assert_eq!(page.body["changes"], json!(entries[..2]));
    assert_eq!(page.body["next_before"], 5);
    let rest = program.get(&format!("{path}?before=5")).await.expect(200);
    assert_eq!(rest.body["changes"], json!(entries[2..]));
    assert_eq!(rest.body["next_before"], Value::Null);
}
