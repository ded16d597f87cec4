//! Roles, departments and narrowed rights as people meet them: who may set them, and what follows at once.

use crate::api::program::{Answer, Program};
use crate::app::{Browser, LOGIN, PASSWORD, TestApp};
use crate::sync::device::{Account, Device, assert_refused, customer};
use huike_server::config::Settings;
use huike_server::store::rights::StoredRights;
use huike_shared::access::Role;
use huike_shared::id::RecordId;
use huike_shared::refusal::Refusal;
use huike_shared::scalar::Scalar;
use huike_shared::sync::message::{ServerMessage, Verdict};
use reqwest::Method;
use serde_json::{Value, json};

const COLLEAGUE: &str = "lina@example.com";

async fn ask(browser: &Browser, method: Method, path: &str, body: &Value) -> Answer {
    let url = format!("{}/api/v1{path}", browser.address);
    let request = browser.client.request(method, url).json(body);
    Answer::of(request.send().await.unwrap()).await
}

async fn put(browser: &Browser, path: &str, body: Value) -> Answer {
    ask(browser, Method::PUT, path, &body).await
}

/// An administrator and a salesperson, each in a browser, and the salesperson's id.
async fn two_browsers() -> (TestApp, Browser, Browser, String) {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let colleague = app.salesperson(&administrator, COLLEAGUE).await;
    let me = colleague.json("/api/v1/me").await;
    let id = me["member"]["id"].as_str().unwrap().to_owned();
    (app, administrator, colleague, id)
}

async fn stored(app: &TestApp) -> StoredRights {
    let workspace = &app.state.store.workspaces().await.unwrap()[0];
    app.state.store.rights(workspace.id).await.unwrap()
}

async fn department(browser: &Browser, name: &str, parent: Option<&str>) -> String {
    let body = json!({ "name": name, "parent": parent });
    let made = ask(browser, Method::POST, "/departments", &body).await;
    made.expect(201).id()
}

#[tokio::test]
async fn roles_and_departments_are_set_by_administrators_and_nobody_else() {
    let (app, administrator, colleague, id) = two_browsers().await;
    let sales = department(&administrator, "销售部", None).await;
    let south = department(&administrator, " 华南 ", Some(&sales)).await;
    let member = format!("/members/{id}");
    let role = "/roles/salesperson";
    let narrowed = json!({ "rights": { "customer": { "edit": "own", "assign": "none" } } });

    let before = stored(&app).await;
    let one = format!("/departments/{south}");
    let described = json!({ "name": "华南二部", "parent": null });
    let placed = json!({ "role": "administrator", "department": null });
    for (method, path, body) in [
        (Method::PUT, &*member, &placed),
        (Method::POST, "/departments", &described),
        (Method::PUT, &one, &described),
        (Method::DELETE, &one, &Value::Null),
        (Method::PUT, role, &narrowed),
    ] {
        let answer = ask(&colleague, method.clone(), path, body).await;
        answer.refused(403, "not-permitted");
        let answer = ask(&app.browser(), method, path, body).await;
        answer.refused(401, "not-signed-in");
    }
    assert_eq!(stored(&app).await, before);

    let placed = json!({ "role": "service_manager", "department": south });
    put(&administrator, &member, placed).await.expect(204);
    put(&administrator, role, narrowed).await.expect(204);
    // Everybody who works here may know.
    let members = colleague.json("/api/v1/members").await;
    assert_eq!(members["members"][1]["role"], "service_manager");
    assert_eq!(members["members"][1]["department"], json!(south));
    let departments = colleague.json("/api/v1/departments").await;
    assert_eq!(departments["departments"][1]["name"], "华南");
    assert_eq!(departments["departments"][1]["parent"], json!(sales));
    let roles = colleague.json("/api/v1/roles").await;
    let roles = roles["roles"].as_array().unwrap();
    let salesperson = roles.iter().find(|it| it["role"] == "salesperson");
    let salesperson = salesperson.unwrap();
    assert_eq!(salesperson["rights"]["customer"]["edit"], "own");
    assert_eq!(salesperson["rights"]["customer"]["see"], "all");
    assert_eq!(salesperson["whole"]["customer"]["edit"], "all");
    assert_eq!(
        colleague.json("/api/v1/me").await["member"]["role"],
        "service_manager"
    );

    // What is not named comes back.
    put(&administrator, role, json!({ "rights": {} }))
        .await
        .expect(204);
    assert_eq!(stored(&app).await.narrowed, []);
}

