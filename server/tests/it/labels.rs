//! Words that are looked up by a key put together at run time: each must be there in each language.

use huike_messages::{Language, Messages};
use huike_shared::note::NOTE;
use huike_shared::place::LOST_REASONS;
use huike_shared::record::{FieldDef, FieldKind, KindDef};
use huike_shared::refusal::Refusal;
use huike_shared::registry::RECORDS;

#[track_caller]
fn check(keys: &[String]) {
    let mut missing = Vec::new();
    for language in Language::ALL {
        let messages = Messages::of(language);
        let absent = keys.iter().filter(|it| messages.by_key(it).is_none());
        missing.extend(absent.map(|it| format!("{language:?}: {it}")));
    }
    assert!(missing.is_empty(), "no words for\n{}", missing.join("\n"));
}

fn key(parts: &[&str]) -> String {
    parts.join("-").replace('_', "-")
}

/// Every field of a kind, those inside its lists too.
fn fields(def: &'static KindDef) -> impl Iterator<Item = &'static FieldDef> {
    def.fields
        .iter()
        .chain(def.families.iter().flat_map(|it| it.fields))
}

#[test]
fn every_kind_and_every_field_has_a_label() {
    let mut keys: Vec<String> = RECORDS.iter().map(|it| key(&["kind", it.name])).collect();
    for def in RECORDS.iter().filter(|it| it.kind != NOTE.kind) {
        keys.extend(fields(def).map(|it| key(&["field", def.name, it.name])));
    }
    check(&keys);
}

#[test]
fn every_word_of_every_choice_has_a_label() {
    let mut keys = Vec::new();
    for field in RECORDS.iter().flat_map(|it| fields(it)) {
        if let FieldKind::Choice(words) = field.kind {
            keys.extend(words.iter().map(|it| key(&["choice", field.name, it])));
        }
    }
    check(&keys);
}

#[test]
fn every_refusal_has_a_sentence() {
    let field = || Box::from("name");
    let all = [
        Refusal::Malformed,
        Refusal::TooLarge,
        Refusal::UnknownDependency,
        Refusal::BrokenHistory,
        Refusal::ForeignActor,
        Refusal::UnknownField { field: field() },
        Refusal::BadValue { field: field() },
        Refusal::UnknownKind,
        Refusal::NotPermitted,
        Refusal::SignedOut,
        Refusal::ClientTooOld,
        Refusal::TooFast,
        Refusal::Unavailable,
    ];
    check(
        &all.iter()
            .map(|it| key(&["refusal", it.code()]))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_offered_reason_for_losing_has_words() {
    check(
        &LOST_REASONS
            .iter()
            .map(|it| key(&["lost-reason", it]))
            .collect::<Vec<_>>(),
    );
}
