//! From an uploaded file to records in the log, and back.
//!
//! A file waits in the store under an id, and so does what is known of it. A commit is
//! one submission to `ingest`: its records and their author are written down first, so that after a
//! crash the log itself says whether they are there. Nothing is ever half done.

mod commit;
mod undo;

use super::check::{self, Checked, Preview};
use super::columns::{self, Mapping};
use super::table::Table;
use super::value::Known;
use super::{ERRORS_SHOWN_MAX, FILE_BYTES_MAX, ImportError, PREVIEW_ROWS, decode, table, words};
use crate::entropy::{self, OsEntropy};
use crate::error::{Failure, Refused};
use crate::store::documents::RowsAsked;
use crate::store::imports::{Choice, ImportRow, ImportState, KnownMapping};
use crate::store::people::{Digest, Member};
use crate::sync::ingest::Ingest;
use huike_shared::access::{Action, allows};
use huike_shared::customers::Customer;
use huike_shared::id::{Entropy as _, RecordId};
use huike_shared::record::{FieldKind, KindDef, Record as _};
use huike_shared::time::{DAY_MS, Timestamp};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use undo::{Kept, Undone};

/// A file that nobody decided about is forgotten after so long.
const EXPIRY_MS: i64 = DAY_MS;
/// Files of one workspace that may wait at the same time.
const WAITING_MAX: usize = 20;
/// Imports that the history shows.
const HISTORY_MAX: u64 = 100;
/// Characters of a file's name that are kept for showing.
const FILE_NAME_CHARS_MAX: usize = 120;
/// Rows of the store that are read at once.
const ROWS_PAGE: u64 = 2_000;

/// Why an import did not go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The file or the request is not as it must be.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Anything else that a handler may answer.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<Refused> for ImportFailure {
    fn from(refused: Refused) -> Self {
        ImportFailure::Failure(refused.into())
    }
}

impl From<crate::store::StoreError> for ImportFailure {
    fn from(error: crate::store::StoreError) -> Self {
        ImportFailure::Failure(error.into())
    }
}

/// What the file turned out to be.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// The import.
    pub id: RecordId,
    /// The encoding it was read in.
    pub encoding: &'static str,
    /// The file as a table.
    pub table: Arc<Table>,
    /// The kind that the suggestions are for: the one chosen before for this head line, or customers.
    pub kind: &'static KindDef,
    /// A field or nothing for each column, for every kind.
    pub suggested: Vec<(&'static KindDef, Vec<Option<&'static str>>)>,
}

/// What a dry run found.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The words of the head line.
    pub header: Vec<String>,
    /// The encoding it was read in.
    pub encoding: &'static str,
    /// Rows and mistakes.
    pub checked: Checked,
    /// The first records to be.
    pub preview: Vec<Preview>,
}

/// Where an import stands, with the progress of a running one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the store knows.
    pub import: ImportRow,
    /// Records made ready so far.
    pub done: u64,
}

/// Everything that happens to imports; cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    ingest: Ingest,
    running: Arc<Mutex<HashMap<RecordId, Arc<AtomicU64>>>>,
}

impl Desk {
    /// A desk that writes through this door.
    pub fn new(ingest: Ingest) -> Self {
        Desk {
            ingest,
            running: Arc::default(),
        }
    }

    /// Takes a file in and says what is in it. A file that cannot be read is not kept.
    pub async fn upload(
        &self,
        member: &Member,
        file_name: &str,
        bytes: Vec<u8>,
        encoding: Option<String>,
    ) -> Result<Uploaded, ImportFailure> {
        may_edit(member)?;
        if bytes.len() > FILE_BYTES_MAX {
            return Err(ImportError::TooLarge.into());
        }
        let recent = self
            .ingest
            .store()
            .imports(member.workspace_id, HISTORY_MAX)
            .await?;
        if recent.iter().filter(|it| it.state.is_waiting()).count() >= WAITING_MAX {
            return Err(ImportError::TooManyWaiting.into());
        }
        let (bytes, read) = blocking(move || {
            let read = read(&bytes, encoding.as_deref());
            (bytes, read)
        })
        .await?;
        let (encoding, table) = read?;
        let now = self.ingest.now();
        let id = OsEntropy.record_id(now);
        self.ingest.store().keep_file(id, &bytes).await?;
        let import = ImportRow {
            id,
            workspace_id: member.workspace_id,
            member_id: member.id,
            file_name: shown_name(file_name),
            state: ImportState::Uploaded,
            encoding: Some(encoding.to_owned()),
            kind: None,
            mapping: None,
            actor: None,
            created_at: now,
            finished_at: None,
            record_count: 0,
            problem: None,
        };
        self.ingest.store().add_import(&import).await?;
        let known = self
            .ingest
            .store()
            .mapping_for(member.workspace_id, header_digest(&table.header))
            .await?;
        let (kind, suggested) = suggestions(&table.header, known.as_ref());
        Ok(Uploaded {
            id,
            encoding,
            table: Arc::new(table),
            kind,
            suggested,
        })
    }

