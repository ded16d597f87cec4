//! The head of a record that lies beside its list or fills the page: back, the next and the one
//! before, full size, delete, close.

use huike_messages::Messages;
use huike_shared::access::Action;
use huike_shared::record::RecordRef;
use leptos::prelude::*;

use crate::history::HistoryItem;
use crate::i18n::use_i18n;
use crate::routes::use_nav;
use crate::shell::use_shell;
use crate::store::use_store;
use crate::ui::{Glyph, IconButton, Menu, MenuItem, Show, Width};

/// A head around what names the record.
#[component]
pub fn RecordHead(
    /// The record.
    record: RecordRef,
    /// Whether it takes the whole page.
    is_full: Signal<bool>,
    /// One level back.
    on_close: Callback<()>,
    /// To the next one of the list, or the one before.
    on_step: Callback<isize>,
    /// Picture, name and marks.
    children: Children,
) -> impl IntoView {
    let (store, i18n, nav, shell) = (use_store(), use_i18n(), use_nav(), use_shell());
    let is_phone = move || shell.width.get() == Width::Phone;
    let delete = move |()| {
        store.delete(&[record]);
        on_close.run(());
    };
    let fill = move |()| {
        let full = (!is_full.get_untracked()).then_some("1");
        nav.set_query(&[("full", full)]);
    };
    view! {
        <header class="record-head">
            <Show when=is_phone>
                <IconButton glyph=Glyph::ChevronLeft label=i18n.text(Messages::common_back) on_press=on_close/>
            </Show>
            {children()}
            <div class="page-actions">
                <Show when=move || !is_phone()>
                    <IconButton
                        glyph=Glyph::ChevronUp
                        label=i18n.text(Messages::keys_previous)
                        on_press=move |()| on_step.run(-1)
                    />
                    <IconButton
                        glyph=Glyph::ChevronDown
                        label=i18n.text(Messages::keys_next)
                        on_press=move |()| on_step.run(1)
                    />
                </Show>
                <Show when=move || shell.width.get() == Width::Desktop>
                    <IconButton
                        glyph=Glyph::Expand
                        label=i18n.text(move |m| {
                            if is_full.get() { m.record_beside() } else { m.record_in_full() }
                        })
                        on_press=fill
                    />
                </Show>
                <Menu label=i18n.text(Messages::common_actions) icon_only=true>
                    <HistoryItem/>
                    <MenuItem
                        label=i18n.text(Messages::common_delete)
                        glyph=Glyph::Trash
                        danger=true
                        disabled=Signal::derive(move || !store.may_on(record.kind, Action::Delete))
                        on_press=delete
                    />
                </Menu>
                <Show when=move || !is_phone()>
                    <IconButton glyph=Glyph::Close label=i18n.text(Messages::common_close) on_press=on_close/>
                </Show>
            </div>
        </header>
    }
    .into_any()
}
