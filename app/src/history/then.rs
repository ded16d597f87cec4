//! The record as it was: every field, read only, with what stands otherwise now.

use std::collections::BTreeMap;

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::document::DELETED;
use huike_shared::history::{Difference, Happened};
use huike_shared::record::{FieldKind, KindDef};
use huike_shared::registry;
use huike_shared::scalar::Scalar;
use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::feed::{Asking, Feed};
use super::words::{can_restore, words_of};
use crate::i18n::use_i18n;
use crate::record::{field_label, key_label};
use crate::store::use_store;
use crate::ui::{
    Button, ButtonKind, EmptyState, Glyph, IconButton, Notice, Show, Skeleton, SkeletonShape, Tone,
    listen, live, part,
};

/// The record at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    values: BTreeMap<Box<str>, Scalar>,
    differences: Vec<Difference>,
    /// Texts that were edited since, and how often.
    texts: Vec<(Box<str>, usize)>,
}

/// What can be said of the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Waits,
    Failed,
    NotYetMade,
    Stood(Shown),
}

/// The record as it was at the chosen moment.
#[component]
pub fn Then(feed: Feed) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let history = feed.history;
    let Some(def) = registry::def(history.record.kind) else {
        return ().into_any();
    };
    let row = store.row(history.record);
    let place_ref = NodeRef::<html::Section>::new();
    place_ref.on_load(|place| {
        request_animation_frame(move || {
            let _ = place.focus();
        });
    });

    // What it derives.
    let found = Memo::new(move |_| {
        let Some(at) = history.at.get() else {
            return Found::Waits;
        };
        let row = row.get();
        let now = |key: &str| match &row {
            Some(row) if *key == *DELETED && row.deleted => Scalar::Bool(true),
            Some(row) if *key != *DELETED => row.by_key(def, key).clone(),
            _ => Scalar::Null,
        };
        feed.pages.with(|pages| {
            let pages = pages.as_ref().filter(|it| it.reaches(at));
            let Some(pages) = pages else {
                return match feed.asking.get() {
                    Asking::Failed(_) => Found::Failed,
                    Asking::Rests | Asking::Waits => Found::Waits,
                };
            };
            let Some(values) = pages.values_at(at) else {
                return Found::NotYetMade;
            };
            let differences = pages.differences(at, now).unwrap_or_default();
            let is_shown = |it: &Difference| is_shown(def, &it.key);
            let later = pages.entries().iter().take_while(|it| it.stamp.at > at);
            let mut texts: Vec<(Box<str>, usize)> = Vec::new();
            for entry in later {
                if let Happened::Note(field) = &entry.what {
                    match texts.iter_mut().find(|it| it.0 == *field) {
                        Some(text) => text.1 += 1,
                        None => texts.push((field.clone(), 1)),
                    }
                }
            }
            Found::Stood(Shown {
                values,
                differences: differences.into_iter().filter(is_shown).collect(),
                texts,
            })
        })
    });
    let restorable = Memo::new(move |_| {
        found.with(|it| match it {
            Found::Stood(shown) => {
                let may = shown.differences.iter();
                let may = may.filter(|it| can_restore(def, &it.key, &it.then));
                may.map(|it| (it.key.clone(), it.then.clone())).collect()
            }
            Found::Waits | Found::Failed | Found::NotYetMade => Vec::new(),
        })
    });
    let is_allowed = move || {
        store.may_on(history.record.kind, Action::Edit)
            && row.with(|it| it.as_ref().is_some_and(|it| !it.deleted))
    };
    let when = move || {
        let at = history.at.get().unwrap_or_default();
        i18n.instant_exact(at.millis())
    };

    // What it can do.
    let back = move || history.at.set(None);
    let restore_all = move |()| {
        history.revert(store, restorable.get_untracked());
        back();
    };
    let press = move |ev: KeyboardEvent| {
        if ev.key() == "Escape" && !ev.default_prevented() {
            ev.prevent_default();
            ev.stop_propagation();
            back();
        }
    };

    // What it looks like.
    view! {
        <section
            node_ref=place_ref
            class="then-view"
            tabindex="-1"
            aria-label=live(move || i18n.t(|m| m.past_as_of_at(&when())))
            on:keydown=listen(press)
        >
            <div class="then-band">
                <b role="status">{part(move || i18n.t(|m| m.past_as_of_at(&when())))}</b>
                <Button label=i18n.text(Messages::past_back_to_now) on_press=move |()| back()/>
                <Show when=move || !history.is_open.get()>
                    <IconButton
                        glyph=Glyph::History
                        label=i18n.text(Messages::past_title)
                        on_press=move |()| history.is_open.set(true)
                    />
                </Show>
            </div>
            {part(move || match found.get() {
                Found::Waits => view! {
                    <Skeleton shape=SkeletonShape::Record label=i18n.text(Messages::common_loading)/>
                }
                .into_any(),
                Found::Failed => view! {
                    <Notice tone=Tone::Due glyph=Glyph::CloudOff>
                        <span>{i18n.text(Messages::past_offline)}</span>
                        <Button label=i18n.text(Messages::common_retry) on_press=move |()| feed.retry()/>
                    </Notice>
                }
                .into_any(),
                Found::NotYetMade => view! {
                    <EmptyState glyph=Glyph::History title=i18n.text(Messages::past_not_made)/>
                }
                .into_any(),
                Found::Stood(shown) => view! { <Stood feed def shown/> }.into_any(),
            })}
            <Show when=move || restorable.with(|it| !it.is_empty()) && is_allowed()>
                <footer class="then-foot">
                    <Button
                        label=i18n.text(move |m| m.past_restore_all(restorable.with(Vec::len) as i64))
                        kind=ButtonKind::Primary
                        on_press=restore_all
                    />
                </footer>
            </Show>
        </section>
    }
    .into_any()
}

