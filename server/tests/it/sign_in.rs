//! First account, sign-in, sign-out, passwords, throttling, other sites.

use crate::app::{Browser, LOGIN, PASSWORD, TestApp};
use huike_server::config::Settings;
use reqwest::Response;
use reqwest::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use serde_json::{Value, json};
use std::time::Duration;

/// The cookie of this name in an answer, with its attributes.
fn cookie_named(answer: &Response, name: &str) -> String {
    let all = answer.headers().get_all(SET_COOKIE).iter();
    let mut texts = all.map(|it| it.to_str().unwrap().to_owned());
    texts
        .find(|it| it.split('=').next() == Some(name))
        .unwrap_or_else(|| panic!("no cookie {name}"))
}

#[tokio::test]
async fn the_first_account_needs_the_code_of_the_console() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let answer = browser.get("/").send().await.unwrap();
    assert_eq!(answer.headers()[LOCATION], "/setup");

    let answer = browser.set_up("AAAA-BBBB-CCCC").await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("设置码不对"));
    assert!(app.state.store.workspaces().await.unwrap().is_empty());

    let answer = browser.set_up(&app.state.set_up_code.to_lowercase()).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()[LOCATION]),
        (303, &"/app/".parse().unwrap())
    );
    let me = browser.json("/api/v1/me").await;
    assert_eq!(me["workspace"]["name"], "云仓物流");
    assert_eq!(me["member"]["name"], "王伟");
    assert_eq!(me["member"]["login"], LOGIN);
    assert_eq!(me["member"]["role"], "administrator");
    assert_eq!(me["members"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn more_workspaces_are_off_by_default() {
    let app = TestApp::start().await;
    app.administrator().await;
    let answer = app.browser().set_up(&app.state.set_up_code).await;
    assert_eq!(answer.status(), 403);
    assert_eq!(app.state.store.workspaces().await.unwrap().len(), 1);

    let settings = Settings {
        open_sign_up: Some(true),
        ..Settings::default()
    };
    let open = TestApp::start_with(settings).await;
    open.administrator().await;
    let form = [
        ("workspace", "Second"),
        ("name", "Ann"),
        ("login", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let answer = open
        .browser()
        .post("/setup")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(open.state.store.workspaces().await.unwrap().len(), 2);
}

#[tokio::test]
async fn two_first_accounts_at_once_make_one_workspace() {
    let app = TestApp::start().await;
    let (one, two) = (app.browser(), app.browser());
    let (one, two) = tokio::join!(
        one.set_up(&app.state.set_up_code),
        two.set_up(&app.state.set_up_code)
    );
    let mut statuses = [one.status().as_u16(), two.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303);
    assert!(statuses[1] >= 400);
    assert_eq!(app.state.store.workspaces().await.unwrap().len(), 1);
}

#[tokio::test]
async fn signing_in_and_out() {
    let app = TestApp::start().await;
    app.administrator().await;
    let browser = app.browser();
    assert_eq!(browser.me_status().await, 401);

    let answer = browser.sign_in(" WangWei@Example.com ", PASSWORD).await;
    assert_eq!(answer.status(), 303);
    let cookie = cookie_named(&answer, "huike");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    // Scripts read the replica's name before anything is shown, and learn nothing else from it.
    let me = browser.json("/api/v1/me").await;
    let replica = format!(
        "{}-{}",
        me["workspace"]["id"].as_str().unwrap(),
        me["member"]["id"].as_str().unwrap()
    );
    let cookie = cookie_named(&answer, "huike_replica");
    assert!(
        cookie.starts_with(&format!("huike_replica={replica};")) && !cookie.contains("HttpOnly"),
        "{cookie}"
    );

    let answer = browser.post("/api/v1/sign-out").send().await.unwrap();
    assert_eq!(answer.status(), 204);
    let removal = cookie_named(&answer, "huike_replica");
    assert!(
        removal.starts_with("huike_replica=;") && removal.contains("Max-Age=0"),
        "{removal}"
    );
    assert_eq!(browser.me_status().await, 401);
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_host_and_https() {
    let settings = Settings {
        base_address: Some("https://crm.example.com".to_owned()),
        ..Settings::default()
    };
    let app = TestApp::start_with(settings).await;
    let form = [
        ("code", app.state.set_up_code.as_str()),
        ("workspace", "云仓物流"),
        ("name", "王伟"),
        ("login", LOGIN),
        ("password", PASSWORD),
    ];
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let post = |path: &str| {
        client
            .post(format!("{}{path}", app.address))
            .header("origin", "https://crm.example.com")
    };
    let answer = post("/setup").form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = cookie_named(&answer, "__Host-huike");
    assert!(cookie.contains("Secure"), "{cookie}");

    // Its removal must be secure too, or the browser ignores it.
    let pair = cookie.split(';').next().unwrap();
    let answer = post("/sign-out")
        .header("cookie", pair)
        .send()
        .await
        .unwrap();
    let removal = cookie_named(&answer, "__Host-huike");
    assert!(
        removal.starts_with("__Host-huike=;") && removal.contains("Secure"),
        "{removal}"
    );
}

#[tokio::test]
async fn a_wrong_password_tells_nothing_about_who_is_here() {
    let app = TestApp::start().await;
    app.administrator().await;
    let browser = app.browser();
    let known = browser.sign_in(LOGIN, "wrong horse battery").await;
    let unknown = browser
        .sign_in("nobody@example.com", "wrong horse battery")
        .await;
    let odd = browser
        .sign_in("no name at all", "wrong horse battery")
        .await;
    assert_eq!([known.status(), unknown.status(), odd.status()], [401; 3]);
    let strip = |text: String, login: &str| text.replace(login, "");
    let known = strip(known.text().await.unwrap(), LOGIN);
    assert_eq!(
        known,
        strip(unknown.text().await.unwrap(), "nobody@example.com")
    );
    assert_eq!(known, strip(odd.text().await.unwrap(), "no name at all"));
    assert!(!known.contains("wrong horse battery"));
}

/// Signs in through a trusted proxy that says where the browser is.
async fn sign_in_from(browser: &Browser, address: &str, password: &str) -> reqwest::Response {
    let form = [("login", LOGIN), ("password", password)];
    let request = browser
        .post("/sign-in")
        .header("x-forwarded-for", address)
        .form(&form);
    request.send().await.unwrap()
}

#[tokio::test]
async fn guessing_is_slowed_down_and_locks_nobody_else_out() {
    let settings = Settings {
        trusted_proxies: Some(vec!["127.0.0.1".parse().unwrap()]),
        ..Settings::default()
    };
    let app = TestApp::start_with(settings).await;
    app.administrator().await;
    let browser = app.browser();
    for _ in 0..5 {
        let answer = sign_in_from(&browser, "203.0.113.5", "wrong horse battery").await;
        assert_eq!(answer.status(), 401);
    }
    // Now even the right password has to wait here …
    let answer = sign_in_from(&browser, "203.0.113.5", PASSWORD).await;
    assert_eq!(answer.status(), 429);
    let seconds: u64 = answer.headers()[RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=15 * 60).contains(&seconds), "{seconds}");
    // … but not elsewhere, and not for others here.
    let answer = sign_in_from(&app.browser(), "203.0.113.6", PASSWORD).await;
    assert_eq!(answer.status(), 303);
    let form = [
        ("login", "nobody@example.com"),
        ("password", "wrong horse battery"),
    ];
    let other = browser
        .post("/sign-in")
        .header("x-forwarded-for", "203.0.113.5")
        .form(&form);
    assert_eq!(other.send().await.unwrap().status(), 401);

    app.state.clock.advance(Duration::from_secs(15 * 60 + 1));
    let answer = sign_in_from(&browser, "203.0.113.5", PASSWORD).await;
    assert_eq!(answer.status(), 303);
}

#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
    let app = TestApp::start().await;
    app.administrator().await;
    let browser = app.browser();
    for index in 0..5 {
        let address = format!("203.0.113.{index}");
        let answer = sign_in_from(&browser, &address, "wrong horse battery").await;
        assert_eq!(answer.status(), 401);
    }
    assert_eq!(
        sign_in_from(&browser, "203.0.113.99", PASSWORD)
            .await
            .status(),
        429
    );
}

#[tokio::test]
async fn attempts_at_the_same_moment_do_not_slip_through_together() {
    let app = TestApp::start().await;
    app.administrator().await;
    let browser = app.browser();
    let attempts = (0..12).map(|_| {
        let browser = browser.clone();
        tokio::spawn(async move { browser.sign_in(LOGIN, "wrong horse battery").await.status() })
    });
    let mut answered = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        answered += usize::from(attempt.await.unwrap() == 401);
    }
    assert_eq!(answered, 5);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let here = app.administrator().await;
    let elsewhere = app.browser();
    elsewhere.sign_in(LOGIN, PASSWORD).await;
    let mut ended = app.state.hear_ended();

    let change = |current: &str, new: &str| {
        here.post("/api/v1/password")
            .json(&json!({ "current": current, "new": new }))
            .send()
    };
    let answer = change("wrong horse battery", "another long password")
        .await
        .unwrap();
    assert_eq!(answer.status(), 422);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["code"], "wrong-password");
    let answer = change(PASSWORD, "short").await.unwrap();
    assert_eq!(
        answer.json::<Value>().await.unwrap()["code"],
        "password-too-short"
    );
    assert_eq!(elsewhere.me_status().await, 200);

    assert_eq!(
        change(PASSWORD, "another long password")
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(here.me_status().await, 200);
    assert_eq!(elsewhere.me_status().await, 401);
    assert!(ended.try_recv().is_ok());
    assert_eq!(app.browser().sign_in(LOGIN, PASSWORD).await.status(), 401);
    assert_eq!(
        app.browser()
            .sign_in(LOGIN, "another long password")
            .await
            .status(),
        303
    );
}

#[tokio::test]
async fn the_password_form_works_without_scripts() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let page = browser
        .get("/account/password")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("修改密码") && page.contains(LOGIN));
    let form = [("current", PASSWORD), ("password", "another long password")];
    let answer = browser
        .post("/account/password")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("密码已修改"));
    let stranger = app.browser().get("/account/password").send().await.unwrap();
    assert_eq!(stranger.headers()[LOCATION], "/sign-in");
}

