//! What is erased for good is nowhere: not in the files, not on devices, and it does not come back.

use crate::api::program::second_workspace;
use crate::app::{Browser, LOGIN, PASSWORD, TestApp, huike};
use crate::sync::device::{Account, Device, assert_refused, customer, now, position};
use huike_server::config::Settings;
use huike_server::entropy::OsEntropy;
use huike_shared::customers::Contact;
use huike_shared::deals::Pipeline;
use huike_shared::followups::Activity;
use huike_shared::id::Entropy as _;
use huike_shared::record::{Record, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{ClientMessage, DocumentState, PROTOCOL_FIRST, ServerMessage};
use serde_json::{Value, json};
use std::path::Path;

/// Words that must be nowhere afterwards, and one that must stay.
const GONE: [&str; 5] = [
    "Zhangxiaoming",
    "13912345678",
    "secret-visit",
    "an-older-name",
    "wife-anna",
];
const STAYS: &str = "Beichen-Logistics";

fn new<T: Record>() -> RecordRef {
    RecordRef {
        kind: T::DEF.kind,
        id: OsEntropy.record_id(now()),
    }
}

fn link(to: RecordRef) -> Scalar {
    Scalar::text(to.id.to_string())
}

/// A customer with a contact and an activity, changed more than once, and another customer.
struct Company {
    person: RecordRef,
    contact: RecordRef,
    visit: RecordRef,
    other: RecordRef,
}

async fn fill(device: &mut Device) -> Company {
    let company = Company {
        person: customer(),
        contact: new::<Contact>(),
        visit: new::<Activity>(),
        other: customer(),
    };
    let of = link(company.person);
    let changes = vec![
        device.name(company.person, "an-older-name"),
        device.edit(
            company.person,
            &[
                ("name", Scalar::text("Zhangxiaoming")),
                ("phone", Scalar::text("13912345678")),
            ],
        ),
        device.edit(
            company.contact,
            &[
                ("name", Scalar::text("wife-anna")),
                ("customer", of.clone()),
            ],
        ),
        device.edit(
            company.visit,
            &[("purpose", Scalar::text("secret-visit")), ("customer", of)],
        ),
        device.name(company.other, STAYS),
    ];
    for answer in device.push_all(changes).await {
        position(&answer.verdict);
    }
    company
}

async fn erase(browser: &Browser, record: RecordRef) -> Value {
    let asked = json!({ "kind": "customer", "id": record.id.to_string() });
    let answer = browser
        .post("/api/v1/erasures")
        .json(&asked)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    answer.json().await.unwrap()
}

/// The files below a folder that hold a word.
fn holding(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, word));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(word.len()).any(|it| it == word.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[track_caller]
fn assert_nowhere(folder: &Path) {
    for word in GONE {
        assert_eq!(holding(folder, word), Vec::<String>::new(), "{word}");
    }
    assert!(!holding(folder, STAYS).is_empty());
}

#[tokio::test]
async fn s_35_what_was_erased_is_in_no_file_and_on_no_device() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut author = account.device().await;
    let company = fill(&mut author).await;
    let mut reader = account.device().await;
    let asked = format!(
        "/api/v1/erasures/plan?kind=customer&id={}",
        company.person.id
    );
    let plan = administrator.json(&asked).await;
    let expected = json!({ "activity": 1, "contact": 1, "customer": 1 });
    assert_eq!(plan["records"], expected);
    let data = app.folder.path().join("data");
    assert!(GONE.iter().all(|it| !holding(&data, it).is_empty()));

    assert_eq!(
        erase(&administrator, company.person).await["records"],
        expected
    );
    assert_nowhere(&data);
    let head = reader.cursor + 3;
    reader.hear_up_to(head).await;
    for record in [company.person, company.contact, company.visit] {
        assert_eq!(reader.states[&record], DocumentState::Erased);
    }
    assert_eq!(reader.text(company.other, "name"), STAYS);
    // A new device reads the whole log, or the states.
    let mut late = account.device().await;
    assert_eq!(late.states[&company.person], DocumentState::Erased);
    assert_eq!(late.text(company.other, "name"), STAYS);
    let page = account.states(0).await;
    let erased = page
        .states
        .iter()
        .filter(|it| it.state == DocumentState::Erased);
    assert_eq!(erased.count(), 3);

    let path = format!("/api/v1/records/customer/{}", company.person.id);
    for path in [
        path.clone(),
        format!("{path}/changes"),
        format!("{path}/document"),
    ] {
        assert_eq!(
            administrator.get(&path).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
    let feed = administrator.json("/api/v1/changes").await;
    let last = feed["changes"].as_array().unwrap().last().unwrap();
    assert_eq!(last["action"], "erase");
    let list = administrator.json("/api/v1/erasures").await;
    assert_eq!(list["erased"].as_array().unwrap().len(), 3);
    let output = huike(app.folder.path(), &["check"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok");
    // Once more: there is nothing to erase.
    let again = administrator.get(&asked).send().await.unwrap();
    assert_eq!(again.status(), 404);
}

#[tokio::test]
async fn s_36_nothing_of_an_erased_record_comes_back() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut author = account.device().await;
    let company = fill(&mut author).await;
    let edit = author.name(company.person, "Zhangxiaoming, really");
    let tied = author.edit(
        new::<Contact>(),
        &[
            ("name", Scalar::text("wife-anna")),
            ("customer", link(company.person)),
        ],
    );
    let free = author.name(company.other, "Beichen");
    erase(&administrator, company.person).await;
    for answer in author.push_all(vec![edit, tied]).await {
        assert_refused(&answer.verdict, &Refusal::Erased);
    }
    position(&author.push_one(free).await);
    assert_nowhere(&app.folder.path().join("data"));
}

#[tokio::test]
async fn a_restored_backup_forgets_what_was_erased_before_it_serves() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let company = fill(&mut account.device().await).await;
    let backup = app.folder.path().join("backup.sqlite");
    let made = huike(app.folder.path(), &["backup", backup.to_str().unwrap()]);
    assert!(made.status.success());
    erase(&administrator, company.person).await;
    let folder = app.stop().await;
    let restored = huike(
        folder.path(),
        &["restore", "--force", backup.to_str().unwrap()],
    );
    assert!(
        restored.status.success(),
        "{}",
        String::from_utf8_lossy(&restored.stderr)
    );
    std::fs::remove_file(&backup).unwrap();
    assert!(!holding(&folder.path().join("data"), GONE[0]).is_empty());

    let app = TestApp::start_in(folder, Settings::default()).await;
    assert_nowhere(&app.folder.path().join("data"));
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let device = account.device().await;
    assert_eq!(device.states[&company.person], DocumentState::Erased);
}

#[tokio::test]
async fn only_administrators_erase_and_only_what_is_theirs() {
    let app = TestApp::start_with(Settings {
        open_sign_up: Some(true),
        ..Settings::default()
    })
    .await;
    let administrator = app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let company = fill(&mut device).await;
    let seller = app.salesperson(&administrator, "lina@example.com").await;
    let stranger = second_workspace(&app).await;
    let pipeline = new::<Pipeline>();
    let made = device.name(pipeline, "standard");
    position(&device.push_one(made).await);
    let named =
        |kind: &str, record: RecordRef| json!({ "kind": kind, "id": record.id.to_string() });
    let person = named("customer", company.person);
    for (browser, asked, expected) in [
        (&seller, &person, 403),
        (&app.browser(), &person, 401),
        (&stranger, &person, 404),
        (&administrator, &named("customer", customer()), 404),
        (&administrator, &named("pipeline", pipeline), 422),
        (&administrator, &json!({ "kind": "customer" }), 422),
    ] {
        let answer = browser
            .post("/api/v1/erasures")
            .json(asked)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), expected, "{asked}");
    }
    assert_eq!(
        seller
            .get("/api/v1/erasures")
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    let list = administrator.json("/api/v1/erasures").await;
    assert_eq!(list["erased"], json!([]));
    assert!(!app.folder.path().join("data/erased.list").exists());
}

#[tokio::test]
async fn s_37_a_client_of_the_first_version_hands_over_what_it_has_and_goes() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let company = fill(&mut account.device().await).await;
    let mut old = Device::new(&account, OsEntropy.record_id(now())).await;
    let hello = |device: &Device| {
        let mut hello = device.hello();
        hello.protocol = PROTOCOL_FIRST;
        ClientMessage::Hello(hello)
    };
    old.socket.say(&hello(&old)).await;
    let Some(ServerMessage::Welcome(welcome)) = old.socket.hear().await else {
        panic!("not welcome");
    };
    old.log = Some(welcome.log);
    old.hear_up_to(welcome.head).await;
    erase(&administrator, company.person).await;
    // It is not told, works on, and is heard until it is silent.
    let edit = old.name(company.other, "Beichen");
    let frame = |changes| {
        huike_shared::sync::message::encode(PROTOCOL_FIRST, &ClientMessage::Push { changes })
    };
    old.socket.say_bytes(frame(vec![edit])).await;
    let answer = old.socket.hear().await;
    assert!(
        matches!(answer, Some(ServerMessage::Answers { .. })),
        "{answer:?}"
    );
    assert_eq!(old.socket.closed_with().await, Refusal::ClientTooOld);
    // Nor by states.
    let states = account.get("/api/v1/sync/states?after=0").await;
    assert_eq!(states.status(), 426);
}

