//! What other makers of such systems got wrong, tried here: each test says what it is about.

use crate::app::{Browser, LOGIN, PASSWORD, TestApp};
use huike_server::config::Settings;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, ValueRef as _};
use std::collections::BTreeMap;
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What a refused call may write: that it was refused, and by whom it was tried.
const MAY_CHANGE: [&str; 4] = ["journal", "journal_chain", "attempt", "session"];

/// Every other table with all that is in it.
async fn contents(folder: &Path) -> BTreeMap<String, Vec<Vec<Vec<u8>>>> {
    let file = folder.join("data/huike.sqlite");
    let mut outside = SqliteConnectOptions::new()
        .filename(&file)
        .connect()
        .await
        .unwrap();
    let tables: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'table'")
            .fetch_all(&mut outside)
            .await
            .unwrap();
    let mut contents = BTreeMap::new();
    for table in tables.into_iter().filter(|it| !MAY_CHANGE.contains(&&**it)) {
        let select = AssertSqlSafe(format!("select * from \"{table}\" order by 1, 2"));
        let rows: Vec<SqliteRow> = sqlx::query(select).fetch_all(&mut outside).await.unwrap();
        let cells = |row: &SqliteRow| {
            let cell = |index| {
                let value = row.try_get_raw(index).unwrap();
                if value.is_null() {
                    return Vec::new();
                }
                row.try_get_unchecked::<Vec<u8>, _>(index).unwrap()
            };
            (0..row.len()).map(cell).collect::<Vec<_>>()
        };
        contents.insert(table, rows.iter().map(cells).collect());
    }
    contents
}

/// Calls that change something, as somebody would make them who knows every id.
async fn calls(administrator: &Browser) -> Vec<(Method, String, Value)> {
    let invitations = administrator.json("/api/v1/invitations").await;
    let invitation = invitations["invitations"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let tokens = administrator.json("/api/v1/tokens").await;
    let token = tokens["tokens"][0]["id"].as_str().unwrap().to_owned();
    let sessions = administrator.json("/api/v1/sessions").await;
    let session = sessions["sessions"][0]["id"].as_str().unwrap().to_owned();
    let record = administrator.json("/api/v1/records/customer").await;
    let record = record["records"][0]["id"].as_str().unwrap().to_owned();
    let erase = json!({ "kind": "customer", "id": record });
    vec![
        (
            Method::POST,
            "/api/v1/invitations".into(),
            json!({ "role": "administrator" }),
        ),
        (
            Method::DELETE,
            format!("/api/v1/invitations/{invitation}"),
            Value::Null,
        ),
        (
            Method::DELETE,
            format!("/api/v1/tokens/{token}"),
            Value::Null,
        ),
        (
            Method::DELETE,
            format!("/api/v1/sessions/{session}"),
            Value::Null,
        ),
        (Method::POST, "/api/v1/erasures".into(), erase),
        (
            Method::POST,
            "/api/v1/records/customer".into(),
            json!({ "fields": { "nothing": 1 } }),
        ),
        (
            Method::PATCH,
            format!("/api/v1/records/customer/{record}"),
            json!({ "fields": { "name": 7 } }),
        ),
        (
            Method::POST,
            "/api/v1/password".into(),
            json!({ "current": "wrong", "new": "another long password" }),
        ),
        (
            Method::POST,
            "/api/v1/confirm".into(),
            json!({ "password": "wrong" }),
        ),
        (
            Method::POST,
            "/api/v1/second-factor/turn-on".into(),
            json!({ "code": "000000" }),
        ),
        (
            Method::POST,
            "/api/v1/second-factor/turn-off".into(),
            Value::Null,
        ),
    ]
}

/// CVE-2026-41160: written first, refused afterwards.
#[tokio::test]
async fn b2_a_refused_call_leaves_the_database_as_it_was() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    administrator.invite("somebody").await;
    for (path, body) in [
        (
            "/api/v1/tokens",
            json!({ "name": "books", "scope": "read" }),
        ),
        (
            "/api/v1/records/customer",
            json!({ "fields": { "name": "云仓物流" } }),
        ),
    ] {
        let made = administrator.post(path).json(&body).send().await.unwrap();
        assert_eq!(made.status(), 201, "{path}");
    }
    let calls = calls(&administrator).await;
    let before = contents(app.folder.path()).await;
    assert!(before["record"].len() == 1 && before["member"].len() == 2);
    for (method, path, body) in &calls {
        for (who, browser) in [("a colleague", &colleague), ("a stranger", &app.browser())] {
            let url = format!("{}{path}", app.address);
            let request = browser.client.request(method.clone(), url).json(body);
            let status = request.send().await.unwrap().status();
            assert!(status.is_client_error(), "{who}: {method} {path}: {status}");
            let after = contents(app.folder.path()).await;
            assert!(
                after == before,
                "{who}: {method} {path} changed the database"
            );
        }
        // From another site, in the name of who may.
        let request = administrator
            .client
            .request(method.clone(), format!("{}{path}", app.address));
        let request = request.header("origin", "https://evil.example").json(body);
        assert_eq!(
            request.send().await.unwrap().status(),
            403,
            "{method} {path}"
        );
        assert!(
            contents(app.folder.path()).await == before,
            "{method} {path}"
        );
    }
    assert_eq!(administrator.me_status().await, 200);
}

