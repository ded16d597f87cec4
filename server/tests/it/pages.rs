//! Public pages and the shell.

use crate::app::TestApp;
use huike_server::config::Settings;
use reqwest::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, ETAG, HOST, LOCATION, USER_AGENT};

#[tokio::test]
async fn pages_speak_the_language_of_the_visitor() {
    let app = TestApp::start().await;
    app.administrator().await;
    let browser = app.browser();
    let page = async |path: &str, accept: &str| {
        let request = browser.get(path).header(ACCEPT_LANGUAGE, accept);
        request.send().await.unwrap().text().await.unwrap()
    };
    assert!(page("/sign-in", "").await.contains("<html lang=\"zh-CN\">"));
    let english = page("/sign-in", "en-GB,en;q=0.9").await;
    assert!(
        english.contains("<html lang=\"en\">") && english.contains("Sign in"),
        "{english}"
    );
    // A choice by link is kept.
    assert!(
        page("/sign-in?lang=en", "zh-CN")
            .await
            .contains("<html lang=\"en\">")
    );
    assert!(
        page("/sign-in", "zh-CN")
            .await
            .contains("<html lang=\"en\">")
    );
    assert!(
        page("/sign-in?lang=zh-CN", "en")
            .await
            .contains("<html lang=\"zh-CN\">")
    );
}

#[tokio::test]
async fn the_start_page_leads_where_work_is() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let to = async |browser: crate::app::Browser, path: &str| {
        let answer = browser.get(path).send().await.unwrap();
        answer.headers()[LOCATION].to_str().unwrap().to_owned()
    };
    assert_eq!(to(administrator.clone(), "/").await, "/app/");
    assert_eq!(to(administrator.clone(), "/sign-in").await, "/app/");
    assert_eq!(
        to(administrator, "/sign-in?next=/app/deals").await,
        "/app/deals"
    );
    assert_eq!(to(app.browser(), "/").await, "/sign-in");
    assert_eq!(to(app.browser(), "/setup").await, "/sign-in");
}

#[tokio::test]
async fn plain_http_outside_this_machine_is_pointed_out_before_sign_in() {
    let app = TestApp::start().await;
    app.administrator().await;
    let page = async |host: &str| {
        let request = app.browser().get("/sign-in").header(HOST, host);
        request.send().await.unwrap().text().await.unwrap()
    };
    let notice = "这个地址不能离线使用";
    assert!(page("192.168.1.5:8080").await.contains(notice));
    assert!(page("192.168.1.5:8080").await.contains("--base-address"));
    assert!(!page("localhost:8080").await.contains(notice));
    assert!(!page("127.0.0.1:8080").await.contains(notice));

    let settings = Settings {
        base_address: Some("https://crm.example.com".into()),
        ..Settings::default()
    };
    let secure = TestApp::start_with(settings).await;
    let request = secure
        .browser()
        .get("/setup")
        .header(HOST, "crm.example.com");
    assert!(
        !request
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains(notice)
    );
}

#[tokio::test]
async fn inside_another_app_the_page_asks_for_a_real_browser() {
    let app = TestApp::start().await;
    app.administrator().await;
    let page = async |agent: &str| {
        let request = app.browser().get("/sign-in").header(USER_AGENT, agent);
        request.send().await.unwrap().text().await.unwrap()
    };
    let wechat = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 MicroMessenger/8.0.50";
    let dingtalk = "Mozilla/5.0 (Linux; Android 14) AliApp(DingTalk/7.6)";
    assert!(page(wechat).await.contains("请换一个浏览器打开"));
    assert!(page(dingtalk).await.contains("请换一个浏览器打开"));
    assert!(
        !page("Mozilla/5.0 Chrome/156.0 Safari/537.36")
            .await
            .contains("请换一个浏览器打开")
    );
}

#[tokio::test]
async fn the_shell_is_the_same_bytes_for_everybody() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let mine = administrator
        .get("/app/deals/board?x=1")
        .send()
        .await
        .unwrap();
    let etag = mine.headers()[ETAG].to_str().unwrap().to_owned();
    assert_eq!(mine.headers()[CACHE_CONTROL], "no-cache");
    let mine = mine.text().await.unwrap();
    let theirs = app.browser().get("/app/").header(ACCEPT_LANGUAGE, "en");
    assert_eq!(mine, theirs.send().await.unwrap().text().await.unwrap());
    for part in [
        "/boot.js",
        "/core.js",
        "/theme.js",
        "/app.css",
        "/pkg/page_bg.wasm",
        "<noscript>",
        "theme-color",
    ] {
        assert!(mine.contains(part), "{part}");
    }
    assert!(!mine.contains("style=") && !mine.contains("<style"));
    let again = administrator
        .get("/app/")
        .header("if-none-match", etag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn forms_are_safe_from_what_people_type() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let form = [
        ("code", ""),
        ("workspace", "<script>alert(1)</script>\"'"),
        ("name", "&amp;"),
    ];
    let page = browser
        .post("/setup")
        .form(&form)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!page.contains("<script>"), "{page}");
    assert!(page.contains("&lt;script"), "{page}");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_words() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let page = browser.get("/nothing/here").send().await.unwrap();
    assert_eq!(page.status(), 404);
    assert!(page.text().await.unwrap().contains("找不到这个页面"));
    let api = browser
        .get("/api/v1/nothing")
        .header(ACCEPT_LANGUAGE, "en")
        .send()
        .await
        .unwrap();
    assert_eq!(api.status(), 404);
    let body: serde_json::Value = api.json().await.unwrap();
    assert_eq!(body["code"], "not-found");
    assert_eq!(body["message"], "This page cannot be found");
}
