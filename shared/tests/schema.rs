//! The schema as a snapshot: every kind, every field, every word of a choice, in one text.
//!
//! Stored documents live for years, so a removed or changed line here is a broken promise; an added
//! line is a new field. To accept a change: `HUIKE_ACCEPT=1 cargo test -p huike-shared --test schema`.

use huike_shared::record::{FieldDef, FieldKind};
use huike_shared::registry::RECORDS;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn kind(kind: FieldKind) -> String {
    match kind {
        FieldKind::Choice(words) => format!("choice {}", words.join(" ")),
        FieldKind::Link(kind) => format!("link {kind}"),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn field(out: &mut String, indent: &str, field: &FieldDef) {
    let required = if field.required { " required" } else { "" };
    let search = if field.search { " search" } else { "" };
    let _ = writeln!(
        out,
        "{indent}{}: {}{required}{search}",
        field.name,
        kind(field.kind)
    );
}

fn schema() -> String {
    let mut out = String::new();
    for def in RECORDS {
        let _ = writeln!(out, "{} {}", def.kind.0, def.name);
        for it in def.fields {
            field(&mut out, "  ", it);
        }
        for family in def.families {
            let _ = writeln!(out, "  {}.*", family.name);
            for it in family.fields {
                field(&mut out, "    ", it);
            }
        }
    }
    out
}

#[test]
fn the_schema_is_the_one_that_was_accepted() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema.txt");
    let schema = schema();
    if std::env::var_os("HUIKE_ACCEPT").is_some() {
        fs::write(&file, &schema).unwrap();
    }
    let accepted = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        schema == accepted,
        "the schema differs from {}; look at it, then accept it with HUIKE_ACCEPT=1\n\n{}",
        file.display(),
        difference(&accepted, &schema)
    );
}

/// The lines that are only in one of them.
fn difference(old: &str, new: &str) -> String {
    let missing = old
        .lines()
        .filter(|it| !new.lines().any(|other| other == *it));
    let added = new
        .lines()
        .filter(|it| !old.lines().any(|other| other == *it));
    let lines = missing
        .map(|it| format!("-{it}"))
        .chain(added.map(|it| format!("+{it}")));
    lines.collect::<Vec<_>>().join("\n")
}
