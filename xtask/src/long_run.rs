//! Long runs of randomised tests: the simulated company (`shared/tests/convergence.rs`), damaged inputs
//! (`shared/tests/decoders.rs`), and a server that is killed or whose disk fails (`server/tests/faults`). New seeds
//! for so many hours, and a ledger of what was run, so that runs add up.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Parser;
use serde::{Deserialize, Serialize};

use crate::progress::note;
use crate::workspace::Workspace;

/// Seeds below belong to the tests.
const FIRST: u64 = 1_000_000;

/// A randomised test that can run for hours.
pub struct LongRun {
    /// Its name, and that of its folder.
    bench: &'static str,
    figure: &'static str,
    unit: &'static str,
    /// What the project wants to see in all runs together.
    goal: u64,
    /// The package, the test file and the test.
    test: [&'static str; 3],
    /// Says how many seeds to try.
    count: &'static str,
    /// Seeds of one batch, a line in the ledger.
    batch: u64,
}

/// Replicas, a server and a network that fail.
pub const SIMULATE: LongRun = LongRun {
    bench: "simulate",
    figure: "simulated_steps_without_loss_or_divergence",
    unit: "steps",
    goal: 10_000_000,
    test: ["huike-shared", "convergence", "replicas_converge"],
    count: "HUIKE_SEEDS",
    batch: 2_000,
};

/// Damaged inputs for every decoder.
pub const FUZZ: LongRun = LongRun {
    bench: "fuzz",
    figure: "damaged_inputs_without_an_escaped_panic",
    unit: "inputs",
    goal: 100_000_000,
    test: ["huike-shared", "decoders", "no_damaged_input"],
    count: "HUIKE_INPUTS",
    batch: 100_000,
};

/// A server under load that is killed at random moments.
pub const KILLS: LongRun = LongRun {
    bench: "kills",
    figure: "kills_without_loss",
    unit: "kills",
    goal: 5_000,
    test: [
        "huike-server",
        "faults",
        "a_server_killed_hundreds_of_times",
    ],
    count: "HUIKE_KILLS",
    batch: 300,
};

/// A server whose disk fails at one call, and from one call on.
pub const DISK: LongRun = LongRun {
    bench: "disk",
    figure: "failed_disk_calls_without_loss",
    unit: "runs",
    goal: 6_000,
    test: ["huike-server", "faults", "whichever_call"],
    count: "HUIKE_CALLS",
    batch: 250,
};

/// How long to run.
#[derive(Parser)]
#[command(no_binary_name = true)]
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
pub fn run(workspace: &Workspace, long: &LongRun, args: &[String]) -> Result<()> {
    let options = Options::try_parse_from(args)?;
    let ledger = workspace.target().join(long.bench).join("ledger.jsonl");
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
        let batch = run_batch(workspace, long, next.unwrap_or(FIRST), &commit)?;
        let mut file = OpenOptions::new().create(true).append(true).open(&ledger)?;
        writeln!(file, "{}", serde_json::to_string(&batch)?)?;
        note(&format!(
            "seeds from {}: {} {}, {} failed",
            batch.first_seed,
            batch.steps,
            long.unit,
            batch.failed.len()
        ));
        steps_of_this_run += batch.steps;
        batches.push(batch);
    }
    let failed: Vec<u64> = batches.iter().flat_map(|it| it.failed.clone()).collect();
    let value = batches.iter().map(|it| it.steps).sum();
    let line = Figure {
        bench: long.bench,
        figure: long.figure,
        value,
        goal: long.goal,
        unit: long.unit,
        met: value >= long.goal && failed.is_empty(),
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

fn run_batch(
    workspace: &Workspace,
    long: &LongRun,
    first_seed: u64,
    commit: &str,
) -> Result<Batch> {
    let [package, file, test] = long.test;
    let started = Instant::now();
    let output = workspace
        .cargo()
        .args(["test", "--quiet", "-p", package, "--test", file])
        .args(["--", "--nocapture", test])
        .env("HUIKE_FIRST_SEED", first_seed.to_string())
        .env(long.count, long.batch.to_string())
        .env("HUIKE_CALL_STEP", "1")
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
        bail!("the test did not say how far it came: {text}");
    };
    Ok(Batch {
        first_seed,
        seeds: long.batch,
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
