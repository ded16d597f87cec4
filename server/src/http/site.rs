//! The built browser program, from the site folder.
//!
//! Every file has an `ETag` of its bytes and is asked for again each time, unless its name holds a
//! digest; then it never changes. A file's compressed twin (`.br`) is sent to whoever takes it.
//! The service worker is made here: the template of the build with the list of what to keep.

use super::shell;
use crate::app::AppState;
use crate::entropy::{digest, hex};
use crate::error::{Failure, Refused};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Files remembered; a site has some thirty.
const KNOWN_MAX: usize = 1_000;

const UNCHANGING: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// The site folder.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
    kills_service_worker: bool,
    known: Mutex<HashMap<PathBuf, Known>>,
}

/// A file's digest, as long as the file does not change.
#[derive(Clone, Debug)]
struct Known {
    modified: SystemTime,
    bytes: u64,
    etag: String,
}

impl Site {
    /// Looks at nothing yet: a build may still be running.
    pub fn new(root: PathBuf, kills_service_worker: bool) -> Self {
        Site {
            root,
            kills_service_worker,
            known: Mutex::default(),
        }
    }

    /// Whether there is a built program in the folder.
    pub fn is_built(&self) -> bool {
        self.root.join("pkg/page_bg.wasm").is_file()
    }

    /// The service worker: its template filled in, or the one that removes it.
    async fn service_worker(&self) -> Result<String, Failure> {
        let file = if self.kills_service_worker {
            "sw-kill.js"
        } else {
            "sw-template.js"
        };
        let read = |name: &str| tokio::fs::read_to_string(self.root.join(name));
        let template = read(file).await.map_err(|_| Refused::NotFound)?;
        if self.kills_service_worker {
            return Ok(template);
        }
        let list = read("site.json").await.map_err(|_| Refused::NotFound)?;
        let mut list: Vec<(String, String)> =
            serde_json::from_str(&list).map_err(Failure::broken)?;
        list.push(("/app/".to_owned(), short_digest(shell::page().as_bytes())));
        let list = serde_json::to_string(&list).map_err(Failure::broken)?;
        let version = short_digest(list.as_bytes());
        Ok(template
            .replace("__VERSION__", &version)
            .replace("__LIST__", &list))
    }

    /// The digest of a file, computed again only when the file changed.
    async fn etag(&self, path: &Path) -> std::io::Result<(String, Option<Vec<u8>>)> {
        let metadata = tokio::fs::metadata(path).await?;
        if !metadata.is_file() {
            return Err(std::io::ErrorKind::NotFound.into());
        }
        let (modified, bytes) = (metadata.modified()?, metadata.len());
        if let Some(known) = self.known().get(path)
            && known.modified == modified
            && known.bytes == bytes
        {
            return Ok((known.etag.clone(), None));
        }
        let body = tokio::fs::read(path).await?;
        let etag = etag_of(&body);
        let mut known = self.known();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(
            path.to_owned(),
            Known {
                modified,
                bytes,
                etag: etag.clone(),
            },
        );
        Ok((etag, Some(body)))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As the list of the service worker has it: the first 16 hex digits of the SHA-256.
fn short_digest(bytes: &[u8]) -> String {
    hex(&digest(bytes)[..8])
}

/// The `ETag` of some bytes.
pub fn etag_of(bytes: &[u8]) -> String {
    format!("\"{}\"", short_digest(bytes))
}

/// `GET /sw.js`.
pub async fn service_worker(State(state): State<AppState>) -> Result<Response, Failure> {
    let script = state.site.service_worker().await?;
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, ASK_AGAIN),
        (
            header::HeaderName::from_static("service-worker-allowed"),
            "/",
        ),
    ];
    Ok((headers, script).into_response())
}

/// Everything that is no route: a file of the site, or nothing.
pub async fn file(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(Refused::NotFound.into());
    }
    let inside = inside(uri.path()).ok_or(Refused::NotFound)?;
    send(&state.site, &inside, &headers).await
}

