//! The browser's files: two WebAssembly modules with their glue, the sentences of each language, one style
//! sheet, what lies in `public/`, a compressed form of each, and the list for the offline cache.
//!
//! Each product remembers what it was made from (`site-stamps.json`), so a build where nothing
//! changed costs as much as asking cargo.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};
use huike_messages::Language;
use serde::{Deserialize, Serialize};
use wasm_bindgen_cli_support::Bindgen;

use crate::compress::{compress, compressed};
use crate::digest;
use crate::glue::tighten;
use crate::progress::{kilobytes, note, step};
use crate::split::{ask_early, split};
use crate::styles;
use crate::toolchain::{Installing, TARGET, Toolchain};
use crate::workspace::{Workspace, run};

/// The style sheets: of the program, what is not open all day, and what pages for everybody have besides.
const SHEETS: [&str; 3] = ["app.css", "office.css", "public.css"];
/// Raised when the same input would give another output.
const RECIPE: &str = "7";
/// Both modules are always built in one call: another set of packages means other features and a
/// rebuild of nearly everything.
pub const PACKAGES: [&str; 4] = ["-p", "huike-app", "-p", "huike-worker"];
/// Filled in and sent by the server, so the offline cache must not hold them.
const TEMPLATES: [&str; 2] = ["sw-template.js", "sw-kill.js"];
/// The precache list itself.
const LIST: &str = "site.json";

/// The two modules: what cargo calls them, and what the browser does.
const MODULES: [(&str, &str); 2] = [("huike_app", PAGE), ("huike_worker", "data")];
/// The module whose parts are asked for before it is there.
const PAGE: &str = "page";

/// What a product was made from, and the files it consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    input: String,
    files: Vec<String>,
}

type Stamps = BTreeMap<String, Stamp>;

/// Builds the site and gives its folder.
pub fn build(workspace: &Workspace, installing: Installing, release: bool) -> Result<PathBuf> {
    let toolchain = step("Looking for the browser toolchain", || {
        Toolchain::get(workspace, installing)
    })?;
    let modules = step("Compiling page and worker", || {
        compile(workspace, toolchain, release)
    })?;
    let site = workspace.site(release);
    fs::create_dir_all(site.join("pkg"))?;
    step("Putting the site together", || {
        assemble(workspace, &modules, &site, release)
    })?;
    Ok(site)
}

fn compile(workspace: &Workspace, toolchain: Toolchain, release: bool) -> Result<PathBuf> {
    let profile = if release { "wasm-release" } else { "wasm-dev" };
    let mut cargo = toolchain.cargo(workspace);
    run(cargo
        .args(["build", "--profile", profile, "--target", TARGET])
        .args(PACKAGES))?;
    Ok(workspace.target().join(TARGET).join(profile))
}

