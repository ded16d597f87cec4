//! The palette: every record, page and action by name, pinyin or initials.

use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::Task;
use huike_shared::record::{Kind, Record};
use huike_shared::registry;
use huike_shared::row::Row;
use huike_shared::search::Query;
use huike_shared::text::fold;
use leptos::ev::{Event, MouseEvent};
use leptos::html;
use leptos::prelude::*;

use crate::i18n::{I18n, Theme, use_appearance, use_i18n};
use crate::record::{field_label, kind_label, new_title, title_of_row, value_words};
use crate::routes::{path_of, use_nav};
use crate::shell::{use_creation, use_shell};
use crate::store::{LocalStore, use_store};
use crate::ui::{Avatar, Glyph, Icon, follow, is_composing, listen, live, part};

/// Records of one kind in the results.
const RECORDS_MAX: usize = 6;
/// Characters of a long text shown before what was found in it.
const EXCERPT_BEFORE: usize = 12;
/// The kinds the palette looks through, in this order.
const KINDS: [Kind; 4] = [
    Customer::DEF.kind,
    Contact::DEF.kind,
    Deal::DEF.kind,
    Task::DEF.kind,
];

/// Something one can do or open.
#[derive(Clone)]
struct Entry {
    group: &'static str,
    glyph: Glyph,
    /// For records: where the hue of the avatar comes from.
    person: Option<u128>,
    title: String,
    detail: String,
    shortcut: &'static str,
    act: Act,
}

/// What choosing an entry does.
#[derive(Clone)]
enum Act {
    Go(String),
    Create(Kind),
    Undo,
    Theme(Theme),
    Keys,
    SyncNow,
}

/// The palette; opens by Ctrl/⌘+K.
#[component]
pub fn Palette() -> impl IntoView {
    // What it reads.
    let (shell, store, i18n) = (use_shell(), use_store(), use_i18n());
    let (nav, creation, look) = (use_nav(), use_creation(), use_appearance());
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let dialog_ref = NodeRef::<html::Dialog>::new();
    let input_ref = NodeRef::<html::Input>::new();
    let entries = Memo::new_with_compare(
        move |_| {
            if !shell.palette.get() {
                return Arc::new(Vec::new());
            }
            Arc::new(find(store, i18n, &typed.get()))
        },
        |_, _| true,
    );

    // What it can do.
    follow(move || {
        let is_open = shell.palette.get();
        let Some(dialog) = dialog_ref.get() else {
            return;
        };
        if is_open && !dialog.open() {
            typed.set(String::new());
            chosen.set(0);
            let _ = dialog.show_modal();
            if let Some(input) = input_ref.get_untracked() {
                // At once: what is typed in the next moment belongs here.
                let _ = input.focus();
            }
        } else if !is_open && dialog.open() {
            dialog.close();
        }
    });
    let run = move |entry: Entry| {
        shell.palette.set(false);
        match entry.act {
            Act::Go(path) => nav.to(&path),
            Act::Create(kind) => creation.open(kind, Vec::new()),
            Act::Undo => {
                store.undo();
            }
            Act::Theme(theme) => look.set_theme(theme),
            Act::Keys => shell.keys.set(true),
            Act::SyncNow => store.sync_now(),
        }
    };
    let press = move |ev: web_sys::KeyboardEvent| {
        if is_composing(&ev) {
            return;
        }
        let count = entries.with_untracked(|it| it.len());
        match ev.key().as_str() {
            "ArrowDown" if count > 0 => chosen.update(|it| *it = (*it + 1) % count),
            "ArrowUp" if count > 0 => chosen.update(|it| *it = (*it + count - 1) % count),
            "Enter" => {
                let entry = entries.with_untracked(|it| it.get(chosen.get_untracked()).cloned());
                if let Some(entry) = entry {
                    run(entry);
                }
            }
            _ => return,
        }
        ev.prevent_default();
        show_chosen(chosen.get_untracked());
    };

    // What it looks like.
    let row = move |(index, entry): (usize, Entry)| {
        let again = entry.clone();
        let picture = match entry.person {
            Some(id) => {
                view! { <Avatar name=entry.title.clone() id=id small=true square=entry.glyph == Glyph::Customer/> }
                    .into_any()
            }
            None => view! { <Icon glyph=entry.glyph/> }.into_any(),
        };
        view! {
            <li
                id=format!("palette-{index}")
                class="palette-item"
                role="option"
                aria-selected=live(move || (chosen.get() == index).to_string())
                on:click=listen(move |_| run(again.clone()))
                on:pointermove=listen(move |_| {
                    if chosen.get_untracked() != index {
                        chosen.set(index);
                    }
                })
            >
                {picture}
                <span>{entry.title}</span>
                <small>{entry.detail}</small>
                {(!entry.shortcut.is_empty()).then(|| view! { <kbd>{entry.shortcut}</kbd> })}
            </li>
        }
    };
    let results = move || {
        let entries = entries.get();
        let mut group = "";
        let mut views = Vec::new();
        for (index, entry) in entries.iter().cloned().enumerate() {
            if entry.group != group {
                group = entry.group;
                let words = i18n.by_key(group);
                views.push(
                    view! { <li class="palette-group" role="presentation">{words}</li> }.into_any(),
                );
            }
            views.push(row((index, entry)).into_any());
        }
        views
    };
    view! {
        <dialog
            node_ref=dialog_ref
            class="palette"
            aria-label=i18n.text(Messages::common_search)
            on:close=listen(move |_| shell.palette.set(false))
            on:mousedown=listen(move |ev: MouseEvent| {
                if ev.target() == ev.current_target() {
                    shell.palette.set(false);
                }
            })
        >
            <div class="palette-input">
                <Icon glyph=Glyph::Search/>
                <input
                    node_ref=input_ref
                    type="text"
                    role="combobox"
                    enterkeyhint="go"
                    aria-expanded="true"
                    aria-controls="palette-results"
                    aria-activedescendant=live(move || format!("palette-{}", chosen.get()))
                    aria-label=i18n.text(Messages::palette_hint)
                    placeholder=i18n.text(Messages::palette_hint)
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=live(move || typed.get())
                    on:input=listen(move |ev: Event| {
                        typed.set(event_target_value(&ev));
                        chosen.set(0);
                    })
                    on:keydown=listen(press)
                />
                <button
                    type="button"
                    class="button ghost square"
                    aria-label=i18n.text(Messages::common_close)
                    on:click=listen(move |_| shell.palette.set(false))
                >
                    <Icon glyph=Glyph::Close/>
                </button>
            </div>
            <ul class="palette-results" id="palette-results" role="listbox" aria-label=i18n.text(Messages::common_search)>
                {part(results)}
                {part(move || {
                    (shell.palette.get() && entries.with(|it| it.is_empty()))
                        .then(|| view! { <li class="palette-group" role="presentation">{i18n.t(Messages::empty_nothing_found)}</li> })
                })}
            </ul>
        </dialog>
    }
    .into_any()
}

