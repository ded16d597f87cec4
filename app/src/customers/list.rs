//! The list of customers: thousands of rows, found as one types.
//!
//! The order holds still while the pointer rests on the list or a row has the focus: what others
//! change meanwhile waits behind a chip. What the member asks for (filter, sort, search, an own new
//! customer) shows at once.

use std::collections::HashSet;
use std::sync::Arc;

use gloo_timers::callback::Timeout;
use huike_messages::Messages;
use huike_shared::customers::Customer;
use huike_shared::id::RecordId;
use huike_shared::record::Record;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::bulk::BulkBar;
use super::criteria::Criteria;
use super::facts::{Facts, facts};
use super::found::Finder;
use super::list_rows::{CompactRows, FullRows};
use super::order::{self, Order};
use super::toolbar::Toolbar;
use crate::i18n::use_i18n;
use crate::routes::{Nav, customer_path, use_nav};
use crate::shell::{Shell, use_creation, use_shell};
use crate::store::{LocalStore, Rows, use_store};
use crate::ui::{
    Button, ButtonKind, EmptyState, Glyph, ListPlace, Show, Skeleton, SkeletonShape, Sort, Width,
    after_paint, follow, listen, part,
};

/// Milliseconds after the last letter until the address says what is searched.
const ADDRESS_MS: u32 = 400;
/// Rows that the next start can paint at once.
const SNAPSHOT_ROWS: usize = 60;
/// The screen that they are kept for.
const SCREEN: &str = "customers";
/// Milliseconds without a change until they are kept.
const SNAPSHOT_MS: u32 = 1_500;

/// The key of a record in lists.
pub fn key_of(id: RecordId) -> u128 {
    u128::from_be_bytes(id.0)
}

/// The record of a key.
pub fn id_of(key: u128) -> RecordId {
    RecordId(key.to_be_bytes())
}

/// What the list and its bars share.
#[derive(Clone, Copy)]
pub struct ListState {
    /// The store.
    pub store: LocalStore,
    /// Leads to other pages.
    pub nav: Nav,
    /// What is typed into the search.
    pub typed: RwSignal<String>,
    /// Filter, search and order.
    pub criteria: Memo<Criteria>,
    /// The order.
    pub sort: Memo<Sort>,
    /// Every customer in order.
    pub sorted: Memo<Rows>,
    /// What is shown.
    pub keys: RwSignal<Arc<[u128]>>,
    /// Customers that came since the order was frozen.
    pub new_count: RwSignal<usize>,
    /// Which customers are selected.
    pub selected: RwSignal<Arc<HashSet<u128>>>,
    /// Scrolled so far, and the cursor.
    pub place: RwSignal<ListPlace>,
    /// Facts from other records.
    pub facts: Signal<Facts>,
    fresh: Memo<Arc<[u128]>>,
    is_held: RwSignal<bool>,
    shell: Shell,
}

impl ListState {
    /// Made by the page, so that a record that opens does not lose the place in the list.
    pub fn new(open: Signal<Option<RecordId>>) -> Self {
        let (store, nav) = (use_store(), use_nav());
        let rows = store.rows(Customer::DEF.kind);
        let turn = turn(store, rows);
        let facts = facts(store);
        let typed = RwSignal::new(untrack(|| nav.query("q")).unwrap_or_default());
        let criteria = Memo::new(move |_| {
            typed.with(|typed| Criteria::read(|key| nav.query(key), typed, store.me()))
        });
        let sort = Memo::new(move |_| order::read(nav.query("sort").as_deref()));
        // Sorting is kept apart from filtering: a letter in the search only filters. The facts are
        // only read where the order needs them.
        let sorted_by = StoredValue::new(None::<Sort>);
        let sorted = Memo::new_with_compare(
            move |before: Option<&Rows>| {
                let sort = sort.get();
                let needs_facts = matches!(sort.column, "contacted" | "next");
                let facts = if needs_facts {
                    facts.get()
                } else {
                    Facts::default()
                };
                let order = Order {
                    sort,
                    facts: &facts,
                    name_of: &|it| store.member_name(it),
                };
                let is_same = sorted_by.try_update_value(|it| it.replace(sort)) == Some(Some(sort));
                let before = before.filter(|_| is_same && Order::is_of_row_alone(sort));
                turn.track();
                rows.with_untracked(|rows| {
                    Arc::new(match before {
                        Some(before) => order.sort_again(before, rows),
                        None => order.sort(rows),
                    })
                })
            },
            |_, _| true,
        );
        let finder = StoredValue::new(Finder::default());
        let fresh = Memo::new(move |_| {
            let criteria = criteria.get();
            sorted.with(|all| {
                let keys = finder.try_update_value(|it| {
                    let found = it.find(all, &criteria).iter();
                    found.map(|it| key_of(it.id)).collect::<Arc<[u128]>>()
                });
                keys.unwrap_or_else(|| Arc::from([]))
            })
        });
        let state = ListState {
            store,
            nav,
            typed,
            criteria,
            sort,
            sorted,
            keys: RwSignal::new(Arc::from([])),
            new_count: RwSignal::new(0),
            selected: RwSignal::new(Arc::default()),
            place: RwSignal::new(ListPlace {
                top: 0.0,
                cursor: open.get_untracked().map(key_of),
            }),
            facts,
            fresh,
            is_held: RwSignal::new(false),
            shell: use_shell(),
        };
        state.follow(open);
        state.keep_address();
        state
    }