    /// Tries a mapping without changing anything but what was chosen.
    pub async fn check(
        &self,
        member: &Member,
        id: RecordId,
        mut choice: Choice,
    ) -> Result<Tried, ImportFailure> {
        let import = self.own(member, id).await?;
        // What was found or said at the upload holds until something else is said.
        choice.encoding = choice.encoding.or_else(|| import.encoding.clone());
        if !import.state.is_waiting() {
            return Err(ImportError::WrongStep.into());
        }
        let tried = self.try_mapping(member, id, &choice).await?;
        if !self.ingest.store().choose_import(id, &choice).await? {
            return Err(ImportError::WrongStep.into());
        }
        Ok(tried)
    }

    /// Where one import stands.
    pub async fn standing(&self, member: &Member, id: RecordId) -> Result<Standing, ImportFailure> {
        let import = self.ingest.store().import(member.workspace_id, id).await?;
        Ok(self.with_progress(import.ok_or(Refused::NotFound)?))
    }

    /// The imports of the workspace, newest first.
    pub async fn history(&self, member: &Member) -> Result<Vec<Standing>, ImportFailure> {
        let imports = self
            .ingest
            .store()
            .imports(member.workspace_id, HISTORY_MAX)
            .await?;
        Ok(imports
            .into_iter()
            .map(|it| self.with_progress(it))
            .collect())
    }

    /// Forgets a file that waits.
    pub async fn remove(&self, member: &Member, id: RecordId) -> Result<(), ImportFailure> {
        self.own(member, id).await?;
        if !self.ingest.store().remove_import(id).await? {
            return Err(ImportError::WrongStep.into());
        }
        self.forget_file(id).await;
        Ok(())
    }

    /// Forgets files that waited too long, and files that a crash left behind.
    pub async fn tidy(&self) -> Result<(), Failure> {
        let before = Timestamp::from_millis(self.ingest.now().millis() - EXPIRY_MS);
        for id in self.ingest.store().remove_imports_before(before).await? {
            self.forget_file(id).await;
        }
        let age = Duration::from_millis(EXPIRY_MS.unsigned_abs());
        self.ingest.store().forget_files_older_than(age).await?;
        // Another server may have died while it imported.
        self.recover().await
    }

    async fn try_mapping(
        &self,
        member: &Member,
        id: RecordId,
        choice: &Choice,
    ) -> Result<Tried, ImportFailure> {
        let def = columns::kind(&choice.kind)?;
        // A file that is gone has expired, or was imported by another request.
        let bytes = self.ingest.store().file(id).await?;
        let bytes = bytes.ok_or(ImportError::WrongStep)?;
        let encoding = choice.encoding.clone();
        let (encoding, table) = blocking(move || read(&bytes, encoding.as_deref())).await??;
        let mapping = Mapping::new(def, table.header.len(), &choice.mapping)?;
        let known = self.known(member, &mapping).await?;
        let importer = member.id;
        let tried = blocking(move || {
            let checked = check::check(&table, &mapping, &known, importer, ERRORS_SHOWN_MAX);
            let preview = check::preview(&table, &mapping, &checked, PREVIEW_ROWS);
            Tried {
                header: table.header,
                encoding,
                checked,
                preview,
            }
        });
        Ok(tried.await?)
    }

