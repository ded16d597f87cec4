//! One deal on the board.

use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::id::RecordId;
use huike_shared::record::{Record, RecordRef};
use huike_shared::row::Stamp;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::acts::Spot;
use super::board_context::BoardContext;
use super::book::deal_ref;
use super::facts::DealFacts;
use super::next_step::StepState;
use super::words::{age_share, days_since, money_exact, money_short};
use crate::ui::{
    Glyph, Icon, Menu, MenuItem, Show, Tone, Written, WrittenAvatar, WrittenIcon, child, follow,
    listen, live,
};

/// One deal on the board.
///
/// One effect reads the record and what belongs to it, and writes what differs ([`Drawn`]): a board has
/// five hundred of these, and the view of a signal for each of their parts took seconds to make.
#[component]
pub fn DealCard(
    /// Which deal.
    id: RecordId,
    /// The board.
    board: BoardContext,
) -> impl IntoView {
    let key = id.to_string();
    let card_ref = NodeRef::<html::Article>::new();
    let body_ref = NodeRef::<html::Div>::new();
    let mut drawn = None;
    let mut seen = None;
    follow(move || {
        let (Some(card), Some(body)) = (card_ref.get(), body_ref.get()) else {
            return;
        };
        let words = Words::read(board, id, &mut seen);
        if drawn.is_none() {
            drawn = Drawn::new(&body);
        }
        if let Some(drawn) = &mut drawn {
            drawn.show(&card, words);
        }
    });
    follow(move || mark(card_ref, "opened", board.opened.get() == Some(id)));
    let selected = key.clone();
    follow(move || {
        let is_selected = board.selected.with(|it| it.contains(&selected));
        mark(card_ref, "selected", is_selected);
    });

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
    view! {
        <article
            node_ref=card_ref
            class="card"
            data-card=key
            tabindex="-1"
            role="listitem"
            on:click=listen(press)
            on:keydown=listen(press_key)
        >
            <div class="card-body" node_ref=body_ref></div>
            <CardMenu id board/>
        </article>
    }
    .into_any()
}

fn mark(card: NodeRef<html::Article>, class: &str, is_on: bool) {
    if let Some(card) = card.get()
        && card.class_list().contains(class) != is_on
    {
        let _ = card.class_list().toggle_with_force(class, is_on);
    }
}

/// What a card shows.
#[derive(PartialEq)]
struct Words {
    title: String,
    customer: Option<(u128, String)>,
    /// At a glance, and to the last digit.
    amount: Option<(String, String)>,
    weighted: String,
    /// Days in the stage, if they are too many.
    rotting: String,
    /// 0 new, 1 too long in its stage.
    age: String,
    owner: Option<(u128, String)>,
    step: StepState,
    step_title: String,
    step_due: Option<(String, String)>,
    is_waiting: bool,
    /// Somebody else has just changed it.
    is_news: bool,
}

impl Words {
    /// Reads them, followed. `seen` is how the deal was stamped when it was last read: its first sight is
    /// no news.
    fn read(board: BoardContext, id: RecordId, seen: &mut Option<Stamp>) -> Words {
        let BoardContext { book, i18n, .. } = board;
        let store = book.store;
        let row = store.row(deal_ref(id)).get();
        let facts = row.as_deref().map(DealFacts::read).unwrap_or_default();
        let (probability, limit) = board
            .pipeline
            .with(|it| {
                let stage = it.as_ref()?.stage(facts.place.stage)?;
                Some((stage.probability.0, stage.rotting_days.map(|it| it.0)))
            })
            .unwrap_or_default();
        let days = days_since(facts.place.since, book.clock.now());
        let is_rotting = limit.is_some_and(|it| it > 0 && days > it);
        let step = book.steps.with(|it| it.get(&id).cloned());
        let stamp = row.as_ref().map(|it| it.updated).unwrap_or_default();
        let is_news = seen.replace(stamp).is_some_and(|it| it != stamp) && stamp.by != store.me();
        Words {
            title: row
                .as_deref()
                .map(|it| it.get(Deal::TITLE).to_string())
                .unwrap_or_default(),
            customer: customer_name(board, facts.customer),
            amount: facts
                .amount
                .map(|it| (money_short(i18n, it), money_exact(i18n, it))),
            weighted: facts
                .amount
                .map(|it| {
                    let share = money_short(i18n, it.percent(probability));
                    i18n.t(|it| it.deals_weighted(&share))
                })
                .unwrap_or_default(),
            rotting: if is_rotting {
                i18n.t(|it| it.time_days(days))
            } else {
                String::new()
            },
            age: format!("{:.2}", age_share(days, limit)),
            owner: facts
                .owner
                .map(|it| (u128::from_be_bytes(*it.bytes()), store.member_name(it))),
            step: book.step_state(id),
            step_title: match &step {
                Some(it) => it.title.to_string(),
                None => i18n.t(|it| it.deals_no_step()),
            },
            step_due: step
                .and_then(|it| it.due_on)
                .map(|it| (it.to_string(), i18n.date(it))),
            is_waiting: store.is_waiting(deal_ref(id)).get(),
            is_news,
        }
    }
}

