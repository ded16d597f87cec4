//! Which field of the history is shown, and which moment of the record.

use huike_messages::Messages;
use huike_shared::record::FieldKind;
use huike_shared::registry;
use huike_shared::time::Timestamp;
use leptos::prelude::*;

use super::feed::Feed;
use crate::i18n::use_i18n;
use crate::record::{field_label, local_date_time};
use crate::store::device::now;
use crate::ui::{Button, Choice, Editor, Field, follow, listen};

/// Shows one field alone, or all.
#[component]
pub fn OneField(feed: Feed) -> impl IntoView {
    let i18n = use_i18n();
    let history = feed.history;
    let value = RwSignal::new(String::new());
    follow(move || {
        let only = history.only.get();
        value.set(only.map(String::from).unwrap_or_default());
    });
    let choices = Signal::derive(move || {
        let all = Choice {
            value: String::new(),
            label: i18n.t(Messages::past_all_fields),
        };
        let def = registry::def(history.record.kind);
        let fields = def.into_iter().flat_map(|def| {
            let told = def.fields.iter().filter(|it| it.kind != FieldKind::Rank);
            told.map(move |it| Choice {
                value: it.name.to_owned(),
                label: field_label(i18n, def, it.name),
            })
        });
        std::iter::once(all).chain(fields).collect::<Vec<_>>()
    });
    let choose = move |name: String| {
        let name = Some(name).filter(|it| !it.is_empty());
        history.only.set(name.map(Box::from));
    };
    view! {
        <Field
            label=i18n.text(Messages::past_field)
            value
            editor=Editor::OneOf(choices)
            on_input=choose
        />
    }
    .into_any()
}

/// Chooses a moment; the record is shown as it was then.
#[component]
pub fn Moment(feed: Feed) -> impl IntoView {
    let i18n = use_i18n();
    let history = feed.history;
    let value = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<fn(&Messages) -> String>);
    follow(move || {
        if let Some(at) = history.at.get() {
            value.set(local_date_time(at.millis()));
        }
    });
    let show = move || {
        let millis = js_sys::Date::parse(&value.get_untracked());
        problem.set(None);
        if millis.is_nan() {
            problem.set(Some(Messages::problem_date));
        } else if millis as i64 > now().millis() {
            problem.set(Some(Messages::past_not_yet));
        } else {
            // The minute that was chosen is over.
            history
                .at
                .set(Some(Timestamp::from_millis(millis as i64 + MINUTE_MS - 1)));
        }
    };
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        show();
    };
    view! {
        <form class="history-moment" novalidate on:submit=listen(submit)>
            <Field
                label=i18n.text(Messages::past_as_of)
                value
                editor=Editor::DateTime
                error=Signal::derive(move || problem.get().map(|say| i18n.t(say)))
            />
            <Button label=i18n.text(Messages::common_show) on_press=|()| () submits=true/>
        </form>
    }
    .into_any()
}

/// The native control speaks of minutes.
const MINUTE_MS: i64 = 60_000;
