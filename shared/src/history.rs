//! What happened to a record, change by change, and how it stood at any time.
//!
//! The server tells it in pages, latest first. Going back is undoing: from what is shown now, every change
//! after the moment is taken off, so no more pages are needed than reach back to it. A change that met
//! another one at the same time may have lost; what was shown then is what counts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::id::RecordId;
use crate::row::Stamp;
use crate::scalar::Scalar;
use crate::time::Timestamp;

/// Entries of one page.
pub const HISTORY_PAGE_ENTRIES: usize = 100;

/// The first byte of [`encode_page`] and [`encode_seen`]: raised when one of them gets another form.
const PAGE_VERSION: u8 = 1;

/// One register in one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The register.
    pub key: Box<str>,
    /// What was shown before.
    pub from: Scalar,
    /// What was written.
    pub to: Scalar,
    /// What was shown afterwards, if another value written at the same time was chosen.
    pub shown: Option<Scalar>,
}

impl FieldChange {
    /// What was shown afterwards.
    pub fn shown(&self) -> &Scalar {
        self.shown.as_ref().unwrap_or(&self.to)
    }
}

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happened {
    /// It wrote registers.
    Fields(Vec<FieldChange>),
    /// It edited the text of this field, which people write together.
    Note(Box<str>),
}

/// One change of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Its place in the log.
    pub position: u64,
    /// When the server took it, and whose it is.
    pub stamp: Stamp,
    /// What it did.
    pub what: Happened,
}

/// A part of a record's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// Its first change.
    pub created: Stamp,
    /// Every register as it stands.
    pub now: Vec<(Box<str>, Scalar)>,
    /// Changes, latest first.
    pub entries: Vec<HistoryEntry>,
    /// Earlier ones are before this position, if there are any.
    pub next_before: Option<u64>,
}

/// What a device knows of a register without the network: who wrote last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastWrite {
    /// The register.
    pub key: Box<str>,
    /// What it shows.
    pub value: Scalar,
    /// When it was written, and by whom.
    pub stamp: Stamp,
    /// Whether the server does not have it yet.
    pub waits: bool,
}

/// Whose devices have a record as it stands on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenBy {
    /// Other members of whom a device has it.
    pub members: Vec<RecordId>,
    /// The server knows of no device that was not connected since then.
    pub known_since: Timestamp,
}

/// Why a question was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AskError {
    /// No contact, or the server failed.
    #[error("the server could not be reached")]
    Unreachable,
    /// The session ended.
    #[error("sign in again")]
    SignedOut,
    /// The server does not have the record.
    #[error("the server does not have it")]
    NotFound,
    /// The answer is of a version this build does not read.
    #[error("this client is too old")]
    ClientTooOld,
}

/// Writes a page.
pub fn encode_page(page: &HistoryPage) -> Vec<u8> {
    // Writing to a growing buffer has no way to fail.
    postcard::to_extend(page, vec![PAGE_VERSION]).unwrap_or_default()
}

/// Reads [`encode_page`].
pub fn decode_page(bytes: &[u8]) -> Result<HistoryPage, AskError> {
    read(bytes)
}

/// Writes who has seen a record.
pub fn encode_seen(seen: &SeenBy) -> Vec<u8> {
    // Writing to a growing buffer has no way to fail.
    postcard::to_extend(seen, vec![PAGE_VERSION]).unwrap_or_default()
}

/// Reads [`encode_seen`].
pub fn decode_seen(bytes: &[u8]) -> Result<SeenBy, AskError> {
    read(bytes)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, AskError> {
    match bytes.split_first() {
        Some((&PAGE_VERSION, rest)) => {
            postcard::from_bytes(rest).map_err(|_| AskError::Unreachable)
        }
        Some(_) => Err(AskError::ClientTooOld),
        None => Err(AskError::Unreachable),
    }
}

/// A register that stood otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The register.
    pub key: Box<str>,
    /// What it showed then.
    pub then: Scalar,
    /// What it shows now.
    pub now: Scalar,
}

/// The pages of a record's history that were read so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    created: Stamp,
    now: BTreeMap<Box<str>, Scalar>,
    entries: Vec<HistoryEntry>,
    next_before: Option<u64>,
}

impl From<HistoryPage> for History {
    fn from(page: HistoryPage) -> Self {
        History {
            created: page.created,
            now: page.now.into_iter().collect(),
            entries: page.entries,
            next_before: page.next_before,
        }
    }
}

