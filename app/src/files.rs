//! Texts that leave the page: as a download, as lines of a table, into the clipboard.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// How long a download may take to begin.
const BEGIN_MS: u32 = 10_000;

/// Hands a text to the browser's downloads.
pub fn save_file(name: &str, mime: &str, text: &str) {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(mime);
    let parts = js_sys::Array::of1(&text.into());
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) else {
        return;
    };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else {
        return;
    };
    let link = document()
        .create_element("a")
        .ok()
        .and_then(|it| it.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        // The router must not take the click for a way to a page.
        link.set_rel("external");
        link.click();
    }
    gloo_timers::callback::Timeout::new(BEGIN_MS, move || {
        let _ = web_sys::Url::revoke_object_url(&url);
    })
    .forget();
}

/// Saves lines as a table for a spreadsheet, with the mark that makes it read as UTF-8.
pub fn save_table(name: &str, lines: &[Vec<String>]) {
    let text: String = lines.iter().map(|it| csv_line(it)).collect();
    save_file(name, "text/csv;charset=utf-8", &format!("\u{feff}{text}"));
}

/// Puts a text into the clipboard. False if the browser does not allow it.
pub async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// One line of a table.
fn csv_line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|it| quoted(it)).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(text: &str) -> String {
    // A cell that a spreadsheet would run as a formula is made plain text.
    let shield = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{shield}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_runs_no_formula_and_keeps_its_cells_apart() {
        for (cell, written) in [
            ("plain", "\"plain\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "\"'=1+1\""),
            ("+8613800138000", "\"'+8613800138000\""),
            ("-1", "\"'-1\""),
            ("@sum", "\"'@sum\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
        assert_eq!(csv_line(&["a".into(), "b".into()]), "\"a\",\"b\"\r\n");
    }
}
