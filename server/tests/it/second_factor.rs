//! A code at sign-in: set up, asked for, used once; recovery codes; the console.

use crate::app::{Browser, LOGIN, PASSWORD, TestApp, config, huike};
use huike_server::clock::Clock;
use huike_server::serve::Server;
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use std::time::Duration;
use totp_rs::{Builder, Secret};

struct Phone {
    secret: String,
    clock: Clock,
}

impl Phone {
    fn code(&self) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let seconds = self.clock.now().millis() as u64 / 1_000;
        totp.generate(seconds).to_string()
    }

    /// The next half minute.
    fn wait(&self) {
        self.clock.advance(Duration::from_secs(30));
    }
}

async fn start() -> (TestApp, Clock) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let config = config(folder.path());
    let server = Server::open(config, clock.clone()).await.unwrap();
    (TestApp::run(server, folder), clock)
}

async fn post(browser: &Browser, path: &str, body: Value) -> (u16, Value) {
    let answer = browser.post(path).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

/// Turns it on and answers the phone with the recovery codes.
async fn turn_on(browser: &Browser, clock: &Clock) -> (Phone, Vec<String>) {
    let (status, body) = post(browser, "/api/v1/second-factor/begin", json!({})).await;
    assert_eq!(status, 200);
    let phone = Phone {
        secret: body["secret"].as_str().unwrap().to_owned(),
        clock: clock.clone(),
    };
    assert!(body["address"].as_str().unwrap().contains(&phone.secret));
    let typed = json!({ "code": phone.code() });
    let (status, body) = post(browser, "/api/v1/second-factor/turn-on", typed).await;
    assert_eq!(status, 200);
    let codes = body["codes"].as_array().unwrap().iter();
    let codes = codes.map(|it| it.as_str().unwrap().to_owned()).collect();
    (phone, codes)
}

async fn type_code(browser: &Browser, code: &str) -> reqwest::Response {
    let form = [("code", code)];
    browser
        .post("/sign-in/code")
        .form(&form)
        .send()
        .await
        .unwrap()
}

/// A browser in which the password was typed.
async fn half_way(app: &TestApp) -> Browser {
    let browser = app.browser();
    let answer = browser.sign_in(LOGIN, PASSWORD).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()[LOCATION], "/sign-in/code");
    browser
}

#[tokio::test]
async fn with_a_second_factor_the_password_alone_opens_nothing() {
    let (app, clock) = start().await;
    let administrator = app.administrator().await;
    let (phone, codes) = turn_on(&administrator, &clock).await;
    assert_eq!(codes.len(), 10);
    let browser = half_way(&app).await;
    assert_eq!(browser.me_status().await, 401);
    let page = browser.get("/sign-in/code").send().await.unwrap();
    assert!(page.text().await.unwrap().contains("one-time-code"));
    for wrong in ["", "000000", "abc", &"1".repeat(200)] {
        assert_eq!(type_code(&browser, wrong).await.status(), 422, "{wrong}");
        assert_eq!(browser.me_status().await, 401);
    }
    // The code by which it was turned on counted already.
    assert_eq!(type_code(&browser, &phone.code()).await.status(), 422);
    phone.wait();
    let code = phone.code();
    let answer = type_code(&browser, &code).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()[LOCATION], "/app/");
    assert_eq!(browser.me_status().await, 200);
    // Seen over a shoulder, it is worth nothing.
    let other = half_way(&app).await;
    assert_eq!(type_code(&other, &code).await.status(), 422);
    // Without a password there is nothing to be typed a code into.
    let answer = type_code(&app.browser(), &code).await;
    assert_eq!(answer.headers()[LOCATION], "/sign-in");
}

#[tokio::test]
async fn a_recovery_code_counts_once_and_is_noted() {
    let (app, clock) = start().await;
    let administrator = app.administrator().await;
    let (_, codes) = turn_on(&administrator, &clock).await;
    let browser = half_way(&app).await;
    let typed = codes[0].to_lowercase().replace('-', " ");
    assert_eq!(type_code(&browser, &typed).await.status(), 303);
    assert_eq!(browser.me_status().await, 200);
    let other = half_way(&app).await;
    assert_eq!(type_code(&other, &codes[0]).await.status(), 422);
    let state = browser.json("/api/v1/second-factor").await;
    assert_eq!(state, json!({ "on": true, "codes_left": 9 }));
    let noted = administrator
        .json("/api/v1/journal?what=recovery-code-used")
        .await;
    assert_eq!(noted["entries"].as_array().unwrap().len(), 1);
    // Kept as digests only.
    let folder = app.stop().await;
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        for code in &codes {
            let letters = code.replace('-', "");
            assert!(!bytes.windows(code.len()).any(|it| it == code.as_bytes()));
            assert!(
                !bytes
                    .windows(letters.len())
                    .any(|it| it == letters.as_bytes())
            );
        }
    }
}

