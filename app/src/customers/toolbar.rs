//! The head of the list: title, search, filters with counts, views, one primary action.

use std::collections::HashMap;

use gloo_timers::callback::Timeout;
use huike_messages::Messages;
use huike_shared::customers::{Customer, CustomerStatus};
use huike_shared::record::Record;
use leptos::prelude::*;

use super::criteria::{Dimension, toggled};
use super::list::ListState;
use super::views_menu::ViewsMenu;
use crate::i18n::use_i18n;
use crate::record::{choice_label, choices_of, field_label};
use crate::ui::{
    Button, ButtonKind, FilterChip, Glyph, IconButton, Menu, MenuItem, SearchField, Show, follow,
    live, part,
};

/// Milliseconds of rest until the counts of the filters follow.
const COUNT_MS: u32 = 150;

/// How many customers each value would show.
type Counts = HashMap<(Dimension, String), usize>;

/// The head of the list.
#[component]
pub fn Toolbar(
    /// The list.
    list: ListState,
    /// Whether there is little room: on a phone, and beside a record on a tablet.
    #[prop(into)]
    is_narrow: Signal<bool>,
    /// Makes a customer.
    #[prop(into)]
    on_create: Callback<()>,
) -> impl IntoView {
    // What it reads.
    let i18n = use_i18n();
    let counts = counted_later(list);
    let me = move || list.store.me().to_string();

    // What it can do.
    let toggle = move |dimension: Dimension, value: &str| {
        let chosen = list
            .criteria
            .with_untracked(|it| toggled(it.chosen(dimension), value));
        list.nav
            .set_query(&[(dimension.key(), Some(&chosen)), ("view", None)]);
    };
    let is_chosen = move |dimension: Dimension, value: &str| {
        list.criteria
            .with(|it| it.chosen(dimension).iter().any(|it| it == value))
    };
    let count_of = move |dimension: Dimension, value: &str| {
        let count = counts.with(|it| it.get(&(dimension, value.to_owned())).copied());
        i18n.count(count.unwrap_or(0))
    };
    let counted = move |dimension: Dimension, value: String| {
        Signal::derive(move || count_of(dimension, &value))
    };

    // What it looks like.
    let statuses = CustomerStatus::WORDS.iter().map(|word| {
        view! {
            <FilterChip
                label=Signal::derive(move || choice_label(i18n, "status", word))
                pressed=Signal::derive(move || is_chosen(Dimension::Status, word))
                on_toggle=move |()| toggle(Dimension::Status, word)
                count=counted(Dimension::Status, (*word).to_owned())
            />
        }
    });
    let mine = view! {
        <FilterChip
            label=i18n.text(Messages::common_mine)
            pressed=Signal::derive(move || is_chosen(Dimension::Owner, &me()))
            on_toggle=move |()| toggle(Dimension::Owner, &untrack(me))
            count=Signal::derive(move || count_of(Dimension::Owner, &me()))
        />
    };
    let menus = [Dimension::Level, Dimension::Source, Dimension::Owner].map(|dimension| {
        let field = Customer::DEF
            .fields
            .iter()
            .find(|it| it.name == dimension.key());
        let label = Signal::derive(move || {
            let name = field_label(i18n, Customer::DEF, dimension.key());
            let chosen = list.criteria.with(|it| it.chosen(dimension).len());
            if chosen > 0 {
                format!("{name} · {chosen}")
            } else {
                name
            }
        });
        let entries = move || {
            let choices = field
                .map(|it| choices_of(list.store, i18n, it))
                .unwrap_or_default();
            choices
                .into_iter()
                .map(|mut choice| {
                    if choice.value.is_empty() {
                        choice.value = "none".to_owned();
                        choice.label = i18n.t(Messages::common_none);
                    }
                    let count = counted(dimension, choice.value.clone());
                    let (value, again) = (choice.value.clone(), choice.value);
                    view! {
                        <MenuItem
                            label=Signal::stored(choice.label)
                            detail=count
                            checked=Signal::derive(move || is_chosen(dimension, &value))
                            on_press=move |()| toggle(dimension, &again)
                        />
                    }
                })
                .collect_view()
        };
        view! { <Menu label glyph=Glyph::ChevronDown>{entries()}</Menu> }
    });
    // The first-screen snapshot is a part of the list, and its length would be a wrong answer.
    let total = move || {
        let is_known = list.store.is_complete().get();
        is_known.then(|| i18n.t(|m| m.customers_count(list.keys.with(|it| it.len() as i64))))
    };
    let is_bare = move || list.store.is_complete().get() && list.sorted.with(|it| it.is_empty());
    view! {
        <header class="page-head" class:narrow=live(move || is_narrow.get())>
            <h1>{i18n.text(Messages::customers_title)}</h1>
            <span class="page-count" role="status">{part(total)}</span>
            <div class="page-actions">
                <ViewsMenu list/>
                <Show when=move || !is_narrow.get()>
                    <a class="button ghost" href="/app/import">
                        {i18n.text(Messages::nav_import)}
                    </a>
                </Show>
                <Show
                    when=move || is_narrow.get()
                    fallback=move || {
                        view! {
                            <Button
                                label=i18n.text(Messages::customers_new)
                                glyph=Glyph::Plus
                                kind=ButtonKind::Primary
                                shortcut="C"
                                on_press=on_create
                            />
                        }
                            .into_any()
                    }
                >
                    <IconButton
                        glyph=Glyph::Plus
                        label=i18n.text(Messages::customers_new)
                        on_press=on_create
                    />
                </Show>
            </div>
        </header>
        // Nothing is looked for where there is nothing.
        <div class="page-bar" hidden=live(is_bare)>
            <SearchField
                label=i18n.text(Messages::customers_search)
                value=list.typed
                shortcut="/"
                on_leave=move |()| list.focus()
            />
            {mine}
            {statuses.collect_view()}
            {menus.into_iter().collect_view()}
        </div>
    }
    .into_any()
}

/// The counts, a moment after what they count: a letter of a search shows its rows first.
fn counted_later(list: ListState) -> RwSignal<Counts> {
    let counts = RwSignal::new(untrack(|| count(list)));
    let timer = StoredValue::new_local(None::<Timeout>);
    follow(move || {
        list.criteria.track();
        list.sorted.track();
        timer.set_value(Some(Timeout::new(COUNT_MS, move || {
            counts.try_set(count(list));
        })));
    });
    counts
}

/// One walk over all customers counts every value of every filter.
fn count(list: ListState) -> Counts {
    let criteria = list.criteria.get_untracked();
    list.sorted.with_untracked(|all| {
        let mut counts: [HashMap<&str, usize>; Dimension::ALL.len()] = Default::default();
        // What the search hides is hidden from every count.
        for row in all.iter().filter(|it| criteria.query.matches(it)) {
            for (counts, dimension) in counts.iter_mut().zip(Dimension::ALL) {
                if criteria.passes_without(row, dimension) {
                    *counts.entry(dimension.value(row)).or_default() += 1;
                }
            }
        }
        let mut owned = Counts::new();
        for (counts, dimension) in counts.into_iter().zip(Dimension::ALL) {
            owned.extend(
                counts
                    .into_iter()
                    .map(|(it, count)| ((dimension, it.to_owned()), count)),
            );
        }
        owned
    })
}
