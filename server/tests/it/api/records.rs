//! Making, reading, changing, deleting and restoring a record of any kind.

use super::program::{Program, second_workspace};
use crate::app::{LOGIN, PASSWORD};
use crate::sync::device::Account;
use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::record::{Record as _, RecordRef};
use reqwest::Method;
use serde_json::{Value, json};

const PART: &str = "00000000000000a1";
const OTHER_PART: &str = "00000000000000a2";

#[tokio::test]
async fn what_a_program_makes_it_reads_and_everybody_else_sees() {
    let (_app, browser, program) = Program::start().await;
    let made = program.create(
        "customer",
        json!({ "name": "云仓物流", "phone": "138 0013 8000" }),
    );
    let made = made.await.expect(201);
    let path = format!("/api/v1/records/customer/{}", made.id());
    assert_eq!(made.headers["location"].to_str().unwrap(), path);

    let read = program.show("customer", &made.id()).await.expect(200);
    assert_eq!(read.body, made.body);
    assert_eq!(read.field("name"), "云仓物流");
    assert_eq!(read.field("phone"), "+8613800138000");
    assert_eq!(read.field("email"), &Value::Null);
    assert_eq!(read.headers["cache-control"], "no-store");
    // The member's browser reads by the same address.
    assert_eq!(browser.json(&path).await, read.body);
    let me = program.get("/me").await.expect(200);
    assert_eq!(me.body["member"]["id"], read.body["created"]["by"]);
    assert!(!me.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn only_what_is_named_is_touched_and_null_clears() {
    let (_app, _, program) = Program::start().await;
    let fields = json!({ "name": "甲", "employees": 7, "remark": "旧", "notes": "一\n二" });
    let made = program.create("customer", fields).await.expect(201);
    assert_eq!(made.field("notes"), "一\n二");
    let id = made.id();
    let edited = program.edit("customer", &id, json!({ "remark": null, "level": "a" }));
    let edited = edited.await.expect(200);
    assert_eq!(edited.field("name"), "甲");
    assert_eq!(edited.field("employees"), 7);
    assert_eq!(edited.field("remark"), &Value::Null);
    assert_eq!(edited.field("level"), "a");
    assert_eq!(edited.field("notes"), "一\n二");
    let edited = program.edit("customer", &id, json!({ "notes": "一\n三" }));
    assert_eq!(edited.await.expect(200).field("notes"), "一\n三");
    // Nothing to change is no change.
    let position = program.show("customer", &id).await.body["position"].clone();
    let same = program.edit("customer", &id, json!({ "name": "甲" }));
    assert_eq!(same.await.expect(200).body["position"], position);
}

#[tokio::test]
async fn values_of_every_type_read_back() {
    let (_app, _, program) = Program::start().await;
    let me = program.get("/me").await.body["member"]["id"].clone();
    let customer = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let pipeline = json!({
        "name": "销售",
        "stages": {
            PART: { "name": "接触", "probability": 10, "limit": 3 },
            OTHER_PART: { "name": "报价" },
        },
    });
    let pipeline = program.create("pipeline", pipeline).await.expect(201);
    assert_eq!(pipeline.field("stages")[PART]["limit"], 3);
    let expected = json!({
        "name": "报价", "probability": 0, "rank": null, "rotting_days": null, "limit": null,
        "removed": null,
    });
    assert_eq!(pipeline.field("stages")[OTHER_PART], expected);
    let fields = json!({
        "title": "一单",
        "customer": customer,
        "amount": { "currency": "CNY", "minor": 1_234_500 },
        "place": { "pipeline": pipeline.id(), "stage": PART },
        "close_on": "2026-12-31",
        "owner": me,
        "source": "referral",
    });
    let deal = program.create("deal", fields.clone()).await.expect(201);
    for name in ["title", "customer", "amount", "close_on", "owner", "source"] {
        assert_eq!(deal.field(name), &fields[name], "{name}");
    }
    assert_eq!(deal.field("outcome"), &json!({ "state": "open" }));
    assert_eq!(deal.body["problems"], json!([]));
    let place = deal.field("place").clone();
    assert_eq!(place["stage"], PART);
    assert!(place["since"].as_i64().unwrap() > 0);

    // A moved deal goes to the end of its new column; one that stays keeps its place.
    let other = program.create("deal", json!({ "title": "二单", "place": fields["place"] }));
    let other = other.await.expect(201);
    let rank = |it: &Value| it["rank"].as_str().unwrap().to_owned();
    assert!(rank(other.field("place")) > rank(&place));
    let moved = json!({ "place": { "pipeline": pipeline.id(), "stage": OTHER_PART } });
    let moved = program.edit("deal", &deal.id(), moved).await.expect(200);
    assert_eq!(moved.field("place")["stage"], OTHER_PART);
    let stays = json!({ "place": { "pipeline": pipeline.id(), "stage": OTHER_PART } });
    let stays = program.edit("deal", &deal.id(), stays).await.expect(200);
    assert_eq!(stays.field("place"), moved.field("place"));

    let lost = json!({ "outcome": { "state": "lost", "reason": "price" } });
    let lost_deal = program
        .edit("deal", &deal.id(), lost.clone())
        .await
        .expect(200);
    assert_eq!(lost_deal.field("outcome"), &lost["outcome"]);
    let won = json!({ "outcome": { "state": "won" }, "amount": null });
    let won = program.edit("deal", &deal.id(), won).await.expect(200);
    assert_eq!(won.body["problems"][0]["code"], "won-without-amount");
    let stage = json!({ "stages": { PART: { "removed": true } } });
    let edited = program
        .edit("pipeline", &pipeline.id(), stage)
        .await
        .expect(200);
    assert_eq!(edited.field("stages")[PART]["removed"], true);
    assert_eq!(edited.field("stages")[PART]["name"], "接触");
}

#[tokio::test]
async fn a_deleted_record_is_there_until_it_is_restored() {
    let (_app, _, program) = Program::start().await;
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let deleted = program.delete("customer", &id).await.expect(200);
    assert_eq!(deleted.body["deleted"], true);
    assert_eq!(program.show("customer", &id).await.body["deleted"], true);
    assert!(program.names("/records/customer").await.is_empty());
    let edit = program.edit("customer", &id, json!({ "name": "乙" })).await;
    edit.refused(409, "deleted");
    let again = program.delete("customer", &id).await.expect(200);
    assert_eq!(again.body["position"], deleted.body["position"]);
    let path = format!("/records/customer/{id}/restore");
    let restored = program
        .send(Method::POST, &path, Value::Null)
        .await
        .expect(200);
    assert_eq!(restored.body["deleted"], false);
    assert_eq!(program.names("/records/customer").await, ["甲"]);
}

#[tokio::test]
async fn an_edit_of_a_program_arrives_at_a_connected_device_and_the_other_way_round() {
    let (app, _, program) = Program::start().await;
    let mut device = Account::sign_in(&app.address, LOGIN, PASSWORD)
        .await
        .device()
        .await;
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    program
        .edit("customer", &id, json!({ "name": "乙" }))
        .await
        .expect(200);
    device.hear_up_to(2).await;
    let record = RecordRef {
        kind: Customer::DEF.kind,
        id: RecordId::parse(&id).unwrap(),
    };
    assert_eq!(device.text(record, "name"), "乙");
    let change = device.name(record, "丙");
    device.push_one(change).await;
    assert_eq!(program.show("customer", &id).await.field("name"), "丙");
    // Its own next edit builds on that.
    let edited = program
        .edit("customer", &id, json!({ "name": "丁" }))
        .await
        .expect(200);
    assert_eq!(
        (edited.field("name"), &edited.body["position"]),
        (&json!("丁"), &json!(4))
    );
    device.hear_up_to(4).await;
    assert_eq!(device.text(record, "name"), "丁");
    // A program is nobody who is here.
    assert_eq!(device.heard, [1, 2, 3, 4]);
}

#[tokio::test]
async fn many_edits_at_once_are_all_kept() {
    let (_app, _, program) = Program::start().await;
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let edits = (0..20).map(|it| program.edit("customer", &id, json!({ "employees": it })));
    for answer in futures::future::join_all(edits).await {
        answer.expect(200);
    }
    let feed = program.get("/changes").await;
    assert_eq!(feed.body["changes"].as_array().unwrap().len(), 21);
}

#[tokio::test]
async fn what_is_another_workspaces_is_not_there() {
    let (app, program) = Program::start_open().await;
    let stranger = second_workspace(&app).await;
    let stranger = Program::of(&stranger, "read_write").await;
    let id = program
        .create("customer", json!({ "name": "甲" }))
        .await
        .id();
    let own = stranger
        .create("customer", json!({ "name": "他" }))
        .await
        .id();
    stranger
        .show("customer", &id)
        .await
        .refused(404, "no-record");
    let edit = stranger
        .edit("customer", &id, json!({ "name": "乙" }))
        .await;
    edit.refused(404, "no-record");
    stranger
        .delete("customer", &id)
        .await
        .refused(404, "no-record");
    let restore = format!("/records/customer/{id}/restore");
    let restore = stranger.send(Method::POST, &restore, Value::Null).await;
    restore.refused(404, "no-record");
    let history = stranger
        .get(&format!("/records/customer/{id}/changes"))
        .await;
    history.refused(404, "no-record");
    for path in ["document", "history"] {
        let path = format!("/records/customer/{id}/{path}");
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(stranger.names("/records/customer").await, ["他"]);
    let feed = stranger.get("/changes").await.expect(200);
    assert_eq!(feed.body["changes"].as_array().unwrap().len(), 1);
    assert_eq!(feed.body["changes"][0]["id"], *own);
    // A place is looked for among one's own records only, and the record is untouched.
    assert_eq!(program.show("customer", &id).await.body["position"], 1);
    // The right id under another kind is nothing either.
    program.show("contact", &id).await.refused(404, "no-record");
}
