//! Figures, one JSON line each on standard output.
//!
//! `bundle` weighs the shipped files. `client` and `sync` run scripts of `end2end/bench` in a
//! Chromium against a released server; they print their lines themselves.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Serialize;

use crate::compress::compressed;
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
    /// From one screen to the other.
    Sync,
}

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    figure: &'static str,
    value: u64,
    goal: u64,
    unit: &'static str,
}

/// What the first screen needs: the page's module, its glue and the style sheet.
const PAGE: [&str; 3] = ["pkg/page_bg.wasm", "pkg/page.js", "app.css"];
/// What the data core needs.
const WORKER: [&str; 2] = ["pkg/data_bg.wasm", "pkg/data.js"];

/// Measures.
pub fn bench(
    workspace: &Workspace,
    installing: Installing,
    what: Bench,
    args: &[String],
) -> Result<()> {
    let site = site::build(workspace, installing, true)?;
    match what {
        Bench::Bundle => bundle(&site),
        Bench::Client => script(workspace, installing, &site, "client", args),
        Bench::Sync => script(workspace, installing, &site, "sync", args),
    }
}

fn bundle(site: &Path) -> Result<()> {
    let figures = [
        ("page_brotli_bytes", weigh(site, &PAGE)?, 300_000),
        ("worker_brotli_bytes", weigh(site, &WORKER)?, 380_000),
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

fn weigh(site: &Path, files: &[&str]) -> Result<u64> {
    let mut sum = 0;
    for file in files {
        let path = compressed(&site.join(file));
        let meta = fs::metadata(&path).with_context(|| format!("{} is missing", path.display()))?;
        sum += meta.len();
    }
    Ok(sum)
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
