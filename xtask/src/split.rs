//! Takes the modules apart: what only a screen of `app/src/lazy.rs` reaches, and what only the function in
//! `app/worker/src/notes.rs` reaches, becomes a module of its own, which the browser asks for when it is first
//! needed.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

/// What came out.
pub struct Split {
    /// The module that is left, still to be bound.
    pub main: PathBuf,
    /// The files that were written to `pkg/`, by their names there.
    pub files: Vec<String>,
    /// Which of them each part needs besides its own.
    prefetch: HashMap<String, Vec<String>>,
}

/// Splits `wasm`, which was linked with its relocations. The glue of the whole is `<out_name>.js`.
/// For a release the parts lose the names of their functions.
pub fn split(wasm: &Path, out_name: &str, pkg: &Path, release: bool) -> Result<Split> {
    let input = fs::read(wasm).with_context(|| format!("{}", wasm.display()))?;
    let main = wasm.with_extension("main.wasm");
    let link_name = format!("./{out_name}_split.js");
    let main_module = format!("./{out_name}.js");
    let mut options = Options::new(&input);
    options.output_dir = pkg;
    options.main_out_path = &main;
    options.link_name = &link_name;
    options.main_module = &main_module;
    let made = transform(options).map_err(|error| anyhow!("cannot split {out_name}: {error:#}"))?;
    if release {
        for path in &made.split_modules {
            strip(path)?;
        }
    }
    let names = made.split_modules.iter().map(|path| file_name(path));
    let mut files: Vec<String> = names.collect::<Result<_>>()?;
    files.push(format!("{out_name}_split.js"));
    Ok(Split {
        main,
        files,
        prefetch: made.prefetch_map,
    })
}

/// Lets `boot.js` ask for the parts of the page's first screen before the page's module is there, and gives
/// the file that says which those are.
pub fn ask_early(split: &Split, out_name: &str, pkg: &Path) -> Result<String> {
    take_early(&pkg.join(format!("{out_name}_split.js")))?;
    fs::write(pkg.join(PARTS), parts_of(&split.prefetch)?)?;
    Ok(PARTS.to_owned())
}

/// Says which files belong to which part, for `boot.js`.
const PARTS: &str = "parts.js";

fn parts_of(map: &HashMap<String, Vec<String>>) -> Result<String> {
    let mut parts: BTreeMap<String, Vec<String>> = map.clone().into_iter().collect();
    for (name, files) in &mut parts {
        files.push(format!("split_{name}"));
        files.sort();
        files.dedup();
    }
    Ok(format!(
        "// Which modules each part of the page needs.\nexport const parts = {};\n",
        serde_json::to_string_pretty(&parts)?
    ))
}

/// What the loader asks for, `boot.js` may have asked for already.
const EARLY: &str = "// boot.js compiles the parts of the first screen before this module is there.
const early = (url) => {
    const asked = self.huikeParts?.get(url.pathname);
    self.huikeParts?.delete(url.pathname);
    return asked ?? WebAssembly.compileStreaming(fetch(url));
};
";

fn take_early(link: &Path) -> Result<()> {
    let code = fs::read_to_string(link)?;
    ensure!(
        code.contains(ASKS) && code.contains(MAKES),
        "the loader of the parts asks in another way than known"
    );
    let code = code
        .replace(ASKS, "early(new URL(")
        .replace(MAKES, "WebAssembly.instantiate(await src, imports)");
    let code = format!("{EARLY}{code}");
    fs::write(link, code)?;
    Ok(())
}

/// How the loader asks for a module.
const ASKS: &str = "fetch(new URL(";
/// And how it makes an instance of what comes.
const MAKES: &str = "WebAssembly.instantiateStreaming(src, imports)";

/// Removes what no browser reads: the custom sections.
fn strip(path: &Path) -> Result<()> {
    let module = fs::read(path)?;
    let mut kept = module.get(..HEADER_BYTES).context("no module")?.to_vec();
    let mut rest = &module[HEADER_BYTES..];
    while let Some(&id) = rest.first() {
        let (bytes, head) = leb128(&rest[1..]).context("a section without a size")?;
        let section = rest.get(..1 + head + bytes).context("a section cut off")?;
        if id != CUSTOM_SECTION {
            kept.extend_from_slice(section);
        }
        rest = &rest[section.len()..];
    }
    fs::write(path, kept)?;
    Ok(())
}

/// Magic number and version.
const HEADER_BYTES: usize = 8;
const CUSTOM_SECTION: u8 = 0;

/// An unsigned number of at most 32 bits, and how many bytes it took.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

fn file_name(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|it| it.to_str());
    Ok(name.context("a module without a name")?.to_owned())
}
