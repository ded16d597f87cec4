//! One task in a list: a tick, what it is about, when and by whom, each changed in place.

use huike_shared::customers::Customer;
use huike_shared::deals::Deal;
use huike_shared::followups::{Priority, Task};
use huike_shared::id::{Id, RecordId};
use huike_shared::record::{Number, Record, RecordRef};
use huike_shared::time::Date;
use leptos::prelude::*;

use super::agenda::{Group, TaskFacts};
use super::clock::use_clock;
use super::date_words::{Due, parse_day};
use super::task_acts::{set_done, task_ref};
use super::task_line::due_words;
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::store::use_store;
use crate::ui::{
    Avatar, Checkbox, Choice, Editor, Glyph, Icon, InlineEdit, Tone, listen, live, part,
};

/// One task in a list.
#[component]
pub fn TaskRow(
    /// Which task.
    id: RecordId,
    /// Leaves out the customer and the deal, where the page is about them.
    #[prop(optional)]
    is_tied: bool,
    /// Hears that it was done.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    // What it reads.
    let (store, i18n, clock, nav) = (use_store(), use_i18n(), use_clock(), use_nav());
    let row = store.row(task_ref(id));
    let facts = Memo::new(move |_| {
        row.with(|it| it.as_deref().map(TaskFacts::read))
            .unwrap_or_default()
    });
    let is_waiting = store.is_waiting(task_ref(id));
    let task: Id<Task> = Id::from_raw(id);

    // What it derives.
    let title = Signal::derive(move || {
        row.with(|it| it.as_ref().map(|it| it.get(Task::TITLE).to_string()))
            .unwrap_or_default()
    });
    let is_done = Signal::derive(move || facts.with(|it| it.done_at.is_some()));
    let group = move || facts.with(|it| it.group(clock.today()));
    let about = move || {
        (!is_tied)
            .then(|| row.with(|it| it.as_ref().map(|it| about_words(it))))
            .flatten()
    };
    let is_high = move || {
        row.with(|it| {
            it.as_ref()
                .is_some_and(|it| it.get(Task::PRIORITY) == Some(Priority::High))
        })
    };

    // What it can do.
    let tick = move |now: bool| {
        set_done(store, id, now);
        if now {
            on_done.inspect(|it| it.run(()));
        }
    };
    let open = move |ev: web_sys::MouseEvent| {
        ev.prevent_default();
        nav.to(&format!("/app/tasks?task={id}"));
    };

    // What it looks like.
    view! {
        <li
            class="task-row"
            class:done=live(move || is_done.get())
            class:waiting=live(move || is_waiting.get())
            data-task=id.to_string()
        >
            <Checkbox
                label=Signal::derive(move || i18n.t(|it| it.tasks_complete(&title.get())))
                checked=is_done
                on_change=tick
                bare=true
                round=true
            />
            <a class="task-words" href=format!("/app/tasks?task={id}") on:click=listen(open)>
                <b>{part(move || title.get())}</b>
                {part(move || is_high().then(|| view! {
                    <span class="badge tone-bad">
                        <Icon glyph=Glyph::Flag/>
                        <span>{i18n.t(|it| it.choice_priority_high())}</span>
                    </span>
                }))}
                {part(move || about().map(|it| view! { <span>{about_view(it)}</span> }))}
            </a>
            <div class=live(move || format!("task-due {}", due_tone(group()).class()))>
                <DueEdit task/>
            </div>
            <OwnerEdit task/>
        </li>
    }
    .into_any()
}

fn due_tone(group: Group) -> Tone {
    match group {
        Group::Overdue => Tone::Bad,
        Group::Today => Tone::Due,
        Group::Tomorrow | Group::ThisWeek | Group::Later | Group::Undated | Group::Done => {
            Tone::Neutral
        }
    }
}

/// The customer and the deal of a task.
type About = (Option<RecordId>, Option<RecordId>);

