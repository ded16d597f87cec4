//! Lists: filters on typed fields, order, pages.

use super::program::Program;
use serde_json::{Value, json};

async fn company(program: &Program) -> Vec<String> {
    let mut ids = Vec::new();
    for (name, employees, level) in [
        ("丙", Some(30), Some("a")),
        ("甲", Some(10), Some("b")),
        ("乙", None, Some("a")),
        ("Acme", Some(20), None),
    ] {
        let fields = json!({ "name": name, "employees": employees, "level": level });
        ids.push(program.create("customer", fields).await.expect(201).id());
    }
    ids
}

async fn check(program: &Program, query: &str, expected: &[&str]) {
    let names = program.names(&format!("/records/customer?{query}")).await;
    assert_eq!(names, expected, "{query}");
}

#[tokio::test]
async fn fields_are_compared_as_what_they_are() {
    let (_app, _, program) = Program::start().await;
    let ids = company(&program).await;
    for (query, expected) in [
        ("", &["丙", "甲", "乙", "Acme"][..]),
        ("level=a", &["丙", "乙"]),
        ("level.in=a,b", &["丙", "甲", "乙"]),
        ("level.ne=a", &["甲", "Acme"]),
        ("level.empty=true", &["Acme"]),
        ("level.empty=false&employees.gte=20", &["丙"]),
        ("employees=10", &["甲"]),
        ("employees.gt=9&employees.lt=30", &["甲", "Acme"]),
        ("employees.lte=10", &["甲"]),
        ("name.contains=cm", &["Acme"]),
        ("name=%E4%B9%99", &["乙"]),
        ("created.gte=0", &["丙", "甲", "乙", "Acme"]),
        ("updated.lt=1", &[]),
        ("sort=employees", &["乙", "甲", "Acme", "丙"]),
        ("sort=-employees", &["丙", "Acme", "甲", "乙"]),
        ("sort=name", &["Acme", "丙", "乙", "甲"]),
        ("sort=-id", &["Acme", "乙", "甲", "丙"]),
        ("sort=-created&lang=en", &["Acme", "乙", "甲", "丙"]),
    ] {
        check(&program, query, expected).await;
    }
    program.delete("customer", &ids[0]).await.expect(200);
    check(&program, "level=a", &["乙"]).await;
    check(&program, "deleted=true", &["丙"]).await;
    check(&program, "deleted=any&level=a", &["丙", "乙"]).await;
}

#[tokio::test]
async fn money_places_outcomes_and_flags_are_asked_for_in_words() {
    let (_app, _, program) = Program::start().await;
    let (pipeline, stage) = ("0195f0c0-0000-7000-8000-000000000001", "00000000000000a1");
    let titles = async |query: String| -> Vec<String> {
        let answer = program
            .get(&format!("/records/deal?{query}"))
            .await
            .expect(200);
        let records = answer.body["records"].as_array().unwrap().clone();
        let title = |it: &Value| it["fields"]["title"].as_str().unwrap().to_owned();
        records.iter().map(title).collect()
    };
    for (title, currency, minor, stage, outcome) in [
        ("a", "CNY", 900, stage, json!({ "state": "open" })),
        ("b", "CNY", 10_000, stage, json!({ "state": "won" })),
        (
            "c",
            "USD",
            5_000,
            "00000000000000a2",
            json!({ "state": "lost", "reason": "price" }),
        ),
    ] {
        let fields = json!({
            "title": title,
            "amount": { "currency": currency, "minor": minor },
            "place": { "pipeline": pipeline, "stage": stage },
            "outcome": outcome,
        });
        program.create("deal", fields).await.expect(201);
    }
    assert_eq!(titles("amount.gte=CNY%201000".into()).await, ["b"]);
    assert_eq!(titles("amount.lt=CNY%201000".into()).await, ["a"]);
    assert_eq!(titles("amount=USD%205000".into()).await, ["c"]);
    assert_eq!(titles("sort=-amount".into()).await, ["b", "c", "a"]);
    assert_eq!(titles(format!("place={pipeline}")).await, ["a", "b", "c"]);
    assert_eq!(
        titles(format!("place={pipeline}/{stage}")).await,
        ["a", "b"]
    );
    assert_eq!(
        titles(format!("place={pipeline}/{stage}&outcome=open")).await,
        ["a"]
    );
    assert_eq!(titles("outcome=lost".into()).await, ["c"]);
    for (name, primary) in [("甲", Some(true)), ("乙", Some(false)), ("丙", None)] {
        let mut fields = json!({ "name": name });
        if let Some(primary) = primary {
            fields["is_primary"] = json!(primary);
        }
        program.create("contact", fields).await.expect(201);
    }
    assert_eq!(
        program.names("/records/contact?is_primary=true").await,
        ["甲"]
    );
    assert_eq!(
        program.names("/records/contact?is_primary=false").await,
        ["乙", "丙"]
    );
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let (_app, _, program) = Program::start().await;
    for index in 0..23 {
        let fields = json!({ "name": format!("{index}"), "employees": index % 4 });
        program.create("customer", fields).await.expect(201);
    }
    for sort in [
        "id",
        "-id",
        "employees",
        "-employees",
        "name",
        "-updated",
        "email",
    ] {
        let (mut names, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let path = format!("/records/customer?sort={sort}&limit=5{cursor}");
            let answer = program.get(&path).await.expect(200);
            let records = answer.body["records"].as_array().unwrap();
            names.extend(
                records
                    .iter()
                    .map(|it| it["fields"]["name"].clone().to_string()),
            );
            pages += 1;
            match answer.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let all = program
            .names(&format!("/records/customer?sort={sort}&limit=200"))
            .await;
        let all: Vec<String> = all.iter().map(|it| format!("\"{it}\"")).collect();
        assert_eq!((names, pages), (all, 5), "{sort}");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_never_ignored() {
    let (_app, _, program) = Program::start().await;
    for (query, status, code, field) in [
        ("nonsense=1", 422, "unknown-field", "nonsense"),
        ("notes=x", 422, "unknown-field", "notes"),
        ("employees=many", 400, "bad-parameter", "employees"),
        ("employees.like=1", 400, "bad-parameter", "employees.like"),
        ("level.contains=a", 400, "bad-parameter", "level.contains"),
        ("limit=0", 400, "bad-parameter", "limit"),
        ("limit=201", 400, "bad-parameter", "limit"),
        ("sort=nonsense", 400, "bad-parameter", "sort"),
        ("sort=remark", 400, "bad-parameter", "sort"),
        ("cursor=zz", 400, "bad-parameter", "cursor"),
        ("deleted=maybe", 400, "bad-parameter", "deleted"),
        ("owner=me", 400, "bad-parameter", "owner"),
        ("created=yesterday", 400, "bad-parameter", "created"),
    ] {
        let answer = program.get(&format!("/records/customer?{query}")).await;
        assert_eq!(answer.refused(status, code).body["field"], field, "{query}");
    }
    program
        .get("/records/invoice")
        .await
        .refused(404, "unknown-kind");
    let many = "employees.gt=1&".repeat(21);
    let many = program.get(&format!("/records/customer?{many}")).await;
    many.refused(400, "bad-parameter");
}
