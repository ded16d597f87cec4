//! Builds anew and restarts the server whenever a source file changes.
//!
//! It looks at modification times twice a second: a few hundred files cost a millisecond, and no
//! system's notification limits stand in the way.

use std::fs;
use std::process::Child;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use crate::progress::note;
use crate::serve;
use crate::site::{self, files_below};
use crate::toolchain::Installing;
use crate::workspace::Workspace;

const LOOK_EVERY: Duration = Duration::from_millis(500);
const SOURCES: [&str; 5] = ["app", "public", "server", "shared", "style"];

/// Serves and rebuilds until interrupted.
pub fn watch(
    workspace: &Workspace,
    installing: Installing,
    release: bool,
    args: &[String],
) -> Result<()> {
    loop {
        let seen = last_change(workspace)?;
        let mut running = match start(workspace, installing, release, args) {
            Ok(child) => Some(child),
            Err(error) => {
                note(&format!("{error:#}"));
                None
            }
        };
        while last_change(workspace)? == seen {
            thread::sleep(LOOK_EVERY);
        }
        if let Some(child) = &mut running {
            child.kill()?;
            child.wait()?;
        }
    }
}

fn start(
    workspace: &Workspace,
    installing: Installing,
    release: bool,
    args: &[String],
) -> Result<Child> {
    let site = site::build(workspace, installing, release)?;
    let server = serve::build(workspace, release)?;
    Ok(serve::serving(workspace, &server, &site, args).spawn()?)
}

/// The newest modification time and the number of files: a deleted file counts as a change.
fn last_change(workspace: &Workspace) -> Result<(Option<SystemTime>, usize)> {
    let mut newest = None;
    let mut count = 0;
    for folder in SOURCES.map(|name| workspace.path(name)) {
        for file in files_below(&folder)? {
            let modified = fs::metadata(folder.join(file))
                .and_then(|it| it.modified())
                .ok();
            newest = newest.max(modified);
            count += 1;
        }
    }
    Ok((newest, count))
}
