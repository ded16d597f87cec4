//! The page of deals: one pipeline as a board, its won and lost deals, its funnel, and the deal
//! that is open beside it.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::record::Record;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::board_view::BoardView;
use super::book::{DealBook, PipelineFacts, deal_ref, use_deal_book};
use super::deal_panel::DealPanel;
use super::facts::DealFacts;
use super::filter::{QuickFilter, Shown, parse_filters, toggled, write_filters};
use super::funnel_view::FunnelView;
use super::layout::lay_out;
use super::links;
use super::outcome_list::OutcomeList;
use super::standard_pipeline::create_standard_pipeline;
use super::sums::Totals;
use super::words::{sums_exact, sums_short};
use crate::i18n::{I18n, use_i18n};
use crate::routes::{Nav, use_nav};
use crate::shell::use_creation;
use crate::store::device::{remember, remembered};
use crate::ui::{
    Button, ButtonKind, EmptyState, FilterChip, Glyph, Segment, Segmented, Show, SidePanel,
    Skeleton, SkeletonShape, Tab, Tabs, Tone, follow, live, part,
};

/// The pipeline looked at last, kept on this device.
const LAST_KEY: &str = "huike.pipeline";

/// Everything the parts of the page read.
#[derive(Clone, Copy)]
struct Page {
    book: DealBook,
    i18n: I18n,
    nav: Nav,
    pipeline: Signal<Option<PipelineFacts>>,
    shown: Signal<Shown>,
    filters: Signal<Vec<QuickFilter>>,
    /// Deals of this pipeline, before filters.
    of_pipeline: Memo<Arc<Vec<Arc<DealFacts>>>>,
    /// Deals of this pipeline and outcome that pass the filters.
    passing: Memo<Arc<Vec<Arc<DealFacts>>>>,
}

/// The page of deals.
#[component]
pub fn DealsPage() -> impl IntoView {
    let page = read_page();
    let Page {
        book,
        i18n,
        nav,
        pipeline,
        ..
    } = page;
    let params = use_params_map();
    let opened = Memo::new(move |_| {
        params
            .with(|it| it.get("deal"))
            .and_then(|it| RecordId::parse(&it).ok())
    });
    follow(move || {
        let deal = opened.get().and_then(|id| {
            let row = book.store.row(deal_ref(id));
            row.with(|it| it.as_ref().map(|it| it.get(Deal::TITLE).to_string()))
        });
        let board = || pipeline.with(|it| it.as_ref().map(|it| it.name.clone()));
        let title = deal
            .or_else(board)
            .unwrap_or_else(|| i18n.t(Messages::deals_title));
        document().set_title(&format!("{title} · {}", i18n.t(Messages::app_title)));
    });
    let is_empty = Memo::new(move |_| book.pipelines.with(|it| it.is_empty()));
    let has_known = move || pipeline.with(Option::is_some) || book.is_settled.get();
    // The address names the board from now on, so that a link shares it.
    follow(move || {
        let known = pipeline.with(|it| it.as_ref().map(|it| it.id));
        if let Some(id) = known.filter(|_| book.is_settled.get()) {
            remember(LAST_KEY, Some(&id.to_string()));
            if params.with(|it| it.get("pipeline")).is_none() {
                nav.replace(&format!("{}{}", links::board(id), nav.with_query(&[])));
            }
        }
    });
    let open = Callback::new(move |deal: RecordId| {
        let Some(pipeline) = pipeline.get_untracked() else {
            return;
        };
        nav.to(&format!(
            "{}{}",
            links::deal(pipeline.id, deal),
            nav.with_query(&[])
        ));
    });
    let is_full = Memo::new(move |_| opened.get().is_some() && nav.query("full").is_some());
    let close = move |()| {
        let Some(pipeline) = pipeline.get_untracked() else {
            return;
        };
        nav.to(&format!(
            "{}{}",
            links::board(pipeline.id),
            nav.with_query(&[("full", None)])
        ));
    };
    let step = move |by: isize| {
        let (pipeline, opened) = (pipeline.get_untracked(), opened.get_untracked());
        let next = pipeline.zip(opened).and_then(|(pipeline, opened)| {
            let next = neighbor(page, &pipeline, opened, by)?;
            Some(format!(
                "{}{}",
                links::deal(pipeline.id, next),
                nav.with_query(&[])
            ))
        });
        next.inspect(|it| nav.replace(it));
    };
    let panel = move || {
        opened.get().map(|id| {
            view! { <DealPanel id book is_full=Signal::from(is_full) on_close=close on_step=step/> }
        })
    };
    view! {
        <PageHead page/>
        <Show when=has_known fallback=move || view! {
            <Skeleton shape=SkeletonShape::Board label=i18n.text(Messages::common_loading)/>
        }>
            <Show when=move || !is_empty.get() fallback=move || view! { <NoPipeline page/> }>
                <Show when=move || !is_full.get()>
                    <PageBar page/>
                </Show>
                <Show when=move || is_full.get()>
                    <div class="record-full">{part(panel)}</div>
                </Show>
                <div class="page-split deals-split" hidden=live(move || is_full.get())>
                    <section class="split-list">
                        {part(move || shown_view(page, open, opened.into()))}
                    </section>
                    <SidePanel
                        open=Signal::derive(move || opened.get().is_some() && !is_full.get())
                        label=i18n.text(Messages::kind_deal)
                        on_close=close
                    >
                        {part(panel)}
                    </SidePanel>
                </div>
            </Show>
        </Show>
    }
    .into_any()
}

