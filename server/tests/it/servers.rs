//! Several servers on one Postgres: one log, whoever is asked.

use crate::app::{Browser, LOGIN, PASSWORD, TestApp};
use crate::postgres::Database;
use crate::sync::device::*;
use huike_server::config::Settings;
use huike_shared::record::RecordRef;
use huike_shared::refusal::Refusal;
use huike_shared::sync::message::{ClientMessage, PushedChange, ServerMessage, Verdict};

const COLLEAGUE: &str = "lina@example.com";

/// Settings of a server on a database.
pub fn on(database: &Database) -> Settings {
    Settings {
        database: Some(database.address.parse().unwrap()),
        ..Settings::default()
    }
}

/// Servers on one database, with one administrator.
struct Servers {
    database: Database,
    all: Vec<TestApp>,
    administrator: Browser,
}

impl Servers {
    async fn start(count: usize) -> Servers {
        let database = Database::new().await;
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(TestApp::start_with(on(&database)).await);
        }
        let administrator = all[0].administrator().await;
        Servers {
            database,
            all,
            administrator,
        }
    }

    /// A session that was begun at one server, used at another.
    async fn account(&self, begun_at: usize, used_at: usize) -> Account {
        let account = Account::sign_in(&self.all[begun_at].address, LOGIN, PASSWORD).await;
        Account {
            address: self.all[used_at].address.clone(),
            ..account
        }
    }
}

#[tokio::test]
async fn one_server_on_postgres_takes_an_edit_and_has_it_after_a_restart() {
    let database = Database::new().await;
    let app = TestApp::start_with(on(&database)).await;
    app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let record = customer();
    let change = device.name(record, "云仓供应链");
    assert_eq!(position(&device.push_one(change).await), 1);
    // Nothing is kept in the folder.
    assert!(!app.folder.path().join("data").exists());
    app.stop().await;

    let again = TestApp::start_with(on(&database)).await;
    let account = Account::sign_in(&again.address, LOGIN, PASSWORD).await;
    let mut other = account.device().await;
    assert_eq!(other.text(record, "name"), "云仓供应链");
    other.reconnect().await;
    assert_eq!(other.cursor, 1);
}

#[tokio::test]
async fn s_06_what_one_server_accepts_the_others_tell_in_the_order_of_the_log() {
    let servers = Servers::start(3).await;
    let mut devices = Vec::new();
    for number in 0..3 {
        devices.push(servers.account(0, number).await.device().await);
    }
    let record = customer();
    for round in 1..=30_u64 {
        let number = round as usize % 3;
        let change = devices[number].name(record, &format!("round {round}"));
        // The author builds on what it heard from the other servers.
        assert_eq!(position(&devices[number].push_one(change).await), round);
        for device in &mut devices {
            device.hear_up_to(round).await;
        }
    }
    for device in &mut devices {
        assert_eq!(device.heard, (1..=30).collect::<Vec<u64>>());
        assert_eq!(device.text(record, "name"), "round 30");
        assert_eq!(device.registers(record).candidates("name").len(), 1);
    }
}

#[tokio::test]
async fn s_06_pushes_at_three_servers_at_once_make_one_order_for_everybody() {
    let servers = Servers::start(3).await;
    let mut devices = Vec::new();
    for number in 0..3 {
        devices.push(servers.account(number, number).await.device().await);
    }
    // Nobody waits for anybody; all of them edit one record and one of their own.
    let shared = customer();
    for chunk in 0..15 {
        for (number, device) in devices.iter_mut().enumerate() {
            let own = customer();
            let changes = vec![
                device.name(shared, &format!("{number} says {chunk}")),
                device.name(own, &format!("own {chunk}")),
            ];
            device.push(changes).await;
        }
    }
    let everything: Vec<u64> = (1..=90).collect();
    for device in &mut devices {
        device.hear_up_to(90).await;
        assert_eq!(device.heard, everything);
    }
    let first = devices[0].registers(shared).clone();
    for device in &mut devices[1..] {
        assert_eq!(device.registers(shared).heads(), first.heads());
        assert_eq!(device.registers(shared).value("name"), first.value("name"));
    }
    let store = &servers.all[0].state.store;
    let faults = huike_server::consistency::faults(&**store).await.unwrap();
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test]
async fn a_device_that_goes_from_server_to_server_is_never_refused() {
    let servers = Servers::start(3).await;
    let account = servers.account(0, 0).await;
    let mut device = account.device().await;
    let record = customer();
    for round in 0..30_usize {
        // Each change builds on the one before, of which this server may not have heard yet.
        device.account.address = servers.all[round % 3].address.clone();
        device.reconnect().await;
        for half in ["first", "second"] {
            let change = device.name(record, &format!("{half} of {round}"));
            position(&device.push_one(change).await);
        }
    }
    assert_eq!(device.cursor, 60);
}

