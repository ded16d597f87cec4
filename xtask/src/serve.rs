//! Runs the server on the freshly built site.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::progress::step;
use crate::site;
use crate::toolchain::Installing;
use crate::workspace::{Workspace, run, show};

/// Builds all and serves until interrupted. The server prints its address itself.
pub fn serve(
    workspace: &Workspace,
    installing: Installing,
    release: bool,
    args: &[String],
) -> Result<()> {
    let site = site::build(workspace, installing, release)?;
    let server = build(workspace, release)?;
    let mut command = serving(workspace, &server, &site, args);
    hand_over(&mut command)
}

/// Fills a database and ends.
pub fn seed(workspace: &Workspace, release: bool, args: &[String]) -> Result<()> {
    let server = build(workspace, release)?;
    run(workspace.command(server).arg("seed").args(args))
}

/// Builds the server and gives its path.
pub fn build(workspace: &Workspace, release: bool) -> Result<PathBuf> {
    step("Compiling the server", || {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "-p", "huike-server"]);
        if release {
            cargo.arg("--release");
        }
        run(&mut cargo)
    })?;
    Ok(workspace.server(release))
}

/// The command that serves a site.
pub fn serving(
    workspace: &Workspace,
    server: &PathBuf,
    site: &PathBuf,
    args: &[String],
) -> Command {
    let mut command = workspace.command(server);
    command.arg("serve").args(args).env("HUIKE_SITE", site);
    command
}

/// Becomes the server, so that signals reach it directly and its exit code is ours.
#[cfg(unix)]
fn hand_over(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    bail!("cannot start {}: {error}", show(command))
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if !status.success() {
        bail!("{}: {status}", show(command));
    }
    Ok(())
}