fn shown_view(page: Page, open: Callback<RecordId>, opened: Signal<Option<RecordId>>) -> AnyView {
    let Page {
        book,
        pipeline,
        passing,
        of_pipeline,
        ..
    } = page;
    match page.shown.get() {
        Shown::Open => view! {
            <BoardView book pipeline deals=passing open opened/>
        }
        .into_any(),
        Shown::Won | Shown::Lost => view! {
            <OutcomeList book pipeline deals=passing open shown=page.shown/>
        }
        .into_any(),
        Shown::Funnel => view! { <FunnelView book pipeline deals=of_pipeline/> }.into_any(),
    }
}

/// The deal after or before this one, column by column as they lie.
fn neighbor(page: Page, pipeline: &PipelineFacts, deal: RecordId, by: isize) -> Option<RecordId> {
    let passing = page.passing.get_untracked();
    let layout = lay_out(&pipeline.stages, passing.iter());
    let all: Vec<RecordId> = layout
        .columns
        .iter()
        .flat_map(|it| &it.cards)
        .map(|it| it.id)
        .collect();
    let at = all.iter().position(|it| *it == deal)?;
    all.get(at.checked_add_signed(by)?).copied()
}

fn read_page() -> Page {
    let (book, i18n, nav) = (use_deal_book(), use_i18n(), use_nav());
    let params = use_params_map();
    let pipeline = Memo::new(move |_| {
        let named = params.with(|it| it.get("pipeline"));
        let named = named
            .or_else(|| remembered(LAST_KEY))
            .and_then(|it| RecordId::parse(&it).ok());
        let first = || book.offered().first().map(|it| it.id);
        let id = match named {
            Some(named) => book.home(named),
            None => first(),
        };
        id.and_then(|it| book.pipeline(it))
    });
    let shown = Memo::new(move |_| Shown::from_word(&nav.query("show").unwrap_or_default()));
    let filters = Memo::new(move |_| parse_filters(&nav.query("filter").unwrap_or_default()));
    let id = Memo::new(move |_| pipeline.with(|it| it.as_ref().map(|it| it.id)));
    let of_pipeline = Memo::new(move |_| {
        let id = id.get();
        let home = book.homes();
        let here = |it: &&Arc<DealFacts>| home(it.place.pipeline) == id;
        book.facts
            .with(|all| Arc::new(all.iter().filter(here).cloned().collect::<Vec<_>>()))
    });
    let passing = Memo::new(move |_| {
        let (shown, filters) = (shown.get(), filters.get());
        let matches = matcher(book);
        let passes = |it: &&Arc<DealFacts>| {
            shown.shows(&it.outcome) && filters.iter().all(|filter| matches(*filter, it))
        };
        of_pipeline.with(|all| Arc::new(all.iter().filter(passes).cloned().collect::<Vec<_>>()))
    });
    Page {
        book,
        i18n,
        nav,
        pipeline: pipeline.into(),
        shown: shown.into(),
        filters: filters.into(),
        of_pipeline,
        passing,
    }
}