#[tokio::test]
async fn a_session_ends_at_every_server() {
    let servers = Servers::start(2).await;
    let account = servers.account(0, 1).await;
    let mut device = account.device().await;
    let begun_at = Account {
        address: servers.all[0].address.clone(),
        ..account.clone()
    };
    assert_eq!(begun_at.post("/api/v1/sign-out").await.status(), 204);
    // It may hear why, or be found without a session a moment before the news comes.
    while device.socket.hear().await.is_some() {}
    let again = account.socket(Some(&account.address)).await;
    assert_eq!(again.err(), Some(401));
    assert_eq!(account.get("/api/v1/me").await.status(), 401);
}

#[tokio::test]
async fn a_new_member_is_told_at_every_server() {
    let servers = Servers::start(2).await;
    let mut device = servers.account(0, 1).await.device().await;
    let path = servers.administrator.invite("").await;
    let joined = servers.all[0]
        .browser()
        .join(&path, COLLEAGUE, PASSWORD)
        .await;
    assert_eq!(joined.status(), 303);
    loop {
        match device.socket.hear().await.expect("the server closed") {
            ServerMessage::Members { members } if members.len() == 2 => break,
            _ => {}
        }
    }
    // And may sign in wherever they come.
    Account::sign_in(&servers.all[1].address, COLLEAGUE, PASSWORD).await;
}

#[tokio::test]
async fn s_17_who_is_here_is_seen_from_every_server_and_goes() {
    let servers = Servers::start(3).await;
    let mut devices = Vec::new();
    for at in 0..3 {
        devices.push(servers.account(0, at).await.device().await);
    }
    // The second looks at a record; the others, who are elsewhere, see where everybody is.
    let record = customer();
    let look = ClientMessage::Presence {
        record: Some(record),
    };
    devices[1].socket.say(&look).await;
    let here = |at: usize| {
        [None, Some(record)]
            .into_iter()
            .take(at)
            .collect::<Vec<_>>()
    };
    for at in [0, 2] {
        see(&mut devices[at], &here(2)).await;
    }
    see(&mut devices[1], &[None, None]).await;
    // Who leaves is gone everywhere.
    drop(devices.remove(1));
    for device in &mut devices {
        see(device, &here(1)).await;
    }
}

/// Hears until exactly these are here besides, whatever their order.
async fn see(device: &mut Device, expected: &[Option<RecordRef>]) {
    loop {
        let message = device.socket.hear_all().await.expect("the server closed");
        if let ServerMessage::Presence { people } = message {
            let mut records: Vec<_> = people.iter().map(|it| it.record).collect();
            records.sort_unstable();
            if records == expected {
                return;
            }
        }
    }
}

#[tokio::test]
async fn failed_attempts_count_at_all_servers_together() {
    let servers = Servers::start(3).await;
    let mut statuses = Vec::new();
    for number in 0..7 {
        let browser = servers.all[number % 3].browser();
        let answer = browser.sign_in(LOGIN, "wrong horse battery").await;
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429]);
}

