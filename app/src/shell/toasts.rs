//! What the store wants a person to know, as toasts.

use huike_messages::Messages;
use huike_shared::record::RecordRef;
use leptos::prelude::*;

use crate::i18n::{I18n, use_i18n};
use crate::record::title_of;
use crate::store::{EditLabel, LocalStore, News, use_store};
use crate::ui::{Toast, Toasts, Tone};

/// Shows every piece of news as a toast.
pub fn show_news(toasts: Toasts) {
    let (store, i18n) = (use_store(), use_i18n());
    store.on_news(move |news| untrack(|| show(news, toasts, store, i18n)));
}

fn show(news: News, toasts: Toasts, store: LocalStore, i18n: I18n) {
    let toast = match news {
        News::Made {
            edit,
            label,
            records,
        } => {
            let words = made(label, &records, store, i18n);
            let undo = i18n.t(Messages::common_undo);
            Toast::new(words).action(undo, move || store.undo_edit(edit))
        }
        News::Undone { skipped: 0 } => Toast::new(i18n.t(Messages::edit_undone)),
        News::Undone { skipped } => {
            Toast::new(i18n.t(|m| m.edit_undone_partly(skipped as i64))).tone(Tone::Due)
        }
        News::Refused(refusal) => {
            let reason = i18n.by_key(&format!("refusal-{}", refusal.code()));
            Toast::new(reason).tone(Tone::Bad)
        }
    };
    toasts.show(toast);
}

fn made(label: EditLabel, records: &[RecordRef], store: LocalStore, i18n: I18n) -> String {
    if let [only] = records {
        let name = title_of(store, *only, i18n);
        return i18n.t(|m| match label {
            EditLabel::Delete => m.record_deleted_toast(&name),
            EditLabel::Restore => m.record_restored_toast(&name),
            EditLabel::Move => m.edit_moved_one(&name),
            EditLabel::Win => m.edit_won_one(&name),
            EditLabel::Lose => m.edit_lost_one(&name),
            EditLabel::Reopen => m.edit_reopened_one(&name),
            EditLabel::Complete => m.edit_completed_one(&name),
            EditLabel::Revert => m.edit_reverted_one(&name),
            EditLabel::Assign
            | EditLabel::Bulk
            | EditLabel::Change
            | EditLabel::Create
            | EditLabel::Settle
            | EditLabel::Undo => m.edit_changed_one(&name),
        });
    }
    let count = records.len() as i64;
    i18n.t(|m| match label {
        EditLabel::Delete => m.edit_deleted(count),
        EditLabel::Restore => m.edit_restored(count),
        EditLabel::Move => m.edit_moved(count),
        EditLabel::Win => m.edit_won(count),
        EditLabel::Lose => m.edit_lost(count),
        EditLabel::Reopen => m.edit_reopened(count),
        EditLabel::Complete => m.edit_completed(count),
        EditLabel::Assign => m.edit_assigned(count),
        EditLabel::Bulk
        | EditLabel::Change
        | EditLabel::Create
        | EditLabel::Settle
        | EditLabel::Revert
        | EditLabel::Undo => m.edit_changed(count),
    })
}
