//! Chance that is the same every time: the demo looks alike on every machine and in every picture.

use huike_shared::id::Entropy;
use huike_shared::place::PartId;

/// A stream of numbers from a seed (SplitMix64: the same for ever, whatever crates do).
#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    /// The stream of this number.
    pub fn new(number: u64) -> Self {
        Seed(number)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One of several, each as likely as its weight says.
    pub fn weighted<'a, T>(&mut self, list: &'a [(usize, T)]) -> &'a T {
        let total = list.iter().map(|it| it.0).sum();
        let mut left = self.below(total);
        for (weight, value) in list {
            if left < *weight {
                return value;
            }
            left -= weight;
        }
        &list[list.len() - 1].1
    }

    /// A number from `low` to `high` of which small ones are as likely as large ones.
    pub fn magnitude(&mut self, low: f64, high: f64) -> f64 {
        let share = self.below(10_000) as f64 / 10_000.0;
        low * (high / low).powf(share)
    }

    /// An id of a part.
    pub fn part_id(&mut self) -> PartId {
        PartId::from_bytes(self.next().to_be_bytes())
    }
}

impl Entropy for Seed {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let fresh = self.next().to_be_bytes();
            chunk.copy_from_slice(&fresh[..chunk.len()]);
        }
    }
}
