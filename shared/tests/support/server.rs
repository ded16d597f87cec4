//! The server of the company: the log in memory, the real gate, and one answer to each change.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use automerge::{AutoCommit, ReadDoc};
use huike_shared::access::Role;
use huike_shared::document::columns::Loose;
use huike_shared::document::{self, Actor, ChangeHash, FlatChange, Registers};
use huike_shared::id::RecordId;
use huike_shared::note::{Note, NoteDocument, NoteState, note_ref, owner_of};
use huike_shared::record::{Kind, RecordRef};
use huike_shared::refusal::Refusal;
use huike_shared::registry;
use huike_shared::row::{Row, Stamp};
use huike_shared::scalar::Scalar;
use huike_shared::sync::block::{self, BlockState};
use huike_shared::sync::gate;
use huike_shared::sync::message::{
    DocumentState, Entry, MemberInfo, PushedChange, SnapshotManifest, SnapshotPart,
    SnapshotPartInfo, StateEntry, StatesPage, Verdict,
};
use huike_shared::time::Timestamp;

/// A document as a server holds it.
#[derive(Clone, Default)]
pub struct ServerDocument {
    pub registers: Registers,
    pub history: Vec<FlatChange>,
    pub note: Option<(Box<str>, NoteState)>,
    pub position: u64,
}

/// The long texts of the records that the company writes.
const NOTE_FIELDS: [&str; 1] = ["notes"];

/// Changes that a connection pushed and the disk has not finished.
#[derive(Clone)]
pub struct Submission {
    /// Which connection; zero if it is gone already.
    pub line: u64,
    pub member: RecordId,
    pub changes: Vec<PushedChange>,
}

/// A server in memory: the log, the gate, and one answer to each push.
#[derive(Clone)]
pub struct Server {
    pub log_id: RecordId,
    pub log: Vec<Entry>,
    pub hashes: HashMap<(RecordRef, ChangeHash), (u64, Timestamp)>,
    pub documents: BTreeMap<RecordRef, ServerDocument>,
    pub actors: HashMap<Actor, RecordId>,
    pub members: Vec<MemberInfo>,
    /// Records that were erased for good; the list is no part of a backup.
    pub erased: BTreeSet<RecordRef>,
    pub now: Timestamp,
    /// Catch-up by states from this many missed changes on.
    pub catch_up_max: u64,
    /// States in one page.
    pub page_max: usize,
    /// The position of the last renewal: who has not come so far gets states.
    pub floor: u64,
    /// What new devices fetch, until it is too old.
    pub(super) snapshot: Option<Snapshot>,
    /// Its disk takes its time.
    pub is_slow: bool,
    /// Its disk has no room.
    pub is_full: bool,
    /// What the disk has not finished, in order.
    pub waiting: VecDeque<Submission>,
    /// Records with changes that could not be stored, by member, and when that was.
    pub(super) stalled: BTreeMap<(RecordId, RecordRef), Timestamp>,
    /// Records of which a change was refused for good.
    pub(super) refused: BTreeSet<RecordRef>,
}

/// Everything at one position.
#[derive(Clone)]
pub(super) struct Snapshot {
    position: u64,
    erased: usize,
    parts: Vec<SnapshotPart>,
    manifest: SnapshotManifest,
}

/// How long what builds on a change that could not be stored is refused for now only, as the server has it.
const STALL_MS: i64 = 15_000;
/// Positions by which the log may be ahead of a snapshot.
const SNAPSHOT_BEHIND_MAX: u64 = 30;
/// Below this there is none.
const SNAPSHOT_POSITIONS_MIN: u64 = 12;

impl Server {
    pub fn new(members: &[RecordId]) -> Self {
        let members = members
            .iter()
            .map(|id| MemberInfo {
                id: *id,
                name: "m".into(),
                role: Role::Salesperson,
                active: true,
            })
            .collect();
        Server {
            log_id: RecordId([9; 16]),
            log: Vec::new(),
            hashes: HashMap::new(),
            documents: BTreeMap::new(),
            actors: HashMap::new(),
            members,
            erased: BTreeSet::new(),
            now: Timestamp::from_millis(1_000),
            catch_up_max: 40,
            page_max: 7,
            floor: 0,
            snapshot: None,
            is_slow: false,
            is_full: false,
            waiting: VecDeque::new(),
            stalled: BTreeMap::new(),
            refused: BTreeSet::new(),
        }
    }

