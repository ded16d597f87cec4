//! A WebAssembly toolchain from Debian's packages, for machines that reach only registries.
//!
//! Debian ships a compiler (`rustc-web`) with the sources of `std` (`rust-web-src`). `std` is built
//! once for the browser, laid beside that compiler in a sysroot folder below the cache, and the
//! folder is linked as a rustup toolchain. The rustup installation itself is not changed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{LINKED, TARGET};
use crate::progress::{note, step};
use crate::workspace::{Workspace, output, run, which};

const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const COMPILER: &str = "/usr/bin/rustc";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";

/// An empty crate, built only for the `std` that is built with it.
const CARRIER: &str = r#"[package]
name = "std-carrier"
version = "0.0.0"
edition = "2021"

[lib]
path = "lib.rs"

[profile.release]
opt-level = "s"
panic = "abort"

[workspace]
"#;

/// Installs the packages if they are missing, builds `std`, links the toolchain.
pub fn install(workspace: &Workspace) -> Result<()> {
    if output(workspace.command("rustup").arg("--version")).is_none() {
        bail!("rustup is needed to add a toolchain beside the default one, see https://rustup.rs");
    }
    get_packages(workspace)?;
    let cache = Workspace::cache()?;
    let carrier = cache.join("std-build");
    step(
        &format!("Building std for {TARGET} (about two minutes, once)"),
        || build_std(workspace, &carrier),
    )?;
    let sysroot = cache.join("wasm-sysroot");
    lay_out(workspace, &carrier, &sysroot)?;
    run(workspace
        .command("rustup")
        .args(["toolchain", "link", LINKED])
        .arg(&sysroot))
}

fn get_packages(workspace: &Workspace) -> Result<()> {
    if Path::new(COMPILER).exists() && Path::new(SOURCES).exists() {
        return Ok(());
    }
    apt_install(workspace, &PACKAGES)?;
    if !Path::new(COMPILER).exists() || !Path::new(SOURCES).exists() {
        bail!(
            "the packages {} did not bring {COMPILER} and {SOURCES}",
            PACKAGES.join(", ")
        );
    }
    Ok(())
}

/// Installs Debian packages, after saying which.
pub fn apt_install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    note(&format!("about to install with apt: {names}"));
    if which("apt-get").is_none() {
        bail!("there is no apt-get here to install {names}");
    }
    let is_root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    let may_sudo = || output(Command::new("sudo").args(["-n", "true"])).is_some();
    let apt = || -> Result<Command> {
        if is_root {
            return Ok(workspace.command("apt-get"));
        }
        if !may_sudo() {
            bail!("no right to install: run `sudo apt-get install {names}` and try again");
        }
        let mut command = workspace.command("sudo");
        command.args(["-n", "apt-get"]);
        Ok(command)
    };
    step("Updating the package lists", || {
        run(apt()?.args(["update", "-q"]).stdout(Stdio::null()))
    })?;
    step(&format!("Installing {names}"), || {
        let mut install = apt()?;
        install.env("DEBIAN_FRONTEND", "noninteractive");
        install
            .args(["install", "-y", "-q", "--no-install-recommends"])
            .args(packages);
        run(install.stdout(Stdio::null()))
    })
}

fn build_std(workspace: &Workspace, carrier: &Path) -> Result<()> {
    fs::create_dir_all(carrier)?;
    fs::write(carrier.join("Cargo.toml"), CARRIER)?;
    fs::write(carrier.join("lib.rs"), "#![no_std]\n")?;
    // What an older compiler left would end up in the sysroot beside the new files.
    let _ = fs::remove_dir_all(carrier.join("target").join(TARGET));
    let mut cargo = workspace.cargo();
    cargo
        .current_dir(carrier)
        .args([
            "build",
            "--release",
            "--quiet",
            "-Zbuild-std=std,panic_abort,proc_macro,test",
        ])
        .args(["--target", TARGET])
        .env("CARGO_TARGET_DIR", carrier.join("target"))
        .env("RUSTC", COMPILER)
        // Debian's compiler is a stable one, and building std is not a stable option.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode the modules could not be optimised as one.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    run(&mut cargo)
}

fn lay_out(workspace: &Workspace, carrier: &Path, sysroot: &Path) -> Result<()> {
    let host = host(workspace)?;
    let rustup = PathBuf::from(
        output(workspace.command("rustc").args(["--print", "sysroot"]))
            .context("cannot ask rustc for its sysroot")?,
    );
    if sysroot.exists() {
        fs::remove_dir_all(sysroot)?;
    }
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let own = sysroot.join("lib/rustlib").join(&host);
    let bin = sysroot.join("bin");
    for folder in [&libraries, &own.join("bin"), &bin] {
        fs::create_dir_all(folder)?;
    }
    for entry in fs::read_dir(carrier.join("target").join(TARGET).join("release/deps"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libstd_carrier") {
            fs::copy(entry.path(), libraries.join(name))?;
        }
    }
    symlink(
        Path::new("/usr/lib/rustlib").join(&host).join("lib"),
        own.join("lib"),
    )?;
    // Debian's package has no linker for WebAssembly; rustup's has.
    for tool in ["rust-lld", "gcc-ld"] {
        symlink(
            rustup
                .join("lib/rustlib")
                .join(&host)
                .join("bin")
                .join(tool),
            own.join("bin").join(tool),
        )?;
    }
    for tool in ["rustc", "rustdoc"] {
        let script = format!(
            "#!/bin/sh\nexec /usr/bin/{tool} --sysroot '{}' \"$@\"\n",
            sysroot.display()
        );
        let path = bin.join(tool);
        fs::write(&path, script)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    symlink(rustup.join("bin/cargo"), bin.join("cargo"))?;
    Ok(())
}

fn host(workspace: &Workspace) -> Result<String> {
    let told = output(workspace.command("rustc").arg("-vV")).context("cannot run rustc")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}