#[tokio::test]
async fn what_would_leave_a_company_that_cannot_stand_is_refused_and_not_stored() {
    let (app, administrator, _, id) = two_browsers().await;
    let me = administrator.json("/api/v1/me").await;
    let me = format!("/members/{}", me["member"]["id"].as_str().unwrap());
    let member = format!("/members/{id}");
    let top = department(&administrator, "总部", None).await;
    let below = department(&administrator, "销售部", Some(&top)).await;
    let placed = json!({ "role": "salesperson", "department": below });
    put(&administrator, &member, placed).await.expect(204);
    let nobody = RecordId([9; 16]).to_string();
    let (top, below) = (
        format!("/departments/{top}"),
        format!("/departments/{below}"),
    );
    let before = stored(&app).await;

    let place = |role: &str, at: &Value| json!({ "role": role, "department": at });
    let null = Value::Null;
    for (path, body, status, code) in [
        (&*me, place("viewer", &null), 409, "last-administrator"),
        (&*member, place("boss", &null), 400, "bad-request"),
        (
            &*member,
            place("viewer", &json!(nobody)),
            422,
            "department-misplaced",
        ),
        (
            &*member,
            place("viewer", &json!("x")),
            422,
            "department-misplaced",
        ),
        (
            &format!("/members/{nobody}"),
            place("viewer", &null),
            404,
            "not-found",
        ),
        (
            &*top,
            json!({ "name": "总部", "parent": below[13..] }),
            422,
            "department-misplaced",
        ),
        (
            &*top,
            json!({ "name": "", "parent": null }),
            422,
            "department-name",
        ),
        (
            &*below,
            json!({ "name": "总部", "parent": null }),
            422,
            "department-name",
        ),
        (
            &format!("/departments/{nobody}"),
            json!({ "name": "甲", "parent": null }),
            404,
            "not-found",
        ),
        (
            "/roles/salesperson",
            rights("customer", "see", "own"),
            422,
            "right-not-narrowed",
        ),
        (
            "/roles/salesperson",
            rights("customer", "export", "none"),
            422,
            "right-not-narrowed",
        ),
        (
            "/roles/engineer",
            rights("customer", "edit", "own"),
            422,
            "right-wider",
        ),
        (
            "/roles/administrator",
            rights("customer", "edit", "own"),
            422,
            "administrator-whole",
        ),
        (
            "/roles/boss",
            rights("customer", "edit", "own"),
            404,
            "not-found",
        ),
        (
            "/roles/viewer",
            rights("spaceship", "edit", "own"),
            400,
            "bad-request",
        ),
        (
            "/roles/viewer",
            rights("customer", "administer", "own"),
            400,
            "bad-request",
        ),
        (
            "/roles/viewer",
            rights("customer", "edit", "some"),
            400,
            "bad-request",
        ),
    ] {
        put(&administrator, path, body).await.refused(status, code);
    }
    for path in [&top, &below] {
        let answer = ask(&administrator, Method::DELETE, path, &null).await;
        answer.refused(409, "department-in-use");
    }
    assert_eq!(stored(&app).await, before);
}

fn rights(kind: &str, action: &str, scope: &str) -> Value {
    json!({ "rights": { kind: { action: scope } } })
}

#[tokio::test]
async fn administrators_of_another_workspace_reach_nobody_here() {
    let app = TestApp::start_with(Settings {
        open_sign_up: Some(true),
        ..Settings::default()
    });
    let app = app.await;
    let ours = app.administrator().await;
    let theirs = crate::api::program::second_workspace(&app).await;
    let sales = department(&ours, "销售部", None).await;
    let me = ours.json("/api/v1/me").await;
    let me = me["member"]["id"].as_str().unwrap().to_owned();
    let before = stored(&app).await;

    let placed = json!({ "role": "viewer", "department": null });
    let answer = put(&theirs, &format!("/members/{me}"), placed).await;
    answer.refused(404, "not-found");
    let path = format!("/departments/{sales}");
    let described = json!({ "name": "乙", "parent": null });
    put(&theirs, &path, described)
        .await
        .refused(404, "not-found");
    let answer = ask(&theirs, Method::DELETE, &path, &Value::Null).await;
    answer.refused(404, "not-found");
    let body = json!({ "name": "乙", "parent": sales });
    let answer = ask(&theirs, Method::POST, "/departments", &body).await;
    answer.refused(422, "department-misplaced");
    let own = theirs.json("/api/v1/me").await;
    let own = format!("/members/{}", own["member"]["id"].as_str().unwrap());
    let placed = json!({ "role": "administrator", "department": sales });
    put(&theirs, &own, placed)
        .await
        .refused(422, "department-misplaced");
    put(&theirs, "/roles/viewer", rights("customer", "edit", "none"))
        .await
        .expect(204);
    assert_eq!(stored(&app).await, before);
    assert_eq!(
        theirs.json("/api/v1/departments").await,
        json!({ "departments": [] })
    );
}