    pub fn head(&self) -> u64 {
        self.log.len() as u64
    }

    /// Whether some accepted change has this text.
    pub fn holds(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let mut bodies = self.log.iter().map(|it| &it.body);
        bodies.any(|it| it.windows(text.len()).any(|it| it == text))
    }

    /// Whether some accepted change has this word, which ends in its number.
    pub fn holds_word(&self, word: &str) -> bool {
        self.log.iter().any(|it| holds_word(&it.body, word))
    }

    /// Erases a record and its note: what was said of it, and that it was there.
    pub fn erase(&mut self, record: RecordRef) {
        let notes = NOTE_FIELDS.map(|it| note_ref(record, it));
        let all = notes
            .into_iter()
            .filter(|it| self.documents.contains_key(it));
        for record in all.collect::<Vec<_>>().into_iter().chain([record]) {
            self.erased.insert(record);
            self.hashes.retain(|it, _| it.0 != record);
            for entry in self.log.iter_mut().filter(|it| it.record == record) {
                (entry.of, entry.body) = (None, Vec::new());
            }
            let position = self.head() + 1;
            self.log.push(Entry {
                position,
                record,
                of: None,
                member: self.members[0].id,
                at: self.now,
                body: Vec::new(),
            });
            let document = ServerDocument {
                position,
                ..ServerDocument::default()
            };
            self.documents.insert(record, document);
        }
    }

    /// Whether a change belongs to a record that was erased.
    fn is_erased(&self, change: &PushedChange) -> bool {
        let owner = change.of.as_deref().and_then(owner_of);
        self.erased.contains(&change.record) || owner.is_some_and(|it| self.erased.contains(&it.0))
    }

    /// Judges and commits one change, as the server's ingest does.
    pub fn ingest(&mut self, member: RecordId, change: &PushedChange) -> Verdict {
        if self.is_erased(change) {
            return Verdict::Refused(Refusal::Erased);
        }
        if let Some((position, at)) = self.hashes.get(&(change.record, change.hash)) {
            return Verdict::Accepted {
                position: *position,
                at: *at,
            };
        }
        if self.is_full {
            self.stalled.insert((member, change.record), self.now);
            return Verdict::Refused(Refusal::Unavailable);
        }
        match self.judge(member, change) {
            Ok(hash) => {
                self.stalled.remove(&(member, change.record));
                let position = self.head() + 1;
                self.documents.entry(change.record).or_default().position = position;
                self.hashes
                    .insert((change.record, hash), (position, self.now));
                self.log.push(Entry {
                    position,
                    record: change.record,
                    of: change.of.clone(),
                    member,
                    at: self.now,
                    body: change.body.clone(),
                });
                Verdict::Accepted {
                    position,
                    at: self.now,
                }
            }
            // What builds on a change that could not be stored is not to blame.
            Err(Refusal::UnknownDependency | Refusal::BrokenHistory)
                if self.is_stalled(member, change.record) =>
            {
                Verdict::Refused(Refusal::Unavailable)
            }
            Err(refusal) => {
                self.refused.insert(change.record);
                Verdict::Refused(refusal)
            }
        }
    }

    fn is_stalled(&self, member: RecordId, record: RecordRef) -> bool {
        let at = self.stalled.get(&(member, record));
        at.is_some_and(|it| self.now.millis() - it.millis() < STALL_MS)
    }

    fn judge(&mut self, member: RecordId, change: &PushedChange) -> Result<ChangeHash, Refusal> {
        let role = self
            .members
            .iter()
            .find(|it| it.id == member)
            .ok_or(Refusal::SignedOut)?
            .role;
        let stamp = Stamp {
            at: self.now,
            by: member,
        };
        let document = self.documents.entry(change.record).or_default();
        if let Some(of) = change.of.as_deref() {
            let state = document.note.as_ref().map(|it| &it.1);
            let (hash, actor, state) =
                gate::judge_note(change.record, of, state, &change.body, role, stamp)?;
            if self.actors.get(&actor) != Some(&member) {
                return Err(Refusal::ForeignActor);
            }
            document.note = Some((of.into(), state));
            return Ok(hash);
        }
        let def = registry::def(change.record.kind).ok_or(Refusal::UnknownKind)?;
        let flat = gate::parse(&change.body)?;
        if self.actors.get(&flat.actor) != Some(&member) {
            return Err(Refusal::ForeignActor);
        }
        let at_deps = if flat.deps == document.registers.heads() {
            document.registers.clone()
        } else {
            Registers::at(&flat.deps, &document.history).ok_or(Refusal::UnknownDependency)?
        };
        gate::judge(
            &flat,
            &change.record,
            def,
            &at_deps,
            &document.registers,
            role,
        )?;
        document.registers.apply(&flat, stamp);
        let hash = flat.hash;
        document.history.push(flat);
        Ok(hash)
    }

