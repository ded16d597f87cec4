//! One deal on the board.

use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use huike_shared::row::Stamp;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::acts::Spot;
use super::board_context::BoardContext;
use super::book::deal_ref;
use super::facts::DealFacts;
use super::next_step::StepState;
use super::words::{age_share, days_since, money_exact, money_short};
use crate::ui::{Avatar, Glyph, Icon, LiveIcon, Menu, MenuItem, Show, Tone, listen, live, part};

/// One deal on the board.
///
/// Reads one record and what belongs to it, so a change to another deal does not render it anew.
#[component]
pub fn DealCard(
    /// Which deal.
    id: RecordId,
    /// The board.
    board: BoardContext,
) -> impl IntoView {
    // What it reads.
    let BoardContext { book, i18n, .. } = board;
    let store = book.store;
    let row = store.row(deal_ref(id));
    let facts = Memo::new(move |_| {
        row.with(|it| it.as_deref().map(DealFacts::read))
            .unwrap_or_default()
    });
    let step = Memo::new(move |_| book.steps.with(|it| it.get(&id).cloned()));
    let step_state = Memo::new(move |_| book.step_state(id));
    let is_waiting = store.is_waiting(deal_ref(id));
    // What somebody else changes is shown briefly; the first sight of a card is no change.
    let seen = Memo::new(move |old: Option<&(Stamp, bool)>| {
        let now = row
            .with(|it| it.as_ref().map(|it| it.updated))
            .unwrap_or_default();
        let is_news = old.is_some_and(|it| it.0 != now) && now.by != store.me();
        (now, is_news)
    });

    // What it derives.
    let key = id.to_string();
    let title = move || {
        row.with(|it| it.as_ref().map(|it| it.get(Deal::TITLE).to_string()))
            .unwrap_or_default()
    };
    let customer = Memo::new(move |_| customer_name(board, facts.with(|it| it.customer)));
    let stage = Memo::new(move |_| {
        let at = facts.with(|it| it.place.stage);
        board.pipeline.with(|it| {
            let stage = it.as_ref().and_then(|it| it.stage(at));
            stage.map(|it| (it.probability.0, it.rotting_days.map(|it| it.0)))
        })
    });
    let days = Memo::new(move |_| days_since(facts.with(|it| it.place.since), book.clock.now()));
    let age = move || {
        format!(
            "{:.2}",
            age_share(days.get(), stage.get().and_then(|it| it.1))
        )
    };
    let is_rotting = move || {
        let limit = stage.get().and_then(|it| it.1).filter(|it| *it > 0);
        limit.is_some_and(|it| days.get() > it)
    };
    let amount = move || facts.with(|it| it.amount);
    let weighted = move || {
        let probability = stage.get().map_or(0, |it| it.0);
        amount().map(|it| money_short(i18n, it.percent(probability)))
    };
    let owner = move || facts.with(|it| it.owner);
    let is_selected = {
        let key = key.clone();
        Memo::new(move |_| board.selected.with(|it| it.contains(&key)))
    };
    let is_opened = move || board.opened.get() == Some(id);

    // What it can do.
    let press = move |ev: web_sys::MouseEvent| {
        if ev.ctrl_key() || ev.meta_key() || ev.shift_key() {
            toggle(board.selected, &id.to_string());
        } else {
            board.open.run(id);
        }
    };
    let press_key = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "x" && !ev.ctrl_key() && !ev.meta_key() {
            toggle(board.selected, &id.to_string());
        }
    };

    // What it looks like.
    view! {
        <article
            class="card"
            class:waiting=live(move || is_waiting.get())
            class:selected=live(move || is_selected.get())
            class:rotting=live(is_rotting)
            class:opened=live(is_opened)
            class:changed=live(move || seen.with(|it| it.1))
            data-card=key
            tabindex="-1"
            role="listitem"
            aria-label=live(move || format!("{}, {}", title(), customer.get().map(|it| it.1).unwrap_or_default()))
            style=("--age", age)
            on:click=listen(press)
            on:keydown=listen(press_key)
        >
            <h3 class="card-title">{part(title)}</h3>
            {part(move || customer.get().map(|(id, name)| view! {
                <div class="card-customer">
                    <Avatar name=name.clone() id=id small=true square=true/>
                    <span>{name}</span>
                </div>
            }))}
            <div class="card-figures">
                {part(move || amount().map(|it| view! {
                    <span class="money" title=money_exact(i18n, it)>{money_short(i18n, it)}</span>
                }))}
                <span class="weighted">{part(weighted)}</span>
                {part(move || is_rotting().then(|| view! {
                    <span class="card-age">{i18n.t(|it| it.time_days(days.get()))}</span>
                }))}
                {part(move || owner().map(|it| {
                    let name = Signal::derive(move || store.member_name(it));
                    view! { <Avatar name=name id=u128::from_be_bytes(*it.bytes()) small=true/> }
                }))}
            </div>
            <div class=live(move || format!("card-next {}", tone(step_state.get()).class()))>
                <LiveIcon glyph=Signal::derive(move || glyph(step_state.get()))/>
                <span>{part(move || match step.get() {
                    Some(it) => it.title.to_string(),
                    None => i18n.t(|it| it.deals_no_step()),
                })}</span>
                {part(move || step.get().and_then(|it| it.due_on).map(|it| view! {
                    <time datetime=it.to_string()>{i18n.date(it)}</time>
                }))}
            </div>
            <CardMenu id board/>
        </article>
    }
    .into_any()
}