/// Whether a deal passes a filter; what that depends on is followed once for all deals.
fn matcher(book: DealBook) -> impl Fn(QuickFilter, &DealFacts) -> bool {
    let step_state = book.step_states();
    let (me, today) = (book.store.me(), book.clock.today());
    move |filter, deal| filter.matches(deal, step_state(deal.id), me, today)
}

#[component]
fn PageHead(page: Page) -> impl IntoView {
    let Page {
        book,
        i18n,
        nav,
        pipeline,
        ..
    } = page;
    let creation = use_creation();
    let has_none = Memo::new(move |_| book.pipelines.with(|it| it.is_empty()));
    let tabs = Signal::derive(move || {
        let here = pipeline.with(|it| it.as_ref().map(|it| it.id));
        book.pipelines.with(|all| {
            let offered = all
                .iter()
                .filter(|it| !it.is_archived || Some(it.id) == here);
            offered
                .map(|it| Tab {
                    id: it.id.to_string(),
                    label: it.name.clone(),
                    count: None,
                    detail: None,
                })
                .collect::<Vec<_>>()
        })
    });
    let chosen = Signal::derive(move || {
        pipeline
            .with(|it| it.as_ref().map(|it| it.id.to_string()))
            .unwrap_or_default()
    });
    let choose = move |id: String| {
        nav.to(&format!("{}/{id}{}", links::DEALS, nav.with_query(&[])));
    };
    view! {
        <header class="page-head">
            <h1>{i18n.text(Messages::deals_title)}</h1>
            <Tabs label=i18n.text(Messages::pipelines_title) tabs chosen on_choose=choose/>
            <div class="page-actions">
                <a class="button ghost square" href=links::PIPELINE_SETTINGS
                    aria-label=i18n.text(Messages::pipelines_edit)
                    title=i18n.text(Messages::pipelines_edit)>
                    <crate::ui::Icon glyph=Glyph::Settings/>
                </a>
                // Without a pipeline the page has another first step.
                <Show when=move || !(has_none.get() && book.is_settled.get())>
                    <Button
                        label=i18n.text(Messages::deals_new)
                        on_press=move |()| creation.open(Deal::DEF.kind, Vec::new())
                        kind=ButtonKind::Primary
                        glyph=Glyph::Plus
                    />
                </Show>
            </div>
        </header>
    }
    .into_any()
}

#[component]
fn PageBar(page: Page) -> impl IntoView {
    let Page { i18n, nav, .. } = page;
    let segment = |shown: Shown| Segment {
        id: shown.word(),
        label: i18n.text(move |it| match shown {
            Shown::Open => it.deals_board(),
            Shown::Won => it.deals_won(),
            Shown::Lost => it.deals_lost(),
            Shown::Funnel => it.deals_funnel(),
        }),
        glyph: None,
    };
    let segments: Vec<Segment> = Shown::ALL.into_iter().map(segment).collect();
    let choose = move |word: &'static str| {
        let word = Some(word).filter(|it| *it != Shown::Open.word());
        nav.set_query(&[("show", word)]);
    };
    view! {
        <div class="page-bar deals-bar">
            <Segmented
                label=i18n.text(Messages::deals_shown)
                segments
                chosen=Signal::derive(move || page.shown.get().word().to_owned())
                on_choose=choose
            />
            <Show when=move || page.shown.get() != Shown::Funnel>
                {QuickFilter::ALL.into_iter().map(|it| {
                    // What is closed has no next step; a filter that is on can still be taken off.
                    let is_asked = move || page.filters.with(|all| all.contains(&it));
                    let is_apt = move || !it.is_of_steps() || page.shown.get() == Shown::Open || is_asked();
                    view! { <Show when=is_apt>{filter_chip(page, it)}</Show> }
                }).collect_view()}
            </Show>
            <TotalsStrip page/>
        </div>
    }
    .into_any()
}

