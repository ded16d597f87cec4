//! What stands in the place of a record that was deleted, or that this device does not have.

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::record::RecordRef;
use huike_shared::row::Row;
use leptos::prelude::*;

use crate::i18n::{I18n, use_i18n};
use crate::store::{LocalStore, use_store};
use crate::ui::{Button, EmptyState, Glyph, Show, Skeleton, SkeletonShape, part};

/// Says so, and gives the record back to whom may restore it.
#[component]
pub fn GoneRecord(
    /// Which record.
    record: RecordRef,
    /// One level back.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let row = store.row(record);
    let is_deleted = move || row.with(|it| it.is_some());

    // What it looks like.
    let words = Signal::derive(move || {
        let said = |it: &Row| last_change(store, i18n, it);
        row.with(|it| it.as_deref().map(said)).unwrap_or_default()
    });
    view! {
        <Show
            when=move || is_deleted() || store.is_complete().get()
            fallback=move || {
                view! { <Skeleton shape=SkeletonShape::Record label=i18n.text(Messages::common_loading)/> }
                    .into_any()
            }
        >
            {part(move || {
                let is_deleted = is_deleted();
                let (glyph, title): (Glyph, fn(&Messages) -> String) = if is_deleted {
                    (Glyph::Trash, Messages::record_deleted)
                } else {
                    (Glyph::Search, Messages::record_missing)
                };
                view! {
                    <EmptyState glyph title=i18n.text(title) text=words>
                        <Show when=move || is_deleted && store.may_on(record.kind, Action::Delete)>
                            <Button
                                label=i18n.text(Messages::common_restore)
                                on_press=move |()| store.restore(&[record])
                            />
                        </Show>
                        <Button label=i18n.text(Messages::common_back) on_press=on_close/>
                    </EmptyState>
                }
            })}
        </Show>
    }
    .into_any()
}

/// Who changed a record last and when. Of a deleted one that is nearly always the deletion; a change
/// that another device made before it heard of that comes later, so it does not say more than it knows.
pub fn last_change(store: LocalStore, i18n: I18n, row: &Row) -> String {
    let name = store.member_name(row.updated.by);
    let when = i18n.ago(row.updated.at.millis());
    i18n.t(|m| m.record_last_change(&name, &when))
}
