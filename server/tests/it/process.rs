//! The program as a process: what it prints, what it logs, how it stops.

use crate::app::{Browser, PASSWORD};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

struct Running {
    child: Child,
    greeting: Vec<String>,
    address: String,
}

/// Starts `huike serve` and reads what it says until it is ready.
fn start(folder: &std::path::Path) -> Running {
    let mut child = Command::new(env!("CARGO_BIN_EXE_huike"))
        .args([
            "serve",
            "--port",
            "0",
            "--log",
            "trace",
            "--log-format",
            "json",
        ])
        .current_dir(folder)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::from(
            std::fs::File::create(folder.join("log")).unwrap(),
        ))
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut greeting = Vec::new();
    while let Some(Ok(line)) = lines.next() {
        let is_last = line.starts_with("Stop with");
        greeting.push(line);
        if is_last {
            break;
        }
    }
    let address = greeting[0].rsplit_once(' ').unwrap().1.to_owned();
    Running {
        child,
        greeting,
        address,
    }
}

fn browser(address: &str) -> Browser {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("origin", address.parse().unwrap());
    let client = reqwest::Client::builder()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none())
        .default_headers(headers)
        .build()
        .unwrap();
    Browser {
        address: address.to_owned(),
        client,
    }
}

#[tokio::test]
async fn the_console_leads_to_the_first_account_and_the_log_tells_nobodys_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(folder.path());
    let link = running
        .greeting
        .iter()
        .find_map(|it| it.find("/setup?code=").map(|at| &it[at..]));
    let code = link.unwrap().split_once('=').unwrap().1.to_owned();

    let browser = browser(&running.address);
    assert_eq!(browser.set_up(&code).await.status(), 303);
    let path = browser.invite("给赵敏的邀请").await;
    browser
        .sign_in("wangwei@example.com", "wrong horse battery")
        .await;
    browser
        .get(&format!("{path}?lang=en"))
        .send()
        .await
        .unwrap();
    browser.get("/nobody@example.com").send().await.unwrap();

    // Asked to stop, it ends by itself and says that all went well.
    let id = running.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(running.child.wait().unwrap().success());

    let mut log = String::new();
    std::fs::File::open(folder.path().join("log"))
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(log.contains("\"http.route\":\"/join/{token}\""), "{log}");
    assert!(
        log.contains("\"http.status\":303") && log.contains("stopped"),
        "{log}"
    );
    let token = path.rsplit_once('/').unwrap().1;
    let secrets = [
        PASSWORD,
        "wrong horse",
        "wangwei",
        "nobody@",
        "王伟",
        "赵敏",
        "云仓",
        token,
        &code,
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
    for line in log.lines() {
        assert!(
            serde_json::from_str::<serde_json::Value>(line).is_ok(),
            "{line}"
        );
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_process_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(folder.path());
    let link = running
        .greeting
        .iter()
        .find_map(|it| it.find("/setup?code=").map(|at| &it[at..]));
    let code = link.unwrap().split_once('=').unwrap().1.to_owned();
    let browser = browser(&running.address);
    assert_eq!(browser.set_up(&code).await.status(), 303);
    let path = browser.invite("").await;
    running.child.kill().unwrap();
    running.child.wait().unwrap();

    let again = start(folder.path());
    assert!(
        !again.greeting.iter().any(|it| it.contains("/setup")),
        "{:?}",
        again.greeting
    );
    let page = self::browser(&again.address)
        .get(&path)
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    let Running { mut child, .. } = again;
    child.kill().unwrap();
    child.wait().unwrap();
}