#[tokio::test]
async fn the_console_erases_a_record_or_a_list() {
    let app = TestApp::start().await;
    app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let company = fill(&mut account.device().await).await;
    let folder = app.stop().await;
    let data = folder.path().join("data");
    let backup = huike(folder.path(), &["backup", "backup.sqlite"]);
    assert!(backup.status.success());
    let id = company.person.id.to_string();
    let said = |arguments: &[&str]| {
        let output = huike(folder.path(), arguments);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    assert!(
        !huike(folder.path(), &["erase", "customer", "nonsense"])
            .status
            .success()
    );
    assert!(
        !huike(folder.path(), &["erase", "pipeline", &id])
            .status
            .success()
    );
    assert_eq!(
        said(&["erase", "customer", &id]),
        "3 records erased for good"
    );
    assert_nowhere(&data);
    assert_eq!(said(&["check"]), "ok");
    // On another machine, from the same backup.
    std::fs::rename(data.join("erased.list"), folder.path().join("list")).unwrap();
    assert!(
        huike(folder.path(), &["restore", "--force", "backup.sqlite"])
            .status
            .success()
    );
    assert!(!holding(&data, GONE[0]).is_empty());
    assert_eq!(
        said(&["erase", "--list", "list"]),
        "3 records erased for good"
    );
    assert_nowhere(&data);
}

#[tokio::test]
async fn earlier_epochs_of_a_record_are_erased_with_it() {
    let app = TestApp::start().await;
    app.administrator().await;
    let account = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let mut device = account.device().await;
    let company = fill(&mut device).await;
    let mut changes = Vec::new();
    for number in 0..210 {
        changes.push(device.name(company.person, &format!("Zhangxiaoming {number}")));
    }
    for answer in device.push_all(changes).await {
        position(&answer.verdict);
    }
    let folder = app.stop().await;
    let compacted = huike(folder.path(), &["compact"]);
    assert!(compacted.status.success());
    assert!(String::from_utf8_lossy(&compacted.stdout).contains('1'));
    let id = company.person.id.to_string();
    assert!(
        huike(folder.path(), &["erase", "customer", &id])
            .status
            .success()
    );
    assert_nowhere(&folder.path().join("data"));
    let output = huike(folder.path(), &["check"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "ok");
}