/// Orders are nothing one reads, and a deletion is said otherwise.
fn is_shown(def: &'static KindDef, key: &str) -> bool {
    let kind = registry::field(def, key).map(|it| it.kind);
    kind.is_some_and(|it| !matches!(it, FieldKind::Rank | FieldKind::Note))
}

#[component]
fn Stood(feed: Feed, def: &'static KindDef, shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let Shown {
        values,
        differences,
        texts,
    } = shown;
    let is_deleted = values.get(DELETED) == Some(&Scalar::Bool(true));
    // Fields in their order, then what belongs to lists.
    let fields = def.fields.iter().map(|it| Box::from(it.name));
    let parts = values.keys().chain(differences.iter().map(|it| &it.key));
    let mut keys: Vec<Box<str>> = fields.collect();
    for key in parts {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    let one = |key: Box<str>| {
        let difference = differences.iter().find(|it| it.key == key);
        let then = values.get(&key).cloned().unwrap_or_default();
        let is_there = !then.is_null() || difference.is_some();
        let now = difference.map(|it| it.now.clone());
        (is_there && is_shown(def, &key)).then(|| view! { <OneField feed def key then now/> })
    };
    let lines = keys.into_iter().filter_map(one).collect_view();
    let texts = texts.into_iter().map(|(field, count)| {
        view! {
            <div class="field-row">
                <dt>{part(move || field_label(i18n, def, &field))}</dt>
                <dd class="muted">{part(move || i18n.t(|m| m.past_text_since(count as i64)))}</dd>
            </div>
        }
    });
    let is_same = differences.is_empty();
    view! {
        {is_deleted.then(|| view! {
            <Notice tone=Tone::Due glyph=Glyph::Trash>{i18n.text(Messages::past_was_deleted)}</Notice>
        })}
        {is_same.then(|| view! { <p class="quiet">{i18n.text(Messages::past_same)}</p> })}
        <dl class="fields then-fields">{lines} {texts.collect_view()}</dl>
    }
    .into_any()
}

/// One field as it was; where it stands otherwise now, that too, and the way back.
#[component]
fn OneField(
    feed: Feed,
    def: &'static KindDef,
    key: Box<str>,
    then: Scalar,
    now: Option<Scalar>,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let record = feed.history.record;
    let row = store.row(record);
    let label = {
        let key = key.clone();
        Signal::derive(move || key_label(i18n, record.kind, &key))
    };
    let words = |value: Scalar| {
        let key = key.clone();
        Signal::derive(move || words_of(store, i18n, def, &key, &value))
    };
    let (was, is) = (words(then.clone()), now.map(words));
    let is_other = is.is_some();
    let can_go_back = {
        let is_possible = is_other && can_restore(def, &key, &then);
        move || {
            let is_there = row.with(|it| it.as_ref().is_some_and(|it| !it.deleted));
            is_possible && is_there && store.may_on(record.kind, Action::Edit)
        }
    };
    let values = StoredValue::new(vec![(key, then)]);
    let restore = move |_: web_sys::MouseEvent| feed.history.revert(store, values.get_value());
    view! {
        <div class="field-row" class:other=is_other>
            <dt>{part(move || label.get())}</dt>
            <dd>
                <span class="then-was">{part(move || was.get())}</span>
                {is.map(|is| view! {
                    <small class="then-now">
                        {part(move || i18n.t(|m| m.past_now(&is.get())))}
                    </small>
                })}
                <Show when=can_go_back>
                    <button
                        type="button"
                        class="link history-restore"
                        aria-label=live(move || {
                            let (field, value) = (label.get(), was.get());
                            i18n.t(|m| m.past_restore_value(&field, &value))
                        })
                        on:click=listen(restore)
                    >
                        {i18n.text(Messages::past_restore)}
                    </button>
                </Show>
            </dd>
        </div>
    }
    .into_any()
}
