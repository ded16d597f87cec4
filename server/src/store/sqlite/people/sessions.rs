//! Passwords, sessions, devices and attempts.

use super::{blob, id, read_user, time, time_or_none};
use crate::store::StoreResult;
use crate::store::journal::NewEntry;
use crate::store::people::*;
use crate::store::sqlite::{SqliteStore, journal};
use huike_shared::id::RecordId;
use huike_shared::time::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

/// Sessions in one question.
const QUESTION_ROWS: usize = 200;

pub async fn set_password(
    store: &SqliteStore,
    user_id: RecordId,
    password_hash: &str,
    except: Option<Digest>,
    entry: NewEntry,
) -> StoreResult<()> {
    let mut write = store.write().await?;
    sqlx::query("update user set password_hash = ?, password_changed_at = ? where id = ?")
        .bind(password_hash)
        .bind(entry.at.millis())
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
    sqlx::query("delete from session where user_id = ? and id_hash is not ?")
        .bind(blob(&user_id))
        .bind(except.as_ref().map(|it| &it[..]))
        .execute(&mut *write)
        .await?;
    sqlx::query("delete from password_reset where user_id = ?")
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(())
}

pub async fn add_password_reset(
    store: &SqliteStore,
    user_id: RecordId,
    token: Digest,
    expires_at: Timestamp,
    entry: NewEntry,
) -> StoreResult<()> {
    let mut write = store.write().await?;
    sqlx::query("delete from password_reset where user_id = ?")
        .bind(blob(&user_id))
        .execute(&mut *write)
        .await?;
    sqlx::query(
        "insert into password_reset (token_hash, user_id, created_at, expires_at)
         values (?, ?, ?, ?)",
    )
    .bind(&token[..])
    .bind(blob(&user_id))
    .bind(entry.at.millis())
    .bind(expires_at.millis())
    .execute(&mut *write)
    .await?;
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(())
}

pub async fn user_by_reset(
    store: &SqliteStore,
    token: Digest,
    now: Timestamp,
) -> StoreResult<Option<User>> {
    sqlx::query(
        "select u.id, u.login, u.password_hash
         from password_reset r join user u on u.id = r.user_id
         where r.token_hash = ? and r.expires_at > ?",
    )
    .bind(&token[..])
    .bind(now.millis())
    .fetch_optional(store.readers())
    .await?
    .as_ref()
    .map(read_user)
    .transpose()
}

