//! Where things are, and how child programs are called.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The checkout and the folders that belong to it.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The workspace that this program was called in.
    ///
    /// Asked when it runs, not when it is compiled: checkouts that share a target folder share
    /// this program as well.
    pub fn find() -> Workspace {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest
            .parent()
            .expect("xtask stands in the workspace's root")
            .to_owned();
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        Workspace { root, target }
    }

    /// A path below the root.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// Cargo's target folder.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The folder of the browser's files.
    ///
    /// The shipped form has its own, so that measuring does not disturb a running `serve`.
    pub fn site(&self, release: bool) -> PathBuf {
        self.target
            .join(if release { "site-release" } else { "site" })
    }

    /// The server binary.
    pub fn server(&self, release: bool) -> PathBuf {
        self.target
            .join(if release { "release" } else { "debug" })
            .join(executable("huike"))
    }

    /// What is kept between checkouts: toolchain, tools.
    pub fn cache() -> Result<PathBuf> {
        if let Some(folder) = env::var_os("HUIKE_CACHE") {
            return Ok(folder.into());
        }
        let base = env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| {
                env::var_os("HOME")
                    .or_else(|| env::var_os("USERPROFILE"))
                    .map(|home| PathBuf::from(home).join(".cache"))
            });
        Ok(base
            .context("neither HUIKE_CACHE nor HOME is set")?
            .join("huike"))
    }

    /// A child program that runs in the root, free of what `cargo run` put into our environment.
    ///
    /// Inherited variables such as CARGO_MANIFEST_DIR make build scripts run again, and
    /// RUSTUP_TOOLCHAIN would overrule `+toolchain`.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || name.starts_with("CARGO_BIN_")
                || matches!(&*name, "CARGO" | "LD_LIBRARY_PATH" | "RUSTUP_TOOLCHAIN")
            {
                command.env_remove(&*name);
            }
        }
        command
    }

    /// `cargo` of the default toolchain.
    pub fn cargo(&self) -> Command {
        self.command("cargo")
    }
}

/// Runs a program to its end and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start: {shown}"))?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}

/// What a program printed, or nothing if it cannot run or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A command as a person would type it.
pub fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Looks a program up on the PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(executable(program)))
        .find(|it| it.is_file())
}

fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}