/// The name of a customer and the number its color comes from, followed.
fn customer_name(board: BoardContext, id: Option<RecordId>) -> Option<(u128, String)> {
    let id = id?;
    let row = board.book.store.row(RecordRef {
        kind: Customer::DEF.kind,
        id,
    });
    let name = row.with(|it| it.as_ref().map(|it| it.get(Customer::NAME).to_string()));
    let name = name.unwrap_or_else(|| board.i18n.t(|it| it.record_missing()));
    Some((u128::from_be_bytes(*id.bytes()), name))
}

/// What the state of a next step is colored.
pub fn tone(state: StepState) -> Tone {
    match state {
        StepState::Missing | StepState::Today => Tone::Due,
        StepState::Overdue => Tone::Bad,
        StepState::Planned => Tone::Neutral,
    }
}

/// The shape beside it.
pub fn glyph(state: StepState) -> Glyph {
    match state {
        StepState::Missing => Glyph::Warning,
        StepState::Overdue => Glyph::Alert,
        StepState::Today => Glyph::Clock,
        StepState::Planned => Glyph::CalendarCheck,
    }
}

/// Takes a card into the selection or out of it.
fn toggle(selected: RwSignal<Vec<String>>, key: &str) {
    selected.update(|all| {
        let before = all.len();
        all.retain(|it| it != key);
        if all.len() == before {
            all.push(key.to_owned());
        }
    });
}

/// The way to move a card without dragging. The menu itself is built when it is first asked for,
/// so that five hundred cards cost five hundred buttons and no more.
#[component]
fn CardMenu(id: RecordId, board: BoardContext) -> impl IntoView {
    let i18n = board.i18n;
    let is_built = RwSignal::new(false);
    let root_ref = NodeRef::<html::Div>::new();
    let build = move |ev: web_sys::MouseEvent| {
        ev.stop_propagation();
        is_built.set(true);
        request_animation_frame(move || {
            let button = root_ref
                .try_get_untracked()
                .flatten()
                .and_then(|it| it.query_selector("button").ok().flatten())
                .and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(button) = button {
                button.click();
            }
        });
    };
    let label = i18n.text(|it| it.deals_move_to());
    view! {
        <div class="card-menu" node_ref=root_ref>
            <Show
                when=move || is_built.get()
                fallback=move || view! {
                    <button
                        type="button"
                        class="button ghost square"
                        aria-haspopup="menu"
                        aria-label=live(move || label.get())
                        title=live(move || label.get())
                        tabindex="-1"
                        on:click=listen(build)
                    >
                        <Icon glyph=Glyph::More/>
                    </button>
                }
            >
                <Menu label=label icon_only=true>{move_items(board, id)}</Menu>
            </Show>
        </div>
    }
    .into_any()
}

fn move_items(board: BoardContext, id: RecordId) -> AnyView {
    let i18n = board.i18n;
    let store = board.book.store;
    let place = store
        .peek(deal_ref(id))
        .map(|it| it.get(Deal::PLACE))
        .unwrap_or_default();
    let here = place.stage;
    let stages: Vec<_> = board
        .pipeline
        .get_untracked()
        .map(|it| {
            it.stages_in_use()
                .map(|it| (it.0, it.1.name.to_string()))
                .collect()
        })
        .unwrap_or_default();
    let stage_items = stages
        .into_iter()
        .map(|(stage, name)| {
            let act = move |()| {
                if stage != here {
                    board.move_to(&board.with_selected(id), stage, Spot::Index(0));
                }
            };
            view! { <MenuItem label=name on_press=act checked=Signal::stored(stage == here)/> }
        })
        .collect_view();
    let to_top = move |()| board.move_to(&board.with_selected(id), here, Spot::Index(0));
    let to_bottom = move |()| board.move_to(&board.with_selected(id), here, Spot::Bottom);
    view! {
        {stage_items}
        <hr/>
        <MenuItem
            label=i18n.text(|it| it.keys_select())
            on_press=move |()| toggle(board.selected, &id.to_string())
            glyph=Glyph::Check
        />
        <MenuItem label=i18n.text(|it| it.board_to_top()) on_press=to_top glyph=Glyph::ArrowUp/>
        <MenuItem label=i18n.text(|it| it.board_to_bottom()) on_press=to_bottom glyph=Glyph::ArrowDown/>
        <hr/>
        <MenuItem
            label=i18n.text(|it| it.deals_mark_won())
            on_press=move |()| board.win(&board.with_selected(id))
            glyph=Glyph::Won
        />
        <MenuItem
            label=i18n.text(|it| it.deals_mark_lost())
            on_press=move |()| board.losing.set(board.with_selected(id))
            glyph=Glyph::Lost
        />
    }
    .into_any()
}
