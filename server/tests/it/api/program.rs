//! A program with a token.

use crate::app::{Browser, PASSWORD, TestApp};
use huike_server::config::Settings;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// A program that shows a token.
#[derive(Clone)]
pub struct Program {
    pub address: String,
    pub token: String,
    client: reqwest::Client,
}

/// An answer, read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Answer {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Answer {
            status,
            headers,
            body,
        }
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// An error of this status and code; it has a sentence.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Answer {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert!(!self.body["message"].as_str().unwrap().is_empty());
        self
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.body["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", self.body))
            .to_owned()
    }

    pub fn field(&self, name: &str) -> &Value {
        &self.body["fields"][name]
    }

    #[track_caller]
    pub fn tag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}

/// Makes a token in a browser and gives its answer.
pub async fn make_token(browser: &Browser, body: Value) -> Answer {
    Answer::of(
        browser
            .post("/api/v1/tokens")
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

/// The administrator of another workspace on the same server.
pub async fn second_workspace(app: &TestApp) -> Browser {
    let browser = app.browser();
    let form = [
        ("workspace", "Second"),
        ("name", "Ann"),
        ("login", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let answer = browser.post("/setup").form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    browser
}

impl Program {
    /// A program on a server that lets others sign up.
    pub async fn start_open() -> (TestApp, Program) {
        let app = TestApp::start_with(Settings {
            open_sign_up: Some(true),
            ..Settings::default()
        });
        let app = app.await;
        let browser = app.administrator().await;
        let program = Program::of(&browser, "read_write").await;
        (app, program)
    }

    pub fn new(address: &str, token: &str) -> Program {
        Program {
            address: address.to_owned(),
            token: token.to_owned(),
            client: reqwest::Client::new(),
        }
    }

    /// A program in the name of the browser's member.
    pub async fn of(browser: &Browser, scope: &str) -> Program {
        let body = json!({ "name": "a program", "scope": scope });
        let answer = make_token(browser, body).await.expect(201);
        Program::new(&browser.address, answer.body["token"].as_str().unwrap())
    }

    /// A workspace with an administrator's program that reads and writes.
    pub async fn start() -> (TestApp, Browser, Program) {
        let app = TestApp::start().await;
        let browser = app.administrator().await;
        let program = Program::of(&browser, "read_write").await;
        (app, browser, program)
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}/api/v1{path}", self.address))
            .bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.ask(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        Answer::of(self.ask(method, path).json(&body).send().await.unwrap()).await
    }

    pub async fn create(&self, kind: &str, fields: Value) -> Answer {
        let body = json!({ "fields": fields });
        self.send(Method::POST, &format!("/records/{kind}"), body)
            .await
    }

    pub async fn show(&self, kind: &str, id: &str) -> Answer {
        self.get(&format!("/records/{kind}/{id}")).await
    }

    pub async fn edit(&self, kind: &str, id: &str, fields: Value) -> Answer {
        let body = json!({ "fields": fields });
        self.send(Method::PATCH, &format!("/records/{kind}/{id}"), body)
            .await
    }

    pub async fn delete(&self, kind: &str, id: &str) -> Answer {
        let path = format!("/records/{kind}/{id}");
        Answer::of(self.ask(Method::DELETE, &path).send().await.unwrap()).await
    }

    /// Names of the records in a list.
    pub async fn names(&self, path: &str) -> Vec<String> {
        let answer = self.get(path).await.expect(200);
        let records = answer.body["records"].as_array().unwrap();
        let name = |it: &Value| it["fields"]["name"].as_str().unwrap().to_owned();
        records.iter().map(name).collect()
    }
}
