//! Imports as a browser asks for them: upload, dry run, commit, undo.

use crate::app::{Browser, PASSWORD, TestApp};
use huike_server::store::documents::RowsAsked;
use huike_server::sync::writer::{RecordEdit, ServerReplica};
use huike_shared::customers::{Contact, Customer};
use huike_shared::id::RecordId;
use huike_shared::record::{Record as _, RecordRef};
use huike_shared::scalar::Scalar;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::time::Duration;

const CUSTOMERS: &[u8] = include_bytes!("../fixtures/zh/customers.csv");

async fn upload(browser: &Browser, bytes: &[u8]) -> (u16, Value) {
    let part = Part::bytes(bytes.to_vec()).file_name("../../客户.csv");
    let form = Form::new().part("file", part);
    let answer = browser
        .post("/api/v1/imports")
        .multipart(form)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn post(browser: &Browser, path: &str, body: Value) -> (u16, Value) {
    let answer = browser.post(path).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or(Value::Null))
}

fn suggested(uploaded: &Value) -> Value {
    let columns = uploaded["columns"].as_array().unwrap();
    columns.iter().map(|it| it["suggested"].clone()).collect()
}

/// Uploads, accepts what is suggested, imports, waits; gives the import's path.
async fn import(browser: &Browser, bytes: &[u8]) -> String {
    let (status, uploaded) = upload(browser, bytes).await;
    assert_eq!(status, 201, "{uploaded}");
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    let body = json!({ "kind": uploaded["kind"], "mapping": suggested(&uploaded) });
    let (status, tried) = post(browser, &format!("{path}/check"), body).await;
    assert_eq!(status, 200, "{tried}");
    let (status, begun) = post(browser, &format!("{path}/commit"), json!({})).await;
    assert_eq!(status, 202, "{begun}");
    assert_eq!(wait(browser, &path).await["state"], "done");
    path
}