    /// Begins a new epoch of a record, as the server's upkeep does. What was accepted before stays known
    /// by its hash.
    pub fn renew(&mut self, record: RecordRef) -> bool {
        if self.erased.contains(&record) {
            return false;
        }
        let Some(document) = self.documents.get_mut(&record) else {
            return false;
        };
        let Some((registers, body)) = document.registers.renew(&record) else {
            return false;
        };
        let def = registry::def(record.kind).expect("only known kinds are accepted");
        let shown = |it: &Registers| {
            let row = it.to_row(def, record.id);
            (row.values, row.deleted, row.created, row.updated)
        };
        assert_eq!(
            shown(&document.registers),
            shown(&registers),
            "a renewal shows the same"
        );
        let genesis = document::decode(&body).expect("the server's own change");
        let position = self.log.len() as u64 + 1;
        document.registers = registers;
        document.history = vec![genesis];
        document.position = position;
        self.log.push(Entry {
            position,
            record,
            of: None,
            member: RecordId::default(),
            at: self.now,
            body,
        });
        self.floor = position;
        true
    }

    /// The changes of a record in its epoch.
    fn bodies<'a>(&'a self, record: &'a RecordRef) -> impl Iterator<Item = &'a Entry> + Clone {
        let of = |it: &&Entry| it.record == *record;
        let is_renewal = |it: &Entry| it.record == *record && it.is_renewal();
        let begins = self.log.iter().rposition(is_renewal).unwrap_or(0);
        self.log[begins..].iter().filter(of)
    }

    pub fn states(&self, after: u64, page: usize) -> StatesPage {
        let mut changed: Vec<(&RecordRef, &ServerDocument)> = self
            .documents
            .iter()
            .filter(|it| it.1.position > after)
            .collect();
        changed.sort_by_key(|it| it.1.position);
        let remaining = changed.len().saturating_sub(page) as u64;
        changed.truncate(page);
        let next = changed.last().map_or(self.head(), |it| it.1.position);
        let states = changed
            .into_iter()
            .map(|(record, document)| StateEntry {
                record: *record,
                position: document.position,
                state: match &document.note {
                    _ if self.erased.contains(record) => DocumentState::Erased,
                    Some((_, state)) => DocumentState::Note(state.clone()),
                    None => DocumentState::Flat(document.registers.clone()),
                },
            })
            .collect();
        StatesPage {
            log: self.log_id,
            states,
            next,
            remaining,
        }
    }

    /// What a new device is to fetch, if there is enough for that.
    pub fn snapshot(&mut self) -> SnapshotManifest {
        let is_old = |it: &Snapshot| {
            it.erased != self.erased.len() || it.position + SNAPSHOT_BEHIND_MAX < self.head()
        };
        if self.snapshot.as_ref().is_none_or(is_old) {
            self.snapshot = (self.head() >= SNAPSHOT_POSITIONS_MIN).then(|| self.take_snapshot());
        }
        let manifest = self.snapshot.as_ref().map(|it| it.manifest.clone());
        manifest.unwrap_or_default()
    }

    /// A part of the snapshot at a position, if that is still there.
    pub fn snapshot_part(&self, position: u64, number: u32) -> Option<SnapshotPart> {
        let snapshot = self.snapshot.as_ref()?;
        let is_there = snapshot.position == position && snapshot.erased == self.erased.len();
        let part = snapshot.parts.get(usize::try_from(number).ok()?)?;
        is_there.then(|| part.clone())
    }