#[tokio::test]
async fn other_sites_cannot_act_through_a_members_browser() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let own = app.address.clone();
    let prefix_alike = format!("{own}.evil.example");
    for origin in ["https://evil.example", prefix_alike.as_str(), "null", ""] {
        let request = browser.post("/api/v1/sign-out").header("origin", origin);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 403, "{origin}");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "cross-site");
    }
    for site in ["cross-site", "same-site", "none"] {
        let request = browser.post("/sign-out").header("sec-fetch-site", site);
        assert_eq!(request.send().await.unwrap().status(), 403, "{site}");
    }
    let bare = reqwest::Client::new()
        .post(format!("{own}/sign-in"))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 403);
    assert_eq!(browser.me_status().await, 200);
}

#[tokio::test]
async fn a_member_who_left_is_out_at_once() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    let id = colleague.json("/api/v1/me").await["member"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    app.state.store.set_member_active(id, false).await.unwrap();
    assert_eq!(colleague.me_status().await, 401);
    let answer = app.browser().sign_in("lina@example.com", PASSWORD).await;
    assert_eq!(answer.status(), 401);
    let members = administrator.json("/api/v1/me").await["members"].clone();
    assert_eq!(members[1]["active"], false);
}

#[tokio::test]
async fn sessions_survive_a_restart_and_are_kept_as_digests_only() {
    let app = TestApp::start().await;
    app.administrator().await;
    let answer = app.browser().sign_in(LOGIN, PASSWORD).await;
    let cookie = cookie_named(&answer, "huike");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let secret = pair.split_once('=').unwrap().1.to_owned();
    let folder = app.stop().await;

    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let Ok(bytes) = std::fs::read(entry.unwrap().path()) else {
            continue;
        };
        for word in [secret.as_bytes(), PASSWORD.as_bytes()] {
            assert!(!bytes.windows(word.len()).any(|it| it == word));
        }
    }
    let app = TestApp::start_in(folder, Settings::default()).await;
    let client = reqwest::Client::new();
    let request = client
        .get(format!("{}/api/v1/me", app.address))
        .header("cookie", pair);
    assert_eq!(request.send().await.unwrap().status(), 200);
}
