//! What was deleted, latest first, until somebody wants it back.

use std::cmp::Reverse;
use std::sync::Arc;

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::customers::{Contact, Customer};
use huike_shared::deals::Deal;
use huike_shared::followups::{Activity, Task};
use huike_shared::record::{Kind, Record};
use huike_shared::row::Row;
use leptos::prelude::*;

use crate::i18n::use_i18n;
use crate::record::{kind_label, last_change, title_of_row};
use crate::store::use_store;
use crate::ui::{Button, ButtonKind, EmptyState, Glyph, Icon, Show, follow, part};

/// Rows that are drawn; the rest is counted.
const SHOWN_MAX: usize = 200;
/// What a person deletes and may miss.
const KINDS: [(Kind, Glyph); 5] = [
    (Customer::DEF.kind, Glyph::Customer),
    (Contact::DEF.kind, Glyph::Contact),
    (Deal::DEF.kind, Glyph::Deal),
    (Task::DEF.kind, Glyph::Task),
    (Activity::DEF.kind, Glyph::Note),
];

/// The page.
#[component]
pub fn DeletedPage() -> impl IntoView {
    // What it reads.
    let (store, i18n) = (use_store(), use_i18n());
    let rows = Memo::new(move |_| {
        let of_kind = |(kind, glyph)| store.deleted(kind).into_iter().map(move |it| (glyph, it));
        let mut all: Vec<(Glyph, Arc<Row>)> = KINDS.into_iter().flat_map(of_kind).collect();
        all.sort_by_key(|(_, it)| (Reverse(it.updated.at), it.id));
        all
    });
    let rest = move || rows.with(Vec::len).saturating_sub(SHOWN_MAX);
    let is_empty = move || rows.with(Vec::is_empty);
    follow(move || {
        let title = i18n.t(Messages::deleted_title);
        document().set_title(&format!("{title} · {}", i18n.t(Messages::app_title)));
    });

    // What it looks like.
    let one = move |(glyph, row): (Glyph, Arc<Row>)| {
        let record = row.record_ref();
        let title = title_of_row(&row, i18n);
        let words = format!(
            "{} · {}",
            kind_label(i18n, record.kind),
            last_change(store, i18n, &row)
        );
        view! {
            <li class="list-row">
                <Icon glyph/>
                <div class="list-words">
                    <b title=title.clone()>{title.clone()}</b>
                    <span title=i18n.instant_exact(row.updated.at.millis())>{words}</span>
                </div>
                <Show when=move || store.may_on(record.kind, Action::Delete)>
                    <Button
                        label=i18n.text(Messages::common_restore)
                        kind=ButtonKind::Ghost
                        on_press=move |()| store.restore(&[record])
                    />
                </Show>
            </li>
        }
    };
    view! {
        <header class="page-head">
            <h1>{i18n.text(Messages::deleted_title)}</h1>
        </header>
        <div class="page-body narrow">
            <Show when=move || !is_empty()>
                <section class="panel">
                    <ul class="people">
                        {part(move || rows.get().into_iter().take(SHOWN_MAX).map(one).collect_view())}
                    </ul>
                    {part(move || (rest() > 0).then(|| i18n.t(|m| m.list_more_rows(rest() as i64))))}
                </section>
            </Show>
            <Show when=move || is_empty() && store.is_complete().get()>
                <EmptyState
                    glyph=Glyph::Trash
                    title=i18n.text(Messages::deleted_none)
                    text=i18n.text(Messages::deleted_hint)
                />
            </Show>
        </div>
    }
    .into_any()
}