fn assemble(workspace: &Workspace, modules: &Path, site: &Path, release: bool) -> Result<()> {
    let stamps_path = site.with_extension("stamps.json");
    let old: Stamps = fs::read(&stamps_path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let mut new = Stamps::new();
    let mut made = Vec::new();
    let mut keep_or = |name: &str, input: String, make: &dyn Fn() -> Result<Vec<String>>| {
        let input = format!("{RECIPE} {input}");
        let stamp = match old.get(name) {
            Some(stamp) if stamp.input == input && all_exist(site, &stamp.files) => stamp.clone(),
            _ => {
                let files = make().with_context(|| format!("cannot make {name}"))?;
                made.extend(files.iter().cloned());
                Stamp { input, files }
            }
        };
        new.insert(name.to_owned(), stamp);
        anyhow::Ok(())
    };
    for (crate_name, out_name) in MODULES {
        let wasm = modules.join(crate_name).with_extension("wasm");
        keep_or(out_name, digest::of_file(&wasm)?, &|| {
            bind(&wasm, out_name, site, release)
        })?;
    }
    for language in Language::ALL {
        let text = huike_messages::text(language);
        let name = format!("words/{}.ftl", language.tag());
        keep_or(&name, digest::digest(text.as_bytes()), &|| {
            fs::create_dir_all(site.join("words"))?;
            fs::write(site.join(&name), text)?;
            Ok(vec![name.clone()])
        })?;
    }
    let style = workspace.path("style");
    for sheet in SHEETS {
        keep_or(sheet, of_folder(&style)?, &|| bundle(&style, sheet, site))?;
    }
    let public = workspace.path("public");
    for file in files_below(&public)? {
        keep_or(
            &format!("public/{file}"),
            digest::of_file(&public.join(&file))?,
            &|| copy(&public, &file, site),
        )?;
    }
    compress_all(site, &made, release)?;
    remove_strangers(site, &new)?;
    write_list(site, &new)?;
    fs::write(&stamps_path, serde_json::to_vec_pretty(&new)?)?;
    tell_sizes(site, &new, made.len());
    Ok(())
}

/// Writes a module's glue and its final form, and says which files came out.
fn bind(wasm: &Path, out_name: &str, site: &Path, release: bool) -> Result<Vec<String>> {
    let pkg = site.join("pkg");
    let mut parts = split(wasm, out_name, &pkg, release)?;
    if out_name == PAGE {
        let list = ask_early(&parts, out_name, &pkg)?;
        parts.files.push(list);
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(&parts.main)
        .out_name(out_name)
        .web(true)
        .map_err(|error| anyhow!("{error}"))?
        .typescript(false)
        // boot.js and worker-start.js do not know where the module is; its glue does.
        .omit_default_module_path(false)
        // The parts of a split module take its table and memory from it.
        .keep_lld_exports(true)
        .demangle(!release)
        .remove_name_section(release)
        .remove_producers_section(release);
    let mut output = bindgen
        .generate_output()
        .map_err(|error| anyhow!("{error}"))?;
    let mut files = vec![
        format!("pkg/{out_name}.js"),
        format!("pkg/{out_name}_bg.wasm"),
    ];
    files.extend(parts.files.iter().map(|name| format!("pkg/{name}")));
    for (owner, parts) in output.snippets() {
        let names = (0..parts.len()).map(|index| format!("pkg/snippets/{owner}/inline{index}.js"));
        files.extend(names);
    }
    files.extend(
        output
            .local_modules()
            .keys()
            .map(|path| format!("pkg/snippets/{path}")),
    );
    output.emit(&pkg).map_err(|error| anyhow!("{error}"))?;
    if release {
        let glue = pkg.join(format!("{out_name}.js"));
        fs::write(&glue, tighten(&fs::read_to_string(&glue)?))?;
    }
    Ok(files)
}

fn bundle(style: &Path, sheet: &str, site: &Path) -> Result<Vec<String>> {
    let css = styles::bundle(&style.join(sheet))?;
    fs::write(site.join(sheet), css)?;
    Ok(vec![sheet.to_owned()])
}

fn copy(public: &Path, file: &str, site: &Path) -> Result<Vec<String>> {
    let target = site.join(file);
    fs::create_dir_all(target.parent().expect("a file lies in a folder"))?;
    fs::copy(public.join(file), target)?;
    Ok(vec![file.to_owned()])
}

fn compress_all(site: &Path, files: &[String], release: bool) -> Result<()> {
    thread::scope(|scope| {
        let workers: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(move || compress(&site.join(file), release)))
            .collect();
        workers
            .into_iter()
            .try_for_each(|it| it.join().expect("the compressor does not panic"))
    })
}

fn all_exist(site: &Path, files: &[String]) -> bool {
    files.iter().all(|file| site.join(file).exists())
}

fn files_of(stamps: &Stamps) -> impl Iterator<Item = &String> {
    stamps.values().flat_map(|stamp| &stamp.files)
}

/// A file that was deleted or renamed in the sources must not live on in the site.
fn remove_strangers(site: &Path, stamps: &Stamps) -> Result<()> {
    for file in files_below(site)? {
        let plain = file.strip_suffix(".br").unwrap_or(&file);
        if file != LIST && !files_of(stamps).any(|known| known == plain) {
            fs::remove_file(site.join(file))?;
        }
    }
    Ok(())
}

/// `[[path, digest], …]`, sorted, of all that an offline start needs.
fn write_list(site: &Path, stamps: &Stamps) -> Result<()> {
    let mut list = Vec::new();
    for file in files_of(stamps).filter(|file| !TEMPLATES.contains(&file.as_str())) {
        list.push((format!("/{file}"), digest::of_file(&site.join(file))?));
    }
    list.sort();
    fs::write(site.join(LIST), serde_json::to_vec(&list)?)?;
    Ok(())
}

fn tell_sizes(site: &Path, stamps: &Stamps, made: usize) {
    let size = |file: &str| fs::metadata(site.join(file)).map_or(0, |it| it.len());
    let shown = |file: &str| {
        let small = compressed(Path::new(file));
        format!(
            "{} ({} brotli)",
            kilobytes(size(file)),
            kilobytes(size(&small.to_string_lossy()))
        )
    };
    note(&format!("page module {}", shown("pkg/page_bg.wasm")));
    note(&format!("data module {}", shown("pkg/data_bg.wasm")));
    note(&format!("style sheet {}", shown("app.css")));
    note(&format!(
        "{made} of {} files made anew in {}",
        files_of(stamps).count(),
        site.display()
    ));
}

/// One digest over all files below a folder.
fn of_folder(folder: &Path) -> Result<String> {
    let mut all = String::new();
    for file in files_below(folder)? {
        all.push_str(&format!(
            "{file} {}\n",
            digest::of_file(&folder.join(&file))?
        ));
    }
    Ok(digest::digest(all.as_bytes()))
}

/// The files below a folder, as sorted relative paths with slashes; none if there is no folder.
pub fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path
                    .strip_prefix(folder)
                    .expect("it was found below the folder");
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}
