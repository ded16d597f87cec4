//! What every kind of record has in common on the screen: its title, its fields, its making.
//!
//! Generic over [`FieldDef`]: a new field of a record appears in forms, cells and the list of what
//! waits without a line here.

mod clash;
mod field_input;
mod field_text;
mod fields;
mod first_place;
mod gone;
mod head;
mod new_record;
mod note_editor;
mod picker;
mod sync_state;
mod waiting_mark;

use huike_messages::{Language, Messages};
use huike_shared::record::{FieldDef, FieldKind, Kind, KindDef, RecordRef};
use huike_shared::registry;
use huike_shared::row::Row;
use huike_shared::scalar::Scalar;
use huike_shared::text::Phone;

use crate::i18n::I18n;
use crate::store::LocalStore;

pub use clash::ClashBox;
pub use field_input::FieldInput;
pub use field_text::{choices_of, editor_of, local_date_time, parse_typed, typed_text};
pub use fields::{FieldGroup, FieldGroups, FieldName};
pub use gone::{GoneRecord, last_change};
pub use head::RecordHead;
pub use new_record::NewRecordForm;
pub use note_editor::NoteEditor;
pub use picker::{LinkInput, RecordPicker};
pub use sync_state::SyncState;
pub use waiting_mark::WaitingMark;

/// The key of a message made of parts that may hold underscores.
fn key_of(parts: &[&str]) -> String {
    parts.join("-").replace('_', "-")
}

/// What a kind is called.
pub fn kind_label(i18n: I18n, kind: Kind) -> String {
    registry::def(kind)
        .map(|it| i18n.by_key(&key_of(&["kind", it.name])))
        .unwrap_or_default()
}

/// What several records of a kind are called.
pub fn kinds_label(i18n: I18n, kind: Kind) -> String {
    registry::def(kind)
        .map(|it| i18n.by_key(&key_of(&["kinds", it.name])))
        .unwrap_or_default()
}

/// What a field is called.
pub fn field_label(i18n: I18n, def: &KindDef, field: &str) -> String {
    i18n.by_key(&key_of(&["field", def.name, field]))
}

/// A register's key in words, also inside a list.
pub fn key_label(i18n: I18n, kind: Kind, key: &str) -> String {
    let Some(def) = registry::def(kind) else {
        return key.to_owned();
    };
    let name = key.rsplit('.').next().unwrap_or(key);
    field_label(i18n, def, name)
}

/// A word of a choice; as it is stored if a newer client made it up.
pub fn choice_label(i18n: I18n, field: &str, word: &str) -> String {
    let key = key_of(&["choice", field, word]);
    let found = i18n.by_key(&key);
    if found == key { word.to_owned() } else { found }
}

/// What a record is called, followed by nothing: as it is now.
pub fn title_of(store: LocalStore, record: RecordRef, i18n: I18n) -> String {
    match store.peek(record) {
        Some(row) => title_of_row(&row, i18n),
        None => kind_label(i18n, record.kind),
    }
}

/// What a row is called: its first text that search looks into, else what it is.
pub fn title_of_row(row: &Row, i18n: I18n) -> String {
    let Some(def) = registry::def(row.kind) else {
        return String::new();
    };
    let is_name = |it: &FieldDef| {
        it.kind == FieldKind::Line && matches!(it.name, "name" | "title" | "purpose")
    };
    let named = def
        .fields
        .iter()
        .position(is_name)
        .and_then(|it| row.value(it).as_text());
    match named.filter(|it| !it.is_empty()) {
        Some(name) => name.to_owned(),
        None => {
            let word = def.fields.iter().position(|it| it.name == "activity_type");
            match word.and_then(|it| row.value(it).as_text()) {
                Some(word) => choice_label(i18n, "activity_type", word),
                None => i18n.t(|m| m.record_untitled()),
            }
        }
    }
}

/// A value in words, followed where it names something that may change.
pub fn value_words(store: LocalStore, i18n: I18n, field: &FieldDef, value: &Scalar) -> String {
    let text = value.as_text().unwrap_or_default();
    match field.kind {
        FieldKind::Phone if !text.is_empty() => Phone::from_stored(text).display(),
        FieldKind::Choice(_) if !text.is_empty() => choice_label(i18n, field.name, text),
        FieldKind::Member => value
            .as_id()
            .map(|it| store.member_name(it))
            .unwrap_or_default(),
        FieldKind::Link(kind) => match (value.as_id(), registry::def_by_name(kind)) {
            (Some(id), Some(def)) => {
                let row = store.peek(RecordRef { kind: def.kind, id });
                row.map_or_else(
                    || i18n.t(|m| m.record_missing()),
                    |it| title_of_row(&it, i18n),
                )
            }
            _ => String::new(),
        },
        FieldKind::Money => huike_shared::money::Money::parse_register(text)
            .map(|it| i18n.money(it.minor(), it.currency().code(), it.currency().exponent()))
            .unwrap_or_default(),
        FieldKind::Date => huike_shared::time::parse_date(text)
            .map(|it| i18n.date_exact(it))
            .unwrap_or_default(),
        FieldKind::Instant => value
            .as_int()
            .map(|it| i18n.instant_exact(it))
            .unwrap_or_default(),
        FieldKind::Number => value.as_int().map(|it| i18n.number(it)).unwrap_or_default(),
        FieldKind::Percent => value
            .as_int()
            .map(|it| i18n.percent(it))
            .unwrap_or_default(),
        FieldKind::Flag => match value.as_bool() {
            Some(true) => i18n.t(|m| m.common_yes()),
            Some(false) | None => i18n.t(|m| m.common_no()),
        },
        FieldKind::Place => i18n.t(|m| m.value_moved()),
        FieldKind::Rank => i18n.t(|m| m.value_reordered()),
        FieldKind::Outcome => outcome_words(i18n, text),
        FieldKind::Line
        | FieldKind::Paragraphs
        | FieldKind::Note
        | FieldKind::Phone
        | FieldKind::Email
        | FieldKind::Url
        | FieldKind::Choice(_) => text.to_owned(),
    }
}

fn outcome_words(i18n: I18n, text: &str) -> String {
    match text {
        "won" => i18n.t(|m| m.deals_won()),
        "open" | "" => i18n.t(|m| m.deals_open()),
        _ => i18n.t(|m| m.deals_lost()),
    }
}

/// What making a record of a kind is called: 新建客户, New customer.
pub fn new_title(messages: &Messages, kind: &str) -> String {
    match messages.language() {
        Language::ZhCn => messages.record_new(kind),
        Language::En => messages.record_new(&kind.to_lowercase()),
    }
}