#[tokio::test]
async fn an_import_begun_at_one_server_goes_on_at_another() {
    use reqwest::multipart::{Form, Part};
    let servers = Servers::start(2).await;
    let elsewhere = servers.account(0, 1).await;
    let part = Part::bytes("姓名,手机\n云仓,13800000000\n".as_bytes()).file_name("a.csv");
    let form = Form::new().part("file", part);
    let answer = servers
        .administrator
        .post("/api/v1/imports")
        .multipart(form);
    let answer: serde_json::Value = answer.send().await.unwrap().json().await.unwrap();
    let id = answer["id"].as_str().unwrap();
    let client = reqwest::Client::new();
    let post = |path: String, body: serde_json::Value| {
        client
            .post(format!("{}{path}", elsewhere.address))
            .header("origin", &elsewhere.address)
            .header("cookie", &elsewhere.cookie)
            .json(&body)
    };
    let choice = serde_json::json!({ "kind": "customer", "mapping": ["name", "phone"] });
    let checked = post(format!("/api/v1/imports/{id}/check"), choice)
        .send()
        .await
        .unwrap();
    assert_eq!(checked.status(), 200, "{}", checked.text().await.unwrap());
    let commit = post(
        format!("/api/v1/imports/{id}/commit"),
        serde_json::json!({}),
    );
    assert!(commit.send().await.unwrap().status().is_success());
    let mut device = servers.account(0, 0).await.device().await;
    device.hear_up_to(1).await;
}

/// Pushes a change for as long as it cannot be stored for now, and connects again if the server had
/// to close because it could not ask for the session.
async fn insist(device: &mut Device, change: &PushedChange) -> u64 {
    loop {
        device.push(vec![change.clone()]).await;
        let verdict = loop {
            match device.socket.hear().await {
                Some(message) => {
                    if let Some(answer) = device.take(message).into_iter().next() {
                        break Some(answer.verdict);
                    }
                }
                None => {
                    device.reconnect().await;
                    break None;
                }
            }
        };
        match verdict {
            Some(Verdict::Accepted { position, .. }) => return position,
            Some(Verdict::Refused(refusal)) => assert_eq!(refusal, Refusal::Unavailable),
            None => {}
        }
    }
}

/// Hears up to a position, over more than one connection if need be.
async fn hear_up_to(device: &mut Device, position: u64) {
    while device.cursor < position {
        match device.socket.hear().await {
            Some(message) => drop(device.take(message)),
            None => device.reconnect().await,
        }
    }
}

#[tokio::test]
async fn cut_connections_are_made_again_and_nothing_is_missed() {
    let servers = Servers::start(2).await;
    let mut here = servers.account(0, 0).await.device().await;
    let mut there = servers.account(0, 1).await.device().await;
    let record = customer();
    for round in 1..=8_u64 {
        servers.database.cut_connections().await;
        let change = here.name(record, &format!("round {round}"));
        assert_eq!(insist(&mut here, &change).await, round);
        hear_up_to(&mut there, round).await;
        assert_eq!(there.text(record, "name"), format!("round {round}"));
    }
}

#[tokio::test]
async fn news_that_came_while_nobody_could_listen_is_made_up() {
    let servers = Servers::start(2).await;
    let mut here = servers.account(0, 0).await.device().await;
    let mut there = servers.account(0, 1).await.device().await;
    let record = customer();
    let first = here.name(record, "before");
    position(&here.push_one(first).await);
    there.hear_up_to(1).await;
    // A third server writes while the listeners are cut: their notices are lost.
    servers.database.allow_connections(false).await;
    servers.database.cut_connections().await;
    servers.database.allow_connections(true).await;
    let third = TestApp::start_with(on(&servers.database)).await;
    let account = Account::sign_in(&third.address, LOGIN, PASSWORD).await;
    let mut writer = account.device().await;
    let change = writer.name(record, "meanwhile");
    let place = position(&writer.push_one(change).await);
    hear_up_to(&mut there, place).await;
    hear_up_to(&mut here, place).await;
    assert_eq!(there.text(record, "name"), "meanwhile");
}
