//! House rules that the compiler cannot see. A new rule is one line in a table.
//!
//! Test modules at the end of a file are not looked at; they may know more than the layer does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Files under the left path may not contain any word on the right.
const FORBIDDEN: &[(&str, &[&str])] = &[
    // The domain is pure: no IO, no clock, no randomness, no async, no screen.
    (
        "shared/src",
        &[
            "tokio::",
            "sqlx::",
            "leptos::",
            "web_sys::",
            "js_sys::",
            "std::fs",
            "std::net",
            "std::time",
            "Instant::now",
            "SystemTime",
            "thread_rng",
            "rand::",
            "async fn",
            "println!",
        ],
    ),
    // What is generic over records names none of them.
    ("shared/src/sync", RECORDS),
    ("shared/src/document.rs", RECORDS),
    ("shared/src/history.rs", RECORDS),
    ("shared/src/note.rs", RECORDS),
    ("shared/src/search.rs", RECORDS),
    ("shared/src/packed.rs", RECORDS),
    ("shared/src/row.rs", RECORDS),
    ("shared/src/record.rs", RECORDS),
    ("shared/src/local.rs", RECORDS),
    // A record does not know how it travels, and slices point one way.
    (
        "shared/src/customers",
        &[
            "crate::document",
            "crate::sync",
            "crate::deals",
            "crate::followups",
        ],
    ),
    (
        "shared/src/deals",
        &["crate::document", "crate::sync", "crate::followups"],
    ),
    ("shared/src/followups", &["crate::document", "crate::sync"]),
    // The page holds rows: no documents, no database, no socket.
    (
        "app/src",
        &["automerge::", "idb::", "web_sys::WebSocket", "IdbDatabase"],
    ),
    // Pieces of the interface are told everything, they do not ask.
    (
        "app/src/ui",
        &[
            "crate::store",
            "crate::session",
            "crate::transport",
            "use_store",
            "expect_context",
            "use_context",
            "huike_shared::customers",
            "huike_shared::deals",
            "huike_shared::followups",
        ],
    ),
    // The device's store works alone: that is what offline-first means.
    (
        "app/worker/src/store",
        &["crate::socket", "crate::fetch", "WebSocket"],
    ),
    ("app/worker/src/socket.rs", &["crate::store", "idb::"]),
    // The protocol is readable without SQL, and SQL has one home.
    ("server/src/sync", SQL),
    ("server/src/import", SQL),
    ("server/src/demo", SQL),
    ("server/src/pages", SQL),
    ("server/src/api", SQL),
    ("server/src/auth", SQL),
    ("server/src/http", SQL),
    // One door: nothing but ingest appends to a log.
    ("server/src/import", &["store().append(", "store.append("]),
    ("server/src/demo", &["store().append(", "store.append("]),
    ("server/src/api", &["store().append(", "store.append("]),
    // One set of routes for every kind: a new one costs no line of the interface.
    ("server/src/api", RECORDS),
    (
        "server/src/sync/writer.rs",
        &["store().append(", "store.append("],
    ),
    // The policy of the pages forbids styles and markup from text.
    ("app/src", &["style=\"", "inner_html", "set_outer_html"]),
    ("server/src/pages", &["style=\"", "inner_html"]),
    // Nothing unfinished, nothing silenced without a reason.
    ("shared", UNFINISHED),
    ("app", UNFINISHED),
    ("server", UNFINISHED),
    ("xtask", UNFINISHED),
    // A disk that fails speaks SQLite's own language; nothing else is unsafe.
    ("shared", UNSAFE),
    ("app", UNSAFE),
    ("server/src", UNSAFE),
    ("server/tests", UNSAFE),
    ("xtask", UNSAFE),
];

const RECORDS: &[&str] = &["customers::", "deals::", "followups::", "views::"];
const SQL: &[&str] = &["sqlx::"];
const UNFINISHED: &[&str] = &["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "FIXME"];
const UNSAFE: &[&str] = &["unsafe {"];

/// Lines of a file, its tests not counted.
const LINES_MAX: usize = 500;

/// A manifest may not name these crates: what is not a dependency cannot be used.
const NOT_DEPENDENCIES: &[(&str, &[&str])] = &[
    (
        "shared/Cargo.toml",
        &["tokio", "sqlx", "leptos", "web-sys", "wasm-bindgen", "axum"],
    ),
    ("app/Cargo.toml", &["automerge", "idb", "axum", "sqlx"]),
    ("app/worker/Cargo.toml", &["leptos", "axum", "sqlx"]),
    (
        "server/Cargo.toml",
        &["huike-app", "huike-worker", "web-sys"],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file of a folder, or the file itself, but this one.
fn rust_files(path: &str) -> Vec<PathBuf> {
    let mut open = vec![root().join(path)];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_file() {
            if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests/tidy.rs") {
                files.push(path);
            }
        } else if let Ok(entries) = fs::read_dir(&path) {
            let inside = entries.filter_map(|it| Some(it.ok()?.path()));
            open.extend(inside.filter(|it| !it.ends_with("target")));
        }
    }
    files.sort();
    files
}

/// The file without its tests.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    match text.find("\n#[cfg(test)]\nmod tests {") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn shown(file: &Path) -> String {
    let root = root();
    let inside = file.strip_prefix(&root).unwrap_or(file);
    inside.display().to_string().replace('\\', "/")
}

fn is_test(file: &Path) -> bool {
    let shown = shown(file);
    shown.contains("/tests/") || shown.ends_with("/tests.rs")
}

