//! Long runs of the simulated company (`shared/tests/convergence.rs`): new seeds for so many hours, and a ledger
//! of what was run, so that runs add up.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde::{Deserialize, Serialize};

use crate::progress::note;
use crate::workspace::Workspace;

/// Seeds of one batch, a line in the ledger.
const BATCH: u64 = 2_000;
/// Seeds below belong to the tests.
const FIRST: u64 = 1_000_000;
/// Simulated steps in all that the project wants to see.
const STEPS_GOAL: u64 = 10_000_000;

/// How long to run.
#[derive(Parser)]
#[command(name = "simulate", no_binary_name = true)]
struct Options {
    /// Hours; parts of one are fine.
    #[arg(long, default_value_t = 1.0)]
    hours: f64,
}

/// A line of the ledger.
#[derive(Serialize, Deserialize)]
struct Batch {
    first_seed: u64,
    seeds: u64,
    steps: u64,
    failed: Vec<u64>,
    commit: String,
    seconds: f64,
}

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    figure: &'static str,
    value: u64,
    goal: u64,
    unit: &'static str,
    met: bool,
    seeds: u64,
    failed_seeds: usize,
    steps_of_this_run: u64,
}

/// Runs seeds that no earlier run of this ledger had, until the time is over.
pub fn simulate(workspace: &Workspace, args: &[String]) -> Result<()> {
    let options = Options::try_parse_from(args)?;
    let ledger = workspace.target().join("simulate/ledger.jsonl");
    fs::create_dir_all(ledger.parent().context("a file lies in a folder")?)?;
    let known = fs::read_to_string(&ledger).unwrap_or_default();
    let mut batches = known
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<Batch>, _>>()
        .with_context(|| ledger.display().to_string())?;
    let commit = commit(workspace);
    let end = Instant::now() + Duration::from_secs_f64(options.hours * 3_600.0);
    let mut steps_of_this_run = 0;
    while Instant::now() < end {
        let next = batches.iter().map(|it| it.first_seed + it.seeds).max();
        let batch = run(workspace, next.unwrap_or(FIRST), &commit)?;
        let mut file = OpenOptions::new().create(true).append(true).open(&ledger)?;
        writeln!(file, "{}", serde_json::to_string(&batch)?)?;
        note(&format!(
            "seeds from {}: {} steps, {} failed",
            batch.first_seed,
            batch.steps,
            batch.failed.len()
        ));
        steps_of_this_run += batch.steps;
        batches.push(batch);
    }
    let failed: Vec<u64> = batches.iter().flat_map(|it| it.failed.clone()).collect();
    let value = batches.iter().map(|it| it.steps).sum();
    let line = Figure {
        bench: "simulate",
        figure: "simulated_steps_without_loss_or_divergence",
        value,
        goal: STEPS_GOAL,
        unit: "steps",
        met: value >= STEPS_GOAL && failed.is_empty(),
        seeds: batches.iter().map(|it| it.seeds).sum(),
        failed_seeds: failed.len(),
        steps_of_this_run,
    };
    println!("{}", serde_json::to_string(&line)?);
    if !failed.is_empty() {
        bail!(
            "seeds that failed, also of earlier runs: {failed:?} ({})",
            ledger.display()
        );
    }
    Ok(())
}

fn run(workspace: &Workspace, first_seed: u64, commit: &str) -> Result<Batch> {
    let started = Instant::now();
    let output = workspace
        .cargo()
        .args([
            "test",
            "--quiet",
            "-p",
            "huike-shared",
            "--test",
            "convergence",
        ])
        .args(["--", "--nocapture", "replicas_converge"])
        .env("HUIKE_FIRST_SEED", first_seed.to_string())
        .env("HUIKE_SEEDS", BATCH.to_string())
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers = |word: &str| -> Vec<u64> {
        let lines = text.lines().filter_map(|it| it.strip_prefix(word));
        lines.filter_map(|it| it.trim().parse().ok()).collect()
    };
    let Some(steps) = numbers("steps ").first().copied() else {
        bail!("the simulation did not say how far it came: {text}");
    };
    Ok(Batch {
        first_seed,
        seeds: BATCH,
        steps,
        failed: numbers("failed seed "),
        commit: commit.to_owned(),
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn commit(workspace: &Workspace) -> String {
    let mut git = workspace.command("git");
    let output = git.args(["rev-parse", "--short", "HEAD"]).output();
    let text = output.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned());
    text.unwrap_or_default()
}