fn show_chosen(index: usize) {
    if let Some(item) = document().get_element_by_id(&format!("palette-{index}")) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        item.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// What answers a query: records first once something is typed, before that what was open lately.
fn find(store: LocalStore, i18n: I18n, typed: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let query = Query::parse(typed);
    for kind in KINDS {
        let rows = store.rows(kind);
        rows.with(|rows| {
            let mut found: Vec<&Arc<Row>> = rows.iter().filter(|it| query.matches(it)).collect();
            if query.is_empty() {
                // Only customers are offered unasked: whoever opens the palette mostly wants one.
                if kind != Customer::DEF.kind {
                    return;
                }
                found.sort_unstable_by_key(|it| std::cmp::Reverse(it.updated.at));
            } else {
                found.sort_by_cached_key(|it| (query.grade(it), std::cmp::Reverse(it.updated.at)));
            }
            let shown = found.iter().take(RECORDS_MAX);
            entries.extend(shown.map(|it| of_record(store, i18n, it, &query)));
        });
    }
    let wanted = fold(typed);
    let is_wanted = |it: &Entry| wanted.is_empty() || fold(&it.title).contains(wanted.trim());
    entries.extend(fixed(i18n).into_iter().filter(is_wanted));
    entries
}

/// Why a row is found, where its name does not say it.
fn reason(store: LocalStore, i18n: I18n, row: &Row, query: &Query) -> Option<String> {
    let def = registry::def(row.kind)?;
    let index = query.reason(row, def)?;
    let field = &def.fields[index];
    let words = value_words(store, i18n, field, row.value(index));
    let excerpt = query.excerpt(&words, EXCERPT_BEFORE);
    let text = match excerpt.len() < words.len() {
        true => &format!("…{excerpt}"),
        false => excerpt,
    };
    let label = field_label(i18n, def, field.name);
    Some(i18n.t(|m| m.palette_found_in(&label, text)))
}

fn of_record(store: LocalStore, i18n: I18n, row: &Row, query: &Query) -> Entry {
    let (glyph, is_person) = match row.kind {
        it if it == Customer::DEF.kind => (Glyph::Customer, true),
        it if it == Contact::DEF.kind => (Glyph::Contact, true),
        it if it == Deal::DEF.kind => (Glyph::Deal, false),
        _ => (Glyph::Task, false),
    };
    let linked = |index: usize| {
        let id = row.value(index).as_id()?;
        store.peek(huike_shared::record::RecordRef {
            kind: Customer::DEF.kind,
            id,
        })
    };
    let customer = match row.kind {
        it if it == Contact::DEF.kind => linked(Contact::CUSTOMER.index),
        it if it == Deal::DEF.kind => linked(Deal::CUSTOMER.index),
        it if it == Task::DEF.kind => linked(Task::CUSTOMER.index),
        _ => None,
    };
    let detail = match customer {
        Some(customer) => title_of_row(&customer, i18n),
        None if row.kind == Customer::DEF.kind => row
            .value(Customer::REGION.index)
            .as_text()
            .unwrap_or_default()
            .to_owned(),
        None => kind_label(i18n, row.kind),
    };
    let detail = match reason(store, i18n, row, query) {
        Some(reason) if row.kind == Customer::DEF.kind => reason,
        Some(reason) => format!("{reason} · {detail}"),
        None => detail,
    };
    Entry {
        group: if query.is_empty() {
            "palette-recent"
        } else {
            "palette-records"
        },
        glyph,
        person: is_person.then_some(u128::from_be_bytes(row.id.0)),
        title: title_of_row(row, i18n),
        detail,
        shortcut: "",
        act: Act::Go(path_of(row)),
    }
}

/// Pages and actions.
fn fixed(i18n: I18n) -> Vec<Entry> {
    let entry = |group, glyph, title: String, shortcut, act| Entry {
        group,
        glyph,
        person: None,
        title,
        detail: String::new(),
        shortcut,
        act,
    };
    let page = |glyph, words: fn(&Messages) -> String, shortcut, path: &str| {
        entry(
            "palette-pages",
            glyph,
            i18n.t(words),
            shortcut,
            Act::Go(path.to_owned()),
        )
    };
    let make = |glyph, words: fn(&Messages) -> String, shortcut, kind| {
        let title = i18n.t(|m| new_title(m, &words(m)));
        entry("palette-actions", glyph, title, shortcut, Act::Create(kind))
    };
    let action = |glyph, words: fn(&Messages) -> String, shortcut, act| {
        entry("palette-actions", glyph, i18n.t(words), shortcut, act)
    };
    vec![
        page(Glyph::Today, Messages::nav_today, "G T", "/app/today"),
        page(
            Glyph::Customer,
            Messages::nav_customers,
            "G C",
            "/app/customers",
        ),
        page(Glyph::Deal, Messages::nav_deals, "G B", "/app/deals"),
        page(Glyph::Tasks, Messages::nav_tasks, "G A", "/app/tasks"),
        page(Glyph::Upload, Messages::import_title, "", "/app/import"),
        page(Glyph::Cloud, Messages::sync_title, "", "/app/sync"),
        page(Glyph::Trash, Messages::deleted_title, "", "/app/deleted"),
        page(
            Glyph::Settings,
            Messages::nav_settings,
            "G S",
            "/app/settings",
        ),
        make(
            Glyph::Customer,
            Messages::kind_customer,
            "C C",
            Customer::DEF.kind,
        ),
        make(
            Glyph::Contact,
            Messages::kind_contact,
            "C P",
            Contact::DEF.kind,
        ),
        make(Glyph::Deal, Messages::kind_deal, "C D", Deal::DEF.kind),
        make(Glyph::Task, Messages::kind_task, "C T", Task::DEF.kind),
        action(Glyph::Undo, Messages::common_undo, "Ctrl Z", Act::Undo),
        action(Glyph::Sync, Messages::sync_now, "", Act::SyncNow),
        action(
            Glyph::Moon,
            Messages::palette_dark,
            "",
            Act::Theme(Theme::Dark),
        ),
        action(
            Glyph::Sun,
            Messages::palette_light,
            "",
            Act::Theme(Theme::Light),
        ),
        action(
            Glyph::Keyboard,
            Messages::common_keyboard_shortcuts,
            "?",
            Act::Keys,
        ),
    ]
}
