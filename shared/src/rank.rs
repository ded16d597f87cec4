//! Ranks: places in an order that many people change at once.
//!
//! A rank is a fractional key after D. Greenspan, *Implementing Fractional Indexing* (2020): an
//! integer part whose first letter tells its length (so that putting a card on top or at the end
//! grows it logarithmically) and a fraction. Three characters of jitter end every new rank: two
//! people who drop into the same gap get different keys. Several cards dropped together share one
//! jittered prefix, so that two groups never interleave.
//! Order is by bytes. It is a display property; nothing else may depend on it.

use serde::{Deserialize, Serialize};

use crate::id::Entropy;

/// Characters in a rank; the gate refuses longer ones.
pub const RANK_CHARS_MAX: usize = 200;
/// The server shortens the ranks of a quiet column when one is longer.
pub const RANK_CHARS_LONG: usize = 32;
/// What a shortened rank has at most, unless the whole column cannot.
const RANK_CHARS_SHORT: usize = 16;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const JITTER_CHARS: usize = 3;

/// A place in an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rank(Box<str>);

impl Rank {
    /// Reads a rank: an integer part of the length its first letter tells, then base-62 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let head = integer_len(*bytes.first()?)?;
        let good = bytes.len() >= head
            && bytes.len() <= RANK_CHARS_MAX
            && bytes[1..].iter().all(|it| DIGITS.contains(it));
        good.then(|| Rank(text.into()))
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A fresh rank between two others; `None` stands for the start or the end. If the two are
    /// not in order (equal ranks, made by two people at once), the new one comes right after `low`.
    pub fn between(low: Option<&Rank>, high: Option<&Rank>, entropy: &mut dyn Entropy) -> Rank {
        let mut key = middle(low.map(Rank::as_str), high.map(Rank::as_str));
        key.extend(jitter(entropy));
        Rank(key.into())
    }

    /// `count` fresh ranks between two others, in order, that keep together.
    pub fn several_between(
        low: Option<&Rank>,
        high: Option<&Rank>,
        count: usize,
        entropy: &mut dyn Entropy,
    ) -> Vec<Rank> {
        let prefix = Rank::between(low, high, entropy);
        if count == 1 {
            return vec![prefix];
        }
        let width = if count <= 60 { 1 } else { 3 };
        (0..count)
            .map(|index| {
                let mut key = String::from(prefix.as_str());
                let mut digits = vec![0u8; width];
                let mut rest = index + 1;
                for slot in digits.iter_mut().rev() {
                    *slot = DIGITS[rest % 62];
                    rest /= 62;
                }
                key.extend(digits.into_iter().map(char::from));
                // A trailing zero would leave no room before the key that follows it.
                key.push('V');
                Rank(key.into())
            })
            .collect()
    }
}

/// Shorter ranks for those of a column that have grown long; their order stays, and nothing else moves. The
/// column is in order. Gives the place of each card in it with its new rank.
pub fn shorten(column: &[Rank], entropy: &mut dyn Entropy) -> Vec<(usize, Rank)> {
    let is_long = |it: &Rank| it.0.len() > RANK_CHARS_LONG;
    let mut shorter: Vec<(usize, Rank)> = Vec::new();
    let mut begin = 0;
    while let Some(first) = column[begin..].iter().position(is_long) {
        let mut from = begin + first;
        let run = column[from..].iter().take_while(|it| is_long(it)).count();
        let mut to = from + run;
        let fresh = loop {
            let low = from.checked_sub(1).map(|it| match shorter.last() {
                Some((place, rank)) if *place == it => rank,
                Some(_) | None => &column[it],
            });
            let fresh = Rank::several_between(low, column.get(to), to - from, entropy);
            let is_short = fresh.iter().all(|it| it.0.len() <= RANK_CHARS_SHORT);
            let is_all = from == begin && to == column.len();
            // Between neighbors that are long themselves nothing short fits: they move as well.
            if is_short || is_all {
                break fresh;
            }
            from = from.saturating_sub(1).max(begin);
            to = (to + 1).min(column.len());
        };
        shorter.extend((from..to).zip(fresh));
        begin = to;
    }
    shorter
}