/// `GET /offline`: what is shown for public pages without a network.
pub async fn offline(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    send(&state.site, Path::new("offline.html"), &headers).await
}

async fn send(site: &Site, inside: &Path, headers: &HeaderMap) -> Result<Response, Failure> {
    let plain = site.root.join(inside);
    let mut compressed = plain.clone().into_os_string();
    compressed.push(".br");
    let compressed = PathBuf::from(compressed);
    let is_compressed = takes_brotli(headers) && is_fresh(&compressed, &plain).await;
    let path = if is_compressed { compressed } else { plain };

    let (etag, body) = site.etag(&path).await.map_err(|_| Refused::NotFound)?;
    let cache = if has_digest(inside) {
        UNCHANGING
    } else {
        ASK_AGAIN
    };
    let is_known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| {
            it.split(',')
                .any(|it| it.trim().trim_start_matches("W/") == etag)
        });

    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match body {
            Some(body) => body,
            None => tokio::fs::read(&path)
                .await
                .map_err(|_| Refused::NotFound)?,
        };
        let mut response = Body::from(body).into_response();
        let kind = HeaderValue::from_static(content_type(inside));
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if is_compressed {
            let encoding = HeaderValue::from_static("br");
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, encoding);
        }
        response
    };
    let out = response.headers_mut();
    out.insert(
        header::ETAG,
        HeaderValue::from_str(&etag).map_err(Failure::broken)?,
    );
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// The file an address means, if it lies inside the folder. Our names are plain, so anything
/// that would need thought is not one of them.
fn inside(path: &str) -> Option<PathBuf> {
    let path = path.strip_prefix('/')?;
    let is_plain = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
    };
    path.split('/').all(is_plain).then(|| PathBuf::from(path))
}

/// Whether a twin exists that is not older than its file: while developing it may be.
async fn is_fresh(twin: &Path, file: &Path) -> bool {
    let modified = async |path: &Path| tokio::fs::metadata(path).await?.modified();
    match (modified(twin).await, modified(file).await) {
        (Ok(twin), Ok(file)) => twin >= file,
        (Ok(_) | Err(_), _) => false,
    }
}

/// Whether whoever asks opens what brotli has compressed.
pub fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .any(|it| {
            let mut pieces = it.split(';').map(str::trim);
            pieces.next() == Some("br") && pieces.next() != Some("q=0")
        })
}

/// Whether the name says which bytes are in it: `name-<8 or more hex digits>.ext`.
fn has_digest(path: &Path) -> bool {
    let stem = path
        .file_stem()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    stem.rsplit_once('-').is_some_and(|(_, end)| {
        end.len() >= 8
            && end.bytes().all(|it| it.is_ascii_hexdigit())
            && end.bytes().any(|it| it.is_ascii_digit())
    })
}

fn content_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "ftl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_inside_the_folder() {
        assert_eq!(inside("/pkg/page.js"), Some(PathBuf::from("pkg/page.js")));
        for path in [
            "/",
            "/../secret",
            "/pkg//page.js",
            "/.git/config",
            "/a%2e%2e/b",
            "/a\\b",
        ] {
            assert_eq!(inside(path), None, "{path}");
        }
    }

    #[test]
    fn only_a_name_with_a_digest_never_changes() {
        assert!(has_digest(Path::new("pkg/page-0a1b2c3d4e5f.js")));
        assert!(!has_digest(Path::new("pkg/page.js")));
        assert!(!has_digest(Path::new("icons/icon-192.png")));
        assert!(!has_digest(Path::new("sw-template.js")));
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            takes_brotli(&headers)
        };
        assert!(check("gzip, deflate, br, zstd"));
        assert!(check("br;q=0.5"));
        assert!(!check("gzip"));
        assert!(!check("br;q=0"));
    }
}