async fn head(app: &TestApp) -> u64 {
    let workspace = &app.state.store.workspaces().await.unwrap()[0];
    let head = app.state.store.log_head(workspace.id).await.unwrap();
    head.map_or(0, |it| it.position)
}

/// Hears until the members were told anew; gives the role of one of them.
async fn told_role(device: &mut Device, member: RecordId) -> Role {
    loop {
        match device.socket.hear().await.expect("the server closed") {
            ServerMessage::Members { members } => {
                return members.iter().find(|it| it.id == member).unwrap().role;
            }
            other => drop(device.take(other)),
        }
    }
}

#[tokio::test]
async fn a_right_that_is_withdrawn_is_so_for_an_open_socket_and_for_edits_made_before() {
    let (app, administrator, _, id) = two_browsers().await;
    let account = Account::sign_in(&app.address, COLLEAGUE, PASSWORD).await;
    let boss = Account::sign_in(&app.address, LOGIN, PASSWORD).await;
    let (mut device, mut boss) = (account.device().await, boss.device().await);
    let me = RecordId::parse(&id).unwrap();
    let (own, foreign) = (customer(), customer());
    let made = boss.edit(foreign, &[("name", Scalar::text("别人的"))]);
    boss.push_one(made).await;
    device.hear_up_to(1).await;
    let made = device.edit(own, &[("name", Scalar::text("我的")), ("owner", me.into())]);
    let verdict = device.push_one(made).await;
    assert!(
        matches!(verdict, Verdict::Accepted { position: 2, .. }),
        "{verdict:?}"
    );
    let made = device.name(foreign, "改了");
    let verdict = device.push_one(made).await;
    assert!(
        matches!(verdict, Verdict::Accepted { position: 3, .. }),
        "{verdict:?}"
    );

    // Made while it was granted, pushed when it is no more.
    let late = device.name(foreign, "离线改的");
    let narrowed = rights("customer", "edit", "own");
    put(&administrator, "/roles/salesperson", narrowed)
        .await
        .expect(204);
    assert_refused(&device.push_one(late).await, &Refusal::NotPermitted);
    assert_eq!(head(&app).await, 3);
    let mut device = account.device().await;
    assert_eq!(device.text(foreign, "name"), "改了");
    let change = device.name(own, "还是我的");
    let verdict = device.push_one(change).await;
    assert!(
        matches!(verdict, Verdict::Accepted { position: 4, .. }),
        "{verdict:?}"
    );

    // Given away, it is no longer one's own.
    let given = device.edit(own, &[("owner", boss.welcome.member.into())]);
    let verdict = device.push_one(given).await;
    assert!(
        matches!(verdict, Verdict::Accepted { position: 5, .. }),
        "{verdict:?}"
    );
    let change = device.name(own, "拿不回来");
    assert_refused(&device.push_one(change).await, &Refusal::NotPermitted);

    // The role itself; the connection hears of it.
    let mut device = account.device().await;
    let placed = json!({ "role": "analyst", "department": null });
    put(&administrator, &format!("/members/{id}"), placed)
        .await
        .expect(204);
    assert_eq!(told_role(&mut device, me).await, Role::Analyst);
    let made = device.name(customer(), "新的");
    assert_refused(&device.push_one(made).await, &Refusal::NotPermitted);
    assert_eq!(head(&app).await, 5);
}

