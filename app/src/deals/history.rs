//! Every move of a deal between stages, with author and time, as the server kept them.
//!
//! Only the server keeps the whole history; without a connection the page says so.

use huike_messages::Messages;
use huike_shared::id::RecordId;
use huike_shared::local::Connection;
use huike_shared::place::{Outcome, Place};
use leptos::prelude::*;

use crate::ui::{follow, part};
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::book::DealBook;
use super::words::reason_words;
use crate::i18n::{I18n, use_i18n};

/// One change of one field, as `/api/v1/records/deal/{id}/history` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FieldChange {
    /// When, in milliseconds.
    pub at: i64,
    /// The member.
    pub by: String,
    /// The register.
    pub field: String,
    /// What it held.
    #[serde(default)]
    pub from: serde_json::Value,
    /// What it holds since.
    #[serde(default)]
    pub to: serde_json::Value,
}

/// What the page shows of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Made, or moved into a stage from another.
    Stage(Option<Place>, Place),
    /// Won, lost or opened again.
    Outcome(Outcome),
}

/// The step in a change, if it is one: a new rank within a stage is none.
pub fn step_of(change: &FieldChange) -> Option<Step> {
    match change.field.as_str() {
        "place" => {
            let to = Place::parse(change.to.as_str()?)?;
            let from = change.from.as_str().and_then(Place::parse);
            let stays = from
                .as_ref()
                .is_some_and(|it| it.stage == to.stage && it.pipeline == to.pipeline);
            (!stays).then_some(Step::Stage(from, to))
        }
        // That a new deal is open goes without saying.
        "outcome" => Outcome::parse(change.to.as_str()?)
            .filter(|it| !(it.is_open() && change.from.is_null()))
            .map(Step::Outcome),
        _ => None,
    }
}

/// How asking went.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Waiting,
    Failed,
    Known(Vec<FieldChange>),
}

/// Every move of a deal between stages.
#[component]
pub fn StageHistory(
    /// Which deal.
    id: RecordId,
    /// Deals and pipelines.
    book: DealBook,
) -> impl IntoView {
    let i18n = use_i18n();
    let store = book.store;
    let asked = RwSignal::new(Asked::Waiting);
    let is_online = Memo::new(move |_| {
        store
            .status()
            .with(|it| it.connection == Connection::Online)
    });
    let row = store.row(super::book::deal_ref(id));
    let updated = Memo::new(move |_| row.with(|it| it.as_ref().map(|it| it.updated)));
    let is_waiting = store.is_waiting(super::book::deal_ref(id));
    follow(move || {
        updated.track();
        if !is_online.get() || is_waiting.get() {
            return;
        }
        spawn_local(async move {
            let answer = fetch_history(id).await;
            asked.try_set(answer.map_or(Asked::Failed, Asked::Known));
        });
    });
    let list = move || match asked.get() {
        Asked::Known(changes) => {
            let mut steps: Vec<(i64, String, Step)> = changes
                .iter()
                .filter_map(|it| Some((it.at, it.by.clone(), step_of(it)?)))
                .collect();
            steps.sort_by_key(|it| std::cmp::Reverse(it.0));
            let lines = steps.into_iter().map(|(at, by, step)| {
                let who = RecordId::parse(&by)
                    .map(|it| store.member_name(it))
                    .unwrap_or_default();
                view! {
                    <li>
                        <span>{step_words(i18n, book, &step)}</span>
                        <small class="muted" title=i18n.instant_exact(at)>
                            {who} " · " {i18n.instant(at)}
                        </small>
                    </li>
                }
            });
            view! { <ol class="stage-history">{lines.collect_view()}</ol> }.into_any()
        }
        Asked::Failed => {
            view! { <p class="muted">{i18n.t(Messages::history_failed)}</p> }.into_any()
        }
        Asked::Waiting if is_online.get() => {
            view! { <p class="muted">{i18n.t(Messages::common_loading)}</p> }.into_any()
        }
        Asked::Waiting => {
            view! { <p class="muted">{i18n.t(Messages::history_offline)}</p> }.into_any()
        }
    };
    view! {
        <section class="tied">
            <header><h2>{i18n.text(Messages::history_title)}</h2></header>
            {part(list)}
        </section>
    }
    .into_any()
}

fn step_words(i18n: I18n, book: DealBook, step: &Step) -> String {
    let stage = |place: &Place| {
        let pipeline = book.pipeline(place.pipeline);
        let stage = pipeline.as_ref().and_then(|it| it.stage(place.stage));
        stage.map_or_else(
            || i18n.t(Messages::stages_unknown),
            |it| it.name.to_string(),
        )
    };
    match step {
        Step::Stage(None, to) => stage(to),
        Step::Stage(Some(from), to) => format!("{} → {}", stage(from), stage(to)),
        Step::Outcome(Outcome::Open) => i18n.t(Messages::deals_open),
        Step::Outcome(Outcome::Won) => i18n.t(Messages::deals_won),
        Step::Outcome(Outcome::Lost { reason }) => {
            format!(
                "{} · {}",
                i18n.t(Messages::deals_lost),
                reason_words(i18n, reason)
            )
        }
    }
}

async fn fetch_history(id: RecordId) -> Option<Vec<FieldChange>> {
    let answer = window().fetch_with_str(&format!("/api/v1/records/deal/{id}/history"));
    let response: web_sys::Response = JsFuture::from(answer).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?)
        .await
        .ok()?
        .as_string()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &str, from: serde_json::Value, to: &str) -> FieldChange {
        FieldChange {
            at: 1,
            by: String::new(),
            field: field.into(),
            from,
            to: to.into(),
        }
    }

    #[test]
    fn a_new_rank_in_the_same_stage_is_no_step() {
        let place = |stage: &str, rank: &str| {
            format!("0195f0c0-0000-7000-8000-000000000001/{stage}/{rank}/5")
        };
        let (one, other) = ("00000000000000aa", "00000000000000bb");
        let made = change("place", serde_json::Value::Null, &place(one, "a0"));
        assert!(matches!(step_of(&made), Some(Step::Stage(None, _))));
        let reordered = change("place", place(one, "a0").into(), &place(one, "a1"));
        assert_eq!(step_of(&reordered), None);
        let moved = change("place", place(one, "a0").into(), &place(other, "a0"));
        assert!(matches!(step_of(&moved), Some(Step::Stage(Some(_), _))));
        let won = change("outcome", "open".into(), "won");
        assert_eq!(step_of(&won), Some(Step::Outcome(Outcome::Won)));
        assert_eq!(
            step_of(&change("outcome", serde_json::Value::Null, "open")),
            None
        );
        assert_eq!(step_of(&change("title", "a".into(), "b")), None);
    }
}