#[tokio::test]
async fn codes_cannot_be_guessed_from_many_addresses() {
    let (app, clock) = start().await;
    let administrator = app.administrator().await;
    let (phone, _) = turn_on(&administrator, &clock).await;
    phone.wait();
    for _ in 0..10 {
        let browser = half_way(&app).await;
        assert_eq!(type_code(&browser, "000000").await.status(), 422);
    }
    let browser = half_way(&app).await;
    assert_eq!(type_code(&browser, &phone.code()).await.status(), 429);
    // Who is signed in goes on, and after a quarter of an hour the phone counts again.
    assert_eq!(administrator.me_status().await, 200);
    clock.advance(Duration::from_secs(16 * 60));
    let browser = half_way(&app).await;
    assert_eq!(type_code(&browser, &phone.code()).await.status(), 303);
}

#[tokio::test]
async fn setting_it_up_and_turning_it_off_need_the_password_and_are_the_members_own() {
    let (app, clock) = start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    let (_, _) = turn_on(&administrator, &clock).await;
    // On already; its secret is seen by nobody any more.
    let (status, body) = post(&administrator, "/api/v1/second-factor/begin", json!({})).await;
    assert_eq!(
        (status, &body["code"]),
        (409, &json!("second-factor-is-on"))
    );
    let picture = administrator
        .get("/api/v1/second-factor/picture.svg")
        .send()
        .await;
    assert_eq!(picture.unwrap().status(), 404);
    let members = administrator.json("/api/v1/second-factors").await;
    assert_eq!(members["members"].as_array().unwrap().len(), 1);
    let refused = colleague
        .get("/api/v1/second-factors")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 403);

    // While it is set up it asks nobody for a code, and the picture is there.
    post(&colleague, "/api/v1/second-factor/begin", json!({})).await;
    let picture = colleague
        .get("/api/v1/second-factor/picture.svg")
        .send()
        .await
        .unwrap();
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert_eq!(picture.headers()["cache-control"], "no-store");
    assert!(picture.text().await.unwrap().contains("<svg"));
    let wrong = json!({ "code": "000000" });
    assert_eq!(
        post(&colleague, "/api/v1/second-factor/turn-on", wrong)
            .await
            .0,
        422
    );
    let answer = app.browser().sign_in("lina@example.com", PASSWORD).await;
    assert_eq!(answer.headers()[LOCATION], "/app/");

    clock.advance(Duration::from_secs(11 * 60));
    for path in ["begin", "turn-on", "turn-off"] {
        let path = format!("/api/v1/second-factor/{path}");
        let (status, body) = post(&administrator, &path, json!({ "code": "1" })).await;
        assert_eq!(
            (status, &body["code"]),
            (403, &json!("confirm-password")),
            "{path}"
        );
    }
    post(
        &administrator,
        "/api/v1/confirm",
        json!({ "password": PASSWORD }),
    )
    .await;
    let (status, _) = post(&administrator, "/api/v1/second-factor/turn-off", json!({})).await;
    assert_eq!(status, 204);
    let answer = app.browser().sign_in(LOGIN, PASSWORD).await;
    assert_eq!(answer.headers()[LOCATION], "/app/");
}

#[tokio::test]
async fn the_console_helps_who_lost_phone_and_paper() {
    let (app, clock) = start().await;
    let administrator = app.administrator().await;
    turn_on(&administrator, &clock).await;
    let output = huike(app.folder.path(), &["member", "reset-second-factor", LOGIN]);
    assert!(output.status.success());
    let answer = app.browser().sign_in(LOGIN, PASSWORD).await;
    assert_eq!(answer.headers()[LOCATION], "/app/");
    let noted = administrator
        .json("/api/v1/journal?what=second-factor-off")
        .await;
    assert_eq!(noted["entries"][0]["detail"], "console");
    let again = huike(app.folder.path(), &["member", "reset-second-factor", LOGIN]);
    assert!(!again.status.success());
}
