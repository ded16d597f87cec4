//! A running server and browsers that talk to it.

use huike_server::clock::Clock;
use huike_server::config::{Config, Settings};
use huike_server::serve::Server;
use reqwest::header::{HeaderMap, HeaderValue, ORIGIN};
use reqwest::{RequestBuilder, Response, redirect};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const PASSWORD: &str = "correct horse battery";
pub const LOGIN: &str = "wangwei@example.com";

pub struct TestApp {
    pub address: String,
    pub state: huike_server::app::AppState,
    pub folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<anyhow::Result<()>>>,
}

/// Settings for a data folder and a free port.
pub fn config(folder: &Path) -> Config {
    with_settings(folder, Settings::default())
}

/// The same with more settings.
pub fn with_settings(folder: &Path, settings: Settings) -> Config {
    let ours = Settings {
        port: Some(0),
        data: Some(folder.join("data")),
        site: Some(folder.join("site")),
        ..Settings::default()
    };
    Config::try_from(settings.or(ours)).unwrap()
}

impl TestApp {
    pub async fn start() -> TestApp {
        TestApp::start_with(Settings::default()).await
    }

    pub async fn start_with(settings: Settings) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        TestApp::start_in(folder, settings).await
    }

    pub async fn start_in(folder: TempDir, settings: Settings) -> TestApp {
        let config = with_settings(folder.path(), settings);
        let server = Server::open(config, Clock::system()).await.unwrap();
        TestApp::run(server, folder)
    }

    /// Lets an opened server run.
    pub fn run(server: Server, folder: TempDir) -> TestApp {
        let address = format!("http://{}", server.address);
        let state = server.state.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        TestApp {
            address,
            state,
            folder,
            stop: Some(stop),
            running: Some(running),
        }
    }

    /// Stops the server and gives its folder.
    pub async fn stop(mut self) -> TempDir {
        drop(self.stop.take());
        self.running.take().unwrap().await.unwrap().unwrap();
        self.folder
    }

    /// A browser nobody has signed in with.
    pub fn browser(&self) -> Browser {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(&self.address).unwrap());
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(redirect::Policy::none())
            .default_headers(headers)
            .build()
            .unwrap();
        Browser {
            address: self.address.clone(),
            client,
        }
    }

    /// A browser in which the first account was made.
    pub async fn administrator(&self) -> Browser {
        let browser = self.browser();
        let answer = browser.set_up(&self.state.set_up_code).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        browser
    }

    /// A second member, by invitation.
    pub async fn salesperson(&self, administrator: &Browser, login: &str) -> Browser {
        let path = administrator.invite("a colleague").await;
        let browser = self.browser();
        let answer = browser.join(&path, login, PASSWORD).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        browser
    }
}

#[derive(Clone)]
pub struct Browser {
    pub address: String,
    pub client: reqwest::Client,
}

impl Browser {
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    pub fn delete(&self, path: &str) -> RequestBuilder {
        self.client.delete(format!("{}{path}", self.address))
    }

    pub fn put(&self, path: &str) -> RequestBuilder {
        self.client.put(format!("{}{path}", self.address))
    }

    pub async fn set_up(&self, code: &str) -> Response {
        let form = [
            ("code", code),
            ("workspace", "云仓物流"),
            ("name", "王伟"),
            ("login", LOGIN),
            ("password", PASSWORD),
        ];
        self.post("/setup").form(&form).send().await.unwrap()
    }

    pub async fn sign_in(&self, login: &str, password: &str) -> Response {
        let form = [("login", login), ("password", password)];
        self.post("/sign-in").form(&form).send().await.unwrap()
    }

    pub async fn join(&self, path: &str, login: &str, password: &str) -> Response {
        let form = [("name", "李娜"), ("login", login), ("password", password)];
        self.post(path).form(&form).send().await.unwrap()
    }

    /// Makes an invitation and gives the path of its link.
    pub async fn invite(&self, note: &str) -> String {
        let answer = self
            .post("/api/v1/invitations")
            .json(&json!({ "note": note }));
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let body: Value = answer.json().await.unwrap();
        body["path"].as_str().unwrap().to_owned()
    }

    /// Status of `GET /api/v1/me`: 200 while signed in.
    pub async fn me_status(&self) -> u16 {
        self.get("/api/v1/me")
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    }

    pub async fn json(&self, path: &str) -> Value {
        self.get(path).send().await.unwrap().json().await.unwrap()
    }
}

/// Runs the program `huike` as on a console.
pub fn huike(folder: &Path, arguments: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_huike"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HUIKE_LOG", "error")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap()
}

/// What the program said about its failure; it must be one line.
#[track_caller]
pub fn failure_line(output: &std::process::Output) -> String {
    assert!(!output.status.success(), "it succeeded");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    text
}
