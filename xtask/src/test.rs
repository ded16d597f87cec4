//! All tests, level by level, and one closing line over all of them.
//!
//! A level that fails does not stop the next: one run shows all that is broken.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::progress::{note, seconds, step};
use crate::serve;
use crate::site;
use crate::tally::Tally;
use crate::toolchain::{Installing, TARGET, Toolchain};
use crate::tools;
use crate::workspace::{Workspace, show, which};

/// One group of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// rustfmt agrees.
    Format,
    /// Clippy has nothing to say.
    Clippy,
    /// Unit, convergence, contract and server tests.
    Unit,
    /// The data core in a headless browser.
    Wasm,
    /// The site builds as shipped.
    Site,
    /// The story, in a real browser against a real server.
    E2e,
}

const SERVER: &str = "huike-server";

/// Cargo calls of clippy; the two browser crates are looked at as host code, because a linked
/// toolchain has no clippy.
const CLIPPY: [&[&str]; 3] = [
    &[
        "-p",
        "huike-derive",
        "-p",
        "huike-shared",
        "-p",
        "huike-messages",
        "-p",
        "xtask",
    ],
    &["-p", SERVER, "-p", "huike-failing-disk"],
    &["-p", "huike-app", "-p", "huike-worker"],
];

/// Cargo calls of the host tests. The server stands alone: beside the page it would get the
/// browser's features of Leptos.
const UNIT: [&[&str]; 3] = [
    &[
        "-p",
        "huike-derive",
        "-p",
        "huike-shared",
        "-p",
        "huike-messages",
        "-p",
        "xtask",
    ],
    &["-p", SERVER],
    &["-p", "huike-app", "-p", "huike-worker"],
];

/// Runs the chosen levels, or all.
pub fn test(workspace: &Workspace, installing: Installing, only: &[Level]) -> Result<()> {
    let mut tally = Tally::default();
    let mut times = Vec::new();
    for level in Level::value_variants() {
        if !only.is_empty() && !only.contains(level) {
            continue;
        }
        let start = Instant::now();
        let counted = run_level(workspace, installing, *level, &[]);
        times.push((*level, start.elapsed(), counted));
        tally += counted;
    }
    tell_times(&times);
    tell(tally)
}

/// The closing line.
pub fn tell(tally: Tally) -> Result<()> {
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 {
        std::process::exit(1);
    }
    Ok(())
}

/// Runs the end-to-end tests alone.
pub fn e2e(workspace: &Workspace, installing: Installing, args: &[String]) -> Result<()> {
    tell(run_level(workspace, installing, Level::E2e, args))
}

fn run_level(
    workspace: &Workspace,
    installing: Installing,
    level: Level,
    args: &[String],
) -> Tally {
    let done = match level {
        Level::Format => format(workspace),
        Level::Clippy => clippy(workspace),
        Level::Unit => unit(workspace),
        Level::Wasm => wasm(workspace, installing),
        Level::Site => site::build(workspace, installing, true).map(|_| one_passed()),
        Level::E2e => end_to_end(workspace, installing, args),
    };
    done.unwrap_or_else(|error| {
        note(&format!("{error:#}"));
        Tally {
            passed: 0,
            failed: 1,
        }
    })
}

fn format(workspace: &Workspace) -> Result<Tally> {
    let mut cargo = workspace.cargo();
    check(cargo.args(["fmt", "--all", "--check"]))
}

fn clippy(workspace: &Workspace) -> Result<Tally> {
    let mut tally = Tally::default();
    for packages in CLIPPY {
        let mut cargo = workspace.cargo();
        cargo
            .args(["clippy", "--quiet", "--all-targets"])
            .args(packages);
        tally += check(cargo.args(["--", "-D", "warnings"]))?;
    }
    Ok(tally)
}

