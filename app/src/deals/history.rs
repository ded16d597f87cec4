//! Every move of a deal between stages, with author and time, as the server kept them.
//!
//! Only the server keeps the whole history; without a connection the page says so.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::deals::Deal;
use huike_shared::history::{AskError, FieldChange, Happened, HistoryEntry, decode_page};
use huike_shared::id::RecordId;
use huike_shared::local::{self, Connection, Question};
use huike_shared::place::{Outcome, Place};
use huike_shared::row::Stamp;
use leptos::prelude::*;

use super::book::{DealBook, deal_ref};
use super::words::reason_words;
use crate::history::find_history;
use crate::i18n::{I18n, use_i18n};
use crate::ui::{Button, ButtonKind, follow, part};

/// What the page shows of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Made, or moved into a stage from another.
    Stage(Option<Place>, Place),
    /// Won, lost or opened again.
    Outcome(Outcome),
}

/// The step in a change, if it is one: a new rank within a stage is none.
fn step_of(change: &FieldChange) -> Option<Step> {
    let (from, to) = (&change.from, change.to.as_text());
    if *change.key == *Deal::PLACE.name {
        let to = Place::parse(to?)?;
        let from = from.as_text().and_then(Place::parse);
        let stays = from
            .as_ref()
            .is_some_and(|it| it.stage == to.stage && it.pipeline == to.pipeline);
        return (!stays).then_some(Step::Stage(from, to));
    }
    if *change.key == *Deal::OUTCOME.name {
        // That a new deal is open goes without saying.
        return Outcome::parse(to?)
            .filter(|it| !(it.is_open() && from.is_null()))
            .map(Step::Outcome);
    }
    None
}

fn steps(entries: &[HistoryEntry]) -> Vec<(Stamp, Step)> {
    let mut steps = Vec::new();
    for entry in entries {
        if let Happened::Fields(changes) = &entry.what {
            let found = changes.iter().filter_map(step_of);
            steps.extend(found.map(|it| (entry.stamp, it)));
        }
    }
    steps
}

/// How asking went.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Waiting,
    Failed,
    /// Latest first, and whether there may be earlier ones.
    Known(Arc<Vec<(Stamp, Step)>>, bool),
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
    let record = deal_ref(id);
    let row = store.row(record);
    let updated = Memo::new(move |_| row.with(|it| it.as_ref().map(|it| it.updated)));
    let is_waiting = store.is_waiting(record);
    follow(move || {
        updated.track();
        if !is_online.get() || is_waiting.get() {
            return;
        }
        let question = Question::History {
            record,
            before: None,
        };
        store.ask(question, move |answer| {
            let answer: Option<Result<Vec<u8>, AskError>> = local::decode(answer);
            let page = answer.and_then(Result::ok);
            let page = page.and_then(|it| decode_page(&it).ok());
            asked.try_set(page.map_or(Asked::Failed, |it| {
                Asked::Known(Arc::new(steps(&it.entries)), it.next_before.is_some())
            }));
        });
    });
    let list = move || match asked.get() {
        Asked::Known(steps, has_more) => {
            let lines = steps.iter().map(|(stamp, step)| {
                let at = stamp.at.millis();
                view! {
                    <li>
                        <span>{step_words(i18n, book, step)}</span>
                        <small class="muted" title=i18n.instant_exact(at)>
                            {store.member_name(stamp.by)} " · " {i18n.instant(at)}
                        </small>
                    </li>
                }
            });
            let history = find_history().filter(|_| has_more);
            view! {
                <ol class="stage-history">{lines.collect_view()}</ol>
                {history.map(|history| view! {
                    <Button
                        label=i18n.text(Messages::common_show_more)
                        kind=ButtonKind::Ghost
                        on_press=move |()| history.open(Some(Deal::PLACE.name))
                    />
                })}
            }
            .into_any()
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

#[cfg(test)]
mod tests {
    use super::*;
    use huike_shared::scalar::Scalar;

    fn change(key: &str, from: Option<&str>, to: &str) -> FieldChange {
        FieldChange {
            key: key.into(),
            from: from.map_or(Scalar::Null, Scalar::text),
            to: Scalar::text(to),
            shown: None,
        }
    }

    #[test]
    fn a_new_rank_in_the_same_stage_is_no_step() {
        let place = |stage: &str, rank: &str| {
            format!("0195f0c0-0000-7000-8000-000000000001/{stage}/{rank}/5")
        };
        let (one, other) = ("00000000000000aa", "00000000000000bb");
        let first = place(one, "a0");
        let made = change("place", None, &first);
        assert!(matches!(step_of(&made), Some(Step::Stage(None, _))));
        let reordered = change("place", Some(&first), &place(one, "a1"));
        assert_eq!(step_of(&reordered), None);
        let moved = change("place", Some(&first), &place(other, "a0"));
        assert!(matches!(step_of(&moved), Some(Step::Stage(Some(_), _))));
        let won = change("outcome", Some("open"), "won");
        assert_eq!(step_of(&won), Some(Step::Outcome(Outcome::Won)));
        assert_eq!(step_of(&change("outcome", None, "open")), None);
        assert_eq!(step_of(&change("title", Some("a"), "b")), None);
    }
}
