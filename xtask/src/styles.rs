//! Style sheets: `style/app.css` and its companions with everything they import, minified.
//!
//! No browser targets are given: the supported browsers know nesting and `color-scheme`, and
//! lowering them would make the sheet larger.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};

/// Bundles and minifies a style sheet.
pub fn bundle(entry: &Path) -> Result<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| anyhow!("{error}"))?;
    sheet
        .minify(MinifyOptions::default())
        .map_err(|error| anyhow!("{error}"))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("{error}"))?;
    Ok(printed.code)
}