async fn wait(browser: &Browser, path: &str) -> Value {
    loop {
        let standing = browser.json(path).await;
        if standing["state"] != "running" {
            return standing;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn rows(app: &TestApp, kind: huike_shared::record::Kind) -> Vec<(RecordRef, Value)> {
    let workspace_id = app.state.store.workspaces().await.unwrap()[0].id;
    let asked = RowsAsked {
        workspace_id,
        kind,
        after: None,
        with_deleted: false,
        count: 100_000,
    };
    let rows = app.state.store.rows(asked).await.unwrap();
    rows.iter()
        .map(|it| (it.record, serde_json::from_str(&it.fields).unwrap()))
        .collect()
}

async fn customers(app: &TestApp) -> Vec<(RecordRef, Value)> {
    rows(app, Customer::DEF.kind).await
}

#[tokio::test]
async fn all_two_hundred_customers_are_imported_and_can_be_taken_back() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let (status, uploaded) = upload(&browser, CUSTOMERS).await;
    assert_eq!(status, 201);
    assert_eq!(uploaded["encoding"], "UTF-8");
    assert_eq!(uploaded["delimiter"], ",");
    assert_eq!(uploaded["row_count"], 200);
    assert_eq!(uploaded["columns"][1]["name"], "姓名");
    assert_eq!(
        uploaded["columns"][1]["samples"],
        json!(["陈凯", "赵阳", "陈浩"])
    );
    assert_eq!(
        suggested(&uploaded),
        json!([
            "code",
            "name",
            "company",
            "job_title",
            "phone",
            "email",
            "address",
            "birthday",
            "remark"
        ])
    );
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    let body = json!({ "kind": "customer", "mapping": suggested(&uploaded) });
    let (status, tried) = post(&browser, &format!("{path}/check"), body).await;
    assert_eq!(
        (status, &tried["rows_ok"], &tried["rows_bad"]),
        (200, &json!(200), &json!(0))
    );
    assert_eq!(tried["preview"].as_array().unwrap().len(), 20);
    assert_eq!(tried["preview"][0]["values"]["phone"], "+8613925522956");
    assert!(
        customers(&app).await.is_empty(),
        "a dry run changes nothing"
    );

    assert_eq!(
        post(&browser, &format!("{path}/commit"), json!({})).await.0,
        202
    );
    let done = wait(&browser, &path).await;
    assert_eq!(
        (&done["state"], &done["created"], &done["total"]),
        (&json!("done"), &json!(200), &json!(200))
    );
    assert_eq!(done["file_name"], "客户.csv");
    let imported = customers(&app).await;
    assert_eq!(imported.len(), 200);
    let first = imported.iter().find(|it| it.1["code"] == "C00001").unwrap();
    assert_eq!(
        (&first.1["name"], &first.1["source"]),
        (&json!("陈凯"), &json!("import"))
    );
    // Twice is once.
    assert_eq!(
        post(&browser, &format!("{path}/commit"), json!({})).await.0,
        409
    );

    // Somebody works with two of them: one was changed, one has a contact.
    let me = browser.json("/api/v1/me").await;
    let id = |it: &Value| RecordId::parse(it.as_str().unwrap()).unwrap();
    let (workspace_id, member_id) = (id(&me["workspace"]["id"]), id(&me["member"]["id"]));
    let replica = ServerReplica::start(&app.state.ingest, workspace_id, member_id);
    let replica = replica.await.unwrap();
    let contact = RecordRef {
        kind: Contact::DEF.kind,
        id: RecordId([9; 16]),
    };
    let edits = [
        RecordEdit {
            record: imported[3].0,
            values: vec![("level".into(), Scalar::text("a"))],
        },
        RecordEdit {
            record: contact,
            values: vec![
                ("name".into(), Scalar::text("李娜")),
                ("customer".into(), Scalar::from(imported[5].0.id)),
            ],
        },
    ];
    assert_eq!(replica.write(&edits).await.unwrap().len(), 2);

    let (status, undone) = post(&browser, &format!("{path}/undo"), json!({})).await;
    assert_eq!((status, &undone["removed"]), (200, &json!(198)));
    let mut kept: Vec<&str> = undone["kept"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    kept.sort_unstable();
    let mut expected = [imported[3].0.id.to_string(), imported[5].0.id.to_string()];
    expected.sort_unstable();
    assert_eq!(kept, expected);
    assert_eq!(customers(&app).await.len(), 2);
    assert_eq!(
        post(&browser, &format!("{path}/undo"), json!({})).await.0,
        409
    );
    let history = browser.json("/api/v1/imports").await;
    assert_eq!(history["imports"][0]["state"], "undone");
}

#[tokio::test]
async fn rows_with_mistakes_are_listed_and_left_out_only_if_asked() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let file = "姓名;手机\n王伟;13800138000\n;x\n李娜;13900139000\n";
    let (_, uploaded) = upload(&browser, file.as_bytes()).await;
    assert_eq!(uploaded["delimiter"], ";");
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    assert_eq!(
        post(&browser, &format!("{path}/commit"), json!({})).await.0,
        409,
        "not checked"
    );
    let body = json!({ "kind": "customer", "mapping": ["name", "phone"] });
    let (_, tried) = post(&browser, &format!("{path}/check"), body).await;
    assert_eq!(
        (&tried["rows_ok"], &tried["rows_bad"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        tried["errors"][0],
        json!({ "row": 3, "column": 0, "column_name": "姓名", "value": "", "code": "missing" })
    );
    assert_eq!(tried["errors"][1]["code"], "phone");
    let (status, refused) = post(&browser, &format!("{path}/commit"), json!({})).await;
    assert_eq!((status, &refused["code"]), (422, &json!("import-bad-rows")));
    assert!(customers(&app).await.is_empty());
    assert_eq!(
        post(
            &browser,
            &format!("{path}/commit"),
            json!({ "only_good": true })
        )
        .await
        .0,
        202
    );
    assert_eq!(wait(&browser, &path).await["created"], 2);
    assert_eq!(customers(&app).await.len(), 2);
}

#[tokio::test]
async fn equal_rows_become_records_of_their_own() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    import(
        &browser,
        "姓名,手机\n王伟,13800138000\n王伟,13800138000\n".as_bytes(),
    )
    .await;
    assert_eq!(customers(&app).await.len(), 2);
}

#[tokio::test]
async fn the_encoding_that_was_said_holds_for_the_whole_import() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    // Valid in both encodings, with other words.
    let bytes = encoding_rs::GB18030
        .encode("姓名,手机\n王伟,13800138000\n")
        .0
        .into_owned();
    for (encoding, expected) in [("GB18030", "王伟"), ("windows-1252", "ÍõÎ°")] {
        let part = Part::bytes(bytes.clone()).file_name("customers.csv");
        let path = format!("/api/v1/imports?encoding={encoding}");
        let asked = browser
            .post(&path)
            .multipart(Form::new().part("file", part));
        let uploaded: Value = asked.send().await.unwrap().json().await.unwrap();
        assert_eq!(uploaded["encoding"], encoding);
        let path = format!("/api/v1/imports/{}/check", uploaded["id"].as_str().unwrap());
        let body = json!({ "kind": "customer", "mapping": ["name", "phone"] });
        let (_, tried) = post(&browser, &path, body).await;
        assert_eq!(tried["preview"][0]["values"]["name"], expected);
    }
}

#[tokio::test]
async fn a_mapping_is_remembered_for_the_same_head_line() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let (_, uploaded) = upload(&browser, "姓名,暗号\n王伟,K1\n".as_bytes()).await;
    assert_eq!(suggested(&uploaded), json!(["name", null]));
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    let body = json!({ "kind": "customer", "mapping": ["name", "code"] });
    post(&browser, &format!("{path}/check"), body).await;
    post(&browser, &format!("{path}/commit"), json!({})).await;
    wait(&browser, &path).await;
    let (_, again) = upload(&browser, "暗号,姓名\nK2,李娜\n".as_bytes()).await;
    assert_eq!(suggested(&again), json!(["code", "name"]));
}

#[tokio::test]
async fn contacts_find_their_customers_by_name() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    import(
        &browser,
        "客户名称,客户编号\n云仓物流,K1\n恒泰五金,K2\n".as_bytes(),
    )
    .await;
    let (_, uploaded) = upload(
        &browser,
        "姓名,公司,手机\n李娜,云仓物流,13800138000\n王伟,k2,\n赵云,不认识,\n".as_bytes(),
    )
    .await;
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    let body = json!({ "kind": "contact", "mapping": uploaded["suggestions"]["contact"] });
    let (_, tried) = post(&browser, &format!("{path}/check"), body).await;
    assert_eq!(
        (&tried["rows_ok"], &tried["errors"][0]["code"]),
        (&json!(2), &json!("record"))
    );
    assert_eq!(tried["preview"][1]["values"]["customer"], "k2");
    post(
        &browser,
        &format!("{path}/commit"),
        json!({ "only_good": true }),
    )
    .await;
    assert_eq!(wait(&browser, &path).await["created"], 2);
    let known = customers(&app).await;
    let contacts = rows(&app, Contact::DEF.kind).await;
    let customer = |name: &str| {
        let contact = contacts.iter().find(|it| it.1["name"] == name).unwrap();
        let id = RecordId::parse(contact.1["customer"].as_str().unwrap()).unwrap();
        known.iter().find(|it| it.0.id == id).unwrap().1["name"].clone()
    };
    assert_eq!(
        (customer("李娜"), customer("王伟")),
        (json!("云仓物流"), json!("恒泰五金"))
    );
}