#[tokio::test]
async fn a_program_may_no_more_than_its_member() {
    let (app, administrator, colleague, _) = two_browsers().await;
    let boss = Program::of(&administrator, "read_write").await;
    let program = Program::of(&colleague, "read_write").await;
    let foreign = boss
        .create("customer", json!({ "name": "别人的" }))
        .await
        .expect(201);
    let own = program
        .create("customer", json!({ "name": "我的" }))
        .await
        .expect(201);
    let narrowed = json!({ "rights": {
        "customer": { "edit": "own", "delete": "none", "assign": "none" },
        "task": { "edit": "none" },
    } });
    put(&administrator, "/roles/salesperson", narrowed)
        .await
        .expect(204);
    let before = (
        head(&app).await,
        boss.show("customer", &foreign.id()).await.body,
    );

    let fields = json!({ "name": "改了" });
    let answer = program.edit("customer", &foreign.id(), fields).await;
    answer.refused(403, "not-permitted");
    let fields = json!({ "notes": "说了很多" });
    let answer = program.edit("customer", &foreign.id(), fields).await;
    answer.refused(403, "not-permitted");
    for id in [foreign.id(), own.id()] {
        program
            .delete("customer", &id)
            .await
            .refused(403, "not-permitted");
    }
    let member = administrator.json("/api/v1/me").await["member"]["id"].clone();
    let fields = json!({ "owner": member });
    let answer = program.edit("customer", &own.id(), fields).await;
    answer.refused(403, "not-permitted");
    let answer = program.create("task", json!({ "title": "不行" })).await;
    answer.refused(403, "not-permitted");
    let after = (
        head(&app).await,
        boss.show("customer", &foreign.id()).await.body,
    );
    assert_eq!(before, after);

    let fields = json!({ "name": "还是我的", "notes": "可以" });
    program
        .edit("customer", &own.id(), fields)
        .await
        .expect(200);
    // A contact of one's own customer, though somebody else made it.
    let fields = json!({ "name": "王芳", "customer": own.id() });
    let contact = boss.create("contact", fields).await.expect(201);
    let narrowed = rights("contact", "edit", "own");
    put(&administrator, "/roles/salesperson", narrowed)
        .await
        .expect(204);
    let fields = json!({ "phone": "13900000000" });
    program
        .edit("contact", &contact.id(), fields)
        .await
        .expect(200);
}

#[tokio::test]
async fn everybody_learns_why_and_administrators_of_everybody() {
    let (_app, administrator, colleague, id) = two_browsers().await;
    let program = Program::of(&colleague, "read_write").await;
    let boss = Program::of(&administrator, "read_write").await;
    let foreign = boss.create("customer", json!({ "name": "别人的" })).await;
    let foreign = foreign.expect(201).id();
    let fields = json!({ "name": "我的", "owner": id });
    let own = boss.create("customer", fields).await.expect(201).id();
    let fields = json!({ "name": "王芳", "customer": own });
    let contact = boss.create("contact", fields).await.expect(201).id();
    for kind in ["customer", "contact"] {
        let mut body = rights(kind, "edit", "own");
        body["rights"][kind]["delete"] = json!("none");
        body["rights"]["customer"]["edit"] = json!("own");
        put(&administrator, "/roles/salesperson", body)
            .await
            .expect(204);
    }
    for (kind, record, action, allowed, reason) in [
        ("customer", &own, "see", true, "everybodys"),
        ("customer", &own, "edit", true, "owner"),
        ("customer", &foreign, "edit", false, "not-own"),
        ("contact", &contact, "edit", true, "tied"),
        ("contact", &contact, "delete", false, "not-of-role"),
    ] {
        let path = format!("/api/v1/members/{id}/rights/{kind}/{record}");
        let told = administrator.json(&path).await;
        assert_eq!(told, colleague.json(&path).await);
        let expected = json!({ "allowed": allowed, "reason": reason });
        assert_eq!(told["actions"][action], expected, "{kind} {action}: {told}");
        // The page says what the gate does.
        if action == "edit" {
            let fields = json!({ "remark": "试试" });
            let answer = program.edit(kind, record, fields).await;
            assert_eq!(answer.status == 200, allowed, "{kind}: {}", answer.body);
        }
    }
    let me = administrator.json("/api/v1/me").await["member"]["id"].clone();
    let path = format!("/members/{}/rights/customer/{own}", me.as_str().unwrap());
    let answer = ask(&colleague, Method::GET, &path, &Value::Null).await;
    answer.refused(403, "not-permitted");
    let nobody = RecordId([9; 16]);
    let path = format!("/members/{id}/rights/customer/{nobody}");
    let answer = ask(&administrator, Method::GET, &path, &Value::Null).await;
    answer.refused(404, "not-found");
}
