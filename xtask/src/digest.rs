//! Content digests: what the precache list says of a file, and whether an input changed.

use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The first 16 hex digits of the SHA-256 of some bytes.
///
/// `sw-template.js` computes the same of what it fetched, and the server of the pages it renders.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The digest of a file's content.
pub fn of_file(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(digest(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_head_of_the_sha_256() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea");
    }
}