    /// Decides what of the fresh order is shown.
    fn follow(self, open: Signal<Option<RecordId>>) {
        Effect::new(move |old: Option<(Criteria, Sort)>| {
            let fresh = self.fresh.get();
            let asked = (self.criteria.get(), self.sort.get());
            let is_asked = old.is_none_or(|it| it != asked);
            let shown = self.keys.get_untracked();
            let holds = self.is_held.get() && !is_asked && !shown.is_empty();
            if !holds {
                self.show(fresh);
                return asked;
            }
            let known: HashSet<u128> = shown.iter().copied().collect();
            let living: HashSet<u128> = fresh.iter().copied().collect();
            let me = self.store.me();
            let new: Vec<u128> = fresh
                .iter()
                .copied()
                .filter(|it| !known.contains(it))
                .collect();
            let is_own = |key: &u128| {
                let row = self.store.peek(super::customer_ref(id_of(*key)));
                row.is_some_and(|it| it.created.by == me)
            };
            if new.iter().any(is_own) {
                self.show(fresh);
                return asked;
            }
            // What is gone must not be offered any more; everything else keeps its place.
            if shown.iter().any(|it| !living.contains(it)) {
                self.keys.set(
                    shown
                        .iter()
                        .copied()
                        .filter(|it| living.contains(it))
                        .collect(),
                );
            }
            self.new_count.set(new.len());
            asked
        });
        follow(move || {
            if let Some(id) = open.get() {
                self.place.update(|it| it.cursor = Some(key_of(id)));
            }
        });
        self.keep_first_rows();
        let store = self.store;
        let is_drawn = Memo::new(move |_| self.keys.with(|it| !it.is_empty()));
        follow(move || {
            if is_drawn.get() {
                store.first_rows_drawn();
            }
        });
    }

    /// The first rows of this order are what the next start paints; kept whenever they rest.
    fn keep_first_rows(self) {
        let timer = StoredValue::new_local(None::<Timeout>);
        follow(move || {
            self.sorted.track();
            if !self.store.is_complete().get() {
                return;
            }
            let keep = move || {
                let first: Vec<_> = self
                    .sorted
                    .with_untracked(|it| it.iter().take(SNAPSHOT_ROWS).cloned().collect());
                if !first.is_empty() {
                    let rows = [(Customer::DEF.kind, first)];
                    self.store.keep_snapshot(SCREEN, &rows);
                }
            };
            timer.set_value(Some(Timeout::new(SNAPSHOT_MS, keep)));
        });
    }

    fn show(self, fresh: Arc<[u128]>) {
        self.new_count.set(0);
        if self.keys.with_untracked(|it| **it != *fresh) {
            self.keys.set(fresh);
        }
    }

    /// Shows what waits behind the chip.
    pub fn refresh(self) {
        self.show(self.fresh.get_untracked());
    }

    /// Keeps the address true to the search, a little later.
    fn keep_address(self) {
        let timer = StoredValue::new_local(None::<Timeout>);
        Effect::new(move |is_first: Option<()>| {
            let typed = self.typed.get();
            if is_first.is_none() {
                return;
            }
            let write = move || {
                let typed = typed.trim();
                if self.nav.query_now("q").as_deref().unwrap_or_default() != typed {
                    self.nav.set_query(&[("q", Some(typed))]);
                }
            };
            timer.set_value(Some(Timeout::new(ADDRESS_MS, write)));
        });
    }

    /// The customer before or after another in the list.
    pub fn neighbor(self, of: Option<RecordId>, by: isize) -> Option<RecordId> {
        let of = of.map(key_of);
        self.keys.with_untracked(|keys| {
            let at = keys.iter().position(|it| Some(*it) == of)?;
            keys.get(at.checked_add_signed(by)?).map(|it| id_of(*it))
        })
    }

