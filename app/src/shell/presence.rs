//! Who else looks at a record. A hint, never a lock.

use huike_messages::Messages;
use huike_shared::record::RecordRef;
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::store::use_store;
use crate::ui::{AvatarStack, Show};

/// The others who look at a record, or nothing.
#[component]
pub fn Presence(
    /// The record.
    record: RecordRef,
) -> impl IntoView {
    let (store, i18n) = (use_store(), use_i18n());
    let people = Memo::new(move |_| {
        let me = store.me();
        let mut ids: Vec<_> = store.presence().with(|all| {
            all.iter()
                .filter(|it| it.record == Some(record) && it.member != me)
                .map(|it| it.member)
                .collect()
        });
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter()
            .map(|id| (u128::from_be_bytes(id.0), store.member_name(id)))
            .collect::<Vec<_>>()
    });
    view! {
        <Show when=move || people.with(|it| !it.is_empty())>
            <span class="presence" title=i18n.text(Messages::presence_here)>
                <AvatarStack people=Signal::derive(move || people.get())/>
                {i18n.text(Messages::presence_here)}
            </span>
        </Show>
    }
    .into_any()
}
