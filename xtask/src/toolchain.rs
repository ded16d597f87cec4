//! A compiler for the browser: the default one if it has `std` for WebAssembly, else one that is
//! fetched by rustup, else one built from Debian's packages (`toolchain/debian.rs`).
//!
//! Nothing is installed unannounced, and nothing at all with `--no-install`.

#[cfg(unix)]
pub mod debian;

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::progress::note;
use crate::workspace::{Workspace, output};

/// The target triple of the browser modules.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows the toolchain of `debian.rs`.
const LINKED: &str = "huike-wasm";
/// A network that works delivers 20 MB in this time; one that is closed often just says nothing.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(90);

/// Whether missing tools may be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installing {
    /// Yes, after saying so.
    Allowed,
    /// No: fail and say what is missing.
    Forbidden,
}

/// The compiler that builds the browser modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The default toolchain has the target.
    Default,
    /// `cargo +huike-wasm`.
    Linked,
}

impl Toolchain {
    /// Finds the compiler, or gets it.
    pub fn get(workspace: &Workspace, installing: Installing) -> Result<Toolchain> {
        if default_has_target(workspace) {
            return Ok(Toolchain::Default);
        }
        if linked_works(workspace) {
            return Ok(Toolchain::Linked);
        }
        if installing == Installing::Forbidden {
            bail!(
                "this Rust has no standard library for {TARGET}, and nothing may be installed; \
                 run `rustup target add {TARGET}`"
            );
        }
        note(&format!(
            "about to install: the Rust target {TARGET} (rustup, 20 MB)"
        ));
        if add_target(workspace) && default_has_target(workspace) {
            return Ok(Toolchain::Default);
        }
        note("rustup could not deliver it; trying Debian's packages");
        #[cfg(unix)]
        debian::install(workspace)?;
        if !linked_works(workspace) {
            bail!("the toolchain {LINKED} was built, but it cannot compile for {TARGET}");
        }
        Ok(Toolchain::Linked)
    }

    /// `cargo` of this toolchain.
    pub fn cargo(self, workspace: &Workspace) -> Command {
        let mut command = workspace.cargo();
        if self == Toolchain::Linked {
            command.arg(format!("+{LINKED}"));
        }
        command
    }
}

fn default_has_target(workspace: &Workspace) -> bool {
    let mut rustc = workspace.command("rustc");
    let Some(sysroot) = output(rustc.args(["--print", "sysroot"])) else {
        return false;
    };
    let folder = std::path::Path::new(&sysroot)
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Compiles an empty test: a sysroot whose compiler was upgraded under it exists but does not work.
fn linked_works(workspace: &Workspace) -> bool {
    let mut rustc = workspace.command("rustc");
    rustc
        .arg(format!("+{LINKED}"))
        .args([
            "--target",
            TARGET,
            "--crate-type=lib",
            "--crate-name=probe",
            "--emit=metadata",
        ])
        .args(["-o", "-", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    rustc.status().is_ok_and(|status| status.success())
}

fn add_target(workspace: &Workspace) -> bool {
    let mut rustup = workspace.command("rustup");
    rustup.args(["target", "add", TARGET]);
    let Ok(mut child) = rustup.spawn() else {
        note("there is no rustup");
        return false;
    };
    let start = Instant::now();
    while start.elapsed() < RUSTUP_PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::sleep(Duration::from_millis(100)),
            Err(_) => return false,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    note("rustup took too long");
    false
}
