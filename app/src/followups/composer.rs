//! The composer, always open: what happened in two taps, and what is next in one line.

use huike_messages::Messages;
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, ActivityType};
use huike_shared::id::{Id, RecordId};
use huike_shared::local::IntentPart;
use huike_shared::record::{Record, RecordRef};
use huike_shared::text::{Line, Paragraphs};
use leptos::ev::{Event, SubmitEvent};
use leptos::html;
use leptos::prelude::*;

use super::clock::use_clock;
use super::date_words::split_due;
use super::entry::activity_glyph;
use super::task_acts::{Ties, new_task};
use super::task_line::DueChip;
use crate::i18n::use_i18n;
use crate::record::choice_label;
use crate::store::device::{draft, fresh_id, keep_draft, now};
use crate::store::{EditLabel, LocalStore, put, use_store};
use crate::ui::{
    Button, ButtonKind, Choice, Editor, Field, Glyph, Icon, Segment, Segmented, Show, is_composing,
    listen, live, part,
};

/// What is being written.
#[derive(Clone, Copy)]
struct Draft {
    kind: RwSignal<&'static str>,
    body: RwSignal<String>,
    purpose: RwSignal<String>,
    result: RwSignal<String>,
    next_step: RwSignal<String>,
    contact: RwSignal<String>,
}

/// Records what happened with a customer or about a deal.
#[component]
pub fn Composer(
    /// The customer or the deal.
    about: RecordRef,
) -> impl IntoView {
    // What it reads.
    let (store, i18n, clock) = (use_store(), use_i18n(), use_clock());
    let own = store.row(about);
    let ties = Memo::new(move |_| {
        own.with(|it| it.as_deref().map(|row| ties_of(about, row)))
            .unwrap_or_default()
    });

    // What it holds.
    let name = StoredValue::new(format!("composer.{}", about.id));
    let kept =
        |part: &str| draft(&name.with_value(|it| format!("{it}.{part}"))).unwrap_or_default();
    let keep = move |part: &str, text: &str| {
        name.with_value(|it| keep_draft(&format!("{it}.{part}"), Some(text)));
    };
    let draft = Draft {
        kind: RwSignal::new("call"),
        body: RwSignal::new(kept("body")),
        purpose: RwSignal::new(kept("purpose")),
        result: RwSignal::new(kept("result")),
        next_step: RwSignal::new(kept("next")),
        contact: RwSignal::new(String::new()),
    };
    let has_more = RwSignal::new(!draft.purpose.with_untracked(String::is_empty));
    let due = Memo::new(move |_| draft.next_step.with(|it| split_due(it, clock.today()).1));
    let body_ref = NodeRef::<html::Textarea>::new();

    // What it can do.
    let clear = move || {
        for (part, text) in [
            ("body", draft.body),
            ("purpose", draft.purpose),
            ("result", draft.result),
            ("next", draft.next_step),
        ] {
            text.set(String::new());
            keep(part, "");
        }
        has_more.set(false);
    };
    let save = move || {
        if log_activity(store, clock.today(), ties.get_untracked(), draft) {
            clear();
        }
    };
    let press = move |ev: web_sys::KeyboardEvent| {
        let is_command = ev.ctrl_key() || ev.meta_key();
        if ev.key() == "Enter" && is_command && !is_composing(&ev) {
            ev.prevent_default();
            save();
        }
    };

    // What it looks like.
    let segment = |word: &'static str| Segment {
        id: word,
        label: Signal::derive(move || choice_label(i18n, "activity_type", word)),
        glyph: Some(activity_glyph(Some(&ActivityType::from_word(word)))),
    };
    let segments: Vec<Segment> = ActivityType::WORDS.iter().map(|it| segment(it)).collect();
    let kind_words = move || choice_label(i18n, "activity_type", draft.kind.get());
    view! {
        <form class="composer" on:submit=listen(|ev: SubmitEvent| ev.prevent_default()) on:keydown=listen(press)>
            <div class="composer-head">
                <Segmented
                    label=i18n.text(Messages::composer_kind)
                    segments
                    chosen=Signal::derive(move || draft.kind.get().to_owned())
                    on_choose=move |it| draft.kind.set(it)
                />
                <span class="muted small">{part(kind_words)}</span>
                <button
                    type="button"
                    class="button ghost"
                    aria-expanded=live(move || has_more.get().to_string())
                    on:click=listen(move |_| has_more.update(|it| *it = !*it))
                >
                    <span>{i18n.text(Messages::composer_more)}</span>
                </button>
            </div>
            <textarea
                node_ref=body_ref
                class="input long-text"
                rows="2"
                aria-label=i18n.text(Messages::composer_body)
                placeholder=i18n.text(Messages::composer_body)
                prop:value=live(move || draft.body.get())
                on:input=listen(move |ev: Event| {
                    let text = event_target_value(&ev);
                    keep("body", &text);
                    draft.body.set(text);
                })
            ></textarea>
            <Show when=move || has_more.get()>
                <div class="form two composer-more">
                    <ContactField customer=Signal::derive(move || ties.get().customer) value=draft.contact/>
                    <Field
                        label=i18n.text(Messages::composer_purpose)
                        value=draft.purpose
                        on_input=move |it: String| keep("purpose", &it)
                    />
                    <div class="full">
                        <Field
                            label=i18n.text(Messages::composer_result)
                            value=draft.result
                            editor=Editor::LongText
                            on_input=move |it: String| keep("result", &it)
                        />
                    </div>
                </div>
            </Show>
            <div class="composer-foot">
                <div class="composer-next">
                    <Icon glyph=Glyph::CalendarCheck/>
                    <input
                        class="input"
                        aria-label=i18n.text(Messages::composer_next)
                        placeholder=i18n.text(Messages::composer_next)
                        autocomplete="off"
                        prop:value=live(move || draft.next_step.get())
                        on:input=listen(move |ev: Event| {
                            let text = event_target_value(&ev);
                            keep("next", &text);
                            draft.next_step.set(text);
                        })
                    />
                    {part(move || due.get().map(|it| view! { <DueChip due=it/> }))}
                </div>
                <Button
                    label=i18n.text(Messages::composer_save)
                    on_press=move |()| save()
                    kind=ButtonKind::Primary
                    shortcut="Ctrl Enter"
                />
            </div>
        </form>
    }
    .into_any()
}