fn filter_chip(page: Page, filter: QuickFilter) -> AnyView {
    let Page {
        book, i18n, nav, ..
    } = page;
    let label = i18n.text(move |it| match filter {
        QuickFilter::Mine => it.common_mine(),
        QuickFilter::Overdue => it.deals_filter_overdue(),
        QuickFilter::NoNextStep => it.deals_no_step(),
        QuickFilter::ThisMonth => it.deals_filter_month(),
    });
    let tone = match filter {
        QuickFilter::Overdue => Tone::Bad,
        QuickFilter::NoNextStep => Tone::Due,
        QuickFilter::Mine | QuickFilter::ThisMonth => Tone::Neutral,
    };
    let count = Memo::new(move |_| {
        let (shown, matches) = (page.shown.get(), matcher(book));
        page.of_pipeline.with(|all| {
            let fits = |it: &&Arc<DealFacts>| shown.shows(&it.outcome) && matches(filter, it);
            all.iter().filter(fits).count()
        })
    });
    let toggle = move |()| {
        let words = write_filters(&toggled(&page.filters.get_untracked(), filter));
        nav.set_query(&[("filter", Some(&words))]);
    };
    view! {
        <FilterChip
            label
            pressed=Signal::derive(move || page.filters.with(|it| it.contains(&filter)))
            on_toggle=toggle
            count=Signal::derive(move || i18n.count(count.get()))
            tone=Signal::stored(tone)
        />
    }
    .into_any()
}

/// Count, sum and weighted sum of everything shown.
#[component]
fn TotalsStrip(page: Page) -> impl IntoView {
    let Page {
        i18n,
        pipeline,
        passing,
        ..
    } = page;
    let totals = Memo::new(move |_| {
        let mut totals = Totals::default();
        pipeline.with(|pipeline| {
            passing.with(|all| {
                for deal in all.iter() {
                    let stage = pipeline.as_ref().and_then(|it| it.stage(deal.place.stage));
                    totals.add(deal.amount, stage.map_or(0, |it| it.probability.0));
                }
            });
        });
        totals
    });
    let count = move || totals.with(|it| i64::try_from(it.count).unwrap_or(i64::MAX));
    let weighted = move || {
        let sum = totals.with(|it| sums_short(i18n, &it.weighted));
        i18n.t(|it| it.deals_weighted(&sum))
    };
    view! {
        <p class="totals-strip">
            <span class="count">{part(move || i18n.t(|it| it.deals_count(count())))}</span>
            <b class="money" title=live(move || totals.with(|it| sums_exact(i18n, &it.amount)))>
                {part(move || totals.with(|it| sums_short(i18n, &it.amount)))}
            </b>
            <Show when=move || page.shown.get() == Shown::Open>
                <span class="weighted" title=live(move || totals.with(|it| sums_exact(i18n, &it.weighted)))>
                    {part(weighted)}
                </span>
            </Show>
        </p>
    }
    .into_any()
}

/// A workspace without a pipeline: one tap makes the usual one.
#[component]
fn NoPipeline(page: Page) -> impl IntoView {
    let Page { book, i18n, .. } = page;
    view! {
        <div class="page-body">
            <EmptyState
                glyph=Glyph::Board
                title=i18n.text(Messages::pipelines_none)
                text=i18n.text(Messages::pipelines_none_text)
            >
                <Button
                    label=i18n.text(Messages::pipelines_create_standard)
                    on_press=move |()| { create_standard_pipeline(book, i18n); }
                    kind=ButtonKind::Primary
                    glyph=Glyph::Plus
                />
                <a class="button" href=links::PIPELINE_SETTINGS>
                    {i18n.text(Messages::pipelines_own)}
                </a>
            </EmptyState>
        </div>
    }
    .into_any()
}
