//! The build tool: `cargo xtask <command>` gets the toolchain, builds, serves, tests and measures.
//!
//! It needs Rust and, for tests, node and a Chromium; everything else it fetches or builds itself,
//! and says so before it does. It knows nothing of the domain.

mod bench;
mod compress;
mod digest;
mod glue;
mod long_run;
mod mutations;
mod progress;
mod serve;
mod site;
mod split;
mod styles;
mod tally;
mod test;
mod toolchain;
mod tools;
mod watch;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::bench::Bench;
use crate::test::Level;
use crate::toolchain::Installing;
use crate::workspace::Workspace;

/// Build, serve, test and measure Huike.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// Install nothing: fail where a toolchain or tool is missing.
    #[arg(long, global = true, env = "HUIKE_NO_INSTALL")]
    no_install: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and run the server; further arguments go to `huike serve`.
    Serve(ServerArgs),
    /// Like serve, and builds anew whenever a source file changes.
    Watch(ServerArgs),
    /// Fill a database: further arguments go to `huike seed`.
    Seed(ServerArgs),
    /// Build the browser's files into target/site (target/site-release with --release).
    Build {
        /// Build as shipped: optimised and compressed hard.
        #[arg(long)]
        release: bool,
    },
    /// Run all tests and end with `N passed, N failed`.
    Test {
        /// Only these levels, separated by commas.
        #[arg(long, value_enum, value_delimiter = ',')]
        only: Vec<Level>,
        /// Instead: put deliberate bugs into a copy, and fail where no test of sync notices.
        #[arg(long, conflicts_with = "only")]
        mutations: bool,
    },
    /// Run the end-to-end tests; further arguments go to Playwright.
    E2e {
        /// Arguments for Playwright, such as a file or `--headed`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Measure, one JSON line per figure.
    Bench {
        /// What to measure.
        #[arg(value_enum)]
        what: Bench,
        /// Arguments for the measuring script.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

#[derive(Args)]
struct ServerArgs {
    /// Build site and server as shipped.
    #[arg(long)]
    release: bool,
    /// Arguments for the server.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let workspace = Workspace::find();
    let installing = if cli.no_install {
        Installing::Forbidden
    } else {
        Installing::Allowed
    };
    match cli.command {
        Command::Serve(server) => {
            serve::serve(&workspace, installing, server.release, &server.args)
        }
        Command::Watch(server) => {
            watch::watch(&workspace, installing, server.release, &server.args)
        }
        Command::Seed(server) => serve::seed(&workspace, server.release, &server.args),
        Command::Build { release } => site::build(&workspace, installing, release).map(drop),
        Command::Test {
            mutations: true, ..
        } => test::tell(mutations::mutations(&workspace)?),
        Command::Test { only, .. } => test::test(&workspace, installing, &only),
        Command::E2e { args } => test::e2e(&workspace, installing, &args),
        Command::Bench { what, args } => bench::bench(&workspace, installing, what, &args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn server_args(line: &str) -> (bool, Vec<String>) {
        match Cli::parse_from(line.split(' ')).command {
            Command::Serve(server) => (server.release, server.args),
            _ => panic!("not serve: {line}"),
        }
    }

    #[test]
    fn what_xtask_does_not_know_goes_to_the_server() {
        assert_eq!(server_args("xtask serve"), (false, vec![]));
        assert_eq!(
            server_args("xtask serve --demo --port 0"),
            (false, ["--demo", "--port", "0"].map(str::to_owned).to_vec())
        );
        assert_eq!(
            server_args("xtask serve --release --demo --release"),
            (true, ["--demo", "--release"].map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn levels_are_chosen_by_name() {
        let Command::Test { only, .. } =
            Cli::parse_from(["xtask", "test", "--only", "unit,e2e"]).command
        else {
            panic!("not test");
        };
        assert_eq!(only, [Level::Unit, Level::E2e]);
    }
}