fn unit(workspace: &Workspace) -> Result<Tally> {
    let mut tally = Tally::default();
    for packages in UNIT {
        let mut cargo = workspace.cargo();
        // The server's tests share one Postgres, and nextest would start one for each of them.
        let is_server = packages.contains(&SERVER);
        if which("cargo-nextest").is_some() && !is_server {
            cargo.args(["nextest", "run", "--no-fail-fast", "--no-tests=pass"]);
            // Only what fails or is slow: thousands of lines would hide it.
            cargo.args([
                "--status-level=slow",
                "--final-status-level=fail",
                "--show-progress=none",
            ]);
        } else {
            cargo.args(["test", "--no-fail-fast"]);
        }
        tally += tests(cargo.args(packages))?;
    }
    Ok(tally)
}

fn wasm(workspace: &Workspace, installing: Installing) -> Result<Tally> {
    let toolchain = Toolchain::get(workspace, installing)?;
    let runner = tools::test_runner(workspace, installing)?;
    let browser = tools::browser(workspace, installing)?;
    let mut cargo = toolchain.cargo(workspace);
    cargo
        .args([
            "test",
            "--profile",
            "wasm-dev",
            "--target",
            TARGET,
            "-p",
            "huike-worker",
        ])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CHROMEDRIVER", browser.driver)
        // Where the data core runs in truth, not in node.
        .env("WASM_BINDGEN_USE_DEDICATED_WORKER", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    tests(&mut cargo)
}

fn end_to_end(workspace: &Workspace, installing: Installing, args: &[String]) -> Result<Tally> {
    tools::end2end_packages(workspace)?;
    let browser = tools::browser(workspace, installing)?;
    let site = site::build(workspace, installing, true)?;
    let server = serve::build(workspace, false)?;
    let mut playwright = workspace.command("npx");
    playwright
        .current_dir(workspace.path("end2end"))
        .args(["--no-install", "playwright", "test"])
        .args(args)
        .env("HUIKE_SITE", site)
        .env("HUIKE_BIN", server)
        .env("HUIKE_CHROMIUM", browser.chromium);
    tests(&mut playwright)
}

/// A program that is a test by itself.
fn check(command: &mut Command) -> Result<Tally> {
    let (is_success, _) = watched(command)?;
    Ok(if is_success {
        one_passed()
    } else {
        Tally {
            passed: 0,
            failed: 1,
        }
    })
}

/// A test runner, whose closing lines are added up.
fn tests(command: &mut Command) -> Result<Tally> {
    let (is_success, mut tally) = watched(command)?;
    if !is_success && tally.failed == 0 {
        // It did not compile, or the runner itself broke.
        tally.failed = 1;
    }
    Ok(tally)
}

fn one_passed() -> Tally {
    Tally {
        passed: 1,
        failed: 0,
    }
}

/// Runs a program, shows what it prints, and reads the closing lines in it.
fn watched(command: &mut Command) -> Result<(bool, Tally)> {
    let shown = show(command);
    step(&shown, || {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start: {shown}"))?;
        let outputs: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("it is piped")),
            Box::new(child.stderr.take().expect("it is piped")),
        ];
        let readers = outputs.map(|output| thread::spawn(move || pass_on(output)));
        let mut tally = Tally::default();
        for reader in readers {
            let Ok(counted) = reader.join() else {
                bail!("reading the output of {shown} failed")
            };
            tally += counted;
        }
        Ok((child.wait()?.success(), tally))
    })
}

fn pass_on(output: impl Read) -> Tally {
    let mut tally = Tally::default();
    let mut lines = BufReader::new(output);
    let mut line = Vec::new();
    while lines
        .read_until(b'\n', &mut line)
        .is_ok_and(|length| length > 0)
    {
        let _ = std::io::stderr().write_all(&line);
        if let Some(counted) = Tally::of_line(&String::from_utf8_lossy(&line)) {
            tally += counted;
        }
        line.clear();
    }
    tally
}

fn tell_times(times: &[(Level, Duration, Tally)]) {
    for (level, took, tally) in times {
        note(&format!(
            "{:8} {:>14}   {} passed, {} failed",
            format!("{level:?}").to_lowercase(),
            seconds(*took),
            tally.passed,
            tally.failed
        ));
    }
}