impl History {
    /// Joins the page behind those that are here. What stands now is what the first of them said: a
    /// change since then is not among the entries either.
    pub fn add(&mut self, page: HistoryPage) {
        let last = self.entries.last().map_or(u64::MAX, |it| it.position);
        let earlier = page.entries.into_iter().filter(|it| it.position < last);
        self.entries.extend(earlier);
        self.next_before = page.next_before;
    }

    /// Takes the latest page anew. What was read before stays where it follows without a gap.
    pub fn renew(self, page: HistoryPage) -> History {
        let mut fresh = History::from(page);
        let last = fresh.entries.last().map_or(0, |it| it.position);
        let joins = self.entries.first().is_some_and(|it| it.position >= last);
        let older = self.entries.into_iter().filter(|it| it.position < last);
        let before = fresh.entries.len();
        fresh.entries.extend(older.filter(|_| joins));
        if fresh.entries.len() > before {
            fresh.next_before = self.next_before;
        }
        fresh
    }

    /// The first change of the record.
    pub fn created(&self) -> Stamp {
        self.created
    }

    /// The changes read so far, latest first.
    pub fn entries(&self) -> &[HistoryEntry] {
        &self.entries
    }

    /// Where the next page begins, if there is one.
    pub fn next_before(&self) -> Option<u64> {
        self.next_before
    }

    /// Whether the pages go back to a moment.
    pub fn reaches(&self, at: Timestamp) -> bool {
        self.next_before.is_none() || self.entries.last().is_some_and(|it| it.stamp.at <= at)
    }

    /// Every register as it stood at a moment that the pages reach; `None` before the record was made.
    pub fn values_at(&self, at: Timestamp) -> Option<BTreeMap<Box<str>, Scalar>> {
        if at < self.created.at {
            return None;
        }
        let mut values = self.now.clone();
        let later = self.entries.iter().take_while(|it| it.stamp.at > at);
        for entry in later {
            if let Happened::Fields(changes) = &entry.what {
                let before = changes.iter().map(|it| (it.key.clone(), it.from.clone()));
                values.extend(before);
            }
        }
        values.retain(|_, value| !value.is_null());
        Some(values)
    }

