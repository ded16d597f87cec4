//! A server that is killed while it imports has imported everything or nothing.

use crate::app::{Browser, LOGIN, PASSWORD, huike};
use reqwest::multipart::{Form, Part};
use reqwest::{header, redirect};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROWS: usize = 400;

/// A server in a process of its own.
struct Process {
    child: Child,
    browser: Browser,
    set_up_code: Option<String>,
}

impl Process {
    fn start(folder: &Path) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_huike"))
            .args(["serve", "--port", "0", "--data", "data", "--log", "error"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = None;
        let mut set_up_code = None;
        for line in &mut lines {
            let line = line.unwrap();
            if let Some((_, found)) = line.split_once("is ready: ") {
                address = Some(found.trim().to_owned());
            }
            if let Some((_, found)) = line.split_once("/setup?code=") {
                set_up_code = Some(found.trim().to_owned());
            }
            if line.starts_with("Stop with") {
                break;
            }
        }
        // The pipe stays open, or the next line the server writes would end it.
        std::thread::spawn(move || lines.for_each(drop));
        let address = address.expect("the server prints its address");
        let mut headers = header::HeaderMap::new();
        headers.insert(header::ORIGIN, address.parse().unwrap());
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .default_headers(headers)
            .build()
            .unwrap();
        Process {
            child,
            browser: Browser { address, client },
            set_up_code,
        }
    }

    /// Ends the process at once, as a power cut would.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn prepare(browser: &Browser) -> String {
    let mut file = String::from("姓名,手机,备注\n");
    for row in 0..ROWS {
        file.push_str(&format!("客户{row},138{row:08},第 {row} 行\n"));
    }
    let part = Part::bytes(file.into_bytes()).file_name("customers.csv");
    let form = Form::new().part("file", part);
    let answer = browser
        .post("/api/v1/imports")
        .multipart(form)
        .send()
        .await
        .unwrap();
    let uploaded: Value = answer.json().await.unwrap();
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    let body = json!({ "kind": "customer", "mapping": ["name", "phone", "remark"] });
    let answer = browser
        .post(&format!("{path}/check"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    path
}

/// Asks the program itself whether the database is sound.
#[track_caller]
fn check(folder: &Path) {
    let output = huike(folder, &["check", "--data", "data"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn a_server_killed_while_it_imports_has_imported_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut outcomes = Vec::new();
    let mut expected = 0;
    // The last one waits until the server says that it is done, and is killed in that moment.
    for wait_ms in [0, 60, 150, 300, 500, 800, u64::MAX] {
        let process = Process::start(folder.path());
        let browser = &process.browser;
        match &process.set_up_code {
            Some(code) => assert_eq!(browser.set_up(code).await.status(), 303),
            None => assert_eq!(browser.sign_in(LOGIN, PASSWORD).await.status(), 303),
        }
        let path = prepare(browser).await;
        let commit = browser.post(&format!("{path}/commit")).json(&json!({}));
        assert_eq!(commit.send().await.unwrap().status(), 202);
        let begun = Instant::now();
        while begun.elapsed().as_millis() < u128::from(wait_ms) {
            if wait_ms == u64::MAX && browser.json(&path).await["state"] == "done" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        process.kill();

        let process = Process::start(folder.path());
        let browser = &process.browser;
        assert_eq!(browser.sign_in(LOGIN, PASSWORD).await.status(), 303);
        let standing = browser.json(&path).await;
        let state = standing["state"].as_str().unwrap().to_owned();
        expected += match state.as_str() {
            "done" => ROWS,
            "checked" => 0,
            other => panic!("{other}"),
        };
        let counted = count(browser).await;
        assert_eq!(counted, expected, "{outcomes:?} {state} after {wait_ms} ms");
        outcomes.push(state);
        process.kill();
    }
    assert_eq!(outcomes.last().map(String::as_str), Some("done"));
    println!("{outcomes:?}");
    check(folder.path());
}

/// Counts the records that a new device would get.
async fn count(browser: &Browser) -> usize {
    use huike_shared::sync::message::{StatesPage, decode_unlimited};
    let (mut after, mut count) = (0, 0);
    loop {
        let path = format!("/api/v1/sync/states?after={after}");
        let answer = browser.get(&path).send().await.unwrap();
        let page: StatesPage = decode_unlimited(&answer.bytes().await.unwrap()).unwrap();
        count += page.states.len();
        if page.remaining == 0 {
            return count;
        }
        after = page.next;
    }
}