#[track_caller]
fn check(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}:\n{}", offences.join("\n"));
}

#[test]
fn layers_are_kept() {
    let mut offences = Vec::new();
    for (path, words) in FORBIDDEN {
        let files = rust_files(path);
        assert!(!files.is_empty(), "{path} moved: this rule guards nothing");
        let is_anywhere = *words == UNFINISHED || *words == UNSAFE;
        for file in files.iter().filter(|it| is_anywhere || !is_test(it)) {
            let text = code(file);
            let lines = text
                .lines()
                .enumerate()
                .filter(|it| !it.1.trim_start().starts_with("//"));
            for (index, line) in lines {
                let found = words.iter().find(|it| line.contains(**it));
                offences.extend(found.map(|it| format!("{}:{}: {it}", shown(file), index + 1)));
            }
        }
    }
    check("out of place", &offences);
}

#[test]
fn what_is_not_a_dependency_cannot_be_used() {
    let mut offences = Vec::new();
    for (manifest, names) in NOT_DEPENDENCIES {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let dependencies = text.split("[dev-dependencies]").next().unwrap_or_default();
        for line in dependencies
            .lines()
            .filter(|it| !it.trim_start().starts_with('#'))
        {
            let name = line
                .split(['=', '.', ' '])
                .next()
                .unwrap_or_default()
                .trim();
            if names.contains(&name) {
                offences.push(format!("{manifest}: {name}"));
            }
        }
    }
    check("not a dependency of this layer", &offences);
}

#[test]
fn every_file_says_what_it_is_for() {
    let offences: Vec<String> = all_files()
        .iter()
        .filter(|it| !it.ends_with("tests.rs") && !code(it).starts_with("//! "))
        .map(|it| shown(it))
        .collect();
    check("no `//!` line at the top", &offences);
}

/// `docs/sync-protocol.md` numbers its rules; tests are called after them.
#[test]
fn each_rule_of_the_protocol_has_a_test_of_its_name() {
    let text = fs::read_to_string(root().join("docs/sync-protocol.md")).expect("the rules");
    let tests: String = ["shared/tests", "server/tests"]
        .iter()
        .flat_map(|it| rust_files(it))
        .filter_map(|it| fs::read_to_string(it).ok())
        .collect();
    let rules = numbers_after(&text, "**S-");
    let tested = numbers_after(&tests, "fn s_");
    assert_eq!(rules, tested);
    assert_eq!(rules, (1..=rules.len()).collect());
}

fn numbers_after(text: &str, mark: &str) -> BTreeSet<usize> {
    let places = text.match_indices(mark).map(|it| it.0 + mark.len());
    let digits = places.map(|it| text[it..].split(|it: char| !it.is_ascii_digit()));
    digits
        .filter_map(|mut it| it.next()?.parse().ok())
        .collect()
}

#[test]
fn files_are_short_enough_to_read() {
    let mut offences = Vec::new();
    for file in all_files().into_iter().filter(|it| !is_test(it)) {
        let (name, lines) = (shown(&file), code(&file).lines().count());
        if lines > LINES_MAX {
            offences.push(format!("{name}: {lines} lines"));
        }
    }
    check("too long", &offences);
}

#[test]
fn a_slice_is_a_file_beside_its_folder() {
    let files = all_files();
    let found = files
        .iter()
        .filter(|it| it.ends_with("mod.rs") && !is_test(it));
    check("mod.rs", &found.map(|it| shown(it)).collect::<Vec<_>>());
}

#[test]
fn nothing_is_silenced_without_a_reason() {
    let mut offences = Vec::new();
    for file in all_files() {
        let text = code(&file);
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let line = line.trim_start();
            let silences = ["#[allow(", "#[expect(", "#![allow(", "#![expect("];
            let reason = lines[index..]
                .iter()
                .take(6)
                .take_while(|it| !it.starts_with("fn "));
            if silences.iter().any(|it| line.starts_with(it))
                && !reason.into_iter().any(|it| it.contains("reason = "))
            {
                offences.push(format!("{}:{}", shown(&file), index + 1));
            }
        }
    }
    check("a lint is silenced and nobody says why", &offences);
}

#[test]
fn nothing_is_unwrapped_where_a_person_waits() {
    let mut offences = Vec::new();
    for file in all_files().iter().filter(|it| !is_test(it)) {
        let text = code(file);
        let lines = text
            .lines()
            .enumerate()
            .filter(|it| !it.1.trim_start().starts_with("//"));
        for (index, _) in lines.filter(|it| it.1.contains(".unwrap()")) {
            offences.push(format!("{}:{}", shown(file), index + 1));
        }
    }
    check("unwrap outside of tests", &offences);
}

/// The list of deliberate bugs is run by hand, so it must not fall behind the code meanwhile.
#[test]
fn every_deliberate_bug_has_its_place() {
    let list = fs::read_to_string(root().join("shared/tests/mutations.json")).unwrap();
    let bugs: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
    let mut offences = Vec::new();
    for bug in &bugs {
        let text = |key: &str| bug[key].as_str().unwrap();
        let source = fs::read_to_string(root().join(text("file"))).unwrap();
        let count = source.matches(text("find")).count();
        if count != 1 {
            offences.push(format!("{}: {count} places", text("name")));
        }
    }
    check("a deliberate bug does not fit the code", &offences);
}

fn all_files() -> Vec<PathBuf> {
    ["shared", "app", "server", "xtask"]
        .iter()
        .flat_map(|it| rust_files(it))
        .collect()
}
