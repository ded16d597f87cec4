//! Brotli beside each file, so that the server never compresses a static file itself.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;

/// The hardest setting: ten seconds for the worker, so only for what is shipped.
const RELEASE_QUALITY: i32 = 11;
/// A fraction of a second, a fifth larger.
const DEV_QUALITY: i32 = 5;
/// Pictures are compressed already.
const COMPRESSIBLE: [&str; 8] = [
    "css",
    "ftl",
    "html",
    "js",
    "json",
    "svg",
    "wasm",
    "webmanifest",
];

/// Writes `<file>.br` where that helps.
pub fn compress(file: &Path, release: bool) -> Result<()> {
    let extension = file
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    if !COMPRESSIBLE.contains(&extension) {
        return Ok(());
    }
    let input = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let params = BrotliEncoderParams {
        quality: if release {
            RELEASE_QUALITY
        } else {
            DEV_QUALITY
        },
        lgwin: 22,
        size_hint: input.len(),
        ..BrotliEncoderParams::default()
    };
    let target = compressed(file);
    let mut output = BufWriter::new(
        File::create(&target).with_context(|| format!("cannot write {}", target.display()))?,
    );
    brotli::BrotliCompress(&mut input.as_slice(), &mut output, &params)
        .with_context(|| format!("cannot compress {}", file.display()))?;
    Ok(())
}

/// Where the compressed form of a file lies.
pub fn compressed(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    name.into()
}
