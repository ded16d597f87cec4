//! The security log in SQLite.

use super::changes::{number, position, record_ref};
use super::{SqliteStore, blob, id, time};
use crate::store::journal::*;
use crate::store::people::Digest;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

#[async_trait]
impl Journal for SqliteStore {
    async fn note(&self, entry: NewEntry) -> StoreResult<()> {
        let mut write = self.write().await?;
        append(&mut write, entry).await?;
        write.commit().await?;
        Ok(())
    }

    async fn journal_chain(&self) -> StoreResult<Chain> {
        chain(&mut *self.readers().acquire().await?).await
    }

    async fn journal_after(&self, after: u64, max: u32) -> StoreResult<Vec<Entry>> {
        sqlx::query("select * from journal where number > ? order by number limit ?")
            .bind(number(after)?)
            .bind(max)
            .fetch_all(self.readers())
            .await?
            .iter()
            .map(read_entry)
            .collect()
    }

    async fn journal_of(
        &self,
        workspace_id: RecordId,
        filter: &Filter,
        max: u32,
    ) -> StoreResult<Vec<Entry>> {
        sqlx::query(
            "select * from journal
             where workspace_id = ?1 and number < ?2
               and (?3 is null or member_id = ?3 or about = ?3)
               and (?4 is null or record_id = ?4)
               and (?5 is null or what = ?5)
               and (?6 is null or at >= ?6)
               and (?7 is null or at < ?7)
             order by number desc limit ?8",
        )
        .bind(blob(&workspace_id))
        .bind(number(filter.before.unwrap_or(i64::MAX as u64))?)
        .bind(filter.person.as_ref().map(blob))
        .bind(filter.record.as_ref().map(blob))
        .bind(filter.what.as_deref())
        .bind(filter.from.map(Timestamp::millis))
        .bind(filter.until.map(Timestamp::millis))
        .bind(max)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read_entry)
        .collect()
    }

    async fn trim_journal(&self, older_than: Timestamp, now: Timestamp) -> StoreResult<u64> {
        let mut write = self.write().await?;
        let Chain { start, head } = chain(&mut write).await?;
        let first_kept: Option<i64> =
            sqlx::query_scalar("select min(number) from journal where at >= ?")
                .bind(older_than.millis())
                .fetch_one(&mut *write)
                .await?;
        let last_dropped = first_kept.map_or(head.number, |it| it.unsigned_abs() - 1);
        if last_dropped <= start.number {
            return Ok(0);
        }
        let hash: Vec<u8> = sqlx::query_scalar("select hash from journal where number = ?")
            .bind(number(last_dropped)?)
            .fetch_one(&mut *write)
            .await?;
        let mark = Mark {
            number: last_dropped,
            hash: read_hash(&hash)?,
        };
        sqlx::query("delete from journal where number <= ?")
            .bind(number(last_dropped)?)
            .execute(&mut *write)
            .await?;
        sqlx::query("update journal_chain set start_number = ?, start_hash = ?")
            .bind(number(mark.number)?)
            .bind(&mark.hash[..])
            .execute(&mut *write)
            .await?;
        let entry = NewEntry::new(What::Trimmed, now).with_detail(&mark.to_string());
        append(&mut write, entry).await?;
        write.commit().await?;
        Ok(last_dropped - start.number)
    }
}

/// Notes something in the transaction of what it is about.
pub(super) async fn append(write: &mut SqliteConnection, entry: NewEntry) -> StoreResult<()> {
    let entry = entry.after(chain(write).await?.head);
    sqlx::query(
        "insert into journal (number, at, workspace_id, what, member_id, about, kind, record_id,
                              detail, hash)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(number(entry.number)?)
    .bind(entry.at.millis())
    .bind(entry.workspace_id.as_ref().map(blob))
    .bind(&entry.what)
    .bind(entry.member_id.as_ref().map(blob))
    .bind(entry.about.as_ref().map(blob))
    .bind(entry.record.map(|it| it.kind.0))
    .bind(entry.record.as_ref().map(|it| blob(&it.id)))
    .bind(&entry.detail)
    .bind(&entry.hash[..])
    .execute(&mut *write)
    .await?;
    sqlx::query(
        "insert into journal_chain (id, start_number, start_hash, head_number, head_hash)
         values (1, 0, ?, ?, ?)
         on conflict (id) do update
         set head_number = excluded.head_number, head_hash = excluded.head_hash",
    )
    .bind(&GENESIS[..])
    .bind(number(entry.number)?)
    .bind(&entry.hash[..])
    .execute(write)
    .await?;
    Ok(())
}

async fn chain(read: &mut SqliteConnection) -> StoreResult<Chain> {
    let row = sqlx::query("select * from journal_chain")
        .fetch_optional(read)
        .await?;
    let Some(row) = row else {
        return Ok(Chain {
            start: Mark::GENESIS,
            head: Mark::GENESIS,
        });
    };
    Ok(Chain {
        start: Mark {
            number: position(&row, "start_number")?,
            hash: read_hash(row.try_get("start_hash")?)?,
        },
        head: Mark {
            number: position(&row, "head_number")?,
            hash: read_hash(row.try_get("head_hash")?)?,
        },
    })
}

fn read_hash(bytes: &[u8]) -> StoreResult<Digest> {
    Digest::try_from(bytes).map_err(|_| StoreError::Broken("a hash has another length".to_owned()))
}

fn id_or_none(row: &SqliteRow, column: &str) -> StoreResult<Option<RecordId>> {
    match row.try_get::<Option<&[u8]>, _>(column)? {
        Some(_) => id(row, column).map(Some),
        None => Ok(None),
    }
}

fn read_entry(row: &SqliteRow) -> StoreResult<Entry> {
    let is_of_record = row.try_get::<Option<u8>, _>("kind")?.is_some();
    Ok(Entry {
        number: position(row, "number")?,
        at: time(row, "at")?,
        workspace_id: id_or_none(row, "workspace_id")?,
        what: row.try_get("what")?,
        member_id: id_or_none(row, "member_id")?,
        about: id_or_none(row, "about")?,
        record: is_of_record.then(|| record_ref(row)).transpose()?,
        detail: row.try_get("detail")?,
        hash: read_hash(row.try_get("hash")?)?,
    })
}
