//! Tags of states: nobody overwrites what they have not seen, nobody reads twice what they have.

use super::program::{Answer, Program};
use reqwest::Method;
use reqwest::header::{IF_MATCH, IF_NONE_MATCH};
use serde_json::json;

async fn edit_if(program: &Program, id: &str, tag: &str, name: &str) -> Answer {
    let request = program.ask(Method::PATCH, &format!("/records/customer/{id}"));
    let request = request.header(IF_MATCH, tag);
    let request = request.json(&json!({ "fields": { "name": name } }));
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_state_that_was_read_is_not_sent_again_until_it_changes() {
    let (_app, _, program) = Program::start().await;
    let made = program.create("customer", json!({ "name": "甲" })).await;
    let path = format!("/records/customer/{}", made.id());
    let read = async |tags: String| {
        let request = program.ask(Method::GET, &path).header(IF_NONE_MATCH, tags);
        Answer::of(request.send().await.unwrap()).await
    };
    for tags in [
        made.tag(),
        format!("W/{}", made.tag()),
        format!("\"x\", {}", made.tag()),
    ] {
        let same = read(tags).await.expect(304);
        assert_eq!((same.tag(), same.body), (made.tag(), json!(null)));
    }
    read("\"x\"".to_owned()).await.expect(200);
    // Also a note is part of the state.
    let edited = program
        .edit("customer", &made.id(), json!({ "notes": "新" }))
        .await;
    assert_ne!(edited.tag(), made.tag());
    assert_eq!(read(made.tag()).await.expect(200).field("notes"), "新");
}

#[tokio::test]
async fn an_edit_of_an_older_state_is_refused_with_the_present_one() {
    let (_app, _, program) = Program::start().await;
    let made = program.create("customer", json!({ "name": "甲" })).await;
    let edited = edit_if(&program, &made.id(), &made.tag(), "乙")
        .await
        .expect(200);
    let refused = edit_if(&program, &made.id(), &made.tag(), "丙").await;
    let refused = refused.refused(412, "changed");
    assert_eq!(refused.body["current"], edited.body);
    assert_eq!(refused.tag(), edited.tag());
    let path = format!("/records/customer/{}", made.id());
    let delete = program
        .ask(Method::DELETE, &path)
        .header(IF_MATCH, made.tag());
    Answer::of(delete.send().await.unwrap())
        .await
        .refused(412, "changed");
    let delete = program
        .ask(Method::DELETE, &path)
        .header(IF_MATCH, edited.tag());
    Answer::of(delete.send().await.unwrap()).await.expect(200);
    // Any state will do.
    let restore = program
        .ask(Method::POST, &format!("{path}/restore"))
        .header(IF_MATCH, "*");
    Answer::of(restore.send().await.unwrap()).await.expect(200);
}

#[tokio::test]
async fn of_many_who_change_one_state_at_once_one_succeeds() {
    let (_app, browser, program) = Program::start().await;
    let made = program.create("customer", json!({ "name": "甲" })).await;
    let mut programs = Vec::new();
    for _ in 0..8 {
        programs.push(Program::of(&browser, "read_write").await);
    }
    let (id, tag) = (made.id(), made.tag());
    let edits = programs.iter().enumerate().map(|(index, program)| {
        let (id, tag) = (id.clone(), tag.clone());
        async move { edit_if(program, &id, &tag, &format!("第{index}")).await }
    });
    let answers = futures::future::join_all(edits).await;
    let won: Vec<_> = answers.iter().filter(|it| it.status == 200).collect();
    assert_eq!(won.len(), 1);
    assert!(answers.iter().all(|it| matches!(it.status, 200 | 412)));
    let now = program.show("customer", &id).await;
    assert_eq!(now.body, won[0].body);
    assert_eq!(now.body["position"], 2);
}
