//! Inputs that are kept in the repository, and ways to damage them. The tests of every crate that decodes
//! something use it, each with a folder of its own.

use rand::Rng;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// No input grows beyond this: longer ones are refused by their length.
const INPUT_MAX: usize = 4 << 10;

/// Writes the right checksum over damaged bytes of Automerge, as an attacker would.
pub fn repair(body: &mut [u8]) {
    if body.len() > 12 {
        let digest = Sha256::digest(&body[8..]);
        body[4..8].copy_from_slice(&digest[..4]);
    }
}

/// Where the kept inputs of a decoder are.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name)
}

/// What is kept for a decoder.
pub fn kept_inputs(name: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder(name)).expect("each decoder has kept inputs");
    let mut files: Vec<PathBuf> = files.map(|it| it.expect("a file").path()).collect();
    files.sort();
    files
        .iter()
        .map(|it| fs::read(it).expect("it reads"))
        .collect()
}

/// One of the inputs, damaged a few times.
pub fn damage(rng: &mut StdRng, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = inputs[rng.random_range(0..inputs.len())].clone();
    for _ in 0..rng.random_range(1..6) {
        let length = bytes.len();
        let at = rng.random_range(0..=length);
        match rng.random_range(0..8) {
            0 if at < length => bytes[at] ^= 1 << rng.random_range(0..8),
            1 if at < length => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][rng.random_range(0..5)],
            2 => bytes.truncate(at),
            3 => bytes.insert(at, rng.random()),
            4 if at < length => {
                bytes.remove(at);
            }
            // A length that promises far more than there is.
            5 => {
                bytes.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f]);
            }
            6 => {
                let other = &inputs[rng.random_range(0..inputs.len())];
                let from = rng.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            _ => {
                let until = rng.random_range(at..=length);
                let part = bytes[at..until].to_vec();
                bytes.splice(at..at, part);
            }
        }
        bytes.truncate(INPUT_MAX);
    }
    // A checksum that fits lets the damage behind it be seen.
    if rng.random_range(0..2) == 0 {
        repair(&mut bytes);
    }
    bytes
}

/// Keeps an input that failed, so that it is tried for ever.
pub fn keep(name: &str, bytes: &[u8]) -> PathBuf {
    let digest = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, it| {
        (hash ^ u64::from(*it)).wrapping_mul(0x0100_0000_01b3)
    });
    let path = folder(name).join(format!("failed-{digest:016x}"));
    fs::write(&path, bytes).expect("the corpus can be written");
    path
}
