//! One entry of a timeline: icon, who, what in one sentence, when, and the text.

use huike_messages::Messages;
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, ActivityType, Task};
use huike_shared::note::{NOTE_TEXT, note_ref};
use huike_shared::record::{Record, RecordRef};
use huike_shared::row::Row;
use leptos::prelude::*;

use super::activity_editor::ActivityEditor;
use super::clock::use_clock;
use super::happenings::{Happening, What};
use crate::i18n::{I18n, use_i18n};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Glyph, Icon, IconButton, Show, Tone, live, part};

/// Longer texts are clamped until somebody wants them.
const LONG_TEXT_CHARS: usize = 240;

/// One entry of a timeline.
#[component]
pub fn TimelineEntry(
    /// What happened.
    happening: Happening,
    /// Whose timeline it is.
    about: RecordRef,
) -> impl IntoView {
    // What it reads.
    let (store, i18n, clock) = (use_store(), use_i18n(), use_clock());
    let Happening {
        record,
        what,
        at,
        by,
    } = happening;
    let row = store.row(record);
    let is_activity = record.kind == Activity::DEF.kind;
    let body = is_activity.then(|| store.row(note_ref(record, "body")));
    let is_waiting = store.is_waiting(record);

    // What it derives.
    let (shape, tone) = look(&what);
    let who = move || store.member_name(by);
    let sentence = {
        let what = what.clone();
        move || sentence(i18n, &what, record == about)
    };
    let subject = move || {
        row.with(|it| it.as_deref().map(|it| subject(it, record == about)))
            .unwrap_or_default()
    };
    let with_whom = Memo::new(move |_| {
        let contact = row.with(|it| it.as_ref().filter(|_| is_activity)?.get(Activity::CONTACT))?;
        let contact = store.row(RecordRef {
            kind: Contact::DEF.kind,
            id: contact.raw(),
        });
        contact.with(|it| it.as_ref().map(|it| it.get(Contact::NAME).to_string()))
    });
    let text = Memo::new(move |_| {
        let body = body.and_then(|it| it.with(|it| it.as_deref().map(note_text)));
        row.with(|it| it.as_deref().map(|it| words_of(i18n, it, body.as_deref())))
            .unwrap_or_default()
    });
    // The head of the day says the rest.
    let time = move || {
        clock.now();
        if i18n.date_of(at.millis()) == clock.today() {
            i18n.ago(at.millis())
        } else {
            i18n.time(at.millis())
        }
    };

    // What it can do.
    let is_open = RwSignal::new(false);
    let is_editing = RwSignal::new(false);
    let is_long =
        move || text.with(|it| it.chars().count() > LONG_TEXT_CHARS || it.lines().count() > 6);

    // What it looks like.
    view! {
        <li class="timeline-entry" class:waiting=live(move || is_waiting.get())>
            <span class=format!("entry-icon {}", tone.class())>
                <Icon glyph=shape/>
            </span>
            <div class="entry-body">
                <p class="entry-line">
                    <b>{part(who)}</b>
                    <span>{sentence}</span>
                    {part(move || with_whom.get().map(|it| view! { <span>{it}</span> }))}
                    <span class="entry-subject">{part(subject)}</span>
                    <time title=live(move || i18n.instant_exact(at.millis()))>{part(time)}</time>
                    {is_activity.then(|| view! {
                        <IconButton
                            glyph=Glyph::Pencil
                            label=i18n.text(Messages::common_edit)
                            on_press=move |()| is_editing.update(|it| *it = !*it)
                            pressed=Signal::from(is_editing)
                        />
                    })}
                </p>
                <Show when=move || !is_editing.get() && text.with(|it| !it.is_empty())>
                    <div class="entry-text" class:open=live(move || is_open.get())>{part(move || text.get())}</div>
                    <Show when=is_long>
                        <Button
                            label=i18n.text(move |it| if is_open.get() {
                                it.common_show_less()
                            } else {
                                it.common_show_more()
                            })
                            on_press=move |()| is_open.update(|it| *it = !*it)
                            kind=ButtonKind::Ghost
                        />
                    </Show>
                </Show>
                <Show when=move || is_editing.get()>
                    <ActivityEditor record on_close=move |()| is_editing.set(false)/>
                </Show>
            </div>
        </li>
    }
    .into_any()
}

/// The shape and the color of an entry.
fn look(what: &What) -> (Glyph, Tone) {
    match what {
        What::Activity(kind) => (activity_glyph(kind.as_ref()), Tone::Neutral),
        What::TaskDone => (Glyph::Check, Tone::Good),
        What::Created => (Glyph::Plus, Tone::Neutral),
        What::Won => (Glyph::Won, Tone::Good),
        What::Lost(_) => (Glyph::Lost, Tone::Bad),
    }
}

/// The shape of a kind of activity.
pub fn activity_glyph(kind: Option<&ActivityType>) -> Glyph {
    match kind {
        Some(ActivityType::Call) => Glyph::Phone,
        Some(ActivityType::Visit) => Glyph::Visit,
        Some(ActivityType::Message) => Glyph::Message,
        Some(ActivityType::Email) => Glyph::Mail,
        Some(ActivityType::Meeting) => Glyph::Contacts,
        Some(ActivityType::Note | ActivityType::Other(_)) | None => Glyph::Note,
    }
}

/// What somebody did, after the name: 打了电话, added a note.
pub fn sentence(i18n: I18n, what: &What, is_own: bool) -> String {
    i18n.t(|it| match what {
        What::Activity(Some(ActivityType::Call)) => it.did_call(),
        What::Activity(Some(ActivityType::Visit)) => it.did_visit(),
        What::Activity(Some(ActivityType::Message)) => it.did_message(),
        What::Activity(Some(ActivityType::Email)) => it.did_email(),
        What::Activity(Some(ActivityType::Meeting)) => it.did_meeting(),
        What::Activity(Some(ActivityType::Note | ActivityType::Other(_)) | None) => it.did_note(),
        What::TaskDone => it.did_task(),
        What::Created if is_own => it.did_create(),
        What::Created => it.did_create_deal(),
        What::Won => it.did_win(),
        What::Lost(reason) => it.did_lose(&crate::deals::reason_words(i18n, reason)),
    })
}

/// The record an entry is about, where that is not the page itself.
fn subject(row: &Row, is_own: bool) -> String {
    if is_own {
        String::new()
    } else if row.kind == Task::DEF.kind {
        row.get(Task::TITLE).to_string()
    } else if row.kind == Deal::DEF.kind {
        row.get(Deal::TITLE).to_string()
    } else if row.kind == Customer::DEF.kind {
        row.get(Customer::NAME).to_string()
    } else {
        row.get(Activity::PURPOSE)
            .map(|it| it.to_string())
            .unwrap_or_default()
    }
}

fn note_text(row: &Row) -> String {
    row.value(NOTE_TEXT)
        .as_text()
        .unwrap_or_default()
        .to_owned()
}

/// The words of an activity: its long text, what came of it, what is next.
fn words_of(i18n: I18n, row: &Row, body: Option<&str>) -> String {
    if row.kind != Activity::DEF.kind {
        return String::new();
    }
    let mut words: Vec<String> = body
        .filter(|it| !it.trim().is_empty())
        .map(str::to_owned)
        .into_iter()
        .collect();
    if let Some(result) = row.get(Activity::RESULT) {
        words.push(i18n.t(|it| it.activity_result_is(result.as_str())));
    }
    if let Some(next) = row.get(Activity::NEXT_STEP) {
        words.push(i18n.t(|it| it.activity_next_is(next.as_str())));
    }
    words.join("\n")
}