pub async fn add(store: &SqliteStore, session: SessionRow, now: Timestamp) -> StoreResult<bool> {
    let mut write = store.write().await?;
    let done = sqlx::query(
        "insert into session (id_hash, user_id, data, created_at, expires_at)
         values (?, ?, ?, ?, ?)
         on conflict (id_hash) do nothing",
    )
    .bind(&session.id[..])
    .bind(session.user_id.as_ref().map(blob))
    .bind(&session.data)
    .bind(now.millis())
    .bind(session.expires_at.millis())
    .execute(&mut *write)
    .await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub async fn update(store: &SqliteStore, session: SessionRow) -> StoreResult<()> {
    let mut write = store.write().await?;
    sqlx::query("update session set user_id = ?, data = ?, expires_at = ? where id_hash = ?")
        .bind(session.user_id.as_ref().map(blob))
        .bind(&session.data)
        .bind(session.expires_at.millis())
        .bind(&session.id[..])
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(())
}

pub async fn one(
    store: &SqliteStore,
    session_id: Digest,
    now: Timestamp,
) -> StoreResult<Option<SessionRow>> {
    let row = sqlx::query(
        "select user_id, data, expires_at from session where id_hash = ? and expires_at > ?",
    )
    .bind(&session_id[..])
    .bind(now.millis())
    .fetch_optional(store.readers())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let user_id = row.try_get::<Option<&[u8]>, _>("user_id")?;
    Ok(Some(SessionRow {
        id: session_id,
        user_id: user_id.and_then(|bytes| RecordId::from_slice(bytes).ok()),
        data: row.try_get("data")?,
        expires_at: time(&row, "expires_at")?,
    }))
}

pub async fn living(
    store: &SqliteStore,
    ids: &[Digest],
    now: Timestamp,
) -> StoreResult<Vec<Digest>> {
    let mut living = Vec::with_capacity(ids.len());
    for some in ids.chunks(QUESTION_ROWS) {
        let mut query =
            QueryBuilder::<Sqlite>::new("select id_hash from session where expires_at > ");
        query.push_bind(now.millis()).push(" and id_hash in (");
        let mut list = query.separated(", ");
        for id in some {
            list.push_bind(&id[..]);
        }
        query.push(")");
        for row in query.build().fetch_all(store.readers()).await? {
            let id: &[u8] = row.try_get("id_hash")?;
            living.extend(Digest::try_from(id));
        }
    }
    Ok(living)
}

pub async fn remove(store: &SqliteStore, session_id: Digest) -> StoreResult<()> {
    let mut write = store.write().await?;
    sqlx::query("delete from session where id_hash = ?")
        .bind(&session_id[..])
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(())
}

pub async fn of_user(
    store: &SqliteStore,
    user_id: RecordId,
    now: Timestamp,
) -> StoreResult<Vec<KeptSession>> {
    let rows = sqlx::query(
        "select id_hash, data, created_at, expires_at from session
         where user_id = ? and expires_at > ?
         order by created_at desc, id_hash",
    )
    .bind(blob(&user_id))
    .bind(now.millis())
    .fetch_all(store.readers())
    .await?;
    let mut sessions = Vec::with_capacity(rows.len());
    for row in &rows {
        let session_id: &[u8] = row.try_get("id_hash")?;
        let Ok(session_id) = Digest::try_from(session_id) else {
            continue;
        };
        sessions.push(KeptSession {
            row: SessionRow {
                id: session_id,
                user_id: Some(user_id),
                data: row.try_get("data")?,
                expires_at: time(row, "expires_at")?,
            },
            created_at: time(row, "created_at")?,
        });
    }
    Ok(sessions)
}

pub async fn end_one(
    store: &SqliteStore,
    user_id: RecordId,
    session_id: Digest,
    entry: NewEntry,
) -> StoreResult<bool> {
    let mut write = store.write().await?;
    let done = sqlx::query("delete from session where user_id = ? and id_hash = ?")
        .bind(blob(&user_id))
        .bind(&session_id[..])
        .execute(&mut *write)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(true)
}

pub async fn end_others(
    store: &SqliteStore,
    user_id: RecordId,
    except: Digest,
    entry: NewEntry,
) -> StoreResult<u64> {
    let mut write = store.write().await?;
    let done = sqlx::query("delete from session where user_id = ? and id_hash <> ?")
        .bind(blob(&user_id))
        .bind(&except[..])
        .execute(&mut *write)
        .await?;
    let count = done.rows_affected();
    if count == 0 {
        return Ok(0);
    }
    journal::append(&mut write, entry).await?;
    write.commit().await?;
    Ok(count)
}

pub async fn meet_device(store: &SqliteStore, device: Device) -> StoreResult<bool> {
    let mut write = store.write().await?;
    // A device id belongs to the member who brought it first, for ever.
    let done = sqlx::query(
        "insert into device (id, member_id, label, created_at, seen_at)
         values (?, ?, ?, ?, ?)
         on conflict (id) do update set label = excluded.label, seen_at = excluded.seen_at
         where device.member_id = excluded.member_id and device.revoked_at is null",
    )
    .bind(blob(&device.id))
    .bind(blob(&device.member_id))
    .bind(&device.label)
    .bind(device.seen_at.millis())
    .bind(device.seen_at.millis())
    .execute(&mut *write)
    .await?;
    write.commit().await?;
    Ok(done.rows_affected() == 1)
}

pub async fn device(store: &SqliteStore, device_id: RecordId) -> StoreResult<Option<Device>> {
    sqlx::query("select id, member_id, label, seen_at, revoked_at from device where id = ?")
        .bind(blob(&device_id))
        .fetch_optional(store.readers())
        .await?
        .as_ref()
        .map(read_device)
        .transpose()
}

pub async fn note_devices(store: &SqliteStore, seen: &[(RecordId, Timestamp)]) -> StoreResult<()> {
    let mut write = store.write().await?;
    for (device_id, at) in seen {
        sqlx::query("update device set seen_at = max(seen_at, ?) where id = ?")
            .bind(at.millis())
            .bind(blob(device_id))
            .execute(&mut *write)
            .await?;
    }
    write.commit().await?;
    Ok(())
}

pub async fn devices(store: &SqliteStore, member_id: RecordId) -> StoreResult<Vec<Device>> {
    sqlx::query(
        "select id, member_id, label, seen_at, revoked_at from device
         where member_id = ?
         order by seen_at desc, id",
    )
    .bind(blob(&member_id))
    .fetch_all(store.readers())
    .await?
    .iter()
    .map(read_device)
    .collect()
}

fn read_device(row: &SqliteRow) -> StoreResult<Device> {
    Ok(Device {
        id: id(row, "id")?,
        member_id: id(row, "member_id")?,
        label: row.try_get("label")?,
        seen_at: time(row, "seen_at")?,
        revoked_at: time_or_none(row, "revoked_at")?,
    })
}

pub async fn admit_attempt(
    store: &SqliteStore,
    key: Digest,
    now: Timestamp,
    since: Timestamp,
    max: i64,
) -> StoreResult<Admission> {
    let mut write = store.write().await?;
    let row = sqlx::query(
        "select count(*) as count, coalesce(min(at), 0) as oldest from attempt
         where key = ? and at >= ?",
    )
    .bind(&key[..])
    .bind(since.millis())
    .fetch_one(&mut *write)
    .await?;
    if row.try_get::<i64, _>("count")? >= max {
        return Ok(Admission::Full {
            oldest: time(&row, "oldest")?,
        });
    }
    sqlx::query("insert into attempt (key, at) values (?, ?)")
        .bind(&key[..])
        .bind(now.millis())
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(Admission::Granted)
}

pub async fn forget_attempts(store: &SqliteStore, key: Digest) -> StoreResult<()> {
    let mut write = store.write().await?;
    sqlx::query("delete from attempt where key = ?")
        .bind(&key[..])
        .execute(&mut *write)
        .await?;
    write.commit().await?;
    Ok(())
}