/// Which person there; nothing where the customer has no contacts.
#[component]
fn ContactField(
    #[prop(into)] customer: Signal<Option<RecordId>>,
    value: RwSignal<String>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let choices = Signal::derive(move || {
        let none = Choice {
            value: String::new(),
            label: i18n.t(Messages::common_none),
        };
        let contacts = customer
            .get()
            .map(|it| store.linked(Contact::DEF.kind, "customer", it).get());
        let contacts = contacts.unwrap_or_default();
        let one = |it: &std::sync::Arc<huike_shared::row::Row>| Choice {
            value: it.id.to_string(),
            label: it.get(Contact::NAME).to_string(),
        };
        std::iter::once(none)
            .chain(contacts.iter().map(one))
            .collect::<Vec<_>>()
    });
    view! {
        <Field label=i18n.text(Messages::kind_contact) value editor=Editor::OneOf(choices)/>
    }
    .into_any()
}

/// The customer and the deal that an activity on this page belongs to.
fn ties_of(about: RecordRef, row: &huike_shared::row::Row) -> Ties {
    if about.kind == Customer::DEF.kind {
        Ties {
            customer: Some(about.id),
            ..Ties::default()
        }
    } else {
        Ties {
            customer: row.get(Deal::CUSTOMER).map(|it| it.raw()),
            contact: row.get(Deal::CONTACT).map(|it| it.raw()),
            deal: Some(about.id),
        }
    }
}

/// Writes the activity, and a task if the next step has a day; all in one edit.
fn log_activity(
    store: LocalStore,
    today: huike_shared::time::Date,
    ties: Ties,
    draft: Draft,
) -> bool {
    let activity = RecordRef {
        kind: Activity::DEF.kind,
        id: fresh_id(),
    };
    let line = |it: RwSignal<String>| it.with_untracked(|it| Line::parse(it).ok());
    let next_step = draft.next_step.get_untracked();
    let (title, due) = split_due(&next_step, today);
    let contact = RecordId::parse(&draft.contact.get_untracked())
        .ok()
        .or(ties.contact);
    let ties = Ties { contact, ..ties };
    let mut values = vec![
        put(
            Activity::ACTIVITY_TYPE,
            &Some(ActivityType::from_word(draft.kind.get_untracked())),
        ),
        put(Activity::AT, &now()),
        put(Activity::CUSTOMER, &ties.customer.map(Id::from_raw)),
        put(Activity::CONTACT, &ties.contact.map(Id::from_raw)),
        put(Activity::DEAL, &ties.deal.map(Id::from_raw)),
        put(Activity::PURPOSE, &line(draft.purpose)),
        put(
            Activity::RESULT,
            &draft.result.with_untracked(|it| Paragraphs::parse(it).ok()),
        ),
        put(Activity::NEXT_STEP, &line(draft.next_step)),
    ];
    values.retain(|it| !it.1.is_null());
    let mut parts = vec![IntentPart {
        record: activity,
        values,
    }];
    parts.extend(due.and_then(|due| new_task(store, &title, Some(due), ties)));
    let is_made = store.edit(EditLabel::Create, parts).is_some();
    let body = draft.body.get_untracked();
    if is_made && !body.trim().is_empty() {
        write_body(store, activity, body);
    }
    is_made
}

/// Puts the long text into the activity's own note. The note is opened for that alone, and closes
/// by itself once its words are durable.
fn write_body(store: LocalStore, activity: RecordRef, text: String) {
    let owner = Owner::new_root(None);
    let held = owner.clone();
    owner.with(move || {
        // It keeps itself until its work is done, whatever becomes of the page.
        let kept = StoredValue::new_local(Some(held));
        let note = store.note(activity, "body");
        Effect::new(move |is_written: Option<bool>| {
            if is_written == Some(true) || !note.is_open.get() {
                return is_written == Some(true);
            }
            note.type_text(text.trim());
            // The owner must not go while one of its own effects runs.
            queue_microtask(move || {
                if let Some(owner) = kept.try_update_value(Option::take).flatten() {
                    owner.cleanup();
                }
            });
            true
        });
    });
}