/// The parts of a card in the document.
struct Drawn {
    title: Written,
    customer: HtmlElement,
    company: WrittenAvatar,
    name: Written,
    amount: Written,
    weighted: Written,
    rotting: Written,
    owner: WrittenAvatar,
    next: HtmlElement,
    glyph: WrittenIcon,
    step: Written,
    due: Written,
    said: Option<Words>,
}

impl Drawn {
    fn new(body: &HtmlElement) -> Option<Drawn> {
        let title = Written::new(body, "h3", "card-title")?;
        let customer = child(body, "div", "card-customer")?;
        let figures = child(body, "div", "card-figures")?;
        let next = child(body, "div", "card-next")?;
        Some(Drawn {
            title,
            company: WrittenAvatar::new(&customer, true)?,
            name: Written::new(&customer, "span", "")?,
            customer,
            amount: Written::new(&figures, "span", "money")?,
            weighted: Written::new(&figures, "span", "weighted")?,
            rotting: Written::new(&figures, "span", "card-age")?,
            owner: WrittenAvatar::new(&figures, false)?,
            glyph: WrittenIcon::new(&next)?,
            step: Written::new(&next, "span", "")?,
            due: Written::new(&next, "time", "")?,
            next,
            said: None,
        })
    }

    fn show(&mut self, card: &HtmlElement, now: Words) {
        let before = self.said.as_ref();
        if before == Some(&now) {
            return;
        }
        let is_new = |same: fn(&Words, &Words) -> bool| before.is_none_or(|it| !same(it, &now));
        if is_new(|a, b| a.age == b.age) {
            let _ = card.style().set_property("--age", &now.age);
        }
        if is_new(|a, b| a.title == b.title && a.customer == b.customer) {
            let name = now.customer.as_ref().map_or("", |it| &it.1);
            let _ = card.set_attribute("aria-label", &format!("{}, {name}", now.title));
        }
        if is_new(|a, b| a.step == b.step) {
            let class = format!("card-next {}", tone(now.step).class());
            self.next.set_class_name(&class);
        }
        for (class, is_on) in [
            ("waiting", now.is_waiting),
            ("rotting", !now.rotting.is_empty()),
            ("changed", now.is_news),
        ] {
            if is_on || before.is_some() {
                let _ = card.class_list().toggle_with_force(class, is_on);
            }
        }
        self.title.say(&now.title);
        self.customer.set_hidden(now.customer.is_none());
        self.company.show(now.customer.as_ref());
        self.name.say(now.customer.as_ref().map_or("", |it| &it.1));
        let (short, exact) = now.amount.as_ref().map_or(("", ""), |it| (&it.0, &it.1));
        self.amount.say(short);
        self.amount.explain(exact);
        self.weighted.say(&now.weighted);
        self.rotting.say(&now.rotting);
        self.owner.show(now.owner.as_ref());
        self.glyph.show(glyph(now.step));
        self.step.say(&now.step_title);
        let (iso, due) = now.step_due.as_ref().map_or(("", ""), |it| (&it.0, &it.1));
        self.due.say(due);
        if !iso.is_empty() {
            let _ = self.due.host().set_attribute("datetime", iso);
        }
        self.said = Some(now);
    }
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
