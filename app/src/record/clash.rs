//! A clash: two values for one field. The winner stands in the field, the others are kept here with
//! author and time until one tap settles it.

use huike_messages::Messages;
use huike_shared::local::IntentPart;
use huike_shared::record::{FieldDef, RecordRef};
use huike_shared::registry;
use huike_shared::row::Stamp;
use huike_shared::scalar::Scalar;
use leptos::prelude::*;

use super::value_words;
use crate::i18n::use_i18n;
use crate::store::{EditLabel, use_store};
use crate::ui::{Button, live, part};

/// Both values of a field that has two; nothing otherwise.
#[component]
pub fn ClashBox(
    /// The record.
    record: RecordRef,
    /// Its field.
    field: &'static FieldDef,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let row = store.row(record);
    let values = Memo::new(move |_| {
        let row = row.get()?;
        let clash = row.clash(field.name)?;
        let shown = row.by_key(registry::def(record.kind)?, field.name).clone();
        let mut values = vec![(shown, clash.winner)];
        values.extend(clash.others.iter().cloned());
        Some(values)
    });
    let settle = move |value: Scalar| {
        let values = vec![(field.name.into(), value)];
        store.edit(EditLabel::Settle, vec![IntentPart { record, values }]);
    };
    let one = move |(value, stamp): (Scalar, Stamp)| {
        let words = {
            let value = value.clone();
            move || {
                let words = value_words(store, i18n, field, &value);
                if words.is_empty() {
                    "—".to_owned()
                } else {
                    words
                }
            }
        };
        let author = move || store.member_name(stamp.by);
        view! {
            <div class="clash-value">
                <b>{words}</b>
                <small title=live(move || i18n.instant_exact(stamp.at.millis()))>
                    {part(author)} " · " {part(move || i18n.instant(stamp.at.millis()))}
                </small>
                <Button
                    label=i18n.text(Messages::clash_keep)
                    on_press=move |()| settle(value.clone())
                />
            </div>
        }
    };
    view! {
        {part(move || {
            values.get().map(|values| {
                view! {
                    <details class="clash-box">
                        <summary>{i18n.t(Messages::sync_conflict)}</summary>
                        <div class="clash">{values.into_iter().map(one).collect_view()}</div>
                    </details>
                }
            })
        })}
    }
    .into_any()
}