    /// The registers that stood otherwise at a moment than they do in `now`.
    pub fn differences(
        &self,
        at: Timestamp,
        now: impl Fn(&str) -> Scalar,
    ) -> Option<Vec<Difference>> {
        let then = self.values_at(at)?;
        let keys: BTreeSet<&Box<str>> = self.now.keys().chain(then.keys()).collect();
        let differences = keys.into_iter().filter_map(|key| {
            let then = then.get(key).cloned().unwrap_or_default();
            let now = now(key);
            (then != now).then(|| Difference {
                key: key.clone(),
                then,
                now,
            })
        });
        Some(differences.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(at: i64) -> Stamp {
        Stamp {
            at: Timestamp::from_millis(at),
            by: RecordId([1; 16]),
        }
    }

    fn wrote(
        position: u64,
        at: i64,
        changes: &[(&str, Option<&str>, Option<&str>)],
    ) -> HistoryEntry {
        let scalar = |it: Option<&str>| it.map_or(Scalar::Null, Scalar::text);
        let change = |it: &(&str, Option<&str>, Option<&str>)| FieldChange {
            key: it.0.into(),
            from: scalar(it.1),
            to: scalar(it.2),
            shown: None,
        };
        HistoryEntry {
            position,
            stamp: stamp(at),
            what: Happened::Fields(changes.iter().map(change).collect()),
        }
    }

    /// Made at 10 as A, B since 20, with a phone from 30, C since 40 while the phone is cleared.
    fn pages() -> [HistoryPage; 2] {
        let now: Vec<(Box<str>, Scalar)> = vec![
            ("name".into(), Scalar::text("C")),
            ("phone".into(), Scalar::Null),
        ];
        let page = |entries, next_before| HistoryPage {
            created: stamp(10),
            now: now.clone(),
            entries,
            next_before,
        };
        let late = vec![
            wrote(
                9,
                40,
                &[("name", Some("B"), Some("C")), ("phone", Some("1"), None)],
            ),
            wrote(7, 30, &[("phone", None, Some("1"))]),
        ];
        let early = vec![
            HistoryEntry {
                position: 6,
                stamp: stamp(25),
                what: Happened::Note("notes".into()),
            },
            wrote(4, 20, &[("name", Some("A"), Some("B"))]),
            wrote(2, 10, &[("name", None, Some("A"))]),
        ];
        [page(late, Some(7)), page(early, None)]
    }

    fn whole() -> History {
        let [first, second] = pages();
        let mut history = History::from(first);
        history.add(second);
        history
    }

    #[track_caller]
    fn check(at: i64, expected: Option<&[(&str, &str)]>) {
        let values = whole().values_at(Timestamp::from_millis(at));
        let expected = expected.map(|all| {
            let pair = |it: &(&str, &str)| (Box::from(it.0), Scalar::text(it.1));
            all.iter().map(pair).collect::<BTreeMap<Box<str>, Scalar>>()
        });
        assert_eq!(values, expected, "at {at}");
    }

    #[test]
    fn a_record_stands_at_each_moment_as_it_was_left_before() {
        check(9, None);
        check(10, Some(&[("name", "A")]));
        check(19, Some(&[("name", "A")]));
        check(20, Some(&[("name", "B")]));
        check(29, Some(&[("name", "B")]));
        check(35, Some(&[("name", "B"), ("phone", "1")]));
        check(40, Some(&[("name", "C")]));
        check(99, Some(&[("name", "C")]));
    }

    #[test]
    fn pages_are_read_only_as_far_as_the_moment_lies_back() {
        let [first, second] = pages();
        let mut history = History::from(first);
        assert!(history.reaches(Timestamp::from_millis(30)));
        assert!(!history.reaches(Timestamp::from_millis(29)));
        assert_eq!(history.next_before(), Some(7));
        let early = history.values_at(Timestamp::from_millis(30));
        history.add(second.clone());
        assert!(history.reaches(Timestamp::from_millis(0)));
        assert_eq!(early, whole().values_at(Timestamp::from_millis(30)));
        // A page that is handed in twice tells nothing twice.
        history.add(second);
        assert_eq!(history, whole());
    }

    #[test]
    fn a_latest_page_read_anew_keeps_what_follows_it() {
        let [mut first, _] = pages();
        first
            .entries
            .insert(0, wrote(11, 50, &[("name", Some("C"), Some("D"))]));
        let positions =
            |it: &History| -> Vec<u64> { it.entries().iter().map(|it| it.position).collect() };
        let renewed = whole().renew(first.clone());
        assert_eq!(positions(&renewed), [11, 9, 7, 6, 4, 2]);
        assert_eq!(renewed.next_before(), None);
        // So much has happened that the page does not reach what was read before.
        first.entries = vec![wrote(20, 60, &[("name", Some("X"), Some("Y"))])];
        first.next_before = Some(20);
        let renewed = whole().renew(first);
        assert_eq!(
            (positions(&renewed), renewed.next_before()),
            (vec![20], Some(20))
        );
    }

    #[test]
    fn a_value_that_lost_was_never_shown() {
        let mut entry = wrote(3, 30, &[("name", Some("A"), Some("B"))]);
        if let Happened::Fields(changes) = &mut entry.what {
            changes[0].shown = Some(Scalar::text("A"));
            assert_eq!(changes[0].shown(), &Scalar::text("A"));
        }
        let history = History::from(HistoryPage {
            created: stamp(10),
            now: vec![("name".into(), Scalar::text("A"))],
            entries: vec![entry, wrote(2, 10, &[("name", None, Some("A"))])],
            next_before: None,
        });
        for at in [10, 30] {
            let values = history.values_at(Timestamp::from_millis(at));
            assert_eq!(values.unwrap()["name"], Scalar::text("A"));
        }
    }

    #[test]
    fn differences_are_to_what_is_shown_now_and_not_to_what_the_server_had() {
        let now = |key: &str| match key {
            "name" => Scalar::text("B"),
            _ => Scalar::Null,
        };
        let keys = |at| {
            let found = whole().differences(Timestamp::from_millis(at), now);
            found.map(|all| all.into_iter().map(|it| it.key).collect::<Vec<_>>())
        };
        assert_eq!(keys(9), None);
        assert_eq!(keys(10), Some(vec!["name".into()]));
        assert_eq!(keys(20), Some(vec![]));
        assert_eq!(keys(30), Some(vec!["phone".into()]));
        assert_eq!(keys(40), Some(vec!["name".into()]));
    }

    #[test]
    fn a_page_of_another_version_asks_for_a_newer_client() {
        let [page, _] = pages();
        let mut bytes = encode_page(&page);
        assert_eq!(decode_page(&bytes), Ok(page));
        bytes[0] += 1;
        assert_eq!(decode_page(&bytes), Err(AskError::ClientTooOld));
        assert_eq!(decode_page(&[]), Err(AskError::Unreachable));
        assert_eq!(decode_page(&[PAGE_VERSION, 1]), Err(AskError::Unreachable));
    }
}
