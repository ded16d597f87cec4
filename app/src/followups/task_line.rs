//! One line that makes a task: 明天下午3点 给张伟打电话. What was read as a day is shown before saving.

use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;

use super::clock::use_clock;
use super::date_words::{Due, split_due};
use super::task_acts::{Ties, create_task};
use crate::i18n::{I18n, use_i18n};
use crate::store::device::{draft, keep_draft};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Glyph, Icon, Show, is_composing, listen, live, part};

/// One line that makes a task.
#[component]
pub fn TaskLine(
    /// What the tasks belong to.
    #[prop(into)]
    ties: Signal<Ties>,
    /// Under which name an unfinished line is kept.
    #[prop(into)]
    draft_name: String,
    /// What the line is called and shows while empty.
    #[prop(into)]
    label: Signal<String>,
    /// Takes the focus at once.
    #[prop(optional)]
    autofocus: bool,
    /// The task was made.
    #[prop(optional, into)]
    on_made: Option<Callback<()>>,
) -> impl IntoView {
    let (store, i18n, clock) = (use_store(), use_i18n(), use_clock());
    let text = RwSignal::new(draft(&draft_name).unwrap_or_default());
    let draft_name = StoredValue::new(draft_name);
    let read = Memo::new(move |_| text.with(|it| split_due(it, clock.today())));
    let due = move || read.with(|it| it.1);
    let input_ref = NodeRef::<html::Input>::new();
    if autofocus {
        input_ref.on_load(|element| {
            request_animation_frame(move || {
                let _ = element.focus();
            });
        });
    }
    let write = move |value: String| {
        draft_name.with_value(|it| keep_draft(it, Some(&value)));
        text.set(value);
    };
    let make = move || {
        let (title, due) = read.get_untracked();
        if create_task(store, &title, due, ties.get_untracked()).is_some() {
            write(String::new());
            on_made.inspect(|it| it.run(()));
        }
    };
    let press = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "Enter" && !is_composing(&ev) {
            ev.prevent_default();
            make();
        }
    };
    let can_make = move || read.with(|it| !it.0.is_empty());
    view! {
        <div class="task-line">
            <Icon glyph=Glyph::Plus/>
            <input
                node_ref=input_ref
                class="input"
                aria-label=live(move || label.get())
                placeholder=live(move || label.get())
                autocomplete="off"
                enterkeyhint="done"
                prop:value=live(move || text.get())
                on:input=listen(move |ev: Event| write(event_target_value(&ev)))
                on:keydown=listen(press)
            />
            {part(move || due().map(|it| view! { <DueChip due=it/> }))}
            <Show when=move || text.with(|it| !it.is_empty())>
                <Button
                    label=i18n.text(|it| it.common_add())
                    on_press=move |()| make()
                    kind=ButtonKind::Primary
                    disabled=Signal::derive(move || !can_make())
                />
            </Show>
        </div>
    }
    .into_any()
}

/// What was read as a day, so that nothing is guessed silently.
#[component]
pub fn DueChip(due: Due) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="badge tone-accent" role="status">
            <Icon glyph=Glyph::CalendarCheck/>
            <span>{part(move || due_words(i18n, due))}</span>
        </span>
    }
    .into_any()
}

/// 明天 15:30, Tomorrow 3:30 PM.
pub fn due_words(i18n: I18n, due: Due) -> String {
    let day = i18n.date(due.on);
    match due.minute {
        Some(minute) => format!("{day} {}", i18n.minute_of_day(minute)),
        None => day,
    }
}

/// 15:30. The same in every language, because it is also what one types.
pub fn hour_words(minute: i64) -> String {
    format!("{}:{:02}", minute / 60, minute % 60)
}
