//! The list of what was erased, a text file in the data folder: no backup, and nothing that is put back,
//! replaces it.
//!
//! One line for each record: workspace, member who asked, number of the kind, record. Ids say nothing about
//! the person.

use super::Asked;
use huike_shared::id::RecordId;
use huike_shared::record::{Kind, RecordRef};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The file.
#[derive(Clone, Debug)]
pub struct ErasedList(PathBuf);

impl ErasedList {
    /// The list of a data folder.
    pub fn of(folder: &Path) -> Self {
        ErasedList(folder.join("erased.list"))
    }

    /// A list elsewhere, such as one that was copied from another machine.
    pub fn at(file: &Path) -> Self {
        ErasedList(file.to_owned())
    }

    /// Adds records; they are on the disk when this returns.
    pub fn add(&self, asked: Asked, records: &[RecordRef]) -> Result<(), Error> {
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&self.0)?;
        let lines: String = records
            .iter()
            .map(|it| {
                let Asked {
                    workspace_id,
                    member_id,
                } = asked;
                format!("{workspace_id} {member_id} {} {}\n", it.kind.0, it.id)
            })
            .collect();
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        #[cfg(unix)]
        if let Some(folder) = self.0.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// Everything in it. A last line that was cut off was never acted on.
    pub fn read(&self) -> Result<Vec<(Asked, Vec<RecordRef>)>, Error> {
        let text = match std::fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut all: BTreeMap<(RecordId, RecordId), Vec<RecordRef>> = BTreeMap::new();
        let whole = text.rsplit_once('\n').map_or("", |it| it.0);
        for line in whole.lines().filter(|it| !it.is_empty()) {
            let (asked, record) = entry(line).ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidData,
                    format!("{}: a line cannot be read: {line}", self.0.display()),
                )
            })?;
            all.entry(asked).or_default().push(record);
        }
        Ok(all
            .into_iter()
            .map(|((workspace_id, member_id), records)| {
                (
                    Asked {
                        workspace_id,
                        member_id,
                    },
                    records,
                )
            })
            .collect())
    }
}

fn entry(line: &str) -> Option<((RecordId, RecordId), RecordRef)> {
    let mut words = line.split(' ');
    let workspace_id = RecordId::parse(words.next()?).ok()?;
    let member_id = RecordId::parse(words.next()?).ok()?;
    let kind = Kind(words.next()?.parse().ok()?);
    let id = RecordId::parse(words.next()?).ok()?;
    let is_end = words.next().is_none();
    is_end.then_some(((workspace_id, member_id), RecordRef { kind, id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_read_and_a_line_cut_off_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let list = ErasedList::of(folder.path());
        assert!(list.read().unwrap().is_empty());
        let asked = Asked {
            workspace_id: RecordId([1; 16]),
            member_id: RecordId([2; 16]),
        };
        let record = |id| RecordRef {
            kind: Kind(1),
            id: RecordId([id; 16]),
        };
        list.add(asked, &[record(3)]).unwrap();
        list.add(asked, &[record(4), record(5)]).unwrap();
        let file = folder.path().join("erased.list");
        let mut text = std::fs::read_to_string(&file).unwrap();
        text.push_str("01010101-0101");
        std::fs::write(&file, &text).unwrap();
        let expected = vec![record(3), record(4), record(5)];
        assert_eq!(list.read().unwrap(), [(asked, expected)]);
        std::fs::write(&file, format!("nonsense\n{text}")).unwrap();
        assert_eq!(list.read().unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