    fn take_snapshot(&self) -> Snapshot {
        let states = self.states(0, usize::MAX).states;
        let mut parts = Vec::new();
        let mut infos = Vec::new();
        let mut blocks: BTreeMap<Kind, Vec<(RecordId, BlockState)>> = BTreeMap::new();
        for entry in states {
            let state = match entry.state {
                DocumentState::Flat(registers) if registers.changes() == 1 => {
                    let last = self.log.iter().find(|it| it.position == entry.position);
                    BlockState::Flat(Loose::new(registers, &last.expect("logged").body))
                }
                other => Some(other).into(),
            };
            let records = blocks.entry(entry.record.kind).or_default();
            records.push((entry.record.id, state));
        }
        for (kind, records) in blocks {
            for some in records.chunks(self.page_max) {
                let block = block::pack(kind, some).expect("few records fit into a block");
                infos.push(SnapshotPartInfo {
                    number: u32::try_from(parts.len()).expect("few parts"),
                    records: u32::try_from(some.len()).expect("few records"),
                });
                parts.push(SnapshotPart {
                    blocks: vec![block.into()],
                });
            }
        }
        infos.reverse();
        Snapshot {
            position: self.head(),
            erased: self.erased.len(),
            parts,
            manifest: SnapshotManifest {
                log: self.log_id,
                position: self.head(),
                parts: infos,
            },
        }
    }

    /// The rows, by the projection and by Automerge itself; they must be equal.
    pub fn rows(&self) -> BTreeMap<RecordRef, Row> {
        let mut rows = BTreeMap::new();
        for (record, document) in &self.documents {
            if document.position == 0 || self.erased.contains(record) {
                continue;
            }
            let def = registry::def(record.kind).expect("only known kinds are accepted");
            let row = match &document.note {
                Some((of, state)) => {
                    let (owner, field) = owner_of(of).expect("the gate has read it");
                    let mut note = NoteDocument::genesis(owner, field);
                    for entry in self.log.iter().filter(|it| it.record == *record) {
                        note.apply(&[&entry.body])
                            .expect("the gate has accepted it");
                    }
                    let loaded = NoteDocument::load(&state.saved).expect("the gate has loaded it");
                    assert_eq!(note.text(), loaded.text());
                    loaded.to_row(record.id, state)
                }
                None => {
                    self.check_against_automerge(record, document);
                    document.registers.to_row(def, record.id)
                }
            };
            rows.insert(*record, row);
        }
        rows
    }

    fn check_against_automerge(&self, record: &RecordRef, document: &ServerDocument) {
        let mut automerge = AutoCommit::new();
        let changes = self
            .bodies(record)
            .map(|it| automerge::Change::try_from(&it.body[..]).expect("judged"));
        automerge
            .apply_changes(changes)
            .expect("the gate has accepted them");
        let mut again = AutoCommit::load(&automerge.save()).expect("what is saved loads again");
        let mut heads: Vec<ChangeHash> = again.get_heads().into_iter().map(Into::into).collect();
        heads.sort_unstable();
        assert_eq!(heads, document.registers.heads());
        for key in again.keys(automerge::ROOT).collect::<Vec<_>>() {
            let all = again
                .get_all(automerge::ROOT, &key)
                .expect("the key is there");
            let theirs: Vec<Scalar> = all.iter().map(|it| scalar(&it.0)).collect();
            let ours: Vec<Scalar> = document
                .registers
                .candidates(&key)
                .into_iter()
                .map(|it| it.0.clone())
                .collect();
            assert_eq!(ours, theirs, "{key}");
            let winner = again.get(automerge::ROOT, &key).expect("the key is there");
            let winner = winner.map(|it| scalar(&it.0)).expect("the key is there");
            assert_eq!(*document.registers.value(&key), winner, "{key}");
        }
    }
}

/// Whether a word that ends in a number is among the bytes; the beginning of another number does not count.
pub fn holds_word(bytes: &[u8], word: &str) -> bool {
    count_word(bytes, word) > 0
}

/// How often.
pub fn count_word(bytes: &[u8], word: &str) -> usize {
    let word = word.as_bytes();
    let places = bytes
        .windows(word.len())
        .enumerate()
        .filter(|it| it.1 == word);
    let is_whole = |at: usize| !bytes.get(at + word.len()).is_some_and(u8::is_ascii_digit);
    places.filter(|it| is_whole(it.0)).count()
}

fn scalar(value: &automerge::Value<'_>) -> Scalar {
    match value.as_scalar().expect("documents are flat") {
        automerge::ScalarValue::Null => Scalar::Null,
        automerge::ScalarValue::Boolean(it) => Scalar::Bool(*it),
        automerge::ScalarValue::Int(it) => Scalar::Int(*it),
        automerge::ScalarValue::Str(it) => Scalar::text(it.as_str()),
        other => panic!("{other:?} in a flat document"),
    }
}
