//! Values of long ago in words, and what of them can be written again.

use huike_shared::document::DELETED;
use huike_shared::place::Place;
use huike_shared::record::{FieldKind, KindDef};
use huike_shared::registry;
use huike_shared::row::part_key;
use huike_shared::scalar::Scalar;
use huike_shared::sync::gate;

use crate::i18n::I18n;
use crate::record::value_words;
use crate::store::LocalStore;

/// What stands for nothing.
const NOTHING: &str = "—";

/// A value of a register in words, followed where it names something that may change.
pub fn words_of(
    store: LocalStore,
    i18n: I18n,
    def: &'static KindDef,
    key: &str,
    value: &Scalar,
) -> String {
    let Some(field) = registry::field(def, key) else {
        return NOTHING.to_owned();
    };
    if value.is_null() {
        return NOTHING.to_owned();
    }
    let words = match field.kind {
        FieldKind::Place => stage_words(store, value),
        _ => None,
    };
    let words = words.unwrap_or_else(|| value_words(store, i18n, field, value));
    if words.is_empty() {
        NOTHING.to_owned()
    } else {
        words
    }
}

/// The stage of a place, by its name of today.
fn stage_words(store: LocalStore, value: &Scalar) -> Option<String> {
    let place = Place::parse(value.as_text()?)?;
    let pipelines = registry::def_by_name("pipeline")?;
    let row = store.peek(huike_shared::record::RecordRef {
        kind: pipelines.kind,
        id: place.pipeline,
    })?;
    let key = part_key("stages", place.stage, "name");
    row.by_key(pipelines, &key).as_text().map(str::to_owned)
}

/// Whether a register may be given this value again.
pub fn can_restore(def: &'static KindDef, key: &str, value: &Scalar) -> bool {
    let Some(field) = registry::field(def, key) else {
        return false;
    };
    let is_ours = !matches!(field.kind, FieldKind::Rank | FieldKind::Note) && *key != *DELETED;
    let is_missing = field.required && value.is_null();
    is_ours && !is_missing && gate::fits(def, key, value).is_ok()
}