    /// Gives the focus back to the list.
    pub fn focus(self) {
        request_animation_frame(|| {
            let list = document()
                .query_selector(".split-list .virtual-list")
                .ok()
                .flatten();
            if let Some(list) = list.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = list.focus();
            }
        });
    }

    /// Selects or unselects one customer.
    pub fn toggle(self, key: u128) {
        self.selected.update(|all| {
            let all = Arc::make_mut(all);
            if !all.remove(&key) {
                all.insert(key);
            }
        });
    }

    /// Unselects everything.
    pub fn clear_selection(self) {
        self.selected.set(Arc::default());
    }

    pub(super) fn open(self, key: u128, is_beside: bool) {
        let path = customer_path(id_of(key));
        let now = untrack(|| self.nav.path());
        // Opening what is open already means: all of it. Walking past it does not.
        let is_again =
            !is_beside && now == path && self.shell.width.get_untracked() == Width::Desktop;
        let full = is_again.then_some("1");
        let target = format!("{path}{}", self.nav.with_query(&[("full", full)]));
        if is_beside {
            self.nav.replace(&target)
        } else {
            self.nav.to(&target)
        }
    }
}

/// Counts up when the order is to follow the rows: once everything is there, after the frame that shows
/// what changed. Ten thousand rows in order take longer than the change itself, and nobody looks at
/// their order first.
fn turn(store: LocalStore, rows: Signal<Rows>) -> RwSignal<u32> {
    let turn = RwSignal::new(0);
    let is_planned = StoredValue::new(false);
    Effect::new(move |before: Option<bool>| {
        rows.track();
        let was_empty = before.unwrap_or(true);
        let is_empty = rows.with_untracked(|it| it.is_empty());
        if before.is_some() && (was_empty || !store.is_complete().get_untracked()) {
            turn.update(|it| *it += 1);
        } else if before.is_some() && !is_planned.get_value() {
            is_planned.set_value(true);
            after_paint(move || {
                // The page may be gone by now.
                let _ = is_planned.try_set_value(false);
                let _ = turn.try_update(|it| *it += 1);
            });
        }
        is_empty
    });
    turn
}

/// Head, bars and rows.
#[component]
pub fn CustomerList(
    /// What it shows.
    list: ListState,
    /// The customer beside it.
    open: Memo<Option<RecordId>>,
) -> impl IntoView {
    // What it reads.
    let (i18n, shell, creation) = (use_i18n(), use_shell(), use_creation());
    let is_loading =
        move || !list.store.is_complete().get() && list.sorted.with(|it| it.is_empty());
    let is_compact = Memo::new(move |_| match shell.width.get() {
        Width::Phone => true,
        Width::Tablet => open.get().is_some(),
        Width::Desktop => false,
    });
    let is_none = move || list.keys.with(|it| it.is_empty());

    // What it can do.
    let create = move |()| creation.open(Customer::DEF.kind, Vec::new());
    let hold = move |is_held: bool| list.is_held.set(is_held);

    // What it looks like.
    let empty = move || {
        if list.criteria.with(Criteria::is_empty) {
            view! {
                <EmptyState
                    glyph=Glyph::Customer
                    title=i18n.text(Messages::customers_empty)
                    text=i18n.text(Messages::customers_empty_hint)
                >
                    <Button
                        label=i18n.text(Messages::customers_new)
                        kind=ButtonKind::Primary
                        shortcut="C"
                        on_press=create
                    />
                    <a class="button" href="/app/import">{i18n.text(Messages::nav_import)}</a>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <EmptyState glyph=Glyph::Filter title=i18n.text(Messages::empty_nothing_found)>
                    <Button
                        label=i18n.text(Messages::empty_clear_filters)
                        on_press=move |()| {
                            list.typed.set(String::new());
                            list.nav.replace("/app/customers");
                        }
                    />
                </EmptyState>
            }
            .into_any()
        }
    };
    let rows = move || {
        if is_compact.get() {
            view! { <CompactRows list/> }.into_any()
        } else {
            view! { <FullRows list open/> }.into_any()
        }
    };
    view! {
        <Toolbar list is_narrow=is_compact on_create=create/>
        <div
            class="page-body flush"
            on:pointerenter=listen(move |ev: PointerEvent| hold(ev.pointer_type() == "mouse"))
            on:pointerleave=listen(move |_| hold(false))
            on:focusin=listen(move |_| hold(true))
            on:focusout=listen(move |_| hold(false))
        >
            <Show when=move || list.new_count.get() != 0>
                <button type="button" class="button new-rows" on:click=listen(move |_| list.refresh())>
                    <span>{part(move || i18n.t(|m| m.list_new_rows(list.new_count.get() as i64)))}</span>
                </button>
            </Show>
            <Show when=move || !is_none() fallback=move || {
                if is_loading() {
                    view! { <Skeleton shape=SkeletonShape::Rows label=i18n.text(Messages::common_loading)/> }
                        .into_any()
                } else {
                    empty()
                }
            }>
                {part(rows)}
            </Show>
            <BulkBar list/>
        </div>
    }
    .into_any()
}
