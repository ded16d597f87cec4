//! The server's random source: ids and secrets.

use crate::store::people::Digest;
use huike_shared::id::Entropy;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// Bytes of a secret in a link: 160 bits cannot be guessed.
const TOKEN_BYTES: usize = 20;

/// Letters and digits that nobody confuses when typing them from a console.
const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A secret for a link. Only its digest is kept.
pub fn token() -> String {
    let mut bytes = [0; TOKEN_BYTES];
    OsEntropy.fill(&mut bytes);
    hex(&bytes)
}

/// A secret to be typed by hand: `ABCD-EFGH-JKLM`, 60 bits.
pub fn code() -> String {
    let mut bytes = [0; 12];
    OsEntropy.fill(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .map(|it| char::from(CODE_ALPHABET[usize::from(it % 32)]))
        .collect();
    letters
        .chunks(4)
        .map(String::from_iter)
        .collect::<Vec<_>>()
        .join("-")
}

/// What is kept of a secret.
pub fn digest(secret: &[u8]) -> Digest {
    Sha256::digest(secret).into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Reads the hexadecimal form of a digest.
pub fn unhex(text: &str) -> Option<Digest> {
    let digits = text.as_bytes();
    let mut bytes = Digest::default();
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_have_their_form() {
        assert_ne!(token(), token());
        assert_eq!(token().len(), TOKEN_BYTES * 2);
        let code = code();
        assert_eq!(code.len(), 14);
        assert_eq!(code.matches('-').count(), 2);
    }
}
