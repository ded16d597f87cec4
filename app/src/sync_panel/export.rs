//! Everything that waits or was refused as a file, for whoever wants it in their own hands. Made on the
//! device, so it works without a network.

use huike_shared::local::WaitingEdit;
use huike_shared::registry;
use huike_shared::scalar::Scalar;
use serde::Serialize;

use super::value_of;
use crate::files::{save_file, save_table};
use crate::i18n::I18n;
use crate::record::{key_label, kind_label, title_of};
use crate::store::{LocalStore, WaitingList};

/// Every edit, the refused ones first, with the code of the refusal.
fn edits(list: &WaitingList) -> impl Iterator<Item = (&WaitingEdit, Option<&'static str>)> {
    let refused = list.refused.iter();
    let refused = refused.map(|it| (&it.edit, Some(it.refusal.code())));
    refused.chain(list.waiting.iter().map(|it| (it, None)))
}

fn state(reason: Option<&str>) -> &'static str {
    match reason {
        Some(_) => "refused",
        None => "waiting",
    }
}

/// As JSON, with the values as they are stored.
pub fn save_json(store: LocalStore, i18n: I18n, list: &WaitingList) {
    #[derive(Serialize)]
    struct Line<'a> {
        state: &'static str,
        kind: &'static str,
        id: String,
        title: String,
        at: i64,
        values: &'a [(Box<str>, Scalar)],
        reason: Option<&'static str>,
    }
    let line = |(edit, reason): (&WaitingEdit, Option<&'static str>)| {
        let line = Line {
            state: state(reason),
            kind: registry::def(edit.record.kind).map_or("unknown", |it| it.name),
            id: edit.record.id.to_string(),
            title: title_of(store, edit.record, i18n),
            at: edit.at.millis(),
            values: &edit.values,
            reason,
        };
        serde_json::to_string(&line).ok()
    };
    let lines: Vec<String> = edits(list).filter_map(line).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    save_file("huike-edits.json", "application/json", &text);
}

/// As a table, one line for each value, in the words of the screen.
pub fn save_csv(store: LocalStore, i18n: I18n, list: &WaitingList) {
    let head = [
        "state", "kind", "id", "title", "at", "field", "value", "reason",
    ];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    for (edit, reason) in edits(list) {
        let kind = edit.record.kind;
        let mut line = |field: String, value: String| {
            let reason = reason.map(|it| i18n.by_key(&format!("refusal-{it}")));
            lines.push(vec![
                state(reason.as_deref()).to_owned(),
                kind_label(i18n, kind),
                edit.record.id.to_string(),
                title_of(store, edit.record, i18n),
                i18n.instant_exact(edit.at.millis()),
                field,
                value,
                reason.unwrap_or_default(),
            ]);
        };
        for (key, value) in &edit.values {
            line(
                key_label(i18n, kind, key),
                value_of(store, i18n, kind, key, value),
            );
        }
        if edit.values.is_empty() {
            line(String::new(), super::edit_words(store, i18n, kind, &[]));
        }
    }
    save_table("huike-edits.csv", &lines);
}
