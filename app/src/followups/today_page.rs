//! Today: what is due, what may be forgotten, what the team did. Dense, without a greeting.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, Task};
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use huike_shared::time::DAY_MS;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::agenda::{Group, Groups, by_group, week_start};
use super::checklist::Checklist;
use super::task_acts::Ties;
use super::task_line::TaskLine;
use super::task_row::TaskRow;
use super::tasks_page::heading;
use super::team_activity::TeamActivity;
use super::today::{Neglected, neglected};
use crate::deals::{
    DealBook, Totals, money_exact, money_short, sums_exact, sums_short, use_deal_book,
};
use crate::i18n::{I18n, use_i18n};
use crate::routes::{path_of, use_nav};
use crate::ui::{For, Glyph, Icon, Show, Skeleton, SkeletonShape, follow, listen, live, part};

/// Rows of a list on this page; the rest is behind its link.
const ROWS_MAX: usize = 8;

/// Today.
#[component]
pub fn TodayPage() -> impl IntoView {
    let (i18n, book) = (use_i18n(), use_deal_book());
    let (store, clock) = (book.store, book.clock);
    let tasks = store.rows(Task::DEF.kind);
    let groups = Memo::new(move |_| {
        let (today, me) = (clock.today(), store.me());
        tasks.with(|all| {
            let mut groups = by_group(all, today, |it| {
                it.owner == Some(me) && it.done_at.is_none()
            });
            groups.retain(|it| matches!(it.0, Group::Overdue | Group::Today));
            Arc::new(groups)
        })
    });
    let standing_still = Memo::new(move |_| {
        let (me, now) = (store.me(), clock.now());
        book.facts.with(|facts| {
            book.steps.with(|steps| {
                book.pipelines
                    .with(|it| Arc::new(neglected(facts, steps, it, me, now)))
            })
        })
    });
    follow(move || {
        let title = i18n.t(Messages::today_title);
        document().set_title(&format!("{title} · {}", i18n.t(Messages::app_title)));
    });
    let headings = move || groups.with(|it| it.iter().map(|it| it.0).collect::<Vec<_>>());
    let is_free = move || groups.with(|it| it.is_empty());
    // Zeros while the rows still come in would be a lie.
    let is_ready = move || book.is_settled.get() || tasks.with(|it| !it.is_empty());
    view! {
        <header class="page-head">
            <h1>{i18n.text(Messages::today_title)}</h1>
            <span class="page-count">{part(move || i18n.date_exact(clock.today()))}</span>
        </header>
        <div class="page-body today">
            <Show when=is_ready fallback=move || view! {
                <Skeleton shape=SkeletonShape::Rows label=i18n.text(Messages::common_loading)/>
            }>
                <Checklist/>
                <Figures book standing_still groups/>
                <div class="today-columns">
                    <div class="today-main">
                        <TaskLine
                            ties=Signal::stored(Ties::default())
                            draft_name="task.line"
                            label=i18n.text(Messages::tasks_line)
                        />
                        <Show when=is_free>
                            <p class="today-free muted">{i18n.text(Messages::today_empty)}</p>
                        </Show>
                        <For each=headings key=|it| *it let:group>
                            <DueGroup group groups/>
                        </For>
                        <Standing book standing_still/>
                    </div>
                    <TeamActivity/>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn DueGroup(group: Group, groups: Memo<Arc<Groups>>) -> impl IntoView {
    let i18n = use_i18n();
    let tasks = Memo::new(move |_| {
        groups.with(|all| {
            all.iter()
                .find(|it| it.0 == group)
                .map(|it| it.1.clone())
                .unwrap_or_default()
        })
    });
    let tone = if group == Group::Overdue {
        "tone-bad"
    } else {
        "tone-due"
    };
    let shown_max = RwSignal::new(20usize);
    let has_more = move || tasks.with(Vec::len) > shown_max.get();
    view! {
        <section class=format!("task-group {tone}")>
            <h2 class="task-heading">
                {part(move || i18n.t(|it| heading(group, it)))}
                <span class="count">{part(move || tasks.with(Vec::len))}</span>
            </h2>
            <ul>
                <For
                    each=move || {
                        let shown_max = shown_max.get();
                        tasks.with(|it| it.iter().take(shown_max).copied().collect::<Vec<_>>())
                    }
                    key=|it| *it
                    let:id
                >
                    <TaskRow id/>
                </For>
            </ul>
            <Show when=has_more>
                <button type="button" class="button ghost" on:click=listen(move |_| shown_max.set(usize::MAX))>
                    <span>{i18n.text(Messages::common_show_more)}</span>
                </button>
            </Show>
        </section>
    }
    .into_any()
}

/// My numbers: due, open, weighted, won this month, activities this week.
#[component]
fn Figures(
    book: DealBook,
    standing_still: Memo<Arc<Neglected>>,
    groups: Memo<Arc<Groups>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (store, clock) = (book.store, book.clock);
    let due = move || groups.with(|it| it.iter().map(|it| it.1.len()).sum::<usize>());
    let open = Memo::new(move |_| {
        let me = store.me();
        let mut totals = Totals::default();
        book.pipelines.with(|pipelines| {
            book.facts.with(|all| {
                for deal in all
                    .iter()
                    .filter(|it| it.outcome.is_open() && it.owner == Some(me))
                {
                    let pipeline = pipelines.iter().find(|it| it.id == deal.place.pipeline);
                    let stage = pipeline.and_then(|it| it.stage(deal.place.stage));
                    totals.add(deal.amount, stage.map_or(0, |it| it.probability.0));
                }
            });
        });
        totals
    });
    let won = Memo::new(move |_| {
        let (me, today) = (store.me(), clock.today());
        let mut totals = Totals::default();
        book.facts.with(|all| {
            for deal in all.iter() {
                let is_mine =
                    deal.outcome == huike_shared::place::Outcome::Won && deal.owner == Some(me);
                let month = deal.closed_on.map(|it| (it.year(), it.month()));
                if is_mine && month == Some((today.year(), today.month())) {
                    totals.add(deal.amount, 100);
                }
            }
        });
        totals
    });
    let activities = store.rows(Activity::DEF.kind);
    let talks = Memo::new(move |_| {
        let (me, monday) = (store.me(), week_start(clock.today()));
        // Only what can be of this week is turned into a civil date: that costs a formatter call.
        let earliest = clock.now().millis() - 8 * DAY_MS;
        activities.with(|all| {
            let is_recent = |row: &&Arc<huike_shared::row::Row>| {
                let at = row.get(Activity::AT).millis();
                row.created.by == me && at > earliest && i18n.date_of(at) >= monday
            };
            all.iter().filter(is_recent).count()
        })
    });
    view! {
        <dl class="figures">
            <div class="figure">
                <dt>{i18n.text(Messages::today_due)}</dt>
                <dd>{part(move || i18n.count(due()))}</dd>
            </div>
            <div class="figure">
                <dt>{i18n.text(Messages::today_open_deals)}</dt>
                <dd title=live(move || open.with(|it| sums_exact(i18n, &it.amount)))>
                    {part(move || i18n.count(open.with(|it| it.count)))}
                    <small>{part(move || open.with(|it| sum_if_any(i18n, it)))}</small>
                </dd>
            </div>
            <div class="figure">
                <dt>{i18n.text(Messages::today_weighted)}</dt>
                <dd title=live(move || open.with(|it| sums_exact(i18n, &it.weighted)))>
                    {part(move || open.with(|it| sums_short(i18n, &it.weighted)))}
                </dd>
            </div>
            <div class="figure">
                <dt>{i18n.text(Messages::today_won_month)}</dt>
                <dd title=live(move || won.with(|it| sums_exact(i18n, &it.amount)))>
                    {part(move || i18n.count(won.with(|it| it.count)))}
                    <small>{part(move || won.with(|it| sum_if_any(i18n, it)))}</small>
                </dd>
            </div>
            <div class="figure">
                <dt>{i18n.text(Messages::today_talks_week)}</dt>
                <dd>{part(move || i18n.count(talks.get()))}</dd>
            </div>
            <div class="figure" class:warn=live(move || standing_still.with(|it| !it.without_step.is_empty()))>
                <dt>{i18n.text(Messages::deals_no_step)}</dt>
                <dd>{part(move || i18n.count(standing_still.with(|it| it.without_step.len())))}</dd>
            </div>
        </dl>
    }
    .into_any()
}

/// The sum behind a count; nothing where there is nothing to sum up.
fn sum_if_any(i18n: I18n, totals: &Totals) -> Option<String> {
    (!totals.amount.amounts().is_empty()).then(|| sums_short(i18n, &totals.amount))
}

/// Deals without a next step, and deals that stand still.
#[component]
fn Standing(book: DealBook, standing_still: Memo<Arc<Neglected>>) -> impl IntoView {
    let i18n = use_i18n();
    let without = move || {
        standing_still.with(|it| {
            it.without_step
                .iter()
                .take(ROWS_MAX)
                .map(|it| (*it, None))
                .collect()
        })
    };
    let too_long = move || {
        standing_still.with(|it| {
            it.too_long
                .iter()
                .take(ROWS_MAX)
                .map(|it| (it.0, Some(it.1)))
                .collect()
        })
    };
    let without_count = move || standing_still.with(|it| it.without_step.len());
    let long_count = move || standing_still.with(|it| it.too_long.len());
    view! {
        <Show when=move || without_count() != 0>
            <DealSection
                book
                title=i18n.text(Messages::deals_no_step)
                tone="tone-due"
                count=Signal::derive(without_count)
                deals=Signal::derive(without)
                more="/app/deals?filter=mine,no-step"
            />
        </Show>
        <Show when=move || long_count() != 0>
            <DealSection
                book
                title=i18n.text(Messages::today_too_long)
                tone="tone-neutral"
                count=Signal::derive(long_count)
                deals=Signal::derive(too_long)
                more="/app/deals?filter=mine"
            />
        </Show>
    }
    .into_any()
}

#[component]
fn DealSection(
    book: DealBook,
    title: Signal<String>,
    tone: &'static str,
    count: Signal<usize>,
    deals: Signal<Vec<(RecordId, Option<i64>)>>,
    more: &'static str,
) -> impl IntoView {
    let i18n = use_i18n();
    let has_more = move || count.get() > ROWS_MAX;
    view! {
        <section class=format!("task-group {tone}")>
            <h2 class="task-heading">
                {part(move || title.get())}
                <span class="count">{part(move || count.get())}</span>
                <Show when=has_more>
                    <a class="link small" href=more>{i18n.text(Messages::common_show_more)}</a>
                </Show>
            </h2>
            <ul>
                <For each=move || deals.get() key=|it| *it let:deal>
                    <DealRow id=deal.0 days=deal.1 book/>
                </For>
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn DealRow(id: RecordId, days: Option<i64>, book: DealBook) -> impl IntoView {
    let (i18n, store, nav) = (use_i18n(), book.store, use_nav());
    let row = store.row(RecordRef {
        kind: Deal::DEF.kind,
        id,
    });
    let title = move || row.with(|it| it.as_ref().map(|it| it.get(Deal::TITLE).to_string()));
    let customer = Memo::new(move |_| {
        let id = row.with(|it| it.as_ref().and_then(|it| it.get(Deal::CUSTOMER)))?;
        let row = store.row(RecordRef {
            kind: Customer::DEF.kind,
            id: id.raw(),
        });
        row.with(|it| it.as_ref().map(|it| it.get(Customer::NAME).to_string()))
    });
    let amount = move || row.with(|it| it.as_ref().and_then(|it| it.get(Deal::AMOUNT)));
    let path = move || row.with(|it| it.as_ref().map(|it| path_of(it)));
    view! {
        <li class="task-row">
            <Icon glyph=Glyph::Deal/>
            <a
                class="task-words"
                href=live(path)
                on:click=listen(move |ev: MouseEvent| {
                    if let Some(path) = untrack(path) {
                        ev.prevent_default();
                        nav.to(&path);
                    }
                })
            >
                <b>{part(title)}</b>
                <span>{part(move || customer.get())}</span>
            </a>
            {days.map(|days| view! {
                <span class="badge tone-due">{part(move || i18n.t(|it| it.time_days(days)))}</span>
            })}
            <span class="money" title=live(move || amount().map(|it| money_exact(i18n, it)))>
                {part(move || amount().map(|it| money_short(i18n, it)))}
            </span>
        </li>
    }
    .into_any()
}
