//! Headers, files of the site, the service worker, figures, hostile requests.

use crate::app::TestApp;
use huike_server::config::Settings;
use reqwest::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG};
use serde_json::Value;
use std::path::Path;

fn write(root: &Path, name: &str, text: &str) {
    let file = root.join("site").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

async fn with_site(settings: Settings) -> TestApp {
    let app = TestApp::start_with(settings).await;
    let root = app.folder.path();
    write(root, "boot.js", "boot()");
    write(root, "boot.js.br", "not really brotli");
    write(root, "pkg/page_bg.wasm", "wasm");
    write(root, "pkg/page-0123abcd.js", "hashed");
    write(
        root,
        "sw-template.js",
        "const V = '__VERSION__'; const L = __LIST__;",
    );
    write(root, "sw-kill.js", "kill()");
    write(root, "site.json", r#"[["/boot.js","0123456789abcdef"]]"#);
    app
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let app = with_site(Settings::default()).await;
    let browser = app.browser();
    for path in [
        "/setup",
        "/app/",
        "/boot.js",
        "/sw.js",
        "/api/v1/me",
        "/nothing",
    ] {
        let answer = browser.get(path).send().await.unwrap();
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{path}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(
            headers["cross-origin-opener-policy"], "same-origin",
            "{path}"
        );
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert!(headers.contains_key("x-request-id"), "{path}");
        assert!(!headers.contains_key("strict-transport-security"), "{path}");
    }
    let settings = Settings {
        base_address: Some("https://crm.example.com".into()),
        ..Settings::default()
    };
    let secure = TestApp::start_with(settings).await;
    let answer = secure.browser().get("/setup").send().await.unwrap();
    assert!(answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_file_is_asked_for_again_unless_its_name_holds_a_digest() {
    let app = with_site(Settings::default()).await;
    let browser = app.browser();
    let answer = browser.get("/boot.js").send().await.unwrap();
    assert_eq!(answer.headers()[CACHE_CONTROL], "no-cache");
    assert_eq!(
        answer.headers()[CONTENT_TYPE],
        "text/javascript; charset=utf-8"
    );
    let etag = answer.headers()[ETAG].to_str().unwrap().to_owned();
    assert_eq!(answer.text().await.unwrap(), "boot()");
    let again = browser
        .get("/boot.js")
        .header("if-none-match", &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
    let compressed = browser
        .get("/boot.js")
        .header("accept-encoding", "gzip, br")
        .send();
    let compressed = compressed.await.unwrap();
    assert_eq!(compressed.headers()[CONTENT_ENCODING], "br");
    assert_ne!(compressed.headers()[ETAG], etag.as_str());

    let wasm = browser.get("/pkg/page_bg.wasm").send().await.unwrap();
    assert_eq!(wasm.headers()[CONTENT_TYPE], "application/wasm");
    let hashed = browser.get("/pkg/page-0123abcd.js").send().await.unwrap();
    assert!(
        hashed.headers()[CACHE_CONTROL]
            .to_str()
            .unwrap()
            .contains("immutable")
    );

    write(app.folder.path(), "boot.js", "boot(again)");
    let changed = browser
        .get("/boot.js")
        .header("if-none-match", &etag)
        .send()
        .await
        .unwrap();
    assert_eq!(changed.text().await.unwrap(), "boot(again)");
}

#[tokio::test]
async fn nothing_outside_the_site_can_be_read() {
    let app = with_site(Settings::default()).await;
    app.administrator().await;
    let browser = app.browser();
    for path in [
        "/../data/huike.sqlite",
        "/%2e%2e/data/huike.sqlite",
        "/pkg/..%2f..%2fdata",
        "//etc/passwd",
    ] {
        let answer = browser.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_service_worker_knows_every_file_and_the_shell() {
    let app = with_site(Settings::default()).await;
    let answer = app.browser().get("/sw.js").send().await.unwrap();
    assert_eq!(answer.headers()["service-worker-allowed"], "/");
    assert_eq!(answer.headers()[CACHE_CONTROL], "no-cache");
    let script = answer.text().await.unwrap();
    let list = script.split("L = ").nth(1).unwrap().trim_end_matches(';');
    let list: Vec<(String, String)> = serde_json::from_str(list).unwrap();
    assert_eq!(
        list[0],
        ("/boot.js".to_owned(), "0123456789abcdef".to_owned())
    );
    let (path, digest) = &list[1];
    let shell = app.browser().get(path).send().await.unwrap();
    // The worker compares what it fetches with this digest.
    assert_eq!(shell.headers()[ETAG], format!("\"{digest}\"").as_str());
    assert!(!script.contains("__VERSION__"));

    let settings = Settings {
        kill_service_worker: Some(true),
        ..Settings::default()
    };
    let app = with_site(settings).await;
    assert_eq!(
        app.browser()
            .get("/sw.js")
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        "kill()"
    );
}

#[tokio::test]
async fn figures_are_not_public() {
    let app = TestApp::start().await;
    let browser = app.browser();
    assert_eq!(browser.get("/healthz").send().await.unwrap().status(), 200);
    let local = browser.get("/metrics").send().await.unwrap();
    assert_eq!(local.status(), 200);
    assert!(
        local
            .text()
            .await
            .unwrap()
            .contains("huike_http_requests_total")
    );
    // A proxy on this machine makes every visitor look local.
    let proxied = browser
        .get("/metrics")
        .header("x-forwarded-for", "203.0.113.5")
        .send()
        .await;
    assert_eq!(proxied.unwrap().status(), 404);

    let settings = Settings {
        metrics_token: Some("secret".into()),
        ..Settings::default()
    };
    let app = TestApp::start_with(settings).await;
    assert_eq!(
        app.browser().get("/metrics").send().await.unwrap().status(),
        404
    );
    let asked = app
        .browser()
        .get("/metrics")
        .bearer_auth("secret")
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 200);
}

#[tokio::test]
async fn answers_of_the_interface_are_never_kept() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    for path in [
        "/api/v1/me",
        "/api/v1/version",
        "/api/v1/invitations",
        "/sign-in",
    ] {
        let answer = administrator.get(path).send().await.unwrap();
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn large_and_broken_requests_are_refused_in_words() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let post = |body: String| {
        let request = administrator.post("/api/v1/invitations").body(body);
        request.header(CONTENT_TYPE, "application/json").send()
    };
    let broken = post("{".to_owned()).await.unwrap();
    assert_eq!(broken.status(), 400);
    assert_eq!(broken.json::<Value>().await.unwrap()["code"], "bad-request");
    let large = post(format!("{{\"note\":\"{}\"}}", "x".repeat(100_000)))
        .await
        .unwrap();
    assert_eq!(large.status(), 413);
    assert_eq!(large.json::<Value>().await.unwrap()["code"], "too-large");
    let wrong_method = administrator.delete("/api/v1/me").send().await.unwrap();
    assert_eq!(wrong_method.status(), 405);
    assert_eq!(
        administrator.json("/api/v1/invitations").await["invitations"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}