#[tokio::test]
async fn hostile_files_get_a_sentence_and_leave_nothing_behind() {
    let app = TestApp::start().await;
    let browser = app.administrator().await;
    let check = async |bytes: Vec<u8>, status: u16, code: &str| {
        let (found, body) = upload(&browser, &bytes).await;
        assert_eq!((found, &body["code"]), (status, &json!(code)), "{body}");
        assert!(!body["message"].as_str().unwrap().is_empty());
    };
    check(Vec::new(), 422, "import-empty").await;
    check(b"PK\x03\x04rest".to_vec(), 422, "import-workbook").await;
    check(b"name\0,phone\n".to_vec(), 422, "import-binary").await;
    check(b"name\n\"open".to_vec(), 422, "import-unclosed-quote").await;
    let mut broken = CUSTOMERS.to_vec();
    broken[5_000] = 0xFF;
    check(broken, 422, "import-bad-encoding").await;
    check(vec![b'x'; 21 << 20], 413, "import-too-large").await;
    let answer = browser
        .post("/api/v1/imports")
        .multipart(Form::new().text("x", "y"));
    assert_eq!(answer.send().await.unwrap().status(), 400);
    let history = browser.json("/api/v1/imports").await;
    assert_eq!(history["imports"], json!([]));
    let folder = app.folder.path().join("data/imports");
    assert_eq!(std::fs::read_dir(folder).map_or(0, Iterator::count), 0);
}

