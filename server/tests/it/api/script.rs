//! The example that the documentation shows is run, as it is.

use super::program::Program;
use serde_json::json;
use std::path::Path;
use std::process::{Command, Output};

const SCRIPT: &str = "../docs/examples/customer_and_deal.py";
const FIRST: &str = "00000000000000a1";
const SECOND: &str = "00000000000000a2";

async fn run(program: &Program, arguments: &'static [&'static str]) -> Output {
    let mut command = Command::new("python3");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT))
        .args(arguments)
        .env("HUIKE_ADDRESS", &program.address)
        .env("HUIKE_TOKEN", &program.token)
        .env("PYTHONIOENCODING", "utf-8")
        .env_remove("http_proxy")
        .env_remove("HTTP_PROXY");
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_example_adds_a_customer_moves_a_deal_and_follows_the_feed() {
    let (_app, _, program) = Program::start().await;
    let pipeline = json!({
        "name": "销售",
        "stages": {
            SECOND: { "name": "报价", "rank": "a1" },
            FIRST: { "name": "接触", "rank": "a0" },
        },
    });
    program.create("pipeline", pipeline).await.expect(201);
    let output = run(&program, &["云仓物流", "3"]).await;
    let told = String::from_utf8(output.stdout).unwrap();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}{failed}");

    assert_eq!(program.names("/records/customer").await, ["云仓物流"]);
    let deals = program.get("/records/deal").await.expect(200);
    let deal = &deals.body["records"][0]["fields"];
    assert_eq!(deal["place"]["stage"], SECOND);
    assert_eq!(deal["amount"]["minor"], 1_200_000);
    let lines: Vec<&str> = told.lines().skip(2).collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].starts_with("2 create customer "), "{told}");
    assert!(lines[1].starts_with("3 create deal "), "{told}");
    assert_eq!(lines[2], "4 edit deal place");
}

#[tokio::test]
async fn the_example_says_what_it_was_refused() {
    let (_app, browser, _) = Program::start().await;
    let reader = Program::of(&browser, "read").await;
    let output = run(&reader, &["云仓物流", "1"]).await;
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("refused: 403 token-read-only"), "{told}");
}
