//! What only tests need: a browser with its driver, fonts, the runner of the browser's unit tests,
//! and the packages of `end2end/`.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::digest;
use crate::progress::{note, step};
use crate::toolchain::Installing;
use crate::workspace::{Workspace, run, which};

/// Equal to the pinned `wasm-bindgen`, or the runner refuses the module.
const BINDGEN_VERSION: &str = "0.2.130";
const RUNNER: &str = "wasm-bindgen-test-runner";

/// A Chromium and the program that drives it.
pub struct Browser {
    /// The browser.
    pub chromium: PathBuf,
    /// Its WebDriver.
    pub driver: PathBuf,
}

/// Finds the browser, or installs Debian's.
pub fn browser(workspace: &Workspace, installing: Installing) -> Result<Browser> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    if installing == Installing::Forbidden {
        bail!("there is no chromium with chromedriver, and nothing may be installed");
    }
    #[cfg(unix)]
    crate::toolchain::debian::apt_install(
        workspace,
        &["chromium", "chromium-driver", "fonts-noto-cjk"],
    )?;
    #[cfg(not(unix))]
    let _ = workspace;
    find_browser().context("install Chromium and chromedriver, or set CHROMIUM and CHROMEDRIVER")
}

fn find_browser() -> Option<Browser> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from);
    let chromium = named("CHROMIUM").or_else(|| {
        ["chromium", "chromium-browser", "google-chrome", "chrome"]
            .into_iter()
            .find_map(which)
    })?;
    let driver = named("CHROMEDRIVER").or_else(|| which("chromedriver"))?;
    Some(Browser { chromium, driver })
}

/// The program that runs `wasm-bindgen-test` tests; built once into the cache.
pub fn test_runner(workspace: &Workspace, installing: Installing) -> Result<PathBuf> {
    let root = Workspace::cache()?.join(format!("wasm-bindgen-{BINDGEN_VERSION}"));
    let runner = root.join("bin").join(RUNNER);
    if runner.exists() {
        return Ok(runner);
    }
    if installing == Installing::Forbidden {
        bail!("there is no {RUNNER} {BINDGEN_VERSION}, and nothing may be installed");
    }
    note(&format!(
        "about to install: wasm-bindgen-cli {BINDGEN_VERSION} into {}",
        root.display()
    ));
    step(
        "Building wasm-bindgen-cli (about five minutes, once)",
        || {
            let mut cargo = workspace.cargo();
            // Not `--locked`: its lock file names versions that some registries no longer carry.
            cargo
                .current_dir(env::temp_dir())
                .args(["install", "--quiet", "wasm-bindgen-cli", "--bin", RUNNER])
                .args(["--version", BINDGEN_VERSION, "--root"])
                .arg(&root)
                .env_remove("CARGO_TARGET_DIR");
            run(&mut cargo)
        },
    )?;
    Ok(runner)
}

/// Installs the packages of `end2end/` if its lock file changed since the last time.
pub fn end2end_packages(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path("end2end");
    let lock = folder.join("package-lock.json");
    if !lock.exists() {
        bail!(
            "there are no end-to-end tests: {} is missing",
            lock.display()
        );
    }
    let stamp = folder.join("node_modules/.huike-stamp");
    let wanted = digest::of_file(&lock)?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if which("npm").is_none() {
        bail!("the end-to-end tests need node and npm");
    }
    step("Installing the packages of end2end/", || {
        let mut npm = workspace.command("npm");
        npm.current_dir(&folder)
            .args(["ci", "--prefer-offline", "--no-audit", "--no-fund"]);
        // A test tool must never bring its own browser.
        npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        run(&mut npm)
    })?;
    Ok(fs::write(stamp, wanted)?)
}