fn about_words(row: &huike_shared::row::Row) -> About {
    (
        row.get(Task::CUSTOMER).map(|it| it.raw()),
        row.get(Task::DEAL).map(|it| it.raw()),
    )
}

/// Names of what a task is about; each follows its own record.
fn about_view((customer, deal): About) -> AnyView {
    let store = use_store();
    let name = move |record: RecordRef, read: fn(&huike_shared::row::Row) -> String| {
        let row = store.row(record);
        move || row.with(|it| it.as_deref().map(read)).unwrap_or_default()
    };
    let customer = customer.map(|id| {
        let record = RecordRef {
            kind: Customer::DEF.kind,
            id,
        };
        name(record, |it| it.get(Customer::NAME).to_string())
    });
    let deal = deal.map(|id| {
        let record = RecordRef {
            kind: Deal::DEF.kind,
            id,
        };
        name(record, |it| it.get(Deal::TITLE).to_string())
    });
    let dot = (customer.is_some() && deal.is_some()).then_some(" · ");
    view! { {customer} {dot} {deal} }.into_any()
}

/// The due day, changed in place with the picker or with words.
#[component]
pub fn DueEdit(
    /// Which task.
    task: Id<Task>,
) -> impl IntoView {
    let (store, i18n, clock) = (use_store(), use_i18n(), use_clock());
    let row = store.row(task_ref(task.raw()));
    let due_on = move || row.with(|it| it.as_ref().and_then(|it| it.get(Task::DUE_ON)));
    let minute = move || row.with(|it| it.as_ref().and_then(|it| it.get(Task::DUE_MINUTE)));
    let shown = Signal::derive(move || match due_on() {
        Some(on) => due_words(
            i18n,
            Due {
                on,
                minute: minute().map(|Number(it)| it),
            },
        ),
        None => String::new(),
    });
    let save = move |text: String| {
        let day: Option<Date> = parse_day(&text, untrack(move || clock.today()));
        if day.is_some() || text.trim().is_empty() {
            store.set(task, Task::DUE_ON, day);
        }
    };
    view! {
        <InlineEdit
            label=i18n.text(|it| it.tasks_due())
            value=Signal::derive(move || due_on().map(|it| it.to_string()).unwrap_or_default())
            shown
            editor=Editor::Date
            placeholder=i18n.text(|it| it.time_no_date())
            on_save=save
        />
    }
    .into_any()
}

/// The owner as an avatar that opens the list of members.
#[component]
pub fn OwnerEdit(
    /// Which task.
    task: Id<Task>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let row = store.row(task_ref(task.raw()));
    let owner = Memo::new(move |_| {
        row.with(|it| it.as_ref().and_then(|it| it.get(Task::OWNER)))
            .map(|it| it.raw())
    });
    let name = Signal::derive(move || match owner.get() {
        Some(it) => store.member_name(it),
        None => i18n.t(|it| it.common_none()),
    });
    let choices = Signal::derive(move || {
        let none = Choice {
            value: String::new(),
            label: i18n.t(|it| it.common_none()),
        };
        let members = store.members().get();
        let active = members
            .iter()
            .filter(|it| it.active || Some(it.id) == owner.get());
        let one = |it: &huike_shared::sync::message::MemberInfo| Choice {
            value: it.id.to_string(),
            label: it.name.to_string(),
        };
        std::iter::once(none)
            .chain(active.map(one))
            .collect::<Vec<_>>()
    });
    let save = move |text: String| {
        store.set(
            task,
            Task::OWNER,
            RecordId::parse(&text).ok().map(Id::from_raw),
        );
    };
    view! {
        <div class="task-owner">
            {part(move || owner.get().map(|it| view! {
                <Avatar name id=u128::from_be_bytes(*it.bytes()) small=true/>
            }))}
            <InlineEdit
                label=i18n.text(|it| it.tasks_owner())
                value=Signal::derive(move || owner.get().map(|it| it.to_string()).unwrap_or_default())
                shown=name
                editor=Editor::OneOf(choices)
                on_save=save
            />
        </div>
    }
    .into_any()
}