#[tokio::test]
async fn files_belong_to_who_brought_them_and_expire() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let salesperson = app.salesperson(&administrator, "lina@example.com").await;
    let (_, uploaded) = upload(&administrator, CUSTOMERS).await;
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    let body = json!({ "kind": "customer", "mapping": suggested(&uploaded) });
    assert_eq!(
        post(&salesperson, &format!("{path}/check"), body).await.0,
        403
    );
    assert_eq!(
        salesperson.delete(&path).send().await.unwrap().status(),
        403
    );
    assert_eq!(app.browser().get(&path).send().await.unwrap().status(), 401);
    let foreign = "/api/v1/imports/0195f0c0-0000-7000-8000-000000000001";
    assert_eq!(
        administrator.get(foreign).send().await.unwrap().status(),
        404
    );

    let folder = app.folder.path().join("data/imports");
    let files = || std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files(), 1);
    assert_eq!(
        administrator.delete(&path).send().await.unwrap().status(),
        204
    );
    assert_eq!(files(), 0);
    upload(&salesperson, CUSTOMERS).await;
    assert_eq!(files(), 1);
    app.state.clock.advance(Duration::from_secs(25 * 60 * 60));
    app.state.imports.tidy().await.unwrap();
    assert_eq!(files(), 0);
    assert_eq!(
        salesperson.json("/api/v1/imports").await["imports"],
        json!([])
    );
}

#[tokio::test]
async fn who_may_only_read_may_not_import() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let asked = administrator
        .post("/api/v1/invitations")
        .json(&json!({ "role": "viewer" }));
    let body: Value = asked.send().await.unwrap().json().await.unwrap();
    let viewer = app.browser();
    viewer
        .join(
            body["path"].as_str().unwrap(),
            "zhaolei@example.com",
            PASSWORD,
        )
        .await;
    assert_eq!(upload(&viewer, CUSTOMERS).await.0, 403);
}

#[tokio::test]
async fn who_may_not_edit_the_kind_imports_nothing() {
    let app = TestApp::start().await;
    let administrator = app.administrator().await;
    let browser = app.salesperson(&administrator, "lina@example.com").await;
    let (status, uploaded) = upload(&browser, CUSTOMERS).await;
    assert_eq!(status, 201, "{uploaded}");
    let path = format!("/api/v1/imports/{}", uploaded["id"].as_str().unwrap());
    let body = json!({ "kind": uploaded["kind"], "mapping": suggested(&uploaded) });
    let (status, tried) = post(&browser, &format!("{path}/check"), body).await;
    assert_eq!(status, 200, "{tried}");
    // The right is withdrawn between looking and doing.
    let me = browser.json("/api/v1/me").await;
    let url = format!(
        "{}/api/v1/members/{}",
        app.address,
        me["member"]["id"].as_str().unwrap()
    );
    let placed = json!({ "role": "engineer", "department": null });
    let answer = administrator.client.put(url).json(&placed).send();
    assert_eq!(answer.await.unwrap().status(), 204);
    let (status, begun) = post(&browser, &format!("{path}/commit"), json!({})).await;
    assert_eq!(status, 202, "{begun}");
    let standing = wait(&browser, &path).await;
    assert_eq!(
        (&standing["state"], &standing["problem"]),
        (&json!("failed"), &json!("not-permitted")),
        "{standing}"
    );
    assert_eq!(customers(&app).await, []);
}
