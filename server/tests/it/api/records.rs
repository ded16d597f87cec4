//! Making, reading, changing, deleting and restoring a record of any kind.

use super::program::Program;
use serde_json::{Value, json};

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
