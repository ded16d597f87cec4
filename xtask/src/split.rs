//! Takes the page's module apart: what only a screen of `app/src/lazy.rs` reaches becomes a module
//! of its own, which the browser asks for when the screen is first opened.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

/// What came out.
pub struct Split {
    /// The module that is left, still to be bound.
    pub main: PathBuf,
    /// The files that were written to `pkg/`, by their names there.
    pub files: Vec<String>,
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
    let made = transform(options).map_err(|error| anyhow!("cannot split the page: {error:#}"))?;
    if release {
        for path in &made.split_modules {
            strip(path)?;
        }
    }
    let names = made.split_modules.iter().map(|path| file_name(path));
    let mut files: Vec<String> = names.collect::<Result<_>>()?;
    files.push(format!("{out_name}_split.js"));
    Ok(Split { main, files })
}

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