/// Characters of the integer part that begins with this letter.
fn integer_len(head: u8) -> Option<usize> {
    match head {
        b'a'..=b'z' => Some(usize::from(head - b'a') + 2),
        b'A'..=b'Z' => Some(usize::from(b'Z' - head) + 2),
        _ => None,
    }
}

fn digit(byte: u8) -> usize {
    DIGITS.iter().position(|it| *it == byte).unwrap_or(0)
}

fn jitter(entropy: &mut dyn Entropy) -> impl Iterator<Item = char> {
    let mut bytes = [0; JITTER_CHARS];
    entropy.fill(&mut bytes);
    // Never 0 at the end: a key that ends in the lowest digit has no room below it.
    bytes
        .into_iter()
        .map(|it| char::from(DIGITS[1 + usize::from(it) % 61]))
}

fn split(key: &str) -> (&str, &str) {
    let head = key
        .bytes()
        .next()
        .and_then(integer_len)
        .unwrap_or(1)
        .min(key.len());
    key.split_at(head)
}

fn middle(low: Option<&str>, high: Option<&str>) -> String {
    match (low, high) {
        (None, None) => "a0".to_owned(),
        (Some(low), None) => {
            let (integer, _) = split(low);
            step(integer, true).unwrap_or_else(|| fraction_between(low, None))
        }
        (None, Some(high)) => {
            let (integer, fraction) = split(high);
            // Never the bare integer of `high`: with jitter it could sort after it.
            step(integer, false)
                .unwrap_or_else(|| format!("{integer}{}", fraction_between("", Some(fraction))))
        }
        (Some(low), Some(high)) if low < high => {
            let (low_integer, low_fraction) = split(low);
            let (high_integer, high_fraction) = split(high);
            if low_integer == high_integer {
                let fraction = fraction_between(low_fraction, Some(high_fraction));
                return format!("{low_integer}{fraction}");
            }
            match step(low_integer, true) {
                Some(next) if *next < *high && next != high_integer => next,
                _ => format!("{low_integer}{}", fraction_between(low_fraction, None)),
            }
        }
        (Some(low), Some(_)) => {
            let (integer, fraction) = split(low);
            format!("{integer}{}", fraction_between(fraction, None))
        }
    }
}

/// The next or previous integer part, with another first letter where the length changes.
fn step(integer: &str, up: bool) -> Option<String> {
    let (head, tail) = integer.split_at(1);
    let mut digits: Vec<u8> = tail.bytes().collect();
    for slot in digits.iter_mut().rev() {
        let value = digit(*slot);
        if up && value < 61 {
            *slot = DIGITS[value + 1];
            return Some(format!("{head}{}", String::from_utf8_lossy(&digits)));
        }
        if !up && value > 0 {
            *slot = DIGITS[value - 1];
            return Some(format!("{head}{}", String::from_utf8_lossy(&digits)));
        }
        *slot = if up { b'0' } else { b'z' };
    }
    let head = head.as_bytes().first().copied()?;
    let next = match (head, up) {
        (b'Z', true) => b'a',
        (b'a', false) => b'Z',
        (b'z', true) | (b'A', false) => return None,
        (it, true) => it + 1,
        (it, false) => it - 1,
    };
    let fill = if up { '0' } else { 'z' };
    let mut out = String::from(char::from(next));
    out.extend(std::iter::repeat_n(fill, integer_len(next)? - 1));
    Some(out)
}