    /// What the cells of a file may name.
    async fn known(&self, member: &Member, mapping: &Mapping) -> Result<Known, Failure> {
        let mut known = Known::default();
        let store = self.ingest.store();
        for member in store.members(member.workspace_id).await? {
            if member.is_active {
                known.members.add(&member.name, member.id);
                known.members.add(&member.login, member.id);
            }
        }
        let has_links = mapping
            .columns()
            .any(|it| matches!(it.field.kind, FieldKind::Link(_)));
        if !has_links {
            return Ok(known);
        }
        let mut asked = RowsAsked {
            workspace_id: member.workspace_id,
            kind: Customer::DEF.kind,
            after: None,
            with_deleted: false,
            count: ROWS_PAGE,
        };
        loop {
            let rows = store.rows(asked).await?;
            for row in &rows {
                let fields: HashMap<String, serde_json::Value> =
                    serde_json::from_str(&row.fields).map_err(Failure::broken)?;
                let names = [Customer::NAME.name, Customer::CODE.name];
                for name in names.iter().filter_map(|it| fields.get(*it)?.as_str()) {
                    known.customers.add(name, row.record.id);
                }
            }
            match rows.last() {
                Some(last) => asked.after = Some(last.record.id),
                None => return Ok(known),
            }
        }
    }

    /// An import that this member may decide about: their own, or any for who manages.
    async fn own(&self, member: &Member, id: RecordId) -> Result<ImportRow, ImportFailure> {
        may_edit(member)?;
        let import = self.ingest.store().import(member.workspace_id, id).await?;
        let import = import.ok_or(Refused::NotFound)?;
        let manages = allows(member.role, Action::Administer);
        if import.member_id != member.id && !manages {
            return Err(Refused::NotPermitted.into());
        }
        Ok(import)
    }

    fn with_progress(&self, import: ImportRow) -> Standing {
        let running = self
            .progress()
            .get(&import.id)
            .map(|it| it.load(Ordering::Relaxed));
        let done = match import.state {
            ImportState::Done | ImportState::Undone => import.record_count,
            _ => running.unwrap_or(0),
        };
        Standing { import, done }
    }

    fn progress(&self) -> MutexGuard<'_, HashMap<RecordId, Arc<AtomicU64>>> {
        // Nothing below panics half-way through a change of the map.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn forget_file(&self, id: RecordId) {
        if let Err(error) = self.ingest.store().forget_file(id).await {
            tracing::warn!(import.id = %id, %error, "an imported file was not removed");
        }
    }
}

fn read(bytes: &[u8], encoding: Option<&str>) -> Result<(&'static str, Table), ImportError> {
    let decoded = decode::decode(bytes, encoding)?;
    Ok((decoded.encoding, table::read(&decoded.text)?))
}

fn may_edit(member: &Member) -> Result<(), Refused> {
    if allows(member.role, Action::Edit) {
        Ok(())
    } else {
        Err(Refused::NotPermitted)
    }
}

type Suggested = (&'static KindDef, Vec<Option<&'static str>>);

/// Fields for the columns, by what was chosen before or by their words.
fn suggestions(
    header: &[String],
    known: Option<&KnownMapping>,
) -> (&'static KindDef, Vec<Suggested>) {
    let chosen = known.and_then(|it| columns::kind(&it.kind).ok());
    let fields = |def: &'static KindDef| match known {
        Some(known) if known.kind == def.name => header
            .iter()
            .map(|word| {
                let word = words::plain(word);
                let chosen = known.fields.iter().find(|it| it.0 == word);
                let field =
                    chosen.and_then(|it| def.fields.iter().find(|known| known.name == it.1));
                field.map(|it| it.name)
            })
            .collect(),
        Some(_) | None => columns::suggest(def, header),
    };
    let suggested = columns::KINDS.iter().map(|it| (*it, fields(it))).collect();
    (chosen.unwrap_or(Customer::DEF), suggested)
}

/// Names a head line, whatever the order of its columns.
fn header_digest(header: &[String]) -> Digest {
    let mut words: Vec<String> = header.iter().map(|it| words::plain(it)).collect();
    words.sort_unstable();
    entropy::digest(words.join("\n").as_bytes())
}

/// A file's name as it may be shown: its last part, on one line, not too long.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.chars()
        .filter(|it| !it.is_control())
        .take(FILE_NAME_CHARS_MAX)
        .collect()
}

/// Does long work beside the requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Failure::broken)
}
