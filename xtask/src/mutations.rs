//! Do the tests of sync bite? `shared/tests/mutations.json` lists deliberate bugs; each is put into a copy
//! of the sources, and some test must fail.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::progress::{note, step};
use crate::site::files_below;
use crate::tally::Tally;
use crate::workspace::{Workspace, run};

/// The deliberate bugs.
const LIST: &str = "shared/tests/mutations.json";
/// Folders that cargo needs to read the workspace.
const COPIED: [&str; 6] = [".cargo", "shared", "app", "server", "xtask", "docs"];
/// Files beside them.
const COPIED_FILES: [&str; 3] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];
/// The tests that must notice.
const TESTS: [&str; 12] = [
    "--test",
    "convergence",
    "--test",
    "protocol",
    "--test",
    "gate",
    "--test",
    "epochs",
    "--test",
    "genesis",
    "--test",
    "erasure",
];
/// Random histories for each bug: one that needs more is hard to find again.
const SEEDS: &str = "200";

#[derive(Deserialize)]
struct Mutation {
    /// What is wrong then.
    name: String,
    file: String,
    /// Stands in the file once.
    find: String,
    put: String,
}

/// Tries every bug; one that is not noticed is a failure.
pub fn mutations(workspace: &Workspace) -> Result<Tally> {
    let list = fs::read_to_string(workspace.path(LIST))?;
    let all: Vec<Mutation> = serde_json::from_str(&list).with_context(|| LIST.to_owned())?;
    let copy = workspace.target().join("mutations");
    step("Copying the sources", || take_copy(workspace, &copy))?;
    let mut tally = Tally::default();
    for mutation in &all {
        let is_noticed = step(&mutation.name, || is_noticed(workspace, &copy, mutation))
            .with_context(|| mutation.name.clone())?;
        if is_noticed {
            tally.passed += 1;
        } else {
            note(&format!("no test noticed: {}", mutation.name));
            tally.failed += 1;
        }
    }
    Ok(tally)
}

fn take_copy(workspace: &Workspace, copy: &Path) -> Result<()> {
    for folder in COPIED {
        let from = workspace.path(folder);
        for file in files_below(&from)? {
            put_file(&from.join(&file), &copy.join(folder).join(&file))?;
        }
    }
    for file in COPIED_FILES {
        let from = workspace.path(file);
        if from.exists() {
            put_file(&from, &copy.join(file))?;
        }
    }
    Ok(())
}

/// Copies what differs, so that cargo compiles only that anew.
fn put_file(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from)?;
    if fs::read(to).is_ok_and(|it| it == bytes) {
        return Ok(());
    }
    fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
    fs::write(to, bytes).with_context(|| to.display().to_string())
}

fn is_noticed(workspace: &Workspace, copy: &Path, mutation: &Mutation) -> Result<bool> {
    let path = copy.join(&mutation.file);
    let source = fs::read_to_string(&path)?;
    let places = source.matches(&mutation.find).count();
    ensure!(places == 1, "{} has it {places} times", mutation.file);
    fs::write(&path, source.replacen(&mutation.find, &mutation.put, 1))?;
    let noticed = try_tests(workspace, copy);
    fs::write(&path, source)?;
    noticed
}

fn try_tests(workspace: &Workspace, copy: &Path) -> Result<bool> {
    let cargo = |more: &[&str]| {
        let mut cargo = workspace.cargo();
        cargo
            .current_dir(copy)
            .env("CARGO_TARGET_DIR", copy.join("target"))
            .env("HUIKE_SEEDS", SEEDS)
            .args(["test", "--quiet", "-p", "huike-shared"])
            .args(TESTS)
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        cargo
    };
    // A bug that does not compile would be noticed by nobody's test.
    run(&mut cargo(&["--no-run"]))?;
    Ok(!cargo(&[]).status()?.success())
}
