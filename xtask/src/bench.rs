//! Figures, one JSON line each on standard output.
//!
//! `bundle` weighs the shipped files. `client` and `sync` run scripts of `end2end/bench` in a
//! Chromium against a released server; they print their lines themselves. `sync` does so beside
//! other servers too, and then measures the server alone, on each of its databases, unless only
//! parts of the script were asked for. `rights` asks the pure decision alone. `soak` watches it at work for hours. `simulate`, `fuzz`, `kills` and `disk`
//! run randomised tests for hours.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Serialize;

use crate::compress::compressed;
use crate::long_run::{self, DISK, FUZZ, KILLS, SIMULATE};
use crate::serve;
use crate::site;
use crate::toolchain::Installing;
use crate::tools;
use crate::workspace::{Workspace, run};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bench {
    /// Bytes on the wire.
    Bundle,
    /// Start, editing, search, board, memory.
    Client,
    /// From one screen to the other, beside other servers, and what the server does on each
    /// database.
    Sync,
    /// What a decision about a right costs.
    Rights,
    /// Whether the server grows while people work, for two hours or so many minutes (`-- 10`).
    Soak,
    /// The simulated company, for hours (`--hours N`).
    Simulate,
    /// Damaged inputs for every decoder, for hours (`--hours N`).
    Fuzz,
    /// A server that is killed under load, for hours (`--hours N`).
    Kills,
    /// A server whose disk fails at every call in turn, for hours (`--hours N`).
    Disk,
}

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    figure: &'static str,
    value: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<u64>,
    unit: &'static str,
}

/// The page's module, its glue and the style sheet.
const PAGE: [&str; 4] = [
    "pkg/page_bg.wasm",
    "pkg/page.js",
    "pkg/page_split.js",
    "app.css",
];
/// What the data core needs.
const WORKER: [&str; 3] = ["pkg/data_bg.wasm", "pkg/data.js", "pkg/data_split.js"];
/// The sentences that a page needs besides its code.
const WORDS: [&str; 1] = ["words/zh-CN.ftl"];
/// What the data core needs besides as soon as a note is opened.
const NOTES: [&str; 1] = ["pkg/split_notes.wasm"];
/// The parts of the page that belong to one screen or a few.
const SCREEN_PREFIXES: [&str; 2] = ["pkg/split_", "pkg/chunk_"];

/// Measures.
pub fn bench(
    workspace: &Workspace,
    installing: Installing,
    what: Bench,
    args: &[String],
) -> Result<()> {
    let site = || site::build(workspace, installing, true);
    match what {
        Bench::Bundle => bundle(&site()?),
        Bench::Client => script(workspace, installing, &site()?, "client", args),
        Bench::Sync => {
            script(workspace, installing, &site()?, "sync", args)?;
            let is_whole = !args.iter().any(|it| it.starts_with("--only"));
            if is_whole {
                load(workspace, &[])
            } else {
                Ok(())
            }
        }
        Bench::Rights => example(workspace, "huike-shared", "rights", args),
        Bench::Soak => {
            let parts = ["soak".to_owned()].into_iter().chain(args.iter().cloned());
            load(workspace, &parts.collect::<Vec<_>>())
        }
        Bench::Simulate => long_run::run(workspace, &SIMULATE, args),
        Bench::Fuzz => long_run::run(workspace, &FUZZ, args),
        Bench::Kills => long_run::run(workspace, &KILLS, args),
        Bench::Disk => long_run::run(workspace, &DISK, args),
    }
}

fn bundle(site: &Path) -> Result<()> {
    let figures = [
        ("page_brotli_bytes", weigh(site, &PAGE)?, Some(300_000)),
        ("screens_brotli_bytes", weigh_screens(site)?, None),
        ("worker_brotli_bytes", weigh(site, &WORKER)?, Some(380_000)),
        (
            "words_of_one_language_brotli_bytes",
            weigh(site, &WORDS)?,
            None,
        ),
        ("worker_notes_brotli_bytes", weigh(site, &NOTES)?, None),
    ];
    for (figure, value, goal) in figures {
        let line = Figure {
            bench: "bundle",
            figure,
            value,
            goal,
            unit: "bytes",
        };
        println!("{}", serde_json::to_string(&line)?);
    }
    Ok(())
}

fn weigh_screens(site: &Path) -> Result<u64> {
    let files = site::files_below(site)?;
    let is_screen = |file: &&str| {
        let is_part = SCREEN_PREFIXES.iter().any(|it| file.starts_with(it));
        is_part && file.ends_with(".wasm") && !NOTES.contains(file)
    };
    let screens: Vec<&str> = files.iter().map(String::as_str).filter(is_screen).collect();
    weigh(site, &screens)
}

fn weigh(site: &Path, files: &[&str]) -> Result<u64> {
    let mut sum = 0;
    for file in files {
        let path = compressed(&site.join(file));
        let meta = fs::metadata(&path).with_context(|| format!("{} is missing", path.display()))?;
        sum += meta.len();
    }
    Ok(sum)
}

/// The server and its clients without a browser.
fn load(workspace: &Workspace, parts: &[String]) -> Result<()> {
    example(workspace, "huike-server", "load", parts)
}

fn example(workspace: &Workspace, package: &str, name: &str, args: &[String]) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--release", "-p", package, "--example", name, "--"]);
    cargo.args(args);
    run(&mut cargo)
}

fn script(
    workspace: &Workspace,
    installing: Installing,
    site: &Path,
    name: &str,
    args: &[String],
) -> Result<()> {
    tools::end2end_packages(workspace)?;
    let browser = tools::browser(workspace, installing)?;
    let server = serve::build(workspace, true)?;
    let mut node = workspace.command("node");
    node.current_dir(workspace.path("end2end"))
        .arg(format!("bench/{name}.mjs"))
        .args(args)
        .env("HUIKE_SITE", site)
        .env("HUIKE_BIN", server)
        .env("HUIKE_CHROMIUM", browser.chromium);
    run(&mut node)
}
