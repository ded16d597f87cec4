//! One field of one record, edited where it stands. The same component for every kind of field.

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::record::{FieldDef, FieldKind, RecordRef};
use huike_shared::registry;
use huike_shared::rights::is_responsibility;
use huike_shared::scalar::Scalar;
use leptos::prelude::*;

use super::{
    ClashBox, LinkInput, NoteEditor, editor_of, field_label, parse_typed, typed_text, value_words,
};
use crate::i18n::{I18n, use_i18n};
use crate::store::device::{draft, keep_draft};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, Glyph, Icon, InlineEdit, part};

/// One field of one record.
#[component]
pub fn FieldInput(
    /// The record.
    record: RecordRef,
    /// Its field.
    field: &'static FieldDef,
    /// Shows the bare value: no clash box, no link to call, for cells of tables.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let Some(def) = registry::def(record.kind) else {
        return ().into_any();
    };
    let row = store.row(record);
    let label = Signal::derive(move || field_label(i18n, def, field.name));
    let value = Memo::new(move |_| {
        row.with(|it| {
            it.as_ref()
                .map(|it| it.by_key(def, field.name).clone())
                .unwrap_or_default()
        })
    });

    // What it derives.
    let typed = Signal::derive(move || typed_text(field, &value.get()));
    let shown = Signal::derive(move || value_words(store, i18n, field, &value.get()));
    let is_clash = Signal::derive(move || {
        row.with(|it| it.as_ref().is_some_and(|it| it.clash(field.name).is_some()))
    });
    let is_locked = Signal::derive(move || {
        let names_owner = is_responsibility(field.name, field.kind);
        !store.may_on(record.kind, Action::Edit)
            || names_owner && !store.may_on(record.kind, Action::Assign)
    });

    // What it can do.
    let draft_name = format!("{}.{}.{}", def.name, record.id, field.name);
    let save = move |text: String| {
        if let Ok(value) = parse_typed(field, &text) {
            store.set_key(record, field.name, value);
        }
    };
    let check = Callback::new(move |text: String| problem(i18n, field, &text));
    let keep = {
        let name = draft_name.clone();
        Callback::new(move |text: Option<String>| keep_draft(&name, text.as_deref()))
    };

    // What it looks like.
    let control = match field.kind {
        FieldKind::Link(_) => {
            view! { <LinkInput record field label disabled=is_locked/> }.into_any()
        }
        FieldKind::Note => view! { <NoteEditor owner=record field=field.name label/> }.into_any(),
        FieldKind::Place | FieldKind::Outcome | FieldKind::Rank => {
            view! { <span class="inline-value">{part(move || shown.get())}</span> }.into_any()
        }
        _ => view! {
            <InlineEdit
                label
                value=typed
                shown=shown
                editor=editor_of(store, i18n, field)
                on_save=save
                check=check
                placeholder=Signal::stored("—".to_owned())
                is_clash=is_clash
                disabled=is_locked
                on_draft=keep
            />
        }
        .into_any(),
    };
    if bare {
        return control;
    }
    view! {
        <div class="field-value">
            {control}
            {part(move || act_on(i18n, field.kind, &value.get()))}
        </div>
        <LeftDraft name=draft_name record field value=value/>
        <ClashBox record field/>
    }
    .into_any()
}

fn problem(i18n: I18n, field: &FieldDef, text: &str) -> Option<String> {
    parse_typed(field, text)
        .err()
        .map(|key| untrack(|| i18n.by_key(key)))
}

/// The address behind a value: a call, a letter, a site, a message.
pub fn address_of(kind: FieldKind, value: &Scalar) -> Option<String> {
    let text = value.as_text().filter(|it| !it.is_empty())?;
    match kind {
        FieldKind::Phone => Some(format!("tel:{text}")),
        FieldKind::Email => Some(format!("mailto:{text}")),
        FieldKind::Url => Some(text.to_owned()),
        _ => None,
    }
}

fn act_on(i18n: I18n, kind: FieldKind, value: &Scalar) -> Option<AnyView> {
    let address = address_of(kind, value)?;
    let (glyph, words) = match kind {
        FieldKind::Phone => (Glyph::Phone, i18n.t(Messages::act_call)),
        FieldKind::Email => (Glyph::Mail, i18n.t(Messages::act_mail)),
        _ => (Glyph::External, i18n.t(Messages::common_open)),
    };
    let is_site = kind == FieldKind::Url;
    Some(
        view! {
            <a
                class="button ghost square field-act"
                href=address
                target=is_site.then_some("_blank")
                rel=if is_site { "noopener noreferrer external" } else { "external" }
                aria-label=words.clone()
                title=words
            >
                <Icon glyph/>
            </a>
        }
        .into_any(),
    )
}

/// What was typed here before a crash and never saved: offered, never put back silently.
#[component]
fn LeftDraft(
    name: String,
    record: RecordRef,
    field: &'static FieldDef,
    value: Memo<Scalar>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let left =
        RwSignal::new(draft(&name).filter(|it| *it != typed_text(field, &value.get_untracked())));
    if left.with_untracked(Option::is_none) {
        return ().into_any();
    }
    let drop_it = {
        let name = name.clone();
        move || {
            keep_draft(&name, None);
            left.set(None);
        }
    };
    let take = {
        let drop_it = drop_it.clone();
        move |()| {
            let text = left.get_untracked().unwrap_or_default();
            if let Ok(value) = parse_typed(field, &text) {
                store.set_key(record, field.name, value);
                drop_it();
            }
        }
    };
    view! {
        {part(move || {
            let text = left.get()?;
            let (take, drop_it) = (take.clone(), drop_it.clone());
            Some(
                view! {
                    <div class="left-draft">
                        <span>{i18n.t(|m| m.draft_left(&text))}</span>
                        <Button label=i18n.text(Messages::common_save) on_press=take/>
                        <Button
                            label=i18n.text(Messages::draft_drop)
                            kind=ButtonKind::Ghost
                            on_press=move |()| drop_it()
                        />
                    </div>
                },
            )
        })}
    }
    .into_any()
}