/// Addresses that answer something about people, tokens, sessions or records.
const READ: [&str; 13] = [
    "/api/v1/version",
    "/api/v1/me",
    "/api/v1/invitations",
    "/api/v1/tokens",
    "/api/v1/sessions",
    "/api/v1/second-factor",
    "/api/v1/second-factors",
    "/api/v1/journal",
    "/api/v1/journal/export?format=json",
    "/api/v1/erasures",
    "/api/v1/changes",
    "/api/v1/records/customer",
    "/api/v1/openapi.json",
];

/// CVE-2026-29108: the hash of a password, or what codes are computed from, in an answer.
#[tokio::test]
async fn b2_no_answer_holds_a_secret() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, "lina@example.com").await;
    let asked = json!({ "name": "books", "scope": "read" });
    let made = administrator
        .post("/api/v1/tokens")
        .json(&asked)
        .send()
        .await
        .unwrap();
    let token: Value = made.json().await.unwrap();
    let token = token["token"].as_str().unwrap();
    let link = administrator.invite("somebody").await;
    let link = link.rsplit('/').next().unwrap();
    let begun = colleague
        .post("/api/v1/second-factor/begin")
        .send()
        .await
        .unwrap();
    let begun: Value = begun.json().await.unwrap();
    let secret = begun["secret"].as_str().unwrap();
    for path in READ {
        for browser in [&administrator, &colleague, &app.browser()] {
            let text = browser
                .get(path)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            for word in ["argon2", "password_hash", "token_hash", token, link, secret] {
                assert!(!text.contains(word), "{path}: {word}");
            }
        }
    }
}

/// What a browser or a proxy keeps can be read by the next one who sits there.
#[tokio::test]
async fn b5_no_answer_of_the_interface_is_kept() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let more = [
        "/api/v1/nothing",
        "/api/v1/sync",
        "/api/v1/records/nothing",
        "/api/v1/sync/states",
    ];
    for path in READ.iter().chain(&more) {
        for browser in [&administrator, &app.browser()] {
            let answer = browser.get(path).send().await.unwrap();
            assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
            assert_eq!(
                answer.headers()["x-content-type-options"],
                "nosniff",
                "{path}"
            );
        }
    }
}

/// CVE-2023-47643: the description of the interface for everybody.
#[tokio::test]
async fn b2_the_description_of_the_interface_is_for_members() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let path = "/api/v1/openapi.json";
    assert_eq!(app.browser().get(path).send().await.unwrap().status(), 401);
    assert_eq!(administrator.get(path).send().await.unwrap().status(), 200);
}

/// CVE-2024-36406, CVE-2024-36419: a link that leads where the `Host` of the request says.
#[tokio::test]
async fn b2_no_link_leads_where_a_header_says() {
    let settings = Settings {
        base_address: Some("https://crm.example.com".into()),
        ..Settings::default()
    };
    let app = TestApp::start_with(settings).await;
    let browser = app.browser();
    let form = [
        ("code", &*app.state.set_up_code),
        ("workspace", "云仓物流"),
        ("name", "王伟"),
        ("login", LOGIN),
        ("password", PASSWORD),
    ];
    let ours = "https://crm.example.com";
    let set_up = browser.post("/setup").header("origin", ours).form(&form);
    let answer = set_up.send().await.unwrap();
    let mut cookies = answer.headers().get_all("set-cookie").iter();
    let ours_only = |it: &&HeaderValue| it.as_bytes().starts_with(b"__Host-huike=");
    let cookie = cookies.find(ours_only).unwrap().to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let invite = browser.post("/api/v1/invitations").header("origin", ours);
    let invite = invite
        .header("cookie", cookie)
        .header("host", "evil.example");
    let invite = invite
        .header("x-forwarded-host", "evil.example")
        .json(&json!({}));
    let body: Value = invite.send().await.unwrap().json().await.unwrap();
    assert!(
        body["link"]
            .as_str()
            .unwrap()
            .starts_with("https://crm.example.com/join/")
    );
    for path in [
        "/",
        "/sign-in?next=//evil.example",
        "/sign-in?next=https://evil.example",
    ] {
        let answer = browser
            .get(path)
            .header("host", "evil.example")
            .header("cookie", cookie);
        let answer = answer.send().await.unwrap();
        let target = answer.headers()["location"].to_str().unwrap();
        assert!(
            target.starts_with('/') && !target.starts_with("//"),
            "{path}: {target}"
        );
    }
}

/// CVE-2025-52892: an odd address took the whole instance down.
#[tokio::test]
async fn b2_odd_requests_break_nobody_else() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let host = app.address.trim_start_matches("http://");
    let headers: String = (0..500).map(|it| format!("X-{it}: {it}\r\n")).collect();
    let odd = [
        "GET //app/ HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /api/v1/records/%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "BREW /sign-in HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_owned(),
        "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: huike={}\r\n\r\n", "é".repeat(500)),
        "\0\u{1}\u{2}\r\n\r\n".to_owned(),
    ];
    for request in &odd {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // An answer, or the end of the connection: never silence for ever.
        let _ = stream.read_to_end(&mut answer).await;
        let line = String::from_utf8_lossy(&answer);
        let line = line.lines().next().unwrap_or_default();
        assert!(
            !line.contains(" 5"),
            "{}: {line}",
            &request[..request.len().min(60)]
        );
        assert_eq!(administrator.me_status().await, 200);
    }
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(many.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 431");
}