/// Digits that sort after `low` and before `high`; no `high` means the end.
fn fraction_between(low: &str, high: Option<&str>) -> String {
    let low = low.as_bytes();
    let high = high.map(str::as_bytes);
    let mut out = String::new();
    let mut index = 0;
    let mut bounded = high.is_some();
    loop {
        let floor = low.get(index).map_or(0, |it| digit(*it));
        let ceiling = match high {
            Some(it) if bounded => it.get(index).map_or(0, |it| digit(*it)),
            _ => 62,
        };
        if ceiling > floor + 1 {
            out.push(char::from(DIGITS[(floor + ceiling) / 2]));
            return out;
        }
        out.push(char::from(DIGITS[floor]));
        if ceiling > floor {
            bounded = false;
        }
        index += 1;
        if out.len() > RANK_CHARS_MAX {
            return out;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Steps(u8);
    impl Entropy for Steps {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(73).wrapping_add(41);
                *byte = self.0;
            }
        }
    }

    #[test]
    fn a_rank_between_two_is_between_them_however_often() {
        let mut entropy = Steps(1);
        let mut list = vec![Rank::between(None, None, &mut entropy)];
        let mut place = 7usize;
        for _ in 0..5_000 {
            place = (place * 31 + 17) % (list.len() + 1);
            let low = place.checked_sub(1).map(|it| &list[it]);
            let fresh = Rank::between(low, list.get(place), &mut entropy);
            assert!(low.is_none_or(|it| *it < fresh), "{low:?} {fresh:?}");
            assert!(
                list.get(place).is_none_or(|it| fresh < *it),
                "{fresh:?} {:?}",
                list[place]
            );
            assert_eq!(Rank::parse(fresh.as_str()), Some(fresh.clone()));
            list.insert(place, fresh);
        }
        assert!(list.iter().all(|it| it.as_str().len() <= RANK_CHARS_LONG));
    }

    #[test]
    fn putting_on_top_and_at_the_end_stays_short() {
        let mut entropy = Steps(9);
        let (mut top, mut end) = (Rank::between(None, None, &mut entropy), None);
        for _ in 0..10_000 {
            let next = Rank::between(None, Some(&top), &mut entropy);
            assert!(next < top);
            top = next;
            let next = Rank::between(end.as_ref(), None, &mut entropy);
            assert!(end.as_ref().is_none_or(|it| *it < next));
            end = Some(next);
        }
        assert!(top.as_str().len() <= 12 && end.is_some_and(|it| it.as_str().len() <= 12));
    }

    #[test]
    fn groups_dropped_into_one_gap_do_not_interleave() {
        let mut entropy = Steps(3);
        let low = Rank::between(None, None, &mut entropy);
        let high = Rank::between(Some(&low), None, &mut entropy);
        let mine = Rank::several_between(Some(&low), Some(&high), 5, &mut entropy);
        let theirs = Rank::several_between(Some(&low), Some(&high), 5, &mut entropy);
        let mut all: Vec<(&Rank, u8)> = mine.iter().map(|it| (it, 0)).collect();
        all.extend(theirs.iter().map(|it| (it, 1)));
        all.sort();
        let switches = all.windows(2).filter(|it| it[0].1 != it[1].1).count();
        assert_eq!(switches, 1);
        assert!(
            mine.windows(2)
                .all(|it| it[0] < it[1] && low < it[0] && it[1] < high)
        );
    }

    #[test]
    fn a_column_with_long_ranks_is_shortened_and_keeps_its_order() {
        let mut entropy = Steps(7);
        let mut column: Vec<Rank> = Vec::new();
        for _ in 0..20 {
            let next = Rank::between(column.last(), None, &mut entropy);
            column.push(next);
        }
        // Two places into which people drop again and again.
        for place in [5, 212] {
            for _ in 0..200 {
                let low = Some(&column[place]);
                let fresh = Rank::between(low, column.get(place + 1), &mut entropy);
                column.insert(place + 1, fresh);
            }
        }
        let long = |it: &[Rank]| it.iter().filter(|it| it.0.len() > RANK_CHARS_LONG).count();
        assert!(column.is_sorted() && long(&column) > 100);
        let fresh = shorten(&column, &mut entropy);
        assert!(fresh.len() >= long(&column) && fresh.len() < column.len());
        for (place, rank) in fresh {
            assert_eq!(Rank::parse(rank.as_str()), Some(rank.clone()));
            column[place] = rank;
        }
        assert!(column.is_sorted_by(|one, other| one < other));
        assert_eq!(long(&column), 0);
        assert!(shorten(&column, &mut entropy).is_empty());
        assert!(shorten(&[], &mut entropy).is_empty());
    }

    #[test]
    fn equal_neighbors_do_not_stop_a_move() {
        let mut entropy = Steps(5);
        let rank = Rank::between(None, None, &mut entropy);
        assert!(Rank::between(Some(&rank), Some(&rank.clone()), &mut entropy) > rank);
    }

    #[test]
    fn other_text_is_not_a_rank() {
        for text in ["", "0", "a", "a-", "b0", "a0 ", "字"] {
            assert_eq!(Rank::parse(text), None, "{text}");
        }
    }
}
